"""Results of checks: for each check whether it passed, and if not what was expected, what was found and how to fix it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, NoReturn, TypeVar

from levelhips.testing import sentences

T = TypeVar("T")


class State(StrEnum):
    """Result of one check."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class CheckFailed(AssertionError):
    """A check did not pass; `key` names its sentences, `values` are filled in."""

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values
        super().__init__(sentences.failure(key, values).line)


class CheckSkipped(Exception):
    """A check does not apply to this plug-in, or cannot run here; `key` names the reason."""

    def __init__(self, key: str, **values: object) -> None:
        self.key, self.values = key, values
        super().__init__(sentences.reason(key, values))


@dataclass(frozen=True, slots=True)
class Check(Generic[T]):
    """One check: its name, and a function that raises `CheckFailed` or `CheckSkipped`."""

    name: str
    run: Callable[[T], None]


@dataclass(frozen=True, slots=True)
class Result:
    """Result of one check of one plug-in.

    Attributes
    ----------
    check : str
        Name of the check.
    state : State
    key : str
        Key of the sentences; empty if the check passed.
    values : dict
        What is filled into the sentences.
    """

    check: str
    state: State
    key: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The result in one line, without the name of the plug-in."""
        if self.state is State.OK:
            return self.check
        words = sentences.failure(self.key, self.values).line if self.state is State.FAILED else sentences.reason(self.key, self.values)
        return f"{self.check}: {words}"

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        out: dict[str, Any] = {"check": self.check, "state": self.state.value}
        if self.state is State.FAILED:
            words = sentences.failure(self.key, self.values)
            out |= {"key": self.key, "expected": words.expected, "found": words.found, "fix": words.fix}
        elif self.state is State.SKIPPED:
            out |= {"key": self.key, "reason": sentences.reason(self.key, self.values)}
        return out


def run_checks(subject: T, checks: Iterable[Check[T]]) -> list[Result]:
    """Run all checks on a plug-in; one that fails does not stop the others."""
    return [_result(subject, check) for check in checks]


def _result(subject: T, check: Check[T]) -> Result:
    try:
        check.run(subject)
    except CheckFailed as failure:
        return Result(check.name, State.FAILED, failure.key, failure.values)
    except CheckSkipped as skipped:
        return Result(check.name, State.SKIPPED, skipped.key, skipped.values)
    except Exception as error:  # a plug-in may raise anything; that is a finding about it
        return Result(check.name, State.FAILED, "any.raises", {"error": repr(error)})
    return Result(check.name, State.OK)


def raise_failures(name: str, results: Iterable[Result]) -> None:
    """Raise an AssertionError that names all failed checks of a plug-in, one line for each; return if all passed."""
    if failed := [result.line for result in results if result.state is State.FAILED]:
        raise AssertionError("\n".join(f"{name}, {line}" for line in failed))


def fail(key: str, **values: object) -> NoReturn:
    """End a check as failed."""
    raise CheckFailed(key, **values)


def require(holds: bool, key: str, **values: object) -> None:
    """End a check as failed unless a condition holds."""
    if not holds:
        raise CheckFailed(key, **values)
