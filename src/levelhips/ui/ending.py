"""End of a session in a thread of its own: a slow radio or a long recording must not freeze the window."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.live.session import Session
from levelhips.programme.remember import remember

log = logging.getLogger(__name__)


class Ending:
    """The end of a session: stop it, close its sounds, and add its recording to the history.

    Attributes
    ----------
    done : threading.Event
        Set when all of that is done or has failed; the other attributes do not change after it.
    paths : list of Path
        The recordings that are kept: none if nothing was done in the session, several if the disk was full for a while.
    trouble : str
        What went wrong in the session, for the user; empty if nothing did.
    result : list of str
        The result of a drill, line by line; empty after a run.
    hints : list of str
        Advice that follows from this session and earlier ones, line by line.
    """

    def __init__(self, session: Session, sounds: list[Any], history_file: Path) -> None:
        self.done = threading.Event()
        self.paths = list[Path]()
        self.trouble, self.result, self.hints = "", list[str](), list[str]()
        self._session, self._sounds, self._history_file = session, sounds, history_file
        threading.Thread(target=self._run, name="levelhips-ending", daemon=True).start()

    def _run(self) -> None:
        session = self._session
        try:
            self._stop()
            self.paths = session.kept
            if session.error is not None or session.troubles:
                self.trouble = str(session.error or session.troubles[-1])
            if session.statistics.drill is not None:
                self.result = drill_lines(drill_values(session.statistics.drill))
            self.hints = [line for path in self.paths for line in remember(path, self._history_file)]
        except Exception as error:  # a bug must show a message: the screen would say "Ending" for ever
            log.exception("Ending the session")
            self.trouble = f"{type(error).__name__}: {error}"
        finally:
            self.done.set()

    def _stop(self) -> None:
        try:
            self._session.stop()
        except Exception as error:  # a bug in the session, which has logged it; the recording is complete up to there
            log.info("The session was ended by %s", type(error).__name__)
        for sound in self._sounds:
            sound.close()
