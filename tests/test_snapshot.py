"""The snapshot of a live session: what it shows after each event, in degrees and words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hand_made import DEG, LEFT, RIGHT, rep, step, stride

from levelhips import Gap, Side, Update
from levelhips.events import (
    Angles,
    BlockChange,
    BlockPurpose,
    Cue,
    DrillBegin,
    Event,
    FormFault,
    FormFaultDetected,
    LinkChange,
    LinkReason,
    LinkState,
    Mode,
    ModeChange,
    Notice,
    NoticeKind,
    Pace,
    Phase,
    PhaseChange,
    PhaseReason,
    Posture,
    PostureChange,
    Prompt,
    PromptKind,
    Quality,
    Signal,
    SignalKind,
    StandingZero,
    ThresholdChange,
    ThresholdReason,
)
from levelhips.live.drill_snapshot import DrillSnapshot
from levelhips.live.session_statistics import SessionStatistics
from levelhips.live.snapshot import SessionState, Snapshot
from levelhips.samples import GapReason


def after(*events: Event) -> Snapshot:
    state = SessionState()
    for event in events:
        state.put(Update(events=(event,)))
    return state.snapshot()


def angles(t_s: np.ndarray, obliquity_deg: float = 2.0, drop_deg: float = 3.0) -> Angles:
    one = np.ones(len(t_s))
    return Angles(t_s, obliquity_deg * DEG * one, 0 * one, 0 * one, drop_deg * DEG * one, -one)


# ---- steps


def test_before_anything_is_known_the_snapshot_is_empty() -> None:
    snapshot = after()
    assert (snapshot.mode, snapshot.steps, snapshot.cues, snapshot.bars, snapshot.message) == (Mode.UNKNOWN, 0, 0, (), "")
    assert all(math.isnan(value) for figures in (snapshot.drop_deg, snapshot.sd_deg, snapshot.mean_deg) for value in figures.values())
    assert snapshot.threshold_deg == {LEFT: math.inf, RIGHT: math.inf}


def test_the_large_number_is_the_mean_of_the_last_four_steps_of_a_side() -> None:
    drops = [9.0, 2.0, 3.0, 5.0, 6.0]  # the last four: 16 / 4
    snapshot = after(*(step(k, LEFT, drop) for k, drop in enumerate(drops)), step(5, RIGHT, 1.5))
    assert snapshot.drop_deg == pytest.approx({LEFT: 4.0, RIGHT: 1.5})
    assert snapshot.mean_deg == pytest.approx({LEFT: 5.0, RIGHT: 1.5})  # of the whole session: 25 / 5
    assert snapshot.steps == 6


def test_steps_that_do_not_count_are_shown_as_bars_only() -> None:
    good, poor = step(1, LEFT, 2.0, drop_sd_rad=0.3 * DEG), step(2, LEFT, 8.0, Quality.TURNING, drop_sd_rad=2 * DEG)
    snapshot = after(good, poor)
    assert snapshot.drop_deg[LEFT] == snapshot.mean_deg[LEFT] == pytest.approx(2.0)
    assert snapshot.sd_deg[LEFT] == pytest.approx(0.3)
    assert math.isnan(snapshot.sd_deg[RIGHT])
    assert snapshot.quality is Quality.TURNING
    assert [(bar.side, round(bar.drop_deg, 9), bar.good) for bar in snapshot.bars] == [
        (LEFT, 2.0, True),
        (LEFT, 8.0, False),
    ]
    assert snapshot.steps == 2


def test_the_last_24_steps_have_bars_that_keep_the_threshold_of_their_moment() -> None:
    first = ThresholdChange(0, 0, 4 * DEG, 2 * DEG, ThresholdReason.FIXED)
    second = replace(first, left_rad=6 * DEG)
    snapshot = after(first, step(1, LEFT, 5.0), step(2, RIGHT, 1.9), step(3, RIGHT, 2.1), second, step(4, LEFT, 6.0))
    assert [bar.over for bar in snapshot.bars] == [True, False, True, False], "a drop of just the threshold is not over it"
    many = after(*(step(k, LEFT, k / 10) for k in range(30)))
    assert [bar.drop_deg for bar in many.bars] == pytest.approx([k / 10 for k in range(6, 30)])
    assert not any(bar.over for bar in many.bars), "without a threshold, no step is over it"


def test_walking_and_running_have_no_common_mean() -> None:
    walk = [step(k, LEFT, 1.0, mode=Mode.WALKING) for k in range(3)]
    snapshot = after(*walk, step(4, RIGHT, 3.0))
    assert math.isnan(snapshot.drop_deg[LEFT])
    assert snapshot.drop_deg[RIGHT] == pytest.approx(3.0)
    assert math.isnan(snapshot.mean_deg[LEFT]), "the mean is that of running now"


def test_the_change_since_the_start_compares_the_last_twenty_steps_with_the_first() -> None:
    snapshot = after(*(step(k, LEFT, 2.0) for k in range(20)), *(step(20 + k, LEFT, 3.5) for k in range(20)))
    assert snapshot.since_start_deg[LEFT] == pytest.approx(1.5)
    assert math.isnan(snapshot.since_start_deg[RIGHT])


def test_cadence_is_smoothed_over_strides_of_one_gait() -> None:
    snapshot = after(stride(1, cadence_spm=160.0), stride(2, cadence_spm=170.0))
    assert snapshot.cadence_spm == pytest.approx(162.0)  # a fifth of the way
    assert [snapshot.rotation_deg, snapshot.tilt_deg] == pytest.approx([12.0, 7.5])
    assert after(stride(1, cadence_spm=110.0, mode=Mode.WALKING), stride(2, cadence_spm=170.0)).cadence_spm == 170.0
    back = after(stride(1, cadence_spm=160.0), stride(2, cadence_spm=110.0, mode=Mode.WALKING), stride(3, cadence_spm=170.0))
    assert back.cadence_spm == 170.0


# ---- coaching, connection and notices


def test_a_new_threshold_is_shown_in_degrees_with_its_reason() -> None:
    change = ThresholdChange(1, 1, 3.46 * DEG, 2.54 * DEG, ThresholdReason.BASELINE)
    snapshot = after(change)
    assert snapshot.threshold_deg == pytest.approx({LEFT: 3.46, RIGHT: 2.54})
    assert snapshot.message == "Threshold left 3.5, right 2.5 deg: from your own steps"
    assert after(replace(change, reason=ThresholdReason.FIXED)).message == "", "the one chosen before the run is no news"


def test_beeps_are_counted_and_the_last_one_is_kept() -> None:
    cues = [Cue(at_s, at_s, at_s - 0.1, side, 0.5, 0.09, 0.07) for at_s, side in ((1.0, LEFT), (2.0, RIGHT))]
    snapshot = after(*cues)
    assert (snapshot.cues, snapshot.last_cue) == (2, cues[1])


def test_signals_are_shown_in_words_and_pause_and_resume() -> None:
    def signal(kind: SignalKind) -> Signal:
        return Signal(1, 1, kind)

    paused = after(signal(SignalKind.PAUSED))
    assert (paused.paused, paused.message) == (True, "Paused: no beeps")
    lost = after(signal(SignalKind.PAUSED), signal(SignalKind.LOST))
    assert (lost.paused, lost.message) == (True, "No data from the sensor"), "a loss does not resume"
    started = after(signal(SignalKind.PAUSED), signal(SignalKind.STARTED))
    assert (started.paused, started.message) == (False, "Running")
    assert after(PhaseChange(1, 1, Phase.PAUSED, 1)).paused
    assert not after(PhaseChange(1, 1, Phase.PAUSED, 1), PhaseChange(1, 1, Phase.WORK, 1)).paused


def test_only_a_loss_of_more_than_half_a_second_is_shown() -> None:
    assert after(Gap(10.0, 10.5)).message == ""
    assert after(Gap(10.0, 10.75)).message == "0.8 s: samples lost"  # 0.75, rounded
    assert after(Gap(10.0, 12.0, GapReason.CLOCK_JUMP)).message == "2.0 s: the sensor's clock jumped back"


def test_the_link_is_shown_and_its_message_stays_until_there_is_another() -> None:
    lost = LinkChange(1, 1, LinkState.RECONNECTING, reason=LinkReason.DISCONNECTED)
    snapshot = after(lost)
    assert snapshot.link is LinkState.RECONNECTING
    assert snapshot.message
    again = after(lost, LinkChange(2, 2, LinkState.STREAMING))
    assert (again.link, again.message) == (LinkState.STREAMING, snapshot.message)
    old = after(LinkChange(1, 1, LinkState.STALLED, "The sensor is silent"))
    assert old.message == "The sensor is silent", "recordings of levelhips 0.1 have the sentence"


def test_other_events_change_their_part_of_the_snapshot() -> None:
    assert after(StandingZero(3, 3, 3.0, 0.001)).zeroed
    assert after(ModeChange(1, 1, Mode.RUNNING)).mode is Mode.RUNNING
    assert after(Notice(1, 1, NoticeKind.LOOSE)).message == "The clip rattles. Fasten it tighter."
    block = BlockChange(1, 1, 2, 3, False, True, False, 60.0, BlockPurpose.FEEDBACK)
    assert after(block).block == block
    assert after(Pace(1, 1, 172.0)).target_spm == 172.0
    assert math.isnan(after(Pace(1, 1, 172.0), Pace(2, 2, 0.0)).target_spm)


# ---- angles


def test_the_trace_has_the_last_ten_seconds_however_many_pieces_they_came_in() -> None:
    t_s = np.arange(0, 25.0, 0.01)
    state = SessionState()
    for piece in np.array_split(t_s, 37):
        state.put(Update(angles=angles(piece)))
    trace = state.trace()
    assert trace.t_s[[0, -1]] == pytest.approx([14.99, 24.99], abs=0.011)
    assert np.diff(trace.t_s) == pytest.approx(np.full(len(trace.t_s) - 1, 0.01))
    assert trace.obliquity_deg == pytest.approx(np.full(len(trace.t_s), 2.0))
    assert (trace.side_sign == -1).all()
    assert state.snapshot().now_s == pytest.approx(24.99)
    assert math.isnan(state.snapshot().lead_deg), "only a drill has a leading angle"
    trace.t_s[:] = 0
    assert state.trace().t_s[-1] == pytest.approx(24.99), "a trace belongs to its caller"


def test_the_trace_of_a_fast_sensor_over_minutes_has_no_hole() -> None:
    state = SessionState()
    for piece in np.array_split(np.arange(0, 60.0, 0.001), 100):  # 60,000 samples: more than are kept
        state.put(Update(angles=angles(piece)))
        trace = state.trace()
        assert trace.t_s[-1] == piece[-1]
        assert trace.t_s[0] == pytest.approx(max(0.0, piece[-1] - 10.0), abs=0.0011)
        assert np.diff(trace.t_s).max() < 0.0011
    assert len(SessionState().trace().t_s) == 0


# ---- a drill

HOLD = DrillBegin(0, 0, "of-a-plug-in", "Plank", LEFT, Posture.RIGHT_SIDE, 2, 3, 30.0, 45.0, -5 * DEG, 10 * DEG, "roll", "Lie still.")
COUNTED = replace(HOLD, seconds=math.nan)


def drill_after(*events: Event) -> DrillSnapshot:
    drill = after(*events).drill
    assert drill is not None
    return drill


def phase(at_s: float, which: Phase, set_n: int = 1, reason: PhaseReason = PhaseReason.NONE) -> PhaseChange:
    return PhaseChange(at_s, at_s, which, set_n, reason)


def prompt(at_s: float, kind: PromptKind) -> Prompt:
    return Prompt(at_s, at_s, kind)


def test_the_dose_and_the_range_of_a_drill_are_shown_in_degrees() -> None:
    drill = drill_after(HOLD)
    assert (drill.title, drill.side, drill.instruction, drill.posture_wanted) == ("Plank", Side.LEFT, "Lie still.", Posture.RIGHT_SIDE)
    assert [drill.low_deg, drill.high_deg] == pytest.approx([-5.0, 10.0])
    assert (drill.sets, drill.reps_asked, drill.rest_s, drill.seconds) == (2, 3, 30.0, 45.0)
    assert (drill.set_n, drill.reps, drill.good, drill.faulty, drill.held_s) == (1, 0, 0, 0, 0.0)
    assert drill_after(replace(HOLD, name="clamshell")).title == "Clamshell", "the title of our own is in the text catalog"
    state = SessionState()
    state.put(Update(angles=angles(np.array([1.0, 2.0]), drop_deg=7.0), events=(HOLD,)))
    assert state.snapshot().lead_deg == pytest.approx(7.0)


def test_the_clock_of_a_hold_runs_while_the_position_is_kept() -> None:
    work = phase(10.0, Phase.WORK)
    assert drill_after(HOLD, work).hold_s(14.0) == pytest.approx(4.0)
    stopped = drill_after(HOLD, work, prompt(15.0, PromptKind.CLOCK_OFF))
    assert stopped.hold_s(60.0) == pytest.approx(5.0)
    again = drill_after(HOLD, work, prompt(15.0, PromptKind.CLOCK_OFF), prompt(20.0, PromptKind.CLOCK_ON))
    assert again.hold_s(27.0) == pytest.approx(12.0)
    assert again.hold_s(19.0) == pytest.approx(5.0), "a moment before the clock went on"
    lost = drill_after(HOLD, work, Signal(12.0, 12.0, SignalKind.LOST))
    assert lost.hold_s(60.0) == pytest.approx(2.0)
    assert drill_after(HOLD, work, Signal(12.0, 12.0, SignalKind.BACK)).hold_s(60.0) == pytest.approx(50.0)
    resting = drill_after(HOLD, work, phase(18.0, Phase.REST))
    assert resting.hold_s(60.0) == pytest.approx(8.0), "shown until the next set"
    assert drill_after(HOLD, work, phase(18.0, Phase.REST), phase(48.0, Phase.TAKE, 2)).hold_s(60.0) == 0.0
    assert drill_after(COUNTED, work).hold_s(60.0) == 0.0, "repetitions have no clock"


def test_repetitions_are_counted_by_set_and_their_faults_over_the_drill() -> None:
    faulty = rep(2, range_deg=25.0, form_faults="turned")
    drill = drill_after(COUNTED, rep(1), faulty)
    assert (drill.reps, drill.good, drill.faulty) == (2, 1, 1)
    assert [drill.range_deg, drill.tempo_s] == pytest.approx([25.0, 4.0])
    half = drill_after(COUNTED, rep(1), rep(2, full=False, range_deg=8.0, form_faults="turned short"))
    assert (half.reps, half.good, half.faulty, half.fault, half.fault_s) == (1, 1, 0, FormFault.SHORT, 14.5)
    assert half.range_deg == pytest.approx(20.0), "of the last whole one"
    next_set = drill_after(COUNTED, rep(1), faulty, phase(60.0, Phase.TAKE, 2))
    assert (next_set.set_n, next_set.reps, next_set.good, next_set.faulty) == (2, 0, 1, 1)


def test_a_form_fault_is_shown_for_two_and_a_half_seconds() -> None:
    drill = drill_after(HOLD, phase(5.0, Phase.WORK), FormFaultDetected(9.0, 10.0, FormFault.ROLLED_BACK))
    shown = drill.fault_at(12.4)
    assert shown
    assert drill.what_next(12.4) == shown
    assert drill.fault_at(12.5) == ""
    assert drill.what_next(12.5) == "Lie still."


def test_instruction_follows_the_phase_of_the_drill() -> None:
    def says(*events: Event, now_s: float = 100.0) -> str:
        return drill_after(HOLD, *events).what_next(now_s)

    assert says() == "Stand still"
    assert says(phase(1, Phase.STAND, reason=PhaseReason.FELL_OFF)) == "The clip came off. Stand still"
    assert says(phase(1, Phase.BOW)) == "Bow forward once, on both feet"
    take = phase(1, Phase.TAKE)
    assert says(take) == "Lie still."
    assert says(take, PostureChange(2, 2, Posture.RIGHT_SIDE)) == "Hold still. Lie still."
    assert says(phase(1, Phase.TAKE, reason=PhaseReason.POSTURE_LOST)) == "You left the position. Lie still."
    assert says(phase(1, Phase.TAKE, reason=PhaseReason.REST_OVER)) == "Lie still."
    assert says(take, prompt(2, PromptKind.WRONG_POSTURE)) == "Wrong position. Lie on your right side."
    assert says(take, prompt(2, PromptKind.WRONG_SIDE)) == "Wrong side. Lie on your right side."
    assert says(take, prompt(2, PromptKind.WRONG_SIDE), take) == "Lie still.", "a new phase, a new try"
    assert says(phase(1, Phase.WORK)) == "Lie still."
    assert says(phase(90, Phase.REST), now_s=100.0) == "Rest: 20 s"  # 30 s from 90 s on
    assert says(phase(50, Phase.REST), now_s=100.0) == "Rest: 0 s"
    assert says(phase(1, Phase.PAUSED)) == "Paused"
    assert says(phase(1, Phase.DONE)) == "Done"
    any_posture = drill_after(replace(HOLD, posture=None), take)
    assert any_posture.what_next(100.0) == "Hold still. Lie still."


# ---- statistics at the end


def test_a_session_is_counted_for_the_summary_at_its_end() -> None:
    found = SessionStatistics()
    events = [step(1, LEFT, 2.0), step(2, RIGHT, 3.0), step(3, LEFT, 4.0), step(4, LEFT, 9.0, Quality.LOOSE)]
    cue = Cue(1.0, 1.0, 0.9, LEFT, 0.5, 0.09, 0.07)
    others: list[Event] = [step(5, LEFT, 1.0, mode=Mode.WALKING), cue, cue, Gap(10.0, 10.5), Gap(20.0, 22.0)]
    for event in (*events, *others):
        found.count(event)
    assert dict(found.steps) == {"ok": 4, "clip-loose": 1}
    assert found.counted == 3, "of running and of quality ok"
    assert (found.cues, found.gaps, found.gaps_s) == (2, 2, 2.5)
    # Two steps of 2 and 4 deg: the mean is 3, the standard deviation the root of 2.
    assert [found.drop(LEFT).n, found.drop(LEFT).mean, found.drop(LEFT).sd] == pytest.approx([2, 3.0, math.sqrt(2)])
    assert found.drop(RIGHT).mean == pytest.approx(3.0)
    assert found.drill is None
    practiced: list[Event] = [HOLD, rep(1), rep(2, full=False), FormFaultDetected(9, 9, FormFault.TURNED)]
    for drill_event in practiced:
        found.count(drill_event)
    assert found.drill is not None
    assert (len(found.drill.reps), found.drill.halves, dict(found.drill.form_faults)) == (1, 1, {"turned": 1})
