"""Accuracy on real runs, if they are next to the checkout, and on simulated ones with different mountings, rates and losses."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from conftest import ROOT, real_case, run_engine

from levelhips import Mode, Quality, Samples, Side, analyze
from levelhips.engine import Engine
from levelhips.events import Heading, Notice, Step, Update
from levelhips.motion.contacts import RunningContacts
from levelhips.motion.gravity import GravityCorrection
from levelhips.motion.travel import Travel
from levelhips.recording import open_recording
from levelhips.samples import Array
from levelhips.simulation.course import Course
from levelhips.simulation.runner import RunnerModel, SensorModel, Simulation, simulate_gait
from levelhips.simulation.wearer import WearerModel, simulate_drill

# Case: drop RMSE, obliquity RMSE, rotation RMSE [deg], contact SD [ms]. With room for another machine's arithmetic, none for
# a worse method. The contacts of runner c come from shoe plates whose own right-foot intervals scatter by 20 ms.
RUNS = {
    "runner_a_2p5_upright": (0.20, 0.15, 0.6, 6),
    "runner_a_2p5_turned": (0.50, 0.40, 0.6, 6),
    "runner_b_2p5_52hz": (0.25, 0.40, 0.6, 6),
    "runner_c_2p8_plate": (0.20, 0.15, 0.6, 18),
}


@pytest.mark.parametrize("name", RUNS)
def test_real_treadmill_runs(name: str) -> None:
    folder = real_case(name)
    drop_limit, obliquity_limit, rotation_limit, contact_limit = RUNS[name]
    analysis = analyze(folder / "imu.csv")
    with open(folder / "truth_steps.csv", newline="") as file:
        true = [(float(r["contact_s"]), Side(r["stance_side"]), float(r["contralateral_drop_deg"])) for r in csv.DictReader(file)]
    true = [step for step in true if step[0] > true[0][0] + 3]
    found = [step for step in analysis.steps if true[0][0] - 0.1 < step.at_s < true[-1][0] + 0.1]
    assert len(found) == len(true)
    assert all(step.side is side for step, (_, side, _) in zip(found, true, strict=True))
    drop_error = np.array([step.drop_deg - drop for step, (_, _, drop) in zip(found, true, strict=True)])
    time_error = np.array([step.at_s - at for step, (at, _, _) in zip(found, true, strict=True)]) * 1e3
    assert math.sqrt(np.mean(drop_error**2)) < drop_limit
    assert abs(np.median(time_error)) < 12
    assert time_error.std() < contact_limit
    truth = np.genfromtxt(folder / "truth_angles.csv", delimiter=",", names=True)
    inside = (truth["time_s"] >= true[0][0]) & (truth["time_s"] <= true[-1][0])

    def rmse(values: np.ndarray, name: str, centered: bool = False) -> float:
        error = np.degrees(np.interp(truth["time_s"][inside], analysis.angles.t_s, values)) - truth[name][inside]
        return math.sqrt(np.mean((error - centered * error.mean()) ** 2))

    assert rmse(analysis.angles.obliquity_rad, "obliquity_deg") < obliquity_limit
    assert rmse(analysis.angles.tilt_rad, "tilt_deg") < 0.5
    assert rmse(analysis.angles.rotation_rad, "rotation_deg", centered=True) < rotation_limit


@pytest.mark.parametrize(
    ("name", "min_found", "max_extra", "min_side_share"),
    [("walk_straight_a", 1.0, 0.0, 1.0), ("walk_straight_b", 0.88, 0.12, 1.0), ("walk_daily_a", 0.87, 0.06, 0.94)],
)
def test_real_walks(name: str, min_found: float, max_extra: float, min_side_share: float) -> None:
    folder = real_case(name)
    steps = analyze(folder / "imu.csv").steps
    with open(folder / "truth_contacts.csv", newline="") as file:
        true = [(float(r["contact_s"]), r["side"]) for r in csv.DictReader(file)]
    with open(folder / "truth_bouts.csv", newline="") as file:
        bouts = [(float(r["start_s"]), float(r["end_s"])) for r in csv.DictReader(file)]
    scored = [step for step in steps if any(a - 0.1 < step.at_s < b + 0.1 for a, b in bouts)]
    pairs = []
    free = list(scored)
    for at, side in true:
        near = min(free, key=lambda step: abs(step.at_s - at), default=None)
        if near is not None and abs(near.at_s - at) <= 0.15:
            free.remove(near)
            pairs.append(near.side == side)
    assert len(pairs) >= min_found * len(true)
    assert len(free) <= max_extra * len(true)
    assert np.mean(pairs) >= min_side_share


def test_real_sacral_accelerometers_against_the_measured_force() -> None:
    folder = real_case("sacral_accelerometer_grf")
    spreads = []
    for path in sorted(folder.glob("*.csv")):
        table = np.genfromtxt(path, delimiter=",", names=True)
        t, force = table["time_s"], table["ground_force_bodyweights"]
        rises = np.flatnonzero((force[:-1] < 0.05) & (force[1:] >= 0.05))
        true = t[rises[np.concatenate([[True], np.diff(t[rises]) > 0.15])]]
        true = true[(true > 0.25) & (true < t[-1] - 0.1)]
        found = np.array([e.at_s for e in RunningContacts(500.0).push(t, table["acc_vertical_g"]) if e.kind == "contact"])
        nearest = found[np.abs(found[None] - true[:, None]).argmin(axis=1)]
        assert np.abs(nearest - true).max() < 0.06, path.name
        assert len(found[(found > true[0] - 0.05) & (found < true[-1] + 0.05)]) == len(true), path.name
        spreads.append((nearest - true).std() * 1e3)
    assert np.median(spreads) < 8


def simulated_errors(runner: RunnerModel, sensor: SensorModel, seed: int) -> tuple[Update, np.ndarray, list[bool], int]:
    made = simulate_gait(runner, sensor, seed)
    update = run_engine(made.samples, sensor.rate_hz)
    errors, sides = [], []
    true = np.array([contact for contact, *_ in made.steps])
    for step in update.of(Step):
        nearest = int(np.argmin(np.abs(true - step.at_s)))
        assert abs(true[nearest] - step.at_s) < 0.06, "a step where none was"
        sides.append(step.side is made.steps[nearest][2])
        if step.quality is Quality.OK:
            errors.append(step.drop_deg - made.steps[nearest][3])
    return update, np.array(errors), sides, len(true)


@pytest.mark.parametrize("rate_hz", [52.0, 100.0, 200.0, 416.0])
@pytest.mark.parametrize(("turn", "pitch", "heading"), [(0, 15, 0), (90, 30, 8), (180, -10, -8), (-80, 10, 4)])
def test_simulated_runs_at_any_rate_and_mounting(rate_hz: float, turn: float, pitch: float, heading: float) -> None:
    sensor = SensorModel(rate_hz=rate_hz, turn_deg=turn, pitch_deg=pitch, heading_deg=heading)
    _, errors, sides, count = simulated_errors(RunnerModel(move_s=30.0), sensor, seed=int(rate_hz))
    assert len(sides) == count
    assert all(sides)
    assert math.sqrt(np.mean(errors**2)) < 0.5


@pytest.mark.parametrize("loss", [0.01, 0.05, 0.10])
def test_simulated_runs_with_lost_packets(loss: float) -> None:
    _, errors, sides, count = simulated_errors(RunnerModel(move_s=40.0), SensorModel(loss=loss), seed=7)
    assert all(sides)
    assert len(sides) > 0.9 * count
    assert math.sqrt(np.mean(errors**2)) < 0.5


@pytest.mark.parametrize("cadence", [150.0, 170.0, 195.0])
@pytest.mark.parametrize(("left", "right"), [(1.5, 1.5), (5.0, 2.0), (2.0, 6.0)])
def test_simulated_runners(cadence: float, left: float, right: float) -> None:
    runner = RunnerModel(cadence_spm=cadence, duty=0.36, drop_left_deg=left, drop_right_deg=right, move_s=30.0)
    _, errors, sides, count = simulated_errors(runner, SensorModel(), seed=2)
    assert len(sides) == count
    assert all(sides)
    assert math.sqrt(np.mean(errors**2)) < 0.3


def test_drop_is_right_with_a_gyroscope_that_was_never_calibrated() -> None:
    _, errors, sides, count = simulated_errors(RunnerModel(move_s=30.0), SensorModel(gyr_bias_dps=(6.0, -4.0, 5.0)), seed=21)
    assert len(sides) == count
    assert math.sqrt(np.mean(errors**2)) < 0.3


def test_steps_are_measured_again_after_a_minute_without_data() -> None:
    sensor = SensorModel(gaps_s=((30.0, 75.0),))
    _, errors, sides, _ = simulated_errors(RunnerModel(move_s=100.0), sensor, seed=22)
    assert all(sides)
    assert math.sqrt(np.mean(errors**2)) < 0.4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_angles_are_right_before_during_and_after_a_run(seed: int) -> None:
    """The error of the vertical does not grow in a run, nor at its end."""
    made = simulate_gait(RunnerModel(move_s=120.0, end_stand_s=15.0), SensorModel(turn_deg=120.0), seed=seed)
    update = run_engine(made.samples, 200.0)
    for values, truth in ((update.angles.obliquity_rad, made.obliquity_deg), (update.angles.tilt_rad, made.tilt_deg)):
        error = np.degrees(values) - truth
        assert np.abs(error[made.t_s < 9]).max() < 0.8
        assert np.abs(error[made.t_s > 15]).max() < 0.8


def test_heading_of_a_clip_that_is_worn_askew_is_found() -> None:
    update, _, _, _ = simulated_errors(RunnerModel(move_s=40.0), SensorModel(heading_deg=8.0), seed=4)
    last = list(update.of(Heading))[-1]
    assert math.degrees(last.heading_rad) > 4.0
    assert abs(math.degrees(last.heading_rad) - 8.0) < 2 * math.degrees(last.sd_rad)


def test_change_of_speed_does_not_tilt_the_vertical() -> None:
    """Outside, a runner speeds up by 0.3 m/s in 4 s: taken for gravity, that would be 0.4 deg."""
    made = simulate_gait(RunnerModel(move_s=60.0), SensorModel(pitch_deg=0.0), seed=6)
    samples = made.samples
    push = np.where((samples.t_s > 40) & (samples.t_s < 44), 0.3 / 4, 0.0)
    acc = samples.acc_mps2.copy()
    acc[:, 2] -= push  # forward is where the clip's outward face is not
    update = run_engine(Samples.checked(samples.t_s, acc, samples.gyr_radps), 200.0)
    plain = run_engine(samples, 200.0)
    off = np.degrees(update.angles.tilt_rad - plain.angles.tilt_rad)
    assert np.abs(off).max() < 0.45


def slipped(samples: Samples, by_deg: float, at_s: float, within_s: float) -> Samples:
    """Return samples of a clip that turns in the plane of the back; its gyroscope measures the turn."""
    angle = np.radians(by_deg) * np.clip((samples.t_s - at_s) / within_s, 0.0, 1.0)
    c, s = np.cos(angle), np.sin(angle)

    def seen(v: np.ndarray) -> np.ndarray:
        return np.stack([c * v[:, 0] + s * v[:, 1], c * v[:, 1] - s * v[:, 0], v[:, 2]], axis=1)

    gyr = seen(samples.gyr_radps)
    gyr[:, 2] += np.gradient(angle, samples.t_s)
    return Samples.checked(samples.t_s, seen(samples.acc_mps2), gyr)


def test_slipped_clip_is_noticed_and_its_steps_do_not_count() -> None:
    made = simulate_gait(RunnerModel(move_s=60.0), SensorModel(), seed=8)
    samples = made.samples
    update = run_engine(slipped(samples, -5.0, 40.0, 0.5), 200.0)
    assert [notice.kind for notice in update.of(Notice)] == ["slipped"]
    late_steps = [step for step in update.of(Step) if step.at_s > 55]
    assert late_steps
    assert all(step.quality is Quality.SLIPPED for step in late_steps)


def test_vertical_that_is_suddenly_wrong_is_found_again() -> None:
    """A knock may turn the clip faster than any sensor follows: 5 deg from one sample to the next."""
    made = simulate_gait(RunnerModel(move_s=60.0), SensorModel(), seed=8)
    samples, late = made.samples, made.samples.t_s > 40
    c, s = math.cos(math.radians(5)), math.sin(math.radians(5))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    acc, gyr = samples.acc_mps2.copy(), samples.gyr_radps.copy()
    acc[late], gyr[late] = acc[late] @ turn.T, gyr[late] @ turn.T
    update = run_engine(Samples.checked(samples.t_s, acc, gyr), 200.0)
    assert "slipped" in [notice.kind for notice in update.of(Notice)]
    assert not [step for step in update.of(Step) if step.at_s > 50 and step.quality is Quality.OK]


def notices(samples: Samples, rate_hz: float = 200.0) -> tuple[list[str], Update]:
    update = run_engine(samples, rate_hz)
    return [notice.kind for notice in update.of(Notice)], update


def drop_errors(made: Simulation, update: Update, from_s: float, to_s: float) -> Array:
    """Errors [deg] of the steps of quality ok that begin in a span."""
    true = np.array([(contact, drop) for contact, _, _, drop in made.steps])
    errors = []
    for step in update.of(Step):
        nearest = true[np.abs(true[:, 0] - step.at_s).argmin()]
        if from_s < step.at_s < to_s and step.quality is Quality.OK and abs(nearest[0] - step.at_s) < 0.06:
            errors.append(step.drop_deg - nearest[1])
    return np.array(errors)


COURSES = {
    "a track with bends of 36.5 m": Course(speed_mps=3.0, bends=((25, 63, 4.7), (88, 97, 4.7))),
    "corners": Course(speed_mps=3.0, speed_change_mps=0.3, bends=((25, 28, 30), (40, 43, -30), (55, 58, 30), (70, 73, 30))),
    "a circle of 12 m": Course(speed_mps=2.5, bends=((25, 90, 11.9),)),
    "a straight road at a changing speed": Course(speed_mps=3.0, speed_change_mps=0.5),
}


@pytest.mark.parametrize("course", COURSES)
def test_drops_on_a_road_are_as_right_as_on_a_treadmill(course: str) -> None:
    """Bug: on a bend the vertical leaned into it by up to 1.5 deg, and such steps counted."""
    made = simulate_gait(RunnerModel(move_s=90.0, course=COURSES[course]), SensorModel(rate_hz=100.0), seed=12)
    said, update = notices(made.samples, 100.0)
    errors = drop_errors(made, update, 14.0, 97.0)
    assert len(errors) > 200, "steps on a bend count"
    assert math.sqrt(np.mean(errors**2)) < 0.4
    assert np.abs(errors).max() < 1.0
    assert "turning" not in said


def test_steps_of_a_run_that_begins_on_a_bend_do_not_count() -> None:
    """Without a straight before it, the lean of the force and an error of the vertical look the same."""
    made = simulate_gait(RunnerModel(move_s=60.0, course=Course(speed_mps=3.0, bends=((8, 40, 4.7),))), SensorModel(), seed=12)
    said, update = notices(made.samples)
    assert "turning" in said
    inside = [step.quality for step in update.of(Step) if 15 < step.at_s < 39]
    assert Quality.TURNING in inside
    assert Quality.OK not in inside
    assert Quality.OK in {step.quality for step in update.of(Step) if 45 < step.at_s < 65}


def test_a_gyroscope_that_warms_up_does_not_tilt_the_vertical() -> None:
    """Bug: a bias that changed by 1 deg/s within five minutes put drops 1.9 deg off, and these steps counted."""
    made = simulate_gait(RunnerModel(move_s=180.0), SensorModel(rate_hz=100.0), seed=3)
    samples = made.samples
    bias_radps = np.radians(1 - np.exp(-samples.t_s / 300.0))
    warming = samples.gyr_radps + np.outer(bias_radps, np.array([0.6, 0.64, 0.48]))
    errors = drop_errors(made, run_engine(Samples.checked(samples.t_s, samples.acc_mps2, warming), 100.0), 14.0, 190.0)
    assert len(errors) > 400
    assert math.sqrt(np.mean(errors**2)) < 0.25


@pytest.mark.parametrize("rate_hz", [200.0, 100.0])
def test_drops_do_not_depend_on_the_phase_in_which_running_begins(rate_hz: float) -> None:
    """Bug: with 84 samples less, a false stride velocity tilted the vertical by 2.5 deg at the start, and its steps counted."""
    recording = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap")
    samples = recording.samples[: round(60 * recording.rate_hz) : round(recording.rate_hz / rate_hz)]
    whole = {round(step.at_s, 1): step for step in run_engine(samples, rate_hz).of(Step) if step.quality is Quality.OK}
    first = 0 if rate_hz == 200.0 else 1
    for cut in sorted({*range(first, round(rate_hz), 9), round(84 * rate_hz / 200), round(161 * rate_hz / 200)}):
        cuts = [step for step in run_engine(samples[cut:], rate_hz).of(Step) if step.quality is Quality.OK]
        pairs = [(step.drop_deg, whole[at].drop_deg) for step in cuts if (at := round(step.at_s, 1)) in whole]
        assert len(pairs) > 80, cut
        assert max(abs(one - other) for one, other in pairs) < 0.15, cut


def test_cambered_road_is_reported_once_and_only_if_it_lasts() -> None:
    made = simulate_gait(RunnerModel(move_s=330.0, camber_deg=2.0), SensorModel(rate_hz=100.0), seed=13)
    said, _ = notices(made.samples, 100.0)
    assert said == ["camber"]
    level = simulate_gait(RunnerModel(move_s=330.0), SensorModel(rate_hz=100.0), seed=13)
    assert notices(level.samples, 100.0)[0] == []


def test_a_rattling_clip_is_noticed() -> None:
    made = simulate_gait(RunnerModel(move_s=60.0), SensorModel(), seed=14)
    samples = made.samples
    rng = np.random.default_rng(1)
    rattle = np.where(samples.t_s > 45, 8.0, 0.0) * rng.standard_normal(len(samples))
    said, update = notices(Samples.checked(samples.t_s, samples.acc_mps2 + rattle[:, None] * [0.5, 0.7, 0.5], samples.gyr_radps))
    assert "loose" in said
    assert all(step.quality is Quality.LOOSE for step in update.of(Step) if 50 < step.at_s < 65)


def test_bump_before_the_landing_is_not_a_contact() -> None:
    """At 4.5 m/s the load rises to 0.6 g and falls again before the foot lands: the contact is the rise that goes on."""
    t = np.arange(600) / 200
    phase = t % 0.35
    load = np.where(phase < 0.2, 2.6 * np.sin(np.pi * np.clip(phase / 0.2, 0, 1)), 0.0)
    bump = np.where((phase > 0.28) & (phase < 0.33), 0.62 * np.sin(np.pi * (phase - 0.28) / 0.05), 0.0)
    plain, bumped = ([event.at_s for event in RunningContacts(200.0).push(t, g) if event.kind == "contact"] for g in (load, load + bump))
    assert len(bumped) == len(plain)
    np.testing.assert_allclose(bumped, plain, atol=0.008)


def test_standing_zero_is_good_although_the_wearer_fidgets() -> None:
    made = simulate_gait(RunnerModel(stand_s=10.0, move_s=15.0), SensorModel(), seed=15)
    samples = made.samples
    fidget = (samples.t_s > 4.0) & (samples.t_s < 5.0)
    gyr = samples.gyr_radps + np.where(fidget, 0.4 * np.sin(2 * np.pi * 2 * samples.t_s), 0.0)[:, None] * [1.0, 0.0, 0.0]
    _, update = notices(Samples.checked(samples.t_s, samples.acc_mps2, gyr))
    _, plain = notices(samples)
    off = np.degrees(update.angles.obliquity_rad - plain.angles.obliquity_rad)[samples.t_s > 11]
    assert abs(off.mean()) < 0.1


def test_a_posture_held_still_in_a_drill_does_not_become_the_zero() -> None:
    made = simulate_drill(WearerModel(reps=6, depth_deg=9.0), seed=3)
    update = run_engine(made.samples, 100.0)
    error = np.degrees(update.angles.obliquity_rad) - made.obliquity_deg
    assert np.abs(error[made.t_s > 3]).max() < 1.2
    assert [type(event).__name__ for event in update.events].count("StandingZero") == 1


def test_clip_that_is_moved_before_the_run_gets_a_new_zero() -> None:
    made = simulate_gait(RunnerModel(stand_s=12.0, move_s=15.0), SensorModel(), seed=17)
    samples = made.samples
    update = run_engine(slipped(samples, 12.0, 5.0, 0.25), 200.0)
    true = {round(contact, 1): drop for contact, _, _, drop in made.steps}
    errors = [
        step.drop_deg - true[round(step.at_s, 1)] for step in update.of(Step) if step.quality is Quality.OK and round(step.at_s, 1) in true
    ]
    assert len(errors) > 15
    assert np.sqrt(np.mean(np.square(errors))) < 0.4


def test_standing_after_the_run_does_not_move_the_zero() -> None:
    made = simulate_gait(RunnerModel(stand_s=5.0, move_s=15.0, end_stand_s=12.0), SensorModel(), seed=16)
    samples = made.samples
    lean = math.radians(2.5)
    late = samples.t_s > 22.5
    c, s = math.cos(lean), math.sin(lean)
    acc = samples.acc_mps2.copy()
    acc[late] = acc[late] @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]).T
    gyr = samples.gyr_radps.copy()
    _, update = notices(Samples.checked(samples.t_s, acc, gyr))
    end = np.degrees(update.angles.obliquity_rad[-400:]).mean()
    assert abs(abs(end) - 2.5) < 0.6, "he leans, and it shows"


def test_a_saturated_sensor_is_flagged() -> None:
    made = simulate_gait(RunnerModel(move_s=20.0), SensorModel(acc_range_g=2.0), seed=9)
    steps = [step for step in run_engine(made.samples, 200.0).of(Step) if step.at_s > 12]
    assert steps
    assert all(step.quality is Quality.SATURATED for step in steps)


@pytest.mark.parametrize(("from_s", "quality"), [(0.25, Quality.SATURATED), (1.0, Quality.OK)])
def test_last_step_of_a_walk_is_flagged_as_saturated_only_if_it_was(from_s: float, quality: Quality) -> None:
    """The step is known two seconds after its contact, as no other contact follows; only samples within the step decide."""
    samples = simulate_gait(RunnerModel(gait="walk", move_s=20.0, cadence_spm=105.0, end_stand_s=6.0), SensorModel(), seed=3).samples
    last = list(run_engine(samples, 200.0).of(Step))[-1]
    assert last.quality is Quality.OK
    assert last.known_s > last.at_s + 1.1
    clipped = (samples.t_s > last.at_s + from_s) & (samples.t_s < last.at_s + from_s + 0.05)
    acc = samples.acc_mps2.copy()
    acc[clipped, 0] = 19.6
    again = list(run_engine(Samples(samples.t_s, acc, samples.gyr_radps), 200.0).of(Step))[-1]
    assert again.at_s == pytest.approx(last.at_s, abs=0.01)
    assert again.quality is quality


def test_a_run_without_standing_is_measured_but_does_not_count() -> None:
    made = simulate_gait(RunnerModel(move_s=30.0), SensorModel(), seed=10)
    late = made.samples.t_s > 12
    update = run_engine(Samples.checked(made.samples.t_s[late], made.samples.acc_mps2[late], made.samples.gyr_radps[late]), 200.0)
    running = [step for step in update.of(Step) if step.mode is Mode.RUNNING and step.at_s < 36]
    assert len(running) > 50
    assert {step.quality for step in running} <= {Quality.NO_ZERO, Quality.SETTLING}
    true = {round(contact, 1): side for contact, _, side, _ in made.steps}
    assert np.mean([true.get(round(step.at_s, 1)) is step.side for step in running]) > 0.9


def test_the_gravity_correction_finds_an_error_of_the_vertical_and_its_uncertainty_covers_it() -> None:
    """The filter alone: a vertical that is 1 deg off and drifts by 0.05 deg/s makes the velocity grow."""
    rng = np.random.default_rng(1)
    correction = GravityCorrection()
    correction.start(math.radians(1.0), math.radians(0.1))
    tilt, drift, stride = math.radians(1.0), math.radians(0.05), 0.72
    for k in range(1, 40):
        at = k * stride / 2
        middle = at - stride / 2
        runaway = 9.80665 * (tilt * middle + drift * middle**2 / 2)
        correction.push(at, stride, (runaway + 0.05 * rng.standard_normal(), 0.05 * rng.standard_normal()), Travel(0.0, 0.01))
    (east, north), (drift_east, _) = correction.take(at)
    assert abs(math.degrees(east - tilt - drift * at)) < 0.1
    assert abs(math.degrees(north)) < 0.2, "along the direction of travel it is less sure"
    assert abs(math.degrees(drift_east - drift)) < 0.02


def test_analysis_of_an_hour_needs_no_more_memory_than_of_a_minute() -> None:
    import sys

    engine = Engine(200.0)
    made = simulate_gait(RunnerModel(move_s=60.0), SensorModel(), seed=1).samples
    sizes = []
    for lap in range(6):
        shifted = Samples(made.t_s + lap * (made.t_s[-1] + 0.005), made.acc_mps2, made.gyr_radps)
        engine.push(shifted)
        sizes.append(_size(engine, set()))
    assert sizes[-1] <= 1.05 * sizes[2], sys.getsizeof(engine)


def _size(thing: object, seen: set[int]) -> int:
    import sys

    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    total = thing.nbytes if isinstance(thing, np.ndarray) else sys.getsizeof(thing)
    parts: list[object] = []
    if isinstance(thing, dict):
        parts = [*thing.keys(), *thing.values()]
    elif isinstance(thing, list | tuple | set):
        parts = list(thing)
    elif type(thing).__module__.startswith(("levelhips", "collections")):
        parts = list(getattr(thing, "__dict__", {}).values())
        parts += [getattr(thing, name) for name in getattr(type(thing), "__slots__", ()) if hasattr(thing, name)]
        if hasattr(thing, "__iter__") and type(thing).__name__ == "deque":
            parts += list(thing)  # type: ignore[call-overload]
    return total + sum(_size(part, seen) for part in parts)
