"""Sessions that are ended in every way and phase: by real signals, terminals and X servers, and with parts that hang."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
if sys.platform == "win32":
    pytest.skip("signals and pseudo-terminals are a matter of POSIX", allow_module_level=True)

from bench.ends import LIMIT_S, PHASES, Process
from live_harness import run_of
from waiting import until

from levelhips import RecordingWriter, Settings, Update, open_recording
from levelhips.history import History
from levelhips.history.unfinished import SessionNote, TakenIn, take_in
from levelhips.live import loop_thread
from levelhips.live.end_signals import EndSignals
from levelhips.live.ending import Ending
from levelhips.live.session import Session
from levelhips.programme.remember import remember
from levelhips.recording import recorder as recorder_module
from levelhips.recording.backlog import Item
from levelhips.recording.recorder import Recorder
from levelhips.recording.schema import CONNECTING_PACKETS, Packet
from levelhips.sensors.profile import profiles
from levelhips.simulation import bumble_backend
from levelhips.simulation.faults import parse_fault
from levelhips.simulation.peripheral import virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def quick_limits(monkeypatch):
    """Shorten the limits of what hangs."""
    for name in ("TASK_END_S", "CANCEL_S", "CONCLUDE_S"):
        monkeypatch.setattr(loop_thread, name, 0.3)


def begun(folder: Path, *sinks, source=None) -> Session:
    source = source or partial(virtual_source, run_of(40.0), profiles()["levelhips"])
    session = Session(source, Settings(), folder, list(sinks), new_loop=lambda: SimulatedTimeLoop(math.inf))
    session.start()
    return session


class Blocks:
    """Sink that hangs at a moment of the run, until it is released."""

    def __init__(self, at_s: float) -> None:
        self.at_s, self.there, self.released = at_s, threading.Event(), threading.Event()

    def put(self, update: Update) -> None:
        if len(update.angles) and update.angles.t_s[-1] > self.at_s:
            self.there.set()
            self.released.wait(60)


def test_recording_is_closed_although_the_thread_of_the_session_hangs(tmp_path, quick_limits):
    """Bug: stop waited for ever for a sink or an engine that hangs."""
    blocks = Blocks(20.0)
    session = begun(tmp_path, blocks)
    assert blocks.there.wait(60)
    session.stop()
    assert getattr(session.error, "code", "") == "session-not-ended"
    [path] = session.recorder.paths
    recording = open_recording(path)
    assert recording.notes == []
    assert 19.9 < recording.samples.t_s[-1] < 21.0
    blocks.released.set()
    assert session.join(60)


def test_recording_is_closed_although_the_radio_never_disconnects(tmp_path, quick_limits):
    """Bug: stop canceled again and again what does not react to it."""
    let_go = threading.Event()

    @asynccontextmanager
    async def stubborn():
        try:
            async with virtual_source(run_of(40.0), profiles()["levelhips"]) as source:
                yield source
        finally:
            let_go.wait(60)  # in the session's thread, where nothing can cancel it

    session = begun(tmp_path, source=stubborn)
    until(lambda: session.statistics.samples)
    session.stop()
    assert getattr(session.error, "code", "") == "session-not-ended"
    assert open_recording(session.recorder.paths[0]).notes == []
    let_go.set()
    assert session.join(60)


def test_disk_that_hangs_is_said_and_the_session_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "END_S", 0.3)
    let_go, sync, hangs = threading.Event(), os.fsync, threading.Event()

    def fsync(number: int) -> None:
        if hangs.is_set():
            let_go.wait(60)
        sync(number)

    monkeypatch.setattr(os, "fsync", fsync)
    blocks = Blocks(20.0)
    session = begun(tmp_path, blocks)
    assert blocks.there.wait(60)
    hangs.set()
    blocks.released.set()
    session.stop()
    assert [getattr(trouble, "code", "") for trouble in session.troubles] == ["recording-not-ended"]
    assert not session.recorder.is_closed
    let_go.set()
    until(lambda: session.recorder.is_closed)
    assert open_recording(session.recorder.paths[0]).notes == []


def test_session_ends_at_once_although_the_library_loses_a_cancellation(tmp_path, monkeypatch):
    """Bug: canceled just when the connection was there, `asyncio.wait_for` of Python 3.11 goes on, and the end took 5 s longer."""
    times: list[float] = []

    async def connect(client: object, *arguments: object, **options: object) -> None:
        with suppress(asyncio.CancelledError):
            connecting.set()
            await asyncio.sleep(1000.0)
        times.append(asyncio.get_running_loop().time())
        try:
            await asyncio.sleep(1000.0)
        finally:
            times.append(asyncio.get_running_loop().time())

    connecting = threading.Event()
    monkeypatch.setattr(bumble_backend._Client, "connect", connect)
    session = Session(partial(virtual_source, run_of(20.0), profiles()["levelhips"]), Settings(), tmp_path)
    session.start()
    assert connecting.wait(20)
    session.stop()
    lost_s, canceled_s = times
    assert canceled_s - lost_s < 1.0


def test_sound_that_hangs_does_not_delay_the_history(tmp_path):
    class Hangs:
        released = threading.Event()

        def close(self) -> None:
            self.released.wait(60)

    session = begun(tmp_path)
    until(lambda: session.statistics.steps)
    asked = threading.Event()
    ending = Ending(session, [Hangs()], lambda paths: ([str(asked.set()), *map(str, paths)], True))
    ending.begin()
    ending.begin()
    assert asked.wait(20)
    Hangs.released.set()
    assert ending.done.wait(20)
    assert ending.hints[1:] == list(map(str, session.kept))


def test_a_signal_is_noticed_although_the_main_thread_hangs(tmp_path):
    """The main thread waits in a call that no handler can interrupt, as a write to a terminal that takes nothing."""
    code = """
