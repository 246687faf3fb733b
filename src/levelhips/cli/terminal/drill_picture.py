"""The picture of a drill: what to do, the leading angle and its band, and a large counter."""

from __future__ import annotations

import math

from rich.align import Align
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from levelhips.cli.terminal.digits import big_text
from levelhips.cli.terminal.theme import COLORS
from levelhips.live.snapshot import Picture


def draw_drill(picture: Picture, *, title: str, keys: str, muted: bool = False, link: str = "") -> RenderableType:
    """A drill: what to do, the leading angle against its band, a large counter."""
    drill = picture.drill
    assert drill is not None
    color = COLORS[drill.side]
    hold = math.isfinite(drill.seconds)
    count = f"{drill.hold_s(picture.now_s):.0f}" if hold else f"{drill.reps}"
    asked = f"of {drill.seconds:.0f} s" if hold else f"of {drill.reps_asked}"
    minutes, seconds = divmod(max(picture.now_s, 0.0), 60)
    head = f"{int(minutes):3d}:{seconds:04.1f}   {drill.side.value} hip   set {drill.set_n} of {drill.sets}   {drill.phase.value}"
    wrong = drill.cheat_at(picture.now_s)
    told = Text(drill.what_next(picture.now_s), style="bold red" if wrong else "bold", justify="center")
    last = "" if math.isnan(drill.range_deg) else f"last {drill.range_deg:.0f}°, {drill.tempo_s:.1f} s   "
    counter = Text(big_text(count), style=f"bold {color}", justify="center")
    lines: list[RenderableType] = [Text(head + ("   muted" if muted else ""), style="grey62")]
    if link:
        lines.append(Text(link, style="grey62", no_wrap=True))
    lines += [
        Text(),
        told,
        Text(),
        Align.center(counter),
        Text(asked, justify="center"),
        Text(),
        level(picture.lead_deg, drill.low_deg, drill.high_deg, color),
        Text(f"{last}{drill.good} good   {drill.cheated} with a fault", justify="center"),
        Text(picture.said or " ", style="italic"),
        Text(keys, style="grey62"),
    ]
    return Panel(Group(*lines), title=title, width=84)


def level(value_deg: float, low_deg: float, high_deg: float, color: str) -> Text:
    """A scale with the band as a thick line and the angle as a mark."""
    width = 72
    span = high_deg - low_deg
    first, last = min(low_deg - 0.5 * span, -2.0), high_deg + 0.5 * span

    def place(deg: float) -> int:
        return max(0, min(width - 1, round((deg - first) / (last - first) * (width - 1))))

    marks = ["━" if place(low_deg) <= k <= place(high_deg) else "─" for k in range(width)]
    text = Text("   ")
    now = place(value_deg) if math.isfinite(value_deg) else -1
    for k, mark in enumerate(marks):
        text.append("●" if k == now else mark, style=f"bold {color}" if k == now or mark == "━" else "grey37")
    labels = [" "] * (width + 3)
    for deg in (low_deg, high_deg):
        for k, letter in enumerate(f"{deg:.0f}°"):
            labels[min(place(deg) + 3 + k, width + 2)] = letter
    text.append("\n" + "".join(labels), style="grey62")
    return text
