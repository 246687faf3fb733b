"""The drill engine: poses and commands in; phases, repetitions, cheats and beats out.

Stand still (how does the clip sit?), take the start posture (the zero), work, rest, work ... done. Pure, causal, and
indifferent to how the input is cut: it goes through the samples one by one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from levelhips.coaching.drills.counters import Band, BandWatch, Done, Excursion, Hold, Said, Seen, Watch
from levelhips.coaching.drills.drill import Drill, DrillSettings
from levelhips.coaching.drills.drill_angles import Moment, Sight, Start, moments
from levelhips.coaching.drills.start_position import DIRECTIONS, PostureWatch, Vector, onto
from levelhips.coaching.drills.turning import TurnWatch
from levelhips.commands import Command, Do
from levelhips.events import (
    Angles,
    Beat,
    Cheat,
    DrillBegin,
    Event,
    FormFault,
    Phase,
    PhaseChange,
    PhaseReason,
    Pose,
    Posture,
    PostureChange,
    PromptKind,
    Quality,
    Rep,
    Signal,
    SignalKind,
    StandingZero,
    Update,
)
from levelhips.samples import Array, Gap

STILL_S = 1.5  # half of what a first-time user holds when told to be still; the mean of 1.5 s of sway is right to 0.2 deg
RESTLESS_S = 0.3
PATIENT_S, MOST_RESTLESS = 5.0, 3.0  # after five seconds the limit of stillness begins to rise, up to three times
REMIND_S = 10.0  # an instruction takes 5 to 7 s to say
WRONG_S = 1.0  # in another posture for so long is meant, not passed through
LOST_S = 0.7  # the same while working: a stumble is shorter
AGAIN_S = 8.0  # between two reminders of the same
VOID_S = 0.25  # of lost samples; behind them the vertical is found anew
SETTLE_S = 1.0  # ... and is not judged for the filter's time constant
FALL_MPS2, FALL_DPS = 30.0, 400.0  # 3 g beside gravity, 400 deg/s: no drill comes near, a falling clip reaches both
FALL_S = 1.0  # from the jolt to lying otherwise
BOW_DEG = 25.0  # deep enough that sway (a degree) turns its direction by 2 deg only
MOST_ASKEW_DEG = 25.0  # more is no bow, or no clip at the sacrum
BACK_S = 1.0  # a loss of samples that long is worth a sound


@dataclass(slots=True)
class _State:
    phase: Phase = Phase.STAND
    resume: Phase = Phase.STAND
    since_s: float = math.nan  # the phase began
    set_n: int = 1
    reps: int = 0
    stood: bool = False
    told: bool = False  # the instruction was heard to its end
    reminded_s: float = -math.inf
    wrong_since_s: float = math.nan
    # The start posture, while it is being taken.
    right_since_s: float = math.nan  # in the right posture
    still_since_s: float = math.nan
    restless: float = 0.0  # mean squared rate, lately
    before_s: float = 0.0
    sum: list[float] = field(default_factory=lambda: [0.0] * 4)  # of the vertical and the squared rate
    count: int = 0
    # The start posture, taken.
    start: Start | None = None
    watch: Watch | None = None
    bands: list[BandWatch] = field(default_factory=list)
    cheats: list[tuple[float, str]] = field(default_factory=list)
    blind_until_s: float = -math.inf
    gapped: bool = False
    away_since_s: float = math.nan
    jolted_s: float = -math.inf
    opposite: tuple[float, float] | None = None  # when an excursion to the wrong side began, and how far it went


class DrillCoach:
    """Coach of one drill on one side.

    Parameters
    ----------
    drill : Drill
        The drill, as it is declared.
    settings : DrillSettings
        The side, and what differs from the declaration: dose, range, pace.
    """

    def __init__(self, drill: Drill, settings: DrillSettings = DrillSettings()) -> None:
        self.drill, self.side = drill.adapted(settings), settings.chosen
        self.posture = self.drill.posture(self.side)
        self._postures, self._turn = PostureWatch(), TurnWatch()
        self._state = _State()
        self._events: list[Event] = []
        self._begun = False
        self._askew = np.eye(3)  # from the clip's idea of forward to the pelvis'
        self._bow = [0.0, 0.0, 0.0]  # where to, and how deep

    @property
    def stood(self) -> bool:
        """Whether it is known how the clip sits."""
        return self._state.stood

    @property
    def _after_standing(self) -> Phase:
        return Phase.BOW if self.drill.bow else Phase.TAKE

    def push(self, item: Pose | Gap | StandingZero) -> Update:
        """Take what the motion core says."""
        if isinstance(item, Pose):
            return self._pose(item)
        if isinstance(item, Gap):
            return Update(events=(item, *self._lose(item)))
        return Update(events=(item, *self._stood(item)))

    def obey(self, command: Command) -> Update:
        """Take a command of the wearer."""
        s, at_s = self._state, command.at_s
        if command.do is Do.PAUSE and s.phase not in (Phase.PAUSED, Phase.DONE):
            s.resume = s.phase
            self._enter(Phase.PAUSED, at_s, PhaseReason.ASKED)
        elif command.do is Do.RESUME and s.phase is Phase.PAUSED:
            # Who went to the telephone lies otherwise now: the start posture is taken again, what was counted stays.
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

    # What is not poses.

    def _stood(self, event: StandingZero) -> tuple[Event, ...]:
        self._state.stood = True
        self._say(Signal(event.at_s, event.known_s, SignalKind.CALIBRATED))
        if self._state.phase is Phase.STAND:
            self._askew, self._bow = np.eye(3), [0.0, 0.0, 0.0]
            self._enter(self._after_standing, event.known_s)
        return self._take_events()

    def _lose(self, gap: Gap) -> tuple[Event, ...]:
        s = self._state
        lost_s = gap.to_s - gap.from_s
        if lost_s > VOID_S:
            s.blind_until_s = gap.to_s + SETTLE_S
            s.gapped = True
            s.still_since_s = math.nan
            s.cheats.clear()
            self._turn.lose()
            if s.watch is not None:
                s.watch.interrupt()
        if lost_s >= BACK_S:
            self._say(Signal(gap.from_s, gap.to_s, SignalKind.BACK))
        return self._take_events()

    # Poses.

    def _pose(self, pose: Pose) -> Update:
        n = len(pose.t_s)
        if not n:
            return Update()
        if not self._begun:
            self._begun = True
            self._say(self._begin(float(pose.t_s[0])))
            self._enter(Phase.STAND, float(pose.t_s[0]))
        if math.isnan(pose.up[0][-1]):
            self._wait_for_standing(pose.t_s)
            nothing = np.full(n, math.nan)
            return Update(Angles(pose.t_s, nothing, nothing, nothing, nothing, np.zeros(n)), self._take_events())
        sights = [self._look(pose)]
        for i, moment in enumerate(moments(pose)):
            start = self._state.start
            self._one(moment, i, sights[-1])
            if self._state.start is not start:  # the rest of these samples is seen from the new start posture
                sights[-1].until = i + 1
                sights.append(self._look(pose))
        begins = [0, *(sight.until for sight in sights)]
        angles = Angles.join(sight.angles(begin) for begin, sight in zip(begins, sights, strict=False))
        return Update(angles, self._take_events())

    def _look(self, pose: Pose) -> Sight:
        return Sight(pose, self._state.start, self.side, self.drill.count.signal)

    def _begin(self, at_s: float) -> DrillBegin:
        drill = self.drill
        seconds = drill.count.seconds if isinstance(drill.count, Hold) else math.nan
        low, high = (math.radians(value) for value in drill.band_deg)
        dose = (drill.dose.sets, drill.dose.reps, drill.dose.rest_s)
        told = drill.told(self.side)
        return DrillBegin(at_s, at_s, drill.name, drill.title, self.side, self.posture, *dose, seconds, low, high, drill.count.signal, told)

    def _turned(self, t_s: float, turn_deg: float, lead_deg: float) -> float:
        """How far the free side is in front of where it was, without the gyroscope's drift [deg]."""
        count = self.drill.count
        home = not isinstance(count, Excursion) or abs(lead_deg) < count.back_deg
        return -self.side.sign * self._turn.push(t_s, turn_deg, home=home)

    def _one(self, now: Moment, i: int, sight: Sight) -> None:
        s, t_s = self._state, now.t_s
        sight.turned[i] = self._turned(t_s, now.turn_deg, sight.lead[i])
        if self._postures.push(t_s, now.up):
            self._say(PostureChange(t_s, t_s, self._postures.posture))
        dt, s.before_s = t_s - s.before_s, t_s
        if s.phase is Phase.BOW:
            self._watch_bow(t_s, now.up)
        elif s.phase is Phase.TAKE:
            self._take(now, dt)
        elif s.phase is Phase.REST and t_s - s.since_s >= self.drill.dose.rest_s:
            self._say(Beat(t_s, t_s, PromptKind.REST_OVER))
            self._enter(Phase.TAKE, t_s, PhaseReason.REST_OVER)
        elif s.phase is Phase.WORK:
            if now.jolt_mps2 > FALL_MPS2 or now.rate_dps > FALL_DPS:
                s.jolted_s = t_s
            if not sight.signals or t_s < s.blind_until_s or self._astray(t_s, sight.signals["lean"][i]):
                return
            values = {name: each[i] for name, each in sight.signals.items()} | {"turn": sight.turned[i], "jolt": now.jolt_mps2}
            self._work(now, values, sight.lead[i])

    def _wait_for_standing(self, t_s: Array) -> None:
        s = self._state
        if s.phase is not Phase.STAND:
            return
        for now_s in t_s.tolist():
            if now_s - s.reminded_s >= REMIND_S:
                s.reminded_s = now_s
                self._say(Beat(now_s, now_s, PromptKind.STAND))

    def _watch_bow(self, t_s: float, up: Vector) -> None:
        """One bow on both feet is a hinge about the mediolateral axis: the vertical tips to where the pelvis' back is."""
        s, bow = self._state, self._bow
        lean = math.degrees(math.acos(max(-1.0, min(1.0, up[1]))))
        if lean > BOW_DEG / 2:
            bow[0] -= up[0]
            bow[1] -= up[2]
            bow[2] = max(bow[2], lean)
        elif lean < BOW_DEG / 4 and bow[2] > 0:
            askew = math.atan2(bow[1], bow[0])
            if bow[2] >= BOW_DEG and abs(askew) < math.radians(MOST_ASKEW_DEG):
                c, d = math.cos(askew), math.sin(askew)
                self._askew = np.array([[c, 0.0, d], [0.0, 1.0, 0.0], [-d, 0.0, c]])
                self._say(Signal(t_s, t_s, SignalKind.CALIBRATED))
                self._enter(Phase.TAKE, t_s)
            self._bow = [0.0, 0.0, 0.0]
        if s.phase is Phase.BOW and t_s - max(s.reminded_s, s.since_s) >= REMIND_S:
            s.reminded_s = t_s
            self._say(Beat(t_s, t_s, PromptKind.BOW))

    def _take(self, now: Moment, dt: float) -> None:
        """Wait for the right posture, held still; say so where it is another."""
        s, t_s, posture = self._state, now.t_s, self._postures.posture
        right = posture is self.posture if self.posture is not None else posture is not Posture.UNCLEAR
        if not right:
            s.still_since_s = s.right_since_s = math.nan
            self._complain(t_s, posture)
            return
        s.wrong_since_s = math.nan
        ready_s = self.drill.ready_s if s.told else max(self.drill.ready_s, self.drill.telling_s(self.side))
        if math.isnan(s.right_since_s):
            s.right_since_s, s.restless = t_s, 0.0
        # The mean over a third of a second: tremor is no motion. Who sways much is not kept waiting for ever.
        s.restless += (now.rate_dps**2 - s.restless) * min(dt / RESTLESS_S, 1.0)
        waited_s = max(0.0, t_s - max(s.right_since_s, s.since_s + ready_s) - PATIENT_S)
        limit_dps = self.drill.still_dps * min(1.0 + waited_s / PATIENT_S, MOST_RESTLESS)
        if math.sqrt(s.restless) > limit_dps or t_s - s.since_s < ready_s or t_s < s.blind_until_s:
            s.still_since_s = math.nan
            return
        if math.isnan(s.still_since_s):
            s.still_since_s, s.sum, s.count = t_s, [0.0] * 4, 0
            self._turn.restart(t_s, now.turn_deg)
        for k, value in enumerate((*now.up, now.rate_dps**2)):
            s.sum[k] += value
        s.count += 1
        if t_s - s.still_since_s < STILL_S:
            return
        mean = tuple(value / s.count for value in s.sum[:3])
        size = math.sqrt(sum(value * value for value in mean))
        up = (mean[0] / size, mean[1] / size, mean[2] / size) if self.drill.zero == "start" else DIRECTIONS[Posture.UPRIGHT]
        x, y, z = (self._askew @ np.array(up)).tolist()
        s.start = Start(posture, up, onto((x, y, z), DIRECTIONS[posture]) @ self._askew)
        if s.watch is None:
            s.watch = self.drill.count.start(math.sqrt(s.sum[3] / s.count))
        else:
            s.watch.interrupt()
        s.bands = [band.start() for band in self.drill.keep]
        s.cheats.clear()
        s.told = True
        self._enter(Phase.WORK, t_s)

    def _complain(self, t_s: float, now: Posture) -> None:
        s = self._state
        if math.isnan(s.wrong_since_s):
            s.wrong_since_s = t_s
        lying = now not in (Posture.UPRIGHT, Posture.UNCLEAR)
        # Who stands has heard what to do, and is given time to lie down; who lies wrongly is told at once.
        patience_s = WRONG_S if lying else REMIND_S
        if t_s - s.wrong_since_s >= patience_s and t_s - s.reminded_s >= (AGAIN_S if lying else REMIND_S):
            s.reminded_s = t_s
            side = {Posture.LEFT_SIDE, Posture.RIGHT_SIDE}
            self._say(Beat(t_s, t_s, PromptKind.WRONG_SIDE if now in side and self.posture in side else PromptKind.WRONG_POSTURE))

    def _astray(self, t_s: float, lean: float) -> bool:
        """Whether the wearer left the posture, or the clip the wearer."""
        s = self._state
        if lean <= self.drill.reach_deg:
            s.away_since_s = math.nan
            return False
        if math.isnan(s.away_since_s):
            s.away_since_s = t_s
        if s.away_since_s - s.jolted_s <= FALL_S:
            s.stood = False
            self._enter(Phase.STAND, t_s, PhaseReason.FELL_OFF)
        elif t_s - s.away_since_s >= LOST_S:
            self._say(Beat(t_s, t_s, PromptKind.WRONG_POSTURE))
            self._enter(Phase.TAKE, t_s, PhaseReason.POSTURE_LOST)
        return True

    def _work(self, now: Moment, values: dict[str, float], lead_deg: float) -> None:
        s, drill, t_s = self._state, self.drill, now.t_s
        assert s.watch is not None
        for band in s.bands:
            value = values[band.band.signal]
            if what := band.push(t_s, value):
                self._cheat(t_s, FormFault(what), value, band.band)
        inside = not any(band.outside for band in s.bands)
        self._watch_other_side(t_s, lead_deg)
        seen = Seen(t_s, lead_deg, values[drill.count.signal], now.rate_dps, now.lateral_mps2, inside)
        for found in s.watch.push(seen):
            if isinstance(found, Said) and found.cheat:
                self._cheat(t_s, FormFault(found.what))
            elif isinstance(found, Said):
                self._say(Beat(t_s, t_s, PromptKind(found.what), found.number))
            else:
                self._rep(t_s, found)
            if s.phase is not Phase.WORK:
                return

    def _watch_other_side(self, t_s: float, lead_deg: float) -> None:
        """Repetitions to the other side: the wearer stands on the other leg."""
        s, count = self._state, self.drill.count
        if not isinstance(count, Excursion) or count.signal != "drop":
            return
        low = count.low_deg
        if lead_deg < -low / 2 and s.opposite is None:
            s.opposite = (t_s, lead_deg)
        elif s.opposite is not None:
            began_s, deepest = s.opposite
            s.opposite = (began_s, min(deepest, lead_deg))
            if lead_deg > -low / 2:
                s.opposite = None
                if deepest < -low and t_s - began_s > 0.5:
                    self._say(Beat(t_s, t_s, PromptKind.WRONG_SIDE))

    def _cheat(self, t_s: float, what: FormFault, value: float = math.nan, band: Band | None = None) -> None:
        s = self._state
        limit = math.nan
        if band is None or band.signal == "jolt":
            value = math.nan  # no angle
        else:
            limit = band.high_deg if value > band.high_deg else band.low_deg
        s.cheats.append((t_s, what))
        self._say(Cheat(t_s, t_s, what, math.radians(value), math.radians(limit)))

    def _rep(self, t_s: float, done: Done) -> None:
        s = self._state
        in_it = [what for at_s, what in s.cheats if at_s >= done.from_s - 0.3]
        s.cheats.clear()
        number = s.reps + 1
        if done.full:
            s.reps = number
        names = " ".join(dict.fromkeys(in_it if done.full else [*in_it, done.why]))
        quality = Quality.AFTER_GAP if s.gapped and isinstance(self.drill.count, Hold) else Quality.OK
        s.gapped = False
        angles = (math.radians(done.range_deg), math.radians(done.mean_deg), math.radians(done.sd_deg))
        tempo = (done.out_s, done.hold_s, done.back_s)
        rep = (t_s, number, s.set_n, self.side, quality, done.full, *angles, *tempo, names, done.confidence)
        self._say(Rep(done.from_s, t_s, *rep))
        if s.reps >= self.drill.dose.reps:
            self._end_set(t_s)

    def _end_set(self, t_s: float) -> None:
        s = self._state
        s.watch = None
        s.reps = 0
        if s.set_n >= self.drill.dose.sets:
            self._enter(Phase.DONE, t_s)
            return
        s.set_n += 1
        self._enter(Phase.REST, t_s)

    def _enter(self, phase: Phase, at_s: float, why: PhaseReason = PhaseReason.NONE) -> None:
        s = self._state
        s.phase, s.since_s = phase, at_s
        s.still_since_s = s.right_since_s = s.wrong_since_s = s.away_since_s = math.nan
        s.opposite = None
        s.reminded_s = at_s if phase is Phase.STAND or why is PhaseReason.POSTURE_LOST else -math.inf
        self._say(PhaseChange(at_s, at_s, phase, s.set_n, why))

    def _say(self, event: Event) -> None:
        self._events.append(event)
