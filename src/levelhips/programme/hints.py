"""Hints after a run: a run that was much longer than usual, pain, worn shoes, a road that slopes."""

from __future__ import annotations

import datetime as dt

from levelhips.events import Side
from levelhips.history import Diary, History, SessionKind, SessionRow
from levelhips.history.store import LOAD_WINDOW_DAYS
from levelhips.text import Text, text

# Guide A: the foam of shoes may have collapsed after 400 miles.
SHOE_KM = 640.0
# Runs more than 10 % longer than the longest of the last 30 days had a hazard ratio of 1.64 (Frandsen 2025, 5,205 runners).
LONGER_SHARE = 0.10
# From 0 (none) to 10 (worst), Vincent & Vincent 2017, doi 10.1249/JSR.0000000000000362: with 3 or more before a run do not run;
# after a rise by 2 or more skip the next run.
PAIN_NO_RUN = 3
PAIN_RISE = 2


def load_hint(minutes: float, longest_min: float) -> Text | None:
    """Return a hint if a run [min] was much longer than the longest of the last 30 days [min]; else, or if that is 0, None."""
    if longest_min <= 0 or minutes <= longest_min * (1 + LONGER_SHARE):
        return None
    percent = 100 * (minutes / longest_min - 1)
    return text("hint.long-run", minutes=minutes, percent=percent, days=LOAD_WINDOW_DAYS, longest=longest_min)


def pain_hint(before: int | None, after: int | None) -> Text | None:
    """Return a hint for pain (0-10, None if not logged) before a run, or for pain that rose during it; None if none is needed."""
    if before is not None and after is not None and after - before >= PAIN_RISE:
        return text("hint.pain-rose")
    if after is None and before is not None and before >= PAIN_NO_RUN:
        return text("hint.pain-before", score=before)
    return None


def shoe_hint(name: str, km: float) -> Text | None:
    """Return a hint if shoes have run at least `SHOE_KM`; else None."""
    return text("hint.worn-shoes", name=name, km=km, usual_km=SHOE_KM) if km >= SHOE_KM else None


def hints(history: History, found: SessionRow) -> list[Text]:
    """Return the hints after a session, from the session, the diary and the weeks before; only a run has any."""
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
