"""Means, spreads and trends by value, against numpy on the same numbers; which step belongs to which of them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_coaching import step

from levelhips.events import (
    BlockChange,
    HealthChange,
    HealthReason,
    HealthState,
    Mode,
    ModeChange,
    Part,
    Quality,
    Side,
    Signal,
    SignalKind,
    Step,
)
from levelhips.metrics.registry import BUILT_IN
from levelhips.metrics.statistics import Feedback, Moments, SinceStart, Spread, Statistics, Trend, rounded

DROP = "contralateral_drop"
values = st.lists(st.tuples(st.floats(0, 3600), st.floats(-90, 90)), min_size=1, max_size=40)


def moments_of(pairs: list[tuple[float, float]]) -> Moments:
    moments = Moments()
    for at_s, value in pairs:
        moments.add(at_s, value)
    return moments


@given(values, values)
def test_moments_are_those_of_numpy_also_when_two_parts_are_merged(
    first: list[tuple[float, float]], second: list[tuple[float, float]]
) -> None:
    merged = moments_of(first)
    merged.merge(moments_of(second))
    for moments, pairs in ((moments_of(first), first), (merged, first + second)):
        t, x = np.array(pairs).T
        assert moments.n == len(x)
        assert (moments.mean, moments.time_mean) == pytest.approx((x.mean(), t.mean()), abs=1e-9)
        sums = (((x - x.mean()) ** 2).sum(), ((t - t.mean()) ** 2).sum(), ((x - x.mean()) * (t - t.mean())).sum())
        assert (moments.value_value, moments.time_time, moments.time_value) == pytest.approx(sums, rel=1e-9, abs=1e-6)


def test_nothing_merged_changes_nothing_and_merging_into_nothing_is_a_copy() -> None:
    moments, nothing = moments_of([(1.0, 2.0), (3.0, 5.0)]), Moments()
    before = replace(moments)
    moments.merge(Moments())
    nothing.merge(moments)
    assert moments == before == nothing


def test_a_spread_has_the_sample_standard_deviation_and_its_standard_error() -> None:
    spread = moments_of([(0, 1.0), (1, 2.0), (2, 6.0)]).spread
    assert (spread.n, spread.mean, spread.sd) == pytest.approx((3, 3.0, math.sqrt(7)))
    assert spread.standard_error == pytest.approx(math.sqrt(7 / 3))
    assert spread.as_dict(2) == {"mean": 3.0, "sd": 2.65, "standard_error": 1.53, "n": 3}
    one = moments_of([(0, 4.0)]).spread
    assert (one.n, one.mean, math.isnan(one.sd)) == (1, 4.0, True)
    assert Spread().as_dict(1) == {"mean": None, "sd": None, "standard_error": None, "n": 0}


def test_a_trend_is_the_line_through_ten_values_or_more_in_ten_minutes() -> None:
    pairs = [(10.0 * i, 3.0 + 0.002 * 10.0 * i + (0.1 if i % 2 else -0.1)) for i in range(12)]
    t, x = np.array(pairs).T
    (slope, _), residuals, *_ = np.polyfit(t, x, 1, full=True)
    error = math.sqrt(residuals[0] / (len(x) - 2) / ((t - t.mean()) ** 2).sum())
    trend = moments_of(pairs).trend
    assert trend is not None
    assert (trend.slope, trend.standard_error) == pytest.approx((600 * slope, 600 * error))
    assert moments_of(pairs[:10]).trend is not None
    assert moments_of(pairs[:9]).trend is None
    assert moments_of([(5.0, float(i)) for i in range(12)]).trend is None, "no time passed"


def test_values_for_files_are_rounded_finite_and_without_a_negative_zero() -> None:
    assert [rounded(value, 1) for value in (1.26, None, math.nan, math.inf)] == [1.3, None, None, None]
    assert str(rounded(-0.04, 1)) == "0.0"


# ---- which steps


def walked(at_s: float, side: Side, drop_deg: float) -> Step:
    return replace(step(at_s, side, drop_deg), mode=Mode.WALKING)


def mean_of(statistics: Statistics, side: Side | None = None, **which: object) -> tuple[int, float]:
    spread = statistics.spread(DROP, side, **which)  # type: ignore[arg-type]
    return spread.n, spread.mean


def test_means_are_by_side_and_gait_and_of_valid_steps_only() -> None:
    statistics = Statistics()
    for event in (walked(0.0, Side.LEFT, 9.0), step(1.0, Side.LEFT, 2.0), step(1.4, Side.RIGHT, 4.0), step(1.8, Side.LEFT, 3.0)):
        statistics.add(event)
    statistics.add(step(2.2, Side.RIGHT, 50.0, Quality.AFTER_GAP))
    assert statistics.mode is Mode.RUNNING
    assert mean_of(statistics, Side.LEFT) == (2, pytest.approx(2.5))
    assert mean_of(statistics, Side.RIGHT) == (1, pytest.approx(4.0))
    assert mean_of(statistics) == (3, pytest.approx(3.0))
    assert mean_of(statistics, mode=Mode.WALKING) == (1, pytest.approx(9.0))
    assert (statistics.steps(), statistics.steps(mode=Mode.RUNNING), statistics.steps(side=Side.RIGHT)) == (5, 4, 2)
    assert statistics.steps(mode=Mode.RUNNING, side=Side.RIGHT, quality=Quality.OK) == 1
    assert statistics.qualities() == {Quality.OK: 4, Quality.AFTER_GAP: 1}
    assert statistics.qualities(Mode.RUNNING) == {Quality.OK: 3, Quality.AFTER_GAP: 1}


def test_a_session_is_about_walking_only_if_nobody_ran() -> None:
    statistics = Statistics()
    assert statistics.mode is Mode.RUNNING, "before the first step"
    statistics.add(walked(0.0, Side.LEFT, 9.0))
    assert statistics.mode is Mode.WALKING
    assert mean_of(statistics) == (1, pytest.approx(9.0))


def feedback_of(events: list[object], at_s: float) -> list[Feedback]:
    """Return with which feedback a step at a time is averaged after these events."""
    statistics = Statistics()
    for event in (*events, step(at_s, Side.LEFT, 3.0)):
        statistics.add(event)  # type: ignore[arg-type]
    return [each for each in Feedback if statistics.spread(DROP, feedback=each).n]


def block(at_s: float, feedback: bool) -> BlockChange:
    return BlockChange(at_s, at_s, 1, 4, walk=False, feedback=feedback, over=False, until_s=at_s + 60)


def test_feedback_of_a_step_follows_the_blocks_and_pauses_around_its_time() -> None:
    paused, resumed = Signal(5.0, 5.0, SignalKind.PAUSED), Signal(8.0, 8.0, SignalKind.STARTED)
    assert feedback_of([], 1.0) == [Feedback.WITH]
    assert feedback_of([Signal(1.0, 1.0, SignalKind.STARTED)], 2.0) == [Feedback.WITH]
    assert feedback_of([block(2.0, feedback=True)], 1.9) == [Feedback.WITHOUT], "before its first block a run protocol is silent"
    assert feedback_of([block(2.0, feedback=True)], 2.0) == [Feedback.WITH]
    assert feedback_of([block(2.0, feedback=True), block(4.0, feedback=False)], 4.0) == [Feedback.WITHOUT]
    assert feedback_of([paused], 4.9) == [Feedback.WITH]
    assert feedback_of([paused], 5.0) == [Feedback.UNKNOWN]
    assert feedback_of([paused, resumed], 7.9) == [Feedback.UNKNOWN]
    assert feedback_of([paused, resumed], 8.0) == [Feedback.WITH]
    assert feedback_of([block(2.0, feedback=False), paused, resumed], 9.0) == [Feedback.WITHOUT]


def sound(at_s: float, state: HealthState, reason: HealthReason = HealthReason.NONE, part: Part = Part.SOUND) -> HealthChange:
    return HealthChange(at_s, at_s, part, state, reason)


@pytest.mark.parametrize(
    ("state", "reason"), [(HealthState.OFF, HealthReason.MUTED), (HealthState.FAULT, HealthReason.NO_DEVICE)], ids=["muted", "failed"]
)
def test_steps_while_the_sound_is_muted_or_has_failed_count_as_without_feedback(state: HealthState, reason: HealthReason) -> None:
    silent, back = sound(5.0, state, reason), sound(8.0, HealthState.OK)
    assert feedback_of([silent], 4.9) == [Feedback.WITH]
    assert feedback_of([silent], 5.0) == [Feedback.WITHOUT]
    assert feedback_of([silent, back], 7.9) == [Feedback.WITHOUT]
    assert feedback_of([silent, back], 8.0) == [Feedback.WITH]
    assert feedback_of([block(2.0, feedback=False), silent, back], 9.0) == [Feedback.WITHOUT], "that of the block"
    assert feedback_of([silent, block(6.0, feedback=True)], 6.0) == [Feedback.WITHOUT], "a block of beeps that nobody hears"


def test_other_parts_that_fail_do_not_change_the_feedback() -> None:
    for part in set(Part) - {Part.SOUND}:
        assert feedback_of([sound(5.0, HealthState.FAULT, part=part)], 6.0) == [Feedback.WITH], part


def test_time_of_running_adds_up_and_goes_on_until_now() -> None:
    statistics = Statistics()
    assert statistics.running_s(50.0) == 0.0
    for at_s, mode in ((10.0, Mode.RUNNING), (25.0, Mode.WALKING), (40.0, Mode.RUNNING)):
        statistics.add(ModeChange(at_s, at_s, mode))
    assert statistics.running_s(45.0) == 20.0
    statistics.add(ModeChange(60.0, 60.0, Mode.STANDING))
    assert statistics.running_s(99.0) == 35.0


@pytest.mark.parametrize(("running_s", "growth_deg", "found"), [(480.0, 2.0, True), (479.0, 2.0, False), (480.0, 0.0, False)])
def test_trend_is_reported_after_eight_minutes_of_running_if_it_exceeds_its_error(running_s: float, growth_deg: float, found: bool) -> None:
    statistics = Statistics()
    statistics.add(ModeChange(0.0, 0.0, Mode.RUNNING))
    for i in range(48):
        wobble_deg = 0.5 * (-1) ** (i // 2)
        statistics.add(step(10.0 * i, Side.LEFT, 3.0 + growth_deg * i / 60 + wobble_deg))
    trend = statistics.trend(DROP, Side.LEFT, until_s=running_s)
    assert isinstance(trend, Trend) is found
    if trend is not None:
        assert trend.slope == pytest.approx(growth_deg, abs=0.2)
    assert statistics.trend(DROP, Side.RIGHT, until_s=running_s) is None


def test_the_change_since_the_start_is_the_last_twenty_steps_minus_the_first() -> None:
    [metric] = [metric for metric in BUILT_IN if metric.key == DROP]
    since = SinceStart(metric)
    for i in range(19):
        since.add(step(float(i), Side.LEFT, 2.0))
    assert math.isnan(since.change(Side.LEFT))
    since.add(walked(18.5, Side.LEFT, 60.0))
    since.add(step(18.7, Side.LEFT, 60.0, Quality.AFTER_GAP))
    since.add(step(19.0, Side.LEFT, 2.0))
    assert since.change(Side.LEFT) == pytest.approx(0.0)
    for i in range(15):
        since.add(step(20.0 + i, Side.LEFT, 4.0))
    assert since.change(Side.LEFT) == pytest.approx(1.5), "fifteen of the last twenty are 2 deg larger"
    for i in range(40):
        since.add(step(40.0 + i, Side.LEFT, 1.0))
    assert since.change(Side.LEFT) == pytest.approx(-1.0)
    assert math.isnan(since.change(Side.RIGHT))
