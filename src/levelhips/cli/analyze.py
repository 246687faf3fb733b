"""levelhips analyze: tables and a summary of one recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import error_console, print_json, progress_bar, say, say_notes, talk
from levelhips.cli.options import (
    AccUnitOption,
    DrillOption,
    FileArgument,
    FilterOption,
    GyrUnitOption,
    JsonOption,
    OutwardOption,
    QuietOption,
    RawOption,
    SettingsOption,
    VerboseOption,
    decoded,
    opened,
    settings_for,
    typed_values,
)
from levelhips.cli.threshold import ThresholdChoice, ThresholdLeftOption, ThresholdOption, ThresholdRightOption, say_settings
from levelhips.text import tr

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.analysis import Analysis

NOTHING_COUNTS = 3  # exit code: the analysis was done, but its figures are empty


def analyze(
    file: FileArgument,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="cli.analyze.out")],
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
    plot: Annotated[str | None, typer.Option("--plot", metavar="METRIC", help="cli.analyze.plot")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Analyze a recording step by step.

    Prints a summary and writes steps.csv, strides.csv (or reps.csv of a drill), angles.csv and summary.json.
    Exit code 3: no step counts; the last line says why.
    """
    from levelhips.analysis import analyze as analyze_recording
    from levelhips.export.plot import plot_metric
    from levelhips.export.tables import write_tables

    recording = decoded(opened(file, acc_unit, gyr_unit), raw=raw)
    thresholds = ThresholdChoice(threshold, threshold_left, threshold_right)
    resolved = settings_for(recording, settings, outward, filter, thresholds, drill)
    chosen = resolved.settings
    screen = talk(quiet=quiet, as_json=as_json)
    say_settings(screen, resolved, verbose=verbose)
    with progress_bar(screen, tr("cli.analyze.progress")) as progress:
        analysis = analyze_recording(recording, chosen, progress)
    summary = write_tables(analysis, out)
    if as_json:
        print_json(summary)
    else:
        _show_table(screen, summary)
    say_notes(screen, recording.notes)
    say(screen, tr("cli.analyze.wrote-drill" if "drill" in summary else "cli.analyze.wrote", folder=out))
    if plot is not None:
        with typed_values():
            plot_metric(analysis, plot, out / f"{plot}.png")
        say(screen, tr("cli.wrote", path=out / f"{plot}.png"))
    _exit_if_nothing_counts(analysis)


def _show_table(out: Console, summary: dict[str, Any]) -> None:
    if "drill" in summary:
        from levelhips.analysis.drill_summary import drill_lines

        for line in drill_lines(summary["drill"]):
            say(out, line)
        return
    from levelhips.cli.summary_table import summary_table

    out.print(summary_table(summary))


def _exit_if_nothing_counts(analysis: Analysis) -> None:
    """Say why no step or repetition counts and what to do about it, and exit with code 3.

    Walking is not a failure: its contacts, sides and times are results, with or without valid drops.
    """
    from levelhips.analysis import why_nothing_counts
    from levelhips.events import Mode

    if analysis.settings.drill.name:
        message = "" if any(rep.full for rep in analysis.reps) else tr("cli.analyze.no-repetition")
    else:
        found = why_nothing_counts(analysis)
        message = f"{found.reason}. {found.fix}." if found is not None else ""
    if message:
        say(error_console(), message)
        if not any(step.mode is Mode.WALKING for step in analysis.steps):
            raise SystemExit(NOTHING_COUNTS)
