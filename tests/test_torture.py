"""The short form of `make torture`: operations of a session fail one after another, and nothing is lost without a word."""

from __future__ import annotations

import math
import os
import random
from pathlib import Path

import pytest

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")

from bench.fuzz_structures import Structures
from bench.torture import command_series, commands, series, soak
from bench.torture.faults import ANY, Fault
from bench.torture.oracle import lost_s, unexplained
from bench.torture.session_kills import killed_sessions
from bench.torture.sessions import hold, whole

from levelhips.errors import RecordingError
from levelhips.events import Notice
from levelhips.recording.recorder import Recorder
from levelhips.settings import store


@pytest.fixture(scope="module", autouse=True)
def session_without_a_fault() -> None:
    whole()


@pytest.mark.parametrize(("kind", "lasting", "step"), [("write", False, 20), ("fsync", True, 20), ("open", False, 1)])
def test_nothing_is_lost_unexplained_whichever_file_operation_of_a_session_fails(kind: str, lasting: bool, step: int) -> None:
    row = series.sessions(kind, lasting=lasting, end_s=math.inf, step=step)
    assert row.problems == []
    assert row.complete
    assert row.struck == row.runs - 1


def test_a_write_that_fails_in_mid_session_is_reported_and_costs_nothing() -> None:
    held = hold(Fault("write", 12))
    session = held.session
    assert session is not None
    assert [getattr(trouble, "code", "again") for trouble in session.troubles] == ["recording-stopped", "again"]
    assert len(session.recorder.paths) == 2  # type: ignore[union-attr]
    assert lost_s(held, whole()) == 0.0
    assert [event.value for event in held.events if isinstance(event, Notice) and event.kind == "recording-again"] == [0.0]
    assert (held.exit_code, held.steps, held.cues) == (4, whole().steps, whole().cues)


def test_a_sound_device_whose_library_fails_unforeseen_is_reported_and_opened_again() -> None:
    """Bug: only an OSError was expected. Another one ended the program at its start, or the watch of the sound in mid-session."""
    row = series.sessions("device", lasting=False, end_s=math.inf)
    assert (row.problems, row.struck, row.reported) == ([], 1, 1)


def test_the_recording_is_closed_even_if_its_last_note_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def note(recorder: Recorder, metadata: dict[str, str]) -> None:
        raise RecordingError("cannot-write", path="memory", reason="full")

    monkeypatch.setattr(Recorder, "note", note)
    held = hold(Fault("none", 1))
    assert (held.problems, held.exit_code) == ([], 1)
    assert lost_s(held, whole()) == 0.0


def test_a_loss_that_nobody_reports_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "_fail", lambda recorder, error, reason=None: setattr(recorder, "_writer", None))
    monkeypatch.setattr(Recorder, "_try_again", lambda recorder, closing: None)
    monkeypatch.setattr(Recorder, "_report_unsaved", lambda recorder: None)
    held = hold(Fault("write", 12))
    assert any("lost, and not reported" in problem for problem in unexplained(held, whole()))


def test_a_recorder_that_gives_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "_try_again", lambda recorder, closing: None)
    held = hold(Fault("fsync", 8))
    assert [problem for problem in unexplained(held, whole()) if "by a single fault" in problem]


@pytest.mark.parametrize(("name", "step"), [("settings set", 2), ("programme", 5), ("history rebuild", 100), ("replay", 50)])
def test_a_command_with_a_failing_file_operation_leaves_the_old_files_or_the_new_ones(name: str, step: int) -> None:
    row = command_series.failing(name, lasting=False, end_s=math.inf, step=step)
    assert row.problems == []
    assert row.complete
    assert row.reported >= 2


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed on POSIX only")
@pytest.mark.parametrize(("name", "step"), [("programme", 3), ("history forget", 2)])
def test_a_command_that_is_killed_leaves_the_old_files_or_the_new_ones(name: str, step: int) -> None:
    row = command_series.killed(name, end_s=math.inf, step=step)
    assert row.problems == []
    assert row.complete
    assert row.struck == row.runs - 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are killed on POSIX only")
def test_a_session_that_is_killed_loses_less_than_a_second() -> None:
    row = killed_sessions(end_s=math.inf, step=13)
    assert row.problems == []
    assert row.struck >= 4
    assert 0.0 < row.worst_lost_s < 1.0


def test_a_command_that_writes_in_place_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bug: the settings were emptied on a full disk."""
    command_series.after("settings set")
    monkeypatch.setattr(store, "write_bytes", lambda path, data: path.write_bytes(data))
    row = command_series.failing("settings set", lasting=True, end_s=math.inf)
    assert any("settings.toml is neither old nor new" in problem for problem in row.problems)


def test_an_error_that_is_not_ours_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "OSError", KeyError, raising=False)
    done = commands.run(commands.COMMANDS["settings set"], Path(commands.template("settings set")), Fault(ANY, 1, lasting=True))
    assert done.code == -1


@pytest.mark.parametrize("target", ["settings file", "programme file", "recording", "zip", "names"])
def test_whole_files_with_wrong_values_end_in_an_error_of_ours_or_are_used(target: str, tmp_path: Path) -> None:
    [draw] = [draw for name, draw in Structures(tmp_path).targets().items() if target in name]
    rng = random.Random(1)
    for _ in range(40):
        _, check = draw(rng)
        check()


def test_memory_threads_and_files_are_the_same_throughout_a_long_session(tmp_path: Path) -> None:
    meter = soak.Meter(every_s=20.0)
    session = soak.soak(0.03, tmp_path, meter)
    assert len(meter.found) >= 4
    (_, first), (_, last) = meter.found[0], meter.found[-1]
    assert (last.threads, last.files) == (first.threads, first.files)
    assert session.health.lost == []


def test_what_grows_in_a_long_session_is_found() -> None:
    hourly = [(float(hour), soak.Used(100.0 + 6 * hour, 4 + hour, 10)) for hour in range(1, 4)]
    assert soak.grown(hourly) == ["memory grows by 6.0 MB an hour", "5 threads became 7"]
