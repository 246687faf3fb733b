"""Schedules: what is printed is what is heard, minute by minute, and a replay keeps to it."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from conftest import cut
from hypothesis import given
from hypothesis import strategies as st

from levelhips import Settings, Side, Update
from levelhips.audio.synth import Mixer
from levelhips.audio.voice import Voice
from levelhips.coaching.run_protocol import FEEDBACK_MIN, LADDER, RUN_MIN, Block, PlanSettings, Schedule, blocks
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.engine import Engine
from levelhips.errors import SettingsError
from levelhips.events import BlockChange, Cue, Pace, Step
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait


@pytest.mark.parametrize("session", range(1, 9))
def test_the_eight_sessions_have_the_minutes_of_the_protocol(session: int) -> None:
    plan = blocks(PlanSettings("retraining", session))
    assert plan[-1].to_s == pytest.approx(60 * RUN_MIN[session - 1])
    on = [block for block in plan if block.feedback]
    assert sum(block.to_s - block.from_s for block in on) == pytest.approx(60 * FEEDBACK_MIN[session - 1])
    if session > 4:
        assert all(60 <= block.to_s - block.from_s <= 180.001 for block in on)
        # Spread over the run, not only at its start.
        assert on[0].from_s < plan[-1].to_s / 3
        assert on[-1].to_s > plan[-1].to_s * 2 / 3


@pytest.mark.parametrize("plan", [PlanSettings("retraining", k) for k in range(1, 9)] + [PlanSettings("walk-run", k) for k in range(1, 7)])
def test_blocks_follow_on_one_another(plan: PlanSettings) -> None:
    found = blocks(plan)
    assert found[0].from_s == 0
    assert all(one.to_s == pytest.approx(two.from_s) for one, two in itertools.pairwise(found))


def test_the_ladder_ends_with_running() -> None:
    for rung, (run, walk, times) in enumerate(LADDER, start=1):
        found = blocks(PlanSettings("walk-run", rung))
        assert sum(block.to_s - block.from_s for block in found if not block.walk) == 60 * run * times
        assert not found[-1].walk
        assert sum(block.walk for block in found) == (times - 1 if walk else 0)


def test_recall_and_baseline_are_without_sound() -> None:
    assert [block.feedback for name in ("recall", "baseline") for block in blocks(PlanSettings(name))] == [False, False]  # type: ignore[arg-type]


def test_the_clock_stands_still_in_pauses() -> None:
    schedule = Schedule(PlanSettings("retraining", 8))
    [first] = schedule.begin(100.0)
    assert isinstance(first, BlockChange)
    due = schedule.due_s
    schedule.pause(110.0)
    assert schedule.due_s == math.inf
    schedule.resume(150.0)
    assert schedule.due_s == pytest.approx(due + 40.0)


@pytest.mark.parametrize("values", [{"name": "retraining", "session": 9}, {"name": "x"}, {"metronome": True}, {"raise_percent": 20}])
def test_a_plan_that_is_none_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        Settings.from_dict({"plan": values})


SHORT = (Block(0.0, 10.0, feedback=False), Block(10.0, 20.0), Block(20.0, 30.0, feedback=False))
RUN = simulate_gait(
    RunnerModel(drop_left_deg=4.0, drop_right_deg=4.0, stand_s=4.0, move_s=45.0), SensorModel(rate_hz=100.0), seed=5
).samples
SETTINGS = replace(
    Settings(),
    threshold=ThresholdSettings(left_deg=2.0, right_deg=2.0),
    plan=PlanSettings("retraining", 8, step_rate_spm=160.0, raise_percent=5.0, metronome=True),
)


def through(at: list[int], monkeypatch: pytest.MonkeyPatch | None = None) -> Update:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("levelhips.coaching.run_protocol.blocks", lambda settings: SHORT)
        engine = Engine(100.0, SETTINGS)
        engine.push(Command(20.0, Do.PAUSE))
        engine.push(Command(24.0, Do.RESUME))
        return Update.join([*(engine.push(part) for part in cut(RUN, at)), engine.finish()])


WHOLE = through([])


@given(at=st.lists(st.integers(0, len(RUN)), max_size=30))
def test_however_the_input_is_cut_the_schedule_is_the_same(at: list[int]) -> None:
    assert through(at) == WHOLE


def test_only_the_minutes_with_feedback_beep_and_all_are_measured() -> None:
    changes = list(WHOLE.of(BlockChange))
    assert [(change.number, change.feedback, change.over) for change in changes] == [
        (1, False, False),
        (2, True, False),
        (3, False, False),
        (3, False, True),
    ]
    begin = changes[0].at_s
    assert [round(change.at_s - begin, 1) for change in changes] == [0.0, 10.0, 24.0, 34.0], "four seconds of the second are a pause"
    cues = [cue.at_s for cue in WHOLE.of(Cue)]
    assert len(cues) > 10
    assert all(changes[1].at_s <= at_s <= changes[2].at_s + 0.4 for at_s in cues)
    steps = [step.at_s for step in WHOLE.of(Step)]
    assert min(steps) < changes[1].at_s
    assert max(steps) > changes[2].at_s


def test_the_metronome_ticks_while_one_runs_and_rests_in_the_pause() -> None:
    paces = [(pace.spm, round(pace.at_s, 1)) for pace in WHOLE.of(Pace)]
    assert [spm for spm, _ in paces] == [168.0, 0.0, 168.0, 0.0]
    mixer, voice = Mixer(16000), Voice()
    voice.put(Pace(0.0, 0.0, 168.0), mixer)
    import numpy as np

    sound = np.concatenate([mixer.render(k) for k in (1, 700, 16000, 333, 48000)])[:, 0]
    loud = np.flatnonzero(np.abs(sound) > 0.05)
    onsets = loud[np.insert(np.diff(loud) > 1000, 0, True)]
    assert np.abs(np.diff(onsets) - 16000 * 60 / 168).max() <= 1, "exact to the sample, in blocks of any length"


def test_the_sides_are_not_touched_by_a_schedule() -> None:
    free = Engine(100.0, replace(SETTINGS, plan=PlanSettings()))
    steps = [(step.side, step.drop_rad) for step in Update.join([free.push(RUN), free.finish()]).of(Step)]
    assert steps == [(step.side, step.drop_rad) for step in WHOLE.of(Step)]
    assert {side for side, _ in steps} == set(Side)
