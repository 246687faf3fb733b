"""The pose of the pelvis relative to gravity, in any posture: the input of drills.

Quiet standing shows how the clip is mounted: its slope and its rotation in the plane of the back. From then on the vertical
is known in pelvis axes, whether the wearer stands or lies. Causal. The result does not depend on how the input is divided
into chunks, because a new mounting or bias takes effect only at update boundaries.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from levelhips.events import Pose, StandingZero
from levelhips.learned import Learned
from levelhips.motion.alignment import outward_axis, pelvis_from_sensor
from levelhips.motion.gap_filling import straight_line
from levelhips.motion.kinematics import pelvis_kinematics
from levelhips.motion.orientation import VqfFilter, orientation_filter
from levelhips.motion.rotations import Vector
from levelhips.motion.smoothing import Butterworth
from levelhips.motion.stages.boundaries import UpdateBoundaries
from levelhips.motion.standing import StandingDetector
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array, Gap, GapReason, Samples


@dataclass(frozen=True, slots=True)
class AttitudeSettings:
    """How the pose is smoothed and how the gyroscope bias is learned."""

    tau_acc_s: float = 2.0  # a sideways push of half a second must not tilt the vertical; with 1 s it tilts by a degree
    quick_hz: float = 9.0  # removes a third of the soft-tissue wobble (8-12 Hz); its delay of 25 ms still reports faults in time
    slow_hz: float = 2.5  # reduces the range of the fastest repetition (1.5 s) by 0.3 %
    sway_deg: float = 0.8  # turn between the ends of a few quiet seconds: sway in standing, breathing in lying
    fill_s: float = 0.25  # at 20 deg/s, a straight line through the gap is accurate to some tenths of a degree
    min_quiet_intervals: int = 2  # a single quiet second may be chance
    min_zero_sd_rad: float = math.radians(0.05)  # a few still seconds may agree better than they are accurate


@dataclass(slots=True)
class _State:
    """Everything that is remembered between calls."""

    mounting: Array | None = None  # pelvis from sensor (3, 3); None until the wearer has stood still
    zero_wanted: bool = True  # the next quiet standing sets a new zero
    forget: bool = False  # forget the mounting at the next update boundary
    improving: bool = False  # the spell of standing that set the mounting goes on and still improves it
    turn_rad: float = 0.0  # integral of the angular rate about the vertical
    last: Samples = field(default_factory=lambda: Samples.join([]))  # the last sample
    filling: bool = False  # whether the gap after `last` is filled when the next samples arrive
    interval: list[Samples] = field(default_factory=list)  # since the last update boundary
    quiet_intervals: int = 0  # in a row
    quiet_rate_radps: Array = field(default_factory=lambda: np.zeros(3))  # mean rate over them


class Attitude:
    """Streaming estimator of poses from samples. Angles to the vertical are NaN until the wearer has stood still.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz], 40 or more.
    outward : str
        The sensor axis that faces away from the body.
    filter_name : str
        The orientation filter, one of `orientation.FILTERS`.

    Raises
    ------
    SettingsError
        If the axis or the filter is not known.
    """

    def __init__(self, rate_hz: float, outward: str, filter_name: str = "vqf", settings: AttitudeSettings = AttitudeSettings()) -> None:
        self.rate_hz, self.settings = rate_hz, settings
        self._dt = 1.0 / rate_hz
        self._outward = outward_axis(outward)
        # Until the wearer has stood still, any mounting will do: no pose is computed from it.
        self._any_mounting = pelvis_from_sensor(np.roll(self._outward, 1), self._outward)
        self._filter = orientation_filter(filter_name, rate_hz, settings.tau_acc_s, learn_at_rest=False)
        self._standing = StandingDetector(self._outward)
        self._boundaries = UpdateBoundaries(rate_hz)
        self._quick, self._slow = ([Butterworth(2, hz, rate_hz) for _ in range(3)] for hz in (settings.quick_hz, settings.slow_hz))
        self._rate, self._lateral, self._turn = (Butterworth(2, settings.quick_hz, rate_hz) for _ in range(3))
        self._state = _State()

    def push(self, item: Samples | Gap) -> Iterator[Pose | Gap | StandingZero]:
        """Process the next samples or gap; yield poses and events in order of time, computing each one only when it is requested."""
        if isinstance(item, Gap):
            yield from self._take_gap(item)
        elif len(item):
            state = self._state
            if state.filling:
                state.filling = False
                missing = round((item.t_s[0] - state.last.t_s[0]) * self.rate_hz) - 1
                yield from self._push_samples(straight_line(state.last, item, max(missing, 0)))
            yield from self._push_samples(item)

    def learned(self) -> Learned:
        """Return the standing zero."""
        state = self._state
        last_s = float(state.last.t_s[-1]) if len(state.last) else 0.0
        learned = Learned(last_s)
        return learned if state.mounting is None else learned.with_zero(state.mounting[1], self._standing.repeat_rad)

    def resume(self, learned: Learned) -> None:
        """Begin with a standing zero that is known; call it before the first samples."""
        if learned.zero is not None:
            self._state.mounting, self._state.zero_wanted = pelvis_from_sensor(np.array(learned.zero), self._outward), False

    def forget(self) -> None:
        """Forget the mounting at the next update boundary, because the clip was moved or fell off."""
        self._state.forget = True

    def _push_samples(self, samples: Samples) -> Iterator[Pose | Gap | StandingZero]:
        start = 0
        while start < len(samples):
            end = min(len(samples), start + self._boundaries.to_next)
            part = samples[start:end]
            yield self._pose(part)
            self._state.interval.append(part)
            if self._boundaries.push(end - start):
                self._boundaries.schedule()
                yield from self._apply_updates()
            start = end
            self._state.last = part[-1:]

    def _pose(self, part: Samples) -> Pose:
        state = self._state
        world_from_sensor, bias = self._filter.push(part.gyr_radps, part.acc_mps2)
        mounting = self._any_mounting if state.mounting is None else state.mounting
        pelvis = pelvis_kinematics(world_from_sensor, mounting, part.acc_mps2, part.gyr_radps, bias)
        turn = np.cumsum(np.concatenate([[state.turn_rad], pelvis.rate_radps[2] * self._dt]))[1:]
        state.turn_rad = float(turn[-1])
        rate, acc = part.gyr_radps - bias, part.acc_mps2
        moving = (acc[:, i] - STANDARD_GRAVITY_MPS2 * pelvis.up[i] for i in range(3))
        lateral = self._lateral.push(pelvis.right_mps2 - STANDARD_GRAVITY_MPS2 * pelvis.up_in_pelvis[2])
        up, slow_up = _smooth(self._quick, pelvis.up_in_pelvis), _smooth(self._slow, pelvis.up_in_pelvis)
        turn, size, jolt = self._turn.push(turn), _size(rate[:, 0], rate[:, 1], rate[:, 2]), _size(*moving)
        if state.mounting is None:
            unknown = np.full(len(part), math.nan)
            return Pose(part.t_s, (unknown,) * 3, (unknown,) * 3, turn, size, jolt, lateral)
        return Pose(part.t_s, up, slow_up, turn, self._rate.push(size), jolt, lateral)

    def _apply_updates(self) -> list[StandingZero]:
        """Apply what was learned from standing since the last update boundary."""
        state, standing = self._state, self._standing
        interval, state.interval = Samples.join(state.interval), []
        if state.forget:
            state.mounting, state.zero_wanted, state.improving, state.forget = None, True, False, False
            standing.restart()
        self._learn_bias(interval)
        if not standing.still(interval.acc_mps2, interval.gyr_radps):
            standing.pause(interval.gyr_radps)
            state.improving = False
            return []
        if not (state.zero_wanted or state.improving):
            return []
        standing.add(interval.acc_mps2, len(interval) * self._dt)
        if standing.spell < standing.settings.min_intervals:
            return []
        new, state.zero_wanted, state.improving = state.zero_wanted, False, True
        state.mounting = pelvis_from_sensor(standing.up, self._outward)
        self._restart_filters()
        if not new:
            return []
        now_s, standing_s = float(interval.t_s[-1]), standing.spell * len(interval) * self._dt
        return [StandingZero(now_s - standing_s, now_s, standing_s, max(standing.repeat_rad, self.settings.min_zero_sd_rad))]

    def _learn_bias(self, interval: Samples) -> None:
        """Learn the gyroscope bias from quiet intervals, in which the mean angular rate is zero.

        VQF's own rest detection is not suitable: standing is never rest for it, and it mistakes slow movement in lying for
        rest and takes the rate for bias (0.5 deg/s, or one degree in the vertical).
        """
        state, cfg = self._state, self.settings
        if not self._standing.quiet(interval.acc_mps2, interval.gyr_radps):
            state.quiet_intervals, state.quiet_rate_radps = 0, np.zeros(3)
            return
        state.quiet_intervals += 1
        mean_rate = interval.gyr_radps.mean(axis=0)
        state.quiet_rate_radps = state.quiet_rate_radps + (mean_rate - state.quiet_rate_radps) / state.quiet_intervals
        sd_radps = math.radians(cfg.sway_deg) / (state.quiet_intervals * len(interval) * self._dt)
        enough = state.quiet_intervals >= cfg.min_quiet_intervals
        if enough and isinstance(self._filter, VqfFilter) and sd_radps < self._filter.bias_sd_radps():
            self._filter.set_bias(state.quiet_rate_radps, sd_radps)

    def _take_gap(self, gap: Gap) -> list[Pose | Gap | StandingZero]:
        state = self._state
        bridged = gap.reason is GapReason.BRIDGED
        if len(state.last):
            state.filling = bridged or (gap.reason is GapReason.LOST and gap.to_s - gap.from_s <= self.settings.fill_s)
            if not state.filling:
                self._filter.restart()
                self._restart_filters()
        return [] if bridged else [gap]

    def _restart_filters(self) -> None:
        for low_pass in (*self._quick, *self._slow, self._rate, self._lateral, self._turn):
            low_pass.restart()


def _smooth(low_pass: list[Butterworth], axes: Vector) -> Vector:
    x, y, z = (each.push(axis) for each, axis in zip(low_pass, axes, strict=True))
    return x, y, z


def _size(x: Array, y: Array, z: Array) -> Array:
    return np.asarray(np.sqrt(x * x + y * y + z * z))
