"""A live session on the command line: start it, show it, and print its summary at the end."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.cli.console import error_console, open_player, say
from levelhips.cli.options import faults_of, profile_of
from levelhips.cli.terminal.live_view import LiveView
from levelhips.cli.termination import terminal_may_close
from levelhips.cli.unfinished import add_unfinished
from levelhips.errors import LevelHipsError
from levelhips.events import LinkState, Quality, Side
from levelhips.history.unfinished import SessionNote
from levelhips.live.awake import Awake
from levelhips.live.end_signals import EndSignals
from levelhips.live.ending import Ending
from levelhips.live.fault_lines import fault_lines
from levelhips.live.session import MakeSource, Session
from levelhips.programme.remember import remember
from levelhips.recording import Recording
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import Profile
from levelhips.sensors.source import ready
from levelhips.settings import Resolved
from levelhips.settings.paths import documents, history_path
from levelhips.simulation.faults import Fault
from levelhips.text import tr
from levelhips.words import EXCLUSION_FIXES, EXCLUSION_REASONS, SIDES, sensor_title, words_for

UNFINISHED_S = 3.0  # a run does not wait longer for earlier ones; they are then added while it goes on
TELL_S = 1.0  # an end that takes longer is announced
LOST = 4  # exit code: the session was held, but its recording or its sound failed for a while


def run_session(
    out: Console,
    resolved: Resolved,
    *,
    folder: Path | None,
    keep: bool,
    sound: bool,
    sensor: str | None,
    virtual: Recording | None,
    profile: str,
    faults: Sequence[str],
    rate_hz: float | None = None,
) -> None:
    """Run a session until the user ends it, and print its summary.

    Parameters
    ----------
    out : Console
        For the live view and the summary; if it is quiet, only problems are printed, on standard error.
    resolved : Resolved
        The settings, and who chose the outward axis.
    folder : Path or None
        Folder for the recording; None: the user's documents.
    keep : bool
        Whether to record.
    sound : bool
        Whether to open the sound device.
    sensor : str or None
        Name or address of the sensor; None: the only one in range.
    virtual : Recording or None
        Play this recording through a virtual sensor instead of connecting to a real one.
    profile : str
        Name of the virtual sensor's profile.
    faults : sequence of str
        Faults of the virtual sensor, as `faults_of` reads them.
    rate_hz : float or None
        Sampling rate to ask for; None: the sensor's usual.

    Raises
    ------
    LevelHipsError
        If the sensor or the computer needs the user's help.
    """
    source: MakeSource
    kind = profile_of(profile)
    if virtual is not None:
        source = virtual_sensor_source(virtual, kind, rate_hz, faults_of(faults))
        title = tr("cli.run.virtual-title", name=virtual.path.name, kind=sensor_title(kind.name, kind.title))
    else:
        source, title = lambda: ready(BleSource(Radio(), sensor, rate_hz)), sensor or "levelhips"
    kept_in = (folder or documents()) if keep else None
    add_unfinished(out, within_s=UNFINISHED_S)
    sounds: list[Any] = open_player(resolved.settings) if sound else []
    try:
        session = Session(source, resolved.settings, kept_in, list(sounds), outward=resolved.outward, note=SessionNote(history_path()))
    except LevelHipsError:
        for one in sounds:
            one.close()
        raise
    follow(out, session, LiveView(out, title, sounds), sounds)


def virtual_sensor_source(recording: Recording, profile: Profile, rate_hz: float | None, faults: list[Fault]) -> MakeSource:
    """Return a source that plays a recording through a virtual sensor in this process."""
    from levelhips.simulation.peripheral import virtual_source

    return partial(virtual_source, recording, profile, rate_hz=rate_hz, faults=faults)


def follow(out: Console, session: Session, view: LiveView, sounds: Sequence[Any] = ()) -> None:
    """Show a session until its end or Ctrl-C, stop it cleanly, add it to the history and print its summary.

    Raises
    ------
    LevelHipsError
        If the session ended with one.
    SystemExit
        With code 4 if recording or sound failed for a while.
    """
    ending = Ending(session, [Awake(), *sounds], lambda paths: remember(paths, history_path()))
    with EndSignals(ending.begin) as signals:
        try:
            session.start()
            with terminal_may_close():
                view.follow(session, lambda: signals.is_asked)
        finally:
            ending.begin()
            _wait(out, ending, signals)
        with terminal_may_close():
            summarize(out, session)
            for line in ending.hints if ending.done.is_set() else [tr("ending.history-later")]:
                say(out, line)
            out.file.flush()
    if ending.bug is not None:
        raise ending.bug
    if isinstance(session.error, LevelHipsError):
        raise session.error
    if session.health.lost or (session.recorder is not None and not session.recorder.is_closed):
        raise SystemExit(LOST)


def _wait(out: Console, ending: Ending, signals: EndSignals) -> None:
    """Wait until the end is complete, or a signal asked for it and something hangs."""
    tell_s: float = time.monotonic() + TELL_S
    while not ending.done.wait(0.1) and not signals.is_late:
        if time.monotonic() > tell_s:
            tell_s = math.inf
            with terminal_may_close():
                say(out, tr("ending.wait"))


def summarize(out: Console, session: Session) -> None:
    """Print the result of a session in a few lines; nothing if no sensor was ever reached."""
    if session.link.state is LinkState.FAILED and not session.statistics.samples:
        return
    for line in _result_lines(session) + _recording_lines(session) + fault_lines(session, session.health.lost):
        say(out, line)
    for trouble in session.troubles:
        say(error_console() if out.quiet else out, tr("cli.run.trouble", trouble=trouble))


def _result_lines(session: Session) -> list[str]:
    statistics = session.statistics
    minutes, steps = statistics.newest_s / 60, statistics.steps.total()
    counted = tr("cli.run.steps", n=steps, counted=statistics.counted)
    lines = [tr("cli.run.result", minutes=minutes, steps=counted, beeps=tr("cli.run.beeps", n=statistics.cues))]
    if statistics.steps and not statistics.counted:
        quality = Quality(statistics.steps.most_common(1)[0][0])
        reason, advice = words_for(EXCLUSION_REASONS, quality), words_for(EXCLUSION_FIXES, quality)
        lines.append(tr("cli.run.no-step-counts", reason=reason, advice=advice))
    if statistics.drill is not None:
        lines = drill_lines(drill_values(statistics.drill))
    drops = []
    for side in Side:
        drop = statistics.drop(side)
        if drop.n:
            drops.append(tr("cli.run.mean-drop-of-side", side=SIDES[side], drop_deg=drop.mean, steps=drop.n))
    if drops:
        lines.append(tr("cli.run.mean-drop", drops=", ".join(drops)))
    return lines


def _recording_lines(session: Session) -> list[str]:
    statistics, lines = session.statistics, []
    lost = [
        *([tr("cli.run.lost-in-gaps", n=statistics.gaps, seconds=statistics.gaps_s)] if statistics.gaps else []),
        *([tr("cli.run.damaged-packets", n=statistics.damaged)] if statistics.damaged else []),
        *([tr("cli.run.silences", n=statistics.stalls)] if statistics.stalls else []),
        *([tr("cli.run.reconnections", n=session.link.reconnects)] if session.link.reconnects else []),
    ]
    if lost:
        lines.append(tr("cli.run.lost", parts=", ".join(lost)))
    if math.isfinite(statistics.sync.drift_ppm):
        lines.append(tr("cli.run.clock-drift", drift_ppm=-statistics.sync.drift_ppm))
    if session.recorder is not None:
        lines += [tr("cli.run.recorded", path=path) for path in session.recorder.paths]
    return lines
