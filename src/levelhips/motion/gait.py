"""Gait: from contacts to bouts, sides, steps and strides, in running and in walking."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from levelhips.events import Contact, Event, Mode, Quality, Side, Step, Stride
from levelhips.motion import steps
from levelhips.motion.sides import SideVoter
from levelhips.motion.signal_buffer import History


@dataclass(frozen=True, slots=True)
class GaitSettings:
    """What makes a bout."""

    contacts: int = 3  # as many in a row are a gait: one landing is a jump
    run_pause_s: float = 0.75  # a longer time between contacts is not one running step (2 steps/s is the slowest jog)
    walk_pause_s: float = 1.5
    end_s: float = 1.5  # without a contact for so long, the bout is over
    longest_held: int = 8  # steps whose side stays open


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What the pipeline knows of its own errors at this moment."""

    vertical_sd_rad: float
    heading_sd_rad: float


@dataclass(slots=True)
class _Bout:
    contacts_s: list[float] = field(default_factory=list)
    from_s: float = math.nan
    parity: int = 0
    stance_s: float | None = None
    toe_off_s: float = math.nan
    step_time_s: float = math.nan
    flight_s: float = math.nan
    held: list[tuple[int, steps.Stance]] = field(default_factory=list)
    drops: dict[Side, float] = field(default_factory=dict)


