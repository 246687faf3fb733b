"""The tables of an analysis as CSV files: written aside first, and named only when all of them are whole."""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from levelhips.analysis import Analysis, summarize
from levelhips.analysis.drill_summary import drill_values
from levelhips.coaching.drills.result import DrillResult
from levelhips.errors import RecordingError
from levelhips.events import Rep, Step, Stride
from levelhips.recording.angles_csv import write_angles
from levelhips.samples import STANDARD_GRAVITY_MPS2

Column = tuple[str, Callable[[Any], float | str], int]  # name, value, digits


def _deg(name: str) -> Callable[[Any], float]:
    return lambda event: math.degrees(getattr(event, name))


STEP_COLUMNS: tuple[Column, ...] = (
    ("contact_s", lambda step: step.at_s, 4),
    ("toe_off_s", lambda step: step.toe_off_s, 4),
    ("stance_side", lambda step: step.side.value, 0),
    ("contralateral_drop_deg", _deg("drop_rad"), 3),
    ("quality", lambda step: step.quality.value, 0),
    ("mode", lambda step: step.mode.value, 0),
    ("side_confidence", lambda step: step.side_confidence, 3),
    ("drop_uncertainty_deg", _deg("drop_sd_rad"), 3),
    ("drop_at_contact_deg", _deg("drop_at_contact_rad"), 3),
    ("drop_excursion_deg", _deg("drop_excursion_rad"), 3),
    ("peak_percent_stance", lambda step: step.peak_percent, 1),
    ("obliquity_mean_deg", _deg("obliquity_mean_rad"), 3),
    ("tilt_mean_deg", _deg("tilt_mean_rad"), 3),
    ("tilt_range_deg", _deg("tilt_range_rad"), 3),
    ("rotation_range_deg", _deg("rotation_range_rad"), 3),
    ("contact_time_s", lambda step: step.contact_time_s, 4),
    ("flight_before_s", lambda step: step.flight_before_s, 4),
    ("step_time_s", lambda step: step.step_time_s, 4),
    ("impact_peak_g", lambda step: step.impact_peak_mps2 / STANDARD_GRAVITY_MPS2, 3),
    ("vertical_peak_g", lambda step: step.vertical_peak_mps2 / STANDARD_GRAVITY_MPS2, 3),
    ("known_s", lambda step: step.known_s, 4),
)

STRIDE_COLUMNS: tuple[Column, ...] = (
    ("contact_s", lambda stride: stride.at_s, 4),
    ("side", lambda stride: stride.side.value, 0),
    ("duration_s", lambda stride: stride.duration_s, 4),
    ("cadence_spm", lambda stride: stride.cadence_spm, 2),
    ("quality", lambda stride: stride.quality.value, 0),
    ("mode", lambda stride: stride.mode.value, 0),
    ("obliquity_mean_deg", _deg("obliquity_mean_rad"), 3),
    ("obliquity_range_deg", _deg("obliquity_range_rad"), 3),
    ("tilt_mean_deg", _deg("tilt_mean_rad"), 3),
    ("tilt_range_deg", _deg("tilt_range_rad"), 3),
    ("rotation_range_deg", _deg("rotation_range_rad"), 3),
    ("vertical_oscillation_m", lambda stride: stride.vertical_oscillation_m, 4),
    ("turn_dps", _deg("turn_radps"), 2),
    ("asymmetry_deg", _deg("asymmetry_rad"), 3),
    ("known_s", lambda stride: stride.known_s, 4),
)

REP_COLUMNS: tuple[Column, ...] = (
    ("from_s", lambda rep: rep.at_s, 3),
    ("to_s", lambda rep: rep.to_s, 3),
    ("set", lambda rep: rep.set_n, 0),
    ("number", lambda rep: rep.number, 0),
    ("side", lambda rep: rep.side.value, 0),
    ("counts", lambda rep: "yes" if rep.full else "no", 0),
    ("cheats", lambda rep: rep.cheats, 0),
    ("quality", lambda rep: rep.quality.value, 0),
    ("confidence", lambda rep: rep.confidence, 2),
    ("range_deg", lambda rep: rep.range_deg, 2),
    ("mean_deg", _deg("mean_rad"), 2),
    ("sd_deg", _deg("sd_rad"), 2),
    ("out_s", lambda rep: rep.out_s, 2),
    ("hold_s", lambda rep: rep.hold_s, 2),
    ("back_s", lambda rep: rep.back_s, 2),
)


def write_tables(analysis: Analysis, folder: Path) -> dict[str, Any]:
    """Write steps.csv, strides.csv, angles.csv and summary.json (of a drill reps.csv too) into a folder; give the summary.

    All are written into a folder aside, then named; summary.json comes last: where it is, the rest is whole.

    Raises
    ------
    RecordingError
        If the folder cannot be written or the disk is full; nothing half is left then.
    """
    summary = summarize(analysis)
    if (result := DrillResult.of(analysis.events)) is not None:
        summary["drill"] = drill_values(result)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=".levelhips-", dir=folder))
    except OSError as error:
        raise RecordingError(
            f"{folder} cannot be written ({error.strerror})", fix="Choose another folder with --out, or mend its permissions"
        ) from error
    try:
        with open(aside / "steps.csv", "w", encoding="utf-8", newline="") as file:
            write_rows(file, STEP_COLUMNS, analysis.steps)
        with open(aside / "strides.csv", "w", encoding="utf-8", newline="") as file:
            write_rows(file, STRIDE_COLUMNS, analysis.strides)
        names = ["steps.csv", "strides.csv", "angles.csv", "summary.json"]
        if result is not None:
            names.insert(0, "reps.csv")
            with open(aside / "reps.csv", "w", encoding="utf-8", newline="") as file:
                write_rows(file, REP_COLUMNS, analysis.reps)
        write_angles(aside / "angles.csv", analysis.angles)
        (aside / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
        for name in names:
            (aside / name).replace(folder / name)
    except OSError as error:
        raise RecordingError(
            f"The results cannot be written into {folder} ({error.strerror})", fix="Make room on the disk, or choose another with --out"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return summary


def write_rows(file: TextIO, columns: Sequence[Column], events: Sequence[Step | Stride | Rep]) -> None:
    """A header and a row for each event; what is not a number stays empty."""
    file.write(",".join(name for name, _, _ in columns) + "\n")
    # Column by column, joined by rows: no name and no number of ours needs quotes.
    cells = []
    for _, value_of, digits in columns:
        values = [value_of(event) for event in events]
        form = f"%.{digits}f"
        cells.append([value if isinstance(value, str) else form % value if value == value else "" for value in values])  # noqa: PLR0124
    file.writelines(",".join(row) + "\n" for row in zip(*cells, strict=True))
