"""The picture of a run: the drop of each side in large numbers, and a bar for each of the last steps."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.text import Text

from levelhips.cli.terminal.digits import big
from levelhips.cli.terminal.drill_screen import draw_drill
from levelhips.cli.terminal.layout import Frame, Lines, Section, assemble, clock, foot, joined, link_section
from levelhips.cli.terminal.theme import COLORS
from levelhips.events import Quality, Side
from levelhips.live.snapshot import Snapshot, block_line
from levelhips.words import DROPPED_SIDE, MODES, QUALITY, SHORT_STANCE, STANCE_WORDS, stance_drop, words_for

_BLOCKS = " ▁▂▃▄▅▆▇█"
MAX_BAR_ROWS, MIN_BAR_ROWS = 6, 3  # rows of the bars
SIDE_BY_SIDE = 56  # columns: two tiles with their words
FULL_WORDS = 50  # columns of a tile in one line
BAR_COLUMNS = 3


def draw(snapshot: Snapshot, frame: Frame) -> RenderableType:
    """Return the picture of a run or a drill for a terminal of this size."""
    if snapshot.drill is not None:
        return draw_drill(snapshot, snapshot.drill, frame)
    return assemble(
        [
            Section(((), _head(snapshot, frame)), rank=0),
            Section(((), _block(snapshot, frame)), rank=0),
            link_section(frame, rank=2),
            Section(tuple(_tiles(snapshot, frame)), rank=1),
            Section(((), *(_bars(snapshot, frame, rows) for rows in range(MIN_BAR_ROWS, MAX_BAR_ROWS + 1))), rank=3),
            *foot(frame),
        ],
        frame,
    )


def _head(snapshot: Snapshot, frame: Frame) -> Lines:
    cadence = f"{snapshot.cadence_spm:.0f} steps/min" if math.isfinite(snapshot.cadence_spm) else "-- steps/min"
    if math.isfinite(snapshot.target_spm):
        cadence += f" (target {snapshot.target_spm:.0f})"
    parts = [clock(snapshot.now_s), words_for(MODES, snapshot.mode), cadence, f"{snapshot.steps} steps", f"{snapshot.cues} beeps"]
    if snapshot.quality is not None and snapshot.quality is not Quality.OK:
        parts.append(f"[{words_for(QUALITY, snapshot.quality)}]")
    lines = [Text(line) for line in joined(["PAUSED"] * frame.paused + ["muted"] * frame.muted + parts, frame.width)]
    for word in ("PAUSED", "muted"):
        lines[0].highlight_words([word], "bold")
    return tuple(lines)


def _block(snapshot: Snapshot, frame: Frame) -> Lines:
    if snapshot.block is None:
        return ()
    parts = block_line(snapshot.block, snapshot.now_s).split("   ")
    return tuple(Text(line, style="bold") for line in joined(parts, frame.width))


def _tiles(snapshot: Snapshot, frame: Frame) -> list[Lines]:
    """Return the two sides in one line each, and as tiles."""
    lines = tuple(_tile_line(snapshot, side, frame) for side in Side)
    if frame.width < SIDE_BY_SIDE:
        return [lines, tuple(line for side in Side for line in _tile(snapshot, side, frame, frame.width))]
    width = frame.width // 2
    left, right = (_tile(snapshot, side, frame, width) for side in Side)
    return [lines, tuple(Text.assemble(one, other) for one, other in zip(left, right, strict=True))]


def _is_over(snapshot: Snapshot, side: Side) -> bool:
    return snapshot.drop_deg[side] > snapshot.threshold_deg[side]


def _style(snapshot: Snapshot, side: Side) -> str:
    return f"bold {COLORS[side]}" if _is_over(snapshot, side) else COLORS[side]


def _tile_line(snapshot: Snapshot, side: Side, frame: Frame) -> Text:
    words = stance_drop(side).replace(" on the ground", "") if frame.width >= FULL_WORDS else SHORT_STANCE[side]
    drop, level = snapshot.drop_deg[side], snapshot.threshold_deg[side]
    number = f"{drop:.1f}" if math.isfinite(drop) else "--"
    threshold = f"{level:.1f}" if math.isfinite(level) else "--"
    return Text(
        f"{words.capitalize()} {number:>4}  threshold {threshold}" + ("  ▲" if _is_over(snapshot, side) else ""),
        style=_style(snapshot, side),
    )


def _tile(snapshot: Snapshot, side: Side, frame: Frame, width: int) -> Lines:
    drop, level, inner = snapshot.drop_deg[side], snapshot.threshold_deg[side], width - 2
    word = "too far ▲" if _is_over(snapshot, side) else "level ✓" if math.isfinite(drop) else "waiting"
    threshold = f"threshold {level:.1f}{frame.degree}" if math.isfinite(level) else "threshold: learning"
    edge, style = ("bold " + COLORS[side] if _is_over(snapshot, side) else "grey37"), _style(snapshot, side)

    def row(text: str, style: str = "") -> Text:
        return Text.assemble(("│", edge), (text.center(inner), style), ("│", edge))

    return (
        Text(f"╭─ {STANCE_WORDS[side].capitalize()} ".ljust(width - 1, "─") + "╮", style=edge),
        row(DROPPED_SIDE[side]),
        *(row(line, style) for line in big(drop).split("\n")),
        row(f"{word}   {threshold}"),
        Text("╰".ljust(width - 1, "─") + "╯", style=edge),
    )


def _bars(snapshot: Snapshot, frame: Frame, rows: int) -> Lines:
    """Return the last steps as bars, with the threshold at the left. Over the threshold: a triangle; excluded steps are grey."""
    shown = snapshot.bars[-((frame.width - BAR_COLUMNS) // BAR_COLUMNS) :]
    finite = [level for level in snapshot.threshold_deg.values() if math.isfinite(level)]
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
