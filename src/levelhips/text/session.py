"""Words for the events of a session and of a run."""

from __future__ import annotations

import math

from levelhips.events import BlockChange, BlockPurpose, LinkState, Mode, NoticeKind, Quality, SignalKind, ThresholdReason
from levelhips.samples import GapReason

NOTICES: dict[NoticeKind, str] = {
    NoticeKind.SLIPPED: "The clip seems to have slipped. Stand still and set zero again.",
    NoticeKind.LOOSE: "The clip rattles. Fasten it tighter.",
    NoticeKind.TURNING: "Running round a bend: these steps do not count.",
    NoticeKind.NOT_RECORDING: "Not recording: the disk is full or gone. The beeps continue.",
    NoticeKind.RECORDING_AGAIN: "Recording again.",
    NoticeKind.CAMBER: "Your pelvis leans to one side all the time. If the road slopes, change sides.",
}
"""What to do about a notice."""

SIGNALS: dict[SignalKind, str] = {
    SignalKind.CALIBRATED: "Standing zero set",
    SignalKind.STARTED: "Running",
    SignalKind.PAUSED: "Paused: no beeps",
    SignalKind.LOST: "No data from the sensor",
    SignalKind.BACK: "Sensor data is back",
}
"""What a signal says, for those who look instead of listen."""

MODES: dict[Mode, str] = {
    Mode.UNKNOWN: "waiting",
    Mode.STANDING: "standing",
    Mode.WALKING: "walking",
    Mode.RUNNING: "running",
    Mode.OTHER: "moving",
}
"""What the wearer is doing, in a word."""

QUALITY: dict[Quality, str] = {
    Quality.OK: "ok",
    Quality.SETTLING: "start-up",
    Quality.TURNING: "bend",
    Quality.LOOSE: "clip loose",
    Quality.NO_ZERO: "no standing zero",
    Quality.SLIPPED: "clip slipped",
    Quality.SATURATED: "sensor range exceeded",
    Quality.AFTER_GAP: "data lost",
}
"""Why a step is excluded, for a table: "excluded: 14 (start-up)"."""

QUALITY_ADVICE: dict[Quality, str] = {
    Quality.OK: "",
    Quality.SETTLING: "Keep running: steps do not count yet",
    Quality.TURNING: "Bend: steps do not count",
    Quality.LOOSE: "The clip rattles: fasten it tighter",
    Quality.NO_ZERO: "No standing zero: stand still for 3 seconds",
    Quality.SLIPPED: "The clip slipped: stand still and set zero again",
    Quality.SATURATED: "Movement exceeds the sensor's range: choose a wider range",
    Quality.AFTER_GAP: "Data was lost: these steps do not count",
}
"""Why steps do not count now, and what to do; empty if they count."""

EXCLUSION_REASONS: dict[Quality, str] = {
    Quality.OK: "",
    Quality.SETTLING: "the recording ends before the measurement has settled",
    Quality.TURNING: "you ran round bends all the time",
    Quality.LOOSE: "the clip rattles",
    Quality.NO_ZERO: "nobody stood still before the run",
    Quality.SLIPPED: "the sensor slipped after standing",
    Quality.SATURATED: "the sensor is at the end of its range",
    Quality.AFTER_GAP: "too many samples are missing",
}
"""Why no step of a whole recording counts, if this is the quality of most of them; empty if they count."""

EXCLUSION_FIXES: dict[Quality, str] = {
    Quality.OK: "",
    Quality.SETTLING: "Run for at least half a minute: the first steps of a run never count",
    Quality.TURNING: "Run on a straight road or a treadmill",
    Quality.LOOSE: "Fix the sensor tighter: a waist belt over the waistband helps",
    Quality.NO_ZERO: "Stand still and upright for 3 s before you run",
    Quality.SLIPPED: "Fix the sensor tighter, and stand still for 3 s again when it has moved",
    Quality.SATURATED: "Set the sensor to at least 8 g and 1000 deg/s",
    Quality.AFTER_GAP: "Wear the phone or computer closer to the sensor, or use another Bluetooth adapter",
}
"""What to do about it."""

LINK_STATES: dict[LinkState, str] = {
    LinkState.IDLE: "not connected",
    LinkState.SCANNING: "searching",
    LinkState.CONNECTING: "connecting",
    LinkState.STREAMING: "streaming",
    LinkState.STALLED: "connected, but no data",
    LinkState.RECONNECTING: "reconnecting",
    LinkState.FAILED: "connection failed",
}
"""The state of the connection to the sensor."""

THRESHOLD_REASONS: dict[ThresholdReason, str] = {
    ThresholdReason.FIXED: "as chosen",
    ThresholdReason.BASELINE: "from your own steps",
    ThresholdReason.SHAPING: "lowered, because you stay below it",
    ThresholdReason.COMMAND: "changed by you",
}
"""Why the threshold is what it is."""

BLOCKS: dict[BlockPurpose, str] = {
    BlockPurpose.UNSTATED: "",  # in recordings of levelhips 0.1: the flags of the block tell
    BlockPurpose.MEASURE: "Run as you usually do: measuring, no beeps",
    BlockPurpose.FEEDBACK: "Run with beeps",
    BlockPurpose.RETENTION: "Run without beeps: keep your pelvis level",
    BlockPurpose.WALK: "Walk",
}
"""What to do in a block of the run protocol."""

GAP_REASONS: dict[GapReason, str] = {
    GapReason.LOST: "samples lost",
    GapReason.CLOCK_JUMP: "the sensor's clock jumped back",
    GapReason.BRIDGED: "samples filled in",
}
"""Why samples are missing."""


def block_line(block: BlockChange, now_s: float) -> str:
    """Return the present block of the run protocol as one line: what to do, the time left, and its number."""
    if block.over:
        return "Run protocol finished. Slow down."
    what = BLOCKS[block.purpose]
    if block.purpose is BlockPurpose.UNSTATED:  # a recording of levelhips 0.1 has no purpose
        what = BLOCKS[BlockPurpose.WALK] if block.walk else BLOCKS[BlockPurpose.FEEDBACK] if block.feedback else "Run without beeps"
    number = f"{block.number} of {block.count}"
    if not math.isfinite(block.until_s):
        return f"{what}   {number}"
    minutes, seconds = divmod(max(0, round(block.until_s - now_s)), 60)
    return f"{what}   {minutes}:{seconds:02d} left   {number}"
