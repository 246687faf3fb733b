"""Measure live sessions: lost notifications, delay of beeps, processor time, reconnection, crashes, and memory over ten hours."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import pty
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from rich.table import Table

from bench.audio_capture import AudioCapture
from bench.ends import short_run
from levelhips import Cue, LevelHipsError, Recording, Settings, Update, analyze, open_recording
from levelhips.audio.player import Player
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import LinkState
from levelhips.history import History
from levelhips.live.session import Session
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import profiles
from levelhips.sensors.profiles import levelhips as open_profile
from levelhips.sensors.source import LinkStatus
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import VirtualSource, virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop

ROOT = Path(__file__).resolve().parents[1]
RUN = ROOT / "recordings" / "treadmill_fatigue.mcap"
PROFILE = profiles()["levelhips"]
LOW_THRESHOLD = Settings(threshold=ThresholdSettings(left_deg=2.0, right_deg=2.0))


def run_of(seconds: float, from_s: float = 0.0) -> Recording:
    """Return a part of the bundled treadmill run."""
    recording = open_recording(RUN)
    rate = recording.rate_hz
    recording.samples = recording.samples[round(from_s * rate) : round((from_s + seconds) * rate)]
    return recording


def watch_sending(source: VirtualSource) -> list[float]:
    """Return a list that grows by the event loop's time at each notification that a virtual sensor sends [s]."""
    sensor, sent = source.world.sensor, []
    notify = sensor._notify

    async def timed(name: str, data: bytes) -> None:
        sent.append(asyncio.get_running_loop().time())
        await notify(name, data)

    sensor._notify = timed  # type: ignore[method-assign]
    return sent


def notifications(out: Table) -> None:
    """Count lost notifications in a minute at 200 Hz in real time, and measure the time from sending to the client's callback."""

    class ArrivalTimes:
        complaint = None

        def __init__(self) -> None:
            self.at: list[float] = []
            self.states: list[LinkState] = []

        def packet(self, packet: Packet) -> bool:
            if packet.source == "stream":
                self.at.append(packet.arrival_s)
                return True
            return False

        def status(self, status: LinkStatus) -> None:
            self.states.append(status.state)

    async def listen() -> tuple[list[float], list[float]]:
        listener = ArrivalTimes()
        async with virtual_source(run_of(60.0), PROFILE) as source:
            sent = watch_sending(source)
            await source.run(listener)
        return sent, listener.at

    sent, at = asyncio.run(listen())
    lost = len(sent) - len(at)
    delays = (np.array(at) - np.array(sent[: len(at)])) * 1e3
    out.add_row("notifications sent, lost", f"{len(sent)}, {lost}", "0 lost")
    out.add_row("sending to the client's callback, p50, p99 [ms]", "{:.2f}, {:.2f}".format(*np.percentile(delays, [50, 99])), "2")


def delay_of_a_beep(out: Table) -> None:
    """Measure the delay from a sample over the threshold to the first sample of its beep, for two minutes in real time."""
    capture = AudioCapture()
    cues: list[Cue] = []

    class CueSink:
        def put(self, update: Update) -> None:
            cues.extend(update.of(Cue))

    made: list[VirtualSource] = []
    sent: list[list[float]] = []

    def source() -> Any:
        context = virtual_source(run_of(120.0), PROFILE)

        class Watched:
            async def __aenter__(self) -> VirtualSource:
                made.append(await context.__aenter__())
                sent.append(watch_sending(made[0]))
                return made[0]

            async def __aexit__(self, *error: Any) -> None:
                await context.__aexit__(*error)

        return Watched()

    player = Player(null=True, rendered=capture.add_block)
    with tempfile.TemporaryDirectory() as folder:
        session = Session(source, LOW_THRESHOLD, Path(folder), [player, CueSink()])
        session.start()
        session.join()
        session.stop()
    player.close()
    began_s = made[0].world.sensor._began_s or 0.0
    sendings = np.array(sent[0])
    whole, after_radio = [], []
    for cue in cues:
        measured_s = began_s + cue.at_s
        after = [at for at in capture.sound_starts_s if 0 <= at - measured_s < 0.3]
        on_air = sendings[sendings >= measured_s - 1e-4]
        if after and len(on_air):
            whole.append((after[0] - measured_s) * 1e3)
            after_radio.append((after[0] - on_air[0]) * 1e3)
    p50, p99 = np.percentile(after_radio, [50, 99])
    out.add_row(f"sample to sound, without the radio's interval, {len(after_radio)} beeps, p50, p99 [ms]", f"{p50:.0f}, {p99:.0f}", "40")
    out.add_row("the same with the 20 ms that a packet gathers", "{:.0f}, {:.0f}".format(*np.percentile(whole, [50, 99])), "")


