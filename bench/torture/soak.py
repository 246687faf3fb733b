"""Let a session run for a simulated day, and check that memory, threads and open files stay the same.

    python -m bench.torture.soak [--hours 24]

Prints a line for each simulated hour. Exit code 1: something grew. A simulated hour takes half a minute.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
from rich.console import Console

from bench.torture.pace import PacedLoop, paced
from bench.torture.sessions import SETTINGS
from levelhips import Samples, Update, open_recording
from levelhips.audio.player import Player
from levelhips.events import LinkReason, LinkState
from levelhips.history.session_row import session_row
from levelhips.live.session import Session
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import LINK, UP, Profile, Write, profiles
from levelhips.sensors.profiles import levelhips as open_profile
from levelhips.sensors.source import LinkStatus, Listener, ready
from levelhips.simulation.bundled import find

RATE_HZ = 50.0  # the engine needs 40; four times as fast as 200
STAND_S, LOOP_S = 15.0, 120.0  # the run begins with standing; then two minutes are repeated
PACKET_S = 0.2  # of samples in a packet: ten times as many as a real sensor sends, and the session takes as much less time
SILENT_EVERY_S, SILENT_S = 1800.0, 20.0  # the sensor is out of range every half hour
SETTLE_S = 3600.0  # until all buffers have their size; and from one measurement to the next
BLOCK_S = 0.12  # of sound: a device that takes few blocks in its first seconds counts as stalled
# An hour, after the first one. The index of the recording, which is written at its end, grows by 0.6 kB for each chunk of half a
# second: 4.6 MB an hour.
MAX_GROWTH_MB = 5.5
console = Console()


class LoopedSource:
    """A sensor that is worn for hours: its packets without a radio, two minutes of a run over and over.

    Parameters
    ----------
    seconds : float
        How long it sends.
    """

    virtual = False

    def __init__(self, seconds: float) -> None:
        self.profile: Profile | None = profiles()["levelhips"]
        self.asked_hz, self._seconds = RATE_HZ, seconds

    async def run(self, listener: Listener) -> None:
        """Pass packets to the listener until the time is over."""
        loop, profile = asyncio.get_running_loop(), profiles()["levelhips"]
        firmware, status = profile.peripheral(RATE_HZ), LinkStatus(LinkState.STREAMING, name="soak", address="00:00")
        listener.status(status)
        answers = [answer for act in profile.start(RATE_HZ) if isinstance(act, Write) for answer in firmware.write(act.to, act.data, 0)]
        for source, data in [(LINK, UP), *answers, *firmware.reads.items()]:
            listener.packet(Packet(loop.time(), data, source))
        began_s, silent_s = loop.time(), SILENT_EVERY_S
        for samples in _looped(self._seconds):
            end_s = float(samples.t_s[-1])
            await asyncio.sleep(began_s + end_s - loop.time())
            if end_s > silent_s:
                listener.status(replace(status, state=LinkState.RECONNECTING, reason=LinkReason.DISCONNECTED))
                if end_s < silent_s + SILENT_S:
                    continue
                silent_s += SILENT_EVERY_S
            for source, data in firmware.encode(samples, 247):
                listener.packet(Packet(loop.time(), data, source))
            listener.status(status)


def _looped(seconds: float) -> Iterator[Samples]:
    """Yield the samples of a long run, each time those that arrive together."""
    run = open_recording(find("treadmill_fatigue"))
    every = round(run.rate_hz / RATE_HZ)
    acc, gyr = run.samples.acc_mps2[::every], run.samples.gyr_radps[::every]
    first, count, at = round(STAND_S * RATE_HZ), round(LOOP_S * RATE_HZ), 0
    each = round(PACKET_S * RATE_HZ)
    while at < seconds * RATE_HZ:
        numbers = np.arange(at, at + each)
        where = np.where(numbers < first, numbers, first + (numbers - first) % count)
        yield Samples.checked(numbers / RATE_HZ, acc[where], gyr[where])
        at += each


@dataclass
class Used:
    """What the process uses: resident memory [MB], threads and open files."""

    memory_mb: float
    threads: int
    files: int

    @classmethod
    def now(cls) -> Used:
        """Return what it uses now."""
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, threading.active_count(), len(os.listdir("/proc/self/fd")))


@dataclass
class Meter:
    """A sink that notes each simulated hour what the process uses."""

    every_s: float = SETTLE_S
    found: list[tuple[float, Used]] = field(default_factory=list)
    began_s: float = field(default_factory=time.monotonic)

    def put(self, update: Update) -> None:
        """Note what the process uses, once an hour."""
        if len(update.angles) and update.angles.t_s[-1] >= self.every_s * (len(self.found) + 1):
            gc.collect()
            self.found.append((float(update.angles.t_s[-1]) / 3600, Used.now()))
            hours, used = self.found[-1]
            took_s = time.monotonic() - self.began_s
            line = f"{hours:5.2f} h: {used.memory_mb:.1f} MB, {used.threads} threads, {used.files} files, after {took_s:.0f} s"
            console.print(line, highlight=False)


def soak(hours: float, folder: Path, meter: Meter) -> Session:
    """Hold a session of so many simulated hours."""
    with patch.object(open_profile, "PACKET_S", PACKET_S), paced(block_s=BLOCK_S) as pace:
        player = Player()
        session = Session(
            lambda: ready(LoopedSource(3600 * hours)), SETTINGS, folder, [player, meter], outward="+z", new_loop=lambda: PacedLoop(pace)
        )
        session.start()
        session.join()
        session.stop()
        player.close()
    return session


def grown(found: list[tuple[float, Used]]) -> list[str]:
    """Return what grew after the first measurement."""
    if not found:
        return []
    (first_h, first), (last_h, last) = found[0], found[-1]
    problems = []
    per_hour = (last.memory_mb - first.memory_mb) / max(last_h - first_h, 1e-9)
    if per_hour > MAX_GROWTH_MB:
        problems.append(f"memory grows by {per_hour:.1f} MB an hour")
    if last.threads != first.threads:
        problems.append(f"{first.threads} threads became {last.threads}")
    if last.files != first.files:
        problems.append(f"{first.files} open files became {last.files}")
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=24.0)
    chosen, meter = parser.parse_args(), Meter()
    with tempfile.TemporaryDirectory(prefix="levelhips-torture-") as name:
        session = soak(chosen.hours, Path(name), meter)
        [path] = session.kept
        row = session_row(path)
        console.print(
            f"{path.stat().st_size / 1e6:.1f} MB; {row.steps} steps, {row.duration_s / 3600:.2f} h, note: {row.note or 'none'}",
            highlight=False,
        )
        console.print(f"troubles: {len(session.troubles)}; parts that failed: {', '.join(session.health.lost) or 'none'}", highlight=False)
    problems = grown(meter.found)
    console.print(*problems or ["Nothing grew."], sep="\n")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
