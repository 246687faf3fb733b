"""What a drill came to, as plain values and as lines to read."""

from __future__ import annotations

import math
from typing import Any

from levelhips.coaching.drills.result import DrillResult
from levelhips.text import FAULT_NAMES, words_for_value


def drill_values(result: DrillResult) -> dict[str, Any]:
    """Plain values, ready for JSON; None where there is nothing to say."""

    def pair(values: tuple[float, float]) -> dict[str, float | None]:
        return {name: round(value, 3) if math.isfinite(value) else None for name, value in zip(("mean", "sd"), values, strict=True)}

    begin = result.begin
    return {
        "name": begin.name,
        "side": begin.side.value,
        "asked": {"sets": begin.sets, "reps": begin.reps, "seconds": begin.seconds if math.isfinite(begin.seconds) else None},
        "reps": len(result.reps),
        "good": result.good,
        "halves": result.halves,
        "cheats": dict(result.cheats),
        "range_deg": pair(result.range_deg),
        "tempo_s": pair(result.tempo_s),
        "held_s": round(result.held_s, 1),
        "mean_deg": round(result.mean_deg[0], 3) if result.reps else None,
        "sway_deg": round(result.mean_deg[1], 3) if result.reps else None,
    }


def drill_lines(values: dict[str, Any]) -> list[str]:
    """A few lines: what was done, with what spread."""
    hold = values["asked"]["seconds"] is not None
    asked = values["asked"]["sets"] * values["asked"]["reps"]
    what = f"{values['held_s']:.0f} s held" if hold else f"{values['reps']} of {asked} repetitions, {values['good']} without fault"
    lines = [f"{values['name']}, {values['side']} hip: {what}"]
    if values["reps"]:
        range_, tempo = values["range_deg"], values["tempo_s"]
        if hold:
            lines.append(
                f"Leading angle: mean {values['mean_deg']:.1f} deg, sway {values['sway_deg']:.1f} deg, peak {range_['mean']:.1f} deg"
            )
        else:
            lines.append(f"Range {_pair(range_, 1)} deg, tempo {_pair(tempo, 1)} s")
    faults = [f"{count} x {words_for_value(FAULT_NAMES, what)}" for what, count in sorted(values["cheats"].items())]
    if values["halves"]:
        faults.append(f"{values['halves']} not counted")
    if faults:
        lines.append(f"Faults: {', '.join(faults)}")
    return lines


def comparison_lines(other: dict[str, Any] | None, last: dict[str, Any] | None) -> list[str]:
    """The other side and the last time, to hold a drill against; nothing where there was none."""
    before = (("The other side, last", other), ("Last time", last))
    return [f"{title}: {_short(then)}" for title, then in before if then is not None]


def _pair(values: dict[str, float | None], digits: int) -> str:
    mean, sd = values["mean"], values["sd"]
    if mean is None:
        return "-"
    return f"{mean:.{digits}f}" + (f" ± {sd:.{digits}f}" if sd is not None else "")


def _short(values: dict[str, Any]) -> str:
    if values["asked"]["seconds"] is not None:
        sway = "" if values["sway_deg"] is None else f", mean {values['mean_deg']:.1f}, sway {values['sway_deg']:.1f} deg"
        return f"{values['held_s']:.0f} s held{sway}"
    good = f"{values['good']} of {values['reps']} without fault"
    return f"{good}, range {_pair(values['range_deg'], 1)} deg, tempo {_pair(values['tempo_s'], 1)} s"