def cpu(out: Table) -> None:
    """Measure the processor time of `levelhips run` in a terminal, over 40 s."""
    program = Path(sys.executable).parent / "levelhips"
    master, slave = pty.openpty()
    with tempfile.TemporaryDirectory() as folder:
        command = [str(program), "run", "--virtual", str(RUN), "--record", folder, "--threshold", "2"]
        running = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm-256color"})
        os.close(slave)
        end, process = time.monotonic() + 55, psutil.Process(running.pid)
        first: tuple[float, float] | None = None
        drawn = 0
        while time.monotonic() < end:
            if select.select([master], [], [], 0.5)[0]:
                drawn += len(os.read(master, 65536))
            if first is None and time.monotonic() > end - 40:
                used = process.cpu_times()
                first = time.monotonic(), used.user + used.system
        used = process.cpu_times()
        assert first is not None
        share = (used.user + used.system - first[1]) / (time.monotonic() - first[0])
        running.send_signal(signal.SIGINT)
        while running.poll() is None:
            if select.select([master], [], [], 0.2)[0]:
                try:
                    os.read(master, 65536)
                except OSError:
                    break
        running.wait(20)
        os.close(master)
    out.add_row(f"CPU of run at 200 Hz, view on ({drawn / 55e3:.1f} kB/s drawn), virtual sensor in it", f"{share:.1%}", "15 %")
    sensor = cpu_of_sensor()
    out.add_row("of that the virtual sensor and its radio, alone", f"{sensor:.1%}", "")


def cpu_of_sensor() -> float:
    """Return the share of a core that the virtual sensor and its client use."""

    class IgnoresPackets:
        complaint = None

        def packet(self, packet: Packet) -> bool:
            return packet.source == "stream"

        def status(self, status: LinkStatus) -> None: ...

    async def listen() -> float:
        async with virtual_source(run_of(20.0), PROFILE) as source:
            before, began = time.process_time(), time.monotonic()
            await source.run(IgnoresPackets())
            return (time.process_time() - before) / (time.monotonic() - began)

    return asyncio.run(listen())


def reconnection(out: Table, times: int = 20) -> None:
    """Measure the time from the first advertisement of a sensor that was away for 3-40 s to its first samples, in simulated time."""
    took = []
    for number in range(times):
        away_s, at_s = random.Random(number).uniform(3, 40), random.Random(number + 1000).uniform(10, 20)
        back: list[float] = []
        again: list[float] = []

        class FirstSampleAgain:
            complaint = None

            def __init__(self, back: list[float], again: list[float]) -> None:
                self.back, self.again = back, again

            def packet(self, packet: Packet) -> bool:
                if packet.source == "stream" and self.back and not self.again:
                    self.again.append(packet.arrival_s - self.back[0])
                return packet.source == "stream"

            def status(self, status: LinkStatus) -> None: ...

        async def listen(back: list[float] = back, again: list[float] = again, at_s: float = at_s, away_s: float = away_s) -> None:
            fault = parse_fault(f"disconnect={away_s}@{at_s}")
            async with virtual_source(run_of(70.0), PROFILE, faults=[fault]) as source:
                sensor = source.world.sensor
                advertise = sensor._advertise

                async def advertise_and_note() -> None:
                    if sensor.now_s > at_s:
                        back.append(asyncio.get_running_loop().time())
                    await advertise()

                sensor._advertise = advertise_and_note  # type: ignore[method-assign]
                await source.run(FirstSampleAgain(back, again))

        loop = SimulatedTimeLoop(math.inf)
        loop.run_until_complete(listen())
        loop.close()
        took += again
    row = f"reconnected after the sensor is back, {len(took)} of {times} times, p50, worst [s]"
    out.add_row(row, f"{np.median(took):.2f}, {max(took):.2f}", "3")


