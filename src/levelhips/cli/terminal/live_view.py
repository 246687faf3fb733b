"""The live view of a session."""

from __future__ import annotations

import math
from collections.abc import Callable

from rich.console import RenderableType
from rich.live import Live

from levelhips.cli.terminal.key_reader import KeyReader
from levelhips.cli.terminal.view import TerminalView
from levelhips.commands import Do
from levelhips.events import LinkState
from levelhips.live.freshness import current
from levelhips.live.keys import STILL_LEARNING, Action, Where, action_of, mark_line
from levelhips.live.session import Session
from levelhips.sensors.source import LinkStatus
from levelhips.text import tr
from levelhips.words import LINK_STATES, link_message, words_for

REFRESH_S = 0.1
CLOCK_HZ = 2


class LiveView(TerminalView):
    """Show a live session and act on its keys. The view polls; the session never waits for it."""

    _marks = 0

    def follow(self, session: Session, asked: Callable[[], bool] = lambda: False) -> None:
        """Show the session until it is over, the user ends it, or `asked` returns True."""
        if not self.animated:
            self._report(session, asked)
            return
        with KeyReader() as keys, Live(console=self.console, auto_refresh=False, vertical_overflow="crop") as live:
            shown: tuple[object, ...] = ()
            while not session.join(REFRESH_S) and not asked():
                for key in keys.pressed():
                    if not self.press(key, session):
                        return
                now = self._visible(session)
                if now != shown:
                    shown = now
                    live.update(self._drawn(session), refresh=True)
            live.update(self._drawn(session), refresh=True)

    def press(self, key: str, session: Session) -> bool:
        """Act on a key; return whether to go on."""
        snapshot = current(session.state)
        match action_of(key, Where.RUN if snapshot.drill is None else Where.DRILL):
            case Action.PAUSE:
                session.pause_or_go_on()
            case Action.RAISE_THRESHOLD:
                self._move_threshold(session, 1)
            case Action.LOWER_THRESHOLD:
                self._move_threshold(session, -1)
            case Action.ZERO:
                session.command(Do.ZERO)
                self.answer(tr("terminal.zero"))
            case Action.NEXT:
                session.command(Do.NEXT)
            case Action.MARK:
                session.command(Do.MARK)
                self._marks += 1
                self.answer(mark_line(self._marks, snapshot.now_s))
            case Action.MUTE:
                self.mute()
                session.mute(self.muted)
            case Action.END:
                return False
        return True

    def _move_threshold(self, session: Session, steps: int) -> None:
        if not session.move_threshold(steps):
            self.answer(str(STILL_LEARNING))

    def _visible(self, session: Session) -> tuple[object, ...]:
        """Return everything that the view shows, at the resolution at which it changes; if it is equal, nothing is drawn."""
        snapshot = current(session.state)
        lead = round(snapshot.lead_deg) if math.isfinite(snapshot.lead_deg) else None
        moment = (round(snapshot.now_s * CLOCK_HZ), snapshot.bars, snapshot.paused, snapshot.drill, lead)
        return (*moment, snapshot.missing, snapshot.missing_cadence, self.message(snapshot), session.link, self.muted, self.console.size)

    def _drawn(self, session: Session) -> RenderableType:
        snapshot = current(session.state)
        where = Where.RUN if snapshot.drill is None else Where.DRILL
        return self.drawn(snapshot, where=where, paused=snapshot.paused, link=link_line(session.link))

    def _report(self, session: Session, asked: Callable[[], bool]) -> None:
        """Print a line at each change of the link, for output that is not a terminal."""
        printed: tuple[LinkState, str] | None = None
        while True:
            over = session.join(REFRESH_S) or asked()
            link = session.link
            message = link_message(link.reason, link.error)
            if printed != (link.state, message):
                printed = (link.state, message)
                self.console.print(f"{link_line(link)}   {message}".rstrip(), highlight=False, soft_wrap=True)
            if over:
                return


def link_line(link: LinkStatus) -> str:
    """Return the state of the sensor in one line."""
    parts = [words_for(LINK_STATES, link.state), *([link.name] if link.name else [])]
    if math.isfinite(link.battery_percent):
        parts.append(tr("terminal.battery", percent=link.battery_percent))
    if math.isfinite(link.rssi_dbm):
        parts.append(tr("terminal.signal", dbm=link.rssi_dbm))
    if link.reconnects:
        parts.append(tr("terminal.reconnected", n=link.reconnects))
    return "   ".join(parts)
