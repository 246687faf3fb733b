"""Recordings that end or block the process that reads them, or contain what nobody expects, cost only themselves."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

import pytest
from conftest import run_engine, short_run
from test_history import run
from test_untrusted import chunk, message, metadata, recording
from waiting import until

from levelhips import LevelHipsError
from levelhips.events import Step
from levelhips.events.codec import encode_event
from levelhips.history import History, session_row, summaries
from levelhips.history.summaries import summary
from levelhips.recording.schema import Topic

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in the file system")
STARTED = "2026-03-04T12:00:00+00:00"


@pytest.fixture(scope="module")
def one_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("run") / "run.mcap"
    run(path, STARTED, seconds=20.0)
    return path


def copies(original: Path, folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.mcap" for number in range(count)]
    for path in paths:
        path.write_bytes(original.read_bytes())
    return paths


@cache
def a_step() -> bytes:
    return encode_event(next(event for event in run_engine(short_run().samples, 100.0).events if isinstance(event, Step)))


def events(path: Path, *found: bytes, **values: str) -> Path:
    """Write a recording with a step, further events and metadata."""
    messages = b"".join(message(Topic.EVENTS, event) for event in (a_step(), *found))
    return recording(path, metadata({"sensor": "worn in this test", **values}), chunk(messages))


def camber(value: str, at_s: str = "1.0") -> bytes:
    return b'{"kind": "Notice", "at_s": %s, "known_s": 1.0, "what": "camber", "value": %s}' % (at_s.encode(), value.encode())


@needs_pipes
def test_a_worker_that_dies_costs_one_file(tmp_path: Path, one_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ended the rebuild with BrokenProcessPool."""
    monkeypatch.setattr(summaries, "MAX_WORKERS", 1)
    good = copies(one_run, tmp_path, 8)
    deadly = tmp_path / "deadly.mcap"
    os.mkfifo(deadly)

    def kill() -> None:
        with deadly.open("wb"):  # waits until the worker opens it
            [worker] = multiprocessing.active_children()
            worker.kill()
            worker.join()

    killing = threading.Thread(target=kill)
    killing.start()
    found = dict(summaries.summaries([good[0], deadly, *good[1:]]))
    killing.join()
    error = found.pop(deadly)
    assert isinstance(error, LevelHipsError)
    assert error.code == "reading-crashed"
    assert found == {path: session_row(path) for path in good}
    assert multiprocessing.active_children() == []


@needs_pipes
def test_a_recording_that_takes_too_long_is_given_up(tmp_path: Path, one_run: Path) -> None:
    blocking = tmp_path / "blocking.mcap"
    os.mkfifo(blocking)
    good = copies(one_run, tmp_path, 8)
    found = dict(summaries.summaries([*good, blocking], file_s=2.0))
    error = found.pop(blocking)
    assert isinstance(error, LevelHipsError)
    assert error.code == "reading-takes-too-long"
    assert found == {path: session_row(path) for path in good}


@needs_pipes
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    """A killed rebuild left its workers behind for ever."""
    pipes = [tmp_path / f"{number}.mcap" for number in range(8)]
    for pipe in pipes:
        os.mkfifo(pipe)
    code = "import sys, pathlib; from levelhips.history.summaries import summaries; list(summaries([*map(pathlib.Path, sys.argv[1:])]))"
    with subprocess.Popen([sys.executable, "-c", code, *map(str, pipes)]) as parent:
        writing = os.open(pipes[0], os.O_WRONLY)  # waits until a worker opens it
        parent.send_signal(signal.SIGKILL)
    until(lambda: is_closed(writing), message="the worker still reads the file")
    os.close(writing)


def is_closed(pipe: int) -> bool:
    """Return whether nobody has the other end of a pipe open."""
    try:
        os.write(pipe, b"x")
    except BrokenPipeError:
        return True
    return False


def test_without_workers_the_recordings_are_read_in_this_process(tmp_path: Path, one_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(multiprocessing.spawn, "get_executable", lambda: b"/bin/false")
    paths = copies(one_run, tmp_path, 8)
    assert dict(summaries.summaries(paths)) == {path: session_row(path) for path in paths}


@pytest.mark.parametrize(
    "settings",
    [
        b"[1, 2]",
        b"3",
        b"null",
        b'{"motion": null}',
        b'{"protocol": 7}',
        b'{"protocol": {"name": ["a"], "session": "x"}}',
        b'{"protocol": {"name": "baseline", "session": 1e400}}',
        b"[" * 200_000,
        b'{"a":' * 40_000,
    ],
    ids=lambda settings: settings[:40].decode(),
)
def test_settings_of_a_wrong_kind_do_not_end_a_summary(tmp_path: Path, settings: bytes) -> None:
    path = recording(
        tmp_path / "r.mcap", metadata({"sensor": "s"}), chunk(message(Topic.SETTINGS, settings) + message(Topic.EVENTS, a_step()))
    )
    found = summary(path)
    assert (found.protocol, found.protocol_session, found.steps) == ("", 1, 1)


@pytest.mark.parametrize(
    "started", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "1969-01-01T00:00:00", "yesterday"]
)
def test_an_impossible_start_is_replaced_by_the_time_of_the_file(tmp_path: Path, started: str) -> None:
    path = events(tmp_path / "r.mcap", started_utc=started)
    os.utime(path, (1_772_625_600, 1_772_625_600))
    assert summary(path).started == STARTED
    assert str(summary(path).day) in ("2026-03-04", "2026-03-05")


@pytest.mark.parametrize(
    "event",
    [
        b'{"kind": "ModeChange", "at_s": "x", "mode": "running"}',
        camber('"x"'),
        b'{"kind": "BlockChange", "at_s": 1.0, "number": 1' + b"0" * 30 + b"}",
        b'{"kind": "Step", "at_s": ["left"]}',
        b'{"kind": "Step", "a": ' + b"[" * 100_000,
    ],
    ids=lambda event: event[:40].decode(),
)
def test_an_event_with_a_value_of_a_wrong_kind_is_left_out(tmp_path: Path, event: bytes) -> None:
    found = summary(events(tmp_path / "r.mcap", event))
    assert (found.steps, found.note) == (1, "damaged")


@needs_pipes
def test_one_unexpected_recording_does_not_end_a_rebuild(tmp_path: Path, one_run: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    copies(one_run, folder, 2)
    os.mkfifo(folder / "pipe.mcap")
    events(folder / "odd.mcap", camber("1e308"), camber("1e308"))
    with History(tmp_path / "history.sqlite") as history:
        done = history.rebuild(folder)
    assert done.added == 2
    assert done.errors == ["odd.mcap has content that levelhips does not expect (ValueError)"]


def test_unexpected_content_is_reported_without_a_traceback(tmp_path: Path) -> None:
    """Bug: Python printed the log message, which has one, on the terminal."""
    events(tmp_path / "odd.mcap", camber("1e308"), camber("1e308"))
    command = [sys.executable, "-m", "levelhips", "history", "rebuild", str(tmp_path)]
    environment = {**os.environ, "LEVELHIPS_DATA": str(tmp_path / "data"), "LEVELHIPS_LANGUAGE": "en"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    assert lines == ["0 added, 0 unchanged, 0 removed", "Skipped: odd.mcap has content that levelhips does not expect (ValueError)"]
