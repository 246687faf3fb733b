"""The live view of a session."""

from __future__ import annotations

import math

from rich.console import Console, RenderableType
from rich.live import Live

from levelhips.cli.terminal.key_reader import KeyReader
from levelhips.cli.terminal.run_picture import draw
from levelhips.commands import Do
from levelhips.events import LinkState
from levelhips.live.dispatch import Silenceable
from levelhips.live.session import Session
from levelhips.sensors.source import LinkStatus

REFRESH_S = 0.1
CLOCK_HZ = 2


def link_line(link: LinkStatus) -> str:
    """Return the state of the sensor in one line."""
    parts = [link.state.value, *([link.name] if link.name else [])]
    if math.isfinite(link.battery_percent):
        parts.append(f"battery {link.battery_percent:.0f} %")
    if math.isfinite(link.rssi_dbm):
        parts.append(f"signal {link.rssi_dbm:.0f} dBm")
    if link.reconnects:
        parts.append(f"reconnected {link.reconnects} x")
    return "   ".join(parts)


class LiveView:
    """Show a live session and act on its keys. The view polls; the session never waits for it."""

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
        with KeyReader() as keys, Live(console=self.console, auto_refresh=False) as live:
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
