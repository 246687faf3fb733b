"""The picture of a drill: what to do, the leading angle and its band, and a large counter."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.text import Text

from levelhips.cli.terminal.digits import big_text
from levelhips.cli.terminal.layout import DIM, Frame, Lines, Section, assemble, clock, foot, joined, link_section, wrapped
from levelhips.cli.terminal.theme import COLORS
from levelhips.live.drill_snapshot import DrillSnapshot
from levelhips.live.snapshot import Snapshot
from levelhips.words import HIPS, PHASES, words_for

INSTRUCTION_ROWS = 3  # of a small terminal


def draw_drill(snapshot: Snapshot, drill: DrillSnapshot, frame: Frame) -> RenderableType:
    """Return the picture of a drill for a terminal of this size."""
    instruction = wrapped(drill.what_next(snapshot.now_s), frame, "bold red" if drill.fault_at(snapshot.now_s) else "bold")
    return assemble(
        [
            Section(((), _head(snapshot, drill, frame)), rank=0),
            link_section(frame, rank=4),
            Section((instruction[:INSTRUCTION_ROWS], instruction)),
            Section(tuple(_counter(snapshot, drill, frame)), rank=1),
            Section(((), _scale(snapshot.lead_deg, drill, frame)), rank=2),
            Section(((), _counts(drill, frame)), rank=3),
            *foot(frame),
        ],
        frame,
    )


def _head(snapshot: Snapshot, drill: DrillSnapshot, frame: Frame) -> Lines:
    parts = [clock(snapshot.now_s), HIPS[drill.side], f"set {drill.set_n} of {drill.sets}", words_for(PHASES, drill.phase)]
    lines = joined(["PAUSED"] * frame.paused + ["muted"] * frame.muted + parts, frame.width)
    return tuple(Text(line, style=DIM) for line in lines)


def _counter(snapshot: Snapshot, drill: DrillSnapshot, frame: Frame) -> list[Lines]:
    """Return the repetitions or seconds in one line, and in large digits."""
    color = f"bold {COLORS[drill.side]}"
    hold = math.isfinite(drill.seconds)
    count = f"{drill.hold_s(snapshot.now_s):.0f}" if hold else f"{drill.reps}"
    wanted = f"of {drill.seconds:.0f} s" if hold else f"of {drill.reps_asked}"
    small = (Text(f"{count} {wanted}".center(frame.width).rstrip(), style=color),)
    large = (*(Text(row.center(frame.width), style=color) for row in big_text(count).split("\n")), *wrapped(wanted, frame, ""))
    return [small, large, (Text(), *large, Text())]


def _scale(value_deg: float, drill: DrillSnapshot, frame: Frame) -> Lines:
    """Return a scale with the band as a thick line and the angle as a dot, and the band's ends in degrees below."""
    margin = 3
    width = frame.width - 2 * margin
    span = drill.high_deg - drill.low_deg
    first, last = min(drill.low_deg - 0.5 * span, -2.0), drill.high_deg + 0.5 * span

    def place(deg: float) -> int:
        return max(0, min(width - 1, round((deg - first) / (last - first) * (width - 1))))

    color = COLORS[drill.side]
    marks = ["━" if place(drill.low_deg) <= k <= place(drill.high_deg) else "─" for k in range(width)]
    line = Text(" " * margin)
    now = place(value_deg) if math.isfinite(value_deg) else -1
    for k, mark in enumerate(marks):
        line.append("●" if k == now else mark, style=f"bold {color}" if k == now or mark == "━" else "grey37")
    labels = [" "] * frame.width
    for deg in (drill.low_deg, drill.high_deg):
        for k, letter in enumerate(f"{deg:.0f}{frame.degree}"):
            labels[min(place(deg) + margin + k, frame.width - 1)] = letter
    return line, Text("".join(labels), style=DIM)


def _counts(drill: DrillSnapshot, frame: Frame) -> Lines:
    last = [] if math.isnan(drill.range_deg) else [f"last {drill.range_deg:.0f}{frame.degree}, {drill.tempo_s:.1f} s"]
    lines = joined([*last, f"{drill.good} good", f"{drill.faulty} with a fault"], frame.width)
    return tuple(line for text in lines for line in wrapped(text, frame, ""))
