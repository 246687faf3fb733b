"""Events and sessions made by hand, with round numbers: what follows from them can be computed on paper."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from levelhips import Analysis, Samples, Settings
from levelhips.events import Angles, Event, Mode, Quality, Rep, Side, Step, Stride
from levelhips.recording import Recording, RecordingWriter
from levelhips.simulation.runner import SensorModel

DEG = math.pi / 180
LEFT, RIGHT = Side


def step(at_s: float, side: Side = LEFT, drop_deg: float = 3.0, quality: Quality = Quality.OK, **changes: object) -> Step:
    """Return a running step with a contact time of 0.25 s, known 0.05 s after toe-off."""
    made = Step(
        at_s=at_s, known_s=at_s + 0.3, toe_off_s=at_s + 0.25, side=side, side_confidence=0.987, mode=Mode.RUNNING, quality=quality,
        drop_rad=drop_deg * DEG, drop_at_contact_rad=1.0 * DEG, drop_excursion_rad=2.0 * DEG, peak_percent=40.0,
        obliquity_mean_rad=-1.5 * DEG, rotation_range_rad=8.0 * DEG, tilt_range_rad=4.0 * DEG, tilt_mean_rad=7.0 * DEG,
        step_time_s=0.36, flight_before_s=0.11, impact_peak_mps2=2 * 9.80665, vertical_peak_mps2=3 * 9.80665, drop_sd_rad=0.2 * DEG,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def stride(at_s: float, side: Side = LEFT, cadence_spm: float = 170.0, **changes: object) -> Stride:
    """Return a running stride of quality ok."""
    made = Stride(
        at_s=at_s, known_s=at_s + 1.0, side=side, mode=Mode.RUNNING, quality=Quality.OK, duration_s=0.7, cadence_spm=cadence_spm,
        obliquity_mean_rad=0.5 * DEG, obliquity_range_rad=6.0 * DEG, tilt_mean_rad=7.5 * DEG, tilt_range_rad=5.0 * DEG,
        rotation_range_rad=12.0 * DEG, vertical_oscillation_m=0.08125, turn_radps=0.0, asymmetry_rad=-1.0 * DEG,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def rep(number: int = 1, *, range_deg: float = 20.0, full: bool = True, **changes: object) -> Rep:
    """Return a repetition of 4 s: 1.5 s out, 1 s of hold, 1.5 s back."""
    made = Rep(
        at_s=10.0, known_s=14.5, to_s=14.0, number=number, set_n=1, side=LEFT, quality=Quality.OK, full=full,
        range_rad=range_deg * DEG, mean_rad=2.0 * DEG, sd_rad=0.5 * DEG, out_s=1.5, hold_s=1.0, back_s=1.5,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def analysis_of(*events: Event, seconds: float = 100.0, rate_hz: float = 10.0, angles: Angles | None = None) -> Analysis:
    """Return an analysis that has found these events in a recording that begins at 0 s."""
    t_s = np.arange(round(seconds * rate_hz) + 1) / rate_hz
    samples = Samples.checked(t_s, np.zeros((len(t_s), 3)), np.zeros((len(t_s), 3)))
    counts = {"samples": len(t_s), "bridged": 3, "dropped": 2}
    return Analysis(Recording(Path("hand-made.mcap"), samples, rate_hz), Settings(), angles or Angles.none(), events, counts)


def saved(path: Path, started: str, *events: Event, settings: dict[str, Any] | None = None, **metadata: str) -> Path:
    """Write events into a recording, as a live session does, with an hour of samples ten seconds apart; return its path."""
    about = {"sensor": "worn in this test", "rate_hz": "0.1", "outward": "+z", "started_utc": started, **metadata}
    t_s = np.arange(361) * 10.0
    with RecordingWriter(path, about, settings or {}, SensorModel().scale, sync=False) as writer:
        writer.samples(Samples.checked(t_s, np.zeros((len(t_s), 3)), np.zeros((len(t_s), 3))))
        for event in events:
            writer.event(event)
    return path
