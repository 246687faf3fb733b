"""The recorder loses nothing: killed, out of room, on a slow disk; and what is saved of a damaged file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace as Namespace

import numpy as np
import pytest
from conftest import ROOT, short_run
from waiting import until

from levelhips import Command, Cue, Do, LevelHipsError, RecordingError, Samples, Settings, Step, Update, analyze, open_recording
from levelhips.events import HealthReason, HealthState, Notice, Signal, SignalKind, ThresholdChange
from levelhips.learned import Learned
from levelhips.recording import backlog as backlog_module
from levelhips.recording import recorder as recorder_module
from levelhips.recording.backlog import Item
from levelhips.recording.event_reader import read_events
from levelhips.recording.file_series import check_folder
from levelhips.recording.frames import FileState, read_messages
from levelhips.recording.recorder import Recorder
from levelhips.recording.recover import recover
from levelhips.recording.schema import Packet
from levelhips.recording.writer import RecordingWriter
from levelhips.sensors.decoding import redecoded

PROGRAM = [sys.executable, "-m", "levelhips"]
RUN = ROOT / "recordings" / "treadmill_fatigue.mcap"
SCALE = (0.0047, 0.001)


def second(number: int) -> Samples:
    n = np.arange(200)
    rows = np.random.default_rng(number).integers(-2000, 2000, (200, 3)).astype(float)
    return Samples(np.rint((number + n / 200) * 1e6) * 1e-6, rows * float(np.float32(SCALE[0])), rows * float(np.float32(SCALE[1])))


class HungDisk:
    """A disk that hangs in the recorder's thread from the next sync on, until it is released."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_stuck = False
        self.hangs, self.released = threading.Event(), threading.Event()
        monkeypatch.setattr(os, "fsync", self._sync)
        monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)

    def _sync(self, number: int) -> None:
        if self.is_stuck and threading.current_thread().name == "levelhips-recorder":
            self.hangs.set()
            assert self.released.wait(60)

    def hang(self, recorder: Recorder) -> None:
        """Return when the recorder has written all that it was given, and hangs."""
        until(lambda: not recorder._queue)
        self.is_stuck = True
        assert self.hangs.wait(60)


def begun(folder: Path, **options) -> Recorder:
    recorder = Recorder(folder, "a sensor/7", {"profile": "levelhips"}, **options)
    recorder.describe({"rate_hz": "200", "outward": "+z"}, Settings().as_dict(), SCALE)
    return recorder


def test_recorded_data_is_read_back_and_files_are_never_overwritten(tmp_path):
    for _ in range(2):
        recorder = begun(tmp_path)
        for number in range(3):
            recorder.packet(Packet(5.0 + number, b"raw", "stream"), number)
            recorder.samples(second(number))
        recorder.close()
    files = sorted(tmp_path.glob("*.mcap"))
    assert len(files) == 2
    for file in files:
        assert "a-sensor-7" in file.name
        recording = open_recording(file)
        assert recording.notes == []
        assert recording.scale == pytest.approx(SCALE)
        assert recording.metadata["outward"] == "+z"
        assert np.array_equal(recording.samples.acc_mps2, np.concatenate([second(n).acc_mps2 for n in range(3)]))
        assert [packet.arrival_s for packet in recording.packets] == [5.0, 6.0, 7.0]


def test_a_folder_that_cannot_be_written_is_reported_before_the_run(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="--record"):
        check_folder(tmp_path / "file" / "folder")


def test_a_hanging_disk_delays_no_caller_and_loses_nothing(tmp_path, monkeypatch):
    disk = HungDisk(monkeypatch)
    recorder = begun(tmp_path)
    disk.hang(recorder)
    for number in range(40):  # all of this returns while the disk hangs
        recorder.packet(Packet(float(number), b"raw", "stream"), number)
        recorder.samples(second(number))
    disk.released.set()
    recorder.close()
    recording = open_recording(recorder.paths[0])
    assert len(recording.samples) == 40 * 200
    assert len(recording.packets) == 40


