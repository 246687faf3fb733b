"""Measure the severity of beeps: the peak expected at the moment of crossing the threshold, against the true peak."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.table import Table

from levelhips import Cue, Engine, Quality, Samples, Settings, Side, Step, Update, open_recording
from levelhips.audio.synth import SoundSettings
from levelhips.coaching.coach import CueSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import Mode
from levelhips.simulation import bundled
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
CUES, SOUND = CueSettings(), SoundSettings()
DOUBLE_DEG = SOUND.double_from * CUES.severe_deg  # over the threshold
WIDE_DEG = 30.0  # a range of severity wider than any excess over the threshold


def runs() -> Iterator[tuple[str, float, Samples]]:
    """Yield name, rate [Hz] and samples of bundled and simulated runs, and of real runs if they are available."""
    for name in (bundled.TREADMILL, bundled.LOSSES):
        recording = open_recording(bundled.find(name))
        yield name, recording.rate_hz, recording.samples
    for rate_hz in (52.0, 100.0, 200.0):
        tiring = RunnerModel(fatigue_side=Side.LEFT, fatigue_deg=2.0, fatigue_onset_s=60.0)
        runner = replace(tiring, drop_left_deg=3.6, drop_right_deg=2.8, move_s=240.0)
        yield f"simulated, {rate_hz:g} Hz", rate_hz, simulate_gait(runner, SensorModel(rate_hz=rate_hz), seed=3).samples
    for path in sorted(REAL.glob("*/imu.csv")):
        if path.parent.name.startswith(("runner", "hard")):
            recording = open_recording(path)
            yield path.parent.name, recording.rate_hz, recording.samples


def excesses(rate_hz: float, samples: Samples) -> np.ndarray:
    """Return the true and the expected excess over the threshold [deg], (n, 2), of each beep; the threshold is mean + 0.5 SD."""
    free = _events(rate_hz, samples, Settings(threshold=ThresholdSettings(left_deg=WIDE_DEG, right_deg=WIDE_DEG)))
    thresholds = {}
    for side in Side:
        drops = [s.drop_deg for s in free.of(Step) if s.side is side and s.quality is Quality.OK and s.mode is Mode.RUNNING]
        thresholds[side] = max(float(np.mean(drops) + 0.5 * np.std(drops)), 0.2)
    threshold = ThresholdSettings(left_deg=thresholds[Side.LEFT], right_deg=thresholds[Side.RIGHT])
    update = _events(rate_hz, samples, Settings(threshold=threshold, cues=CueSettings(severe_deg=WIDE_DEG)))
    steps = {step.at_s: step for step in update.of(Step)}
    return np.array(
        [
            (steps[cue.contact_s].drop_deg - math.degrees(cue.threshold_rad), cue.severity * WIDE_DEG)
            for cue in update.of(Cue)
            if cue.contact_s in steps
        ]
    )


def _events(rate_hz: float, samples: Samples, settings: Settings) -> Update:
    engine = Engine(rate_hz, settings)
    return Update.join([engine.push(samples), engine.finish()])


def severity_figures(out: Table) -> None:
    """Fill a table: how well the expected excess matches the true one, and the double beeps deserved and given."""
    out.title = f"Severity at mean + 0.5 SD: expected against true excess; double beeps from {DOUBLE_DEG:.1f} deg over"
    for column in ("run", "beeps", "r", "RMSE [deg]", "double deserved", "double given", "of those right"):
        out.add_column(column)
    kinds: dict[str, list[np.ndarray]] = {"all simulated": [], "all real": []}
    for name, rate_hz, samples in runs():
        found = excesses(rate_hz, samples)
        kinds["all real" if name.startswith(("runner", "hard")) else "all simulated"].append(found)
        out.add_row(name, *_row(found))
    for name, parts in kinds.items():
        if parts:
            out.add_row(name, *_row(np.concatenate(parts)))


def _row(found: np.ndarray) -> list[str]:
    true, expected = found.T
    deserved, given = true >= DOUBLE_DEG, expected >= DOUBLE_DEG
    right = f"{(deserved & given).sum() / given.sum():.0%}" if given.any() else "-"
    rmse = math.sqrt(float(np.mean((true - expected) ** 2)))
    shares = [f"{deserved.mean():.1%}", f"{given.mean():.1%}", right]
    return [f"{len(found)}", f"{np.corrcoef(true, expected)[0, 1]:.2f}", f"{rmse:.2f}", *shares]