class Gait:
    """One gait's bouts: alternation of feet, steps held until their side is sure, strides.

    Parameters
    ----------
    mode : Mode
        RUNNING (a stance ends with its toe-off) or WALKING (with the next contact).
    history : History
        The signals of `steps.SIGNALS`; the pipeline fills it before it tells of contacts.
    quality : callable
        (from_s, mode) -> Quality of what began then and is now known.
    uncertainty : callable
        () -> Uncertainty, at present.
    """

    def __init__(
        self,
        mode: Mode,
        history: History,
        quality: Callable[[float, Mode], Quality],
        uncertainty: Callable[[], Uncertainty],
        settings: GaitSettings = GaitSettings(),
    ) -> None:
        self.mode, self.settings = mode, settings
        self._history, self._quality, self._uncertainty = history, quality, uncertainty
        self._voter = SideVoter(3 if mode is Mode.RUNNING else 2)
        self._bout = _Bout()
        self.strides_s: list[tuple[float, float]] = []  # of each new stride, for the alignment and the gravity correction

    @property
    def established(self) -> bool:
        """Enough contacts in a row to call it this gait."""
        return len(self._bout.contacts_s) >= self.settings.contacts

    @property
    def from_s(self) -> float:
        """When the bout began; NaN before the first."""
        return self._bout.from_s

    @property
    def last_contact_s(self) -> float:
        return self._bout.contacts_s[-1] if self._bout.contacts_s else -math.inf

    @property
    def stride_s(self) -> float:
        """The usual time of a stride [s]; NaN before there are any."""
        contacts = self._bout.contacts_s
        times = sorted(b - a for a, b in zip(contacts[:-2], contacts[2:], strict=True))
        return times[len(times) // 2] if len(times) >= 2 else math.nan

    @property
    def stance_sign(self) -> int:
        """+1 or -1 in a stance of the right or left foot whose side is sure, 0 else."""
        return self._voter.side.sign if self._bout.stance_s is not None and self._voter.sure else 0

    def contact(self, at_s: float, known_s: float) -> list[Event]:
        """A foot is down."""
        out: list[Event] = []
        bout, cfg = self._bout, self.settings
        pause = cfg.run_pause_s if self.mode is Mode.RUNNING else cfg.walk_pause_s
        step_s = at_s - self.last_contact_s
        if step_s > 3 * pause:
            out += self.end(known_s)
            bout = self._bout
            step_s = math.inf
        elif self.mode is Mode.WALKING:
            out += self._finish_walking_stance(at_s, known_s)
        if not bout.contacts_s:
            bout.from_s = at_s
        self._voter.contact(step_s)
        usual = self._usual_step_s()
        missing = max(0, round(step_s / usual) - 1) if math.isfinite(step_s) and math.isfinite(usual) else 0
        bout.parity += 1 + missing
        bout.step_time_s = step_s if step_s <= pause else math.nan
        bout.flight_s = at_s - bout.toe_off_s if at_s - bout.toe_off_s < pause else math.nan
        bout.stance_s = at_s
        bout.contacts_s.append(at_s)
        del bout.contacts_s[:-9]
        sure = self._voter.sure
        quality = self._quality(at_s, self.mode)
        out.append(Contact(at_s, known_s, self.mode, self._voter.side if sure else None, quality))
        if len(bout.contacts_s) >= 3:
            a, b, c = bout.contacts_s[-3:]
            if b - a <= pause and c - b <= pause and max(b - a, c - b) < 1.6 * min(b - a, c - b):
                self.strides_s.append((a, c))
                # Strides follow on each other from right contact to right contact.
                if sure and self._voter.side is Side.RIGHT and (seen := self._stride(a, c, known_s)) is not None:
                    out.append(seen)
        return out

    def toe_off(self, at_s: float, known_s: float) -> list[Event]:
        """The foot is up: the running step is complete."""
        bout = self._bout
        if bout.stance_s is None:
            return []
        bout.toe_off_s = at_s
        return self._finish_stance(bout.stance_s, at_s, at_s, known_s)

    def lost(self) -> None:
        """Samples are missing: the stance is not measured, and a contact may have gone by."""
        self._bout.stance_s = None

    def end(self, known_s: float) -> list[Event]:
        """The bout is over: give the steps that were held, with the side that the evidence favours so far."""
        out: list[Event] = []
        if self.mode is Mode.WALKING:
            out += self._finish_walking_stance(math.inf, known_s)
        if self.established and self._voter.confidence > 0.6:
            out += self._release(known_s)
        self._voter.restart()
        self._bout = _Bout()
        self.strides_s.clear()
        return out

    def end_if_over(self, now_s: float) -> list[Event]:
        """End the bout if no contact came for long."""
        return self.end(now_s) if -math.inf < self.last_contact_s < now_s - self.settings.end_s else []

    def drop_held(self, from_s: float) -> None:
        """Forget held steps from `from_s` on: another gait claims them."""
        self._bout.held = [(parity, stance) for parity, stance in self._bout.held if stance.contact_s < from_s]

    def _usual_step_s(self) -> float:
        contacts = self._bout.contacts_s
        times = sorted(b - a for a, b in itertools.pairwise(contacts))
        return times[len(times) // 2] if len(times) >= 2 else math.nan

    def _finish_walking_stance(self, next_s: float, known_s: float) -> list[Event]:
        """A walking stance is looked at up to the next contact, or as long as a step usually takes, if none comes."""
        stance_s, usual = self._bout.stance_s, self._usual_step_s()
        if stance_s is None:
            return []
        usual = usual if math.isfinite(usual) else 0.6
        to_s = next_s if next_s - stance_s <= self.settings.walk_pause_s else stance_s + usual
        return self._finish_stance(stance_s, min(to_s, known_s), math.nan, known_s)

    def _finish_stance(self, from_s: float, to_s: float, toe_off_s: float, known_s: float) -> list[Event]:
        bout, unsure = self._bout, self._uncertainty()
        bout.stance_s = None
        seen = steps.stance(
            self._history,
            from_s,
            to_s,
            toe_off_s=toe_off_s,
            mode=self.mode,
            quality=self._quality(from_s, self.mode),
            step_time_s=bout.step_time_s,
            flight_before_s=bout.flight_s,
            vertical_sd_rad=unsure.vertical_sd_rad,
            heading_sd_rad=unsure.heading_sd_rad,
        )
        if seen is None:
            return []
        self._voter.evidence(self._cues(from_s, to_s))
        bout.held.append((bout.parity, seen))
        del bout.held[: -self.settings.longest_held]
        return self._release(known_s) if self._voter.sure and self.established else []

    def _cues(self, from_s: float, to_s: float) -> tuple[float, ...]:
        h = self._history
        if self.mode is Mode.RUNNING:
            at = h.between(from_s, to_s)
            obliquity = h["obliquity_rad"]
            lateral = h["right_mps2"][at]
            around = obliquity[max(at.start - (at.stop - at.start), 0) : at.stop]
            return (
                steps.roll_rate_late(h, from_s, to_s),
                steps.mean(lateral),
                float(obliquity[at.start] - steps.mean(around)),
            )
        length = to_s - from_s
        late = h.between(from_s + 0.4 * length, from_s + 0.75 * length)
        end = h.between(from_s + 0.6 * length, to_s)
        if late.stop <= late.start or end.stop - end.start < 2:
            return (math.nan, math.nan)
        heading = h["heading_rad"][end]
        # The body is pushed away from the foot it stands on, and the swinging side comes forward late in the step.
        return (-steps.mean(h["right_mps2"][late]), float(heading[0] - heading[-1]))

    def _release(self, known_s: float) -> list[Event]:
        out: list[Event] = []
        bout = self._bout
        for parity, seen in bout.held:
            side = self._voter.side if (bout.parity - parity) % 2 == 0 else self._voter.side.other
            step: Step = seen.step(side, self._voter.confidence, known_s)
            if not self._voter.sure and step.quality is Quality.OK:
                step = replace(step, quality=Quality.SETTLING)
            bout.drops[side] = step.drop_rad
            out.append(step)
        bout.held.clear()
        return out

    def _stride(self, from_s: float, to_s: float, known_s: float) -> Stride | None:
        drops = self._bout.drops
        asymmetry = drops[Side.RIGHT] - drops[Side.LEFT] if len(drops) == 2 else math.nan
        quality = self._quality(from_s, self.mode)
        return steps.stride(self._history, from_s, to_s, known_s, self._voter.side, self.mode, quality, asymmetry)
