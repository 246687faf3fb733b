"""Ranges of settings fields: declared where the field is, checked whenever a settings object is made.

    @dataclass(frozen=True, slots=True)
    class ContactSettings:
        threshold_g: float = bounded(0.6, 0.3, 1.2)  # [g]

        def __post_init__(self) -> None:
            check(self)

The type of the field decides what is accepted: `int`, `float`, `bool`, `str` or `Literal`, each optionally `| None`.
NaN and infinity lie outside of every range, so no settings object can hold them.
"""

from __future__ import annotations

import math
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from levelhips.text import Text, text

T = TypeVar("T")
_KINDS = (bool, int, float, str)
_SHOWN_CHARS = 60  # errors quote this much of a refused value, which may be a whole file pasted in the wrong place


class FieldError(ValueError):
    """A settings field holds a value that it cannot take.

    Attributes
    ----------
    name : str
        Name of the field, without its section.
    problem : Text
        The rest of the sentence: "is 99; it must be a number from 0.2 to 30".
    """

    def __init__(self, name: str, problem: Text) -> None:
        super().__init__(f"{name} {problem}")
        self.name, self.problem = name, problem


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """What one settings field accepts, and its default."""

    name: str
    kind: type
    default: Any
    optional: bool = False
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()

    @property
    def accepts(self) -> Text:
        """What the field accepts, as the end of the sentence "it must be ..."."""
        if self.kind is bool:
            return text("accepts.true-or-false")
        if self.choices:
            return text("accepts.one-of", choices=", ".join(choice or '""' for choice in self.choices))
        if self.kind is str:
            return text("accepts.text-in-quotes")
        # As they are typed: with a decimal point in every language.
        low, high = f"{self.low:g}", f"{self.high:g}"
        return text("accepts.whole-number" if self.kind is int else "accepts.number", low=low, high=high)

    def check(self, value: object) -> None:
        """Raise `FieldError` if the field cannot take this value."""
        if not ((value is None and self.optional) or self._takes(value)):
            raise FieldError(self.name, text("problem.not-accepted", value=shown(value), accepts=self.accepts))

    def _takes(self, value: object) -> bool:
        if self.kind is bool:
            return isinstance(value, bool)
        if self.kind is str:
            return isinstance(value, str) and (not self.choices or value in self.choices)
        number = Integral if self.kind is int else Real
        # NaN compares as False, infinity is above every bound, and True is a number only to Python.
        return isinstance(value, number) and not isinstance(value, bool) and bool(self.low <= value <= self.high)  # type: ignore[operator]


def bounded(default: T, low: float, high: float) -> T:
    """Return a dataclass field for a number from `low` to `high`, both included; a default of None makes it optional."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"invalid range: {low:g} to {high:g}; both must be finite, the first smaller")
    return field(default=default, metadata={"low": low, "high": high})


def choice(default: T, choices: tuple[str, ...] = ()) -> T:
    """Return a dataclass field for one of several words; the choices of a `Literal` need not be repeated."""
    return field(default=default, metadata={"choices": choices})


def check(settings: object) -> None:
    """Check each field of a settings object against its type and range; call it in `__post_init__`.

    Raises
    ------
    FieldError
        For the first field that cannot hold its value.
    """
    for spec in specs(type(settings)):  # type: ignore[arg-type]  # mypy takes a class for unhashable
        spec.check(getattr(settings, spec.name))


@cache
def specs(cls: type) -> tuple[FieldSpec, ...]:
    """Return what each field of a settings class accepts, in their order.

    Raises
    ------
    TypeError
        If a field is of a kind that settings do not have, or a number without a range.
    """
    hints = get_type_hints(cls)
    return tuple(_spec(cls, one.name, hints[one.name], one.default, dict(one.metadata)) for one in fields(cls))


def _spec(cls: type, name: str, hint: Any, default: Any, declared: dict[str, Any]) -> FieldSpec:
    optional = get_origin(hint) in (Union, UnionType)
    if optional:
        [hint] = [part for part in get_args(hint) if part is not NoneType]
    choices = get_args(hint) if get_origin(hint) is Literal else declared.get("choices", ())
    kind = str if choices else hint
    if kind not in _KINDS or default is MISSING:
        raise TypeError(f"{cls.__name__}.{name}: a setting is int, float, bool, str or Literal, and has a default")
    if kind in (int, float) and "low" not in declared:
        raise TypeError(f"{cls.__name__}.{name} has no range: declare it with bounded()")
    limits = {key: declared[key] for key in ("low", "high") if key in declared}
    return FieldSpec(name, kind, default, optional, choices=choices, **limits)


def shown(value: object) -> str:
    """Return a value as errors quote it: text in quotes, everything cut to a readable length."""
    written = str(value).lower() if isinstance(value, bool) else repr(value)
    return written if len(written) <= _SHOWN_CHARS else f"{written[:_SHOWN_CHARS]}..."
