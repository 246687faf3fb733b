"""Live view of a drill: what to do, the leading angle with its range, and a large counter."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.text import Text

from levelhips.cli.terminal.digits import big_text
from levelhips.cli.terminal.layout import DIM, Frame, Lines, Section, assemble, clock, foot, joined, link_section, status, wrapped
from levelhips.cli.terminal.theme import COLORS
from levelhips.live.drill_snapshot import DrillSnapshot
from levelhips.live.snapshot import Snapshot
from levelhips.text import tr
from levelhips.words import HIPS, PHASES, words_for

INSTRUCTION_ROWS = 3  # on a small terminal
FAULT_COLOR = "red"


def draw_drill(snapshot: Snapshot, drill: DrillSnapshot, frame: Frame) -> RenderableType:
    """Return the view of a drill for a terminal of this size."""
    wanted = snapshot.missing.get(drill.side) or drill.what_next(snapshot.now_s)
    instruction = wrapped(wanted, frame, f"bold {FAULT_COLOR}" if drill.fault_at(snapshot.now_s) else "bold")
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
    parts = [
        clock(snapshot.now_s),
        HIPS[drill.side],
        tr("terminal.set", number=drill.set_n, count=drill.sets),
        words_for(PHASES, drill.phase),
    ]
    lines = joined(status(frame) + parts, frame.width)
    return tuple(Text(line, style=DIM) for line in lines)


def _counter(snapshot: Snapshot, drill: DrillSnapshot, frame: Frame) -> list[Lines]:
    """Return the repetitions or seconds in one line, and in large digits."""
    color = DIM if snapshot.missing else f"bold {COLORS[drill.side]}"
    hold = math.isfinite(drill.seconds)
    count = f"{drill.hold_s(snapshot.now_s):.0f}" if hold else f"{drill.reps}"
    wanted = tr("terminal.of-seconds", seconds=drill.seconds) if hold else tr("terminal.of-reps", reps=drill.reps_asked)
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
    parts = [tr("terminal.good", n=drill.good), tr("terminal.faulty", n=drill.faulty)]
    if not math.isnan(drill.range_deg):
        last = tr("terminal.last-rep", range_deg=drill.range_deg, degree=frame.degree, seconds=drill.tempo_s)
        parts.insert(0, last)
    return tuple(line for text in joined(parts, frame.width) for line in wrapped(text, frame, ""))
