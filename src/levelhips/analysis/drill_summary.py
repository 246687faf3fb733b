"""Summarize a drill as plain values for JSON and as lines of text."""

from __future__ import annotations

from typing import TypedDict

from levelhips.coaching.drills.result import DrillResult
from levelhips.metrics.statistics import rounded
from levelhips.settings.installed import title_of_drill
from levelhips.text import number, tr
from levelhips.words import FAULT_NAMES, words_for_value


class Pair(TypedDict):
    """Mean and standard deviation; None where there are too few values."""

    mean: float | None
    sd: float | None


class Target(TypedDict):
    """Dose of a drill: sets of repetitions, each held for `seconds` if the drill is a hold."""

    sets: int
    reps: int
    seconds: float | None


class DrillValues(TypedDict):
    """Result of a drill, as in summary.json and in the history. `asked` is the dose, `halves` counts incomplete repetitions."""

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
        "mean_deg": rounded(result.mean_deg[0], 3),
        "sway_deg": rounded(result.mean_deg[1], 3),
    }


def drill_lines(values: DrillValues) -> list[str]:
    """Return lines of text about a drill: repetitions, range and tempo, and form faults."""
    hold = values["asked"]["seconds"] is not None
    asked = values["asked"]["sets"] * values["asked"]["reps"]
    title, side = title_of_drill(values["name"]), tr(f"hip.{values['side']}")
    if hold:
        lines = [tr("drill-summary.held", drill=title, hip=side, seconds=values["held_s"])]
    else:
        counts = {"reps": values["reps"], "asked": asked, "good": values["good"]}
        lines = [tr("drill-summary.repetitions", drill=title, hip=side, **counts)]
    range_, tempo = values["range_deg"], values["tempo_s"]
    if values["reps"] and hold:
        mean, sway, peak = _number(values["mean_deg"]), _number(values["sway_deg"]), _number(range_["mean"])
        lines.append(tr("drill-summary.hold-angles", mean=mean, sway=sway, peak=peak))
    elif values["reps"]:
        lines.append(tr("drill-summary.range-and-tempo", range=_pair(range_), tempo=_pair(tempo)))
    faults = [f"{count} x {words_for_value(FAULT_NAMES, fault)}" for fault, count in sorted(values["form_faults"].items())]
    if values["halves"]:
        faults.append(tr("drill-summary.halves", count=values["halves"]))
    if faults:
        lines.append(tr("drill-summary.faults", faults=", ".join(faults)))
    return lines


def comparison_lines(other: DrillValues | None, last: DrillValues | None) -> list[str]:
    """Return a line about the other side and one about the last time; none for None."""
    lines = [] if other is None else [tr("drill-summary.other-side", figures=_short(other))]
    return lines if last is None else [*lines, tr("drill-summary.last-time", figures=_short(last))]


def _number(value: float | None) -> str:
    return "-" if value is None else number(value, ".1f")


def _pair(values: Pair) -> str:
    return _number(values["mean"]) + ("" if values["sd"] is None else f" ± {_number(values['sd'])}")


def _short(values: DrillValues) -> str:
    if values["asked"]["seconds"] is not None:
        if values["sway_deg"] is None:
            return tr("drill-summary.short-hold", seconds=values["held_s"])
        mean, sway = _number(values["mean_deg"]), _number(values["sway_deg"])
        return tr("drill-summary.short-hold-with-sway", seconds=values["held_s"], mean=mean, sway=sway)
    figures = {"range": _pair(values["range_deg"]), "tempo": _pair(values["tempo_s"])}
    return tr("drill-summary.short-repetitions", good=values["good"], reps=values["reps"], **figures)
