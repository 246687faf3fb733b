"""Coach of a drill: poses and commands in; phases, repetitions, form faults and prompts out.

The phases of a drill: stand still (shows how the clip is worn), take the start position (becomes the zero of the angles), work,
rest, work, ..., done. Causal, without input or output of its own. The result does not depend on how the input is divided,
because the samples are processed one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from levelhips.coaching.coach import CueSettings
from levelhips.coaching.drills.counters import Counter, Crossed, DrillSample, PromptRequest, Repetition
from levelhips.coaching.drills.drill import Drill, DrillSettings
from levelhips.coaching.drills.drill_angles import DrillAngles, Moment, Start, moments
from levelhips.coaching.drills.form import FormMonitor, OppositeSide
from levelhips.coaching.drills.repetitions import RepetitionBook
from levelhips.coaching.drills.start_position import DIRECTIONS, PostureDetector, onto
from levelhips.coaching.drills.stillness import STILL_S, HipHinge, Presence, ReachMonitor, Stillness, about_vertical
from levelhips.coaching.drills.turning import YawTracker
from levelhips.commands import Command, Do
from levelhips.events import (
    Angles,
    DrillBegin,
    Event,
    FormFaultDetected,
    Phase,
    PhaseChange,
    PhaseReason,
    Pose,
    Posture,
    PostureChange,
    Prompt,
    PromptKind,
    Signal,
    SignalKind,
    StandingZero,
    Update,
)
from levelhips.learned import Learned
from levelhips.samples import Array, Gap

__all__ = ["STILL_S", "DrillCoach"]

REMIND_S = 10.0  # between reminders: an instruction takes 5 to 7 s to say
WRONG_S = 1.0  # a wrong posture that lasts this long is not just passed through
AGAIN_S = 8.0  # between two reminders of the same wrong posture
VOID_S = 0.25  # after a longer gap the estimate of the vertical starts again
SETTLE_S = 1.0  # time constant of its filter: until then form and repetitions are not judged
LYING_SIDES = (Posture.LEFT_SIDE, Posture.RIGHT_SIDE)


@dataclass(slots=True)
class _Progress:
    """Phase of the drill, and the times of what happened in it (sensor clock)."""

    phase: Phase = Phase.STAND
    resume: Phase = Phase.STAND  # after a pause
    since_s: float = math.nan
    stood: bool = False  # the standing zero is known
    instruction_over: bool = False  # the wearer heard the whole instruction
    reminded_s: float = -math.inf
    wrong_since_s: float = math.nan  # beginning of the wrong posture; NaN in the right one
    blind_until_s: float = -math.inf  # until then the vertical is settling after lost samples
    before_s: float = 0.0  # time of the sample before


class DrillCoach:
    """Coach of one drill on one side.

    Parameters
    ----------
    drill : Drill
        Declaration of the drill.
    settings : DrillSettings
        Side of the drill, and dose, range and pace where they differ from the declaration.
    back_s : float
        Length of a gap from which on a signal says that the sensor is back [s], as `CueSettings.back_s`.
    """

    def __init__(self, drill: Drill, settings: DrillSettings = DrillSettings(), back_s: float = CueSettings().back_s) -> None:
        self.drill, self.side = drill.adapted(settings), settings.chosen
        self.posture = self.drill.posture(self.side)
        self._state, self._back_s = _Progress(), back_s
        self._postures, self._turn = PostureDetector(), YawTracker()
        self._stillness, self._hinge = Stillness(self.drill.still_dps), HipHinge()
        self._reach = ReachMonitor(self.drill.reach_deg)
        self._form, self._opposite = FormMonitor(self.drill.keep), OppositeSide(self.drill.count.opposite_deg)
        self._book = RepetitionBook(self.drill, self.side)
        self._start: Start | None = None
        self._counter: Counter | None = None
        self._askew = np.eye(3)  # rotation about the vertical from the forward direction of the clip to that of the pelvis
        self._events: list[Event] = []
        self._begun = False

    @property
    def stood(self) -> bool:
        """Whether the standing zero is known, which shows how the clip is worn."""
        return self._state.stood

    def learned(self, learned: Learned) -> Learned:
        """Add how far the clip is turned, as a bow showed it."""
        return replace(learned, heading_rad=math.atan2(self._askew[0, 2], self._askew[0, 0]))

    def resume(self, learned: Learned) -> None:
        """Begin with a standing zero that is known: the wearer takes the start position next."""
        self._state.stood = learned.zero is not None
        if not math.isnan(learned.heading_rad):
            self._askew = about_vertical(learned.heading_rad)

    @property
    def _after_standing(self) -> Phase:
        return Phase.BOW if self.drill.bow else Phase.TAKE

    def push(self, item: Pose | Gap | StandingZero) -> Update:
        """Process poses, a gap or a standing zero of the motion core."""
        if isinstance(item, Pose):
            return self._process_pose(item)
        if isinstance(item, Gap):
            return Update(events=(item, *self._handle_gap(item)))
        return Update(events=(item, *self._handle_standing_zero(item)))

    def apply(self, command: Command) -> Update:
        """Process a command of the wearer."""
        s, at_s = self._state, command.at_s
        if command.do is Do.PAUSE and s.phase not in (Phase.PAUSED, Phase.DONE):
            s.resume = s.phase
            self._enter(Phase.PAUSED, at_s, PhaseReason.ASKED)
        elif command.do is Do.RESUME and s.phase is Phase.PAUSED:
            # The wearer may have got up in the pause: take the start position again, but keep the count.
            stood_meanwhile = s.resume is Phase.STAND and s.stood
            go_on = self._after_standing if stood_meanwhile else Phase.TAKE if s.resume is Phase.WORK else s.resume
            self._enter(go_on, at_s, PhaseReason.RESUMED)
        elif command.do is Do.NEXT and s.phase is Phase.WORK:
            self._end_set(at_s)
        elif command.do is Do.NEXT and s.phase is Phase.REST:
            self._enter(Phase.TAKE, at_s, PhaseReason.ASKED)
        elif command.do is Do.ZERO and s.phase is not Phase.DONE:
            s.stood = False
            self._enter(Phase.STAND, at_s, PhaseReason.ASKED)
        return Update(events=self._take_events())

    def _take_events(self) -> tuple[Event, ...]:
        events, self._events = tuple(self._events), []
        return events

    def _handle_standing_zero(self, event: StandingZero) -> tuple[Event, ...]:
        self._state.stood = True
        self._emit(Signal(event.at_s, event.known_s, SignalKind.CALIBRATED))
        if self._state.phase is Phase.STAND:
            self._askew = np.eye(3)
            self._hinge.restart()
            self._enter(self._after_standing, event.known_s)
        return self._take_events()

    def _handle_gap(self, gap: Gap) -> tuple[Event, ...]:
        lost_s = gap.to_s - gap.from_s
        if lost_s > VOID_S:
            self._state.blind_until_s = gap.to_s + SETTLE_S
            self._book.gap()
            self._stillness.interrupt()
            self._form.forget_faults()
            self._turn.lose()
            if self._counter is not None:
                self._counter.interrupt()
        if lost_s >= self._back_s:
            self._emit(Signal(gap.from_s, gap.to_s, SignalKind.BACK))
        return self._take_events()

    def _process_pose(self, pose: Pose) -> Update:
        n = len(pose.t_s)
        if not n:
            return Update()
        if not self._begun:
            self._begun = True
            self._emit(self._begin(float(pose.t_s[0])))
            self._enter(Phase.TAKE if self._state.stood else Phase.STAND, float(pose.t_s[0]))
        if math.isnan(pose.up[0][-1]):
            self._wait_for_standing(pose.t_s)
            nothing = np.full(n, math.nan)
            return Update(Angles(pose.t_s, nothing, nothing, nothing, nothing, np.zeros(n)), self._take_events())
        parts = [self._angles_of(pose)]
        for i, moment in enumerate(moments(pose)):
            start = self._start
            self._process_sample(moment, i, parts[-1])
            if self._start is not start:  # the rest of these samples is relative to the new start position
                parts[-1].until = i + 1
                parts.append(self._angles_of(pose))
        begins = [0, *(part.until for part in parts)]
        angles = Angles.join(part.angles(begin) for begin, part in zip(begins, parts, strict=False))
        return Update(angles, self._take_events())

    def _angles_of(self, pose: Pose) -> DrillAngles:
        return DrillAngles(pose, self._start, self.side, self.drill.count.signal)

    def _begin(self, at_s: float) -> DrillBegin:
        drill = self.drill
        low, high = (math.radians(value) for value in drill.band_deg)
        dose = (drill.dose.sets, drill.dose.reps, drill.dose.rest_s)
        aim = (drill.count.timed_s, low, high)
        words = (drill.count.signal, drill.instruction_for(self.side))
        return DrillBegin(at_s, at_s, drill.name, drill.title, self.side, self.posture, *dose, *aim, *words)

    def _turned(self, t_s: float, turn_deg: float, lead_deg: float) -> float:
        """Return how far the free side has turned forward from the start [deg], corrected for the drift of the gyroscope."""
        return -self.side.sign * self._turn.push(t_s, turn_deg, home=self.drill.count.is_home(lead_deg))

    def _process_sample(self, now: Moment, i: int, angles: DrillAngles) -> None:
        """Process one sample."""
        s, t_s = self._state, now.t_s
        angles.turned[i] = self._turned(t_s, now.turn_deg, angles.lead[i])
        if self._postures.push(t_s, now.up):
            self._emit(PostureChange(t_s, t_s, self._postures.posture))
        dt, s.before_s = t_s - s.before_s, t_s
        if s.phase is Phase.BOW:
            self._bow(now)
        elif s.phase is Phase.TAKE:
            self._take(now, dt)
        elif s.phase is Phase.REST and t_s - s.since_s >= self.drill.dose.rest_s:
            self._emit(Prompt(t_s, t_s, PromptKind.REST_OVER))
            self._enter(Phase.TAKE, t_s, PhaseReason.REST_OVER)
        elif s.phase is Phase.WORK:
            self._reach.jolt(now)
            if not angles.signals or t_s < s.blind_until_s or not self._is_here(t_s, angles.signals["lean"][i]):
                return
            values = {name: each[i] for name, each in angles.signals.items()} | {"turn": angles.turned[i], "jolt": now.jolt_mps2}
            self._work(now, values, angles.lead[i])

    def _wait_for_standing(self, t_s: Array) -> None:
        if self._state.phase is Phase.STAND:
            for now_s in t_s.tolist():
                self._remind(now_s, self._state.reminded_s, PromptKind.STAND)

    def _remind(self, t_s: float, since_s: float, kind: PromptKind) -> None:
        if t_s - since_s >= REMIND_S:
            self._state.reminded_s = t_s
            self._emit(Prompt(t_s, t_s, kind))

    def _bow(self, now: Moment) -> None:
        """Wait for a bow on both feet, which shows how far the clip is turned about the vertical."""
        s, t_s = self._state, now.t_s
        askew = self._hinge.push(now.up)
        if askew is not None:
            self._askew = askew
            self._emit(Signal(t_s, t_s, SignalKind.CALIBRATED))
            self._enter(Phase.TAKE, t_s)
            return
        self._remind(t_s, max(s.reminded_s, s.since_s), PromptKind.BOW)

    def _take(self, now: Moment, dt: float) -> None:
        """Wait until the right posture is held still; prompt if the posture is wrong."""
        s, t_s, posture = self._state, now.t_s, self._postures.posture
        right = posture is self.posture if self.posture is not None else posture is not Posture.UNCLEAR
        if not right:
            self._stillness.restart()
            self._prompt_posture(t_s, posture)
            return
        s.wrong_since_s = math.nan
        ready_s = self.drill.ready_s if s.instruction_over else max(self.drill.ready_s, self.drill.instruction_s(self.side))
        taken = self._stillness.push(now, dt, s.since_s, ready_s, blind=t_s < s.blind_until_s)
        if self._stillness.since_s == t_s:  # the first still sample
            self._turn.restart(t_s, now.turn_deg)
        if taken:
            self._start_work(t_s, posture)

    def _start_work(self, t_s: float, posture: Posture) -> None:
        """Use the held position as the zero of the angles, and begin to count."""
        up = self._stillness.up if self.drill.zero == "start" else DIRECTIONS[Posture.UPRIGHT]
        x, y, z = (self._askew @ np.array(up)).tolist()
        zero = onto((x, y, z), DIRECTIONS[posture]) @ self._askew
        self._start = Start(self.drill.stance.shown_in(posture), posture, up, zero)
        if self._counter is None:
            self._counter = self.drill.count.start(self._stillness.rate_dps)
        else:
            self._counter.interrupt()
        self._form.restart()
        self._state.instruction_over = True
        self._enter(Phase.WORK, t_s)

    def _prompt_posture(self, t_s: float, now: Posture) -> None:
        s = self._state
        if math.isnan(s.wrong_since_s):
            s.wrong_since_s = t_s
        lying = now not in (Posture.UPRIGHT, Posture.UNCLEAR)
        # Someone who stands has heard the instruction and needs time to lie down; someone who lies wrongly should hear it soon.
        patience_s = WRONG_S if lying else REMIND_S
        if t_s - s.wrong_since_s >= patience_s and t_s - s.reminded_s >= (AGAIN_S if lying else REMIND_S):
            s.reminded_s = t_s
            other_side = now in LYING_SIDES and self.posture in LYING_SIDES
            self._emit(Prompt(t_s, t_s, PromptKind.WRONG_SIDE if other_side else PromptKind.WRONG_POSTURE))

    def _is_here(self, t_s: float, lean_deg: float) -> bool:
        """Return whether the pelvis is within reach of the start position; if it is out of reach for long, end the work phase."""
        presence = self._reach.push(t_s, lean_deg)
        if presence is Presence.FELL_OFF:
            self._state.stood = False
            self._enter(Phase.STAND, t_s, PhaseReason.FELL_OFF)
        elif presence is Presence.LOST:
            self._emit(Prompt(t_s, t_s, PromptKind.WRONG_POSTURE))
            self._enter(Phase.TAKE, t_s, PhaseReason.POSTURE_LOST)
        return presence is Presence.HERE

    def _work(self, now: Moment, values: dict[str, float], lead_deg: float) -> None:
        """Check the form, and count repetitions, for one sample."""
        t_s = now.t_s
        for crossed in self._form.push(t_s, values):
            self._fault(t_s, crossed)
        if self._opposite.push(t_s, lead_deg):
            self._emit(Prompt(t_s, t_s, PromptKind.WRONG_SIDE))
        sample = DrillSample(t_s, lead_deg, now.rate_dps, now.lateral_mps2, self._form.inside)
        for found in self._counter.push(sample) if self._counter is not None else ():
            if isinstance(found, PromptRequest):
                self._emit(Prompt(t_s, t_s, found.kind, found.number))
            elif isinstance(found, Repetition):
                self._emit(self._book.add(t_s, found, self._form.take_faults(found.from_s)))
                if self._book.set_is_done:
                    self._end_set(t_s)
                    return
            else:
                self._fault(t_s, Crossed(found))

    def _fault(self, t_s: float, crossed: Crossed) -> None:
        self._form.note(t_s, crossed.fault)
        self._emit(FormFaultDetected(t_s, t_s, crossed.fault, math.radians(crossed.value_deg), math.radians(crossed.limit_deg)))

    def _end_set(self, t_s: float) -> None:
        self._counter = None
        self._enter(Phase.REST if self._book.next_set() else Phase.DONE, t_s)

    def _enter(self, phase: Phase, at_s: float, reason: PhaseReason = PhaseReason.NONE) -> None:
        s = self._state
        s.phase, s.since_s, s.wrong_since_s = phase, at_s, math.nan
        self._stillness.restart()
        self._reach.restart()
        self._opposite.restart()
        s.reminded_s = at_s if phase is Phase.STAND or reason is PhaseReason.POSTURE_LOST else -math.inf
        self._emit(PhaseChange(at_s, at_s, phase, self._book.set_n, reason))

    def _emit(self, event: Event) -> None:
        self._events.append(event)
