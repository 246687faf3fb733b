"""A live session on the command line: start it, show it, and print its summary at the end."""

from __future__ import annotations

import math
import signal
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.cli.console import console, open_player, say
from levelhips.cli.options import profile_of
from levelhips.cli.terminal.live_view import LiveView
from levelhips.cli.termination import signals_as_ctrl_c
from levelhips.errors import LevelHipsError
from levelhips.events import LinkState, Quality, Side
from levelhips.live.session import MakeSource, Session, ready
from levelhips.programme.remember import remember
from levelhips.recording import Recording
from levelhips.sensors.ble import BleSource, Radio
from levelhips.sensors.profile import Profile
from levelhips.settings import Resolved
from levelhips.settings.paths import documents, history_path
from levelhips.simulation.faults import Fault, parse_fault
from levelhips.words import EXCLUSION_FIXES, EXCLUSION_REASONS, words_for


def run_session(
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
        Faults of the virtual sensor, as `parse_fault` reads them.
    rate_hz : float or None
        Sampling rate to ask for; None: the sensor's usual.

    Raises
    ------
    LevelHipsError
        If the sensor or the computer needs the user's help.
    """
    kind = profile_of(profile)
    out = console()
    kept_in = (folder or documents()) if keep else None
    sounds: list[Any] = open_player(resolved.settings) if sound else []
    try:
        source: MakeSource
        if virtual is not None:
            source = virtual_sensor_source(virtual, kind, rate_hz, [parse_fault(fault) for fault in faults])
            title = f"{virtual.path.name} as a virtual {kind.title}"
        else:
            source = lambda: ready(BleSource(Radio(), sensor, rate_hz))  # noqa: E731
            title = sensor or "levelhips"
        session = Session(source, resolved.settings, kept_in, list(sounds), outward=resolved.outward)
        follow(out, session, LiveView(out, title, sounds))
    finally:
        for one in sounds:
            one.close()


def virtual_sensor_source(recording: Recording, profile: Profile, rate_hz: float | None, faults: list[Fault]) -> MakeSource:
    """Return a source that plays a recording through a virtual sensor in this process."""
    from levelhips.simulation.peripheral import virtual_source

    return partial(virtual_source, recording, profile, rate_hz=rate_hz, faults=faults)


def follow(out: Console, session: Session, view: LiveView) -> None:
    """Show a session until its end or Ctrl-C, stop it cleanly, print its summary and add it to the history.

    Raises
    ------
    LevelHipsError
        If the session ended with one.
    """
    with signals_as_ctrl_c():
        session.start()
        try:
            view.follow(session)
        except KeyboardInterrupt:
            pass
        finally:
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not cost the end of the recording
            try:
                session.stop()
            finally:
                signal.signal(signal.SIGINT, before)
        summarize(out, session)
        for path in session.kept:
            for line in remember(path, history_path()):
                say(out, line)
    if isinstance(session.error, LevelHipsError):
        raise session.error


def summarize(out: Console, session: Session) -> None:
    """Print the result of a session in a few lines; nothing if no sensor was ever reached."""
    if session.link.state is LinkState.FAILED and not session.statistics.samples:
        return
    for line in _result_lines(session) + _trouble_lines(session):
        say(out, line)


def _result_lines(session: Session) -> list[str]:
    statistics = session.statistics
    lines = [
        f"{statistics.newest_s / 60:.1f} min, {statistics.steps.total()} steps ({statistics.counted} counted), {statistics.cues} beeps"
    ]
    if statistics.steps and not statistics.counted:
        quality = Quality(statistics.steps.most_common(1)[0][0])
        lines.append(f"No step counts: {words_for(EXCLUSION_REASONS, quality)}. {words_for(EXCLUSION_FIXES, quality)}.")
    if statistics.drill is not None:
        lines = drill_lines(drill_values(statistics.drill))
    drops = []
    for side in Side:
        drop = statistics.drop(side)
        if drop.n:
            drops.append(f"{side.value} {drop.mean:.1f} deg ({drop.n})")
    if drops:
        lines.append(f"Mean drop: {', '.join(drops)}")
    return lines


def _trouble_lines(session: Session) -> list[str]:
    statistics, lines = session.statistics, []
    if statistics.gaps or statistics.stalls or statistics.damaged:
        lines.append(
            f"Lost: {statistics.gaps_s:.1f} s in {statistics.gaps} gaps; {statistics.damaged} damaged packets; "
            f"the sensor went silent {statistics.stalls} times, {session.link.reconnects} reconnections"
        )
    if math.isfinite(statistics.sync.drift_ppm):
        lines.append(f"The sensor's clock against this computer's: {-statistics.sync.drift_ppm:+.0f} ppm")
    if session.recorder is not None:
        lines += [f"Recorded {path}" for path in session.recorder.paths]
    return lines + [f"Trouble: {trouble}" for trouble in session.troubles]
