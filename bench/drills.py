"""Measure drills on simulated wearers: repetitions counted, errors of the range, and form faults with their delay."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from rich.table import Table

from levelhips.coaching.drills.counters import Excursion, Hold, Metronome
from levelhips.coaching.drills.engine import STILL_S
from levelhips.events import FormFaultDetected, Phase, PhaseChange, Rep, Side
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine, drills
from levelhips.simulation.runner import SensorModel
from levelhips.simulation.wearer import WearerModel, simulate_drill

CLIPS = [
    {"turn_deg": turn, "pitch_deg": pitch, "heading_deg": heading}
    for turn, pitch, heading in ((0, 15, 0), (90, 25, 4), (180, 5, -5), (-60, 30, 3), (135, -10, -4))
]
TEMPOS = (1.7, 3.0, 4.5, 6.0)
FORM_FAULTS = {
    "pelvic-drop": ("turned", "leaned", "hiked", "too-far", "too-fast", "short", "not-back"),
    "clamshell": ("rolled-back", "rolled-forward"),
    "side-lying-abduction": ("rolled-back", "hiked", "dipped"),
    "toe-down-abduction": ("rolled-back",),
    "bridge": ("dipped", "hiked", "short"),
    "band-walk": ("waddled", "leaned", "snapped"),
    "side-steps": ("waddled",),
    "monster-walk": ("waddled", "leaned"),
    "deadlift": ("opened", "turned", "too-far", "short"),
    "self-test": ("dipped", "touched-down"),
    "side-leg-hold": ("rolled-back", "hiked"),
    "hold": ("left-band",),
    "stay-level": ("left-band",),
}
NOT_ANGLES = ("too-fast", "short", "not-back", "snapped")  # detected only when the repetition is over, or not an angle


@dataclass
class Found:
    """What an engine found in one simulated drill, compared with the true values."""

    drill: str
    form_fault: str
    tempo_s: float
    clip: int
    expected: int
    counted: int
    false: Counter[str] = field(default_factory=Counter)
    delays_ms: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    range_errors: list[float] = field(default_factory=list)
    tempo_errors: list[float] = field(default_factory=list)


def run_drill(drill: str, form_fault: str, tempo_s: float, clip: int, side: Side, seed: int, rate_hz: float = 100.0) -> Found:
    """Simulate a drill, let a new engine count it, and compare what it finds with the true values."""
    # Unless the drill is paced, ask for more repetitions than the wearer does: a set that ends could not count one too many.
    asked = None if isinstance(drills()[drill].count, Metronome) else 11
    wearer = WearerModel(drill=drill, side=side, reps=8, asked=asked, rep_s=tempo_s, form_fault=form_fault)
    made = simulate_drill(wearer, SensorModel(rate_hz=rate_hz, **CLIPS[clip]), seed)
    update = build_engine(rate_hz, Settings.from_dict(wearer.settings)).push(made.samples)
    count = drills()[drill].count
    reps = [rep for rep in update.of(Rep) if rep.full]
    expected = 1 if isinstance(count, Hold) else len(made.reps)
    found = Found(drill, form_fault, tempo_s, clip, expected, len(reps))
    detected = list(update.of(FormFaultDetected))
    unmatched = list(detected)
    for at_s, fault in made.form_faults:
        match = next((one for one in unmatched if one.fault == fault and -0.05 <= one.known_s - at_s < 1.5), None)
        if match is None:
            found.missed.append(fault)
        else:
            unmatched.remove(match)
            if fault not in NOT_ANGLES:
                found.delays_ms.append((match.known_s - at_s) * 1e3)
    if form_fault in NOT_ANGLES:
        unmatched = [one for one in unmatched if one.fault != form_fault]
    # Ringing tissue may cross a limit twice: the same form fault again within a second is not a new one.
    found.false.update(
        one.fault for one in unmatched if not any(o is not one and o.fault == one.fault and abs(o.at_s - one.at_s) < 1.0 for o in detected)
    )
    if isinstance(count, Excursion) and not form_fault:
        work_s = next(change.at_s for change in update.of(PhaseChange) if change.phase is Phase.WORK)
        start_deg = made.lead_deg[(made.t_s > work_s - STILL_S) & (made.t_s <= work_s)].mean()
        for (from_s, to_s, _), rep in zip(made.reps, reps, strict=False):
            true_deg = made.lead_deg[(made.t_s >= from_s) & (made.t_s <= to_s)].max() - start_deg
            found.range_errors.append(rep.range_deg - true_deg)
            found.tempo_errors.append(rep.tempo_s - (to_s - from_s))
    return found


def _one(task: tuple[str, str, float, int, Side, int]) -> Found:
    return run_drill(*task)


def matrix(names: list[str], seeds: int = 1) -> list[Found]:
    """Run every drill without and with each form fault, for every clip and tempo, on the left and the right side in turn."""
    tasks = []
    for n, (name, tempo, clip) in enumerate(itertools.product(names, TEMPOS, range(len(CLIPS)))):
        for form_fault in ("", *FORM_FAULTS[name]):
            for seed in range(1, seeds + 1):
                tasks.append((name, form_fault, tempo, clip, list(Side)[n % 2], seed * 100 + n))
    with ProcessPoolExecutor() as pool:
        return list(pool.map(_one, tasks, chunksize=4))


def drill_figures(out: Table) -> None:
    """Fill a table: repetitions, ranges and form faults of all drills."""
    out.title = f"Drills: {len(CLIPS)} clips x tempos {TEMPOS} s x sides; delay: the true angle over the limit to the form fault"
    for column in ("drill", "clean reps", "range error [deg]", "tempo error [s]", "false", "form faults found", "delay p50, worst [ms]"):
        out.add_column(column)
    by_drill: dict[str, list[Found]] = defaultdict(list)
    for found in matrix(list(FORM_FAULTS)):
        by_drill[found.drill].append(found)
    for name, all_ in by_drill.items():
        clean = [found for found in all_ if not found.form_fault]
        exact = sum(found.expected == found.counted for found in clean)
        errors = np.array([error for found in clean for error in found.range_errors])
        tempo = np.array([error for found in clean for error in found.tempo_errors])
        delays = [delay for found in all_ for delay in found.delays_ms]
        missed = Counter(fault for found in all_ for fault in found.missed)
        false = sum((found.false for found in clean), Counter())
        out.add_row(
            name,
            f"{exact} of {len(clean)} exact",
            f"{math.sqrt(float(np.mean(errors**2))):.2f} (worst {np.abs(errors).max():.2f})" if len(errors) else "-",
            f"{math.sqrt(float(np.mean(tempo**2))):.2f}" if len(tempo) else "-",
            ", ".join(f"{k} {v}" for k, v in false.items()) or "none",
            f"{len(delays)}" + (f", missed {dict(missed)}" if missed else ""),
            f"{np.median(delays):.0f}, {max(delays):.0f}" if delays else "-",
        )
