"""Checks of a drill with a simulated wearer: repetitions, form faults, both sides, dose, words, and independence of chunks."""

from __future__ import annotations

import math
import string
from functools import cached_property

from levelhips.coaching.drills.counters import Excursion, Hold
from levelhips.coaching.drills.drill import Drill, DrillSettings
from levelhips.engine import Engine
from levelhips.errors import LevelHipsError
from levelhips.events import DrillBegin, FormFault, FormFaultDetected, Phase, PhaseChange, Rep, Side, Update
from levelhips.events.codec import decode_event, encode_event
from levelhips.samples import Samples
from levelhips.settings import Settings
from levelhips.simulation.runner import SensorModel, Simulation
from levelhips.simulation.wearer import NO_BAND, WearerModel, simulate_drill
from levelhips.simulation.wearer_moves import movement_of
from levelhips.testing.chunks import check_chunk_invariance
from levelhips.testing.metric_truth import mirror
from levelhips.testing.results import Check, CheckSkipped, Result, fail, raise_failures, require, run_checks
from levelhips.words import FAULT_NAMES, FORM_FAULTS

RATE_HZ = 100.0
REPS = 4  # enough for a counter that learns from the first ones
# Repetitions asked for if nobody sets the pace: more than are done, or the drill would end before it could count one too many.
ASKED = 9
HOLD_S = 20.0  # long enough for two faults with time to settle between them
DIVISIONS = 3  # each takes a second; tests/test_laws.py tries more with the built-in parts
FAULT_AT = 1  # the repetition with the fault, from 0
# A mirrored wearer differs by rounding, and by the time in which the voice says "left" and "right".
MIRROR_DEG = 0.3
MAX_LATE_S = 0.150  # a later word seems to be about the next movement
REP_END_S = 0.5  # a repetition may be over so long before its true end: its angle is back below the lower limit of the drill


def check_drill(drill: Drill, rate_hz: float = RATE_HZ) -> None:
    """Run every check of a drill.

    A drill with a counting block or start position of its own must have a movement and a pose for the simulated wearer
    (`levelhips.simulation.wearer_moves`).

    Raises
    ------
    AssertionError
        If a check fails; the message has one line for each.
    """
    raise_failures(drill.name, drill_results(drill, rate_hz))


def drill_results(drill: Drill, rate_hz: float = RATE_HZ) -> list[Result]:
    """Return the result of every check of a drill."""
    return run_checks(Trial(drill, rate_hz), CHECKS)


class Trial:
    """A drill, its simulated wearers and what the engine finds; each wearer is simulated once."""

    def __init__(self, drill: Drill, rate_hz: float) -> None:
        self.drill, self.rate_hz = drill, rate_hz

    def wearer(self, side: Side, fault: FormFault | None = None) -> WearerModel:
        """Return a wearer who does the drill well, or with a fault in one repetition."""
        asked = None if movement_of(self.drill).paced else ASKED
        form_fault = fault.value if fault is not None else ""
        return WearerModel(self.drill.name, side, reps=REPS, asked=asked, hold_s=HOLD_S, form_fault=form_fault, fault_reps=(FAULT_AT,))

    def engine(self, wearer: WearerModel) -> Engine:
        """Return a new engine for the drill as this wearer does it."""
        return Engine(self.rate_hz, Settings.from_dict(wearer.settings_for(self.drill)), self.drill)

    def simulated(self, wearer: WearerModel) -> Simulation:
        """Return the simulated samples of a wearer with the truth."""
        try:
            return simulate_drill(wearer, SensorModel(rate_hz=self.rate_hz), 1, self.drill)
        except LevelHipsError as error:
            fail("drill.not-simulated", error=error.what, fix=error.fix)

    def found(self, wearer: WearerModel, *parts: Samples) -> Update:
        """Return what a new engine finds in samples that come in these parts."""
        engine = self.engine(wearer)
        return Update.join([*(engine.push(part) for part in parts), engine.finish()])

    @cached_property
    def clean(self) -> dict[Side, tuple[Simulation, Update]]:
        """Simulation and result of the good wearer of each side."""
        out = {}
        for side in Side:
            made = self.simulated(self.wearer(side))
            out[side] = made, self.found(self.wearer(side), made.samples)
        return out


def check_declaration(trial: Trial) -> None:
    """Check name, title, instruction, dose and range."""
    drill = trial.drill
    require(bool(drill.title and drill.instruction), "drill.words", what="title and instruction")
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(drill.instruction) if name is not None}
    except ValueError as error:
        fail("drill.instruction", names=str(error))
    require(names <= {"side", "other"}, "drill.instruction", names=", ".join(sorted(names)))
    require(drill.band_deg[0] < drill.band_deg[1], "drill.range", low=drill.band_deg[0], high=drill.band_deg[1])
    try:
        DrillSettings(sets=drill.dose.sets, reps=drill.dose.reps, rest_s=drill.dose.rest_s)
    except ValueError as error:
        fail("drill.dose-range", error=error)


def check_words(trial: Trial) -> None:
    """Check that there are words for every form fault of the drill."""
    for fault in declared_faults(trial.drill):
        require(fault in FORM_FAULTS and fault in FAULT_NAMES, "drill.words", what=f"the form fault {fault.value}")


def check_repetitions(trial: Trial) -> None:
    """Check that a good wearer's repetitions are counted exactly, on both sides."""
    for side, (made, update) in trial.clean.items():
        counted = sum(rep.full for rep in update.of(Rep))
        require(counted == len(made.reps), "drill.repetitions", done=len(made.reps), side=side.value, counted=counted)


