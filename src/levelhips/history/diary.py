"""Diary of pain scores, shoes and distances. No recording contains them, so they are deleted only on the user's command."""

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
    """Pain scores, shoes and distances in the database of a history.

    Parameters
    ----------
    history : History
    """

    def __init__(self, history: History) -> None:
        self._history = history

    def add_pain(self, score: int, moment: str, note: str = "", at: dt.datetime | None = None) -> None:
        """Add a pain score from 0 (none) to 10 (worst).

        Parameters
        ----------
        score : int
        moment : str
            ``before`` or ``after`` a run, or ``morning``, the morning after.
        note : str
        at : datetime or None
            When it was noted; None: now.

        Raises
        ------
        BadInputError
            If the score is outside 0 to 10, or `moment` is not one of the three.
        """
        if not 0 <= score <= 10:
            raise BadInputError("pain-off-scale", score=score)
        if moment not in ("before", "after", "morning"):
            raise BadInputError("unknown-moment", moment=moment)
        self._history.change("INSERT INTO pain VALUES (?, ?, ?, ?)", (_timestamp(at), moment, score, note))

    def pains(self) -> list[PainRow]:
        """Return all pain scores, the newest first; of one millisecond, the one entered last first."""
        return [PainRow(**row) for row in self._history.rows("SELECT at, moment, score, note FROM pain ORDER BY at DESC, rowid DESC")]

    def pain_on(self, day: dt.date, moment: str) -> int | None:
        """Return the last pain score of a local day for ``before``, ``after`` or ``morning``; None if there is none."""
        return next((row.score for row in self.pains() if row.moment == moment and local_day(row.at) == day), None)

    def add_shoes(self, name: str, first_km: float = 0.0) -> None:
        """Add shoes that have already run a distance [km].

        Shoes that are known by this name get the new distance, and are in use again if they were retired.

        Raises
        ------
        BadInputError
            If the distance is negative or not a finite number.
        """
        if not 0 <= first_km < math.inf:
            raise BadInputError("impossible-shoe-distance", km=first_km)
        self._history.change(
            "INSERT INTO shoes (name, first_km) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET first_km = excluded.first_km, retired = 0",
            (name, first_km),
        )

    def retire_shoes(self, name: str) -> None:
        """Mark shoes as no longer worn.

        Raises
        ------
        BadInputError
            If no shoes have this name.
        """
        if not self._history.change("UPDATE shoes SET retired = 1 WHERE name = ?", (name,)):
            raise BadInputError("no-such-shoes-but-others" if self.shoes() else "no-shoes", name=name, known=", ".join(self.shoes()))

    def add_distance(self, km: float, shoe: str | None = None, at: dt.datetime | None = None) -> None:
        """Add the distance of a run [km] and, if `shoe` is given, the shoes worn.

        Raises
        ------
        BadInputError
            If the distance is not between 0 and 500 km, or no shoes in use have this name.
        """
        if not 0 < km < 500:
            raise BadInputError("impossible-distance", km=km)
        if shoe is not None and shoe not in self.shoes():
            raise BadInputError("no-such-shoes", name=shoe)
        self._history.change("INSERT INTO distances VALUES (?, ?, ?, NULL)", (_timestamp(at), km, shoe))

    def shoes(self) -> dict[str, float]:
        """Return the shoes in use by name, with the kilometers they have run."""
        rows = self._history.rows(
            "SELECT name, first_km + coalesce((SELECT sum(km) FROM distances WHERE shoe = name), 0) AS km "
            "FROM shoes WHERE NOT retired ORDER BY name"
        )
        return {row["name"]: row["km"] for row in rows}


def _timestamp(at: dt.datetime | None) -> str:
    """Return a moment (None: now) as ISO text in UTC, with milliseconds."""
    return (at or dt.datetime.now(dt.UTC)).astimezone(dt.UTC).isoformat(timespec="milliseconds")
