"""Live sessions over the virtual sensor, for tests: real GATT stack, real recorder, a time that does not wait."""

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
    """The beginning of the bundled treadmill run: 9 s standing, then running."""
    recording = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap")
    n = round(seconds * recording.rate_hz)
    return replace(recording, samples=recording.samples[:n], commands=[], events=[], settings={})


@cache
def truth_of(seconds: float) -> Analysis:
    """What the engine finds in it without any radio in between."""
    return analyze(run_of(seconds), SETTINGS)


@dataclass(frozen=True)
class Lived:
    """A session that was lived through."""

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
        """The events of the engine, without those of the session itself."""

        def of_session(event: Event) -> bool:
            said = isinstance(event, Notice) and event.kind in ("not-recording", "recording-again")
            return said or isinstance(event, LinkChange | HealthChange | CueOutcome) or (isinstance(event, Signal) and event.kind == "lost")

        return Update(events=tuple(event for event in self.recording.events if not of_session(event)))

    def against_truth(self) -> tuple[np.ndarray, list[Step], list[Cue]]:
        """Drop errors of the steps that count [deg], those that never were, and beeps for drops that were not too large.

        The session's time begins with the first sample that arrived: a constant is taken out.
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
    """Live sessions of the command line in this process run in simulated time, so much faster than real time."""
    faster = partial(Session, new_loop=lambda: SimulatedTimeLoop(speed))
    with patch("levelhips.cli.live_session.Session", faster), patch("levelhips.live.session.Session", faster):
        yield


Press = tuple[float, Do, float | None]


class Finger:
    """Press keys at moments of the run: what, from when on [s], and its value."""

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
) -> Lived:
    """Live through a session with these faults, from the first search to the end of the recording."""
    recording = run_of(seconds)
    source = partial(
        virtual_source, recording, profiles()[profile], faults=[parse_fault(fault) for fault in faults], rate_hz=rate_hz, **options
    )
    finger = Finger(list(press))
    session = finger.session = Session(source, settings, folder, [*sinks, finger], new_loop=lambda: SimulatedTimeLoop(speed))
    begun(session)
    session.start()
    session.join()
    session.stop()
    if session.error is not None:
        raise session.error
    assert session.recorder is not None
    return Lived(session, open_recording(session.recorder.paths[-1]), seconds)
