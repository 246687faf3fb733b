"""The bundled recordings: find them, or simulate them again (`python -m levelhips.simulation.bundled FOLDER`)."""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from levelhips.coaching.drills.drill import DrillSettings
from levelhips.errors import RecordingError
from levelhips.events import Angles, Side
from levelhips.files import make_folder, replacing
from levelhips.recording import Recording
from levelhips.recording.angles_csv import write_angles
from levelhips.recording.writer import new_recording
from levelhips.settings import Settings
from levelhips.settings.installed import chosen_drill
from levelhips.simulation.runner import RunnerModel, SensorModel, Simulation, simulate_gait
from levelhips.simulation.wearer import WearerModel, simulate_drill

TREADMILL, WALK, DRILL, CLAMSHELL, LOSSES = "treadmill_fatigue", "walk", "pelvic_drop", "clamshell", "radio_losses"


def simulations() -> dict[str, tuple[Simulation, dict[str, Any]]]:
    """Return the simulation behind each bundled recording, by name, with the settings stored in the recording."""
    auto = {"threshold": {"mode": "auto"}}
    return {
        TREADMILL: (
            simulate_gait(
                RunnerModel(
                    drop_left_deg=3.4, drop_right_deg=2.6, fatigue_side=Side.LEFT, fatigue_deg=2.6, fatigue_onset_s=240.0, move_s=600.0
                ),
                SensorModel(turn_deg=12.0, heading_deg=-4.0),
                seed=25,
            ),
            auto,
        ),
        WALK: (
            simulate_gait(
                RunnerModel(gait="walk", cadence_spm=108.0, drop_left_deg=2.2, drop_right_deg=2.0, move_s=120.0),
                SensorModel(rate_hz=100.0, turn_deg=90.0),
                seed=12,
            ),
            {},
        ),
        DRILL: _drill(WearerModel("pelvic-drop", Side.LEFT, reps=6, form_fault="turned", fault_reps=(3,)), SensorModel(rate_hz=100.0), 13),
        CLAMSHELL: _drill(
            WearerModel("clamshell", Side.RIGHT, reps=6, rep_s=5.0, form_fault="rolled-back", fault_reps=(2, 4)),
            SensorModel(rate_hz=100.0, turn_deg=90.0),
            15,
        ),
        LOSSES: (
            simulate_gait(
                RunnerModel(drop_left_deg=3.0, drop_right_deg=3.6, move_s=180.0),
                SensorModel(turn_deg=180.0, heading_deg=5.0, loss=0.05, gaps_s=((70.0, 73.0), (120.0, 120.3))),
                seed=14,
            ),
            {"threshold": {"left_deg": 3.5, "right_deg": 3.5}},
        ),
    }


def _drill(wearer: WearerModel, sensor: SensorModel, seed: int) -> tuple[Simulation, dict[str, Any]]:
    return simulate_drill(wearer, sensor, seed), wearer.settings


def practice(drill: DrillSettings) -> tuple[Recording, DrillSettings]:
    """Return the recording of a short simulated drill, with a form fault if there is one, and the settings to replay it with."""
    wanted = chosen_drill(drill)
    angles = [fault for limit in wanted.keep for fault, _, _ in reversed(limit.angles) if fault is not None]
    form_fault = angles[0] if angles else ""
    wearer = WearerModel(drill.name, drill.chosen, reps=5, rep_s=4.0, form_fault=form_fault, fault_reps=(2,), hold_s=20.0)
    made = simulate_drill(wearer, SensorModel(rate_hz=100.0), 7)
    metadata = {"sensor": "simulated", "outward": "+z"}
    recording = Recording(Path(f"{drill.name}.mcap"), made.samples, made.sensor.rate_hz, metadata, scale=made.sensor.scale)
    return recording, Settings.from_dict(wearer.settings).drill


def write(made: Simulation, folder: Path, name: str, *, angles: bool, settings: dict[str, Any] | None = None) -> list[Path]:
    """Write a simulation as a recording, with its true values in CSV files next to it; return the paths written.

    Raises
    ------
    RecordingError
        If a file exists or cannot be written.
    """
    try:
        make_folder(folder)
    except OSError as error:
        raise RecordingError("cannot-write", path=folder, reason=error.strerror) from error
    path = folder / f"{name}.mcap"
    metadata = {"sensor": "simulated", "rate_hz": f"{made.sensor.rate_hz:g}", "outward": "+z", "started_utc": "2026-01-01T00:00:00Z"}
    with new_recording(path, metadata, settings or {}, scale=made.sensor.scale) as writer:
        writer.samples(made.samples)
    written = [path]
    try:
        if made.steps:
            written.append(folder / f"{name}.truth_steps.csv")
            rows = [(f"{c:.4f}", "" if math.isnan(o) else f"{o:.4f}", side.value, f"{drop:.3f}") for c, o, side, drop in made.steps]
            _table(written[-1], ("contact_s", "toe_off_s", "stance_side", "contralateral_drop_deg"), rows)
        if made.reps:
            written.append(folder / f"{name}.truth_reps.csv")
            _table(written[-1], ("from_s", "to_s", "range_deg"), [tuple(f"{value:.3f}" for value in rep) for rep in made.reps])
        if made.form_faults:
            written.append(folder / f"{name}.truth_form_faults.csv")
            _table(written[-1], ("at_s", "form_fault"), [(f"{at_s:.3f}", fault) for at_s, fault in made.form_faults])
        if angles:
            written.append(folder / f"{name}.truth_angles.csv")
            with replacing(written[-1]) as part:
                write_angles(part, true_angles(made))
    except OSError as error:
        raise RecordingError("cannot-write", path=folder, reason=error.strerror) from error
    return written


def true_angles(made: Simulation) -> Angles:
    """Return the true angles of the pelvis in a simulation."""
    obliquity, tilt, rotation = (np.radians(values) for values in (made.obliquity_deg, made.tilt_deg, made.rotation_deg))
    none = np.full(len(made.t_s), np.nan)
    return Angles(made.t_s, obliquity, tilt, rotation, none, np.zeros(len(made.t_s)))


def find(name: str) -> Path:
    """Return the path of a bundled recording, in the installed package or in a checkout.

    Raises
    ------
    RecordingError
        If it is in neither.
    """
    packaged = Path(str(resources.files("levelhips"))) / "recordings" / f"{name}.mcap"
    in_checkout = Path(__file__).resolve().parents[3] / "recordings" / f"{name}.mcap"
    for path in (packaged, in_checkout):
        if path.is_file():
            return path
    raise RecordingError("no-bundled-recording", name=name)


def _table(path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    with replacing(path) as part, open(part, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Simulate all bundled recordings again, into a folder."""
    folder = Path(sys.argv[1])
    for name, (made, settings) in simulations().items():
        (folder / f"{name}.mcap").unlink(missing_ok=True)
        for path in write(made, folder, name, angles=False, settings=settings):
            print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
