"""Base classes of errors that are shown to the user: what happened, and what to do about it."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from levelhips.text import Text, tr
from levelhips.untrusted import visible


class LevelHipsError(Exception):
    """What happened and what to do about it, each a sentence without its full stop, in the language of the user.

    Parameters
    ----------
    code : str
        Name of the error. Its sentences are the messages ``error.<code>.what`` and ``error.<code>.fix`` of the text catalog.
    fix : str or None
        For plug-ins, whose sentences are not in the catalog: what to do; `code` is then what happened.
    **values
        Named fields of both messages.

    Attributes
    ----------
    code : str
    values : dict
    """

    def __init__(self, code: str, /, *, fix: str | None = None, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values, self._fix = code, values, fix

    @property
    def what(self) -> str:
        """What happened."""
        return visible(self.code) if self._fix is not None else tr(f"error.{self.code}.what", **self.values)

    @property
    def fix(self) -> str:
        """What to do about it."""
        return visible(self._fix) if self._fix is not None else tr(f"error.{self.code}.fix", **self.values)

    def __str__(self) -> str:
        return f"{self.what}. {self.fix}."

    def to_json(self) -> str:
        """Return the code and the values as JSON, for files; `sentences_of_json` writes its sentences."""
        what: dict[str, Any] = {"code": self.code, "values": self.values}
        return json.dumps(what if self._fix is None else what | {"fix": self._fix}, default=_plain)

    def __reduce__(self) -> tuple[Any, ...]:
        # The arguments of an exception are positional; a process pool would lose the named ones.
        return _rebuilt, (type(self), self.__dict__)


def sentences_of_json(written: str) -> str:
    """Return the sentences of an error that `LevelHipsError.to_json` wrote; its code if only a newer version knows its sentences."""
    found = json.loads(written, object_hook=lambda part: Text(**part) if part.keys() == {"key", "values"} else part)
    error = LevelHipsError(found["code"], fix=found.get("fix"), **found["values"])
    try:
        return str(error)
    except KeyError:  # its message has other fields now
        return error.code


def _plain(value: object) -> object:
    return {"key": value.key, "values": dict(value.values)} if isinstance(value, Text) else str(value)


def _rebuilt(kind: type[LevelHipsError], attributes: dict[str, Any]) -> LevelHipsError:
    error = kind.__new__(kind, attributes["code"])
    error.__dict__.update(attributes)
    return error


class BadInputError(LevelHipsError):
    """The input is invalid: its values, shapes or units cannot be right."""


class UnitsError(BadInputError):
    """A table does not name its units, and its values do not fit the usual ones."""


class SettingsError(BadInputError):
    """A setting is unknown, or out of its range."""


class WrongValueError(SettingsError):
    """An option or argument of the command line does not accept the value that was typed."""

    @classmethod
    def of(cls, error: BadInputError) -> WrongValueError:
        """Return an error about a value as one about a value that was typed."""
        return cls(error.code, fix=error._fix, **error.values)


class RecordingError(LevelHipsError):
    """A recording cannot be read or written: unknown format, damaged, cut off, or no space left."""


class NewerFileError(RecordingError):
    """A file was written by a newer levelhips. It is not damaged, and this version must not change or replace it."""

    def __init__(self, name: str) -> None:
        super().__init__("newer-file", name=name)


class SensorError(LevelHipsError):
    """A sensor was not found, is busy, sends nothing or refuses a command."""


class BluetoothProblem(StrEnum):
    """Why Bluetooth cannot be used."""

    OFF = "off"  # switched off in the system's settings
    MISSING = "missing"  # no adapter, or its service does not run
    DENIED = "denied"  # the system does not allow this program to use it


class BluetoothUnavailableError(SensorError):
    """Bluetooth cannot be used on this computer; `reason` says why."""

    def __init__(self, code: str, /, *, reason: BluetoothProblem, fix: str | None = None, **values: Any) -> None:
        super().__init__(code, fix=fix, **values)
        self.reason = reason


class SoundError(LevelHipsError):
    """No sound device could be opened."""
