"""Summarize the history by weeks, and compare what is kept without beeps with the baseline."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from levelhips.coaching.drills.result import spread
from levelhips.coaching.run_protocol import SESSIONS
from levelhips.events import Part, Side
from levelhips.history.session_row import NOTES, SessionKind, SessionRow, local_day
from levelhips.history.store import History
from levelhips.metrics.statistics import rounded
from levelhips.settings.installed import title_of_drill
from levelhips.text import has, tr
from levelhips.words import HIPS, PARTS, Words, words_for_value

MIN_BASELINE_STEPS = 60  # per side: the standard error of the mean is then 0.1 deg, at the usual SD of 0.7 deg
MIN_RETENTION_STEPS = 20  # per side: 0.2 deg
BASELINE = "baseline"  # the run protocol of a run as the wearer runs without training

RUN_PROTOCOLS = Words([name for name in SESSIONS if name], "run-protocol")
"""Each run protocol in a word or two, for tables."""

NOT_WORN = (SessionKind.VIRTUAL, SessionKind.SIMULATED, SessionKind.COPY)
"""Kinds of sessions that are not counted: nobody wore the sensor, or the session is in the history already."""


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One ISO week: runs and their mean drops [deg], drills, and pain. None where there is no value.

    Baseline runs are counted, but not in the drops: they show how the wearer runs without training.
    """

    week: str  # such as 2026-W10
    runs: int
    minutes: float  # of running
    drills: int
    good_reps: int
    left_deg: float | None  # mean of the runs' means
    left_sd_deg: float | None  # between runs
    right_deg: float | None
    right_sd_deg: float | None
    with_feedback_deg: float | None
    between_feedback_deg: float | None
    without_feedback_deg: float | None
    pain: float | None  # mean of its scores


@dataclass(frozen=True, slots=True)
class RetentionRow:
    """One run by a run protocol: the drop before its first beeps by side, and how much it differs from the last baseline [deg].

    In a baseline or recall run, and in a run without sound, that is the drop of the whole run.
    """

    started: str  # ISO, UTC
    protocol: str
    session: int
    without_deg: dict[str, float]
    change_deg: dict[str, float]

    @property
    def day(self) -> dt.date:
        """The local day on which the session began."""
        return local_day(self.started)


@dataclass(slots=True)
class _Week:
    runs: int = 0
    minutes: float = 0.0
    drills: int = 0
    good_reps: int = 0
    pain: list[float] = field(default_factory=list)
    drops: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in ("left", "right", "with", "between", "without")})

    def add(self, row: SessionRow) -> None:
        if row.kind is SessionKind.DRILL and row.drill is not None:
            self.drills += 1
            self.good_reps += row.drill["good"]
        elif row.kind is SessionKind.RUN:
            self.runs += 1
            self.minutes += row.moving_s / 60
            if row.protocol != BASELINE:
                self._add_drops(row)

    def _add_drops(self, row: SessionRow) -> None:
        for name, side in row.sides.items():
            by_feedback = {"with": side.with_deg, "between": side.between_deg, "without": side.without_deg}
            for where, value in ({name: side.mean_deg} | by_feedback).items():
                if value is not None:
                    self.drops[where].append(value)

    def row(self, week: str) -> WeekRow:
        spreads = {name: spread(values) for name, values in self.drops.items()}
        (left, left_sd), (right, right_sd) = spreads["left"], spreads["right"]
        return WeekRow(
            week=week,
            runs=self.runs,
            minutes=round(self.minutes, 1),
            drills=self.drills,
            good_reps=self.good_reps,
            left_deg=rounded(left, 3),
            left_sd_deg=rounded(left_sd, 3),
            right_deg=rounded(right, 3),
            right_sd_deg=rounded(right_sd, 3),
            with_feedback_deg=rounded(spreads["with"][0], 3),
            between_feedback_deg=rounded(spreads["between"][0], 3),
            without_feedback_deg=rounded(spreads["without"][0], 3),
            pain=rounded(spread(self.pain)[0], 3),
        )


