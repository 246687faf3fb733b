"""Sessions that are not in the history yet: a note of each lies next to it until it is added, so that a crash loses none."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from levelhips.errors import BadInputError, LevelHipsError, RecordingError
from levelhips.files import make_folder
from levelhips.history.session_row import SessionKind
from levelhips.history.store import History
from levelhips.recording.leftover import is_leftover
from levelhips.recording.parts import by_session
from levelhips.text import tr

log = logging.getLogger(__name__)

FOLDER, SUFFIX = "unfinished", ".txt"
_LOCK_AT = 1 << 30  # byte that Windows locks: behind the text, which stays readable


class SessionNote:
    """The note of one session: the files of its recording. It is locked for as long as the process lives.

    Nothing here raises: without a note, only a crash would keep the session out of the history, until `levelhips history rebuild`.

    Parameters
    ----------
    history_file : Path
        The note is kept in a folder next to it.
    """

    def __init__(self, history_file: Path) -> None:
        self._folder = history_file.parent / FOLDER
        self._file: IO[str] | None = None
        self._path: Path | None = None

    def add(self, recording: Path) -> None:
        """Note that this file is about to be recorded."""
        try:
            if self._file is None:
                self._begin()
            assert self._file is not None
            self._file.write(f"{recording.resolve()}\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as error:
            log.warning("A recording could not be noted: %s", error)

    def remove(self) -> None:
        """Remove the note: the session is in the history, or does not belong there."""
        path, file = self._path, self._file
        self._path = self._file = None
        with contextlib.suppress(OSError):
            if file is not None:
                file.close()
            if path is not None:
                path.unlink(missing_ok=True)

    def _begin(self) -> None:
        make_folder(self._folder)
        number, name = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=SUFFIX)
        self._file = open(number, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  # open until `remove`
        _lock(self._file)
        self._path = self._folder / Path(name).name.removeprefix(".")
        os.rename(name, self._path)  # only now do others see it, and the lock goes with it
        if sys.platform != "win32":
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)  # the name, too, must survive a power loss
            finally:
                os.close(folder)


@dataclass(slots=True)
class TakenIn:
    """What was done about unfinished sessions.

    Attributes
    ----------
    added : int
        Number of sessions that were added to the history.
    removed : int
        Number of files without any data that were removed.
    errors : list of LevelHipsError
        Why others could not be added.
    """

    added: int = 0
    removed: int = 0
    errors: list[LevelHipsError] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """What the user should know of it, line by line."""
        added = [tr("ending.unfinished-added", n=self.added)] if self.added else []
        return added + [tr("ending.unfinished-unreadable", error=error) for error in self.errors]


def take_in(history_file: Path) -> TakenIn:
    """Add the sessions to the history that were cut off before: by a crash, a kill or a power loss.

    A session that still runs is left alone. If the history cannot be used, or a disk fails, the notes stay for the next start.
    """
    done = TakenIn()
    try:
        notes = sorted((history_file.parent / FOLDER).glob(f"[!.]*{SUFFIX}"))
    except OSError as error:
        log.info("The notes of unfinished sessions cannot be read: %s", error)
        return done
    for note in notes:
        try:
            with open(note, "r+", encoding="utf-8", errors="surrogateescape") as file:
                _lock(file)
                recordings = [Path(line) for line in file.read().split("\n")[:-1]]  # a line that was cut off has no end
            with History(history_file) as history:
                for files in by_session([path for path in recordings if _has_data(path, done)]):
                    _add(history, files[0], done)  # the others are found from the first
            note.unlink(missing_ok=True)
        except (OSError, RecordingError) as error:  # it still runs, or what failed may pass
            log.info("%s is left for later: %s", note, error)
    return done


def _has_data(path: Path, done: TakenIn) -> bool:
    """Return whether a file is there and has data; remove one that has none."""
    if not path.exists():
        log.info("%s is not there any more", path)
        return False
    if is_leftover(path):
        path.unlink()
        done.removed += 1
        return False
    return True


def _add(history: History, path: Path, done: TakenIn) -> None:
    """Add a session; raise only errors that may pass."""
    try:
        row = history.add(path)
    except BadInputError as error:  # too short to have steps: as little belongs in the history as a session ended by hand so early
        log.info("%s: %s", path, error)
    except RecordingError as error:
        if isinstance(error.__cause__, OSError | sqlite3.Error):
            raise
        done.errors.append(error)
    else:
        if row.kind is SessionKind.OTHER:  # nothing was done in it
            history.forget(path)
        else:
            done.added += 1


def _lock(file: IO[str]) -> None:
    """Lock a file until it is closed or its process ends.

    Raises
    ------
    OSError
        If another process has locked it.
    """
    if sys.platform == "win32":
        import msvcrt

        file.seek(_LOCK_AT)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)
        return
    import fcntl

    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
