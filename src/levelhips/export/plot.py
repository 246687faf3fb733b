"""A picture of a session: drop per step, left and right, with the threshold."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from levelhips.analysis import Analysis
from levelhips.errors import LevelHipsError
from levelhips.events import Mode, Quality, Side, ThresholdChange
from levelhips.samples import Gap

LEFT, RIGHT, INK, GROUND = "#56b4e9", "#e69f00", "#e6ebf0", "#0f1418"  # blue and orange: told apart by all eyes (Okabe and Ito)


def plot_drops(analysis: Analysis, path: Path) -> None:
    """Draw the drop of each step over time as PNG (or SVG, by the name).

    Raises
    ------
    LevelHipsError
        If matplotlib is not installed, or the file cannot be written.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise LevelHipsError("A picture needs matplotlib", fix="Install it with: pip install 'levelhips[plot]'") from error

    figure = Figure(figsize=(12.8, 7.2), dpi=100, facecolor=GROUND)
    FigureCanvasAgg(figure)
    panels = figure.subplots(2, 1, sharex=True, sharey=True)
    mode = Mode.RUNNING if any(step.mode is Mode.RUNNING for step in analysis.steps) else Mode.WALKING
    end_s = float(analysis.angles.t_s[-1]) if len(analysis.angles) else 0.0
    changes = [event for event in analysis.events if isinstance(event, ThresholdChange)]
    for axes, side, colour in zip(panels, Side, (LEFT, RIGHT), strict=True):
        axes.set_facecolor(GROUND)
        steps = [step for step in analysis.steps if step.side is side and step.mode is mode]
        good = [step for step in steps if step.quality is Quality.OK]
        poor = [step for step in steps if step.quality is not Quality.OK]
        axes.plot([s.at_s / 60 for s in poor], [s.drop_deg for s in poor], "x", color="#6b7680", ms=4, label="not counted")
        t, drop = np.array([s.at_s / 60 for s in good]), np.array([s.drop_deg for s in good])
        axes.plot(t, drop, "o", color=colour, ms=2.6, alpha=0.55, label="one step")
        if len(good) >= 20:
            window = min(30, len(good) // 2)
            mean = np.convolve(drop, np.ones(window) / window, mode="valid")
            axes.plot(t[window - 1 :], mean, color=colour, lw=2.6, label=f"mean of {window} steps")
        level_t, level = _staircase(changes, side, end_s)
        if level_t:
            axes.plot(level_t, level, color=INK, lw=1.6, ls="--", label="threshold")
        cues = [cue for cue in analysis.cues if cue.side is side]
        axes.plot([c.at_s / 60 for c in cues], [0.25] * len(cues), "|", color=INK, ms=9, label=f"{len(cues)} beeps")
        for gap in (event for event in analysis.events if isinstance(event, Gap) and event.to_s - event.from_s > 0.5):
            axes.axvspan(gap.from_s / 60, gap.to_s / 60, color="#3a444d")
        axes.set_ylabel(f"drop, {side.value} stance [deg]", color=INK, fontsize=13)
        axes.grid(color="#2a3239", lw=0.6)
        axes.tick_params(colors=INK, labelsize=11)
        for spine in axes.spines.values():
            spine.set_color("#2a3239")
        axes.legend(loc="upper left", ncols=5, frameon=False, labelcolor=INK, fontsize=10)
    every = [step.drop_deg for step in analysis.steps if step.mode is mode and step.quality is Quality.OK]
    top = float(np.quantile(every, 0.999)) if every else 5.0
    panels[0].set_ylim(0, max(1.25 * top, 2.0))
    panels[1].set_xlabel("time [min]", color=INK, fontsize=13)
    figure.suptitle(f"Contralateral pelvic drop per step, from standing: {analysis.recording.path.name}", color=INK, fontsize=15)
    figure.tight_layout()
    try:
        figure.savefig(path, facecolor=GROUND)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise LevelHipsError(f"{path} cannot be written ({error.strerror})", fix="Make room, or choose another folder") from error


def _staircase(changes: list[ThresholdChange], side: Side, end_s: float) -> tuple[list[float], list[float]]:
    t: list[float] = []
    level: list[float] = []
    for change in changes:
        value = change.left_rad if side is Side.LEFT else change.right_rad
        if not math.isfinite(value):
            continue
        if level:
            t.append(change.known_s / 60)
            level.append(level[-1])
        t.append(change.known_s / 60)
        level.append(math.degrees(value))
    if level:
        t.append(end_s / 60)
        level.append(level[-1])
    return t, level