def protocol_title(protocol: str, session: int) -> str:
    """Return the title of a session of a run protocol, such as "walk and run 3"."""
    return tr("session.protocol", protocol=words_for_value(RUN_PROTOCOLS, protocol), session=session)


def in_words(row: SessionRow) -> str:
    """Describe a session in a few words, such as "Clamshell, left hip: 7 of 7 without fault"."""
    drill = row.drill
    if drill is None or row.kind in NOT_WORN:
        kind = tr(f"session-kind.{row.kind}")
        if not row.protocol or row.kind in NOT_WORN:
            return kind
        return tr("session.by-protocol", kind=kind, protocol=protocol_title(row.protocol, row.protocol_session))
    named = {"drill": title_of_drill(drill["name"]), "hip": HIPS[Side(drill["side"])]}
    if drill["asked"]["seconds"] is None:
        return tr("session.drill-repetitions", **named, good=drill["good"], reps=drill["reps"])
    return tr("session.drill-held", **named, seconds=drill["held_s"])


def note_of(row: SessionRow) -> str:
    """Return the note on a session in words; empty if `in_words` says the same.

    Notes of levelhips 0.1 are sentences already.
    """
    if row.kind in NOTES:
        return ""
    key = f"session-note.{row.note}"
    return tr(f"session-note.{row.note}") if row.note and has(key) else row.note


def beeps_of(row: SessionRow) -> str:
    """Return how many beeps there were, and how many of them were heard if that is not all; empty for a drill."""
    if row.drill is not None:
        return ""
    return str(row.cues) if row.heard == row.cues else tr("session.beeps-heard", heard=row.heard, asked=row.cues)


def faults_of(row: SessionRow) -> str:
    """Return which parts of a session failed and for how long, in words."""
    return ", ".join(tr("session.fault", part=PARTS[Part(part)], n=fault.n, seconds=fault.seconds) for part, fault in row.faults.items())


def weeks(history: History) -> list[WeekRow]:
    """Return the weeks with sessions or pain scores, the oldest first, by local days.

    Sessions of virtual sensors, simulated recordings and recovered copies are not counted.
    """
    table: dict[str, _Week] = {}

    def week(at: str) -> _Week:
        year, number, _ = local_day(at).isocalendar()
        return table.setdefault(f"{year}-W{number:02d}", _Week())

    for row in history.sessions():
        if row.kind not in NOT_WORN:
            week(row.started).add(row)
    for pain in history.rows("SELECT at, score FROM pain"):
        week(pain["at"]).pain.append(float(pain["score"]))
    return [table[name].row(name) for name in sorted(table)]


def baseline(history: History) -> dict[str, tuple[float, float]] | None:
    """Return the mean and SD of the drop [deg] by side in the last baseline run with enough steps; None if there is none."""
    for row in history.sessions():
        if row.kind is not SessionKind.RUN or row.protocol != BASELINE or len(row.sides) < 2:
            continue
        known = {
            name: (side.mean_deg, side.sd_deg)
            for name, side in row.sides.items()
            if side.n >= MIN_BASELINE_STEPS and side.mean_deg is not None and side.sd_deg
        }
        if len(known) == len(row.sides):
            return known
    return None


def retention(history: History) -> list[RetentionRow]:
    """Return a row for each run by a run protocol that began without beeps, the oldest first, compared with the baseline before it."""
    base: dict[str, float] = {}
    out = []
    for row in reversed(history.sessions()):
        if row.kind is not SessionKind.RUN or not row.protocol:
            continue
        without = {
            name: side.without_deg
            for name, side in row.sides.items()
            if side.without_n >= MIN_RETENTION_STEPS and side.without_deg is not None
        }
        if not without:
            continue
        if row.protocol == BASELINE:
            base = without
        change = {name: round(value - base[name], 2) + 0.0 for name, value in without.items() if name in base}
        out.append(RetentionRow(row.started, row.protocol, row.protocol_session, without, change))
    return out
