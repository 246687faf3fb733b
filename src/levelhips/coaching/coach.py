"""Coach of a run: decides from the drop in each stance when to beep, and keeps the thresholds."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from levelhips.bounds import FieldError, bounded, check, choice
from levelhips.coaching.forecast import Crossing, PeakForecast, RiseForecast
from levelhips.coaching.run_protocol import ProtocolClock, ProtocolSettings
from levelhips.coaching.threshold import Threshold, ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.events import (
    Angles,
    Contact,
    Cue,
    Event,
    Mode,
    ModeChange,
    Quality,
    Side,
    Signal,
    SignalKind,
    StandingZero,
    Step,
    ThresholdChange,
    ThresholdReason,
    Update,
)
from levelhips.learned import Learned
from levelhips.samples import Array, Gap
from levelhips.text import text


@dataclass(frozen=True, slots=True)
class CueSettings:
    """Which drops over the threshold cause a beep, and how loud it is."""

    when: Literal["every", "k-of-n"] = choice("every")
    # With ``k-of-n`` a step beeps if it is one of at least k over the threshold in the last n of its side; 100 take over a minute.
    k: int = bounded(3, 1, 100)
    n: int = bounded(5, 1, 100)
    # Shortest time between beeps, so that they do not overlap: 0.3 s is shorter than a step. With more than a minute between them,
    # a beep says little.
    spacing_s: float = bounded(0.3, 0.0, 60.0)
    # Excess over the threshold at which a beep is loudest: about three times the spread from step to step (0.4-0.9 deg). At 0 every
    # beep would be the loudest.
    severe_deg: float = bounded(2.0, 0.1, 30.0)
    forecast: bool = False
    # Time after contact of the forecast. Until 20 ms the landing shakes the sensor; at 100 ms the peak is reached anyway.
    forecast_s: float = bounded(0.040, 0.02, 0.1)
    # Length of a gap after which a signal says that the sensor is back. Less than 0.1 s costs no step; within a minute the runner
    # has looked anyway.
    back_s: float = bounded(1.0, 0.1, 60.0)

    def __post_init__(self) -> None:
        check(self)
        if self.k > self.n:
            raise FieldError("k", text("problem.k-above-n", k=self.k, n_steps=self.n))


# Time over which the rate of the drop is measured. With 20 ms the error of the expected peak is 0.27 deg instead of 0.23.
RATE_S = 0.010
TAIL_S = 0.060  # samples kept from earlier updates for that rate: at least two even at 40 Hz
MAX_OPEN = 8  # stances kept until their step is known, which takes one step; if there are more, their steps never came


@dataclass(slots=True)
class _Stance:
    contact: Contact
    side: Side
    threshold_rad: float
    audible: bool
    cued: bool = False
    early: tuple[float, float] | None = None  # drop [rad] and its rate [rad/s] at the time of the forecast
    crossing: Crossing | None = None


@dataclass(slots=True)
class _State:
    stance: _Stance | None = None
    open: dict[float, _Stance] = field(default_factory=dict)  # by time of contact, until the step is known
    last_cue_s: float = -math.inf
    paused: bool = False
    running: bool = False
    bad: dict[Side, deque[bool]] = field(default_factory=dict)
    tail_t: Array = field(default_factory=lambda: np.empty(0))
    tail_obliquity: Array = field(default_factory=lambda: np.empty(0))


class Coach:
    """Coach of a run: adds cues, signals and threshold changes to the updates of the motion core.

    Causal; the result does not depend on how the input is divided into updates.

    Parameters
    ----------
    threshold : ThresholdSettings
    cues : CueSettings
    protocol : ProtocolSettings
        The run protocol: when beeps are on, and when the runner walks.
    """

    def __init__(
        self,
        threshold: ThresholdSettings = ThresholdSettings(),
        cues: CueSettings = CueSettings(),
        protocol: ProtocolSettings = ProtocolSettings(),
    ) -> None:
        self.settings = cues
        self._protocol = ProtocolClock(protocol)
        self.threshold = Threshold(threshold)
        self._forecast, self._rise = PeakForecast(), RiseForecast()
        self._state = _State(bad={side: deque(maxlen=max(cues.n - 1, 1)) for side in Side})
        self._reported_fixed = threshold.mode == "auto"  # learned thresholds are reported when they are known

    @property
    def paused(self) -> bool:
        """Whether the runner paused the beeps."""
        return self._state.paused

    def push(self, update: Update) -> Update:
        """Process an update of the motion core; return it with cues, signals and threshold changes added in order of time."""
        angles, out, start = update.angles, [], 0
        times = angles.t_s
        for event in update.events:
            if isinstance(event, Gap):
                end = len(times) if not len(times) or event.from_s >= times[-1] else int(times.searchsorted(event.from_s, "right"))
            else:
                end = int(times.searchsorted(event.known_s, "left"))
            if end > start:
                out += self._process_samples(angles, start, end)
                start = end
            out.append(event)
            out += self._apply(event)
        out += self._process_samples(angles, start, len(times))
        return Update(angles, tuple(out))

    def apply(self, command: Command) -> Update:
        """Process a command of the runner; return the events that follow from it."""
        events: list[Event] = []
        if command.do is Do.PAUSE and not self._state.paused:
            self._state.paused = True
            events += [Signal(command.at_s, command.at_s, SignalKind.PAUSED), *self._protocol.pause(command.at_s)]
        elif command.do is Do.RESUME and self._state.paused:
            self._state.paused = False
            events += [Signal(command.at_s, command.at_s, SignalKind.STARTED), *self._protocol.resume(command.at_s)]
        elif command.do is Do.THRESHOLD and command.value is not None:
            level = math.radians(command.value)
            events.append(self.threshold.set(command.at_s, level, level, ThresholdReason.COMMAND))
        elif command.do is Do.MOVE_THRESHOLD and command.value is not None:
            events += self.threshold.move(command.at_s, math.radians(command.value))
        return Update(events=tuple(events))

    def learned(self, learned: Learned) -> Learned:
        """Add the thresholds, the position in the run protocol, and whether the beeps are paused."""
        return self._protocol.learned(self.threshold.learned(replace(learned, paused=self._state.paused)))

    def resume(self, learned: Learned) -> Update:
        """Begin with what was learned before, and report it."""
        self._state.paused = learned.paused
        thresholds = self.threshold.resume(learned)
        self._reported_fixed = self._reported_fixed or bool(thresholds)
        return Update(events=(*thresholds, *self._protocol.resume_at(learned)))

    def _apply(self, event: Event) -> list[Event]:
        state = self._state
        if isinstance(event, Contact):
            self._begin(event)
        elif isinstance(event, Step):
            return self._conclude(event)
        elif isinstance(event, Gap):
            state.stance = None
            state.tail_t = state.tail_obliquity = np.empty(0)
            if event.to_s - event.from_s >= self.settings.back_s:
                return [Signal(event.from_s, event.to_s, SignalKind.BACK)]
        elif isinstance(event, StandingZero):
            out: list[Event] = [Signal(event.at_s, event.known_s, SignalKind.CALIBRATED)]
            if not self._reported_fixed:
                self._reported_fixed = True
                left, right = self.threshold.of(Side.LEFT), self.threshold.of(Side.RIGHT)
                out.append(ThresholdChange(event.at_s, event.known_s, left, right, ThresholdReason.FIXED))
            return out
        elif isinstance(event, ModeChange):
            began = event.mode is Mode.RUNNING and not state.running
            state.running = event.mode is Mode.RUNNING
            events = self._protocol.running(event.known_s, now=state.running)
            return [Signal(event.at_s, event.known_s, SignalKind.STARTED), *events] if began and not state.paused else events
        return []

    def _begin(self, contact: Contact) -> None:
        state, side = self._state, contact.side
        if side is None or contact.mode is not Mode.RUNNING:
            state.stance = None
            return
        audible = contact.quality is Quality.OK and not state.paused and self._protocol.feedback
        state.stance = state.open[contact.at_s] = _Stance(contact, side, self.threshold.of(side), audible)
        while len(state.open) > MAX_OPEN:
            del state.open[next(iter(state.open))]

    def _conclude(self, step: Step) -> list[Event]:
        state = self._state
        if state.stance is not None and state.stance.contact.at_s == step.at_s:
            state.stance = None
        if step.mode is not Mode.RUNNING:
            return []
        stance = state.open.pop(step.at_s, None)
        if step.quality is Quality.OK:
            state.bad[step.side].append(step.drop_rad > self.threshold.of(step.side))
            if stance is not None and stance.side is step.side:
                if stance.early is not None:
                    self._forecast.learn(step.side, *stance.early, step.drop_rad)
                self._rise.learn(step, stance.crossing)
        return self.threshold.step(step)

    def _process_samples(self, angles: Angles, start: int, end: int) -> list[Event]:
        state, out = self._state, []
        stance = state.stance
        if end <= start:
            return []
        if self._protocol.due_s <= angles.t_s[end - 1]:
            at = max(int(angles.t_s.searchsorted(self._protocol.due_s, "left")), start)
            before = self._process_samples(angles, start, at)
            return [*before, *self._protocol.advance(float(angles.t_s[at])), *self._process_samples(angles, at, end)]
        if stance is not None:
            if self.settings.forecast and stance.early is None:
                out += self._forecast_cue(stance, angles, start, end)
            if stance.crossing is None:
                over = (angles.drop_rad[start:end] > stance.threshold_rad).nonzero()[0]
                if len(over):
                    out += self._cross(stance, angles, start, start + int(over[0]))
        times = np.concatenate([state.tail_t, angles.t_s[start:end]])
        keep = slice(int(times.searchsorted(times[-1] - TAIL_S, "left")), None)
        state.tail_t = times[keep]
        state.tail_obliquity = np.concatenate([state.tail_obliquity, angles.obliquity_rad[start:end]])[keep]
        return out

    def _before(self, angles: Angles, start: int, at: int) -> tuple[Array, Array]:
        """Return times and obliquities of the last samples up to and including `at`."""
        state = self._state
        times = np.concatenate([state.tail_t, angles.t_s[start : at + 1]])
        return times, np.concatenate([state.tail_obliquity, angles.obliquity_rad[start : at + 1]])

    def _cross(self, stance: _Stance, angles: Angles, start: int, at: int) -> list[Event]:
        """Note the crossing of the threshold for learning; return a cue, with the severity of the expected peak, if it may sound."""
        times, obliquity = self._before(angles, start, at)
        now_s, drop_rad = float(times[-1]), float(angles.drop_rad[at])
        rate = 0.0
        if len(times) > 1:
            k = min(int(times.searchsorted(now_s - RATE_S - 1e-9, "left")), len(times) - 2)
            rate = float(stance.side.sign * (obliquity[-1] - obliquity[k]) / (times[-1] - times[k]))
        stance.crossing = self._rise.crossing(stance.side, now_s - stance.contact.at_s, drop_rad, rate if math.isfinite(rate) else 0.0)
        if not stance.audible or stance.cued:
            return []
        return self._cue(stance, now_s, drop_rad, self._rise.peak(stance.side, stance.crossing), forecast=False)

    def _forecast_cue(self, stance: _Stance, angles: Angles, start: int, end: int) -> list[Event]:
        t = angles.t_s[start:end]
        at = int(t.searchsorted(stance.contact.at_s + self.settings.forecast_s, "left"))
        if at >= len(t) or math.isnan(angles.drop_rad[start + at]):
            return []
        times, obliquity = (values[-3:] for values in self._before(angles, start, start + at))
        if len(times) < 3:
            return []
        sign = stance.side.sign
        drop = float(sign * obliquity[-1])
        rate = float(sign * (obliquity[-1] - obliquity[0]) / (times[-1] - times[0]))
        stance.early = (drop, rate)
        peak = self._forecast.peak(stance.side, drop, rate)
        if stance.audible and not stance.cued and drop <= stance.threshold_rad < peak:
            return self._cue(stance, float(t[at]), peak, peak, forecast=True)
        return []

    def _cue(self, stance: _Stance, now_s: float, drop_rad: float, peak_rad: float, *, forecast: bool) -> list[Event]:
        state, cfg = self._state, self.settings
        stance.cued = True
        if cfg.when == "k-of-n" and 1 + sum(state.bad[stance.side]) < cfg.k:
            return []
        if now_s - state.last_cue_s < cfg.spacing_s:
            return []
        state.last_cue_s = now_s
        severity = min(1.0, max(0.0, (peak_rad - stance.threshold_rad) / math.radians(cfg.severe_deg)))
        return [Cue(now_s, now_s, stance.contact.at_s, stance.side, severity, drop_rad, stance.threshold_rad, forecast)]
