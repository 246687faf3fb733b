"""Run protocols: what is printed is what is heard, minute by minute, and a replay keeps to it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from conftest import cut
from hypothesis import given
from hypothesis import strategies as st

from levelhips import Settings, Side, Update
from levelhips.audio.clip_files import word
from levelhips.audio.synth import Mixer
from levelhips.audio.voice import Voice
from levelhips.coaching.coach import Coach
from levelhips.coaching.run_protocol import FEEDBACK_MIN, LADDER, RUN_MIN, Block, ProtocolClock, ProtocolSettings, blocks
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.engine import Engine
from levelhips.errors import SettingsError
from levelhips.events import Angles, BlockChange, BlockPurpose, Cue, Mode, ModeChange, Pace, Signal, SignalKind, StandingZero, Step
from levelhips.live.snapshot import block_line
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.words import spoken as texts_spoken


@pytest.mark.parametrize("session", range(1, 9))
def test_the_eight_sessions_have_the_minutes_of_the_protocol(session: int) -> None:
    protocol = blocks(ProtocolSettings("retraining", session))
    assert protocol[-1].to_s == pytest.approx(60 * RUN_MIN[session - 1])
    on = [block for block in protocol if block.feedback]
    assert sum(block.to_s - block.from_s for block in on) == pytest.approx(60 * FEEDBACK_MIN[session - 1])
    if session > 4:
        assert all(60 <= block.to_s - block.from_s <= 180.001 for block in on)
        # Spread over the run, not only at its start.
        assert on[0].from_s < protocol[-1].to_s / 3
        assert on[-1].to_s > protocol[-1].to_s * 2 / 3


@pytest.mark.parametrize(
    "protocol", [ProtocolSettings("retraining", k) for k in range(1, 9)] + [ProtocolSettings("walk-run", k) for k in range(1, 7)]
)
def test_blocks_follow_on_one_another(protocol: ProtocolSettings) -> None:
    found = blocks(protocol)
    assert [block.from_s for block in found] == pytest.approx([0.0, *(block.to_s for block in found[:-1])])
    assert all(block.to_s > block.from_s for block in found)


def test_the_last_walk_run_session_is_running_only() -> None:
    for rung, (run, walk, times) in enumerate(LADDER, start=1):
        found = blocks(ProtocolSettings("walk-run", rung))
        assert sum(block.to_s - block.from_s for block in found if not block.walk) == 60 * run * times
        assert not found[-1].walk
        assert sum(block.walk for block in found) == (times - 1 if walk else 0)


def test_recall_and_baseline_are_without_sound() -> None:
    assert [block.feedback for name in ("recall", "baseline") for block in blocks(ProtocolSettings(name))] == [False, False]  # type: ignore[arg-type]


def test_every_block_has_the_purpose_of_its_protocol() -> None:
    def purposes(name: str, session: int = 1) -> list[BlockPurpose]:
        return [block.purpose for block in blocks(ProtocolSettings(name, session))]  # type: ignore[arg-type]

    assert purposes("baseline") == [BlockPurpose.MEASURE]
    assert purposes("recall") == [BlockPurpose.RETENTION]
    assert set(purposes("retraining", 8)) == {BlockPurpose.FEEDBACK, BlockPurpose.RETENTION}
    assert purposes("retraining", 1) == [BlockPurpose.FEEDBACK]
    assert set(purposes("walk-run")) == {BlockPurpose.FEEDBACK, BlockPurpose.WALK}


def test_the_clock_of_a_protocol_stops_in_pauses() -> None:
    clock = ProtocolClock(ProtocolSettings("retraining", 8))
    [first] = clock.running(100.0, now=True)
    assert isinstance(first, BlockChange)
    due = clock.due_s
    clock.pause(110.0)
    assert clock.due_s == math.inf
    clock.resume(150.0)
    assert clock.due_s == pytest.approx(due + 40.0)


def test_a_clock_that_is_stopped_twice_counts_from_the_first_stop_and_one_that_runs_is_not_resumed() -> None:
    clock = ProtocolClock(ProtocolSettings("retraining", 8))
    clock.running(100.0, now=True)
    due_s = clock.due_s
    assert clock.resume(105.0) == []
    assert clock.due_s == due_s
    clock.pause(110.0)
    assert clock.pause(130.0) == []
    clock.resume(150.0)
    assert clock.due_s == pytest.approx(due_s + 40.0)


@pytest.mark.parametrize("values", [{"name": "retraining", "session": 9}, {"name": "x"}, {"metronome": True}, {"raise_percent": 20}])
def test_an_invalid_protocol_is_rejected(values: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        Settings.from_dict({"protocol": values})


OFF = BlockPurpose.RETENTION
SHORT = (Block(0.0, 10.0, OFF), Block(10.0, 20.0), Block(20.0, 30.0, OFF))
RUN = simulate_gait(
    RunnerModel(drop_left_deg=4.0, drop_right_deg=4.0, stand_s=4.0, move_s=45.0), SensorModel(rate_hz=100.0), seed=5
).samples
SETTINGS = replace(
    Settings(),
    threshold=ThresholdSettings(left_deg=2.0, right_deg=2.0),
    protocol=ProtocolSettings("retraining", 8, step_rate_spm=160.0, raise_percent=5.0, metronome=True),
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
def test_however_the_input_is_cut_the_protocol_is_the_same(at: list[int]) -> None:
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


def test_the_metronome_ticks_while_the_runner_runs_and_not_in_a_pause() -> None:
    paces = [(pace.spm, round(pace.at_s, 1)) for pace in WHOLE.of(Pace)]
    assert [spm for spm, _ in paces] == [168.0, 0.0, 168.0, 0.0]
    mixer, voice = Mixer(16000), Voice()
    voice.put(Pace(0.0, 0.0, 168.0), mixer)
    sound = np.concatenate([mixer.render(k) for k in (1, 700, 16000, 333, 48000)])[:, 0]
    loud = np.flatnonzero(np.abs(sound) > 0.05)
    onsets = loud[np.insert(np.diff(loud) > 1000, 0, True)]
    assert np.abs(np.diff(onsets) - 16000 * 60 / 168).max() <= 1, "exact to the sample, in blocks of any length"


def coach(*, metronome: bool = False, name: str = "") -> Coach:
    protocol = ProtocolSettings(name, 1, step_rate_spm=160.0 if metronome else None, metronome=metronome)  # type: ignore[arg-type]
    return Coach(protocol=protocol)


def live(coach: Coach, *what: tuple[float, Mode | Do | None]) -> list[tuple[float, str]]:
    """Give a coach changes of mode, commands and (None) passing time; return its changes of block and pace."""
    events = []
    for at_s, item in what:
        if isinstance(item, Do):
            update = coach.apply(Command(at_s, item))
        elif isinstance(item, Mode):
            update = coach.push(Update(events=(ModeChange(at_s, at_s, item),)))
        else:
            none = np.full(1, math.nan)
            update = coach.push(Update(Angles(np.array([at_s]), none, none, none, none, np.zeros(1))))
        events += update.events
    return [
        (event.at_s, f"{event.purpose.value}{' over' if event.over else ''}" if isinstance(event, BlockChange) else f"{event.spm:g}")
        for event in events
        if isinstance(event, BlockChange | Pace)
    ]


def test_a_pause_before_the_first_running_does_not_stop_the_protocol_from_ever_starting() -> None:
    paused = coach(name="recall")
    assert live(paused, (1.0, Do.PAUSE), (5.0, Mode.RUNNING), (9.0, Do.RESUME)) == [(9.0, "retention")]
    assert live(paused, (9.0 + 899.0, None)) == []
    assert live(paused, (9.0 + 900.0, None)) == [(909.0, "retention over")]


def test_a_pause_that_ends_before_the_first_running_changes_nothing() -> None:
    assert live(coach(name="recall"), (1.0, Do.PAUSE), (3.0, Do.RESUME), (5.0, Mode.RUNNING)) == [(5.0, "retention")]


def test_a_pause_while_walking_and_a_second_resume_start_the_protocol_once() -> None:
    events = ((0.0, Mode.WALKING), (1.0, Do.PAUSE), (2.0, Do.PAUSE), (3.0, Do.RESUME), (4.0, Do.RESUME), (5.0, Mode.RUNNING))
    again = ((6.0, Mode.WALKING), (7.0, Do.PAUSE), (9.0, Do.RESUME), (10.0, Do.RESUME), (11.0, Mode.RUNNING))
    walker = coach(name="recall")
    assert live(walker, *events, *again) == [(5.0, "retention")]
    assert live(walker, (5.0 + 900.0 + 1.9, None)) == [], "two seconds were a pause"
    assert live(walker, (5.0 + 900.0 + 2.0, None)) == [(907.0, "retention over")]


def test_a_pause_in_the_last_block_and_after_it() -> None:
    last = coach(name="baseline", metronome=True)
    live(last, (0.0, Mode.RUNNING), (100.0, Do.PAUSE))
    assert live(last, (300.0, None)) == [], "the clock stands still"
    assert live(last, (310.0, Do.RESUME), (449.0, None)) == [(310.0, "160")]
    assert live(last, (450.0, None)) == [(450.0, "measure over"), (450.0, "0")]
    assert live(last, (460.0, Do.PAUSE), (470.0, Do.RESUME), (480.0, Mode.WALKING), (490.0, Mode.RUNNING)) == []


def test_zero_in_a_pause_leaves_the_pause_and_the_clock_as_they_are() -> None:
    one = coach(name="recall")
    live(one, (0.0, Mode.RUNNING), (10.0, Do.PAUSE), (11.0, Do.ZERO))
    said = one.push(Update(events=(StandingZero(15.0, 15.0, 2.0, 0.001),)))
    assert [signal.kind for signal in said.of(Signal)] == [SignalKind.CALIBRATED]
    assert one.paused
    assert live(one, (20.0, Do.RESUME), (909.0, None), (910.0, None)) == [(910.0, "retention over")]


@pytest.mark.parametrize("name", ["", "recall"])
def test_the_metronome_stops_with_running_and_starts_again_with_it(name: str) -> None:
    """Bug: without a protocol it went on ticking when the runner stood still."""
    one = coach(name=name, metronome=True)
    said = live(one, (0.0, Mode.RUNNING), (10.0, Mode.STANDING), (15.0, Mode.WALKING), (20.0, Mode.RUNNING))
    assert [event for event in said if event[1] != "retention"] == [(0.0, "160"), (10.0, "0"), (20.0, "160")]
    # In a pause it is silent whatever the runner does, and waits for running after it.
    assert live(one, (30.0, Do.PAUSE), (35.0, Mode.STANDING), (40.0, Mode.RUNNING), (45.0, Do.RESUME)) == [(30.0, "0"), (45.0, "160")]
    assert live(one, (50.0, Do.PAUSE), (55.0, Mode.STANDING), (60.0, Do.RESUME), (65.0, Mode.RUNNING)) == [(50.0, "0"), (65.0, "160")]


def spoken(name: str, session: int = 1) -> list[str]:
    """Return the clips of the words of a protocol, from its first block to its end."""
    one, said = coach_of(name, session), []

    class Hears(Mixer):
        def say(self, spoken: np.ndarray, waits_s: float, *, urgent: bool = False) -> None:
            said.append(next(key for key in texts_spoken() if (clip := word(key, 16000)) is not None and len(clip) == len(spoken)))

    mixer, voice = Hears(16000), Voice()
    for event in one.push(Update(events=(ModeChange(0.0, 0.0, Mode.RUNNING),))).events:
        voice.put(event, mixer)
    none = np.full(1, math.nan)
    for second in range(1, 60 * 31):
        for event in one.push(Update(Angles(np.array([float(second)]), none, none, none, none, np.zeros(1)))).events:
            voice.put(event, mixer)
    return said


def coach_of(name: str, session: int) -> Coach:
    return Coach(protocol=ProtocolSettings(name, session))  # type: ignore[arg-type]


def test_a_baseline_is_measured_and_not_coached() -> None:
    """Bug: the voice said "Run as you have learned: pelvis level", and every later threshold hung on that run."""
    assert spoken("baseline") == ["measure", "run-done"]
    assert spoken("recall") == ["remember", "run-done"]
    assert spoken("walk-run") == ["with-sound", "walk", "run", "walk", "run", "run-done"]
    assert set(spoken("retraining", 8)) == {"with-sound", "without-sound", "run-done"}
    assert "level" not in texts_spoken()["measure"]


def test_the_line_of_a_block_says_what_it_is_for() -> None:
    def line(purpose: BlockPurpose, *, walk: bool = False, feedback: bool = False) -> str:
        return block_line(BlockChange(0.0, 0.0, 1, 2, walk, feedback, False, 90.0, purpose), 0.0)

    lines = {purpose: line(purpose) for purpose in BlockPurpose if purpose is not BlockPurpose.UNSTATED}
    assert len(set(lines.values())) == 4
    assert all("1:30 left" in text and "1 of 2" in text for text in lines.values())
    assert "usually" in lines[BlockPurpose.MEASURE]
    assert "level" not in lines[BlockPurpose.MEASURE]
    # Recordings of version 0.1 do not state it.
    assert line(BlockPurpose.UNSTATED, walk=True) == line(BlockPurpose.WALK, walk=True)
    assert line(BlockPurpose.UNSTATED, feedback=True) == line(BlockPurpose.FEEDBACK, feedback=True)
    assert "level" not in line(BlockPurpose.UNSTATED)


def test_the_sides_are_not_touched_by_a_run_protocol() -> None:
    free = Engine(100.0, replace(SETTINGS, protocol=ProtocolSettings()))
    steps = [(step.side, step.drop_rad) for step in Update.join([free.push(RUN), free.finish()]).of(Step)]
    assert steps == [(step.side, step.drop_rad) for step in WHOLE.of(Step)]
    assert {side for side, _ in steps} == set(Side)


def test_a_protocol_whose_first_block_is_silent_is_silent_from_the_start() -> None:
    assert ProtocolClock(ProtocolSettings("baseline")).feedback is False
    assert ProtocolClock(ProtocolSettings("retraining", 1)).feedback is True
    assert ProtocolClock(ProtocolSettings()).feedback is True
