"""End of a session in a thread of its own: neither a window nor a terminal waits for a radio, a disk or a sound device that hangs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from levelhips.live.session import Session

log = logging.getLogger(__name__)

CLOSE_S = 4.0  # a player needs 3 s at most: one for what still sounds, two for a device that hangs; being kept awake, one second


class Ending:
    """The end of a session: stop it, close what it used, and add its recording to the history.

    Parameters
    ----------
    session : Session
    used : sequence
        What to close: the sounds, and what keeps the computer awake.
    remember : callable
        Adds the recordings of the session to the history; returns advice, line by line, and whether all were added.

    Attributes
    ----------
    begun : bool
    stopped : threading.Event
        Set when the recording is closed, or cannot be; `paths` and `trouble` do not change after it.
    done : threading.Event
        Set when all is done or has failed. The history may take long: who cannot wait leaves earlier.
    paths : list of Path
        The recording that is kept; empty if nothing was done in the session.
    trouble : str
        What went wrong in the session, for the user; empty if nothing did.
    bug : Exception or None
        The bug that ended the session; errors for the user are in `Session.error`.
    hints : list of str
        Advice that follows from this session and earlier ones, line by line.
    """

    def __init__(self, session: Session, used: Sequence[Any], remember: Callable[[list[Path]], tuple[list[str], bool]]) -> None:
        self.stopped, self.done = threading.Event(), threading.Event()
        self.paths = list[Path]()
        self.trouble, self.hints = "", list[str]()
        self.bug: Exception | None = None
        self._session, self._used, self._remember = session, used, remember
        self.begun, self._beginning = False, threading.Lock()

    def begin(self) -> None:
        """Begin to end the session, unless that was begun before. Returns at once; may be called from any thread."""
        with self._beginning:
            if self.begun:
                return
            self.begun = True
        threading.Thread(target=self._run, name="levelhips-ending", daemon=True).start()

    def _run(self) -> None:
        session = self._session
        try:
            self._stop()
            closing = threading.Thread(target=self._close_used, name="levelhips-closing", daemon=True)
            closing.start()
            self.paths = session.kept
            if session.error is not None or session.troubles:
                self.trouble = str(session.error or session.troubles[-1])
            self.stopped.set()
            self.hints, added = self._remember(self.paths)
            if added:
                session.remembered()
            closing.join(CLOSE_S)
        except Exception as error:  # a bug must show a message: the screen would say "Ending" for ever
            log.exception("Ending the session")
            self.bug = self.bug or error
            self.trouble = f"{type(error).__name__}: {error}"
        finally:
            self.stopped.set()
            self.done.set()

    def _stop(self) -> None:
        try:
            self._session.stop()
        except Exception as error:  # a bug in the session, which has logged it; the recording is complete up to there
            log.info("The session was ended by %s", type(error).__name__)
            self.bug = error

    def _close_used(self) -> None:
        for one in self._used:
            one.close()
