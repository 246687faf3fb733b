"""Words for the events of a session and of a run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from levelhips.errors import sentences_of_json
from levelhips.events import (
    BlockChange,
    BlockPurpose,
    HealthChange,
    HealthReason,
    HealthState,
    LinkReason,
    LinkState,
    Mode,
    NoticeKind,
    Outcome,
    Part,
    Quality,
    SignalKind,
    ThresholdReason,
)
from levelhips.samples import GapReason
from levelhips.text import tr
from levelhips.words.lookup import Words, words_for

NOTICES = Words(NoticeKind, "notice")
"""What to do about a notice."""

SIGNALS = Words(SignalKind, "signal")
"""A signal as text, for wearers who read the screen instead of listening."""

MODES = Words(Mode, "mode")
"""What the wearer is doing, in a word."""

QUALITY = Words(Quality, "quality")
"""Why a step is excluded, for a table: "excluded: 14 (start-up)"."""

QUALITY_ADVICE = Words(Quality, "quality-advice", empty=[Quality.OK])
"""Why steps do not count now, and what to do; empty if they count."""

EXCLUSION_REASONS = Words(Quality, "exclusion-reason", empty=[Quality.OK])
"""Why no step of a whole recording counts, if this is the quality of most of them; empty if they count."""

EXCLUSION_FIXES = Words(Quality, "exclusion-fix", empty=[Quality.OK])
"""What to do about it."""

LINK_STATES = Words(LinkState, "link-state")
"""The state of the connection to the sensor."""

LINK_REASONS = Words(LinkReason, "link-reason", empty=[LinkReason.NONE])
"""Why the state of the connection changed, and what to do; `link_message` also has the sentences of errors."""

THRESHOLD_REASONS = Words(ThresholdReason, "threshold-reason")
"""Why the threshold is what it is."""

BLOCKS = Words(BlockPurpose, "block", empty=[BlockPurpose.UNSTATED])
"""What to do in a block of the run protocol. In recordings of levelhips 0.1 the purpose is unstated; it follows from the block's flags."""

PARTS = Words(Part, "part")
"""The parts of a live session, in a word."""

HEALTH_STATES = Words(HealthState, "health-state")
"""Whether a part works, in a word."""

HEALTH_FAULTS = Words(HealthReason, "health", empty=[HealthReason.NONE])
"""What has failed, and what to do; the sensor's link has words of its own."""

PARTS_BACK = Words(Part, "health-back")
"""That a part works again."""

CUE_OUTCOMES = Words(Outcome, "cue-outcome")
"""What became of a beep."""

GAP_REASONS = Words(GapReason, "gap-reason")
"""Why samples are missing."""


DROP_STATES: Words[Literal["waiting", "measuring", "level", "too-far"]] = Words(("waiting", "measuring", "level", "too-far"), "drop-state")
"""How a drop compares with its threshold."""


def drop_state(drop_deg: float, threshold_deg: float) -> str:
    """Return the words for a drop: too far, level, measuring while there is no threshold, or waiting while there is no drop."""
    if not math.isfinite(drop_deg):
        return DROP_STATES["waiting"]
    if not math.isfinite(threshold_deg):
        return DROP_STATES["measuring"]
    return DROP_STATES["too-far" if drop_deg > threshold_deg else "level"]


def link_message(reason: LinkReason, error: str = "", message: str = "") -> str:
    """Return why the connection is in its state, and what to do; empty if that is to be expected.

    Parameters
    ----------
    reason : LinkReason
    error : str
        The error behind it, as `LevelHipsError.to_json` writes it.
    message : str
        The sentence that a recording of levelhips 0.1 has instead.
    """
    if reason is LinkReason.ERROR and error:
        return sentences_of_json(error)
    return message or words_for(LINK_REASONS, reason)


def health_message(change: HealthChange) -> str:
    """Return what has failed, or works again; empty if a part started or was switched off, and for the sensor."""
    if change.part is Part.SENSOR:
        return ""
    if change.state is HealthState.FAULT:
        return HEALTH_FAULTS[change.reason]
    return PARTS_BACK[change.part] if math.isfinite(change.lasted_s) and change.state is HealthState.OK else ""


def fault_message(health: Mapping[Part, HealthChange]) -> str:
    """Return what is failing now, for the message line; empty if nothing is (the sensor's link has a line of its own)."""
    return " ".join(message for part in Part if part in health and (message := _failing(health[part])))


def _failing(change: HealthChange) -> str:
    return health_message(change) if change.state is HealthState.FAULT else ""


def sound_state(health: Mapping[Part, HealthChange], *, muted: bool) -> str:
    """Return in a word or two whether sound is heard; empty in a session without sound."""
    change = health.get(Part.SOUND)
    if change is not None and change.state is HealthState.FAULT:
        return tr("sound-state.fault")
    if muted or (change is not None and change.reason is HealthReason.MUTED):
        return tr("sound-state.muted")
    return tr("sound-state.on") if change is not None and change.state is HealthState.OK else tr("sound-state.off")


def block_line(block: BlockChange, now_s: float) -> str:
    """Return the present block of the run protocol as one line: what to do, the time left, and its number."""
    if block.over:
        return tr("block-line.over")
    purpose = BLOCKS[block.purpose]
    if block.purpose is BlockPurpose.UNSTATED:  # a recording of levelhips 0.1 has no purpose
        flagged = BlockPurpose.WALK if block.walk else BlockPurpose.FEEDBACK
        purpose = BLOCKS[flagged] if block.walk or block.feedback else tr("block-line.without-beeps")
    number = tr("block-line.number", number=block.number, count=block.count)
    if not math.isfinite(block.until_s):
        return f"{purpose}   {number}"
    minutes, seconds = divmod(max(0, round(block.until_s - now_s)), 60)
    left = tr("block-line.left", time=f"{minutes}:{seconds:02d}")
    return f"{purpose}   {left}   {number}"
