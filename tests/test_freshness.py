"""Figures that are too old are not shown as if they were true now: without samples, and when nobody steps any more."""

from __future__ import annotations

import io
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hand_made import DEG, LEFT, RIGHT, step, stride
from rich.console import Console

from levelhips import Quality, Side, Update
from levelhips.cli.terminal.live_view import LiveView
from levelhips.cli.terminal.replay_view import ReplayView
from levelhips.events import Angles, DrillBegin, Event, LinkState, Mode, ModeChange, ThresholdChange, ThresholdReason
from levelhips.live.freshness import current, fresh
from levelhips.live.snapshot import SessionState, Snapshot
from levelhips.sensors.source import LinkStatus
from levelhips.text import choice

THRESHOLDS = ThresholdChange(0.0, 0.0, 4.0 * DEG, 4.0 * DEG, ThresholdReason.FIXED)
RUNNING = ModeChange(0.0, 0.0, Mode.RUNNING)
STEPS = (step(8.0, LEFT, 3.0), step(8.4, RIGHT, 2.0), stride(8.0, LEFT, 170.0))
DRILL = DrillBegin(0, 0, "clamshell", "Clamshell", LEFT, None, 2, 12, 30.0, math.nan, 0.0, 0.1, "roll", "Open.")


class Clock:
    """Clock of the host that stands still until the test moves it."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def until(now_s: float, *events: Event) -> Update:
    """Return an update with two samples, the last one at a time, and events."""
    one = np.ones(2)
    return Update(Angles(np.array([now_s - 0.01, now_s]), 2 * DEG * one, 0 * one, 0 * one, 3 * DEG * one, -one), events)


class Run:
    """The state of a run whose last samples are of `now_s`, with a clock of its own."""

    def __init__(self, now_s: float = 9.0, *events: Event) -> None:
        self.clock = Clock()
        self.state = SessionState(self.clock)
        self.state.put(until(now_s, RUNNING, THRESHOLDS, *(events or STEPS)))

    def after(self, seconds: float) -> Snapshot:
        self.clock.now_s = 1000.0 + seconds
        return current(self.state)


def figures(snapshot: Snapshot) -> dict[str, float]:
    """Return the figures that are known."""
    found = {"left": snapshot.drop_deg[LEFT], "right": snapshot.drop_deg[RIGHT], "sd": snapshot.sd_deg[LEFT], "spm": snapshot.cadence_spm}
    found |= {"rotation": snapshot.rotation_deg, "tilt": snapshot.tilt_deg}
    return {name: round(value, 3) for name, value in found.items() if math.isfinite(value)}


ALL = {"left": 3.0, "right": 2.0, "sd": 0.2, "spm": 170.0, "rotation": 12.0, "tilt": 7.5}


# ---- without samples


def test_after_a_second_without_samples_no_figure_is_known_and_it_is_said_for_how_long() -> None:
    run = Run()
    for seconds in (0.0, 1.0):
        assert figures(run.after(seconds)) == ALL
        assert (run.after(seconds).missing, run.after(seconds).silent_s, run.after(seconds).mode) == ({}, 0.0, Mode.RUNNING)
    silent = run.after(1.01)
    assert figures(silent) == {}
    assert silent.missing == {LEFT: "no data for 1 s", RIGHT: "no data for 1 s"}
    assert silent.missing_cadence == "no data for 1 s"
    assert (silent.mode, silent.quality) == (Mode.UNKNOWN, None)
    assert silent.silent_s == pytest.approx(1.01)
    assert run.after(4.9).missing[LEFT] == "no data for 4 s"
    assert run.after(119.9).missing[LEFT] == "no data for 119 s"
    assert run.after(185.0).missing[LEFT] == "no data for 3 min"


def test_totals_and_thresholds_stay_without_samples() -> None:
    silent = Run().after(60.0)
    assert (silent.steps, silent.now_s, silent.threshold_deg) == (2, 9.0, pytest.approx({LEFT: 4.0, RIGHT: 4.0}))
    assert len(silent.bars) == 2


def test_figures_are_back_with_the_next_samples() -> None:
    run = Run()
    assert run.after(30.0).missing
    run.state.put(until(10.0, step(9.6, LEFT, 3.0), step(9.2, RIGHT, 2.0), stride(9.0, LEFT, 170.0)))
    assert figures(current(run.state)) == ALL
    assert current(run.state).missing == {}


def test_an_event_without_samples_does_not_make_figures_new() -> None:
    run = Run()
    run.clock.now_s += 5.0
    run.state.put(Update(events=(THRESHOLDS,)))
    assert current(run.state).missing[LEFT] == "no data for 5 s"


def test_before_the_first_samples_nothing_is_missing() -> None:
    clock = Clock()
    state = SessionState(clock)
    state.put(Update(events=(THRESHOLDS,)))
    clock.now_s += 60.0
    assert current(state).missing == {}


# ---- without steps


@pytest.mark.parametrize(("gait", "max_age_s"), [(Mode.RUNNING, 3.0), (Mode.WALKING, 5.0)])
def test_figures_of_a_gait_are_missing_after_its_own_time_without_steps(gait: Mode, max_age_s: float) -> None:
    steps = (step(8.0, LEFT, 3.0, mode=gait), step(8.0, RIGHT, 2.0, mode=gait), stride(7.3, LEFT, 170.0, mode=gait))
    assert figures(Run(8.0 + max_age_s, *steps).after(0.0)) == ALL
    stopped = Run(8.1 + max_age_s, *steps).after(0.0)
    assert figures(stopped) == {}
    words = f"no step for {max_age_s:.0f} s"
    assert (stopped.missing, stopped.missing_cadence) == ({LEFT: words, RIGHT: words}, words)
    assert stopped.mode is Mode.RUNNING, "samples come: what the wearer does is known"


def test_a_runner_who_stands_has_no_figures_at_once() -> None:
    standing = Run(9.0, *STEPS, ModeChange(8.9, 8.9, Mode.STANDING)).after(0.0)
    assert figures(standing) == {}
    assert standing.missing[LEFT] == "no step for 0 s"


def test_a_side_whose_steps_do_not_count_is_missing_alone() -> None:
    excluded = [step(8.0 + k, LEFT, 9.0, Quality.LOOSE) for k in range(1, 5)]
    counted = [step(8.4 + k, RIGHT, 2.0) for k in range(5)]
    found = Run(12.5, *STEPS, *excluded, *counted, stride(11.0, LEFT, 170.0)).after(0.0)
    assert found.missing == {LEFT: "no valid step for 4 s"}
    assert figures(found) == {"right": 2.0, "spm": 170.0, "rotation": 12.0, "tilt": 7.5}


def test_a_change_of_gait_does_not_make_old_figures_too_old() -> None:
    walking = step(8.9, LEFT, 1.0, mode=Mode.WALKING)
    assert Run(9.0, step(3.0, RIGHT, 2.0), walking).after(0.0).missing == {}


def test_steady_steps_are_never_missing() -> None:
    """The slowest running with an excluded step now and then, and the slowest walking."""
    for gait, each_s, known_after_s in ((Mode.RUNNING, 0.6, 0.4), (Mode.WALKING, 1.0, 1.2)):
        run = Run(0.1, RUNNING)
        for k in range(40):
            quality = Quality.LOOSE if gait is Mode.RUNNING and k % 12 == 5 else Quality.OK
            run.state.put(until(known_after_s + k * each_s, step(k * each_s, list(Side)[k % 2], 3.0, quality, mode=gait)))
            assert current(run.state).missing == {}, (gait, k)


# ---- the user interfaces


def session_of(run: Run) -> Any:
    """Return what a user interface sees of a session that streams."""
    link = LinkStatus(LinkState.STREAMING)
    return SimpleNamespace(state=run.state, link=link, recorder=None, join=lambda seconds: False)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 20), (40, 10)])
@pytest.mark.parametrize(("language", "words"), [("en", "no data for 4 s"), ("de", "seit 4 s keine Daten")])
def test_the_terminal_shows_dashes_and_for_how_long(columns: int, rows: int, language: str, words: str) -> None:
    choice.choose(language)
    try:
        run, file = Run(), io.StringIO()
        console = Console(file=file, width=columns, height=rows, force_terminal=True, color_system="truecolor")
        view, session = LiveView(console, "test", clock=run.clock), session_of(run)
        console.print(view._drawn(session))
        now, moment = file.getvalue(), view._visible(session)
        assert "level" in now or rows == 10 or language == "de"
        assert words not in now
        run.clock.now_s += 4.4
        assert view._visible(session) != moment, "it is drawn again"
        file.seek(0)
        file.truncate()
        console.print(view._drawn(session))
        silent = file.getvalue()
    finally:
        choice.choose(None)
    assert silent.count(words) == 2
    assert "level ✓" not in silent
    assert "im Lot" not in silent
    for color in ("86;180;233", "230;159;0"):  # of the two sides, in which the numbers are while they are true
        assert color in now
        assert color not in silent


def test_a_terminal_shows_a_drill_without_samples_as_such() -> None:
    run = Run(9.0, DRILL)
    file = io.StringIO()
    console = Console(file=file, width=80, height=24)
    view = LiveView(console, "test", clock=run.clock)
    console.print(view._drawn(session_of(run)))
    assert "●" in file.getvalue(), "the angle on its scale"
    run.clock.now_s += 3.0
    file.seek(0)
    file.truncate()
    console.print(view._drawn(session_of(run)))
    assert "no data for 3 s" in file.getvalue()
    assert "●" not in file.getvalue()


def test_a_paused_replay_keeps_its_figures_and_a_runner_who_stopped_in_it_has_none() -> None:
    file = io.StringIO()
    console = Console(file=file, width=80, height=24)
    view = ReplayView(console, "test")
    for now_s in (9.0, 20.0):
        run = Run(now_s, *STEPS)
        run.clock.now_s += 600.0
        console.print(view._drawn(SimpleNamespace(state=run.state, paused=True)))  # type: ignore[arg-type]
    paused, stopped = file.getvalue().split("no step for 11 s", 1)
    assert "level ✓" in paused
    assert "level ✓" not in stopped


def test_a_snapshot_is_fresh_without_a_clock() -> None:
    assert fresh(Snapshot()) == Snapshot()