def test_a_disk_that_hangs_for_ever_is_reported_and_the_queue_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(backlog_module, "MAX_ITEMS", 50)
    disk = HungDisk(monkeypatch)
    said = []
    recorder = begun(tmp_path, report=lambda what, lost_s: said.append(what))
    disk.hang(recorder)
    for number in range(200):
        recorder.packet(Packet(float(number), b"raw", "stream"), number)
        if number % 2:
            recorder.samples(second(number // 2))
    disk.released.set()
    recorder.close()
    assert [str(what) for what in said] == ["The disk is too slow; 83.0 s were not recorded"]
    recording = open_recording(recorder.paths[0])
    assert [packet.arrival_s for packet in recording.packets] == list(range(167, 200))
    assert [int(t_s) for t_s in recording.samples.t_s[::200]] == list(range(83, 100)), "the newest"


def written(recorder: Recorder) -> None:
    """Wait until everything that was given is on the disk."""
    until(lambda: not recorder._queue and recorder._busy_since_s is None)


def test_a_disk_that_hangs_is_a_fault_and_does_not_keep_the_session_from_ending(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "STALLED_S", 0.05)
    monkeypatch.setattr(recorder_module, "END_S", 0.2)
    disk = HungDisk(monkeypatch)
    reports = []
    recorder = begun(tmp_path, report=lambda what, lost_s: reports.append(what))
    assert recorder.health().state is HealthState.OK
    disk.hang(recorder)
    recorder.samples(second(0))
    until(lambda: recorder.health().state is HealthState.FAULT)
    assert (recorder.health().reason, recorder.recording) == (HealthReason.DISK_STALLED, False)
    recorder.close()
    assert [report.code for report in reports] == ["recording-not-ended"]
    assert str(recorder.paths[0]) in str(reports[0])
    disk.released.set()
    until(lambda: not recorder._thread.is_alive())
    assert len(open_recording(recorder.paths[0]).samples) == 200, "written after all"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not delete a file that is open")
@pytest.mark.parametrize("deleted", ["file", "folder"])
def test_a_recording_that_is_deleted_in_mid_session_is_saved_again_and_goes_on_in_a_new_file(tmp_path, monkeypatch, deleted):
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
    folder, reports = tmp_path / "runs", []
    recorder = begun(folder, report=lambda what, lost_s: reports.append((what, lost_s)))
    recorder.samples(second(0))
    written(recorder)
    [path] = recorder.paths
    if deleted == "file":
        path.unlink()
    else:
        shutil.rmtree(folder)
    recorder.samples(second(1))
    until(lambda: len(recorder.paths) == 2 and recorder.health().state is HealthState.OK)
    recorder.samples(second(2))
    recorder.close()
    assert recorder.paths == [path, path.with_name(f"{path.stem}_part2.mcap")]
    for one in recorder.paths:
        recording = open_recording(one)
        assert recording.path == path
        assert [str(note) for note in recording.notes] == ["The session is in 2 files; nothing is missing between them"]
        assert np.array_equal(recording.samples.t_s, np.concatenate([second(number).t_s for number in range(3)])), "nothing is lost"
    assert getattr(reports[0][0], "code", "") == "recording-gone"
    assert str(reports[1][0]) == f"Saved the deleted recording again: {path}"
    assert (str(reports[2][0]), reports[2][1]) == (f"Recording again, into {recorder.paths[1].name}; nothing is lost", 0.0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not delete a file that is open")
def test_recording_that_is_replaced_is_saved_under_another_name_and_the_next_file_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
    recorder = begun(tmp_path)
    recorder.samples(second(0))
    written(recorder)
    [path] = recorder.paths
    (tmp_path / "other").write_text("another program's")
    (tmp_path / "other").replace(path)
    recorder.samples(second(1))
    until(lambda: len(recorder.paths) == 2 and recorder.health().state is HealthState.OK)
    recorder.close()
    saved, later = recorder.paths
    assert (saved.name, later.name) == (f"{path.stem}_part1.mcap", f"{path.stem}_part2.mcap")
    state = FileState()
    list(read_messages(later.read_bytes(), state))
    assert state.metadata["continues"] == saved.name
    assert np.array_equal(open_recording(saved).samples.t_s, np.concatenate([second(0).t_s, second(1).t_s]))
    assert path.read_text() == "another program's"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not move a file that is open")
def test_a_recording_that_is_moved_away_is_whole_there_and_not_named_any_more(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
    recorder = begun(tmp_path / "runs")
    recorder.samples(second(0))
    written(recorder)
    recorder.paths[0].rename(tmp_path / "moved.mcap")
    recorder.samples(second(1))
    until(lambda: not (tmp_path / "moved.mcap").samefile(recorder.paths[0]) if recorder.paths and recorder.paths[0].exists() else False)
    recorder.close()
    assert [path.parent.name for path in recorder.paths] == ["runs"]
    moved, rest = open_recording(tmp_path / "moved.mcap"), open_recording(recorder.paths[0])
    assert moved.notes == []
    assert [str(note) for note in rest.notes] == ["Part 1 of the session is missing: the rest is read without it"]
    assert len(moved.samples) + len(rest.samples) == 400
    begun_as = tmp_path / "runs" / rest.metadata["continues"]
    (tmp_path / "moved.mcap").rename(begun_as)
    assert len(open_recording(recorder.paths[0]).samples) == len(open_recording(begun_as).samples) == 400, "moved back"


def test_an_unforeseen_error_does_not_end_the_recorder(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
    monkeypatch.setattr(recorder_module, "RETRY_S", 0.0)
    reports = []
    recorder = begun(tmp_path, report=lambda what, lost_s: reports.append(what))
    recorder.samples(second(0))
    written(recorder)
    recorder._put(Item("samples", "not samples", seconds=1.0))
    until(lambda: bool(reports))
    assert reports[0].code == "recorder-failed"
    recorder.samples(second(2))
    until(lambda: len(recorder.paths) == 2)
    recorder.close()
    recording = open_recording(recorder.paths[0])
    assert np.array_equal(recording.samples.t_s, np.concatenate([second(0).t_s, second(2).t_s]))
    assert str(recording.notes[-1]) == "The session is in 2 files; 1.0 s are missing between them"


@pytest.mark.parametrize("name", ["x" * 5000, "ü" * 300, "\udcff clip \ud800", "../../etc/passwd", "\0", ""])
def test_any_name_of_a_sensor_makes_a_file(tmp_path, name):
    recorder = Recorder(tmp_path, name, {"sensor": name})
    recorder.describe({"rate_hz": "200", "sensor_name": name}, Settings().as_dict(), SCALE)
    recorder.samples(second(0))
    recorder.close()
    [path] = tmp_path.iterdir()
    assert path == recorder.paths[0]
    assert len(open_recording(path).samples) == 200


def open_packets(path: Path) -> list[Packet]:
    from levelhips.recording.frames import FileState, read_messages
    from levelhips.recording.schema import Topic, decode_packet

    channels = frozenset((Topic.PACKETS.channel,))
    return [decode_packet(message.data) for message in read_messages(path.read_bytes(), FileState(), channels)]


FULL = """
import resource, signal, sys, threading
from pathlib import Path
sys.path[:0] = [{tests!r}, {root!r}]
from test_recorder import begun, second
from waiting import until
from levelhips.recording import recorder as module
from levelhips.recording.schema import Packet
module.RETRY_S = 0.3
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
said, failed, again = [], threading.Event(), threading.Event()


def say(what, lost_s):
    said.append((what, lost_s))
    (again if lost_s == lost_s else failed).set()


recorder = begun(Path({folder!r}), report=say)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
numbers = iter(range(10000))


def record(seconds):
    for _, number in zip(range(seconds), numbers):
        recorder.packet(Packet(float(number), bytes(50), "stream"), number)
        recorder.samples(second(number))


size = recorder.path.stat().st_size
record(10)
until(lambda: recorder.path.stat().st_size > size + 10 * 1000)
resource.setrlimit(resource.RLIMIT_FSIZE, (512, hard))  # full
until(lambda: record(1) or failed.wait(0.02))
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))  # somebody made room
until(lambda: record(1) or again.wait(0.02))
record(15)
print(next(numbers) - 1)
recorder.close()
print(len(recorder.paths), [(str(what), lost_s) for what, lost_s in said])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit of a file's size stands for a full disk; Windows has none")
def test_a_full_disk_is_reported_and_recording_continues_once_there_is_room(tmp_path):
    program = FULL.format(tests=str(ROOT / "tests"), root=str(ROOT), folder=str(tmp_path))
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT / "tests").stdout
    last, output = output.split("\n", 1)
    assert output.startswith("2 ")
    assert "cannot be written any more" in output
    assert "Free some disk space" in output
    assert "Recording again" in output
    assert output.rstrip().endswith("nothing is lost', 0.0)]")
    first, again = sorted(tmp_path.glob("*.mcap"), key=lambda path: path.stat().st_mtime)
    assert again.name == f"{first.stem}_part2.mcap"
    both = open_recording(first)
    assert [int(np.floor(t_s)) for t_s in both.samples.t_s[::200]] == list(range(int(last) + 1)), "nothing is lost"
    assert [packet.arrival_s for packet in both.packets] == list(range(int(last) + 1))
    assert (both.rate_hz, both.outward, both.scale) == (200.0, "+z", pytest.approx(SCALE))
    first.rename(tmp_path / "elsewhere.mcap")
    alone = open_recording(again)
    assert len(alone.samples) >= 15 * 200
    assert alone.metadata["continues"] == first.name
    assert (alone.rate_hz, alone.outward, alone.scale) == (200.0, "+z", pytest.approx(SCALE))


def has_samples(path: Path, count: int) -> bool:
    """Whether so many samples of a recording that is being written are on the disk."""
    try:
        return len(open_recording(path).samples) >= count
    except LevelHipsError:
        return False


def test_data_is_on_the_disk_within_a_second_also_right_after_a_write(tmp_path):
    recorder, took_s = begun(tmp_path), []
    for number in range(4):
        recorder.samples(second(number))
        given_s = time.monotonic()
        until(lambda: has_samples(recorder.paths[0], 200 * (number + 1)))  # noqa: B023
        took_s.append(time.monotonic() - given_s)
    recorder.close()
    assert min(took_s[1:]) < 1.0, "the best of three: the others may have waited for a busy computer"


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not there")
def test_a_killed_process_loses_less_than_a_second(tmp_path):
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    command = [*PROGRAM, "run", "--virtual", str(RUN), "--record", str(tmp_path), "--mute"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: any(has_samples(path, 400) for path in tmp_path.glob("*.mcap")))
    running.send_signal(signal.SIGKILL)
    killed_s = time.monotonic()  # the clock of the packets' arrivals, on Linux and macOS
    running.wait()
    [path] = tmp_path.glob("*.mcap")
    recording = open_recording(path)
    assert killed_s - recording.packets[-1].arrival_s < 1.0
    assert any("was not closed" in str(note) for note in recording.notes)
    saved = recover(recording)
    whole = open_recording(saved.path)
    assert whole.notes == []
    assert np.array_equal(whole.samples.acc_mps2, recording.samples.acc_mps2)
    # A packet is recorded before it is decoded: the last one may be on the disk without its samples.
    decoded_s = redecoded(whole).samples.t_s
    assert np.array_equal(decoded_s[: len(recording.samples)], recording.samples.t_s)
    assert len(recording.samples) <= len(decoded_s) <= len(recording.samples) + 20  # in 247 bytes
    assert path.exists()
    assert "recovered_from" in whole.metadata


def test_recovering_an_undamaged_recording_is_refused(tmp_path):
    with pytest.raises(RecordingError, match="is not damaged"):
        recover(open_recording(RUN))


def test_redecoding_needs_raw_packets():
    with pytest.raises(RecordingError, match="Leave out --raw"):
        redecoded(open_recording(RUN))


class FullDisk:
    """A disk that is full from one time of a session on and has room again from another; as a sink it knows the time.

    The session waits at both times until the recorder has noticed: its thread runs in real time, the session does not.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, from_s: float, to_s: float) -> None:
        self.from_s, self.to_s, self.heard = from_s, to_s, []
        self._is_full, self._failed, self._again = threading.Event(), threading.Event(), threading.Event()
        self._flush = RecordingWriter.flush

        def flush(writer: RecordingWriter) -> None:
            self._try_to(writer)

        monkeypatch.setattr(RecordingWriter, "flush", flush)
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: Namespace(free=0 if self._is_full.is_set() else 10**9))
        monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
        monkeypatch.setattr(recorder_module, "RETRY_S", 0.0)

    def _try_to(self, writer: RecordingWriter) -> None:
        if self._is_full.is_set():
            self._failed.set()
            writer._fail(OSError(28, "No space left on device"))
        self._flush(writer)
        if self._failed.is_set():
            self._again.set()

    def put(self, update: Update) -> None:
        self.heard.append(update)
        now_s = update.angles.t_s[-1] if len(update.angles) else 0.0
        if now_s >= self.from_s and not self._failed.is_set():
            self._is_full.set()
            assert self._failed.wait(60)
        elif now_s >= self.to_s and self._failed.is_set():
            self._is_full.clear()
            assert now_s < self.to_s + 1.0 or self._again.wait(60)  # recording begins again with what comes in this second


def test_a_session_on_a_full_disk_goes_on_beeping_and_reports_it(tmp_path, monkeypatch):
    """The recorder's file fails during a session: events continue, and a notice is given."""
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from live_harness import live, truth_of

    disk = FullDisk(monkeypatch, 20.0, 22.0)
    live_run = live(tmp_path, sinks=[disk])
    whole = Update.join(disk.heard)
    assert len(list(whole.of(Cue))) == len(truth_of(45.0).cues)
    assert [notice.kind for notice in whole.of(Notice)] == ["not-recording", "recording-again"]
    assert any("No space left" in str(trouble) for trouble in live_run.session.troubles)
    recorded = Update(events=tuple(live_run.recording.events))
    for kind in (Step, Cue):
        assert Update(events=tuple(recorded.of(kind))) == Update(events=tuple(whole.of(kind))), "also those of the time in between"
    first, again = live_run.session.recorder.paths
    assert again.name == f"{first.stem}_part2.mcap"
    assert live_run.recording.samples.t_s[-1] == pytest.approx(45.0, abs=0.01)
    assert np.diff(live_run.recording.samples.t_s).max() < 0.01
    assert [notice.value for notice in whole.of(Notice) if notice.kind == "recording-again"] == [0.0]
    assert [str(note) for note in live_run.recording.notes] == ["The session is in 2 files; nothing is missing between them"]
    again_s = [(step.at_s, step.drop_rad) for step in analyze(live_run.recording).steps]
    assert again_s == [(step.at_s, step.drop_rad) for step in live_run.of(Step)], "a new analysis agrees with the session"
    raw = redecoded(live_run.recording).samples
    assert np.array_equal(raw.t_s, live_run.recording.samples.t_s)


def full_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let the disk be full while the event that is returned is set."""
    full, flush = threading.Event(), RecordingWriter.flush

    def flushed(writer: RecordingWriter) -> None:
        if full.is_set():
            writer._fail(OSError(28, "No space left on device"))
        flush(writer)

    monkeypatch.setattr(RecordingWriter, "flush", flushed)
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
    monkeypatch.setattr(recorder_module, "RETRY_S", 0.0)
    return full


def test_file_that_cannot_be_begun_on_a_full_disk_does_not_stay(tmp_path, monkeypatch):
    full = full_disk(monkeypatch)
    full.set()
    recorder = begun(tmp_path)
    recorder.samples(second(0))
    assert list(tmp_path.iterdir()) == []
    full.clear()
    until(lambda: recorder.recording)
    recorder.close()
    [path] = recorder.paths
    assert list(tmp_path.iterdir()) == [path]
    assert len(open_recording(path).samples) == 200


def test_what_memory_cannot_keep_while_the_disk_is_full_is_lost_from_its_beginning_and_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(backlog_module, "MAX_ITEMS", 10)
    full, reports = full_disk(monkeypatch), []
    recorder = begun(tmp_path, report=lambda what, lost_s: reports.append((what, lost_s)))
    recorder.samples(second(0))
    written(recorder)
    full.set()
    recorder.command(Command(1.0, Do.MARK))
    for number in range(1, 31):
        recorder.learned(Learned(float(number)))
        recorder.samples(second(number))
    until(lambda: reports)
    full.clear()
    until(lambda: recorder.recording)
    recorder.close()
    [(failed, nan), (again, lost_s)] = reports
    assert (failed.code, np.isnan(nan)) == ("recording-stopped", True)
    assert str(again) == f"Recording again, into {recorder.paths[1].name}; 25.0 s are lost"
    assert lost_s == pytest.approx(25.0)
    session = open_recording(recorder.paths[0])
    assert [int(t_s) for t_s in session.samples.t_s[::200]] == [0, 26, 27, 28, 29, 30]
    assert session.commands == [Command(1.0, Do.MARK)]
    assert [str(note) for note in session.notes] == ["The session is in 2 files; 25.0 s are missing between them"]
    recorder.paths[0].rename(tmp_path / "elsewhere.mcap")
    assert open_recording(recorder.paths[1]).learned == Learned(25.0), "known before the first second that is left, 26"


def test_a_session_that_ends_on_a_full_disk_reports_how_much_is_not_saved(tmp_path, monkeypatch):
    full, reports = full_disk(monkeypatch), []
    recorder = begun(tmp_path, report=lambda what, lost_s: reports.append(what))
    for number in range(3):
        recorder.samples(second(number))
    written(recorder)
    full.set()
    for number in range(3, 7):
        recorder.samples(second(number))
    recorder.close()
    assert [report.code for report in reports] == ["recording-stopped", "recording-not-saved"]
    assert str(reports[1]).startswith(f"The last 4.0 s of the session could not be saved in {tmp_path}. Free some disk space")
    assert recorder.is_closed
    assert len(open_recording(recorder.paths[0]).samples) == 600


def test_a_session_that_ends_while_data_is_kept_writes_it_also_if_there_is_little_room(tmp_path, monkeypatch):
    full, reports = full_disk(monkeypatch), []
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Namespace(free=1_000_000))
    recorder = begun(tmp_path, report=lambda what, lost_s: reports.append((getattr(what, "code", "again"), lost_s)))
    recorder.samples(second(0))
    written(recorder)
    full.set()
    recorder.samples(second(1))
    until(lambda: reports)
    full.clear()
    recorder.samples(second(2))
    recorder.close()
    assert [code for code, _ in reports] == ["recording-stopped", "again"]
    assert len(open_recording(recorder.paths[0]).samples) == 600


def test_a_single_failure_of_the_last_write_of_a_session_loses_nothing(tmp_path, monkeypatch):
    recorder, flush, failed = begun(tmp_path), RecordingWriter.flush, threading.Event()

    def flushed(writer: RecordingWriter) -> None:
        if recorder._closing.is_set() and not failed.is_set():
            failed.set()
            writer._fail(OSError(5, "Input/output error"))
        flush(writer)

    monkeypatch.setattr(RecordingWriter, "flush", flushed)
    for number in range(3):
        recorder.samples(second(number))
    recorder.close()
    assert failed.is_set()
    assert len(open_recording(recorder.paths[0]).samples) == 600


def test_command_that_is_given_while_the_disk_is_full_acts_in_the_analysis(tmp_path, monkeypatch):
    """Bug: it was not recorded, and from then on the analysis had other thresholds than the session."""
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from live_harness import live

    live_run = live(tmp_path, sinks=[FullDisk(monkeypatch, 20.0, 22.0)], press=[(21.0, Do.THRESHOLD, 2.0)])
    [command] = live_run.recording.commands
    assert (command.do, command.value) == (Do.THRESHOLD, 2.0)
    found = analyze(live_run.recording)
    [_, change] = Update(events=found.events).of(ThresholdChange)
    assert (change.left_rad, change.reason) == (np.radians(2.0), "command")
    for kind in (Step, Cue):
        assert list(Update(events=found.events).of(kind)) == live_run.of(kind)


def test_what_was_written_before_a_sync_failed_is_read_once(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)
    monkeypatch.setattr(recorder_module, "RETRY_S", 0.0)
    recorder = begun(tmp_path)
    written(recorder)
    sync, failed = os.fsync, threading.Event()

    def fail_once(number: int) -> None:
        if threading.current_thread().name == "levelhips-recorder" and not failed.is_set():
            failed.set()
            raise OSError(5, "Input/output error")
        sync(number)

    monkeypatch.setattr(os, "fsync", fail_once)
    given = [Signal(float(k), float(k), SignalKind.PAUSED) for k in range(3)]
    chunk = [Item("event", event) for event in (given[0], given[1], given[1])]
    chunk += [Item("packet", Packet(5.0, b"raw", "stream"), 0.0), Item("samples", second(0))]
    recorder._queue.put_back(chunk)
    assert failed.wait(60)
    recorder.event(given[2])
    recorder.command(Command(3.0, Do.MARK))
    until(lambda: len(recorder.paths) == 2)
    recorder.samples(second(1))
    recorder.close()
    [first, _] = recorder.paths
    assert len(open_packets(first)) == 1, "it was written before the sync failed"
    for path in recorder.paths:
        recording = open_recording(path)
        assert recording.events == [given[0], given[1], given[1], given[2]]
        assert recording.commands == [Command(3.0, Do.MARK)]
        assert recording.packets == [Packet(5.0, b"raw", "stream")]
        assert np.array_equal(recording.samples.t_s, np.concatenate([second(0).t_s, second(1).t_s]))
        assert [str(note) for note in recording.notes] == ["The session is in 2 files; nothing is missing between them"]
        assert read_events(path, (Signal,)).events == recording.events


def test_a_session_on_a_full_disk_is_one_session_in_the_history(tmp_path, monkeypatch):
    """Bugs: the first file was left out; then each file was a session of its own."""
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from live_harness import live

    from levelhips.history import History
    from levelhips.programme.remember import remember

    session = live(tmp_path / "runs", sinks=[FullDisk(monkeypatch, 25.0, 26.0)]).session
    first, again = session.recorder.paths
    assert session.kept == [first]
    for path in (*session.kept, again):
        remember([path], tmp_path / "history.sqlite")
        with History(tmp_path / "history.sqlite") as history:
            assert [row.file for row in history.sessions()] == [str(first.resolve())]


def test_a_recording_without_samples_is_explained(tmp_path):
    recorder = begun(tmp_path)
    with pytest.raises(RecordingError, match="does not contain one complete second"):
        open_recording(recorder.paths[0])
    recorder.close()


def test_a_live_recording_cut_anywhere_gives_back_its_whole_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.001)
    recorder = begun(tmp_path)
    samples = short_run().samples
    for start in range(0, len(samples), 100):
        recorder.samples(samples[start : start + 100])
        until(lambda: not recorder._queue)  # each is a chunk of its own
    recorder.close()
    data = recorder.paths[0].read_bytes()
    before = -1
    for end in range(3000, len(data), 7919):
        cut = tmp_path / "cut.mcap"
        cut.write_bytes(data[:end])
        try:
            got = len(open_recording(cut).samples)
        except RecordingError:
            got = 0
        assert got >= before
        before = got
