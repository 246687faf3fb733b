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
    TURNING = "turning"  # the run began on a bend
    NOT_RECORDING = "not-recording"  # the disk is full or missing
    RECORDING_AGAIN = "recording-again"


class SignalKind(StrEnum):
    """What a short sound in a session signals."""

    CALIBRATED = "calibrated"  # the standing zero was taken
    STARTED = "started"  # running began, or coaching was resumed
    PAUSED = "paused"  # no beeps until coaching is resumed
    LOST = "lost"  # no more samples arrive
    BACK = "back"  # samples arrive again


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the wearer should know.

    `value` depends on the kind: the angle for slipped and camber [deg], the rate of turn for turning [deg/s], a ratio of
    energies for loose, and the time that was lost for recording-again [s], usually 0.
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

    NONE = ""  # the usual sequence
    DISCONNECTED = "disconnected"
    SILENT = "silent"  # connected according to the system, but no samples arrive
    SILENT_TOO_LONG = "silent-too-long"  # the connection was closed to make a new one
    NOT_FOUND_YET = "not-found-yet"
    OUT_OF_RANGE = "out-of-range"  # or asleep, or connected to another app
    EMPTY_BATTERY = "empty-battery"  # lost when the battery was almost empty
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A change of the connection to the sensor. A live session adds it; the engine never does.

    `error` belongs to the reason ``error``: the error as `LevelHipsError.to_json` writes it. In recordings of levelhips 0.1,
    `message` has the reason as a sentence instead.
    """

    at_s: float
    known_s: float
    state: LinkState
    message: str = ""
    reason: LinkReason = LinkReason.NONE
    error: str = ""
