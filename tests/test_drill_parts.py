"""Parts of the drill engine by value: start position, stillness, falls, form limits, counters, results. No simulated wearer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from levelhips.coaching.drills.counters import Band, Crossed, DrillSample, Excursion, Hold, Jolt, Metronome, PromptRequest, Repetition
from levelhips.coaching.drills.counters.base import Counter
from levelhips.coaching.drills.drill import Dose
from levelhips.coaching.drills.drill_angles import Moment
from levelhips.coaching.drills.form import FormMonitor, OppositeSide
from levelhips.coaching.drills.repetitions import RepetitionBook
from levelhips.coaching.drills.result import DrillResult
from levelhips.coaching.drills.start_position import DIRECTIONS, UPRIGHT, PostureDetector, onto, posture_of
from levelhips.coaching.drills.stillness import HipHinge, Presence, ReachMonitor, Stillness
from levelhips.events import DrillBegin, FormFault, FormFaultDetected, Posture, PromptKind, Quality, Rep, Side
from levelhips.settings.installed import drills

UP = (0.0, 1.0, 0.0)


def moment(t_s: float, up: tuple[float, float, float] = UP, rate_dps: float = 0.0, jolt_mps2: float = 0.0) -> Moment:
    return Moment(t_s, up, 0.0, rate_dps, jolt_mps2, 0.0)


# ---- start position


@pytest.mark.parametrize("goal", DIRECTIONS.values(), ids=DIRECTIONS)
@pytest.mark.parametrize("up", [(0.3, 0.8, 0.2), (0.3, 0.4, -0.6), (0.7, 0.1, 0.3), (-0.5, 0.5, 0.4)])
def test_the_shortest_rotation_takes_the_vertical_to_its_goal_and_leaves_its_axis_alone(
    up: tuple[float, float, float], goal: tuple[float, float, float]
) -> None:
    turned = onto(up, goal)
    np.testing.assert_allclose(turned @ np.array(up), np.array(goal) * np.linalg.norm(up), atol=1e-12)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)
    axis = np.cross(up, goal)
    np.testing.assert_allclose(turned @ axis, axis, atol=1e-12)


@pytest.mark.parametrize("side", Side)
def test_drop_is_positive_where_the_free_side_is_lower_and_a_vertical_a_little_too_long_is_ninety_degrees(side: Side) -> None:
    def drop_deg(z: float) -> float:
        up = (np.array([0.0]), np.array([math.sqrt(max(1 - z * z, 0.0))]), np.array([z]))
        return float(UPRIGHT.angles(up, Posture.UPRIGHT, side)["drop"][0])

    assert drop_deg(math.sin(math.radians(7))) == pytest.approx(side.sign * 7)
    assert drop_deg(1 + 1e-12) == side.sign * 90
    assert drop_deg(-1 - 1e-12) == side.sign * -90


def test_a_posture_is_clear_up_to_forty_degrees_and_counts_after_it_lasted() -> None:
    def tipped(deg: float) -> tuple[float, float, float]:
        return 0.0, math.cos(math.radians(deg)), math.sin(math.radians(deg))

    assert [posture_of(tipped(deg)) for deg in (39, 41, 49, 51)] == [
        Posture.UPRIGHT,
        Posture.UNCLEAR,
        Posture.UNCLEAR,
        Posture.LEFT_SIDE,
    ]
    watch = PostureDetector()
    seen_deg = [0] * 8 + [90] * 3 + [0] * 5 + [90] * 8  # eight a second
    changes = [i / 8 for i, deg in enumerate(seen_deg) if watch.push(i / 8, tipped(deg))]
    assert changes == [0.5, 2.5], "three eighths of a second on the side are not lying"


# ---- stillness


def taken_s(rate_dps: float, ready_s: float = 0.0, still_dps: float = 6.0) -> float:
    """Return when a start position is taken that is held from 0 s, with this much sway; infinite: not within 30 s."""
    stillness = Stillness(still_dps)
    return next(
        (t / 100 for t in range(3000) if stillness.push(moment(t / 100, rate_dps=rate_dps), 0.01, 0.0, ready_s, blind=False)), math.inf
    )


def test_a_start_position_is_taken_after_a_second_and_a_half_of_stillness() -> None:
    assert taken_s(0.0) == pytest.approx(1.5, abs=0.011)
    assert taken_s(5.9) == pytest.approx(1.5, abs=0.011)
    assert taken_s(0.0, ready_s=4.0) == pytest.approx(5.5, abs=0.011)


def test_the_limit_of_stillness_rises_after_five_seconds_to_three_times() -> None:
    # Twice the limit: allowed five seconds after the five of patience, and then held for a second and a half.
    assert taken_s(12.0) == pytest.approx(11.5, abs=0.05)
    assert taken_s(12.0, ready_s=4.0) == pytest.approx(15.5, abs=0.05), "patience starts when the instruction is over"
    assert taken_s(17.9) < 17
    assert taken_s(18.5) == math.inf


def test_the_held_position_is_the_mean_vertical_and_the_root_mean_square_of_the_rate() -> None:
    stillness = Stillness(10.0)
    for t, (x, rate_dps) in enumerate([(0.1, 3.0), (-0.1, 1.0)] * 100):
        stillness.push(moment(t / 100, (x, math.sqrt(1 - x * x), 0.0), rate_dps), 0.01, -1.0, 0.0, blind=False)
    assert stillness.up == pytest.approx(UP)
    assert stillness.rate_dps == pytest.approx(math.sqrt(5))


# ---- bow


def bow(hinge: HipHinge, deepest_deg: float, turned_deg: float = 0.0) -> list[np.ndarray]:
    """Bow and come up; return what was found."""
    found = []
    for deg in [*np.linspace(0, deepest_deg, 50), *np.linspace(deepest_deg, 0, 50)]:
        down, side = math.sin(math.radians(deg)), math.radians(turned_deg)
        askew = hinge.push((-down * math.cos(side), math.cos(math.radians(deg)), -down * math.sin(side)))
        found += [] if askew is None else [askew]
    return found


def test_a_bow_shows_how_far_the_clip_is_turned() -> None:
    [askew] = bow(HipHinge(), 40, turned_deg=10)
    c, s = math.cos(math.radians(10)), math.sin(math.radians(10))
    np.testing.assert_allclose(askew, [[c, 0, s], [0, 1, 0], [-s, 0, c]], atol=1e-12)
    np.testing.assert_allclose(askew @ [-c, 0, -s], [-1, 0, 0], atol=1e-12)


def test_a_bow_is_at_least_twenty_five_degrees_deep_and_less_than_that_askew() -> None:
    hinge = HipHinge()
    assert not bow(hinge, 24.5)
    assert len(bow(hinge, 25.5)) == 1, "a shallow bow before does not matter"
    assert not bow(hinge, 24.5), "nor does a deep one"
    assert len(bow(hinge, 40, turned_deg=24.5)) == len(bow(hinge, 40, turned_deg=-24.5)) == 1
    assert not bow(hinge, 40, turned_deg=25.5)
    assert not bow(hinge, 40, turned_deg=-25.5)


# ---- wearer away, clip fallen off


def presence(jolt: Moment, from_s: float, seconds: float) -> list[Presence]:
    """Return what is said in a time out of reach, after a jolt at 10 s."""
    reach = ReachMonitor(45.0)
    reach.jolt(jolt)
    assert reach.push(from_s - 0.1, 45.0) is Presence.HERE
    return [reach.push(from_s + t / 8, 45.1) for t in range(round(seconds * 8) + 1)]


@pytest.mark.parametrize(
    ("jolt", "fell"),
    [
        (moment(10.0, jolt_mps2=30.0), False),
        (moment(10.0, jolt_mps2=30.1), True),
        (moment(10.0, rate_dps=400.0), False),
        (moment(10.0, rate_dps=400.1), True),
    ],
)
def test_only_a_jolt_that_no_drill_gives_is_a_fall(jolt: Moment, fell: bool) -> None:
    assert presence(jolt, 10.5, 0.0) == [Presence.FELL_OFF if fell else Presence.AWAY]


def test_a_jolt_more_than_a_second_earlier_is_not_a_fall_and_away_becomes_lost_after_seven_tenths() -> None:
    jolt = moment(10.0, jolt_mps2=40.0)
    assert presence(jolt, 11.0, 0.0) == [Presence.FELL_OFF]
    assert presence(jolt, 11.125, 0.75) == [Presence.AWAY] * 6 + [Presence.LOST]


# ---- form


def test_a_form_fault_has_the_angle_and_the_limit_that_it_passed() -> None:
    form = FormMonitor((Band("roll", -5.0, 10.0, FormFault.ROLLED_BACK, FormFault.ROLLED_FORWARD), Jolt(FormFault.TOUCHED_DOWN)))
    form.restart()

    def push(t_s: float, roll: float, jolt: float = 0.0) -> list[Crossed]:
        return form.push(t_s, {"roll": roll, "jolt": jolt})

    assert push(0.0, 10.0) == push(0.01, 10.5) == push(0.02, 10.6) == []
    assert push(0.03, 10.7) == [Crossed(FormFault.ROLLED_FORWARD, 10.7, 10.0)]
    assert not form.inside
    assert push(0.04, 12.0) == push(0.05, 9.5) == push(0.06, 10.5) == push(0.2, 10.5) == [], "not far enough inside to leave it again"
    assert push(0.3, 9.0) == push(0.31, -5.1) == []
    assert form.inside
    assert push(0.33, -5.3) == [Crossed(FormFault.ROLLED_BACK, -5.3, -5.0)]
    push(0.4, 0.0, 1.6)
    [touched] = push(0.41, 0.0, 1.7)
    assert (touched.fault, math.isnan(touched.value_deg), math.isnan(touched.limit_deg)) == (FormFault.TOUCHED_DOWN, True, True)


@pytest.mark.parametrize(("deepest_deg", "seconds", "found"), [(-10.5, 1.0, True), (-9.5, 1.0, False), (-10.5, 0.4, False)])
def test_a_repetition_to_the_other_side_is_as_large_as_one_to_the_right_side_and_no_stumble(
    deepest_deg: float, seconds: float, found: bool
) -> None:
    watch = OppositeSide(10.0)
    steps = round(seconds * 100)
    lead = [0.0, *(deepest_deg * math.sin(math.pi * (0.17 + 0.66 * i / steps)) for i in range(steps + 1)), 0.0]
    assert any(watch.push(i / 100, deg) for i, deg in enumerate(lead)) is found


# ---- counters


def run(counter: Counter, lead_deg: list[float], rate_dps: float = 0.0, inside: bool = True, from_s: float = 0.0) -> list[object]:
    samples = [DrillSample(from_s + i / 100, deg, rate_dps, 0.0, inside) for i, deg in enumerate(lead_deg)]
    return [found for sample in samples for found in counter.push(sample)]


def kinds(found: list[object]) -> list[PromptKind]:
    return [each.kind for each in found if isinstance(each, PromptRequest)]


def test_the_clock_of_a_hold_stops_while_the_form_is_lost_and_that_of_a_test_goes_on() -> None:
    for strict, clock, held_s in ((True, [PromptKind.CLOCK_OFF, PromptKind.CLOCK_ON], 5.0), (False, [], 7.01)):
        counter = Hold("drop", seconds=7.0, strict=strict).start(1.0)
        found = run(counter, [2.0] * 201) + run(counter, [9.0] * 200, inside=False, from_s=2.01) + run(counter, [2.0] * 300, from_s=4.01)
        assert kinds(found) == clock, strict
        assert [each.full for each in found if isinstance(each, Repetition)] == ([True] if held_s >= 7 else []), strict
        more = run(counter, [2.0] * 202, from_s=7.01)
        assert len([each for each in found + more if isinstance(each, Repetition)]) == 1


def test_a_hold_has_length_mean_and_farthest_angle_and_is_announced_every_ten_seconds() -> None:
    counter = Hold("drop", seconds=25.0).start(1.0)
    found = run(counter, [1.0] * 1000 + [-4.0] * 500 + [1.0] * 1001)
    assert [(each.kind, each.number) for each in found if isinstance(each, PromptRequest)] == [(PromptKind.TEN, 10), (PromptKind.TEN, 20)]
    [done] = [each for each in found if isinstance(each, Repetition)]
    assert (done.from_s, done.range_deg, done.full) == (0.0, -4.0, True)
    assert (done.mean_deg, done.sd_deg, done.hold_s) == pytest.approx((0.0, 2.0, 25.0), abs=2e-3)


def test_a_twitch_does_not_stop_a_still_hold_and_moving_does() -> None:
    spec = Hold("lean", seconds=60.0, still_dps=5.0)
    for moving_s, clock in ((0.19, []), (0.25, [PromptKind.CLOCK_OFF, PromptKind.CLOCK_ON])):
        counter = spec.start(1.0)
        steps = round(moving_s * 100)
        found = run(counter, [0.0] * 100) + run(counter, [0.0] * steps, rate_dps=5.1, from_s=1.0)
        found += run(counter, [0.0] * 50, rate_dps=5.0, from_s=1.0 + steps / 100)
        assert kinds(found) == clock


def test_paced_repetitions_follow_the_marks_and_one_without_movement_is_not_counted() -> None:
    spec = Metronome("roll")
    counter = spec.start(0.5)
    rng = [3.0 * math.sin(2 * math.pi * i / 500) for i in range(500)]
    lead_in = run(counter, [0.0] * 200)
    moving = [each for k in range(10) for each in run(counter, rng, rate_dps=4.0, from_s=2.0 + 5 * k)]
    idle = run(counter, [0.0] * 501, rate_dps=0.5, from_s=52.0)
    assert lead_in == []
    assert kinds(moving)[:4] == [PromptKind.UP, PromptKind.HOLD, PromptKind.DOWN, PromptKind.UP]
    done = [each for each in moving + idle if isinstance(each, Repetition)]
    assert [(each.full, each.fault) for each in done] == [(True, None)] * 10 + [(False, FormFault.NO_MOVEMENT)]
    assert [each.number for each in moving if isinstance(each, PromptRequest) and each.kind is PromptKind.UP][:10] == list(range(1, 11))
    assert (done[1].range_deg, done[1].out_s, done[1].hold_s, done[1].back_s, done[1].confidence) == pytest.approx((3, 1.5, 1.5, 1.5, 1))


def test_the_usual_movement_is_that_of_the_last_eight_cycles() -> None:
    counter = Metronome("roll", lead_in_s=0.0).start(0.5)
    # Ten lively cycles, then eight slow ones: now slow is usual, so that one a little slower still counts.
    rates = [20.0] * 10 + [7.0] * 8 + [2.2]
    found = [each for k, rate in enumerate(rates) for each in run(counter, [1.0] * 500, rate_dps=rate, from_s=5.0 * k)]
    found += run(counter, [1.0], from_s=5.0 * len(rates))
    assert [each.full for each in found if isinstance(each, Repetition)] == [True] * 19
    assert [each.confidence for each in found if isinstance(each, Repetition)] == [1.0] * 19


def minimum_jerk(seconds: float) -> np.ndarray:
    way = np.linspace(0, 1, round(seconds * 100), endpoint=False)
    return way**3 * (10 - 15 * way + 6 * way**2)


def test_an_excursion_has_its_range_tempo_and_mean() -> None:
    lead = [0.0] * 300 + [*(20 * minimum_jerk(2.0)), *[20.0] * 100, *(20 * (1 - minimum_jerk(3.0)))] + [0.0] * 10
    found = run(Excursion("drop", low_deg=10.0, high_deg=30.0, back_deg=3.0).start(1.0), lead)
    assert kinds(found) == [PromptKind.REACHED]
    [done] = [each for each in found if isinstance(each, Repetition)]
    assert (done.from_s, done.range_deg) == pytest.approx((3.0, 20.0), abs=0.03)
    assert (done.out_s, done.hold_s, done.back_s) == pytest.approx((2.0, 1.0, 3.0), abs=0.03)
    # From a tenth of the way out to the end, which is within 3 deg of the start.
    begin, end = next(i for i, deg in enumerate(lead) if deg > 2) - 1, next(i for i in range(550, 1000) if lead[i] < 3)
    assert (done.mean_deg, done.sd_deg) == pytest.approx((np.mean(lead[begin : end + 1]), np.std(lead[begin : end + 1])), abs=1e-9)


@pytest.mark.parametrize(
    ("size_deg", "found"), [(10.1, (True, None)), (9.9, (False, FormFault.SHORT)), (5.1, (False, FormFault.SHORT)), (4.9, None)]
)
def test_an_excursion_counts_from_its_lower_end_and_is_an_attempt_from_half_of_it(
    size_deg: float, found: tuple[bool, FormFault | None] | None
) -> None:
    lead = [0.0] * 100 + [*(size_deg * minimum_jerk(2.0)), size_deg, *(size_deg * (1 - minimum_jerk(2.0)))] + [0.0] * 10
    said = run(Excursion("drop", low_deg=10.0, high_deg=30.0, back_deg=3.0).start(1.0), lead)
    assert [(each.full, each.fault) for each in said if isinstance(each, Repetition)] == ([found] if found else [])


def test_a_repetition_that_turns_before_it_is_back_is_a_half_one_from_its_start() -> None:
    # Up to 20 deg, down to 8 only, up again: the first half is a fault, from the moment at which it left the start.
    lead = [0.0] * 300 + [*(20 * minimum_jerk(2.0)), *(20 - 12 * minimum_jerk(1.0)), *(8 + 12 * minimum_jerk(1.0))]
    found = run(Excursion("drop", low_deg=10.0, high_deg=30.0, back_deg=3.0).start(1.0), lead)
    [half] = [each for each in found if isinstance(each, Repetition)]
    assert (half.full, half.fault) == (False, FormFault.NOT_BACK)
    assert 3.0 - 2.1 <= half.from_s <= 3.5
    assert half.range_deg == pytest.approx(20.0, abs=0.1)


# ---- book and result


def repetition(**changed: object) -> Repetition:
    return replace(Repetition(1.0, 20.0, 12.0, 2.0, 2.0, 1.0, 3.0), **changed)  # type: ignore[arg-type]


def test_the_book_counts_whole_repetitions_and_says_when_a_set_and_the_drill_are_done() -> None:
    book = RepetitionBook(replace(drills()["pelvic-drop"], dose=Dose(sets=2, reps=2)), Side.RIGHT)
    half = book.add(5.0, repetition(full=False, fault=FormFault.SHORT), [FormFault.LEANED])
    assert (half.number, half.set_n, half.full, half.faults) == (1, 1, False, (FormFault.LEANED, FormFault.SHORT))
    first = book.add(7.0, repetition(confidence=0.5), [FormFault.LEANED, FormFault.LEANED])
    assert first == Rep(
        1.0, 7.0, 7.0, 1, 1, Side.RIGHT, Quality.OK, True,
        math.radians(20), math.radians(12), math.radians(2), 2.0, 1.0, 3.0, "leaned", 0.5,
    )  # fmt: skip
    assert not book.set_is_done
    assert book.add(9.0, repetition(), []).number == 2
    assert book.set_is_done
    assert book.next_set()
    assert not book.set_is_done
    assert (book.add(11.0, repetition(), []).number, book.set_n) == (1, 2)
    assert not book.next_set()


def test_a_hold_over_a_gap_is_marked_once_and_a_repetition_is_not() -> None:
    for name, quality in (("stay-level", Quality.AFTER_GAP), ("pelvic-drop", Quality.OK)):
        book = RepetitionBook(drills()[name], Side.LEFT)
        book.gap()
        assert [book.add(5.0, repetition(), []).quality for _ in range(2)] == [quality, Quality.OK], name


def test_a_result_has_means_and_spreads_of_whole_repetitions() -> None:
    begin = DrillBegin(0.0, 0.0, "pelvic-drop", "Pelvic drop", Side.LEFT, Posture.UPRIGHT, 1, 9, 30.0, math.nan, 0.1, 0.3, "drop", "")
    book = RepetitionBook(drills()["pelvic-drop"], Side.LEFT)
    done = [
        book.add(5.0, repetition(), []),
        book.add(12.0, repetition(range_deg=24.0, mean_deg=16.0, sd_deg=6.0, hold_s=3.0), [FormFault.LEANED]),
        book.add(19.0, repetition(range_deg=99.0, full=False, fault=FormFault.SHORT), []),
    ]
    result = DrillResult.of([done[0], begin, *done, FormFaultDetected(11.0, 11.0, FormFault.LEANED, 0.1, 0.05)])
    assert result is not None
    assert (len(result.reps), result.good, result.halves, dict(result.form_faults)) == (2, 1, 1, {"leaned": 1})
    assert result.range_deg == pytest.approx((22.0, math.sqrt(8)))
    assert result.tempo_s == pytest.approx((7.0, math.sqrt(2)))
    assert result.mean_deg == pytest.approx((14.0, 4.0)), "the mean angle, and the mean sway in a repetition"
    assert result.held_s == 0.0, "no hold was asked for"
    assert DrillResult(replace(begin, seconds=30.0), result.reps).held_s == 4.0
    assert DrillResult.of(done) is None
