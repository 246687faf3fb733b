"""The motion pipeline: computes angles, contacts, steps, strides and their quality from samples, gaps and commands.

Causal, with constant memory. The result does not depend on how the input is divided into chunks: slowly learned values
(standing zero, heading, gravity correction, direction of progression) take effect only at update boundaries, which are
whole seconds of samples counted from the first one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from levelhips.bounds import bounded, check, choice
from levelhips.commands import Command, Do
from levelhips.events import Angles, Event, Mode, Notice, Update
from levelhips.learned import Learned
from levelhips.motion.alignment import AXES, outward_axis
from levelhips.motion.gait import StrideSpan
from levelhips.motion.kinematics import PelvisKinematics
from levelhips.motion.orientation import FILTERS, VqfFilter, orientation_filter
from levelhips.motion.quality import Conditions, QualityMonitor
from levelhips.motion.signal_buffer import SignalBuffer
from levelhips.motion.stages.alignment import HEADING_QUALITIES, AlignmentStage
from levelhips.motion.stages.boundaries import UpdateBoundaries
from levelhips.motion.stages.feet import FootStage
from levelhips.motion.stages.gaits import GaitStage
from levelhips.motion.stages.gaps import GapStage
from levelhips.motion.stages.orientation import OrientationStage
from levelhips.motion.stages.progression import ProgressionStage
from levelhips.motion.stages.standing import StandingStage
from levelhips.motion.stages.vertical import VerticalStage
from levelhips.motion.steps import MIN_STRIDE_SAMPLES, mean
from levelhips.samples import Array, Gap, GapReason, Samples

MIN_RATE_HZ = 40.0  # below it a landing can fall between two samples
LOOK_BACK_S = 5.0  # of signals: a stride of the slowest walk (3 s), or the three strides of a run that fill a gap (4.5 s)
CLEAR_S = 1.0  # a longer gap clears that history: no stride extends across it
WARM_INTERVALS = 5  # update intervals until, with a standing zero, the orientation filter has settled on vertical and bias


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """How the sensor is worn and which orientation filter is used."""

    outward: str = choice("+z", tuple(AXES))
    filter: str = choice("vqf", FILTERS)
    # Below 2 s is unsafe off the treadmill (science.md). Below 0.5 s, the shortest stride, the vertical follows each step; 0 makes
    # vqf abort the interpreter. Above 60 s only the gyroscope has an effect.
    tau_acc_s: float = bounded(2.0, 0.5, 60.0)
    align: bool = True
    gravity: bool = True

    def __post_init__(self) -> None:
        check(self)


@dataclass(slots=True)
class _Interval:
    """Samples and kinematics since the last update boundary: a list of chunks for each."""

    acc: list[Array] = field(default_factory=list)
    gyr: list[Array] = field(default_factory=list)
    heading: list[Array] = field(default_factory=list)
    up: list[Array] = field(default_factory=list)  # (3, n) each, only while there is no standing zero


@dataclass(slots=True)
class _State:
    """Everything the pipeline itself remembers between calls; the rest is in its stages."""

    interval: _Interval = field(default_factory=_Interval)
    last_s: float = 0.0  # time of the last sample


class Pipeline:
    """Streaming processor of walking and running, made of stages.

    Samples pass through the stages in this order: gaps, orientation, quality, vertical, signals, feet, gaits, progression.
    Each stride then goes to progression, vertical, alignment and quality. What they learn is applied in `_apply_updates`.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz], 40 or more.
    settings : MotionSettings

    Raises
    ------
    ValueError
        If `rate_hz` is below 40.
    SettingsError
        If an axis or a filter is not known.
    """

    def __init__(self, rate_hz: float, settings: MotionSettings = MotionSettings()) -> None:
        if not rate_hz >= MIN_RATE_HZ:
            raise ValueError(f"rate_hz is {rate_hz:g}; contacts need {MIN_RATE_HZ:g} Hz or more")
        self.rate_hz, self.settings, self._state = rate_hz, settings, _State()
        outward = outward_axis(settings.outward)
        orientation = orientation_filter(settings.filter, rate_hz, settings.tau_acc_s)
        self._boundaries = UpdateBoundaries(rate_hz)
        self._gaps = GapStage(rate_hz)
        self._orientation = OrientationStage(rate_hz, orientation)
        self._quality = QualityMonitor(rate_hz)
        self._vertical = VerticalStage(rate_hz, orientation if isinstance(orientation, VqfFilter) and settings.gravity else None)
        self._signals = SignalBuffer(keep=math.ceil(LOOK_BACK_S * rate_hz))
        self._feet = FootStage(rate_hz)
        self._gaits = GaitStage(self._signals, self._quality)
        self._standing = StandingStage(rate_hz, outward)
        self._alignment = AlignmentStage(outward, learn=settings.align)
        self._progression = ProgressionStage()

    def push(self, item: Samples | Gap | Command) -> Update:
        """Process the next samples, gap or command; return the new angles and events."""
        if isinstance(item, Gap):
            return self._take_gap(item)
        if isinstance(item, Command):
            return self._take_command(item)
        if not len(item):
            return Update()
        filled = self._gaps.fill(item, self._signals, self._gaits.running.stride_s)
        updates = [] if filled is None else self._push_samples(filled)
        return Update.join(updates + self._push_samples(item))

    def learned(self) -> Learned:
        """Return the standing zero and the heading of the clip."""
        standing, alignment = self._standing, self._alignment
        learned = Learned(self._state.last_s)
        learned = learned.with_zero(standing.up, standing.sd_rad) if standing.known else learned
        return learned.with_heading(alignment.heading_rad, alignment.heading_sd_rad, alignment.strides)

    def resume(self, learned: Learned) -> None:
        """Begin with what was learned before; call it before the first samples."""
        if learned.zero is not None:
            self._standing.resume(np.array(learned.zero), learned.zero_sd_rad)
            self._quality.zero()
        if learned.strides:
            self._alignment.resume(learned.heading_rad, learned.heading_sd_rad, learned.strides)

    def finish(self) -> Update:
        """End the recording; return the steps that are still held."""
        return Update(events=tuple(self._gaits.end(self._conditions(self._state.last_s))))

    # Samples.

    def _push_samples(self, samples: Samples) -> list[Update]:
        """Process samples up to each update boundary, and apply the updates there."""
        updates = []
        start = 0
        while start < len(samples):
            end = min(len(samples), start + self._boundaries.to_next)
            updates.append(self._advance(samples[start:end]))
            if self._boundaries.push(end - start):
                updates.append(Update(events=tuple(self._apply_updates())))
            start = end
        return updates

    def _advance(self, part: Samples) -> Update:
        """Process samples that lie between two update boundaries."""
        first = not self._gaps.started
        if first:
            self._standing.start(part.acc_mps2[0])
            self._alignment.mount(self._standing.up)
        pelvis = self._orientation.push(part, self._alignment.pelvis_from_sensor)
        if first:
            self._progression.start(float(part.t_s[0]), float(pelvis.heading_rad[0]))
        self._quality.push(part)
        self._remember(part, pelvis)
        drop, sign, events = self._follow_feet(part.t_s, pelvis)
        rotation = self._progression.rotation_rad(part.t_s, pelvis.heading_rad)
        return Update(Angles(part.t_s, pelvis.obliquity_rad, pelvis.tilt_rad, rotation, drop, sign), tuple(events))

    def _remember(self, part: Samples, pelvis: PelvisKinematics) -> None:
        """Store the signals that later stages need from the past."""
        east_m, north_m = self._vertical.push(*pelvis.force_mps2[:2])
        acc_x, acc_y, acc_z = part.acc_mps2.T
        gyr_x, gyr_y, gyr_z = part.gyr_radps.T
        self._signals.push(
            {
                "t_s": part.t_s,
                "vertical_mps2": pelvis.force_mps2[2],
                "obliquity_rad": pelvis.obliquity_rad,
                "tilt_rad": pelvis.tilt_rad,
                "heading_rad": pelvis.heading_rad,
                "east_radps": pelvis.rate_radps[0],
                "north_radps": pelvis.rate_radps[1],
                "roll_radps": pelvis.roll_radps,
                "right_mps2": pelvis.right_mps2,
                "east_m": east_m,
                "north_m": north_m,
                "acc_x_mps2": acc_x,
                "acc_y_mps2": acc_y,
                "acc_z_mps2": acc_z,
                "gyr_x_radps": gyr_x,
                "gyr_y_radps": gyr_y,
                "gyr_z_radps": gyr_z,
            }
        )
        interval = self._state.interval
        interval.acc.append(part.acc_mps2)
        interval.gyr.append(part.gyr_radps)
        interval.heading.append(pelvis.heading_rad)
        if not self._standing.known:
            interval.up.append(np.stack(pelvis.up))
        self._gaps.push(part)
        self._state.last_s = float(part.t_s[-1])

    def _follow_feet(self, t_s: Array, pelvis: PelvisKinematics) -> tuple[Array, Array, list[Event]]:
        """Process contacts and toe-offs; return the drop and the stance sign of each sample (n,), and the events."""
        sign, peak = np.zeros(len(t_s)), np.full(len(t_s), np.nan)
        events: list[Event] = []
        start = 0
        for gait, foot in self._feet.push(t_s, pelvis):
            sign[start : foot.index] = self._gaits.stance_sign
            start, known_s = foot.index, float(t_s[foot.index])
            found, span = self._gaits.push(gait, foot, self._conditions(known_s))
            events += found
            if span is not None:
                events += self._learn(gait, span, known_s)
            if gait is Mode.RUNNING and foot.kind == "contact" and (side_sign := self._gaits.running.stance_sign):
                # A contact is detected about 30 ms late: give this sample the largest drop since the contact.
                since = self._signals.between(foot.at_s, known_s)
                peak[foot.index] = (side_sign * self._signals["obliquity_rad"][since]).max()
        sign[start:] = self._gaits.stance_sign
        return np.where(sign == 0, np.nan, np.fmax(peak, sign * pelvis.obliquity_rad)), sign, events

    def _learn(self, gait: Mode, span: StrideSpan, known_s: float) -> list[Notice]:
        """Pass a stride to the stages that learn from strides; return the notices it causes."""
        signals = self._signals
        at, t_s = signals.between(span.from_s, span.to_s), signals["t_s"]
        if gait is Mode.WALKING:
            self._progression.push_stride(span.middle_s, mean(signals["heading_rad"][at]))
            return []
        if at.stop - at.start < MIN_STRIDE_SAMPLES or t_s[0] > span.from_s:
            return []
        heading_rad = mean(signals["heading_rad"][at])
        near = slice(max(at.start - 1, 0), min(at.stop + 1, len(t_s)))
        self._progression.push_stride(span.middle_s, heading_rad)
        self._vertical.push_stride(span, signals, near, heading_rad)
        if self._alignment.wants_stride() and self._has_heading_quality(span, known_s):
            self._alignment.push_stride(span, signals, near, heading_rad)
        obliquity_rad = mean(signals["obliquity_rad"][at]) if self._vertical.sure else None
        return self._quality.push_stride(span.to_s, known_s, span.duration_s, obliquity_rad, heading_rad, self._gaits.running.from_s)

    def _has_heading_quality(self, span: StrideSpan, known_s: float) -> bool:
        # A new bout or an unsure vertical does not affect the heading.
        conditions = replace(self._conditions(known_s), vertical_sure=True)
        return self._quality.quality(span.from_s, Mode.RUNNING, -math.inf, conditions) in HEADING_QUALITIES

    # Update boundaries.

    def _apply_updates(self) -> list[Event]:
        """Apply what was learned since the last update boundary."""
        now_s, gaits, standing = self._state.last_s, self._gaits, self._standing
        interval, self._state.interval = self._state.interval, _Interval()
        acc, gyr, heading = (_joined(parts) for parts in (interval.acc, interval.gyr, interval.heading))
        events: list[Event] = [*self._quality.push_interval(now_s, gaits.mode is Mode.RUNNING, acc)]
        if gaits.mode in (Mode.RUNNING, Mode.WALKING):
            standing.close()
        still, standing_s = standing.push_interval(acc, gyr)
        events += gaits.apply_updates(self._conditions(now_s), still=still, standing_s=standing_s)
        events += self._apply_zero(now_s, standing_s, interval.up)
        in_run = gaits.running.last_contact_s > -math.inf
        if self._vertical.apply_updates(now_s, running=in_run, warm=standing.known and self._boundaries.intervals > WARM_INTERVALS):
            self._quality.vertical_corrected(now_s)
        events += self._apply_heading(now_s)
        self._alignment.mount(standing.up)
        is_standing = gaits.mode is Mode.STANDING or self._boundaries.intervals <= 1
        self._progression.apply_updates(now_s, heading, in_gait=gaits.in_gait, standing=is_standing)
        self._feet.apply_updates(running=gaits.running.established)
        self._boundaries.schedule(settled=self._vertical.settled and gaits.settled(now_s))
        return events

    def _apply_zero(self, now_s: float, standing_s: float, up: list[Array]) -> list[Event]:
        changed, events, moved = self._standing.apply_updates(now_s, standing_s)
        if changed:
            self._quality.zero()
        if moved:
            self._alignment.restart()
        if not self._standing.known:
            self._standing.push_posture(np.concatenate(up, axis=1))
        return list(events)

    def _apply_heading(self, now_s: float) -> list[Event]:
        turned_rad, events = self._alignment.apply_updates(now_s, running=self._gaits.mode is Mode.RUNNING)
        if turned_rad:  # the mediolateral axis was redefined: turn all stored headings with it
            self._progression.turn_heading(turned_rad)
            self._vertical.turn_heading(turned_rad)
            self._quality.turn_heading(turned_rad)
            self._signals.shift("heading_rad", turned_rad)
            self._orientation.turn_heading(turned_rad)
        return list(events)

    def _conditions(self, known_s: float) -> Conditions:
        return Conditions(
            known_s=known_s,
            vertical_sd_rad=math.hypot(self._vertical.sd_rad, self._standing.sd_rad),
            heading_sd_rad=self._alignment.heading_sd_rad,
            vertical_sure=self._vertical.sure,
        )

    # Gaps and commands.

    def _take_gap(self, gap: Gap) -> Update:
        missing_s = gap.to_s - gap.from_s
        bridged = gap.reason is GapReason.BRIDGED
        events = () if bridged else (gap,)
        if not self._gaps.started:
            return Update(events=events)
        if self._gaps.accept(gap, self._gaits.running.stride_s):
            self._vertical.gap_filled(missing_s)
        else:
            self._restart_after(missing_s, gap.to_s)
        if not bridged:
            self._quality.gap(gap.to_s)
            self._boundaries.bring_forward()
        return Update(events=events)

    def _restart_after(self, missing_s: float, to_s: float) -> None:
        """Restart the detectors after a gap that is not filled."""
        self._gaits.lost()
        self._feet.restart()
        self._orientation.gap()
        self._vertical.gap(missing_s, to_s)
        if missing_s > CLEAR_S:
            self._signals.clear()
            if not self._vertical.tracking:
                self._orientation.restart()

    def _take_command(self, command: Command) -> Update:
        if command.do is Do.ZERO:
            self._boundaries.bring_forward()
            self._standing.request()
        return Update()


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
