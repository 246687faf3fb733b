"""Layout of the live view for the size of the terminal. The most important parts are always visible."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from levelhips.live.keys import Where, key_hints
from levelhips.text import tr

MAX_COLUMNS = 84  # columns; wider lines are hard to follow
FRAMED_ROWS, FRAMED_COLUMNS = 22, 70  # a frame costs two rows and four columns; below this they are needed for the content
DIM = "grey62"

Lines = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """The surroundings of a view: title, keys, messages and the size of the terminal.

    Attributes
    ----------
    title : str
    where : Where
        Which keys are valid.
    columns, rows : int
        Size of the terminal.
    muted, paused : bool
    link : str
        A line about the sensor.
    message : str
        A line that answers a key or reports what happened.
    degree : str
        The degree sign as the terminal can show it.
    """

    title: str
    where: Where
    columns: int = 80
    rows: int = 24
    muted: bool = False
    paused: bool = False
    link: str = ""
    message: str = ""
    degree: str = "°"

    @property
    def framed(self) -> bool:
        """Whether there is room for a frame."""
        return self.rows >= FRAMED_ROWS and self.columns >= FRAMED_COLUMNS

    @property
    def width(self) -> int:
        """Columns inside the frame."""
        return max(20, min(self.columns, MAX_COLUMNS) - (4 if self.framed else 0))

    @property
    def height(self) -> int:
        """Rows inside the frame. The last row stays free: a full screen would scroll."""
        return self.rows - 1 - (2 if self.framed else 0)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a view in one or several sizes, the smallest first; an empty size leaves it out."""

    sizes: tuple[Lines, ...]
    rank: int = 0  # the lowest rank grows first


def assemble(sections: Sequence[Section], frame: Frame) -> RenderableType:
    """Give each section the largest size for which there is room, by rank, and put them below each other."""
    chosen = [section.sizes[0] for section in sections]
    room = frame.height - sum(map(len, chosen))
    for k in sorted(range(len(sections)), key=lambda k: sections[k].rank):
        fitting = [size for size in sections[k].sizes if len(size) - len(chosen[k]) <= room]
        if fitting:
            largest = max(fitting, key=len)
            room -= len(largest) - len(chosen[k])
            chosen[k] = largest
    lines = [line for size in chosen for line in size]
    for line in lines:
        line.no_wrap, line.overflow = True, "crop"
    if frame.framed:
        return Panel(Group(*lines), title=Text(frame.title), width=frame.width + 4)
    return Group(*lines)


def foot(frame: Frame) -> list[Section]:
    """Return the message and the keys, which are always there."""
    keys = tuple(Text(line, style=DIM) for line in joined(key_hints(frame.where), frame.width))
    message = [Text(line, style="italic") for line in textwrap.wrap(frame.message, frame.width) or [" "]]
    return [Section(((message[0],), tuple(message)), rank=0), Section((keys,))]


def link_section(frame: Frame, rank: int) -> Section:
    """Return the line about the sensor, if there is one; as many of its parts in a line as the width allows."""
    lines = tuple(Text(line, style=DIM) for line in joined(frame.link.split("   "), frame.width) if line)
    return Section(((), lines[:1], lines), rank)


def status(frame: Frame) -> list[str]:
    """Return the words for paused and muted, as far as they apply."""
    return [tr("terminal.paused")] * frame.paused + [tr("terminal.muted")] * frame.muted


def joined(parts: Sequence[str], width: int, gap: str = "   ") -> list[str]:
    """Return the parts in as few lines as the width allows; a part is never broken."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(gap) + len(part) <= width:
            lines[-1] += gap + part
        else:
            lines.append(part)
    return lines


def wrapped(text: str, frame: Frame, style: str) -> Lines:
    """Return a text in centered lines."""
    return tuple(Text(line.center(frame.width).rstrip(), style=style) for line in textwrap.wrap(text, frame.width))


def clock(now_s: float) -> str:
    """Return minutes and seconds with tenths, such as ``  2:41.3``."""
    tenths = int(max(now_s, 0.0) * 10)
    return f"{tenths // 600:3d}:{tenths % 600 // 10:02d}.{tenths % 10}"
