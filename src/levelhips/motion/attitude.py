"""How the pelvis lies to gravity, in any posture: what drills are judged by.

Standing still tells how the clip sits (its turn in the plane of the back, and its slope); from then on the vertical is
known in pelvis axes, whether the wearer stands or lies. Causal, and indifferent to how the input is cut: what standing
says takes effect at bar lines only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from levelhips.events import Pose, StandingZero
from levelhips.motion.alignment import outward_axis, pelvis_from_sensor
from levelhips.motion.kinematics import pelvis_kinematics
from levelhips.motion.orientation import VqfFilter, orientation_filter
from levelhips.motion.smoothing import Butterworth
from levelhips.motion.standing import StandingDetector
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array, Gap, GapReason, Samples


@dataclass(frozen=True, slots=True)
class AttitudeSettings:
    """How the attitude is smoothed."""

    tau_acc_s: float = 2.0  # a push to the side of half a second must not tip the vertical; 1 s lets it tip by a degree
    quick_hz: float = 9.0  # 25 ms late: a third of what tissue wobbles at (8-12 Hz) is gone, and a cheat is said in time
    slow_hz: float = 2.5  # the fastest repetition (1.5 s) loses 0.3 % of its range
    sway_deg: float = 0.8  # between the ends of some quiet seconds: sway of a stander, ripple of who lies
    fill_s: float = 0.25  # at 20 deg/s a straight line through the lost samples is right to some tenths of a degree


class Attitude:
    """From samples to poses, once standing was found; before that only the search for it.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz], 40 or more.
    outward : str
        The sensor axis that faces away from the body.

    Raises
    ------
    SettingsError
        If the axis or the filter is not known.
    """

    def __init__(self, rate_hz: float, outward: str, filter_name: str = "vqf", settings: AttitudeSettings = AttitudeSettings()) -> None:
        self.rate_hz, self.settings = rate_hz, settings
        self._dt = 1.0 / rate_hz
        self._outward = outward_axis(outward)
        self._filter = orientation_filter(filter_name, rate_hz, settings.tau_acc_s, learn_at_rest=False)
        self._standing = StandingDetector(self._outward)
        self._bar_samples = max(round(rate_hz), 1)
        self._bar: list[Samples] = []
        self._quiet_bars, self._quiet_rate = 0, np.zeros(3)
        self._count = 0
        self._mount: Array | None = None
        self._wanted, self._forget = True, False
        self._open = False  # as long as the same spell of standing goes on, it makes the mounting better
        self._turn_rad = 0.0
        self._last = Samples.join([])
        self._hole = False
        self._quick, self._slow = ([Butterworth(2, hz, rate_hz) for _ in range(3)] for hz in (settings.quick_hz, settings.slow_hz))
        self._others = [Butterworth(2, settings.quick_hz, rate_hz) for _ in range(3)]

    def push(self, item: Samples | Gap) -> Iterator[Pose | Gap | StandingZero]:
        """Take what comes next, cut anywhere; give poses and events in their order, each when it is asked for."""
        if isinstance(item, Gap):
            yield from self._lose(item)
        elif len(item):
            if self._hole:
                self._hole = False
                yield from self._push_on(self._line(item))
            yield from self._push_on(item)

    def forget(self) -> None:
        """The clip was moved, or fell off: from the next bar line on, how it sits is to be found anew."""
        self._forget = True

    def _push_on(self, samples: Samples) -> Iterator[Pose | Gap | StandingZero]:
        start = 0
        while start < len(samples):
            end = min(len(samples), start + self._bar_samples - self._count % self._bar_samples)
            part = samples[start:end]
            yield self._pose(part)
            self._bar.append(part)
            self._count += end - start
            start = end
            if self._count % self._bar_samples == 0:
                yield from self._bar_line()
            self._last = part[-1:]

    def _pose(self, part: Samples) -> Pose:
        quaternions, bias = self._filter.push(part.gyr_radps, part.acc_mps2)
        rate = part.gyr_radps - bias
        mount = self._mount if self._mount is not None else pelvis_from_sensor(self._any_up(part), self._outward)
        seen = pelvis_kinematics(quaternions, mount, part.acc_mps2, part.gyr_radps, bias)
        axes = [mount[i, 0] * seen.up[0] + mount[i, 1] * seen.up[1] + mount[i, 2] * seen.up[2] for i in range(3)]
        acc = part.acc_mps2
        right = mount[2, 0] * acc[:, 0] + mount[2, 1] * acc[:, 1] + mount[2, 2] * acc[:, 2]
        turn = np.cumsum(np.concatenate([[self._turn_rad], seen.rate_radps[2] * self._dt]))[1:]
        self._turn_rad = float(turn[-1])
        size = np.sqrt(rate[:, 0] ** 2 + rate[:, 1] ** 2 + rate[:, 2] ** 2)
        x, y, z = (acc[:, i] - STANDARD_GRAVITY_MPS2 * seen.up[i] for i in range(3))
        jolt = np.sqrt(x * x + y * y + z * z)
        lateral = self._others[1].push(right - STANDARD_GRAVITY_MPS2 * axes[2])
        up = [low.push(axis) for low, axis in zip(self._quick, axes, strict=True)]
        slow = [low.push(axis) for low, axis in zip(self._slow, axes, strict=True)]
        turn = self._others[2].push(turn)
        if self._mount is None:
            nothing = np.full(len(part), math.nan)
            return Pose(part.t_s, (nothing,) * 3, (nothing,) * 3, turn, size, jolt, lateral)
        return Pose(part.t_s, (up[0], up[1], up[2]), (slow[0], slow[1], slow[2]), turn, self._others[0].push(size), jolt, lateral)

    def _any_up(self, part: Samples) -> Array:
        """While nobody stood: any direction along the clip serves, for nothing is made of it."""
        return np.roll(self._outward, 1)

    def _bar_line(self) -> list[StandingZero]:
        bar, self._bar = Samples.join(self._bar), []
        standing = self._standing
        if self._forget:
            self._mount, self._wanted, self._open, self._forget = None, True, False, False
            standing.restart()
        self._learn_bias(bar)
        if not standing.still(bar.acc_mps2, bar.gyr_radps):
            standing.pause(bar.gyr_radps)
            self._open = False
            return []
        if not (self._wanted or self._open):
            return []
        standing.add(bar.acc_mps2, len(bar) * self._dt)
        if standing.spell < standing.settings.min_intervals:
            return []
        first, self._wanted, self._open = self._wanted, False, True
        self._mount = pelvis_from_sensor(standing.up, self._outward)
        for low in (*self._quick, *self._slow, *self._others):
            low.restart()
        if not first:
            return []
        now_s, spell_s = float(bar.t_s[-1]), standing.spell * len(bar) * self._dt
        return [StandingZero(now_s - spell_s, now_s, spell_s, max(standing.repeat_rad, math.radians(0.05)))]

    def _learn_bias(self, bar: Samples) -> None:
        """Who is quiet turns by nothing in the mean.

        The filter's own idea of rest does not serve: nobody who stands gives it, and the slow ripple of a pelvis in lying
        passes for it and is taken for bias (0.5 deg/s, and so a degree of the vertical).
        """
        if not self._standing.quiet(bar.acc_mps2, bar.gyr_radps):
            self._quiet_bars, self._quiet_rate = 0, np.zeros(3)
            return
        self._quiet_bars += 1
        self._quiet_rate = self._quiet_rate + (bar.gyr_radps.mean(axis=0) - self._quiet_rate) / self._quiet_bars
        sd_radps = math.radians(self.settings.sway_deg) / (self._quiet_bars * len(bar) * self._dt)
        if self._quiet_bars > 1 and isinstance(self._filter, VqfFilter) and sd_radps < self._filter.bias_sd_radps():
            self._filter.set_bias(self._quiet_rate, sd_radps)

    def _lose(self, gap: Gap) -> list[Pose | Gap | StandingZero]:
        if not len(self._last):
            return [] if gap.reason is GapReason.BRIDGED else [gap]
        if gap.reason is GapReason.BRIDGED or (gap.reason is GapReason.LOST and gap.to_s - gap.from_s <= self.settings.fill_s):
            self._hole = True
            return [] if gap.reason is GapReason.BRIDGED else [gap]
        self._filter.restart()
        for low in (*self._quick, *self._slow, *self._others):
            low.restart()
        return [gap]

    def _line(self, behind: Samples) -> Samples:
        """A straight line from the last sample before a short loss to the first one behind it."""
        before, after = self._last, behind[:1]
        count = max(round((after.t_s[0] - before.t_s[0]) * self.rate_hz) - 1, 0)
        share = (np.arange(1, count + 1) / (count + 1))[:, None]
        return Samples(
            before.t_s[0] + share[:, 0] * (after.t_s[0] - before.t_s[0]),
            before.acc_mps2 + share * (after.acc_mps2 - before.acc_mps2),
            before.gyr_radps + share * (after.gyr_radps - before.gyr_radps),
        )
