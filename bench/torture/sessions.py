"""A session in simulated time in which one operation fails, and what is left of it."""

from __future__ import annotations

import tempfile
import threading
import time
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import numpy as np

from bench.torture.faults import Fault, injected
from bench.torture.pace import Pace, PacedLoop, paced
from levelhips import LevelHipsError, Recording, Settings, Update, open_recording
from levelhips.audio.player import Player
from levelhips.cli.live_session import LOST
from levelhips.live.session import Session
from levelhips.recording.frames import FileState, read_messages
from levelhips.recording.schema import Topic
from levelhips.sensors.profile import profiles
from levelhips.simulation.peripheral import virtual_source

ROOT = Path(__file__).resolve().parents[2]
FROM_S, SECONDS = 6.0, 8.0  # of the bundled run: three seconds of standing, then running
RATE_HZ = 200
SETTINGS = replace(Settings(), threshold=replace(Settings().threshold, mode="fixed", left_deg=3.4, right_deg=3.4))
PACKETS = frozenset((Topic.PACKETS.channel,))
END_S = 60.0  # of real time for a session, which takes one
NO_SAMPLES = "no-whole-second"  # code of the error of a recording that was begun, and has no samples


@cache
def run_of(seconds: float = SECONDS) -> Recording:
    """Return a part of the bundled treadmill run."""
    recording = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap")
    first, count = round(FROM_S * recording.rate_hz), round(seconds * recording.rate_hz)
    return replace(recording, samples=recording.samples[first : first + count], commands=[], events=[], settings={})


class _Sink:
    """A sink that keeps all events, and may fail."""

    def __init__(self, held: Held) -> None:
        self._held, self._fault = held, held.fault

    def put(self, update: Update) -> None:
        self._held.events += update.events
        if len(update.angles):
            self._held.newest_s = float(update.angles.t_s[-1])
        if self._fault.kind == "sink" and self._fault.strikes():
            raise RuntimeError("torture")


@dataclass
class Held:
    """A session that was held, and what is left of it.

    Attributes
    ----------
    refused : LevelHipsError or None
        Why the session did not begin.
    session : Session or None
        None if it was refused.
    events : list
        What its sinks got.
    newest_s : float
        Time of the newest sample that they got [s].
    t_s : (n,) array
        Times of the samples in its files [s].
    packets : int
        Number of raw packets in its files.
    problems : list of str
        What is wrong whatever failed: files that cannot be opened, threads that are left.
    """

    fault: Fault
    refused: LevelHipsError | None = None
    session: Session | None = None
    events: list[object] = field(default_factory=list)
    newest_s: float = 0.0
    t_s: np.ndarray = field(default_factory=lambda: np.empty(0))
    packets: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """Number of steps that were counted live."""
        return self.session.statistics.steps.total() if self.session is not None else 0

    @property
    def cues(self) -> int:
        """Number of beeps that the engine asked for."""
        return self.session.statistics.cues if self.session is not None else 0

    @property
    def exit_code(self) -> int:
        """The exit code of `levelhips run` after this session (cli.live_session.follow)."""
        session = self.session
        if session is None or session.error is not None:
            return 1
        return LOST if session.health.lost or (session.recorder is not None and not session.recorder.is_closed) else 0

    @property
    def reported(self) -> bool:
        """Whether the user learns that something went wrong."""
        if self.session is None:
            return True
        statistics = self.session.statistics
        return bool(self.exit_code or self.session.troubles or statistics.damaged or statistics.gaps or statistics.stalls)


def hold(fault: Fault) -> Held:
    """Hold a session in which a fault strikes, in a folder of its own, and read what it left there."""
    held, before = Held(fault), set(threading.enumerate())
    with tempfile.TemporaryDirectory(prefix="levelhips-torture-") as name:
        folder = Path(name)
        hold_in(held, folder)
        left = _threads_left(before)
        if left:
            held.problems.append(f"threads left: {', '.join(left)}")
        read_into(held, folder)
    return held


def _threads_left(before: set[threading.Thread], within_s: float = 5.0) -> list[str]:
    """Return the names of the threads that have not ended in time."""
    end = time.monotonic() + within_s
    while left := [one.name for one in threading.enumerate() if one not in before]:
        if time.monotonic() > end:
            return left
        time.sleep(0.002)
    return []


def hold_in(held: Held, folder: Path) -> None:
    """Hold a session that records into this folder, and in which the fault of `held` strikes."""
    with paced() as pace, injected(held.fault, folder):
        _hold(held, pace, folder)


def _hold(held: Held, pace: Pace, folder: Path) -> None:
    """Hold the session, from the search for the sensor to its end."""
    source, sink = partial(virtual_source, run_of(), profiles()["levelhips"]), _Sink(held)
    player = Player()
    try:
        session = Session(source, SETTINGS, folder, [player, sink], new_loop=lambda: PacedLoop(pace))
    except LevelHipsError as error:
        held.refused = error
    else:
        held.session = session
        session.start()
        if not session.join(END_S):
            held.problems.append(f"the session did not end within {END_S:g} s")
        try:
            session.stop()
        except BaseException as error:
            if held.fault.kind != "memory":
                held.problems.append(f"stop raised {type(error).__name__}: {error}")
    finally:
        player.close()


def read_into(held: Held, folder: Path) -> None:
    """Open every file that the session left, and collect the times of their samples."""
    times = [np.empty(0)]
    recorder = held.session.recorder if held.session is not None else None
    for path in sorted(folder.glob("*")):
        held.packets += len(list(read_messages(path.read_bytes(), FileState(), PACKETS)))
        try:
            times.append(open_recording(path).samples.t_s)
        except LevelHipsError as error:
            if error.code != NO_SAMPLES or not held.reported:
                held.problems.append(f"{path.name} cannot be opened: {error}")
            continue
        if recorder is not None and path not in recorder.paths:
            held.problems.append(f"the session does not name {path.name}")
    held.t_s = np.unique(np.concatenate(times))  # a file is read with the other files of its session


@cache
def whole() -> Held:
    """Return the session without a fault."""
    held = hold(Fault("none", 1))
    assert not held.problems, held.problems
    assert len(held.t_s) == round(SECONDS * RATE_HZ)
    assert held.exit_code == 0
    return held
