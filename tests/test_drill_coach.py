"""The coach of a drill, phase by phase and command by command; steps to the side, bands and positions by value."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from levelhips import Command, Do, Gap, Quality, Side
from levelhips.coaching.drills.counters import (
    Band,
    BandMonitor,
    DrillSample,
    Excursion,
    Hold,
    Jolt,
    Metronome,
    PromptRequest,
    Repetition,
    Steps,
)
from levelhips.coaching.drills.counters.base import Spread
from levelhips.coaching.drills.drill import Dose, Drill, DrillSettings
from levelhips.coaching.drills.engine import DrillCoach
from levelhips.coaching.drills.start_position import ANY_POSITION, SIDE_LYING, SUPINE, UPRIGHT
from levelhips.coaching.drills.turning import YawTracker
from levelhips.events import (
    FormFault,
    Phase,
    PhaseChange,
    PhaseReason,
    Pose,
    Posture,
    PostureChange,
    Prompt,
    PromptKind,
    Rep,
    Signal,
    SignalKind,
    StandingZero,
    Update,
)

RATE_HZ = 50.0


def samples(
    angle: Callable[[float], float], seconds: float, *, rate_dps: float = 0.0, inside: bool = True, from_s: float = 0.0
) -> list[DrillSample]:
    times = from_s + np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return [DrillSample(t_s, angle(t_s), rate_dps, 0.0, inside) for t_s in times.tolist()]


def raised(*tops: tuple[float, float, float]) -> Callable[[float], float]:
    """An angle that goes out and back by a minimum-jerk way: begin, time out (and back), and size [deg], with a hold of 1 s."""

    def at(t_s: float) -> float:
        total = 0.0
        for begin_s, way_s, size in tops:
            out, back = (min(max(share, 0.0), 1.0) for share in ((t_s - begin_s) / way_s, (t_s - begin_s - way_s - 1.0) / way_s))
            total += size * (ease(out) - ease(back))
        return total

    return at


def ease(share: float) -> float:
    return share**3 * (10 - 15 * share + 6 * share**2)


# ---- repetitions out and back


COUNT = Excursion("drop", low_deg=8.0, high_deg=15.0, back_deg=3.0)


@pytest.mark.parametrize(
    ("tops", "faults", "fulls"),
    [
        ([(1.0, 2.0, 6.0)], [FormFault.SHORT], [False]),  # most of the way
        ([(1.0, 2.0, 3.5)], [], []),  # less than half of the way: a wobble
        ([(1.0, 0.2, 10.0)], [FormFault.TOO_FAST], [True]),
        ([(1.0, 2.0, 10.0), (4.6, 2.0, 10.0)], [FormFault.NOT_BACK], [False, True]),  # out again before it was back
    ],
)
def test_what_is_missing_in_an_excursion_is_named(
    tops: list[tuple[float, float, float]], faults: list[FormFault], fulls: list[bool]
) -> None:
    counter, found = COUNT.start(0.0), []
    for sample in samples(raised(*tops), 12.0):
        found += counter.push(sample)
    reps = [one for one in found if isinstance(one, Repetition)]
    assert [rep.full for rep in reps] == fulls
    named = [one for one in found if isinstance(one, FormFault)] + [rep.fault for rep in reps if rep.fault]
    assert named == faults


def test_an_excursion_whose_start_was_missed_does_not_count() -> None:
    angle = raised((1.0, 2.0, 10.0))
    counter = COUNT.start(0.0)
    assert [one for sample in samples(angle, 8.0, from_s=3.0) for one in counter.push(sample)] == []
    counter = COUNT.start(0.0)
    found = [one for sample in samples(angle, 3.2) for one in counter.push(sample)]
    counter.interrupt()
    found += [one for sample in samples(angle, 5.0, from_s=3.2) for one in counter.push(sample)]
    assert found == [PromptRequest(PromptKind.REACHED)], "samples are missing in it"


def test_only_a_drill_that_counts_drops_detects_the_wrong_leg() -> None:
    assert COUNT.opposite_deg == 8.0
    assert math.isinf(Excursion("roll", 8.0, 15.0, 3.0).opposite_deg)
    assert [COUNT.is_home(angle) for angle in (-2.9, 0.0, 2.9, 3.1)] == [True, True, True, False]
    assert COUNT.adapted(0.0, 10.0, None, None) == Excursion("drop", 1.0, 10.0, 0.5), "a range from zero would count sway"


# ---- time held


def test_a_test_is_measured_whatever_happens_and_lost_samples_are_not_held() -> None:
    test = Hold("drop", seconds=10.0, strict=False)
    counter = test.start(0.0)
    angle = lambda t_s: -t_s  # noqa: E731
    found = [one for sample in samples(angle, 6.0, inside=False) for one in counter.push(sample)]
    counter.interrupt()
    found += [one for sample in samples(angle, 6.0, from_s=16.0) for one in counter.push(sample)]
    [rep] = found
    assert isinstance(rep, Repetition)
    assert rep.hold_s == pytest.approx(10.0, abs=0.05)
    assert rep.range_deg == pytest.approx(-20.0, abs=0.1), "the farthest angle, with its sign"
    assert test.timed_s == 10.0
    assert test.counts_over_gaps
    assert test.adapted(0.0, 1.0, 30.0, None).timed_s == 30.0
    assert test.adapted(0.0, 1.0, None, None) is test


def test_angles_without_a_value_have_no_spread() -> None:
    angles = Spread()
    assert (angles.mean, angles.sd, angles.farthest) == (0.0, 0.0, 0.0)
    for value in (1.0, -3.0, 2.0):
        angles.add(value)
    assert (angles.mean, angles.sd, angles.farthest) == (0.0, pytest.approx(math.sqrt(14 / 3)), -3.0)


# ---- a pace


def test_movement_that_is_hardly_seen_counts_with_half_the_confidence() -> None:
    counter = Metronome("roll", lead_in_s=0.0).start(0.5)
    found = [one for sample in samples(lambda t_s: 1.0, 5.1, rate_dps=0.8) for one in counter.push(sample)]
    [rep] = [one for one in found if isinstance(one, Repetition)]
    assert (rep.full, rep.confidence) == (True, 0.5)


def test_another_pace_stretches_every_part_of_the_cycle() -> None:
    usual = Metronome("roll")
    assert usual.cycle_s == 5.0
    slow = usual.adapted(0.0, 1.0, None, 10.0)
    assert (slow.out_s, slow.hold_s, slow.back_s, slow.rest_s, slow.cycle_s) == (3.0, 3.0, 3.0, 1.0, 10.0)
    assert usual.adapted(0.0, 1.0, 30.0, None) is usual


# ---- steps to the side


def pushes(*at: tuple[float, float], seconds: float, jerky: tuple[float, ...] = ()) -> list[DrillSample]:
    """Pushes of the pelvis at times [s] with speeds [m/s]: it speeds up and slows down within 0.6 s, within 0.3 s if jerky."""
    times = np.arange(round(seconds * 100)) / 100
    speed = np.zeros(len(times))
    for begin_s, size_mps in at:
        length_s = 0.3 if begin_s in jerky else 0.6
        into = np.clip((times - begin_s) / length_s, 0.0, 1.0)
        speed += size_mps * np.sin(np.pi * into) ** 2
    return [DrillSample(t_s, 1.0, 0.0, acc, True) for t_s, acc in zip(times.tolist(), np.gradient(speed, times).tolist(), strict=True)]


def stepped(count: Steps, path: list[DrillSample]) -> list[object]:
    counter = count.start(0.0)
    return [one for sample in path for one in counter.push(sample)]


def test_a_step_to_the_side_is_two_pushes_the_same_way() -> None:
    found = stepped(Steps("drop"), pushes((1.0, 0.3), (2.5, 0.3), (4.0, 0.3), (5.5, 0.3), seconds=7.0))
    assert [type(one) for one in found] == [Repetition, Repetition]
    first = found[0]
    assert isinstance(first, Repetition)
    assert first.from_s == pytest.approx(1.1, abs=0.1)
    assert first.out_s + first.back_s == pytest.approx(1.9, abs=0.3)


def test_sway_is_not_a_step_and_a_push_back_does_not_close_one() -> None:
    assert stepped(Steps("drop"), pushes((1.0, 0.05), (2.5, 0.05), seconds=4.0)) == []
    assert stepped(Steps("drop"), pushes((1.0, 0.3), (2.5, -0.3), seconds=4.0)) == []


def test_each_push_to_the_other_side_of_a_zigzag_is_a_step() -> None:
    found = stepped(Steps("drop", alternate=True), pushes((1.0, 0.3), (2.5, -0.3), (4.0, 0.3), seconds=5.5))
    assert [type(one) for one in found] == [Repetition] * 3


def test_a_foot_that_is_snapped_in_is_a_form_fault() -> None:
    found = stepped(Steps("drop"), pushes((1.0, 0.3), (2.5, 0.3), seconds=4.0, jerky=(2.5,)))
    assert FormFault.SNAPPED in found
    assert FormFault.SNAPPED not in stepped(Steps("drop"), pushes((1.0, 0.3), (2.5, 0.3), seconds=4.0))


# ---- form limits


def test_a_band_is_left_once_until_the_angle_is_well_inside_again() -> None:
    band = Band("tilt", low_deg=-5.0, high_deg=10.0, above=FormFault.LEANED)
    monitor = band.start()
    angles = [0.0, 11.0, 11.0, 11.0, 12.0, 9.5, 11.0, 8.0, 11.0, 11.0, 11.0]
    found = [monitor.push(k / 100, angle) for k, angle in enumerate(angles)]
    assert [k for k, one in enumerate(found) if one is not None] == [3, 10], "0.02 s outside, and again only after 1 deg inside"
    first = found[3]
    assert first is not None
    assert (first.fault, first.value_deg, first.limit_deg) == (FormFault.LEANED, 11.0, 10.0)


def test_an_end_of_a_band_without_a_fault_stops_the_clock_without_reporting_a_fault() -> None:
    monitor = Band("tilt", low_deg=-5.0, high_deg=10.0, above=FormFault.LEANED).start()
    assert [monitor.push(k / 100, -6.0) for k in range(5)] == [None] * 5
    assert monitor.outside


def test_a_jolt_is_a_fault_without_an_angle() -> None:
    monitor = Jolt(FormFault.TOUCHED_DOWN).start()
    assert isinstance(monitor, BandMonitor)
    found = [monitor.push(k / 100, jolt) for k, jolt in enumerate([0.4, 2.0, 2.0, 2.0, 0.3])]
    [crossed] = [one for one in found if one is not None]
    assert crossed.fault is FormFault.TOUCHED_DOWN
    assert math.isnan(crossed.value_deg)
    assert not monitor.outside
    assert Jolt(FormFault.TOUCHED_DOWN).faults == (FormFault.TOUCHED_DOWN,)
    assert Jolt(FormFault.TOUCHED_DOWN).angles == ()


def test_the_ends_of_a_band_move_with_the_range_of_the_drill() -> None:
    band = Band("drop", -2.0, 15.0, below=FormFault.HIKED, above=FormFault.TOO_FAR)
    assert band.moved(None, 20.0) == Band("drop", -2.0, 20.0, below=FormFault.HIKED, above=FormFault.TOO_FAR)
    assert band.moved(-1.0, None).angles == ((FormFault.TOO_FAR, 1, 15.0), (FormFault.HIKED, -1, -1.0))
    assert band.faults == (FormFault.HIKED, FormFault.TOO_FAR)
    assert Band("drop", below=FormFault.HIKED, above=FormFault.HIKED).faults == (FormFault.HIKED,)
    jolt = Jolt(FormFault.TOUCHED_DOWN)
    assert jolt.moved(1.0, 2.0) is jolt


# ---- postures, presence, turns


def test_a_turn_during_lost_samples_is_not_seen() -> None:
    turn = YawTracker()
    assert turn.push(0.0, 30.0, home=True) == 0.0
    assert turn.push(0.1, 34.0, home=False) == pytest.approx(4.0)
    turn.lose()
    assert turn.push(1.0, 50.0, home=False) == 0.0


UP_LEANING = (np.array([0.2]), np.array([0.9]), np.array([0.1]))


@pytest.mark.parametrize(
    ("position", "posture", "side", "angles"),
    [
        (UPRIGHT, Posture.UPRIGHT, Side.RIGHT, {"drop": 5.74, "tilt": -12.53}),
        (UPRIGHT, Posture.UPRIGHT, Side.LEFT, {"drop": -5.74, "tilt": -12.53}),
        (SIDE_LYING, Posture.LEFT_SIDE, Side.RIGHT, {"roll": -63.43, "hike": -83.66}),
        (SIDE_LYING, Posture.RIGHT_SIDE, Side.LEFT, {"roll": -116.57, "hike": -96.34}),
        (SUPINE, Posture.SUPINE, Side.RIGHT, {"drop": 5.74, "height": -77.47}),
        (ANY_POSITION, Posture.UPRIGHT, Side.LEFT, {}),
    ],
)
def test_angles_of_a_position_come_from_the_vertical(position: object, posture: Posture, side: Side, angles: dict[str, float]) -> None:
    found = position.angles(UP_LEANING, posture, side)  # type: ignore[attr-defined]
    assert {name: round(float(values[0]), 2) for name, values in found.items()} == angles


def test_any_position_is_shown_as_the_one_the_wearer_took() -> None:
    assert ANY_POSITION.posture(Side.LEFT) is None
    assert [ANY_POSITION.shown_in(posture) for posture in (Posture.UPRIGHT, Posture.LEFT_SIDE, Posture.SUPINE)] == [
        UPRIGHT,
        SIDE_LYING,
        SUPINE,
    ]
    assert ANY_POSITION.shown_in(Posture.PRONE) is ANY_POSITION
    assert all(np.isnan(angle).all() for angle in ANY_POSITION.anatomical({}, Posture.PRONE, Side.LEFT, np.zeros(3)))
    assert UPRIGHT.shown_in(Posture.PRONE) is UPRIGHT


# ---- the coach: commands and events in every phase


DRILL = Drill("nod", "Nod", UPRIGHT, Hold("tilt", seconds=4.0), (), (-5.0, 5.0), Dose(sets=2, reps=1, rest_s=3.0), "Hold.", ready_s=1.0)


class Wearer:
    """A wearer who stands still, upright or lying, in front of a coach; time goes on with `stay`."""

    def __init__(self, drill: Drill = DRILL, **settings: object) -> None:
        self.coach, self.now_s, self.events = DrillCoach(drill, DrillSettings(**settings)), 0.0, []  # type: ignore[arg-type]

    def stay(self, seconds: float, up: tuple[float, float, float] = (0.0, 1.0, 0.0)) -> None:
        t_s = self.now_s + np.arange(1, round(seconds * 50) + 1) / 50
        axes, none = tuple(np.full(len(t_s), part) for part in up), np.zeros(len(t_s))
        self.take(self.coach.push(Pose(t_s, axes, axes, none, none, none, none)))  # type: ignore[arg-type]
        self.now_s = float(t_s[-1])

    def stand(self) -> None:
        """Stand until the standing zero is known, and take the start position."""
        self.stay(0.1, (math.nan, math.nan, math.nan))
        self.take(self.coach.push(StandingZero(self.now_s, self.now_s, 2.0, 0.001)))

    def press(self, do: Do) -> None:
        self.take(self.coach.apply(Command(self.now_s, do)))

    def take(self, update: Update) -> None:
        self.events += update.events

    @property
    def phases(self) -> list[tuple[Phase, PhaseReason]]:
        return [(event.phase, event.reason) for event in self.events if isinstance(event, PhaseChange)]

    def of(self, kind: type) -> list:
        return [event for event in self.events if isinstance(event, kind)]


def test_a_hold_from_standing_to_done() -> None:
    wearer = Wearer()
    wearer.stand()
    wearer.stay(20.0)
    none = PhaseReason.NONE
    assert wearer.phases == [
        (Phase.STAND, none), (Phase.TAKE, none), (Phase.WORK, none), (Phase.REST, none),
        (Phase.TAKE, PhaseReason.REST_OVER), (Phase.WORK, none), (Phase.DONE, none),
    ]  # fmt: skip
    work, rest, second = (change.at_s for change in wearer.of(PhaseChange)[2:5])
    assert rest - work == pytest.approx(4.0, abs=0.05)
    assert second - rest == pytest.approx(3.0, abs=0.05)
    assert [(rep.set_n, rep.number, rep.quality) for rep in wearer.of(Rep)] == [(1, 1, Quality.OK), (2, 1, Quality.OK)]
    [over] = wearer.of(Prompt)
    assert over.kind is PromptKind.REST_OVER
    assert over.known_s == over.at_s == second


@pytest.mark.parametrize(
    ("before", "press", "after"),
    [
        (0.0, Do.NEXT, Phase.STAND),  # nothing to end yet
        (0.0, Do.RESUME, Phase.STAND),  # not paused
        (0.0, Do.MARK, Phase.STAND),
        (0.0, Do.PAUSE, Phase.PAUSED),
        (0.0, Do.ZERO, Phase.STAND),
        (4.0, Do.NEXT, Phase.REST),  # ends the set
        (4.0, Do.ZERO, Phase.STAND),
        (8.0, Do.NEXT, Phase.TAKE),  # ends the rest
        (20.0, Do.NEXT, Phase.DONE),
        (20.0, Do.PAUSE, Phase.DONE),
        (20.0, Do.ZERO, Phase.DONE),
    ],
)
def test_a_command_acts_by_the_phase(before: float, press: Do, after: Phase) -> None:
    wearer = Wearer()
    wearer.stand() if before else wearer.stay(0.1, (math.nan,) * 3)
    if before:
        wearer.stay(before)
    wearer.press(press)
    assert wearer.phases[-1][0] is after


@pytest.mark.parametrize(("before", "after"), [(4.0, Phase.TAKE), (8.0, Phase.REST), (1.0, Phase.TAKE)])
def test_after_a_pause_work_begins_with_the_start_position(before: float, after: Phase) -> None:
    wearer = Wearer()
    wearer.stand()
    wearer.stay(before)
    wearer.press(Do.PAUSE)
    wearer.press(Do.PAUSE)
    assert [phase for phase, _ in wearer.phases].count(Phase.PAUSED) == 1
    wearer.stay(2.0)
    wearer.press(Do.RESUME)
    assert wearer.phases[-1] == (after, PhaseReason.RESUMED)


@pytest.mark.parametrize("stood_meanwhile", [True, False])
def test_a_pause_while_standing_goes_on_with_what_is_missing(stood_meanwhile: bool) -> None:
    wearer = Wearer()
    wearer.stay(0.1, (math.nan,) * 3)
    wearer.press(Do.PAUSE)
    if stood_meanwhile:
        wearer.stand()
    wearer.press(Do.RESUME)
    assert wearer.phases[-1] == (Phase.TAKE if stood_meanwhile else Phase.STAND, PhaseReason.RESUMED)


def test_a_wearer_who_does_not_stand_still_is_reminded_every_ten_seconds() -> None:
    wearer = Wearer()
    wearer.stay(25.0, (math.nan,) * 3)
    assert [(prompt.kind, round(prompt.at_s)) for prompt in wearer.of(Prompt)] == [(PromptKind.STAND, 10), (PromptKind.STAND, 20)]
    wearer.press(Do.PAUSE)
    wearer.stay(25.0, (math.nan,) * 3)
    assert len(wearer.of(Prompt)) == 2, "in a pause nobody is reminded"


def test_a_wrong_posture_is_prompted_after_a_second_lying_and_after_ten_standing() -> None:
    lying = Drill("roll", "Roll", SIDE_LYING, Hold("roll", seconds=4.0), (), (-5.0, 5.0), Dose(1, 1), "Lie down.", ready_s=1.0)
    for up, kind, at_s in (
        ((0.0, 0.0, 1.0), PromptKind.WRONG_SIDE, 1.5),  # on the left side; the left hip works lying on the right
        ((1.0, 0.0, 0.0), PromptKind.WRONG_POSTURE, 1.5),
        ((0.0, 1.0, 0.0), PromptKind.WRONG_POSTURE, 10.0),
    ):
        wearer = Wearer(lying, side="left")
        wearer.stand()
        wearer.stay(13.0, up)
        first = wearer.of(Prompt)[0]
        assert first.kind is kind
        assert first.at_s == pytest.approx(at_s, abs=0.6)


def test_lost_samples_are_signalled_after_a_second_and_mark_the_hold() -> None:
    wearer = Wearer()
    wearer.stand()
    wearer.stay(4.0)
    gap = Gap(wearer.now_s, wearer.now_s + 0.2)
    wearer.take(wearer.coach.push(gap))
    wearer.now_s += 0.2
    assert [signal.kind for signal in wearer.of(Signal)] == [SignalKind.CALIBRATED], "so short a loss costs nothing"
    wearer.take(wearer.coach.push(Gap(wearer.now_s, wearer.now_s + 1.5)))
    wearer.now_s += 1.5
    wearer.stay(8.0)
    assert [signal.kind for signal in wearer.of(Signal)] == [SignalKind.CALIBRATED, SignalKind.BACK]
    assert wearer.of(Rep)[0].quality is Quality.AFTER_GAP


def test_a_wearer_who_leaves_the_position_has_to_take_it_again() -> None:
    wearer = Wearer()
    wearer.stand()
    wearer.stay(4.0)
    wearer.stay(1.0, (0.0, 0.0, 1.0))
    assert wearer.phases[-1] == (Phase.TAKE, PhaseReason.POSTURE_LOST)
    assert wearer.of(Prompt)[-1].kind is PromptKind.WRONG_POSTURE
    assert [change.posture for change in wearer.of(PostureChange)] == [Posture.UPRIGHT, Posture.LEFT_SIDE]
    wearer.stay(12.0)
    assert len(wearer.of(Rep)) == 1
    assert wearer.coach.push(Pose(*(np.empty(0),), *((np.empty(0),) * 3,) * 2, *(np.empty(0),) * 4)).events == ()  # type: ignore[misc]
