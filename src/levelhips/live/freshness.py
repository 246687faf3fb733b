"""Leave out of a snapshot the figures that are too old to be true now, with words for how long nothing new has come."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from levelhips.events import Mode, Side
from levelhips.live.snapshot import SessionState, Snapshot
from levelhips.text import tr

MAX_SILENCE_S = 1.0  # a sensor that works sends samples at least ten times a second
# A figure of a side is renewed with each stride, and known up to 0.6 s later. At 100 steps a minute, the slowest running, one excluded
# step leaves it 2.8 s old. Walking may be half as fast: 5 s. A runner who stands still is known as standing after 2 s.
MAX_AGE_S = {Mode.RUNNING: 3.0, Mode.WALKING: 5.0}
SHOWN_AS_MINUTES_S = 120.0
FIGURES_OF_SIDE = ("drop_deg", "sd_deg", "since_start_deg")
NO_CADENCE: dict[str, Any] = dict.fromkeys(("cadence_spm", "rotation_deg", "tilt_deg"), math.nan)


def current(state: SessionState) -> Snapshot:
    """Return what is true of a live session now: its snapshot without the figures that are too old."""
    return fresh(state.snapshot(), state.silent_s)


def fresh(snapshot: Snapshot, silent_s: float = 0.0) -> Snapshot:
    """Return a snapshot in which every figure that is too old is NaN, and `missing` says for how long.

    Parameters
    ----------
    snapshot : Snapshot
    silent_s : float
        Time since the last samples came, on the host's clock [s]; NaN if none have come yet.
    """
    if silent_s > MAX_SILENCE_S:
        words = tr("missing.no-data", time=_duration(silent_s))
        nothing: dict[str, Any] = {name: dict.fromkeys(Side, math.nan) for name in FIGURES_OF_SIDE}
        known: dict[str, Any] = {"missing": dict.fromkeys(Side, words), "missing_cadence": words, "silent_s": silent_s}
        return replace(snapshot, **nothing, **NO_CADENCE, **known, mode=Mode.UNKNOWN, quality=None, lead_deg=math.nan)
    missing = {side: words for side in Side if (words := _too_old(snapshot, snapshot.step_s[side]))}
    cadence = _too_old(snapshot, snapshot.stride_s)
    if not missing and not cadence:
        return snapshot
    kept: dict[str, Any] = {name: {**getattr(snapshot, name), **dict.fromkeys(missing, math.nan)} for name in FIGURES_OF_SIDE}
    return replace(snapshot, **kept, **(NO_CADENCE if cadence else {}), missing=missing, missing_cadence=cadence)


def _too_old(snapshot: Snapshot, at_s: float) -> str:
    """Return for how long there was no step, if a figure of this sensor time [s] is too old; empty for one that was never known."""
    if math.isnan(at_s):
        return ""
    age_s, last_step_s = snapshot.now_s - at_s, snapshot.now_s - snapshot.last_step_s
    max_age_s = MAX_AGE_S.get(snapshot.gait, MAX_AGE_S[Mode.WALKING])
    if last_step_s > max_age_s or snapshot.mode is Mode.STANDING:
        return tr("missing.no-step", time=_duration(last_step_s))
    return tr("missing.no-valid-step", time=_duration(age_s)) if age_s > max_age_s else ""


def _duration(seconds: float) -> str:
    """Return a time in whole seconds, or in minutes from two of them on."""
    if seconds < SHOWN_AS_MINUTES_S:
        return tr("missing.seconds", seconds=math.floor(seconds))
    return tr("missing.minutes", minutes=math.floor(seconds / 60))