import ctypes, signal, threading
from levelhips.live import end_signals
end_signals.END_S = end_signals.REACT_S = 0.3
begun = threading.Event()
threading.Thread(target=lambda: (begun.wait(), print("begun", flush=True)), daemon=True).start()
with end_signals.EndSignals(begun.set):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])  # of this thread: the signal does not interrupt its call
    print("ready", flush=True)
    ctypes.CDLL(None).sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 1
        assert running.stdout.read() == "begun\n"


def test_hang_up_stays_ignored_under_nohup():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with EndSignals(lambda: None) as signals:
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
            until(lambda: signals.is_asked)
        assert signals.received == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    ("program", "phase", "end"),
    [
        ("run", "scanning", lambda process: process.running.send_signal(signal.SIGTERM)),
        ("run", "connecting", lambda process: process.press(b"q")),
        ("run", "streaming", Process.close_terminal),
        ("drill", "streaming", lambda process: process.running.send_signal(signal.SIGINT)),
    ],
    ids=["run, scanning, SIGTERM", "run, connecting, q", "run, streaming, terminal closed", "drill, streaming, Ctrl-C"],
)
def test_process_is_gone_with_a_whole_file_and_a_stopped_sensor(tmp_path, program, phase, end):
    process = Process(program, tmp_path, PHASES[phase])
    process.reach(phase)
    end(process)
    ended = process.gone()
    assert ended.seconds < LIMIT_S
    assert ended.clean, ended.output
    assert ended.code == 0
    assert ended.whole
    if phase == "streaming":
        assert ended.stopped
        assert ended.remembered == 1


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed (Debian: xvfb)")
def test_session_is_ended_when_the_x_server_is_gone(tmp_path):
    """Bug: the process stayed for ever, recorded on invisibly, and kept the sensor."""
    process = Process("app", tmp_path)
    try:
        process.reach("streaming", steps=False)
        process.server.kill()
        ended = process.gone()
    except AssertionError:
        if "Qt platform plugin" in process.text():
            pytest.skip("the system's part of Qt is missing")
        raise
    assert ended.seconds < LIMIT_S
    assert ended.code == 1
    assert ended.clean, ended.output
    assert "The display is gone" in ended.output
    assert (ended.whole, ended.stopped) == (True, True)


def test_run_that_was_killed_is_in_the_history_at_the_next_start(tmp_path):
    """Bug: a run that was killed, or whose computer lost power, reached the history only by `levelhips history rebuild`."""
    process = Process("run", tmp_path)
    process.reach("streaming")
    running_too = process.start_again()
    process.running.kill()
    ended = process.gone()
    assert (ended.code, ended.whole, ended.remembered) == (-signal.SIGKILL, False, 0)
    assert "unfinished" not in running_too, "a session that still runs is left alone"
    assert "1 unfinished session was added to the history" in process.start_again()
    assert process.remembered() == 1
    assert "unfinished" not in process.start_again(), "only once"


def session_with_note(folder: Path) -> tuple[Session, SessionNote]:
    note = SessionNote(folder / "history.sqlite")
    source = partial(virtual_source, run_of(20.0), profiles()["levelhips"])
    return Session(source, Settings(), folder / "runs", note=note, new_loop=lambda: SimulatedTimeLoop(math.inf)), note


