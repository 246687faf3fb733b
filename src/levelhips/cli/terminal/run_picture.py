"""The picture of a run: the drop of each side in large numbers, and a bar for each of the last steps."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.text import Text

from levelhips.cli.terminal.digits import big
from levelhips.cli.terminal.drill_picture import draw_drill
from levelhips.cli.terminal.layout import Lines, Look, Section, assemble, clock, foot, joined, link_section
from levelhips.cli.terminal.theme import COLORS
from levelhips.events import Quality, Side
from levelhips.live.snapshot import Picture, block_line
from levelhips.text import DROPPED_SIDE, MODES, QUALITY, SHORT_STANCE, STANCE_WORDS, stance_drop, words_for

_BLOCKS = " ▁▂▃▄▅▆▇█"
TALLEST, LOWEST = 6, 3  # rows of the bars
SIDE_BY_SIDE = 56  # columns: two tiles with their words
FULL_WORDS = 50  # columns of a tile in one line
BAR_COLUMNS = 3


def draw(picture: Picture, look: Look) -> RenderableType:
    """Return the picture of a run or a drill for a terminal of this size."""
    if picture.drill is not None:
        return draw_drill(picture, picture.drill, look)
    return assemble(
        [
            Section(((), _head(picture, look)), rank=0),
            Section(((), _block(picture, look)), rank=0),
            link_section(look, rank=2),
            Section(tuple(_tiles(picture, look)), rank=1),
            Section(((), *(_bars(picture, look, rows) for rows in range(LOWEST, TALLEST + 1))), rank=3),
            *foot(look),
        ],
        look,
    )


def _head(picture: Picture, look: Look) -> Lines:
    cadence = f"{picture.cadence_spm:.0f} steps/min" if math.isfinite(picture.cadence_spm) else "-- steps/min"
    if math.isfinite(picture.target_spm):
        cadence += f" (target {picture.target_spm:.0f})"
    parts = [clock(picture.now_s), words_for(MODES, picture.mode), cadence, f"{picture.steps} steps", f"{picture.cues} beeps"]
    if picture.quality is not None and picture.quality is not Quality.OK:
        parts.append(f"[{words_for(QUALITY, picture.quality)}]")
    lines = [Text(line) for line in joined(["PAUSED"] * look.paused + ["muted"] * look.muted + parts, look.width)]
    for word in ("PAUSED", "muted"):
        lines[0].highlight_words([word], "bold")
    return tuple(lines)


def _block(picture: Picture, look: Look) -> Lines:
    if picture.block is None:
        return ()
    parts = block_line(picture.block, picture.now_s).split("   ")
    return tuple(Text(line, style="bold") for line in joined(parts, look.width))


def _tiles(picture: Picture, look: Look) -> list[Lines]:
    """Return the two sides in one line each, and as tiles."""
    lines = tuple(_tile_line(picture, side, look) for side in Side)
    if look.width < SIDE_BY_SIDE:
        return [lines, tuple(line for side in Side for line in _tile(picture, side, look, look.width))]
    width = look.width // 2
    left, right = (_tile(picture, side, look, width) for side in Side)
    return [lines, tuple(Text.assemble(one, other) for one, other in zip(left, right, strict=True))]


def _is_over(picture: Picture, side: Side) -> bool:
    return picture.drop_deg[side] > picture.threshold_deg[side]


def _style(picture: Picture, side: Side) -> str:
    return f"bold {COLORS[side]}" if _is_over(picture, side) else COLORS[side]


def _tile_line(picture: Picture, side: Side, look: Look) -> Text:
    words = stance_drop(side).replace(" on the ground", "") if look.width >= FULL_WORDS else SHORT_STANCE[side]
    drop, level = picture.drop_deg[side], picture.threshold_deg[side]
    number = f"{drop:.1f}" if math.isfinite(drop) else "--"
    limit = f"{level:.1f}" if math.isfinite(level) else "--"
    return Text(
        f"{words.capitalize()} {number:>4}  limit {limit}" + ("  ▲" if _is_over(picture, side) else ""), style=_style(picture, side)
    )


def _tile(picture: Picture, side: Side, look: Look, width: int) -> Lines:
    drop, level, inner = picture.drop_deg[side], picture.threshold_deg[side], width - 2
    word = "too far ▲" if _is_over(picture, side) else "level ✓" if math.isfinite(drop) else "waiting"
    limit = f"limit {level:.1f}{look.degree}" if math.isfinite(level) else "limit: learning"
    edge, style = ("bold " + COLORS[side] if _is_over(picture, side) else "grey37"), _style(picture, side)

    def row(text: str, style: str = "") -> Text:
        return Text.assemble(("│", edge), (text.center(inner), style), ("│", edge))

    return (
        Text(f"╭─ {STANCE_WORDS[side].capitalize()} ".ljust(width - 1, "─") + "╮", style=edge),
        row(DROPPED_SIDE[side]),
        *(row(line, style) for line in big(drop).split("\n")),
        row(f"{word}   {limit}"),
        Text("╰".ljust(width - 1, "─") + "╯", style=edge),
    )


def _bars(picture: Picture, look: Look, rows: int) -> Lines:
    """Return the last steps as bars, with the limit at the left. Over the limit: a triangle; excluded steps are grey."""
    shown = picture.bars[-((look.width - BAR_COLUMNS) // BAR_COLUMNS) :]
    finite = [level for level in picture.threshold_deg.values() if math.isfinite(level)]
    top = max([bar.drop_deg for bar in shown] + [level * 1.2 for level in finite] + [2.0])
    lines = [Text("   " + "".join("▲  " if bar.over and bar.good else "   " for bar in shown))]
    for row in range(rows - 1, -1, -1):
        text = Text("─▶ " if any(row <= level / top * rows < row + 1 for level in finite) else "   ", style="bold")
        for bar in shown:
            eighths = round(max(0.0, min(1.0, bar.drop_deg / top * rows - row)) * 8)
            style = COLORS[bar.side] if bar.good else "grey37"
            text.append(_BLOCKS[eighths] * 2 + " ", style=f"bold {style}" if bar.over else style)
        lines.append(text)
    lines.append(Text("   " + "".join(f"{bar.side.value[0].upper()}  " for bar in shown), style="grey62"))
    return tuple(lines)
