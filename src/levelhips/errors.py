"""Base classes of errors that are shown to the user: what happened, and what to do about it."""

from __future__ import annotations

from enum import StrEnum


class LevelHipsError(Exception):
    """What happened and what to do about it, each a sentence without its full stop.

    Parameters
    ----------
    what : str
        What happened, in the runner's words.
    fix : str
        What to do about it.
    """

    def __init__(self, what: str, *, fix: str) -> None:
        super().__init__(f"{what}. {fix}.")
        self.what, self.fix = what, fix


class BadInputError(LevelHipsError):
    """The data cannot be what it claims to be."""


class UnitsError(BadInputError):
    """The units of a table are not named and its numbers do not fit the usual ones."""


class SettingsError(BadInputError):
    """A setting is unknown, or out of its range."""


class RecordingError(LevelHipsError):
    """A recording is foreign, damaged, cut, or there is no room left for it."""


class NewerFileError(RecordingError):
    """A file was written by a newer levelhips. It is whole, and must not be changed or replaced by this one."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} was written by a newer levelhips", fix="Update levelhips; the file itself is fine")


class SensorError(LevelHipsError):
    """A sensor is not found, busy, silent, or refuses."""


class BluetoothProblem(StrEnum):
    """Why Bluetooth cannot be used."""

    OFF = "off"  # switched off in the system's settings
    MISSING = "missing"  # no adapter, or its service does not run
    DENIED = "denied"  # the system does not allow this program to use it


class BluetoothUnavailableError(SensorError):
    """This computer's Bluetooth cannot be used, for a `reason`."""

    def __init__(self, what: str, *, fix: str, reason: BluetoothProblem) -> None:
        super().__init__(what, fix=fix)
        self.reason = reason


class SoundError(LevelHipsError):
    """No sound device could be opened."""
