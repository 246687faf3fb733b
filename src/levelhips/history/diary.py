"""Diary of pain, shoes and distances: they are in no recording and are deleted only on the user's command."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from levelhips.errors import BadInputError
from levelhips.history.session_row import local_day
from levelhips.history.store import History


@dataclass(frozen=True, slots=True)
class PainRow:
    """One pain score, 0 to 10."""

    at: str  # ISO, UTC
    moment: str  # before, after or morning
    score: int
    note: str


class Diary:
    """The diary in the file of a history.

    Parameters
    ----------
    history : History
    """

    def __init__(self, history: History) -> None:
        self._history = history

    def add_pain(self, score: int, moment: str, note: str = "", at: dt.datetime | None = None) -> None:
        """Add a pain score from 0 to 10, before or after a run, or in the morning.

        Raises
        ------
        BadInputError
            If the score or the moment is not one of these.
        """
        if not 0 <= score <= 10:
            raise BadInputError("pain-off-scale", score=score)
        if moment not in ("before", "after", "morning"):
            raise BadInputError("unknown-moment", moment=moment)
        self._history.change("INSERT INTO pain VALUES (?, ?, ?, ?)", (_now(at), moment, score, note))

    def pains(self) -> list[PainRow]:
        """Return all pain scores, the newest first."""
        return [PainRow(**row) for row in self._history.rows("SELECT at, moment, score, note FROM pain ORDER BY at DESC, rowid DESC")]

    def pain_today(self, moment: str, day: dt.date) -> int | None:
        """Return the last score of a moment on a local day; None if there is none."""
        return next((row.score for row in self.pains() if row.moment == moment and local_day(row.at) == day), None)

    def add_shoes(self, name: str, first_km: float = 0.0) -> None:
        """Add shoes, or change the distance they had run before."""
        if not 0 <= first_km < math.inf:
            raise BadInputError("impossible-shoe-distance", km=first_km)
        self._history.change(
            "INSERT INTO shoes (name, first_km) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET first_km = excluded.first_km, retired = 0",
            (name, first_km),
        )

    def retire_shoes(self, name: str) -> None:
        """Mark shoes as no longer worn."""
        if not self._history.change("UPDATE shoes SET retired = 1 WHERE name = ?", (name,)):
            raise BadInputError("no-such-shoes-but-others" if self.shoes() else "no-shoes", name=name, known=", ".join(self.shoes()))

    def add_distance(self, km: float, shoe: str | None = None, at: dt.datetime | None = None) -> None:
        """Add the distance of a run [km], and the shoes.

        Raises
        ------
        BadInputError
            If the distance is not possible, or there are no such shoes.
        """
        if not 0 < km < 500:
            raise BadInputError("impossible-distance", km=km)
        if shoe is not None and shoe not in self.shoes():
            raise BadInputError("no-such-shoes", name=shoe)
        self._history.change("INSERT INTO distances VALUES (?, ?, ?, NULL)", (_now(at), km, shoe))

    def shoes(self) -> dict[str, float]:
        """Return the shoes in use, with the kilometers they have run."""
        rows = self._history.rows(
            "SELECT name, first_km + coalesce((SELECT sum(km) FROM distances WHERE shoe = name), 0) AS km "
            "FROM shoes WHERE NOT retired ORDER BY name"
        )
        return {row["name"]: row["km"] for row in rows}


def _now(at: dt.datetime | None) -> str:
    return (at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="milliseconds")
