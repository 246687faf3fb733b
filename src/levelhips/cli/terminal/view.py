"""Base class of the live views of a session and of a replay: sound, messages and drawing."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from rich.console import Console, RenderableType

from levelhips.cli.encoding import writable
from levelhips.cli.terminal.layout import Frame
from levelhips.cli.terminal.run_screen import draw
from levelhips.live.dispatcher import Silenceable
from levelhips.live.keys import Where
from levelhips.live.snapshot import Snapshot
from levelhips.text import tr
from levelhips.words import fault_message

ANSWER_S = 4.0  # how long the answer to a key is shown: long enough to read while running


class TerminalView:
    """Draw pictures of a session or replay, mute its sounds, and show answers to keys.

    Parameters
    ----------
    console : Console
    title : str
    sounds : list of Silenceable
        The sounds that `mute` silences.
    clock : callable
        Monotonic seconds.

    Attributes
    ----------
    muted : bool
    animated : bool
        Whether the terminal can show a view that changes, and is not quiet.
    """

    def __init__(
        self, console: Console, title: str, sounds: list[Silenceable] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.console, self.title = console, title
        self.muted = False
        # A dumb terminal (TERM=dumb) cannot move its cursor back: it would show nothing until the end.
        self.animated = console.is_terminal and not console.is_dumb_terminal and not console.quiet
        self._sounds = sounds or []
        self._clock = clock
        self._answer, self._answer_until_s = "", 0.0
        self._failing = ""  # what failed when the message was last asked for

    def mute(self) -> None:
        """Turn the sound off, or on again."""
        self.muted = not self.muted
        for sound in self._sounds:
            sound.mute(self.muted)
        self.answer(tr("terminal.sound-off" if self.muted else "terminal.sound-on"))

    def answer(self, text: str) -> None:
        """Show a line for some seconds, in place of what happened last."""
        self._answer, self._answer_until_s = text, self._clock() + ANSWER_S

    def message(self, snapshot: Snapshot) -> str:
        """Return the message line: the answer to a key, else what is failing, else what happened last.

        What begins to fail takes the place of an answer: a fault must be shown within 2 s.
        """
        before, self._failing = self._failing, fault_message(snapshot.health)
        if self._failing not in ("", before):
            self._answer_until_s = -math.inf
        return self.shown_answer or self._failing or snapshot.message

    @property
    def shown_answer(self) -> str:
        """The answer to a key, while it is shown; else empty."""
        return self._answer if self._clock() < self._answer_until_s else ""

    def drawn(self, snapshot: Snapshot, *, where: Where, paused: bool, link: str = "") -> RenderableType:
        """Return the view for the present size of the terminal."""
        columns, rows = self.console.size
        frame = Frame(
            title=self.title,
            where=where,
            columns=columns,
            rows=rows,
            muted=self.muted,
            paused=paused,
            link=link,
            message=self.message(snapshot),
            degree=writable("°", self.console.encoding),
        )
        return draw(snapshot, frame)
