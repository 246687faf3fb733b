"""Events of a session as a whole: signals, notices and the connection to the sensor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    SLIPPED = "slipped"  # the clip has moved since the standing zero
    LOOSE = "loose"  # the clip rattles
    CAMBER = "camber"  # the pelvis leans to one side for minutes: the road may slope
    TURNING = "turning"  # running round a bend
    NOT_RECORDING = "not-recording"  # the disk is full or gone
    RECORDING_AGAIN = "recording-again"


class SignalKind(StrEnum):
    """What is signaled by a short sound in a session."""

    CALIBRATED = "calibrated"  # the standing zero was taken
    STARTED = "started"  # running began, or coaching was resumed
    PAUSED = "paused"  # no beeps until coaching is resumed
    LOST = "lost"  # no more samples arrive
    BACK = "back"  # samples arrive again


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the wearer should know.

    `value` depends on the kind: an angle for slipped and camber [deg], a rate for turning [deg/s], a ratio of energies for
    loose, and the seconds that were not recorded for recording-again.
    """

    at_s: float
    known_s: float
    kind: NoticeKind
    value: float = math.nan


@dataclass(frozen=True, slots=True)
class Signal:
    """A moment of the session that is signaled by a short sound."""

    at_s: float
    known_s: float
    kind: SignalKind


class LinkState(StrEnum):
    """The state of the connection to the sensor."""

    IDLE = "idle"
    SCANNING = "scanning"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    STALLED = "stalled"  # connected according to the system, but no samples arrive
    RECONNECTING = "reconnecting"
    FAILED = "failed"  # only the user can do something about it


class LinkReason(StrEnum):
    """Why the state of the connection changed."""

    NONE = ""  # the usual order
    DISCONNECTED = "disconnected"
    SILENT = "silent"  # connected according to the system, but no samples arrive
    SILENT_TOO_LONG = "silent-too-long"  # the connection is given up, and a new one is tried
    NOT_FOUND_YET = "not-found-yet"
    OUT_OF_RANGE = "out-of-range"  # or asleep, or held by another app
    EMPTY_BATTERY = "empty-battery"  # gone after its battery was almost empty
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A change of the connection to the sensor. A live session adds it; the engine never does.

    `error` is the error behind the reason ``error``, as `LevelHipsError.to_json` writes it. `message` is the reason as a sentence,
    which recordings of levelhips 0.1 have instead.
    """

    at_s: float
    known_s: float
    state: LinkState
    message: str = ""
    reason: LinkReason = LinkReason.NONE
    error: str = ""
