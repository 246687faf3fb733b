"""The demo: play a bundled run, then write a report of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from levelhips.analysis import Analysis, analyze
from levelhips.audio.wav import WavSink
from levelhips.cli.summary_table import summary_table
from levelhips.cli.terminal.replay_view import ReplayView
from levelhips.errors import LevelHipsError
from levelhips.events import Update
from levelhips.export.plot import plot_drops
from levelhips.export.tables import write_tables
from levelhips.live.replay import Replay
from levelhips.recording import Recording, open_recording
from levelhips.settings import Settings, recording_settings
from levelhips.settings.paths import settings_path
from levelhips.simulation import bundled
from levelhips.text import tr

SHOW_FROM_S, SHOW_S = 480.0, 45.0  # by then the drop in left stance has grown enough to beep


def run_demo(console: Console, out: Path, *, fast: bool, player: Callable[[Settings], list[Any]]) -> None:
    """Play a bundled run (fast without a terminal), write a report of it into `out`, and print what it shows.

    Raises
    ------
    LevelHipsError
        If the bundled run is missing or the folder cannot be written.
    """
    recording = open_recording(bundled.find(bundled.TREADMILL))
    settings = recording_settings(recording, settings_path()).settings
    if console.is_terminal and not fast:
        _play(console, recording, settings, player)
    analysis = analyze(recording, settings)
    summary = write_tables(analysis, out)
    wav, picture = out / "beeps.wav", out / "drops.png"
    _render(wav, analysis)
    made = ["steps.csv", "strides.csv", "angles.csv", "summary.json", wav.name]
    try:
        plot_drops(analysis, picture)
        made.append(picture.name)
    except LevelHipsError as error:
        console.print(f"{error}", highlight=False, soft_wrap=True)
    console.print(summary_table(summary))
    left, right = summary["contralateral_drop_deg"]["left"], summary["contralateral_drop_deg"]["right"]
    growth = summary["drift_deg_per_10_min"]["left"]["slope"]
    result = tr(
        "cli.demo.result",
        growth_deg=growth,
        left_deg=left["mean"],
        right_deg=right["mean"],
        steps=settings.threshold.baseline_steps,
        n=summary["cues"]["all"],
        on_the_left=summary["cues"].get("left", 0),
    )
    console.print(result, highlight=False)
    for name in made:
        minute = f"  ({tr('cli.demo.from-minute', minute=SHOW_FROM_S / 60)})" if name == wav.name else ""
        console.print(f"  {out / name}{minute}", highlight=False, soft_wrap=True)


def _play(console: Console, recording: Recording, settings: Settings, player: Callable[[Settings], list[Any]]) -> None:
    sounds = player(settings)
    try:
        playing = Replay(recording, settings, 1.0, sounds)
        playing.seek(SHOW_FROM_S)
        view = ReplayView(console, tr("cli.demo.title", minute=SHOW_FROM_S / 60), sounds)
        view.until_s = SHOW_FROM_S + SHOW_S
        view.play(playing)
    finally:
        for sound in sounds:
            sound.close()


def _render(path: Path, analysis: Analysis) -> None:
    """Write the beeps from SHOW_FROM_S on to a WAV file. The events of an analysis are those of a replay."""
    sink = WavSink(path, SHOW_FROM_S, analysis.settings.sound)
    try:
        sink.put(Update(analysis.angles, analysis.events))
        sink.close()
    except BaseException:
        sink.abandon()
        raise