def kills(out: Table, times: int = 100, at_once: int = 4) -> None:
    """Compare the last packet in the file with the moment of a kill -9, and look for the run in the history after the next start."""
    program = Path(sys.executable).parent / "levelhips"
    losses: list[float] = []
    whole, runs, missing = [0], [0], [0]
    lock, left = threading.Lock(), iter(range(times))

    def work() -> None:
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                return
            with tempfile.TemporaryDirectory() as folder:
                here, kept = {**os.environ, "LEVELHIPS_DATA": folder}, Path(folder) / "recordings"
                command = [str(program), "run", "--virtual", str(short_run(Path(folder) / "played.mcap")), "--record", str(kept), "--mute"]
                running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=here)
                while not list(kept.glob("*.mcap")):
                    time.sleep(0.05)
                time.sleep(random.Random(number).uniform(4.0, 10.0))
                running.kill()
                at = time.monotonic()
                running.wait()
                subprocess.run([str(program), "history"], stdout=subprocess.DEVNULL, env=here, check=True)
                try:
                    recording = open_recording(next(kept.glob("*.mcap")))
                    steps = len(analyze(recording).steps)
                except (StopIteration, LevelHipsError):  # killed before the sensor was connected, or before anybody moved
                    continue
                with lock, History(Path(folder) / "history.sqlite") as history:
                    losses.append(at - max(packet.arrival_s for packet in recording.packets))
                    whole[0] += bool(len(recording.samples))
                    runs[0] += bool(steps)
                    missing[0] += bool(steps) and not history.sessions()

    workers = [threading.Thread(target=work) for _ in range(at_once)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    out.add_row(f"{times} x kill -9 ({whole[0]} can be read): p50, worst loss [s]", f"{np.median(losses):.2f}, {max(losses):.2f}", "0.5")
    out.add_row(f"missing in the history after the next start, of {runs[0]} with steps", str(missing[0]), "0")


def ten_hours(out: Table, hours: float = 10.0) -> None:
    """Measure the memory after each of ten hours, recorded and with snapshots, as fast as possible (over 64 times real time).

    At a fixed speed of 64, a pause of 25 ms on this machine would be a stall of 1.6 s for the session.
    """
    process = psutil.Process()
    open_profile.PACKET_S = open_profile.LevelHipsPeripheral.batch_s = 0.095  # 19 samples fill the MTU: a fifth of the packets
    grown: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        source = partial(virtual_source, run_of(590.0), PROFILE, loop_for_s=hours * 3600)
        session = Session(source, Settings(), Path(folder), new_loop=lambda: SimulatedTimeLoop(math.inf))
        began = time.monotonic()
        session.start()
        while not session.join(1.0):
            session.state.snapshot()
            if session.statistics.newest_s >= 3600 * (len(grown) + 1):
                gc.collect()
                grown.append((session.statistics.newest_s / 3600, process.memory_info().rss / 1e6))
        took = time.monotonic() - began
        session.stop()
        grown.append((session.statistics.newest_s / 3600, process.memory_info().rss / 1e6))
        assert session.recorder is not None
        size = session.recorder.paths[0].stat().st_size / 1e6
        statistics = session.statistics
    open_profile.PACKET_S = open_profile.LevelHipsPeripheral.batch_s = 0.02
    first, last = grown[0], max(grown[1:], key=lambda entry: entry[1])
    out.add_row(
        f"{grown[-1][0]:.1f} h at {grown[-1][0] * 3600 / took:.0f} times the speed ({statistics.steps.total()} steps, "
        f"{statistics.gaps} gaps, {size:.0f} MB): memory after hour 1, growth [MB]",
        f"{first[1]:.0f}, {last[1] - first[1]:+.1f}",
        "5",
    )


LIVE = {
    "notifications": notifications,
    "sound": delay_of_a_beep,
    "cpu": cpu,
    "reconnect": reconnection,
    "kill": kills,
    "tenhours": ten_hours,
}
