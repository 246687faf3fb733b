"""Events about the parts of a live session: whether each of them works, and what became of each beep."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from levelhips.events.gait import Side


class Part(StrEnum):
    """A part of a live session that can fail on its own."""

    SENSOR = "sensor"
    ENGINE = "engine"  # motion and coaching: from samples to cues
    RECORDING = "recording"
    SOUND = "sound"


class HealthState(StrEnum):
    """Whether a part of the session works."""

    OFF = "off"  # not part of this session, or switched off by the wearer
    OK = "ok"
    FAULT = "fault"


class HealthReason(StrEnum):
    """Why a part is in its state."""

    NONE = ""  # it works
    NOT_WANTED = "not-wanted"  # the session was begun without it
    MUTED = "muted"
    NO_DEVICE = "no-device"  # no sound device can be opened
    DEVICE_STALLED = "device-stalled"  # the sound device is open, but takes no sound
    SOUND_ERROR = "sound-error"
    CANNOT_WRITE = "cannot-write"  # the disk is full, read-only or gone
    DISK_STALLED = "disk-stalled"  # a write has not returned for seconds
    FILE_GONE = "file-gone"  # deleted, moved or replaced while it was written
    RECORDER_ERROR = "recorder-error"
    ENGINE_ERROR = "engine-error"
    SESSION_ERROR = "session-error"  # between the parts: figures or beeps may be missing
    NO_SAMPLES = "no-samples"


@dataclass(frozen=True, slots=True)
class PartHealth:
    """Health of one part of a session.

    Attributes
    ----------
    state : HealthState
    reason : HealthReason
    detail : str
        What the system or the error says; empty if there is nothing to add.
    alive_s : float
        When the part last did its work, on the host's monotonic clock [s]; NaN if it never did.
    """

    state: HealthState = HealthState.OFF
    reason: HealthReason = HealthReason.NONE
    detail: str = ""
    alive_s: float = math.nan


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A part of the session has failed, works again, or was switched off or on. A live session adds it; the engine never does.

    Attributes
    ----------
    at_s, known_s : float
        Sensor time of the newest sample when it was noticed [s].
    part : Part
    state : HealthState
    reason : HealthReason
    lasted_s : float
        When a fault ends: how long it lasted on the host's clock [s]; else NaN.
    detail : str
        What the system or the error says, for the log and for support; empty if there is nothing to add.
    """

    at_s: float
    known_s: float
    part: Part
    state: HealthState
    reason: HealthReason = HealthReason.NONE
    lasted_s: float = math.nan
    detail: str = ""


class Outcome(StrEnum):
    """What became of a cue."""

    RENDERED = "rendered"  # its first sample was handed to the sound device
    MUTED = "muted"
    NO_DEVICE = "no-device"  # there was no sound device, or it took no sound in time
    LATE = "late"  # it would have been heard after the stance that it is about
    PAUSED = "paused"  # the wearer had just paused the cues


@dataclass(frozen=True, slots=True)
class CueOutcome:
    """What became of a cue; `at_s`, `contact_s` and `side` are those of the cue. Only live sessions have it."""

    at_s: float
    known_s: float
    contact_s: float
    side: Side
    outcome: Outcome
