"""Decisions of single estimators of the motion core, by value: time base, filters, sides, standing, gravity, contacts."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from levelhips import Gap, Samples, SettingsError, Side
from levelhips.engine import Engine
from levelhips.events import Mode, Quality
from levelhips.motion.ahrs_filters import AhrsFilter
from levelhips.motion.alignment import outward_axis
from levelhips.motion.attitude import Attitude
from levelhips.motion.contacts import RunningContacts, WalkingContacts
from levelhips.motion.gait import Gait
from levelhips.motion.gap_filling import reconstruct_gap
from levelhips.motion.gravity import GravityCorrection
from levelhips.motion.orientation import orientation_filter
from levelhips.motion.pipeline import Pipeline
from levelhips.motion.quality import Conditions, QualityMonitor
from levelhips.motion.sides import SideVoter
from levelhips.motion.signal_buffer import SIGNALS, SignalBuffer
from levelhips.motion.smoothing import Butterworth
from levelhips.motion.standing import StandingDetector
from levelhips.motion.steps import stance, stride, walking_side_cues
from levelhips.motion.timebase import Timebase
from levelhips.motion.travel import Travel, TravelDirection
from levelhips.samples import BRIDGED, STANDARD_GRAVITY_MPS2, GapReason

UP = STANDARD_GRAVITY_MPS2


def at(*t_s: float) -> Samples:
    """Samples at these times whose forward acceleration is their number."""
    n = len(t_s)
    return Samples(np.array(t_s), np.column_stack([np.arange(n, dtype=float), np.full(n, UP), np.zeros(n)]), np.zeros((n, 3)))


# ---- time base


@pytest.mark.parametrize("make", [Timebase, Pipeline, Engine])
@pytest.mark.parametrize("rate_hz", [39.9, 0.0, -1.0, math.nan])
def test_a_rate_below_40_hz_is_refused(make: type, rate_hz: float) -> None:
    with pytest.raises(ValueError, match="40 Hz or more"):
        make(rate_hz)
    make(40.0)


def test_a_clock_that_jumps_back_goes_on_one_interval_later() -> None:
    timebase = Timebase(100.0)
    first, gap, second = timebase.push(at(5.00, 5.01, 1.00, 1.01))
    assert isinstance(first, Samples)
    assert isinstance(second, Samples)
    assert gap == Gap(5.01, pytest.approx(5.02), GapReason.CLOCK_JUMP)
    np.testing.assert_allclose(first.t_s, [5.00, 5.01])
    np.testing.assert_allclose(second.t_s, [5.02, 5.03])
    [later] = timebase.push(at(1.02))
    assert isinstance(later, Samples)
    np.testing.assert_allclose(later.t_s, [5.04], err_msg="the shift of the clock is kept")


def test_a_time_that_repeats_is_dropped_and_a_short_gap_is_bridged() -> None:
    timebase = Timebase(100.0)
    out = timebase.push(at(0.00, 0.01, 0.01, 0.02, 0.05))
    assert [type(item) for item in out] == [Samples, Gap, Samples]
    assert out[1] == Gap(0.02, 0.05, BRIDGED)
    assert isinstance(out[0], Samples)
    assert out[0].acc_mps2[:, 0].tolist() == [0.0, 1.0, 3.0], "the second sample of the same time is gone"
    assert (timebase.dropped, timebase.bridged) == (1, 2)
    assert timebase.push(at()) == []


# ---- filters


@pytest.mark.parametrize(("kind", "settled"), [("lowpass", 3.0), ("highpass", 0.0)])
def test_a_filter_starts_as_if_the_first_value_had_always_been_there(kind: str, settled: float) -> None:
    smooth = Butterworth(1, 5.0, 100.0, kind)  # type: ignore[arg-type]
    np.testing.assert_allclose(smooth.push(np.full(10, 3.0)), settled, atol=1e-12)
    smooth.push(np.full(10, 50.0))
    smooth.restart()
    np.testing.assert_allclose(smooth.push(np.full(10, 3.0)), settled, atol=1e-12)
    assert not len(smooth.push(np.empty(0)))


def test_a_filter_halves_the_power_at_its_corner() -> None:
    t_s = np.arange(4000) / 1000
    out = Butterworth(2, 10.0, 1000.0).push(np.sin(2 * np.pi * 10 * t_s))
    assert out[2000:].std() == pytest.approx(1 / 2, abs=0.01), "a sine has a standard deviation of 1/sqrt(2)"
    with pytest.raises(ValueError, match="order is 3"):
        Butterworth(3, 10.0, 1000.0)  # type: ignore[arg-type]


def test_unknown_axes_and_filters_are_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r'"up" is not a sensor axis.*\+x, -x, \+y'):
        outward_axis("up")
    assert outward_axis("-y").tolist() == [0.0, -1.0, 0.0]
    with pytest.raises(SettingsError, match=r"magic.*vqf, madgwick"):
        orientation_filter("magic", 100.0)


@pytest.mark.parametrize("name", ["madgwick", "mahony", "complementary", "ekf"])
@pytest.mark.parametrize("up", [(0, 1, 0), (0, -1, 0), (0, 0, -1), (-1, 0, 0)])
def test_other_filters_find_the_vertical_whichever_way_the_sensor_is_turned(name: str, up: tuple[int, ...]) -> None:
    from scipy.spatial.transform import Rotation

    filter_ = AhrsFilter(name, 100.0)
    assert [len(out) for out in filter_.push(np.empty((0, 3)), np.empty((0, 3)))] == [0, 0]
    acc = np.tile(UP * np.array(up, dtype=float), (200, 1))
    for _ in range(2):
        world_from_sensor, _ = filter_.push(np.zeros((200, 3)), acc)
        rotation = Rotation.from_quat(world_from_sensor[-1], scalar_first=True)
        np.testing.assert_allclose(rotation.apply(up), [0, 0, 1], atol=0.02)
        filter_.restart()


# ---- sides


def test_cues_that_are_missing_or_do_not_change_say_nothing_of_the_side() -> None:
    voter = SideVoter(2)
    for step in range(10):
        voter.contact(0.35 if step else math.inf)
        voter.evidence((math.nan, 1.0))
    assert voter.confidence == 0.5
    assert not voter.sure


def test_a_foot_with_larger_cues_is_the_right_one_and_feet_alternate() -> None:
    voter, found = SideVoter(1), []
    for step in range(8):
        voter.contact(0.35 if step else math.inf)
        voter.evidence((1.0 if step % 2 else -1.0,))
        found.append(voter.side if voter.sure else None)
    assert found[-2:] == [Side.LEFT, Side.RIGHT]
    assert found[0] is None, "the first step has nothing to be compared with"


@pytest.mark.parametrize(("steps", "same_foot"), [(2.0, True), (3.0, False)])
def test_after_a_missed_contact_the_feet_are_counted_on(steps: float, same_foot: bool) -> None:
    """After one missed contact the same foot lands as before the gap; after an unknown number nothing is known."""
    voter = SideVoter(1)
    for step in range(9):
        voter.contact(0.35 if step else math.inf)
        voter.evidence((1.0 if step % 2 else -1.0,))
    assert voter.sure
    side = voter.side
    voter.contact(steps * 0.35)
    if same_foot:
        assert voter.side is side
        assert voter.confidence > 0.5
    else:
        assert voter.confidence == 0.5
    assert not voter.sure or same_foot


# ---- standing


QUIET = np.tile([0.0, UP, 0.0], (100, 1))


@pytest.mark.parametrize(
    ("change", "quiet"),
    [
        ({}, True),
        ({"rate": 0.5}, False),  # turning steadily
        ({"sway": 0.5}, False),  # swaying about
        ({"size": 1.1}, False),  # not gravity alone
        ({"shake": 1.0}, False),
    ],
)
def test_only_quiet_seconds_are_standing(change: dict[str, float], quiet: bool) -> None:
    swing = np.where(np.arange(100) % 2, 1.0, -1.0)
    gyr = np.zeros((100, 3))
    gyr[:, 0] = change.get("rate", 0.0) + change.get("sway", 0.0) * swing
    acc = QUIET * change.get("size", 1.0)
    acc[:, 1] += change.get("shake", 0.0) * swing
    standing = StandingDetector(np.array([0.0, 0.0, 1.0]))
    assert standing.quiet(acc, gyr) is quiet
    assert standing.still(acc, gyr) is quiet


def test_lying_quietly_is_not_standing() -> None:
    standing = StandingDetector(np.array([0.0, 0.0, 1.0]))
    lying = np.tile([0.0, 0.0, UP], (100, 1))
    assert standing.quiet(lying, np.zeros((100, 3)))
    assert not standing.still(lying, np.zeros((100, 3)))


# ---- gaps, buffer


def test_a_gap_without_a_missing_sample_is_filled_with_nothing() -> None:
    signals = SignalBuffer(keep=100, names=SIGNALS)
    assert len(reconstruct_gap(Gap(1.0, 1.011), at(1.0), at(1.011), signals, math.nan, 100.0)) == 0
    assert len(reconstruct_gap(Gap(1.0, 1.03), at(1.0), at(1.03), signals, math.nan, 100.0)) == 2


def test_a_buffer_keeps_the_newest_values_whatever_the_size_of_the_chunks() -> None:
    for chunk in (1, 7, 40, 1000):
        buffer = SignalBuffer(keep=20, names=("t_s", "x"))
        for start in range(0, 2000, chunk):
            t = np.arange(start, start + chunk, dtype=float)
            buffer.push({"t_s": t, "x": 2 * t})
        assert len(buffer) >= 20
        assert buffer["x"][-20:].tolist() == [
            2.0 * t for t in range(len(range(0, 2000, chunk)) * chunk - 20, len(range(0, 2000, chunk)) * chunk)
        ]
        assert buffer.between(buffer["t_s"][-3], buffer["t_s"][-1]) == slice(len(buffer) - 3, len(buffer))
        buffer.shift("x", 1.0)
        assert buffer["x"][-1] == 2 * buffer["t_s"][-1] + 1.0
        buffer.clear()
        assert len(buffer) == 0


def test_an_attitude_begins_only_with_samples() -> None:
    attitude = Attitude(100.0, "+z")
    assert list(attitude.push(at())) == []
    assert list(attitude.push(Gap(0.0, 0.03, BRIDGED))) == []
    assert list(attitude.push(Gap(0.0, 2.0))) == [Gap(0.0, 2.0)]


# ---- gait


def test_a_recording_that_begins_in_a_stance_has_its_first_contact_at_the_next_landing() -> None:
    t_s = np.arange(400) / 200
    phase_s = (t_s + 0.1) % 0.4  # the first sample is in the middle of a stance of 0.2 s
    load = np.where(phase_s < 0.2, 2.5 * np.sin(np.pi * phase_s / 0.2), 0.0)
    events = RunningContacts(200.0).push(t_s, load)
    contacts = [event.at_s for event in events if event.kind == "contact"]
    assert contacts == pytest.approx([0.3, 0.7, 1.1, 1.5, 1.9], abs=0.02)
    toe_offs = [event.at_s for event in events if event.kind != "contact"]
    assert toe_offs == pytest.approx([0.5, 0.9, 1.3, 1.7], abs=0.04)
    assert RunningContacts(200.0).push(np.empty(0), np.empty(0)) == []
    assert WalkingContacts(200.0).push(np.empty(0), np.empty(0), np.empty(0)) == []


def test_a_toe_off_without_a_stance_is_ignored() -> None:
    gait = Gait(Mode.RUNNING, SignalBuffer(keep=100), QualityMonitor(100.0))
    now = Conditions(1.0, 0.0, 0.0, vertical_sure=True)
    assert gait.toe_off(1.0, now) == []
    gait.contact(1.0, now)
    gait.lost()
    assert gait.toe_off(1.2, now) == [], "samples of that stance are missing"


def test_steps_and_strides_with_too_few_samples_are_not_measured() -> None:
    signals = SignalBuffer(keep=100)
    none = np.zeros(4)
    signals.push(dict.fromkeys(SIGNALS, none) | {"t_s": np.arange(4) / 100})
    rest = {"step_time_s": 0.35, "flight_before_s": 0.1, "vertical_sd_rad": 0.0, "heading_sd_rad": 0.0}
    assert stance(signals, 0.0, 0.01, toe_off_s=0.01, mode=Mode.RUNNING, quality=Quality.OK, **rest) is None
    assert stride(signals, 0.0, 0.01, 0.02, Side.LEFT, Mode.RUNNING, Quality.OK, 0.0) is None
    assert all(math.isnan(cue) for cue in walking_side_cues(signals, 1.0, 2.0))


def test_a_gap_of_known_length_adds_what_it_may_have_cost_and_a_long_one_forgets_the_velocity() -> None:
    def settled() -> GravityCorrection:
        correction = GravityCorrection()
        correction.start(math.radians(1.0), math.radians(0.1))
        for k in range(1, 40):
            correction.push(k * 0.36, 0.72, (0.0, 0.0), Travel(0.0, 0.01))
        return correction

    before = settled().error_rad
    for velocity_mps in (0.1, math.inf):
        correction = settled()
        correction.widen(math.radians(0.3), velocity_mps)
        assert correction.error_rad == pytest.approx(math.hypot(before, math.radians(0.3)), rel=1e-3)
        correction.push(40 * 0.36, 0.72, (3.0, 0.0), Travel(0.0, 0.01))
        (east, _), _ = correction.take(40 * 0.36)
        assert (abs(math.degrees(east)) > 0.2) is math.isfinite(velocity_mps), "without a known velocity it says nothing"


# ---- direction of travel


def followed(heading_deg: Callable[[float], float], jitter_deg: float = 0.0, strides: int = 120) -> list[tuple[float, Travel]]:
    """The true heading [deg] and the one found, for strides that end every 0.36 s."""
    rng, direction = np.random.default_rng(4), TravelDirection()
    out = []
    for k in range(strides):
        true = heading_deg(k * 0.36)
        out.append((true, direction.push(k * 0.36, math.radians(true + jitter_deg * rng.standard_normal()))))
    return out


def test_direction_of_travel_on_a_straight_is_smoother_than_the_strides_and_its_uncertainty_is_right() -> None:
    found = followed(lambda _: 0.0, jitter_deg=0.8, strides=400)[20:]
    errors = np.degrees([travel.heading_rad for _, travel in found])
    claimed = math.degrees(np.mean([travel.sd_rad for _, travel in found]))
    assert errors.std() < 0.6
    assert 0.5 < errors.std() / claimed < 2


def test_direction_of_travel_follows_a_bend_and_a_corner_without_lag() -> None:
    bend = followed(lambda at_s: 4.7 * max(at_s - 10, 0))
    assert max(abs(math.degrees(travel.heading_rad) - true) for true, travel in bend[-60:]) < 0.1
    corner = followed(lambda at_s: 30.0 * min(max(at_s - 10, 0), 3))
    assert max(abs(math.degrees(travel.heading_rad) - true) for true, travel in corner) < 9, "less than is turned in a step"
    assert abs(math.degrees(corner[-1][1].heading_rad) - 90) < 0.1


def test_a_redefined_axis_turns_the_direction_of_travel_and_changes_nothing_else() -> None:
    direction = TravelDirection()
    direction.turn_heading(0.5)
    before = [direction.push(k * 0.36, 0.01 * k) for k in range(20)][-1]
    direction.turn_heading(0.2)
    after = direction.push(20 * 0.36, 0.2 + 0.2)
    assert after.heading_rad == pytest.approx(before.heading_rad + 0.2 + 0.01, abs=1e-3)
    direction.restart()
    assert direction.push(100.0, 3.0).heading_rad == 3.0


def correction_on_a_straight(heading_rad: float) -> GravityCorrection:
    correction = GravityCorrection()
    correction.start(math.radians(0.5), math.radians(0.05))
    for k in range(1, 60):
        correction.push(k * 0.36, 0.72, (0.0, 0.0), Travel(heading_rad, 0.005))
    return correction


def test_a_redefined_axis_does_not_look_like_a_turn_of_the_runner() -> None:
    correction = correction_on_a_straight(0.0)
    correction.turn_heading(math.radians(10))
    correction.push(60 * 0.36, 0.72, (0.0, 0.0), Travel(math.radians(10), 0.005))
    (east, north), _ = correction.take(60 * 0.36)
    assert math.degrees(math.hypot(east, north)) < 0.01
    GravityCorrection().turn_heading(0.1)  # before the first stride there is nothing to turn


@pytest.mark.parametrize("heading_deg", [0.0, 90.0, 200.0])
def test_the_vertical_is_surer_across_the_direction_of_travel_than_along_it(heading_deg: float) -> None:
    heading_rad = math.radians(heading_deg)
    rng, correction = np.random.default_rng(2), GravityCorrection()
    correction.start(math.radians(0.5), math.radians(0.05))
    forward = np.array([-math.sin(heading_rad), math.cos(heading_rad)])
    for k in range(1, 60):
        speed_mps = 3.0 + 0.3 * rng.standard_normal()
        correction.push(k * 0.36, 0.72, tuple(speed_mps * forward), Travel(heading_rad, 0.005))
    assert correction.sideways_error_rad < 0.5 * correction.error_rad
    assert math.degrees(correction.sideways_error_rad) < 0.2


def test_strides_that_contradict_the_vertical_four_times_in_a_row_make_it_unsure() -> None:
    correction = correction_on_a_straight(0.0)
    before = correction.error_rad
    for k in range(4):
        correction.push((60 + k) * 0.36, 0.72, (2.0 * (-1) ** k, 2.0 * (-1) ** k), Travel(0.0, 0.005))
    assert correction.error_rad > max(10 * before, math.radians(3.0))
