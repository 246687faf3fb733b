"""Hints after a run from the weeks before it: load, pain, shoes and the road."""

from __future__ import annotations

import datetime as dt

from levelhips.history import Diary, History, SessionKind, SessionRow
from levelhips.history.store import LOAD_WINDOW_DAYS

SHOE_KM = 640.0
LONGER_SHARE = 0.10  # a run so much longer than the longest in 30 days had a hazard ratio of 1.64: Frandsen 2025, 5,205 runners
PAIN_NO_RUN = 3  # before a run: Vincent & Vincent 2017, doi 10.1249/JSR.0000000000000362
PAIN_RISE = 2


def load_hint(minutes: float, longest_min: float) -> str | None:
    """A hint if a run is much longer than the longest of the last 30 days; None if not, or if there was none."""
    if longest_min <= 0 or minutes <= longest_min * (1 + LONGER_SHARE):
        return None
    return (
        f"{minutes:.0f} min is {100 * (minutes / longest_min - 1):.0f} % longer than your longest run of the last {LOAD_WINDOW_DAYS} days "
        f"({longest_min:.0f} min). Single long runs go with injuries; stay within 10 %."
    )


def pain_hint(before: int | None, after: int | None) -> str | None:
    """What pain before, or before and after, asks for."""
    if before is not None and after is not None and after - before >= PAIN_RISE:
        return "Pain rose in the run: leave the next run out, and if it stays, ask a professional."
    if after is None and before is not None and before >= PAIN_NO_RUN:
        return f"Pain of {before} before the run: better not run today. Holds and unloaded drills are fine if they do not hurt."
    return None


def shoe_hint(name: str, km: float) -> str | None:
    """Return a hint when shoes have run far; None before."""
    return f"{name}: {km:.0f} km. Most shoes are replaced around {SHOE_KM:.0f} km." if km >= SHOE_KM else None


def hints(history: History, found: SessionRow) -> list[str]:
    """Return hints after a run, from the weeks before it: load, pain, shoes, the road."""
    if found.kind is not SessionKind.RUN:
        return []
    diary, day = Diary(history), dt.datetime.now().astimezone().date()
    hints = [load_hint(found.moving_s / 60, history.longest_min(found.started))]
    hints.append(pain_hint(diary.pain_today("before", day), diary.pain_today("after", day)))
    hints += [shoe_hint(name, km) for name, km in diary.shoes().items()]
    if found.camber_deg is not None:
        low = "left" if found.camber_deg > 0 else "right"
        hints.append(
            f"The pelvis leaned {abs(found.camber_deg):.1f} deg to the {low} for minutes: if the road slopes, change sides; "
            "if it leans the same way on the way back, look at the clip"
        )
    return [hint for hint in hints if hint]