def check_good_form(trial: Trial) -> None:
    """Check that no form fault is reported for a good wearer."""
    for side, (_, update) in trial.clean.items():
        faults = sorted(
            {fault.fault.value for fault in update.of(FormFaultDetected)}
            | {name for rep in update.of(Rep) for name in rep.form_faults.split()}
        )
        require(not faults, "drill.false-fault", side=side.value, faults=", ".join(faults))


def declared_faults(drill: Drill) -> list[FormFault]:
    """Return the form faults that a drill can find."""
    found = {fault for limit in drill.keep for fault in limit.faults}
    if isinstance(drill.count, Excursion):
        found.add(FormFault.TOO_FAST)
    return sorted(found)


def check_faults(trial: Trial) -> None:
    """Check that each declared form fault is found when it is made, and only then."""
    faults = declared_faults(trial.drill)
    if not faults:
        raise CheckSkipped("drill.no-faults")
    for fault in faults:
        wearer = trial.wearer(Side.RIGHT, fault)
        made = trial.simulated(wearer)
        update = trial.found(wearer, made.samples)
        events = [event for event in update.of(FormFaultDetected) if event.fault is fault]
        require(bool(events), "drill.fault-missed", fault=fault.value)
        if fault.value not in NO_BAND:
            _check_in_time(fault, events, made)
        if not isinstance(trial.drill.count, Hold):
            _check_repetition_of(fault, events, update, made)


def _check_in_time(fault: FormFault, events: list[FormFaultDetected], made: Simulation) -> None:
    """Check that a fault is known soon after the true pelvis passed the limit."""
    for at_s, name in made.form_faults:
        if name == fault:
            late_s = min((event.known_s - at_s for event in events if event.known_s > at_s - 0.05), default=math.inf)
            require(late_s < MAX_LATE_S, "drill.fault-late", fault=fault.value, limit=MAX_LATE_S, found=late_s)


def _check_repetition_of(fault: FormFault, events: list[FormFaultDetected], update: Update, made: Simulation) -> None:
    """Check that only the repetition with the fault has it; a fault after the end of the repetition may belong to none."""
    reps = [fault in rep.faults for rep in update.of(Rep) if rep.full]
    ended_s = made.reps[FAULT_AT][1]
    wanted = [number == FAULT_AT for number in range(len(reps))]
    after = all(event.at_s > ended_s - REP_END_S for event in events)
    require(
        reps == wanted or (after and not any(reps)),
        "drill.fault-elsewhere",
        fault=fault.value,
        expected=_numbers(wanted),
        found=_numbers(reps),
    )


def _numbers(has: list[bool]) -> str:
    return ", ".join(str(number) for number, one in enumerate(has, start=1) if one) or "none"


def check_sides(trial: Trial) -> None:
    """Check that the mirror image of a wearer is counted and measured the same on the other side."""
    for side, (made, update) in trial.clean.items():
        mirrored = mirror(made.samples)
        other = trial.found(trial.wearer(side.other), mirrored)
        one, two = ([rep for rep in found.of(Rep) if rep.full] for found in (update, other))
        values = {"side": side.value, "other": side.other.value}
        require(len(one) == len(two), "drill.mirror-count", n=len(one), found=len(two), **values)
        require({rep.side for rep in two} <= {side.other}, "drill.mirror-side", **values)
        for left, right in zip(one, two, strict=True):
            off_deg = abs(left.range_deg - right.range_deg)
            require(not off_deg > MIRROR_DEG, "drill.mirror-range", off=off_deg, **values)


def check_chunks(trial: Trial) -> None:
    """Check that the result does not depend on how the samples are divided."""
    made, _ = trial.clean[Side.LEFT]
    wearer = trial.wearer(Side.LEFT)
    try:
        check_chunk_invariance(lambda parts: trial.found(wearer, *parts), made.samples, divisions=DIVISIONS)
    except AssertionError as error:
        fail("drill.chunks", error=error)


def check_dose(trial: Trial) -> None:
    """Check that the sets and repetitions that are asked for end the drill."""
    side, sets, reps = Side.LEFT, 2, 2
    wearer = WearerModel(trial.drill.name, side, reps=reps, sets=sets, hold_s=HOLD_S)
    made = trial.simulated(wearer)
    update = trial.found(wearer, made.samples)
    counted = [rep.set_n for rep in update.of(Rep) if rep.full]
    done = [change for change in update.of(PhaseChange) if change.phase is Phase.DONE]
    each = len(made.reps) // sets
    found = f"{len(counted)} repetitions in sets {sorted(set(counted))}, {'ended' if done else 'not ended'}"
    right = len(done) == 1 and counted == [number for number in range(1, sets + 1) for _ in range(each)]
    require(right, "drill.dose", sets=sets, reps=each, found=found)


def check_recording(trial: Trial) -> None:
    """Check that the drill begins once and can be read back from a recording."""
    for side, (_, update) in trial.clean.items():
        begins = list(update.of(DrillBegin))
        require(len(begins) == 1, "drill.begins", n=len(begins), side=side.value)
        events: list[DrillBegin | Rep] = [begins[0], *update.of(Rep)]
        for event in events:
            require(decode_event(encode_event(event)) == event, "drill.not-read-back", event=type(event).__name__)


CHECKS: tuple[Check[Trial], ...] = (
    Check("declaration", check_declaration),
    Check("words", check_words),
    Check("repetitions", check_repetitions),
    Check("good-form", check_good_form),
    Check("form-faults", check_faults),
    Check("sides", check_sides),
    Check("dose", check_dose),
    Check("recording", check_recording),
    Check("chunks", check_chunks),
)
