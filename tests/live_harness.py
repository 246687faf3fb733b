"""Live sessions with the virtual sensor: real GATT stack, real recorder, simulated time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import numpy as np

from levelhips import Analysis, Cue, Do, Gap, Quality, Recording, Settings, Step, Update, analyze, open_recording
from levelhips.events import CueOutcome, Event, HealthChange, LinkChange, LinkState, Notice, Signal
from levelhips.live.dispatcher import EventSink
from levelhips.live.session import Session
from levelhips.sensors.profile import profiles
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop

ROOT = Path(__file__).resolve().parents[1]
THRESHOLD_DEG = 3.4
SETTINGS = replace(Settings(), threshold=replace(Settings().threshold, mode="fixed", left_deg=THRESHOLD_DEG, right_deg=THRESHOLD_DEG))


@cache
def run_of(seconds: float) -> Recording:
    """Return the beginning of the bundled treadmill run: 9 s of standing, then running."""
    recording = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap")
    n = round(seconds * recording.rate_hz)
    return replace(recording, samples=recording.samples[:n], commands=[], events=[], settings={})


@cache
def truth_of(seconds: float) -> Analysis:
    """Return what the engine finds in that run without Bluetooth in between."""
    return analyze(run_of(seconds), SETTINGS)


@dataclass(frozen=True)
class LiveRun:
    """A live session that has ended, with its recording."""

    session: Session
    recording: Recording
    seconds: float

    def of(self, kind: type) -> list:
        return [event for event in self.recording.events if isinstance(event, kind)]

    @property
    def states(self) -> list[LinkState]:
        return [change.state for change in self.of(LinkChange)]

    @property
    def good(self) -> list[Step]:
        return [step for step in self.of(Step) if step.quality is Quality.OK]

    @property
    def lost_s(self) -> float:
        return sum(gap.to_s - gap.from_s for gap in self.of(Gap))

    def core_events(self) -> Update:
        """Return the events of the engine, without those of the session itself."""

        def of_session(event: Event) -> bool:
            said = isinstance(event, Notice) and event.kind in ("not-recording", "recording-again")
            return said or isinstance(event, LinkChange | HealthChange | CueOutcome) or (isinstance(event, Signal) and event.kind == "lost")

        return Update(events=tuple(event for event in self.recording.events if not of_session(event)))

    def against_truth(self) -> tuple[np.ndarray, list[Step], list[Cue]]:
        """Return the drop errors of the valid steps [deg], the steps that never were, and the beeps for drops below the threshold.

        The time of the session begins with the first sample that arrived: a constant difference is removed.
        """
        truth = truth_of(self.seconds).steps
        at = np.array([step.at_s for step in truth])
        if not self.good:
            return np.empty(0), [], self.of(Cue)
        shifts = [step.at_s - at[int(np.abs(at - step.at_s).argmin())] for step in self.good]
        at = at + float(np.median(shifts))
        errors, invented = [], []
        for step in self.good:
            nearest = int(np.abs(at - step.at_s).argmin())
            if abs(at[nearest] - step.at_s) > 0.03 or truth[nearest].side is not step.side:
                invented.append(step)
            else:
                errors.append(step.drop_deg - truth[nearest].drop_deg)
        # (A stance that the recording's end cuts off may beep, but is not a step.)
        needless = [
            cue
            for cue in self.of(Cue)
            if truth[int(np.abs(at - cue.contact_s).argmin())].drop_deg < THRESHOLD_DEG - 0.3 and cue.contact_s < at[-1] + 0.1
        ]
        return np.array(errors), invented, needless


@contextmanager
def command_line_at(speed: float) -> Iterator[None]:
    """Let live sessions of the command line in this process run in simulated time, `speed` times as fast as real time."""
    faster = partial(Session, new_loop=lambda: SimulatedTimeLoop(speed))
    with patch("levelhips.cli.live_session.Session", faster), patch("levelhips.live.session.Session", faster):
        yield


Press = tuple[float, Do, float | None]


class KeyPresses:
    """Sink that gives commands at moments of the run: time [s], command and value."""

    def __init__(self, wanted: list[Press]) -> None:
        self.wanted, self.session = wanted, None

    def put(self, update: Update) -> None:
        if self.wanted and len(update.angles) and update.angles.t_s[-1] > self.wanted[0][0]:
            _, do, value = self.wanted.pop(0)
            self.session.command(do, value)


def live(
    folder: Path,
    *faults: str,
    profile: str = "levelhips",
    seconds: float = 45.0,
    rate_hz: float | None = None,
    settings: Settings = SETTINGS,
    sinks: Sequence[EventSink] = (),
    press: Sequence[Press] = (),
    speed: float = math.inf,
    begun: Callable[[Session], None] = lambda session: None,
    **options: object,
) -> LiveRun:
    """Run a session with these faults, from the search for the sensor to the end of the recording."""
    recording = run_of(seconds)
    source = partial(
        virtual_source, recording, profiles()[profile], faults=[parse_fault(fault) for fault in faults], rate_hz=rate_hz, **options
    )
    presses = KeyPresses(list(press))
    session = presses.session = Session(source, settings, folder, [*sinks, presses], new_loop=lambda: SimulatedTimeLoop(speed))
    begun(session)
    session.start()
    session.join()
    session.stop()
    if session.error is not None:
        raise session.error
    assert session.recorder is not None
    return LiveRun(session, open_recording(session.recorder.paths[-1]), seconds)
