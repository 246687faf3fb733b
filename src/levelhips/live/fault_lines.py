"""Say at the end of a session which of its parts failed, and which beeps were not heard."""

from __future__ import annotations

from collections.abc import Iterable

from levelhips.events import Outcome, Part
from levelhips.live.session import Session
from levelhips.text import tr
from levelhips.words import CUE_OUTCOMES, PARTS


def fault_lines(session: Session, parts: Iterable[Part] = Part) -> list[str]:
    """Return which of some parts failed, for how long, and how many beeps were not heard; empty if all was well."""
    health, outcomes = session.health, session.statistics.outcomes
    failed = [part for part in parts if health.faults[part]]
    lines = [tr("health-summary.fault", part=PARTS[part], n=health.faults[part], seconds=health.fault_s(part)) for part in failed]
    silent = {outcome: n for outcome, n in outcomes.items() if outcome is not Outcome.RENDERED}
    if silent:
        reasons = ", ".join(f"{n} {CUE_OUTCOMES[outcome]}" for outcome, n in sorted(silent.items()))
        lines.append(tr("health-summary.not-heard", silent=sum(silent.values()), beeps=session.statistics.cues, reasons=reasons))
    return lines
