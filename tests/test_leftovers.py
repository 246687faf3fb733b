"""Recordings without any data, which a session that is killed at its start leaves: a rebuild deletes them, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import levelhips
from hand_made import saved, step

from levelhips.history import History
from levelhips.history.leftovers import MIN_AGE_S
from levelhips.recording.recorder import Recorder
from levelhips.recording.schema import CONNECTING_PACKETS, Packet
from levelhips.recording.writer import RecordingWriter

LIVE = {"live": "1", "rate_hz": "100"}


def killed_at_start(path: Path) -> None:
    recorder = Recorder(path.parent, "killed", LIVE)
    assert recorder.path is not None
    data = recorder.path.read_bytes()  # what is on the disk before anything else is written
    recorder.close()
    path.write_bytes(data)


def ended_while_connecting(path: Path) -> None:
    with RecordingWriter(path, LIVE, {}) as writer:
        for number in range(CONNECTING_PACKETS):
            writer.packet(Packet(number * 0.1, b"answer", "control"), 0.0)


def killed_before_the_first_write(path: Path) -> None:
    path.touch()


def packets_that_could_not_be_decoded(path: Path) -> None:
    with RecordingWriter(path, LIVE, {}) as writer:
        for number in range(CONNECTING_PACKETS + 1):
            writer.packet(Packet(number * 0.1, b"data", "stream"), 0.0)


def of_another_program(path: Path) -> None:
    with RecordingWriter(path, {"rate_hz": "100"}):
        pass


def no_recording(path: Path) -> None:
    path.write_bytes(b"my notes")


def make_old(path: Path, seconds: float) -> None:
    at_s = time.time() - seconds
    os.utime(path, (at_s, at_s))


LEFTOVERS = [killed_at_start, ended_while_connecting, killed_before_the_first_write]


@pytest.mark.parametrize("make", LEFTOVERS)
def test_recording_without_data_is_deleted_after_an_hour_and_never_reported(make: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    folder.mkdir()
    run = saved(folder / "run.mcap", "2026-03-04T12:00:00+00:00", step(1.0))
    make(folder / "stub.mcap")
    with History(tmp_path / "history.sqlite") as history:
        make_old(folder / "stub.mcap", MIN_AGE_S - 60)
        done = history.rebuild(folder)
        assert (done.added, done.leftovers, done.errors) == (1, 0, [])
        assert (folder / "stub.mcap").exists(), "its session may still be looking for the sensor"
        make_old(folder / "stub.mcap", MIN_AGE_S + 60)
        done = history.rebuild(folder)
        assert (done.unchanged, done.leftovers, done.errors) == (1, 1, [])
    assert list(folder.iterdir()) == [run]


@pytest.mark.parametrize("make", [packets_that_could_not_be_decoded, of_another_program, no_recording])
def test_file_that_may_hold_something_is_reported_and_stays(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "odd.mcap")
    make_old(tmp_path / "odd.mcap", 10 * MIN_AGE_S)
    with History(tmp_path / "data" / "history.sqlite") as history:
        done = history.rebuild(tmp_path)
    assert (done.added, done.leftovers) == (0, 0)
    assert [error.split()[0] for error in done.errors] == ["odd.mcap"]
    assert (tmp_path / "odd.mcap").exists()


def test_command_says_how_many_recordings_it_deleted(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.mcap").touch()
        make_old(tmp_path / f"{number}.mcap", 2 * MIN_AGE_S)
    said = levelhips("history", "rebuild", tmp_path, home=tmp_path / "data").text
    assert "Deleted 2 recordings without data, of sessions that were cut off at their start" in said
    assert "Deleted" not in levelhips("history", "rebuild", tmp_path, home=tmp_path / "data").text
