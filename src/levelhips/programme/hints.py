"""Hints after a run from the weeks before it: load, pain, shoes and the road."""

from __future__ import annotations

import datetime as dt

from levelhips.events import Side
from levelhips.history import Diary, History, SessionKind, SessionRow
from levelhips.history.store import LOAD_WINDOW_DAYS
from levelhips.text import Text, text

SHOE_KM = 640.0
LONGER_SHARE = 0.10  # a run so much longer than the longest in 30 days had a hazard ratio of 1.64: Frandsen 2025, 5,205 runners
PAIN_NO_RUN = 3  # before a run: Vincent & Vincent 2017, doi 10.1249/JSR.0000000000000362
PAIN_RISE = 2


def load_hint(minutes: float, longest_min: float) -> Text | None:
    """Return a hint if a run is much longer than the longest of the last 30 days; None if it is not, or if there was none."""
    if longest_min <= 0 or minutes <= longest_min * (1 + LONGER_SHARE):
        return None
    percent = 100 * (minutes / longest_min - 1)
    return text("hint.long-run", minutes=minutes, percent=percent, days=LOAD_WINDOW_DAYS, longest=longest_min)


def pain_hint(before: int | None, after: int | None) -> Text | None:
    """Return a hint for pain before, or before and after, a run; None if none is needed."""
    if before is not None and after is not None and after - before >= PAIN_RISE:
        return text("hint.pain-rose")
    if after is None and before is not None and before >= PAIN_NO_RUN:
        return text("hint.pain-before", score=before)
    return None


def shoe_hint(name: str, km: float) -> Text | None:
    """Return a hint when shoes have run far; None before."""
    return text("hint.worn-shoes", name=name, km=km, usual_km=SHOE_KM) if km >= SHOE_KM else None


def hints(history: History, found: SessionRow) -> list[Text]:
    """Return hints after a run, from the weeks before it: load, pain, shoes, the road."""
    if found.kind is not SessionKind.RUN:
        return []
    diary, day = Diary(history), dt.datetime.now().astimezone().date()
    hints = [load_hint(found.moving_s / 60, history.longest_min(found.started))]
    hints.append(pain_hint(diary.pain_on(day, "before"), diary.pain_on(day, "after")))
    hints += [shoe_hint(name, km) for name, km in diary.shoes().items()]
    if found.camber_deg is not None:
        low = Side.LEFT if found.camber_deg > 0 else Side.RIGHT
        hints.append(text(f"hint.leaned-{low}", degrees=abs(found.camber_deg)))
    return [hint for hint in hints if hint]
