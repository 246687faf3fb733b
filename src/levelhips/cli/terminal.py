"""The live view in a terminal: two large numbers, a bar for each of the last steps, one line of keys."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.align import Align
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from levelhips.commands import Do
from levelhips.events import LinkState, Quality, Side
from levelhips.live.dispatch import Silenceable
from levelhips.live.replay import Replay
from levelhips.live.session import Session
from levelhips.live.snapshot import Picture, block_line
from levelhips.sensors.source import LinkStatus

COLOURS = {Side.LEFT: "#56b4e9", Side.RIGHT: "#e69f00"}
_GLYPHS = {
    "0": ("█▀█", "█ █", "█ █", "█ █", "▀▀▀"),
    "1": (" ▄█", "  █", "  █", "  █", "  ▀"),
    "2": ("▀▀█", "  █", "█▀▀", "█  ", "▀▀▀"),
    "3": ("▀▀█", "  █", " ▀█", "  █", "▀▀▀"),
    "4": ("█ █", "█ █", "▀▀█", "  █", "  ▀"),
    "5": ("█▀▀", "█  ", "▀▀█", "  █", "▀▀▀"),
    "6": ("█▀▀", "█  ", "█▀█", "█ █", "▀▀▀"),
    "7": ("▀▀█", "  █", "  █", "  █", "  ▀"),
    "8": ("█▀█", "█ █", "█▀█", "█ █", "▀▀▀"),
    "9": ("█▀█", "█ █", "▀▀█", "  █", "▀▀▀"),
    ".": ("  ", "  ", "  ", "  ", " ▀"),
    "-": ("   ", "   ", "▀▀▀", "   ", "   "),
}
_BLOCKS = " ▁▂▃▄▅▆▇█"
HEIGHT = 6
REFRESH_S = 0.1
CLOCK_HZ = 2


def big(number: float) -> str:
    """A number of degrees in letters five rows high."""
    return big_text(f"{number:.1f}" if math.isfinite(number) else "--")


def big_text(text: str) -> str:
    """Digits, points and dashes in letters five rows high."""
    return "\n".join(" ".join(_GLYPHS[letter][row] for letter in text) for row in range(5))


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
        body = Text(big(drop), style=f"bold {COLOURS[side]}" if over else COLOURS[side], justify="center")
        tiles.append(
            Panel(
                Group(Align.center(body), Text(f"{word}   {limit}", justify="center")),
                title=f"{side.value.upper()} stance",
                border_style=f"bold {COLOURS[side]}" if over else "grey37",
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


def draw_drill(picture: Picture, *, title: str, keys: str, muted: bool = False, link: str = "") -> RenderableType:
    """A drill: what to do, the leading angle against its band, a large counter."""
    drill = picture.drill
    assert drill is not None
    colour = COLOURS[drill.side]
    hold = math.isfinite(drill.seconds)
    count = f"{drill.hold_s(picture.now_s):.0f}" if hold else f"{drill.reps}"
    asked = f"of {drill.seconds:.0f} s" if hold else f"of {drill.reps_asked}"
    minutes, seconds = divmod(max(picture.now_s, 0.0), 60)
    head = f"{int(minutes):3d}:{seconds:04.1f}   {drill.side.value} hip   set {drill.set_n} of {drill.sets}   {drill.phase.value}"
    wrong = drill.cheat_at(picture.now_s)
    told = Text(drill.what_next(picture.now_s), style="bold red" if wrong else "bold", justify="center")
    last = "" if math.isnan(drill.range_deg) else f"last {drill.range_deg:.0f}°, {drill.tempo_s:.1f} s   "
    counter = Text(big_text(count), style=f"bold {colour}", justify="center")
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
        level(picture.lead_deg, drill.low_deg, drill.high_deg, colour),
        Text(f"{last}{drill.good} good   {drill.cheated} with a fault", justify="center"),
        Text(picture.said or " ", style="italic"),
        Text(keys, style="grey62"),
    ]
    return Panel(Group(*lines), title=title, width=84)


def level(value_deg: float, low_deg: float, high_deg: float, colour: str) -> Text:
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
        text.append("●" if k == now else mark, style=f"bold {colour}" if k == now or mark == "━" else "grey37")
    labels = [" "] * (width + 3)
    for deg in (low_deg, high_deg):
        for k, letter in enumerate(f"{deg:.0f}°"):
            labels[min(place(deg) + 3 + k, width + 2)] = letter
    text.append("\n" + "".join(labels), style="grey62")
    return text


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
            style = COLOURS[bar.side] if bar.good else "grey37"
            text.append(_BLOCKS[eighths] * 2 + " ", style=f"bold {style}" if bar.over else style)
        text.append("\n")
    text.append("   " + "".join(f"{bar.side.value[0].upper()}  " for bar in picture.bars), style="grey62")
    return text


class Keys:
    """Single keys from the terminal without waiting; none where there is no terminal."""

    def __enter__(self) -> Self:
        self._stack = contextlib.ExitStack()
        self._posix = False
        if sys.stdin.isatty():
            try:
                import termios
                import tty

                before = termios.tcgetattr(sys.stdin)
                self._stack.callback(termios.tcsetattr, sys.stdin, termios.TCSADRAIN, before)
                tty.setcbreak(sys.stdin)
                self._posix = True
            except ImportError:  # Windows: msvcrt needs no preparation
                pass
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    def pressed(self) -> Iterator[str]:
        """The keys since the last call: a letter, or up, down, left, right, space."""
        if self._posix:
            yield from _posix_keys()
        elif sys.platform == "win32" and sys.stdin.isatty():
            yield from _windows_keys()


def _posix_keys() -> Iterator[str]:
    import os
    import select

    while select.select([sys.stdin], [], [], 0)[0]:
        data = os.read(sys.stdin.fileno(), 32).decode(errors="ignore")
        if not data:
            return
        for code, arrow in (("\x1b[A", "↑"), ("\x1b[B", "↓"), ("\x1b[D", "←"), ("\x1b[C", "→")):
            data = data.replace(code, arrow)
        for letter in data:
            yield {"↑": "up", "↓": "down", "←": "left", "→": "right", " ": "space"}.get(letter, letter)


def _windows_keys() -> Iterator[str]:
    import msvcrt  # only there

    while msvcrt.kbhit():  # type: ignore[attr-defined,unused-ignore]
        letter = msvcrt.getwch()  # type: ignore[attr-defined,unused-ignore]
        if letter in "\x00\xe0":
            letter = {"H": "up", "P": "down", "K": "left", "M": "right"}.get(msvcrt.getwch(), "")  # type: ignore[attr-defined,unused-ignore]
        yield "space" if letter == " " else letter


class TerminalFace:
    """Show a replay and take its keys. `muting` is told when sound goes off or on."""

    keys_line = "space pause   ← → 10 s back, on   m mute   q end"

    def __init__(self, console: Console, title: str, muting: list[Silenceable] | None = None) -> None:
        self.console, self.title = console, title
        self.muted = False
        self._muting = muting or []
        self.until_s = math.inf

    def play(self, replay: Replay) -> None:
        """Run a replay with the live view, or silently where the output is no terminal."""
        if not self.console.is_terminal:
            replay.run()
            return
        with Keys() as keys, Live(console=self.console, refresh_per_second=12, transient=False) as live:

            def between(replay: Replay) -> bool:
                for key in keys.pressed():
                    if key == "q":
                        return False
                    self._obey(key, replay)
                live.update(self._drawn(replay))
                return replay.now_s < self.until_s

            replay.run(between)
            live.update(self._drawn(replay))

    def _drawn(self, replay: Replay) -> RenderableType:
        title = self.title + ("   PAUSED" if replay.paused else "")
        return draw(replay.view.look(), title=title, keys=self.keys_line, muted=self.muted)

    def _obey(self, key: str, replay: Replay) -> None:
        if key == "space":
            replay.paused = not replay.paused
        elif key == "left":
            replay.seek(replay.now_s - 10)
        elif key == "right":
            replay.seek(replay.now_s + 10)
        elif key == "m":
            self.muted = not self.muted
            for sound in self._muting:
                sound.mute(self.muted)


def link_line(link: LinkStatus) -> str:
    """How the sensor fares, in a line."""
    parts = [link.state.value, *([link.name] if link.name else [])]
    if math.isfinite(link.battery_percent):
        parts.append(f"battery {link.battery_percent:.0f} %")
    if math.isfinite(link.rssi_dbm):
        parts.append(f"signal {link.rssi_dbm:.0f} dBm")
    if link.reconnects:
        parts.append(f"reconnected {link.reconnects} x")
    return "   ".join(parts)


class LiveFace:
    """Show a live session and take its keys; a view like any other: it asks, and the session never waits for it."""

    keys_line = "space pause   ↑ ↓ limit   z zero   k mark   m mute   q end"
    drill_keys_line = "space pause   n next set   z clip moved: stand again   k mark   m mute   q end"

    def __init__(self, console: Console, title: str, muting: list[Silenceable] | None = None) -> None:
        self.console, self.title = console, title
        self.muted = False
        self._muting = muting or []

    def follow(self, session: Session) -> None:
        """Until the session is over, or the user ends it."""
        if not self.console.is_terminal:
            self._report(session)
            return
        with Keys() as keys, Live(console=self.console, auto_refresh=False) as live:
            shown: tuple[object, ...] = ()
            while not session.join(REFRESH_S):
                for key in keys.pressed():
                    if key == "q":
                        return
                    self._obey(key, session)
                picture, link = session.view.look(), session.link
                # What can be seen changes with steps, words and tenths of seconds: not all of it is worth a drawing.
                now: tuple[object, ...] = (round(picture.now_s * CLOCK_HZ), picture.bars, picture.said, picture.paused, link, self.muted)
                if picture.drill is not None:
                    now = (*now, picture.drill, round(picture.lead_deg) if math.isfinite(picture.lead_deg) else None)
                if now != shown:
                    shown = now
                    live.update(self._drawn(session), refresh=True)
            live.update(self._drawn(session), refresh=True)

    def _drawn(self, session: Session) -> RenderableType:
        picture = session.view.look()
        title = self.title + ("   PAUSED" if picture.paused else "")
        keys = self.keys_line if picture.drill is None else self.drill_keys_line
        return draw(picture, title=title, keys=keys, muted=self.muted, link=link_line(session.link))

    def _report(self, session: Session) -> None:
        """Without a terminal: a line at each change of the link."""
        said: tuple[LinkState, str] | None = None
        while True:
            over = session.join(0.1)
            link = session.link
            if said != (link.state, link.why):
                said = (link.state, link.why)
                self.console.print(f"{link_line(link)}   {link.why}".rstrip(), highlight=False, soft_wrap=True, markup=False)
            if over:
                return

    def _obey(self, key: str, session: Session) -> None:
        if key == "space":
            session.pause_or_go_on()
        elif key in ("up", "down"):
            session.move_limit(1 if key == "up" else -1)
        elif key == "z":
            session.command(Do.ZERO)
        elif key == "n":
            session.command(Do.NEXT)
        elif key == "k":
            session.command(Do.MARK)
        elif key == "m":
            self.muted = not self.muted
            for sound in self._muting:
                sound.mute(self.muted)
