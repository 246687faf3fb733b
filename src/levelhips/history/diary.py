"""The wearer's own words: pain, shoes, kilometres. They are in no recording, and go only when asked."""

from __future__ import annotations

import datetime as dt
from typing import Any

from levelhips.errors import BadInputError
from levelhips.history.session_row import local_day
from levelhips.history.store import History


class Diary:
    """The diary in a history's file.

    Parameters
    ----------
    history : History
    """

    def __init__(self, history: History) -> None:
        self._history = history

    def add_pain(self, score: int, moment: str, note: str = "", at: dt.datetime | None = None) -> None:
        """Pain from 0 to 10, before or after a run, or in the morning.

        Raises
        ------
        BadInputError
            If the score or the moment is none of these.
        """
        if not 0 <= score <= 10:
            raise BadInputError(f"Pain of {score} is not on the scale", fix="Give a number from 0 (none) to 10 (the worst)")
        if moment not in ("before", "after", "morning"):
            raise BadInputError(f"{moment!r} is no moment", fix="Say before, after or morning")
        self._history.change("INSERT OR REPLACE INTO pain VALUES (?, ?, ?, ?)", (_now(at), moment, score, note))

    def pains(self) -> list[dict[str, Any]]:
        """All pain scores, the newest first."""
        return self._history.rows("SELECT * FROM pain ORDER BY at DESC")

    def pain_today(self, moment: str, day: dt.date) -> int | None:
        """The last score of a moment on a day."""
        return next((row["score"] for row in self.pains() if row["moment"] == moment and local_day(row["at"]) == day), None)

    def add_shoes(self, name: str, first_km: float = 0.0) -> None:
        """New shoes, or what they had run before."""
        if first_km < 0:
            raise BadInputError(f"{first_km:g} km is less than nothing", fix="Give the kilometres they had run, or leave it out")
        self._history.change(
            "INSERT INTO shoes (name, first_km) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET first_km = excluded.first_km",
            (name, first_km),
        )

    def retire_shoes(self, name: str) -> None:
        """They are not worn any more."""
        if not self._history.change("UPDATE shoes SET retired = 1 WHERE name = ?", (name,)):
            raise BadInputError(f"There are no shoes {name!r}", fix=f"There are {', '.join(self.shoes()) or 'none yet'}")

    def add_distance(self, km: float, shoe: str | None = None, at: dt.datetime | None = None) -> None:
        """A run of so many kilometres; in which shoes.

        Raises
        ------
        BadInputError
            If the distance cannot be, or there are no such shoes.
        """
        if not 0 < km < 500:
            raise BadInputError(f"A run of {km:g} km cannot be", fix="Give its kilometres")
        if shoe is not None and shoe not in self.shoes():
            raise BadInputError(f"There are no shoes {shoe!r}", fix=f"Add them with: levelhips diary shoes {shoe!r}")
        self._history.change("INSERT OR REPLACE INTO distances VALUES (?, ?, ?, NULL)", (_now(at), km, shoe))

    def shoes(self) -> dict[str, float]:
        """Shoes that are worn, with their kilometres."""
        rows = self._history.rows(
            "SELECT name, first_km + coalesce((SELECT sum(km) FROM distances WHERE shoe = name), 0) AS km "
            "FROM shoes WHERE NOT retired ORDER BY name"
        )
        return {row["name"]: row["km"] for row in rows}


def _now(at: dt.datetime | None) -> str:
    return (at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="milliseconds")
