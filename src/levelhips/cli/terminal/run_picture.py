"""The picture of a run: two large numbers and a bar for each of the last steps."""

from __future__ import annotations

import math

from rich.align import Align
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from levelhips.cli.terminal.digits import big
from levelhips.cli.terminal.drill_picture import draw_drill
from levelhips.cli.terminal.theme import COLORS
from levelhips.events import Quality, Side
from levelhips.live.snapshot import Picture, block_line

_BLOCKS = " ▁▂▃▄▅▆▇█"
HEIGHT = 6


def draw(picture: Picture, *, title: str, keys: str, muted: bool = False, link: str = "") -> RenderableType:
    """A picture of a session as rich text; `link` is a line on the sensor."""
    if picture.drill is not None:
        return draw_drill(picture, title=title, keys=keys, muted=muted, link=link)
    tiles = []
    for side in Side:
        drop, level = picture.drop_deg[side], picture.threshold_deg[side]
        over = drop > level
        word = "too low ▲" if over else "level ✓" if math.isfinite(drop) else "waiting"
        limit = f"limit {level:.1f}°" if math.isfinite(level) else "limit: learning"
        body = Text(big(drop), style=f"bold {COLORS[side]}" if over else COLORS[side], justify="center")
        tiles.append(
            Panel(
                Group(Align.center(body), Text(f"{word}   {limit}", justify="center")),
                title=f"{side.value.upper()} stance",
                border_style=f"bold {COLORS[side]}" if over else "grey37",
                width=38,
            )
        )
    cadence = f"{picture.cadence_spm:.0f} steps/min" if math.isfinite(picture.cadence_spm) else "-- steps/min"
    if math.isfinite(picture.target_spm):
        cadence += f" (asked {picture.target_spm:.0f})"
    quality = "" if picture.quality in (None, Quality.OK) else f"   [{picture.quality}]"
    minutes, seconds = divmod(max(picture.now_s, 0.0), 60)
    head = Text(
        f"{int(minutes):3d}:{seconds:04.1f}   {picture.mode.value:8s} {cadence}   {picture.steps} steps   {picture.cues} beeps{quality}"
    )
    if muted:
        head.append("   muted", style="bold")
    if picture.block is not None:
        head.append("\n" + block_line(picture.block, picture.now_s), style="bold")
    lines: list[RenderableType] = [head, *([Text(link, style="grey62", no_wrap=True)] if link else []), Columns(tiles), bars(picture)]
    return Panel(
        Group(*lines, Text(picture.said or " ", style="italic"), Text(keys, style="grey62")),
        title=title,
        width=84,
    )


def bars(picture: Picture) -> Text:
    """The last steps as bars, the threshold as a mark at the left; what is over has a triangle, what does not count is dim."""
    finite = [level for level in picture.threshold_deg.values() if math.isfinite(level)]
    top = max([bar.drop_deg for bar in picture.bars] + [level * 1.2 for level in finite] + [2.0])
    text = Text()
    text.append("   " + "".join("▲  " if bar.over and bar.good else "   " for bar in picture.bars) + "\n")
    for row in range(HEIGHT - 1, -1, -1):
        level_here = any(row <= level / top * HEIGHT < row + 1 for level in finite)
        text.append("─▶ " if level_here else "   ", style="bold")
        for bar in picture.bars:
            eighths = round(max(0.0, min(1.0, bar.drop_deg / top * HEIGHT - row)) * 8)
            style = COLORS[bar.side] if bar.good else "grey37"
            text.append(_BLOCKS[eighths] * 2 + " ", style=f"bold {style}" if bar.over else style)
        text.append("\n")
    text.append("   " + "".join(f"{bar.side.value[0].upper()}  " for bar in picture.bars), style="grey62")
    return text
