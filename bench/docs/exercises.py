"""Parts for drills and run protocols: positions, doses, ranges, form faults, and the minutes of each session."""

from __future__ import annotations

import math

from bench.docs.markdown import comments, number, table
from levelhips.coaching.drills.counters import Band, CountingBlock, Excursion, FormLimit, Hold, Jolt, Metronome, Steps
from levelhips.coaching.drills.drill import Drill
from levelhips.coaching.run_protocol import SESSIONS, ProtocolSettings, blocks
from levelhips.events import BlockPurpose, FormFault
from levelhips.settings.installed import drills as installed_drills


def drills() -> str:
    """Return every drill with its position, what is counted, what must be kept, and its dose."""
    return table(
        ("name", "position", "counted", "must be kept", "dose"),
        [
            (f"`{drill.name}`", drill.stance.name, _counted(drill.count), "; ".join(map(_kept, drill.keep)), _dose(drill))
            for drill in installed_drills().values()
        ],
    )


def _counted(block: CountingBlock) -> str:
    if isinstance(block, Excursion):
        out_and_back = f"{block.signal} to {block.low_deg:g}-{block.high_deg:g} deg and back to within {block.back_deg:g}"
        return f"{out_and_back}, in {block.min_rep_s:g} s or more (`{FormFault.TOO_FAST}`)"
    if isinstance(block, Metronome):
        return f"paced: {block.out_s:g} s out, {block.hold_s:g} s hold, {block.back_s:g} s back, {block.rest_s:g} s rest"
    if isinstance(block, Hold):
        still = "" if math.isinf(block.still_dps) else " and still"
        return f"time while in place{still}" if block.strict else "time, without a stop"
    if isinstance(block, Steps):
        return "steps, feet in turn" if block.alternate else f"steps to the side, the second foot slowly (`{FormFault.SNAPPED}`)"
    raise TypeError(f"no words for {type(block).__name__}")


def _kept(limit: FormLimit) -> str:
    if isinstance(limit, Jolt):
        return f"no jolt (`{limit.name}`)"
    assert isinstance(limit, Band)
    low, high = number(limit.low_deg), number(limit.high_deg)
    if limit.below is None or limit.above is None:
        side, end, fault = ("over", low, limit.below) if limit.above is None else ("up to", high, limit.above)
        return f"{limit.signal} {side} {end} deg (`{fault}`)"
    if limit.below is limit.above and limit.low_deg == -limit.high_deg:
        return f"{limit.signal} within {high} deg (`{limit.above}`)"
    return f"{limit.signal} from {low} (`{limit.below}`) to {high} deg (`{limit.above}`)"


def _dose(drill: Drill) -> str:
    dose = drill.dose
    one = f"{drill.count.seconds:g} s" if isinstance(drill.count, Hold) else str(dose.reps)
    return f"{dose.sets} x {one}" + (f", rest {dose.rest_s:g} s" if dose.sets > 1 else "")


def form_faults() -> str:
    """Return every form fault and what it is."""
    return table(("form fault", "what happened"), [(f"`{name}`", about) for name, about in comments(FormFault).items()])


def run_protocols() -> str:
    """Return every session of every run protocol: minutes in all, with beeps, without, and of walking."""
    rows = []
    for name, count in SESSIONS.items():
        for session in range(1, count + 1) if name else ():
            parts = blocks(ProtocolSettings(name, session))  # type: ignore[arg-type]  # the names are the keys of SESSIONS
            minutes = {purpose: sum(one.to_s - one.from_s for one in parts if one.purpose is purpose) / 60 for purpose in BlockPurpose}
            silent = minutes[BlockPurpose.MEASURE] + minutes[BlockPurpose.RETENTION]
            figures = (parts[-1].to_s / 60, minutes[BlockPurpose.FEEDBACK], silent, minutes[BlockPurpose.WALK])
            rows.append((f"`{name}:{session}`" if count > 1 else f"`{name}`", *map(number, figures)))
    return table(("session", "minutes", "running with beeps", "running without", "walking"), rows)
