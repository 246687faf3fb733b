"""Summarize a drill: plain values for JSON, and lines to read."""

from __future__ import annotations

from typing import TypedDict

from levelhips.coaching.drills.result import DrillResult
from levelhips.metrics.statistics import rounded
from levelhips.words import FAULT_NAMES, words_for_value


class Pair(TypedDict):
    """Mean and standard deviation; None where there are too few values."""

    mean: float | None
    sd: float | None


class Target(TypedDict):
    """What a drill asks for; `seconds` only of a hold."""

    sets: int
    reps: int
    seconds: float | None


class DrillValues(TypedDict):
    """Result of a drill, as in summary.json and in the history."""

    name: str
    side: str
    asked: Target
    reps: int
    good: int
    halves: int
    form_faults: dict[str, int]
    range_deg: Pair
    tempo_s: Pair
    held_s: float
    mean_deg: float | None
    sway_deg: float | None


def drill_values(result: DrillResult) -> DrillValues:
    """Return the result of a drill as plain values; None where there is nothing to report."""

    def pair(values: tuple[float, float]) -> Pair:
        return {"mean": rounded(values[0], 3), "sd": rounded(values[1], 3)}

    begin = result.begin
    return {
        "name": begin.name,
        "side": begin.side.value,
        "asked": {"sets": begin.sets, "reps": begin.reps, "seconds": rounded(begin.seconds, 6)},
        "reps": len(result.reps),
        "good": result.good,
        "halves": result.halves,
        "form_faults": {str(fault): count for fault, count in result.form_faults.items()},
        "range_deg": pair(result.range_deg),
        "tempo_s": pair(result.tempo_s),
        "held_s": round(result.held_s, 1),
        "mean_deg": rounded(result.mean_deg[0], 3) if result.reps else None,
        "sway_deg": rounded(result.mean_deg[1], 3) if result.reps else None,
    }


def drill_lines(values: DrillValues) -> list[str]:
    """Return a few lines about a drill: what was done, range and tempo, faults."""
    hold = values["asked"]["seconds"] is not None
    asked = values["asked"]["sets"] * values["asked"]["reps"]
    what = f"{values['held_s']:.0f} s held" if hold else f"{values['reps']} of {asked} repetitions, {values['good']} without fault"
    lines = [f"{values['name']}, {values['side']} hip: {what}"]
    range_, tempo = values["range_deg"], values["tempo_s"]
    if values["reps"] and hold:
        lines.append(
            f"Leading angle: mean {_number(values['mean_deg'])} deg, sway {_number(values['sway_deg'])} deg, "
            f"peak {_number(range_['mean'])} deg"
        )
    elif values["reps"]:
        lines.append(f"Range {_pair(range_)} deg, tempo {_pair(tempo)} s")
    faults = [f"{count} x {words_for_value(FAULT_NAMES, what)}" for what, count in sorted(values["form_faults"].items())]
    if values["halves"]:
        faults.append(f"{values['halves']} not counted")
    if faults:
        lines.append(f"Faults: {', '.join(faults)}")
    return lines


def comparison_lines(other: DrillValues | None, last: DrillValues | None) -> list[str]:
    """Return a line about the other side and one about the last time, if there are any."""
    before = (("The other side, last", other), ("Last time", last))
    return [f"{title}: {_short(then)}" for title, then in before if then is not None]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _pair(values: Pair) -> str:
    return _number(values["mean"]) + ("" if values["sd"] is None else f" ± {_number(values['sd'])}")


def _short(values: DrillValues) -> str:
    if values["asked"]["seconds"] is not None:
        sway = "" if values["sway_deg"] is None else f", mean {_number(values['mean_deg'])}, sway {_number(values['sway_deg'])} deg"
        return f"{values['held_s']:.0f} s held{sway}"
    good = f"{values['good']} of {values['reps']} without fault"
    return f"{good}, range {_pair(values['range_deg'])} deg, tempo {_pair(values['tempo_s'])} s"