def ended_and_released(folder: Path) -> list[Path]:
    """Run a session to its end without the history, and free the lock of its note as the end of the process does."""
    session, note = session_with_note(folder)
    session.start()
    session.join()
    session.stop()
    note._file.close()
    return session.recorder.paths


def test_session_whose_addition_was_cut_off_is_added_at_the_next_start(tmp_path):
    [path] = ended_and_released(tmp_path)
    assert take_in(tmp_path / "history.sqlite").added == 1
    with History(tmp_path / "history.sqlite") as history:
        assert [row.file for row in history.sessions()] == [str(path)]
    assert take_in(tmp_path / "history.sqlite") == TakenIn()


def test_session_in_two_files_is_added_as_one(tmp_path, monkeypatch):
    """Bug: each file of a session counted: "2 unfinished sessions were added"."""
    monkeypatch.setattr(recorder_module, "RETRY_S", 0.0)
    note, run, reports = SessionNote(tmp_path / "history.sqlite"), run_of(40.0), []
    recorder = Recorder(tmp_path, "clip", {"live": "1"}, lambda what, lost_s: reports.append(what), note.add)
    recorder.describe({"rate_hz": "200", "outward": "+z"}, Settings().as_dict(), run.scale)
    recorder.samples(run.samples[:4000])
    until(lambda: recorder.path is not None and recorder.path.stat().st_size > 20_000)
    recorder._put(Item("samples", "not samples"))  # an error in the recorder begins a new file
    until(lambda: reports)
    recorder.samples(run.samples[4000:])
    until(lambda: len(recorder.paths) == 2)
    recorder.close()
    note._file.close()
    assert take_in(tmp_path / "history.sqlite").lines == ["1 unfinished session was added to the history"]
    with History(tmp_path / "history.sqlite") as history:
        [row] = history.sessions()
    assert row.duration_s > 39.0


def test_note_goes_when_the_session_is_in_the_history(tmp_path):
    session, _ = session_with_note(tmp_path)
    session.start()
    session.join()
    assert len(list((tmp_path / "unfinished").iterdir())) == 1
    ending = Ending(session, [], partial(remember, history_file=tmp_path / "history.sqlite"))
    ending.begin()
    assert ending.done.wait(20)
    assert list((tmp_path / "unfinished").iterdir()) == []


def test_note_stays_while_the_history_cannot_be_used(tmp_path):
    ended_and_released(tmp_path)
    history = tmp_path / "history.sqlite"
    history.mkdir()
    assert take_in(history) == TakenIn()
    history.rmdir()
    assert take_in(history).added == 1


def test_recording_that_was_deleted_or_damaged_does_not_come_up_again(tmp_path):
    [deleted] = ended_and_released(tmp_path)
    deleted.unlink()
    assert take_in(tmp_path / "history.sqlite") == TakenIn()
    [damaged] = ended_and_released(tmp_path)
    damaged.write_bytes(b"not a recording at all")
    [line] = take_in(tmp_path / "history.sqlite").lines
    assert damaged.name in line
    assert take_in(tmp_path / "history.sqlite") == TakenIn()


def test_leftover_without_samples_is_removed(tmp_path):
    leftover = tmp_path / "leftover.mcap"
    with RecordingWriter(leftover, {"live": "1"}) as writer:
        writer.packet(Packet(0.0, b"up", "link"), 0.0)
    not_ours = tmp_path / "converted.mcap"
    with RecordingWriter(not_ours, {}):
        pass
    undecoded = tmp_path / "undecoded.mcap"
    with RecordingWriter(undecoded, {"live": "1"}) as writer:
        for number in range(CONNECTING_PACKETS + 1):
            writer.packet(Packet(float(number), b"unknown", "stream"), number)
    note = SessionNote(tmp_path / "history.sqlite")
    for path in (leftover, not_ours, undecoded):
        note.add(path)
    note._file.close()
    assert take_in(tmp_path / "history.sqlite").removed == 1
    assert [path.exists() for path in (leftover, not_ours, undecoded)] == [False, True, True]


def test_session_that_ends_before_the_first_samples_leaves_no_file(tmp_path):
    source = partial(virtual_source, run_of(20.0), profiles()["levelhips"], faults=[parse_fault("slow=60")])
    session = Session(source, Settings(), tmp_path)
    session.start()
    until(lambda: list(tmp_path.glob("*.mcap")))
    session.stop()
    assert list(tmp_path.glob("*.mcap")) == []
    assert session.recorder.paths == []
