"""Simulate a runner or walker: the motion of the pelvis, what a sensor on it measures, and the true values.

The angles of the pelvis are harmonics of the stride (biomechanics.md 5.1, halved for a clip over the sacrum) that vary from
stride to stride. Quintic splines through them give angular rates by exact differentiation. The vertical force is a half sine
in stance with a damped shock at landing, and zero in flight; its mean over each step is body weight. The sensor measures both
in its own axes, with bias, noise, a range, a resolution and losses.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.interpolate import CubicSpline, make_interp_spline
from scipy.spatial.transform import Rotation

from levelhips.events import Side
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array, Samples
from levelhips.simulation.course import Course
from levelhips.simulation.curves import smooth_step

G = STANDARD_GRAVITY_MPS2
GRID_HZ = 500.0  # sampling rate of the splines' knots: at least ten times the highest harmonic in the angles
# Splines are solved in pieces of 15 minutes, 0.2 GB each. The influence of a knot is halved from knot to knot, so that knots
# beyond the margin change nothing in 64-bit floats.
PIECE_S, MARGIN = 900.0, 200


@dataclass(frozen=True, slots=True)
class SensorModel:
    """The clip and its sensor; the defaults are those of a common 6-axis part.

    `turn_deg` is the rotation of the clip in the plane of the back, `pitch_deg` its slope, `heading_deg` its heading.
    """

    rate_hz: float = 200.0
    turn_deg: float = 0.0
    pitch_deg: float = 15.0
    heading_deg: float = 0.0
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0
    gyr_bias_dps: tuple[float, float, float] = (0.4, -0.3, 0.2)
    acc_bias_mps2: tuple[float, float, float] = (0.03, -0.02, 0.04)
    gyr_noise_dps_rthz: float = 0.01
    acc_noise_mps2_rthz: float = 0.0015
    loss: float = 0.0  # share of packets lost
    packet: int = 4  # samples in a packet
    gaps_s: tuple[tuple[float, float], ...] = ()  # spans without samples: from, to

    @property
    def scale(self) -> tuple[float, float]:
        """Units of one count of a 16-bit sensor [m/s2, rad/s]."""
        return self.acc_range_g * G / 32768, math.radians(self.gyr_range_dps) / 32768


@dataclass(frozen=True, slots=True)
class RunnerModel:
    """Gait of the simulated wearer: cadence, drop of each side, spread, fatigue and course."""

    gait: Literal["run", "walk"] = "run"
    cadence_spm: float = 166.0
    duty: float = 0.37  # contact time over stride time: 0.39 at 2.5 m/s, 0.33 at 3.5
    drop_left_deg: float = 3.2  # means; over the sacrum 1-6 deg are usual
    drop_right_deg: float = 3.0
    fatigue_side: Side | None = None
    fatigue_deg: float = 0.0  # growth of that side's drop from the onset to the end
    fatigue_onset_s: float = 240.0
    camber_deg: float = 0.0
    lean_deg: float = 5.0  # mean tilt in running, relative to standing
    course: Course = Course()  # straight on a treadmill
    limp: float = 0.0  # share by which contacts of the left foot are longer, and those of the right foot shorter
    spread_deg: float = 0.45  # SD from stride to stride: half of the 0.7-1.0 of the line between the front hip bones (ASIS)
    stride_sd: float = 0.012  # SD of the stride time, as a share
    stand_s: float = 8.0
    move_s: float = 60.0
    end_stand_s: float = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """Simulated samples and the true values behind them.

    Attributes
    ----------
    samples : Samples
        The samples that arrived: without those that were lost.
    sensor : SensorModel
    t_s, obliquity_deg, tilt_deg, rotation_deg : (n,) array
        The true angles of the pelvis at every sampling time, lost or not.
    steps : list of (contact_s, toe_off_s, side, drop_deg)
        The true steps; NaN as toe-off in walking.
    vertical_mps2 : (n,) array
        The true vertical specific force at every sampling time; empty for a drill.
    reps : list of (from_s, to_s, range_deg)
        The repetitions of a drill as they were simulated.
    form_faults : list of (at_s, form_fault)
        When the pelvis truly left its band in a drill.
    lead_deg : (n,) array
        The true leading angle of a drill; empty if there is none.
    """

    samples: Samples
    sensor: SensorModel
    t_s: Array
    obliquity_deg: Array
    tilt_deg: Array
    rotation_deg: Array
    steps: list[tuple[float, float, Side, float]] = field(default_factory=list)
    reps: list[tuple[float, float, float]] = field(default_factory=list)
    form_faults: list[tuple[float, str]] = field(default_factory=list)
    lead_deg: Array = field(default_factory=lambda: np.empty(0))
    vertical_mps2: Array = field(default_factory=lambda: np.empty(0))


def simulate_gait(
    runner: RunnerModel = RunnerModel(),
    sensor: SensorModel = SensorModel(),
    seed: int = 1,
    progress: Callable[[float], None] = lambda share: None,
) -> Simulation:
    """Simulate standing, running (or walking) and standing again. The same seed gives the same samples, to the last count.

    Parameters
    ----------
    runner : RunnerModel
    sensor : SensorModel
    seed : int
    progress : callable
        Called from time to time with the share of the work that is done, from 0 to 1.
    """
    rng = np.random.default_rng(seed)
    contacts = _contact_times(runner, rng)
    end = contacts[-1] + runner.end_stand_s
    grid = np.arange(0.0, end + 0.1, 1 / GRID_HZ)
    # The phase grows by pi in each step, from 0 at a right contact. In standing it is constant, and the envelope is 0.
    knots = np.concatenate([[contacts[0] - 0.6], contacts, [contacts[-1] + 0.6]])
    phase_of = CubicSpline(knots, np.pi * np.arange(-1, len(contacts) + 1))
    phase = phase_of(np.clip(grid, knots[0], knots[-1]))
    envelope = smooth_step((grid - contacts[0] + 0.5) / 1.2) * smooth_step((contacts[-1] + 0.3 - grid) / 0.8)
    obliquity, tilt, rotation = _angles(runner, rng, grid, phase, envelope, contacts)
    force, toe_off = _run_forces(runner, rng, grid, contacts) if runner.gait == "run" else _walk_forces(grid, phase, envelope, contacts)
    progress(0.2)
    swaying = sway(rng, grid)
    angles = np.stack([obliquity, tilt, rotation], axis=1) + swaying
    direction_deg = runner.course.direction_deg(grid, contacts[0], contacts[-1])
    angles[:, 2] += direction_deg
    force = runner.course.forces(grid, contacts[0], contacts[-1], direction_deg, force)
    steps = []
    # A run ends with its last toe-off before the last contact; a walk with the last contact, feet side by side.
    for k, (contact, first) in enumerate(
        zip(contacts[:-1] if runner.gait == "run" else contacts, np.searchsorted(grid, contacts), strict=False)
    ):
        side = Side.RIGHT if k % 2 == 0 else Side.LEFT
        until = toe_off[k] if runner.gait == "run" else contacts[k + 1] if k + 1 < len(contacts) else contact + 0.5
        inside = slice(int(first), int(np.searchsorted(grid, until, "right")))
        drop = float((side.sign * angles[inside, 0]).max())
        steps.append((float(contact), float(toe_off[k]) if runner.gait == "run" else math.nan, side, drop))
    # What was done up to here is a fifth of the work.
    made = _sense(grid, angles, force, sensor, rng, lambda share: progress(0.2 + 0.8 * share))
    return replace(made, steps=steps, vertical_mps2=np.interp(made.t_s, grid, force[:, 1]))


def _contact_times(runner: RunnerModel, rng: np.random.Generator) -> Array:
    """Return the times of all contacts, right and left in turn [s]."""
    step = 60.0 / runner.cadence_spm
    count = round(runner.move_s / step)
    wander = np.cumsum(rng.standard_normal(count)) * 0.0004  # cadence drifts a little, and returns
    wander -= np.linspace(0, wander[-1], count)
    steps = step * (1 + runner.stride_sd * rng.standard_normal(count) / math.sqrt(2) + wander)
    steps[:3] *= (1.15, 1.08, 1.03)
    return runner.stand_s + 1.0 + np.concatenate([[0.0], np.cumsum(steps)])


def _angles(
    runner: RunnerModel, rng: np.random.Generator, grid: Array, phase: Array, envelope: Array, contacts: Array
) -> tuple[Array, Array, Array]:
    """Return obliquity, tilt and rotation on the grid [deg]."""

    def varied(mean: float, sd: float) -> Array:
        values = mean + sd * rng.standard_normal(len(contacts))
        return np.asarray(CubicSpline(contacts, values)(np.clip(grid, contacts[0], contacts[-1])))

    slow = _slow_drift(rng, grid, 0.15)
    base = (runner.drop_left_deg + runner.drop_right_deg) / 2
    if runner.gait == "run":
        # One curve for all: H1 and H3 of runner A, halved for the sacrum, scaled so that its peak in stance is the drop.
        shape = np.cos(phase - math.radians(12)) + 0.28 * np.cos(3 * phase + math.radians(174))
        scale = 0.987  # peak of that shape in stance
        tilt_mean, tilt_2, tilt_4 = runner.lean_deg, 2.4, 0.45
        rotation_1, rotation_3 = 2.4, 0.8
    else:
        shape = np.cos(phase - math.radians(13)) + 0.31 * np.cos(3 * phase + math.radians(176))
        scale = 0.96
        tilt_mean, tilt_2, tilt_4 = 1.5, 1.1, 0.2
        rotation_1, rotation_3 = 4.3, 0.5
    amplitude = varied(base / scale, runner.spread_deg)
    obliquity = amplitude * shape + varied((runner.drop_right_deg - runner.drop_left_deg) / 2, 0.25 * runner.spread_deg)
    obliquity += runner.camber_deg + slow
    if runner.fatigue_side is not None:
        start = runner.stand_s + runner.fatigue_onset_s
        growth = runner.fatigue_deg * np.clip((grid - start) / max(contacts[-1] - start, 1.0), 0.0, 1.0)
        # Only around the stance of that foot: a bump at the peak of the drop, smooth enough for a gyroscope at 50 Hz.
        bump = np.clip(runner.fatigue_side.sign * np.sin(phase + 0.6), 0.0, None) ** 3
        obliquity += runner.fatigue_side.sign * growth * bump
    tilt = varied(tilt_mean, 0.3) + varied(tilt_2, 0.3) * np.cos(2 * phase + math.radians(90)) + tilt_4 * np.cos(4 * phase + 1.4)
    rotation = varied(rotation_1, 0.4) * np.cos(phase - math.radians(80 if runner.gait == "walk" else 172)) + rotation_3 * np.cos(
        3 * phase + 0.2
    )
    return obliquity * envelope, tilt * envelope, (rotation + _slow_drift(rng, grid, 0.5)) * envelope


def _run_forces(runner: RunnerModel, rng: np.random.Generator, grid: Array, contacts: Array) -> tuple[Array, Array]:
    """Return the specific force of the sacrum in world axes (forward, up, right) [m/s2], and the times of toe-off [s]."""
    force = np.zeros((len(grid), 3))
    before, after = grid < contacts[0], grid > contacts[-1]
    force[before | after, 1] = G
    toe_off = np.empty(len(contacts))
    for k, contact in enumerate(contacts):
        last = k == len(contacts) - 1
        step = contact - contacts[k - 1] if last else contacts[k + 1] - contact
        longer = 1 + (runner.limp if k % 2 else -runner.limp)  # the first contact is of the right foot
        stance = 2 * runner.duty * longer * step * (1 + 0.01 * rng.standard_normal())
        toe_off[k] = contact + min(stance, 0.97 * step)
        inside = slice(*(int(at) for at in np.searchsorted(grid, (contact, contact + step))))
        t = grid[inside] - contact
        on = t < toe_off[k] - contact
        # The sacrum is unloaded before the toes leave the ground, because the leg below it still stretches.
        x = np.where(on, np.minimum(t / (0.88 * (toe_off[k] - contact)), 1.0), 0.0)
        shock = 0.9 * G * (1 + 0.15 * rng.standard_normal()) * np.exp(-t / 0.018) * np.sin(2 * np.pi * 14.0 * t)
        # The load rises over 35 ms, as it does through shoe and skin; then the half sine.
        shape = np.where(on, np.sin(np.pi * x) ** 0.9, 0.0)
        rise = smooth_step(t / 0.035)
        vertical = shape * rise
        push = shock * rise * on
        # The mean of the force over each step must be body weight, or the runner would rise or sink.
        area = vertical.sum() / GRID_HZ
        vertical *= (G * step - push.sum() / GRID_HZ) / area
        force[inside, 1] = G if last else vertical + push
        if not last:
            side = 1.0 if k % 2 == 0 else -1.0
            brake = -0.24 * G * np.sin(2 * np.pi * x) * np.where(on, 1.3, 0.0)
            force[inside, 0] += brake - brake.mean()
            lateral = -side * 0.10 * G * np.sin(np.pi * x) * on
            force[inside, 2] += lateral
    return force, toe_off


def _walk_forces(grid: Array, phase: Array, envelope: Array, contacts: Array) -> tuple[Array, Array]:
    """Return the specific force of the sacrum in walking, as in `_run_forces`; the toe-offs are NaN."""
    force = np.zeros((len(grid), 3))
    step = float(np.median(np.diff(contacts)))
    omega = np.pi / step
    # Height 40 mm peak to peak, lowest in double support; speed falls after contact; lateral 40 mm, one sway a stride.
    force[:, 1] = G + envelope * (0.017 * (2 * omega) ** 2 * np.sin(2 * phase) + 0.5 * np.sin(4 * phase + 0.5))
    force[:, 0] = -envelope * 1.1 * np.sin(2 * phase)
    force[:, 2] = -envelope * 0.020 * omega**2 * np.sin(phase) * 4
    return force, np.full(len(contacts), math.nan)


def _sense(
    grid: Array, angles_deg: Array, force: Array, sensor: SensorModel, rng: np.random.Generator, progress: Callable[[float], None]
) -> Simulation:
    """Return what the sensor measures of angles [deg] and forces on a grid; report the share that is done."""
    t_s = sample_times(grid[-1] - 0.05, sensor.rate_hz)
    angles, rates, forces = np.empty((len(t_s), 3)), np.empty((len(t_s), 3)), np.empty((len(t_s), 3))
    piece = round(PIECE_S * sensor.rate_hz)
    for start in range(0, len(t_s), piece):
        part = slice(start, min(start + piece, len(t_s)))
        first, last = np.searchsorted(grid, (t_s[part.start], t_s[part.stop - 1]))
        knots = slice(max(int(first) - MARGIN, 0), int(last) + MARGIN)
        angles[part], rates[part], forces[part] = _motion(t_s[part], grid[knots], angles_deg[knots], force[knots])
        progress(part.stop / len(t_s))
    samples = measure(t_s, forces, rates, sensor, rng)
    obliquity, tilt, rotation = np.degrees(angles).T
    return Simulation(samples, sensor, t_s, obliquity, tilt, rotation)


def _motion(t_s: Array, grid: Array, angles_deg: Array, force: Array) -> tuple[Array, Array, Array]:
    """Return at times (n,): obliquity, tilt and rotation [rad], angular rate and specific force in pelvis axes; each (n, 3)."""
    spline = make_interp_spline(grid, np.radians(angles_deg), k=5)
    angles = spline(t_s)
    obliquity, tilt, rotation = angles.T
    d_obliquity, d_tilt, d_rotation = spline.derivative()(t_s).T
    phi, theta, psi = -obliquity, -tilt, rotation
    d_phi, d_theta = -d_obliquity, -d_tilt
    # R = Ry(psi) Rx(phi) Rz(theta), pelvis axes X forward, Y up, Z right; its angular rate in pelvis axes:
    c_phi, s_phi, c_theta, s_theta = np.cos(phi), np.sin(phi), np.cos(theta), np.sin(theta)
    rate = np.stack(
        [
            d_rotation * c_phi * s_theta + d_phi * c_theta,
            d_rotation * c_phi * c_theta - d_phi * s_theta,
            -d_rotation * s_phi + d_theta,
        ],
        axis=1,
    )
    world_from_pelvis = Rotation.from_euler("YXZ", np.stack([psi, phi, theta], axis=1))
    force_world = np.stack([np.interp(t_s, grid, force[:, i]) for i in range(3)], axis=1)
    return angles, rate, world_from_pelvis.inv().apply(force_world)


def sample_times(end_s: float, rate_hz: float) -> Array:
    """Return the sampling times up to `end_s` [s], in whole microseconds as recordings store them."""
    return np.asarray(np.rint(np.arange(int(end_s * rate_hz)) * 1e6 / rate_hz) * 1e-6)


def measure(t_s: Array, force_pelvis: Array, rate: Array, sensor: SensorModel, rng: np.random.Generator) -> Samples:
    """Return the samples that a sensor delivers of (n, 3) specific forces and angular rates in pelvis axes [m/s2, rad/s]."""
    count = len(t_s)
    mount = mounting(sensor)
    acc = force_pelvis @ mount + np.array(sensor.acc_bias_mps2)
    gyr = rate @ mount + np.radians(np.array(sensor.gyr_bias_dps))
    band = math.sqrt(sensor.rate_hz / 2)
    acc += sensor.acc_noise_mps2_rthz * band * rng.standard_normal(acc.shape)
    gyr += np.radians(sensor.gyr_noise_dps_rthz) * band * rng.standard_normal(gyr.shape)
    acc_scale, gyr_scale = (float(np.float32(value)) for value in sensor.scale)
    acc = np.clip(np.rint(acc / acc_scale), -32768, 32767) * acc_scale
    gyr = np.clip(np.rint(gyr / gyr_scale), -32768, 32767) * gyr_scale
    keep = np.ones(count, dtype=bool)
    if sensor.loss:
        lost = rng.random(math.ceil(count / sensor.packet)) < sensor.loss
        keep &= ~np.repeat(lost, sensor.packet)[:count]
    for from_s, to_s in sensor.gaps_s:
        keep &= (t_s < from_s) | (t_s >= to_s)
    keep[0] = True
    return Samples.checked(t_s[keep], acc[keep], gyr[keep])


def mounting(sensor: SensorModel) -> Array:
    """Return the rotation (3, 3) pelvis-from-sensor of the model: x right, y up, z away from the body when nothing is turned."""
    straight = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    turned = Rotation.from_euler("z", sensor.turn_deg, degrees=True).as_matrix()
    askew = Rotation.from_euler("yz", [sensor.heading_deg, -sensor.pitch_deg], degrees=True).as_matrix()
    return np.asarray(askew @ straight @ turned)


def _slow_drift(rng: np.random.Generator, grid: Array, sd: float) -> Array:
    """Return a random curve with this SD that changes over some 20 s."""
    knots = np.arange(grid[0], grid[-1] + 40, 20.0)
    return np.asarray(CubicSpline(knots, sd * rng.standard_normal(len(knots)))(grid))


def sway(rng: np.random.Generator, grid: Array) -> Array:
    """Return the sway of quiet standing, (n, 3): some tenths of a degree at 0.2-0.5 Hz [deg]."""
    knots = np.arange(grid[0], grid[-1] + 4, 1.5)
    return np.asarray(CubicSpline(knots, rng.standard_normal((len(knots), 3)) * np.array([0.12, 0.2, 0.2]))(grid))
