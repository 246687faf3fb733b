"""Live view of a run: the drop of each side in large numbers, and a bar for each of the last steps."""

from __future__ import annotations

import math

from rich.console import RenderableType
from rich.text import Text

from levelhips.cli.terminal.digits import big
from levelhips.cli.terminal.drill_screen import draw_drill
from levelhips.cli.terminal.layout import Frame, Lines, Section, assemble, clock, foot, joined, link_section, status
from levelhips.cli.terminal.theme import COLORS
from levelhips.events import Quality, Side
from levelhips.live.snapshot import Snapshot, block_line
from levelhips.text import number, tr
from levelhips.words import DROPPED_SIDE, MODES, QUALITY, SHORT_STANCE, SIDES, STANCE_WORDS, drop_state, words_for
from levelhips.words.lookup import Words
from levelhips.words.session import DROP_STATES

_BLOCKS = " ▁▂▃▄▅▆▇█"
MAX_BAR_ROWS, MIN_BAR_ROWS = 6, 3  # rows of the bars
BAR_COLUMNS = 3
MISSING_COLOR = "grey37"  # of steps that do not count, and of figures that are too old to be shown
MISSING = ("missing.no-data", "missing.no-step", "missing.no-valid-step")
MARK_COLUMNS = 3  # reserved for the mark, so that the words do not move when it appears
LONG_STANCE = Words(Side, "terminal.stance")
"""By stance side, for a line with figures behind it: longer than SHORT_STANCE."""


def draw(snapshot: Snapshot, frame: Frame) -> RenderableType:
    """Return the view of a run or a drill for a terminal of this size."""
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
    cadence = tr("terminal.step-rate", rate=_written(snapshot.cadence_spm, ".0f"))
    if math.isfinite(snapshot.target_spm):
        cadence += " " + tr("terminal.target-rate", rate=snapshot.target_spm)
    counts = tr("terminal.steps", n=snapshot.steps), tr("terminal.beeps", n=snapshot.cues)
    parts = [clock(snapshot.now_s), words_for(MODES, snapshot.mode), cadence, *counts]
    if snapshot.quality is not None and snapshot.quality is not Quality.OK:
        parts.append(f"[{words_for(QUALITY, snapshot.quality)}]")
    lines = [Text(line) for line in joined(status(frame) + parts, frame.width)]
    lines[0].highlight_words(status(frame), "bold")
    return tuple(lines)


def _block(snapshot: Snapshot, frame: Frame) -> Lines:
    if snapshot.block is None:
        return ()
    parts = block_line(snapshot.block, snapshot.now_s).split("   ")
    return tuple(Text(line, style="bold") for line in joined(parts, frame.width))


def _tiles(snapshot: Snapshot, frame: Frame) -> list[Lines]:
    """Return the two sides in one line each, and as tiles."""
    lines = tuple(_tile_line(snapshot, side, frame) for side in Side)
    width = frame.width // 2
    if width < _tile_columns(frame):
        return [lines, tuple(line for side in Side for line in _tile(snapshot, side, frame, frame.width))]
    left, right = (_tile(snapshot, side, frame, width) for side in Side)
    return [lines, tuple(Text.assemble(one, other) for one, other in zip(left, right, strict=True))]


def _is_over(snapshot: Snapshot, side: Side) -> bool:
    return snapshot.drop_deg[side] > snapshot.threshold_deg[side]


def _style(snapshot: Snapshot, side: Side) -> str:
    if side in snapshot.missing:
        return MISSING_COLOR
    return f"bold {COLORS[side]}" if _is_over(snapshot, side) else COLORS[side]


