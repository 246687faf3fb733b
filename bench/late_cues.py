"""Measure when each cue is heard against the true toe-off of its stance: every sensor, lost and late packets, simulated time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from levelhips import Cue, Recording, Samples, Settings, Side
from levelhips.audio.device import RATE_HZ, Playback
from levelhips.audio.player import BLOCK_S, Player
from levelhips.audio.synth import Sound
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import Outcome
from levelhips.live.session import Session
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import Profile, profiles
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import VirtualSource, virtual_source
from levelhips.simulation.runner import RunnerModel, SensorModel, Simulation, simulate_gait
from levelhips.simulation.time_loop import SimulatedTimeLoop

BOOT_S = 3.0  # what the clock of a virtual sensor shows when its stream begins
THRESHOLD = Settings(threshold=ThresholdSettings(left_deg=2.8, right_deg=2.8))  # half of the steps beep, and late: near the peak


class SimulatedDevice(Playback):
    """Sound device in simulated time. What it takes is heard a block later, when it asks for the next one."""

    def __init__(self, render: Callable[[int], Sound], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(render, loop.time)
        self._loop, self._blocks = loop, self.stream()
        next(self._blocks)
        loop.call_soon(self._take)

    def _take(self) -> None:
        self._blocks.send(round(BLOCK_S * RATE_HZ))
        self._loop.call_later(BLOCK_S, self._take)


@dataclass(slots=True)
class CueTiming:
    """A cue, the true time of the newest sample when it was given, and when it was heard [s of the stream]; NaN if never."""

    cue: Cue
    newest_s: float
    asked_s: float
    heard_s: float = math.nan


class TimedPlayer(Player):
    """A player that keeps when each cue was heard."""

    def __init__(self, loop: SimulatedTimeLoop) -> None:
        super().__init__(open_device=lambda render: SimulatedDevice(render, loop), clock=loop.time)
        self.cues: list[CueTiming] = []
        self.newest_s = 0.0  # true time of the newest sample that arrived
        self._begin, self.mixer.begin = self.mixer.begin, self._begin_timed  # type: ignore[method-assign]

    def _play(self, cue: Cue, waits_s: float) -> None:
        self.cues.append(CueTiming(cue, self.newest_s, self._clock()))
        super()._play(cue, waits_s)

    def _begin_timed(self, sound: Sound, until_s: float = math.inf, begun: Callable[[float | None], None] | None = None) -> None:
        if begun is None:
            return self._begin(sound, until_s)
        timing = self.cues[-1]

        def noted(at_s: float | None) -> None:
            timing.heard_s = math.nan if at_s is None else at_s + BLOCK_S
            begun(at_s)

        return self._begin(sound, until_s, noted)


class TracedPeripheral:
    """A simulated sensor that keeps the true time of the last sample in each packet."""

    def __init__(self, inner: Any, true_s: dict[bytes, float]) -> None:
        self._inner, self._true_s = inner, true_s

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def encode(self, samples: Samples, mtu: int) -> Iterator[tuple[str, bytes]]:
        for name, data in self._inner.encode(samples, mtu):
            self._true_s[bytes(data)] = float(samples.t_s[-1]) - BOOT_S
            yield name, data


class FailingEvents:
    """A radio whose connection events fail at random: packets wait for the next one that succeeds, and none is lost."""

    def __init__(self, source: VirtualSource, share: float, interval_s: float, seed: int) -> None:
        self._sensor, self._share, self._interval_s = source.world.sensor, share, interval_s
        self._random = np.random.default_rng(seed)
        self._waiting: list[tuple[str, bytes]] = []
        self._notify, self._sensor._notify = self._sensor._notify, self._wait  # type: ignore[method-assign]
        self._task = asyncio.ensure_future(self._deliver())

    async def _wait(self, name: str, data: bytes) -> None:
        self._waiting.append((name, data))

    async def _deliver(self) -> None:
        while True:
            await asyncio.sleep(self._interval_s)
            if self._random.random() >= self._share:
                waiting, self._waiting = self._waiting, []
                for name, data in waiting:
                    await self._notify(name, data)


@dataclass(frozen=True)
class Link:
    """How the packets of a sensor arrive."""

    name: str
    faults: tuple[str, ...] = ()
    failing: float = 0.0  # share of connection events
    interval_s: float = 0.03


LINKS = (
    Link("every packet arrives at once"),
    Link("20 % lost", ("drop=20",)),
    Link("20 % lost, 3 s silent", ("drop=20", "stall=3@25")),
    Link("20 % lost, held back 0.2 s", ("drop=20", "hold=0.2@25")),
    Link("20 % lost, held back 0.8 s", ("drop=20", "hold=0.8@25")),
    Link("20 % lost, held back 3 s", ("drop=20", "hold=3@25")),
    Link("20 % of events fail, each 30 ms", failing=0.2),
    Link("20 % of events fail, each 30 ms, held back 3 s", ("hold=3@25",), failing=0.2),
    Link("50 % of events fail, each 50 ms", failing=0.5, interval_s=0.05),
)


@dataclass(slots=True)
class Timings:
    """Cues of one session: when each was heard relative to the toe-off of its stance [s], and how many were not played."""

    cues: int = 0
    after_toe_off_s: list[float] = field(default_factory=list)  # of those that were heard
    heard_s: list[float] = field(default_factory=list)  # time of the stream
    suppressed: int = 0
    other: int = 0


@cache
def runner(seconds: float, seed: int) -> Simulation:
    """Return a simulated run whose true toe-offs are known."""
    return simulate_gait(RunnerModel(move_s=seconds), SensorModel(), seed=seed)


def timings(profile: Profile, link: Link, seconds: float = 60.0, seed: int = 1) -> Timings:
    """Return when the cues of a live session are heard."""
    made = runner(seconds, seed)
    recording = Recording(Path("run.mcap"), made.samples, made.sensor.rate_hz, {"outward": "+z"}, scale=made.sensor.scale)
    true_s: dict[bytes, float] = {}
    inner = profile.peripheral
    assert inner is not None
    traced = replace(profile, peripheral=lambda rate_hz: TracedPeripheral(inner(rate_hz), true_s))
    loop = SimulatedTimeLoop(math.inf)
    player = TimedPlayer(loop)
    sources: list[VirtualSource] = []

    @asynccontextmanager
    async def source() -> AsyncIterator[VirtualSource]:
        faults = [parse_fault(fault) for fault in link.faults]
        async with virtual_source(recording, traced, faults=faults, rate_hz=profile.default_rate_hz, seed=seed) as made_source:
            sources.append(made_source)
            if link.failing:
                FailingEvents(made_source, link.failing, link.interval_s, seed)
            yield made_source

    session = Session(source, THRESHOLD, None, [player], new_loop=lambda: loop)
    take = session.packet

    def packet(arrived: Packet) -> bool:
        player.newest_s = true_s.get(bytes(arrived.data), player.newest_s)
        return take(arrived)

    session.packet = packet  # type: ignore[method-assign]
    session.start()
    session.join()
    session.stop()
    player.mixer.clear()
    player.close()
    if session.error is not None:
        raise session.error
    outcomes = session.statistics.outcomes
    found = Timings(session.statistics.cues, suppressed=outcomes[Outcome.LATE])
    found.other = outcomes.total() - outcomes[Outcome.LATE] - outcomes[Outcome.RENDERED]
    began_s = sources[0].world.sensor._began_s or 0.0
    for timing in player.cues:
        if math.isfinite(timing.heard_s):
            found.heard_s.append(timing.heard_s - began_s)
            found.after_toe_off_s.append(timing.heard_s - began_s - toe_off_s(made, timing.cue.side, timing.newest_s))
    return found


def toe_off_s(made: Simulation, side: Side, newest_s: float) -> float:
    """Return the true toe-off of the last stance of a side that had begun by a time [s]."""
    return [off_s for contact_s, off_s, stance, _ in made.steps if stance is side and contact_s < newest_s][-1]


def late_cues(out: Table) -> None:
    """Fill a table: cues heard after toe-off, by sensor and link."""
    out.title = "Cues against the true toe-off, simulated time; a cue is heard one block of 10 ms after it is rendered"
    for column in ("sensor", "packets", "cues", "heard", "too late, not played", "heard after toe-off", "latest [ms]", "median [ms]"):
        out.add_column(column, justify="left" if column in ("sensor", "packets") else "right")
    for name, profile in profiles().items():
        if profile.peripheral is None:
            continue
        for link in LINKS:
            found = timings(profile, link)
            after = np.array(found.after_toe_off_s) * 1e3
            cells = (f"{max(after):+.0f}", f"{np.median(after):+.0f}") if len(after) else ("-", "-")
            late = f"{(after > 0).sum()}"
            out.add_row(name, link.name, f"{found.cues}", f"{len(after)}", f"{found.suppressed}", late, *cells)
