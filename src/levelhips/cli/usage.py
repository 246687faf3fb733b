"""Plain words for options that cannot be read or are out of range."""

from __future__ import annotations

from typing import Any

BOUNDS = {"less_than_equal": ("at most", "le"), "greater_than_equal": ("at least", "ge")}
KINDS = {"float": "a number", "int": "a whole number", "finite": "a number"}


def plain_message(cause: BaseException | None) -> str | None:
    """Return what is wrong with the value of an option, from the error that Typer had of it; None if that says it plainly itself.

    Typer checks numbers with pydantic, and passes its wording on to the user ("Input should be less than or equal to 10").
    """
    errors = getattr(cause, "errors", None)
    if not callable(errors) or not (found := errors()):
        return None
    first: dict[str, Any] = found[0]
    kind, value = str(first["type"]), str(first["input"])
    if kind in BOUNDS and value.strip().lower().lstrip("+-") != "nan":
        words, name = BOUNDS[kind]
        return f"{value} is out of range; it must be {words} {first['ctx'][name]:g}."
    wanted = "a number" if kind in BOUNDS else KINDS.get(kind.split("_", maxsplit=1)[0], "another value")
    return f"{value!r} cannot be used; give {wanted}."
