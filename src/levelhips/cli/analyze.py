"""levelhips analyze: tables and a summary of one recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import console, say, say_notes
from levelhips.cli.options import (
    AccUnitOption,
    DrillOption,
    FileArgument,
    FilterOption,
    GyrUnitOption,
    OutwardOption,
    RawOption,
    SettingsOption,
    as_drill,
    chosen_settings,
    decoded,
    echo_threshold,
)
from levelhips.cli.threshold import ThresholdChoice, ThresholdLeftOption, ThresholdOption, ThresholdRightOption

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.analysis import Analysis
    from levelhips.recording import Recording
    from levelhips.settings import Settings


def analyze(
    file: FileArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for steps.csv, strides.csv, angles.csv and summary.json.")],
    outward: OutwardOption = None,
    filter: FilterOption = None,
    threshold: ThresholdOption = None,
    threshold_left: ThresholdLeftOption = None,
    threshold_right: ThresholdRightOption = None,
    settings: SettingsOption = None,
    drill: DrillOption = None,
    acc_unit: AccUnitOption = None,
    gyr_unit: GyrUnitOption = None,
    raw: RawOption = False,
) -> None:
    """Find every step in a recording, and what the pelvis did in it."""
    from levelhips.export.tables import write_tables
    from levelhips.recording import open_recording

    recording = decoded(open_recording(file, acc_unit=acc_unit, gyr_unit=gyr_unit), raw=raw)
    limits = ThresholdChoice(threshold, threshold_left, threshold_right)
    chosen = as_drill(chosen_settings(recording, settings, outward, filter, limits), drill)
    screen = console()
    if not chosen.drill.name:
        echo_threshold(screen, chosen, limits, recording, settings)
    _show(screen, write_tables(_with_progress(screen, recording, chosen), out), out)


def _with_progress(out: Console, recording: Recording, settings: Settings) -> Analysis:
    from levelhips.analysis import analyze as analyze_recording

    if not out.is_terminal:
        return analyze_recording(recording, settings)
    from rich.progress import Progress

    with Progress(console=out, transient=True) as bar:
        task = bar.add_task("Analysing", total=1.0)
        return analyze_recording(recording, settings, lambda share: bar.update(task, completed=share))


def _show(out: Console, summary: dict[str, Any], folder: Path) -> None:
    if "drill" in summary:
        from levelhips.analysis.drill_summary import drill_lines

        for line in drill_lines(summary["drill"]):
            say(out, line)
        say_notes(out, summary["recording"]["notes"])
        say(out, f"Wrote reps.csv, angles.csv and summary.json into {folder}")
        return
    from levelhips.cli.summary_table import summary_table

    out.print(summary_table(summary))
    if not summary["steps"]["all"]:
        say(out, "No steps were found; angles.csv has the pelvis over time.")
    say_notes(out, summary["recording"]["notes"])
    say(out, f"Wrote steps.csv, strides.csv, angles.csv and summary.json into {folder}")
