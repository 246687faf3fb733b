"""Events of a session as a whole: signals, notices and the connection to the sensor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    SLIPPED = "slipped"  # the sensor sits otherwise than in standing
    LOOSE = "loose"  # the clip rattles
    CAMBER = "camber"  # the pelvis leans to one side for minutes: the road may slope
    TURNING = "turning"  # running round a bend
    NOT_RECORDING = "not-recording"  # the disk is full or gone
    RECORDING_AGAIN = "recording-again"


class SignalKind(StrEnum):
    """Moments of a session that are marked by a short sound."""

    CALIBRATED = "calibrated"  # the standing zero was taken
    STARTED = "started"  # running began, or coaching was resumed
    PAUSED = "paused"
    LOST = "lost"  # the sensor went silent
    BACK = "back"  # its samples came again


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the wearer should know.

    `value` depends on the kind: an angle for slipped and camber [deg], a rate for turning [deg/s], a ratio of energies for
    loose, and the seconds that were not recorded for recording-again.
    """

    at_s: float
    known_s: float
    what: NoticeKind
    value: float = math.nan


@dataclass(frozen=True, slots=True)
class Signal:
    """A moment of the session that is marked by a short sound."""

    at_s: float
    known_s: float
    what: SignalKind


class LinkState(StrEnum):
    """How things stand between this computer and the sensor."""

    IDLE = "idle"
    SCANNING = "scanning"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    STALLED = "stalled"  # the system says connected, but no samples come
    RECONNECTING = "reconnecting"
    FAILED = "failed"  # nothing but the user can help


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The link to the sensor changed. Said by a live session, never by the core; `why` is for people."""

    at_s: float
    known_s: float
    state: LinkState
    why: str = ""
