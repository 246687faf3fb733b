"""Messages about wrong command lines, in the language of the user: unknown options, missing arguments, invalid numbers."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import typer

from levelhips.cli.former_names import FORMER_OPTIONS, current_option
from levelhips.cli.help import plain, suggestions
from levelhips.text import tr

# Typer's errors are those of Click, which newer versions of Typer bring along.
_errors: Any = import_module(typer.BadParameter.__module__)
UsageError: type[Exception] = _errors.UsageError

OUT_OF_RANGE = {"less_than_equal": "le", "greater_than_equal": "ge"}


def print_usage_error(error: Any) -> None:
    """Print how the command is used and what is wrong, or the whole help if nothing was typed."""
    context = error.ctx
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(context.get_help(), err=True)
        return
    if context is not None:
        typer.echo(context.get_usage(), err=True)
        typer.echo(tr("cli.usage.try-help", command=context.command_path) + "\n", err=True)
    typer.echo(tr("cli.usage.error", message=message_of(error)), err=True)


def message_of(error: Any) -> str:
    """Return what is wrong, in words of the catalog; for other errors, in those of Typer."""
    if isinstance(error, _errors.MissingParameter):
        return _missing(error)
    if isinstance(error, typer.BadParameter):
        problem = problem_of(error.__cause__) or error.message
        return tr("cli.usage.bad-value", name=_name(error), problem=problem) if error.param is not None else problem
    if isinstance(error, _errors.NoSuchOption):
        name = _as_typed(error.option_name)
        return " ".join([tr("cli.usage.no-such-option", name=name), *suggestions(_closest_option(name, error.ctx))])
    if isinstance(error, _errors.BadOptionUsage):
        lacks_value = "requires" in error.message
        return tr("cli.usage.needs-a-value" if lacks_value else "cli.usage.takes-no-value", name=error.option_name)
    return str(error.format_message())


def _as_typed(name: str) -> str:
    """Return an option as it was typed: Typer has replaced a former name by the present one before it refuses it."""
    typed = (word.partition("=")[0] for word in sys.argv[1:])
    return next((word for word in typed if word != name and word.startswith("--") and f"--{current_option(word[2:])}" == name), name)


def _closest_option(name: str, context: Any) -> list[str]:
    """Return the option of a command whose present or former name is the closest to this one, as a list: empty if none is close."""
    options = {option for one in context.command.params if not one.hidden for option in (*one.opts, *one.secondary_opts)}
    meant = {old: f"--{now}" for old, now in FORMER_OPTIONS.items() if f"--{now}" in options}
    meant |= {option.lstrip("-"): option for option in options}  # without the dashes, in which all options are alike
    return [meant[close] for close in get_close_matches(name.lstrip("-"), sorted(meant), n=1)]


def _missing(error: Any) -> str:
    argument = error.param is None or error.param.param_type_name == "argument"
    return tr("cli.usage.missing-argument" if argument else "cli.usage.missing-option", name=_name(error))


def _name(error: Any) -> str:
    parameter = error.param
    if parameter is None:
        return str(error.param_hint or "")
    return str(parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0])


def problem_of(cause: BaseException | None) -> str | None:
    """Return what is wrong with a number, from the error behind Typer's; None if it is not an error about a number.

    Typer checks numbers with pydantic, and passes its wording on to the user ("Input should be less than or equal to 10").
    """
    errors = getattr(cause, "errors", None)
    if not callable(errors) or not (found := errors()):
        return None
    first: dict[str, Any] = found[0]
    kind, value = str(first["type"]), str(first["input"])
    is_number = value.strip().lower().lstrip("+-") != "nan"
    if kind in OUT_OF_RANGE and is_number:
        bound = plain(float(first["ctx"][OUT_OF_RANGE[kind]]))
        return tr("cli.usage.too-small" if kind == "greater_than_equal" else "cli.usage.too-large", value=value, bound=bound)
    whole = kind.startswith("int")
    return tr("cli.usage.not-a-whole-number" if whole else "cli.usage.not-a-number", value=value)
