"""levelhips replay: play a recording with beeps and the live view."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import error_console, open_player, say, say_notes, talk
from levelhips.cli.options import (
    AccUnitOption,
    DrillOption,
    FileArgument,
    FilterOption,
    GyrUnitOption,
    MuteOption,
    OutwardOption,
    QuietOption,
    SettingsOption,
    VerboseOption,
    opened,
    settings_for,
)
from levelhips.cli.termination import signals_as_ctrl_c
from levelhips.cli.threshold import ThresholdChoice, ThresholdLeftOption, ThresholdOption, ThresholdRightOption, say_settings
from levelhips.errors import RecordingError, WrongValueError
from levelhips.text import tr

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.cli.terminal.replay_view import ReplayView
    from levelhips.live.replay import Replay

MIN_SPEED, MAX_SPEED = 0.05, 1000.0  # slower is a still picture; no computer replays faster
MAX_HEARD_SPEED = 16  # times real time; beeps that come faster run into each other


def replay(
    file: FileArgument,
    speed: Annotated[str, typer.Option("--speed", metavar="FACTOR", help="cli.replay.speed")] = "1",
    wav: Annotated[Path | None, typer.Option("--wav", metavar="FILE", help="cli.replay.wav")] = None,
    mute: MuteOption = False,
    outward: OutwardOption = None,
    filter: FilterOption = None,
    threshold: ThresholdOption = None,
    threshold_left: ThresholdLeftOption = None,
    threshold_right: ThresholdRightOption = None,
    settings: SettingsOption = None,
    drill: DrillOption = None,
    acc_unit: AccUnitOption = None,
    gyr_unit: GyrUnitOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Play a recording with beeps and a live view.

    The beeps are those of the live run, at any speed.
    """
    from levelhips.cli.terminal.replay_view import ReplayView
    from levelhips.live.replay import Replay

    factor = _speed(speed)
    recording = opened(file, acc_unit, gyr_unit)
    thresholds = ThresholdChoice(threshold, threshold_left, threshold_right)
    resolved = settings_for(recording, settings, outward, filter, thresholds, drill)
    chosen = resolved.settings
    out = talk(quiet=quiet)
    say_settings(out, resolved, verbose=verbose)
    sounds: list[Any] = [] if mute or factor > MAX_HEARD_SPEED else open_player(chosen)
    try:
        playing = Replay(recording, chosen, factor, sounds)
        view = ReplayView(out, file.name, sounds)
        with signals_as_ctrl_c():
            if wav is None:
                view.play(playing)
            else:
                _play_into(wav, playing, view)
    finally:
        for sound in sounds:
            sound.close()
    _summarize(out, playing)


def _play_into(path: Path, playing: Replay, view: ReplayView) -> None:
    """Play and write the beeps into a WAV file; if that is interrupted, no part of the file is left."""
    from levelhips.audio.wav import WavSink

    sink = WavSink(path, float(playing.recording.samples.t_s[0]), playing.settings.sound)
    try:
        playing.sinks.append(sink)
        view.play(playing)
        if sink not in playing.sinks:
            raise RecordingError("cannot-finish-writing", path=path, reason=playing.troubles[0])
        sink.close()
    except BaseException:
        sink.abandon()
        raise


def _summarize(out: Console, playing: Replay) -> None:
    snapshot, recording = playing.state.snapshot(), playing.recording
    for trouble in playing.troubles:
        say(error_console(), str(trouble))
    played_s = playing.now_s - float(recording.samples.t_s[0])
    if snapshot.drill is None:
        say(out, tr("cli.replay.played", seconds=played_s, steps=snapshot.steps, beeps=snapshot.cues))
        if snapshot.not_heard:
            say(out, tr("cli.replay.not-heard", n=snapshot.not_heard))
    else:
        say(out, tr("cli.replay.played-drill", seconds=played_s, good=snapshot.drill.good, faulty=snapshot.drill.faulty))
    say_notes(out, recording.notes)


def _speed(text: str) -> float:
    if text == "max":
        return float("inf")
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not MIN_SPEED <= speed <= MAX_SPEED:
        # Numbers to type have a decimal point in every language.
        raise WrongValueError("not-a-speed", speed=text, min=f"{MIN_SPEED:g}", max=f"{MAX_SPEED:g}")
    return speed
