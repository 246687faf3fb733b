"""The short form of `make torture`: operations of a session fail one after another, and nothing is lost without a word."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")

from bench.torture import command_series, commands, series
from bench.torture.faults import ANY, Fault
from bench.torture.oracle import lost_s, unexplained
from bench.torture.sessions import hold, whole

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


def test_a_write_that_fails_in_mid_session_is_reported_and_costs_what_the_notice_says() -> None:
    held = hold(Fault("write", 12))
    session = held.session
    assert session is not None
    assert [getattr(trouble, "code", "again") for trouble in session.troubles] == ["recording-stopped", "again"]
    assert len(session.recorder.paths) == 2  # type: ignore[union-attr]
    assert 2.0 < lost_s(held, whole()) < 4.0
    assert (held.exit_code, held.steps, held.cues) == (4, whole().steps, whole().cues)


def test_a_loss_that_nobody_reports_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "_fail", lambda recorder, error, reason=None: setattr(recorder, "_writer", None))
    monkeypatch.setattr(Recorder, "_try_again", lambda recorder, at_once: None)
    held = hold(Fault("write", 12))
    assert any("lost, and not reported" in problem for problem in unexplained(held, whole()))


def test_a_recorder_that_gives_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Recorder, "_try_again", lambda recorder, at_once: None)
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