def _tile_line(snapshot: Snapshot, side: Side, frame: Frame) -> Text:
    """Return a side in one line: in the longest of its forms that fits."""
    drop, threshold = _written(snapshot.drop_deg[side]), _written(snapshot.threshold_deg[side])
    words_threshold = tr("terminal.threshold", threshold=threshold, degree="")
    mark = "  ▲" if _is_over(snapshot, side) else ""
    shortest = (SHORT_STANCE[side], f"/ {threshold}")
    if missing := snapshot.missing.get(side):
        words_threshold, shortest = missing, (SIDES[side], missing)
    choices = ((LONG_STANCE[side], words_threshold), (SHORT_STANCE[side], words_threshold), shortest)
    forms = [f"{_capitalized(words)} {drop:>4}  {after}" for words, after in choices]
    fitting = next((form for form in forms if len(form) + MARK_COLUMNS <= frame.width), forms[-1])
    return Text(fitting + mark, style=_style(snapshot, side))


def _tile_words(frame: Frame) -> list[str]:
    """Return everything that can stand in a tile, to measure it: its size must not change with the values."""
    threshold = tr("terminal.threshold", threshold=number(88.8, ".1f"), degree=frame.degree)
    states = [f"{state}   {threshold}" for state in DROP_STATES.values()]
    missing = [tr(key, time=tr("missing.seconds", seconds=888)) for key in MISSING]
    return [*states, *missing, *DROPPED_SIDE.values(), *(f" {words} " for words in STANCE_WORDS.values())]


def _tile_columns(frame: Frame) -> int:
    """Return the columns of a tile with its edges."""
    return max(map(len, _tile_words(frame))) + 2


def _capitalized(words: str) -> str:
    """Return words with their first letter in upper case; German nouns keep theirs, unlike in `str.capitalize`."""
    return words[:1].upper() + words[1:]


def _written(value: float, spec: str = ".1f") -> str:
    return number(value, spec) if math.isfinite(value) else "--"


def _tile(snapshot: Snapshot, side: Side, frame: Frame, width: int) -> Lines:
    drop, level, inner = snapshot.drop_deg[side], snapshot.threshold_deg[side], width - 2
    missing = snapshot.missing.get(side)
    state = missing or drop_state(drop, level)
    known = tr("terminal.threshold", threshold=_written(level), degree=frame.degree)
    threshold = known if math.isfinite(level) else tr("terminal.threshold-learned")
    bottom = line if len(line := f"{state}   {threshold}") <= inner else missing or threshold
    edge, style = ("bold " + COLORS[side] if _is_over(snapshot, side) else "grey37"), _style(snapshot, side)

    def row(text: str, style: str = "") -> Text:
        return Text.assemble(("│", edge), (text.center(inner), style), ("│", edge))

    return (
        Text(f"╭─ {_capitalized(STANCE_WORDS[side])} ".ljust(width - 1, "─") + "╮", style=edge),
        row(DROPPED_SIDE[side]),
        *(row(line, style) for line in big(drop).split("\n")),
        row(bottom),
        Text("╰".ljust(width - 1, "─") + "╯", style=edge),
    )


def _bars(snapshot: Snapshot, frame: Frame, rows: int) -> Lines:
    """Return the last steps as bars, with the threshold at the left. Over it: a triangle; excluded steps are gray."""
    shown = snapshot.bars[-((frame.width - BAR_COLUMNS) // BAR_COLUMNS) :]
    finite = [level for level in snapshot.threshold_deg.values() if math.isfinite(level)]
    top = max([bar.drop_deg for bar in shown] + [level * 1.2 for level in finite] + [2.0])
    lines = [Text("   " + "".join("▲  " if bar.over and bar.good else "   " for bar in shown))]
    for row in range(rows - 1, -1, -1):
        text = Text("─▶ " if any(row <= level / top * rows < row + 1 for level in finite) else "   ", style="bold")
        for bar in shown:
            eighths = round(max(0.0, min(1.0, bar.drop_deg / top * rows - row)) * 8)
            style = COLORS[bar.side] if bar.good and bar.side not in snapshot.missing else MISSING_COLOR
            text.append(_BLOCKS[eighths] * 2 + " ", style=f"bold {style}" if bar.over else style)
        lines.append(text)
    lines.append(Text("   " + "".join(f"{SIDES[bar.side][0].upper()}  " for bar in shown), style="grey62"))
    return tuple(lines)
