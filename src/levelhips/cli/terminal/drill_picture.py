"""The picture of a drill: what to do, the leading angle and its band, and a large counter."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.text import Text

from levelhips.cli.terminal.digits import big_text
from levelhips.cli.terminal.layout import DIM, Lines, Look, Section, assemble, clock, foot, joined, link_section, wrapped
from levelhips.cli.terminal.theme import COLORS
from levelhips.live.drill_snapshot import DrillPicture
from levelhips.live.snapshot import Picture
from levelhips.text import HIPS, PHASES, words_for

INSTRUCTION_ROWS = 3  # of a small terminal


def draw_drill(picture: Picture, drill: DrillPicture, look: Look) -> RenderableType:
    """Return the picture of a drill for a terminal of this size."""
    told = wrapped(drill.what_next(picture.now_s), look, "bold red" if drill.cheat_at(picture.now_s) else "bold")
    return assemble(
        [
            Section(((), _head(picture, drill, look)), rank=0),
            link_section(look, rank=4),
            Section((told[:INSTRUCTION_ROWS], told)),
            Section(tuple(_counter(picture, drill, look)), rank=1),
            Section(((), _scale(picture.lead_deg, drill, look)), rank=2),
            Section(((), _tally(drill, look)), rank=3),
            *foot(look),
        ],
        look,
    )


def _head(picture: Picture, drill: DrillPicture, look: Look) -> Lines:
    parts = [clock(picture.now_s), HIPS[drill.side], f"set {drill.set_n} of {drill.sets}", words_for(PHASES, drill.phase)]
    lines = joined(["PAUSED"] * look.paused + ["muted"] * look.muted + parts, look.width)
    return tuple(Text(line, style=DIM) for line in lines)


def _counter(picture: Picture, drill: DrillPicture, look: Look) -> list[Lines]:
    """Return the repetitions or seconds in one line, and in large digits."""
    color = f"bold {COLORS[drill.side]}"
    hold = math.isfinite(drill.seconds)
    count = f"{drill.hold_s(picture.now_s):.0f}" if hold else f"{drill.reps}"
    wanted = f"of {drill.seconds:.0f} s" if hold else f"of {drill.reps_asked}"
    small = (Text(f"{count} {wanted}".center(look.width).rstrip(), style=color),)
    large = (*(Text(row.center(look.width), style=color) for row in big_text(count).split("\n")), *wrapped(wanted, look, ""))
    return [small, large, (Text(), *large, Text())]


def _scale(value_deg: float, drill: DrillPicture, look: Look) -> Lines:
    """Return a scale with the band as a thick line and the angle as a dot, and the band's ends in degrees below."""
    margin = 3
    width = look.width - 2 * margin
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
    labels = [" "] * look.width
    for deg in (drill.low_deg, drill.high_deg):
        for k, letter in enumerate(f"{deg:.0f}{look.degree}"):
            labels[min(place(deg) + margin + k, look.width - 1)] = letter
    return line, Text("".join(labels), style=DIM)


def _tally(drill: DrillPicture, look: Look) -> Lines:
    last = [] if math.isnan(drill.range_deg) else [f"last {drill.range_deg:.0f}{look.degree}, {drill.tempo_s:.1f} s"]
    lines = joined([*last, f"{drill.good} good", f"{drill.cheated} with a fault"], look.width)
    return tuple(line for text in lines for line in wrapped(text, look, ""))
