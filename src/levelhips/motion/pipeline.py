"""The motion core: samples, gaps and commands in; angles, contacts, steps, strides and their quality out.

Causal, of constant memory, and indifferent to how its input is cut: what is learned slowly and feeds back (standing zero,
heading, gravity correction, direction of travel) takes effect only at bar lines, whole seconds of samples counted from
the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.bounds import bounded, check, choice, described
from levelhips.commands import Command, Do
from levelhips.events import Angles, Event, Heading, Mode, ModeChange, Quality, StandingZero, Update
from levelhips.motion.alignment import AXES, HeadingEstimator, outward_axis, pelvis_from_sensor
from levelhips.motion.contacts import RunningContacts, WalkingContacts
from levelhips.motion.filling import fill_in
from levelhips.motion.gait import Gait, Uncertainty
from levelhips.motion.gravity import GravityCorrection
from levelhips.motion.heading import TravelHeading
from levelhips.motion.kinematics import Posture, posture
from levelhips.motion.orientation import FILTERS, VqfFilter, orientation_filter
from levelhips.motion.quality import Watch
from levelhips.motion.signal_buffer import History
from levelhips.motion.standing import StandingDetector
from levelhips.motion.steps import SIGNALS, mean
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array, Gap, GapReason, Samples


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """How the sensor is worn and which orientation filter is used."""

    outward: str = choice("+z", tuple(AXES), help="sensor axis that faces away from the body")
    filter: str = choice("vqf", FILTERS, help="orientation filter; all but vqf are for comparison")
    # Below 2 s is unsafe off the treadmill (science.md). Below 0.5 s, the shortest stride, the vertical follows each step; at 0 vqf
    # aborts the interpreter. After 60 s nothing but the gyroscope is left.
    tau_acc_s: float = bounded(2.0, 0.5, 60.0, help="time constant of vqf in standing and walking [s]")
    align: bool = described(True, help="learn from the run how far the clip is turned")
    gravity: bool = described(True, help="correct the vertical at each stride of running (vqf only)")

    def __post_init__(self) -> None:
        check(self)


@dataclass(slots=True)
class _Bar:
    """The bar that is being filled: what its end wants to know."""

    acc: list[Array] = field(default_factory=list)
    gyr: list[Array] = field(default_factory=list)
    heading: list[Array] = field(default_factory=list)
    up: list[Array] = field(default_factory=list)


class Pipeline:
    """Everything from samples to steps, in the order in which it happens.

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
        if not rate_hz >= 40:
            raise ValueError(f"rate_hz is {rate_hz:g}; contacts need 40 Hz or more")
        self.rate_hz, self.settings = rate_hz, settings
        self._dt = 1.0 / rate_hz
        self._bar_samples = max(round(rate_hz), 1)
        self._outward = outward_axis(settings.outward)
        self._filter = orientation_filter(settings.filter, rate_hz, settings.tau_acc_s)
        self._gravity = GravityCorrection()
        self._aligner = HeadingEstimator()
        self._travel = TravelHeading()
        self._standing = StandingDetector(self._outward)
        self._watch = Watch(rate_hz)
        self._history = History(SIGNALS, keep=math.ceil(5 * rate_hz))
        self._runs, self._walks = RunningContacts(rate_hz), WalkingContacts(rate_hz)
        self._known_s = -math.inf  # when what is being worked on could first be known
        self._running = Gait(Mode.RUNNING, self._history, self._quality, self._uncertainty)
        self._walking = Gait(Mode.WALKING, self._history, self._quality, self._uncertainty)
        self._count = 0
        self._adopt_at = self._bar_samples  # the next bar line at which what was learned takes effect
        self._bar = _Bar()
        self._last_gyr: Array | None = None
        self._last_s = 0.0
        self._last = Samples.join([])  # the last sample
        self._hole: Gap | None = None  # a short gap behind it, to be filled in when the next samples are known
        self._mode = Mode.UNKNOWN
        self._zero: Array | None = None  # the vertical in sensor axes, standing
        self._zero_sd_rad = math.radians(2.0)
        self._zero_wanted = self._zero_open = True  # open: more standing, up to the first step, still makes it better
        self._provisional: Array | None = None  # the same from mean posture, until somebody stands still
        self._provisional_bars = 0
        self._heading_rad, self._heading_sd_rad = 0.0, self._aligner.sd_rad
        self._heading_said = (math.inf, math.inf)
        self._aligned_strides = self._taught = 0
        self._mount: Array | None = None
        self._unwrapped = 0.0  # the last heading of the pelvis, unwrapped
        self._travel_rad, self._travel_rate = 0.0, 0.0
        self._travel_from_s = 0.0
        self._speed = (0.0, 0.0, 0.0, 0.0)  # integrals of horizontal specific force: velocity east, north; way east, north
        self._inertial_from_s = math.inf
        self._gravity_ready = False
        self._look_for_walking = True

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def heading_rad(self) -> tuple[float, float]:
        """How far the pelvis points to the right of where the clip says, and its SD [rad]."""
        return self._heading_rad, self._heading_sd_rad

    def push(self, item: Samples | Gap | Command) -> Update:
        """Take the next samples, cut anywhere, or the gap or command that comes next; give what became known."""
        if isinstance(item, Gap):
            return self._lose(item)
        if isinstance(item, Command):
            return self._obey(item)
        if not len(item):
            return Update()
        if self._hole is not None:
            filled, self._hole = fill_in(self._hole, item, self._history, self._last, self._running.stride_s, self.rate_hz), None
            return Update.join([self._push_on(filled), self._push_on(item)])
        return self._push_on(item)

    def _push_on(self, item: Samples) -> Update:
        updates = []
        start, count = 0, len(item)
        while start < count:
            end = min(count, start + self._adopt_at - self._count)
            part = item[start:end]
            updates.append(self._advance(part))
            self._count += end - start
            start = end
            if self._count == self._adopt_at:
                # What is learned slowly takes effect only here. Inside a bar it would take effect at the end of a chunk,
                # and a chunk is an hour in a file and 20 ms on the air.
                updates.append(Update(events=tuple(self._adopt())))
        return Update.join(updates)

    def finish(self) -> Update:
        """The recording is over: give the steps that are still held."""
        return Update(events=(*self._running.end(self._last_s), *self._walking.end(self._last_s)))

    # One stretch of samples within a bar.

    def _advance(self, part: Samples) -> Update:
        if self._mount is None:
            first = part.acc_mps2[0]
            self._provisional = first / max(math.sqrt(first @ first), 1e-9)
            self._remount()
        assert self._mount is not None
        seen = self._orient(part)
        heading = self._unwrap(seen.heading_rad)
        if self._count == 0 and not len(self._history):
            self._travel.start(float(part.t_s[0]), float(heading[0]))
            self._travel_from_s, self._travel_rad = float(part.t_s[0]), float(heading[0])
        self._watch.samples(part.t_s, part.acc_mps2, part.gyr_radps)
        m = self._mount
        acc, gyr = part.acc_mps2, part.gyr_radps
        vertical = seen.force_mps2[2]
        right = acc[:, 0] * m[2, 0] + acc[:, 1] * m[2, 1] + acc[:, 2] * m[2, 2]
        roll = gyr[:, 0] * m[0, 0] + gyr[:, 1] * m[0, 1] + gyr[:, 2] * m[0, 2]
        east, north = self._way(seen)
        self._history.push(
            (
                part.t_s,
                vertical,
                seen.obliquity_rad,
                seen.tilt_rad,
                heading,
                seen.rate_radps[0],
                seen.rate_radps[1],
                roll,
                right,
                east,
                north,
                *acc.T,
                *gyr.T,
            )
        )
        self._bar.acc.append(acc)
        self._bar.gyr.append(gyr)
        self._bar.heading.append(heading)
        if self._zero is None:
            self._bar.up.append(np.stack(seen.up))
        self._last, self._last_s = part[-1:], float(part.t_s[-1])
        drop, sign, events = self._feet(part.t_s, vertical, seen, heading)
        travel = self._travel_rad + self._travel_rate * (part.t_s - self._travel_from_s)
        return Update(Angles(part.t_s, seen.obliquity_rad, seen.tilt_rad, heading - travel, drop, sign), tuple(events))

    def _orient(self, part: Samples) -> Posture:
        gyr = part.gyr_radps
        before = gyr[:1] if self._last_gyr is None else self._last_gyr
        # The filters hold a rate for a whole sample; the mean of two neighbours is right to second order, at 52 Hz
        # worth half a degree. Where the clock says that more or less time went by, the turn is more or less.
        middle = (gyr + np.concatenate([before, gyr[:-1]])) * 0.5
        steps = np.diff(part.t_s, prepend=part.t_s[0] - self._dt if self._last_gyr is None else self._last_s)
        middle *= (steps * self.rate_hz)[:, None]
        self._last_gyr = gyr[-1:]
        world_from_sensor, bias = self._filter.push(middle, part.acc_mps2)
        assert self._mount is not None
        return posture(world_from_sensor, self._mount, part.acc_mps2, gyr - bias)

    def _unwrap(self, heading: Array) -> Array:
        chain = np.concatenate(([self._unwrapped], heading))
        turns = np.rint((chain[1:] - chain[:-1]) / (2 * np.pi))
        # The first difference is against an unwrapped value: take whole turns out of it, then carry on.
        heading = heading - 2 * np.pi * turns.cumsum()
        self._unwrapped = float(heading[-1])
        return heading

    def _way(self, seen: Posture) -> tuple[Array, Array]:
        """Integrate the horizontal specific force twice, sum by sum from where the last chunk ended."""
        ve, vn, e, n = self._speed
        velocity_e, velocity_n = (
            np.concatenate(([start], force * self._dt)).cumsum()[1:] for start, force in zip((ve, vn), seen.force_mps2, strict=False)
        )
        east = np.concatenate(([e], velocity_e * self._dt)).cumsum()[1:]
        north = np.concatenate(([n], velocity_n * self._dt)).cumsum()[1:]
        self._speed = (float(velocity_e[-1]), float(velocity_n[-1]), float(east[-1]), float(north[-1]))
        return east, north

    def _feet(self, t_s: Array, vertical: Array, seen: Posture, heading: Array) -> tuple[Array, Array, list[Event]]:
        vertical_g = vertical / STANDARD_GRAVITY_MPS2
        found = [(event.index, 0, event) for event in self._runs.push(t_s, vertical_g)]
        if self._look_for_walking:
            # Forward is a quarter turn to the left of the mediolateral axis, seen from above.
            forward_g = (seen.force_mps2[1] * np.cos(heading) - seen.force_mps2[0] * np.sin(heading)) / STANDARD_GRAVITY_MPS2
            found += [(event.index, 1, event) for event in self._walks.push(t_s, vertical_g, forward_g)]
            found.sort(key=lambda entry: entry[:2])
        sign, drop = np.zeros(len(t_s)), np.full(len(t_s), np.nan)
        events: list[Event] = []
        start = 0
        for index, walking, event in found:
            self._fill(sign, start, index)
            start = index
            known_s = self._known_s = float(t_s[index])
            if walking:
                events += self._walking_contact(event.at_s, known_s)
            elif event.kind == "contact":
                events += self._running_contact(event.at_s, known_s)
                if self._running.stance_sign:
                    at = self._history.between(event.at_s, known_s)
                    drop[index] = (self._running.stance_sign * self._history["obliquity_rad"][at]).max()
            else:
                events += self._running.toe_off(event.at_s, known_s)
        self._fill(sign, start, len(t_s))
        return np.where(sign == 0, np.nan, np.fmax(drop, sign * seen.obliquity_rad)), sign, events

    def _fill(self, sign: Array, start: int, end: int) -> None:
        sign[start:end] = self._running.stance_sign or self._walking.stance_sign

    def _running_contact(self, at_s: float, known_s: float) -> list[Event]:
        events = self._running.contact(at_s, known_s)
        if self._running.established:
            if self._mode is not Mode.RUNNING:
                self._walking.drop_held(self._running.from_s - 0.2)
                events += self._walking.end(known_s)
                events.append(self._become(Mode.RUNNING, self._running.from_s, known_s))
            for from_s, to_s in self._running.strides_s:
                events += self._learn(from_s, to_s, known_s)
        self._running.strides_s.clear()
        return events

    def _walking_contact(self, at_s: float, known_s: float) -> list[Event]:
        if self._mode is Mode.RUNNING:
            return []
        events = self._walking.contact(at_s, known_s)
        for from_s, to_s in self._walking.strides_s:
            stride = self._history["heading_rad"][self._history.between(from_s, to_s)]
            self._travel.push((from_s + to_s) / 2, mean(stride))
        self._walking.strides_s.clear()
        if self._walking.established and self._mode is not Mode.WALKING:
            events.append(self._become(Mode.WALKING, self._walking.from_s, known_s))
        return events

    def _become(self, mode: Mode, at_s: float, known_s: float) -> ModeChange:
        self._mode = mode
        if mode in (Mode.RUNNING, Mode.WALKING) and not self._zero_wanted:
            self._zero_open = False
        return ModeChange(at_s, known_s, mode)

    # What a running stride teaches.

    def _learn(self, from_s: float, to_s: float, known_s: float) -> list[Event]:
        h = self._history
        at = h.between(from_s, to_s)
        if at.stop - at.start < 8 or h["t_s"][0] > from_s:
            return []
        t_s, heading, stride_s = h["t_s"], h["heading_rad"], to_s - from_s
        mean_heading = mean(heading[at])
        self._travel.push((from_s + to_s) / 2, mean_heading)
        near = slice(max(at.start - 1, 0), min(at.stop + 1, len(t_s)))
        if self._gravity_ready and from_s >= self._inertial_from_s:
            ends = (from_s, to_s)
            e0, e1 = np.interp(ends, t_s[near], h["east_m"][near]).tolist()
            n0, n1 = np.interp(ends, t_s[near], h["north_m"][near]).tolist()
            self._gravity.push(to_s, stride_s, ((e1 - e0) / stride_s, (n1 - n0) / stride_s))
        self._taught += 1  # strides overlap by a step: for the heading every other one says it all
        if self.settings.align and self._taught % 2 and self._watch.quality(from_s, known_s, Mode.RUNNING, -math.inf, 0.0) in _TEACHING:
            points = self._aligner.settings.points
            phases = from_s + stride_s * np.arange(points) / points
            east = np.interp(phases, t_s[near], h["east_radps"][near])
            north = np.interp(phases, t_s[near], h["north_radps"][near])
            clip_rad = mean_heading + self._heading_rad  # where the clip alone would put the mediolateral axis
            c, s = math.cos(clip_rad), math.sin(clip_rad)
            self._aligner.push(north * c - east * s, east * c + north * s)
        obliquity = mean(h["obliquity_rad"][at])
        sure = not self._gravity_ready or self._gravity.unsure_rad < self._watch.settings.unsure_rad
        return list(self._watch.stride(to_s, known_s, stride_s, obliquity if sure else None, mean_heading))

    # Bar lines.

    def _adopt(self) -> list[Event]:
        bar, self._bar = self._bar, _Bar()
        acc, gyr = _joined(bar.acc), _joined(bar.gyr)
        now_s = self._last_s
        events: list[Event] = list(self._watch.bar(now_s, self._mode is Mode.RUNNING, acc))
        events += self._judge_mode(acc, gyr, now_s)
        if self._zero is None:
            self._guess_zero(np.concatenate(bar.up, axis=1))
        self._correct_vertical(now_s)
        if self.settings.align:
            events += self._adopt_heading(now_s)
        self._adopt_travel(_joined(bar.heading), now_s)
        self._adopt_gait()
        self._adopt_at = self._count + self._bar_samples * (SETTLED_BARS if self._settled else 1)
        return events

    @property
    def _settled(self) -> bool:
        """A long run whose vertical is sure: nothing that is learned now is urgent."""
        long = self._running.established and self._last_s - self._running.from_s > SETTLED_AFTER_S
        return long and self._gravity_ready and self._gravity.unsure_rad < self._watch.settings.unsure_rad / 3

    def _judge_mode(self, acc: Array, gyr: Array, now_s: float) -> list[Event]:
        events = [*self._running.end_if_over(now_s), *self._walking.end_if_over(now_s)]
        if not self._standing.still(acc, gyr):
            self._standing.pause(gyr)
            gone = (self._mode is Mode.RUNNING and not self._running.established) or (
                self._mode is Mode.WALKING and not self._walking.established
            )
            if gone or self._mode in (Mode.STANDING, Mode.UNKNOWN):
                events.append(self._become(Mode.OTHER, now_s, now_s))
            return events
        self._standing.add(acc, len(acc) * self._dt)
        if self._standing.spell < self._standing.settings.shortest_bars:
            return events
        spell_s = self._standing.spell * len(acc) * self._dt
        if self._mode is not Mode.STANDING:
            events += [*self._running.end(now_s), *self._walking.end(now_s)]
            events.append(self._become(Mode.STANDING, now_s - spell_s, now_s))
        if self._zero_open:
            events += self._set_zero(now_s, spell_s)
        return events

    def _set_zero(self, now_s: float, spell_s: float) -> list[Event]:
        up, first = self._standing.up, self._zero_wanted
        before = up if self._zero is None else self._zero
        lean = math.acos(min(1.0, float(before @ up)))
        self._zero, self._zero_wanted = up, False
        self._zero_sd_rad = max(self._standing.repeat_rad, math.radians(0.05))
        if first and lean > math.radians(3.0):  # the clip was moved: its heading is open again
            self._aligner.restart()
            self._aligned_strides = 0
        self._remount()
        self._watch.zero()
        if not first:
            return []
        return [StandingZero(now_s - spell_s, now_s, spell_s, self._zero_sd_rad, lean)]

    def _guess_zero(self, up: Array) -> None:
        now = up.mean(axis=1)
        self._provisional_bars += 1
        assert self._provisional is not None
        share = 1 / min(self._provisional_bars, 60)
        guess = self._provisional + (now - self._provisional) * share
        self._provisional = guess / math.sqrt(guess @ guess)
        self._remount()

    def _correct_vertical(self, now_s: float) -> None:
        filter_ = self._filter
        if not isinstance(filter_, VqfFilter) or not self.settings.gravity:
            return
        # From the first landing on: who sets off pushes, and the push is not gravity. A jump ends it again soon.
        running = self._running.last_contact_s > -math.inf
        if running and not filter_.inertial:
            filter_.inertial = True
            start = self._gravity.settings
            # After standing the filter knows the vertical and the bias; a recording that begins in mid-run knows neither.
            settled = self._zero is not None and self._count > 5 * self._bar_samples
            self._gravity.start(
                start.first_tilt_rad if settled else math.radians(3.0),
                max(filter_.bias_sd_radps(), start.first_drift_radps / 4) if settled else math.radians(0.5),
            )
            self._inertial_from_s, self._gravity_ready = now_s, True
            self._speed = (0.0, 0.0, 0.0, 0.0)
        elif not running and filter_.inertial:
            filter_.trust_force_again()
            self._inertial_from_s, self._gravity_ready = math.inf, False
        elif filter_.inertial:
            (east, north), (drift_e, drift_n) = self._gravity.take(now_s)
            if math.hypot(east, north) > self._watch.settings.unsure_rad / 2:
                self._watch.corrected_s = now_s
            filter_.turn_world(east, north)
            # An error (e, n) of the vertical is a turn of the world about (-n, e); its rate is bias.
            filter_.add_world_bias(np.array([-drift_n, drift_e, 0.0]))

    def _adopt_heading(self, now_s: float) -> list[Event]:
        strides = self._aligner.strides
        # At first each stride tells much; later four together are soon enough.
        if self._mode is not Mode.RUNNING or strides < 2 or strides - self._aligned_strides < (1 if strides < 12 else 4):
            return []
        self._aligned_strides = strides
        heading, sd = self._aligner.estimate()
        turn = self._heading_rad - heading  # of the mediolateral axis as we see it; what is remembered turns with it
        self._travel.turn(turn)
        self._watch.turn(turn)
        self._history["heading_rad"][:] += turn
        self._unwrapped += turn
        self._heading_rad, self._heading_sd_rad = heading, sd
        self._remount()
        said, said_sd = self._heading_said
        if abs(heading - said) < math.radians(0.5) and abs(sd - said_sd) < math.radians(0.5):
            return []
        self._heading_said = (heading, sd)
        return [Heading(now_s, now_s, heading, sd)]

    def _adopt_travel(self, heading: Array, now_s: float) -> None:
        if not (self._running.established or self._walking.established):
            now = float(heading.mean())
            if self._mode is Mode.STANDING or self._count <= self._bar_samples:
                self._travel.start(now_s, now)
            else:  # wandering about: follow within a few seconds
                follow = self._travel.at(now_s) + 0.4 * (now - self._travel.at(now_s))
                self._travel.start(now_s, follow)
        self._travel_from_s, self._travel_rad = now_s, self._travel.at(now_s)
        self._travel_rate = self._travel.at(now_s + 1) - self._travel_rad

    def _adopt_gait(self) -> None:
        """While somebody surely runs, nobody looks for walking."""
        look = not self._running.established
        if look and not self._look_for_walking:
            self._walks.restart()
        self._look_for_walking = look

    def _remount(self) -> None:
        up = self._provisional if self._zero is None else self._zero
        assert up is not None
        if abs(float(up @ self._outward)) > 0.98:  # lying on its face: any horizontal axis serves until it is upright
            up = up + 0.3 * np.roll(self._outward, 1)
            up = up / math.sqrt(up @ up)
        self._mount = pelvis_from_sensor(up, self._outward, self._heading_rad)

    # What is not samples.

    def _lose(self, gap: Gap) -> Update:
        missing_s = gap.to_s - gap.from_s
        if not len(self._last):
            return Update() if gap.reason is GapReason.BRIDGED else Update(events=(gap,))
        stride_s = self._running.stride_s
        if gap.reason is GapReason.BRIDGED or (gap.reason is GapReason.LOST and missing_s <= FILL_S and missing_s < 0.5 * stride_s):
            self._hole = gap
            if self._gravity_ready:
                # A straight line between the rates errs with the cube of the time (they bend by some 500 rad/s3), the
                # stride before by what strides differ: 10 deg/s, and 1 m/s2 in the force that the velocity is made of.
                self._gravity.widen(min(500.0 * missing_s**3 / 12, 0.15 * missing_s), 1.0 * missing_s)
            if gap.reason is GapReason.BRIDGED:
                return Update()
            self._watch.gap(gap.to_s)
            self._hurry()
            return Update(events=(gap,))
        self._start_afresh(missing_s, gap.to_s)
        return Update(events=(gap,))

    def _start_afresh(self, missing_s: float, to_s: float) -> None:
        """Behind a long gap: detectors begin anew, and of the vertical is known what a swing leaves."""
        self._hole = None
        self._running.lost()
        self._walking.lost()
        self._runs.restart()
        self._walks.restart()
        self._watch.gap(to_s)
        self._hurry()
        self._last_gyr = None
        if self._gravity_ready:
            self._gravity.widen(math.radians(8.0))
            self._inertial_from_s = to_s
        if missing_s > 1.0:
            self._history.clear()
            if missing_s > FORGET_S and isinstance(self._filter, VqfFilter):
                self._filter.inertial = self._gravity_ready = False
            if not self._gravity_ready:
                self._filter.restart()

    def _hurry(self) -> None:
        self._adopt_at = min(self._adopt_at, (self._count // self._bar_samples + 1) * self._bar_samples)

    def _obey(self, command: Command) -> Update:
        if command.do is Do.ZERO:
            self._hurry()
            self._zero_wanted = self._zero_open = True
            self._standing.restart()
        return Update()

    def _quality(self, from_s: float, mode: Mode) -> Quality:
        bout = self._running if mode is Mode.RUNNING else self._walking
        unsure = self._gravity.unsure_rad if self._gravity_ready else 0.0
        return self._watch.quality(from_s, self._known_s, mode, bout.from_s, unsure)

    def _uncertainty(self) -> Uncertainty:
        vertical = self._gravity.unsure_rad if self._gravity_ready else math.radians(0.5)
        return Uncertainty(math.hypot(vertical, self._zero_sd_rad), self._heading_sd_rad)


FILL_S = 0.25  # and less than half a stride: what lies before and behind still ties the rate down

SETTLED_AFTER_S = 20.0
SETTLED_BARS = 4  # the gyroscope alone holds the vertical to 0.01 deg so long; an hour costs a quarter less


def _joined(parts: list[Array]) -> Array:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


FORGET_S = 10.0  # a wearer who was gone so long may come back in any posture
_TEACHING = (Quality.OK, Quality.SETTLING, Quality.NO_ZERO, Quality.LOOSE)
