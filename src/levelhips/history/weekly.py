"""Trends: the drop by weeks, what stays without sound, the baseline."""

from __future__ import annotations

from typing import Any

from levelhips.coaching.drills.result import spread
from levelhips.history.session_row import finite, local_day
from levelhips.history.store import History


def in_words(row: dict[str, Any]) -> str:
    """What a session was, in a line."""
    drill = row["drill"]
    if drill is None:
        return f"{row['kind']}, {row['plan']} {row['plan_session']}" if row["plan"] else str(row["kind"])
    done = f"{drill['good']} of {drill['reps']} without fault" if drill["asked"]["seconds"] is None else f"{drill['held_s']:.0f} s held"
    return f"{drill['name']}, {drill['side']}: {done}"


def weeks(history: History) -> list[dict[str, Any]]:
    """By ISO week: runs, minutes, drop a side with its spread between runs, with and without sound, drills, pain."""
    table: dict[str, dict[str, Any]] = {}

    def week(at: str) -> dict[str, Any]:
        year, number, _ = local_day(at).isocalendar()
        fresh = {"runs": 0, "minutes": 0.0, "drills": 0, "good_reps": 0, "pain": [], "left": [], "right": [], "with": [], "without": []}
        return table.setdefault(f"{year}-W{number:02d}", fresh)

    for row in history.sessions():
        one = week(row["started"])
        if row["drill"] is not None:
            one["drills"] += 1
            one["good_reps"] += row["drill"]["good"]
        elif row["kind"] == "run":
            one["runs"] += 1
            one["minutes"] += row["moving_s"] / 60
            for side in ("left", "right"):
                if (value := row["sides"][side]["mean_deg"]) is not None:
                    one[side].append(value)
                for name in ("with", "without"):
                    if (value := row["sides"][side][f"{name}_deg"]) is not None:
                        one[name].append(value)
    for pain in history.rows("SELECT at, score FROM pain"):
        week(pain["at"])["pain"].append(pain["score"])
    out = []
    for name in sorted(table):
        one = table[name]
        row = {
            "week": name,
            "runs": one["runs"],
            "minutes": round(one["minutes"], 1),
            "drills": one["drills"],
            "good_reps": one["good_reps"],
        }
        for key in ("left", "right"):
            mean, sd = spread(one[key])
            row |= {f"{key}_deg": finite(mean), f"{key}_sd_deg": finite(sd)}
        row |= {f"{key}_sound_deg": finite(spread(one[key])[0]) for key in ("with", "without")}
        row["pain"] = finite(spread([float(score) for score in one["pain"]])[0])
        out.append(row)
    return out


def baseline(history: History) -> dict[str, tuple[float, float]] | None:
    """Mean and spread of the drop, a side, of the last baseline session [deg]; None if there is none."""
    for row in history.sessions():
        sides = row["sides"]
        if row["plan"] == "baseline" and len(sides) == 2 and all(side["n"] >= 60 and side["sd_deg"] for side in sides.values()):
            return {name: (side["mean_deg"], side["sd_deg"]) for name, side in sides.items()}
    return None


def retention(history: History) -> list[dict[str, Any]]:
    """Of each planned run, the oldest first: the drop without sound, a side, against the baseline before it."""
    base: dict[str, float] = {}
    out = []
    for row in reversed(history.sessions()):
        if row["kind"] != "run" or not row["plan"]:
            continue
        without = {name: side["without_deg"] for name, side in row["sides"].items() if side["without_n"] >= 20}
        if row["plan"] == "baseline":
            base = {name: value for name, value in without.items() if value is not None}
        change = {name: round(value - base[name], 2) for name, value in without.items() if name in base and value is not None}
        out.append(
            {
                "started": row["started"],
                "plan": row["plan"],
                "session": row["plan_session"],
                "without_deg": without,
                "change_deg": change,
            }
        )
    return out
