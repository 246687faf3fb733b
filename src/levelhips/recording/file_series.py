"""Create the files that a recorder writes in one session: one after the other, each with the description of the session."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from levelhips.errors import RecordingError
from levelhips.files import make_folder
from levelhips.learned import Learned
from levelhips.recording.parts import CONTINUES, PART, first_names, part_names
from levelhips.recording.schema import LEARNED, encode_learned
from levelhips.recording.writer import RecordingWriter, new_name


def check_folder(folder: Path) -> None:
    """Create a folder if it is missing and check, before the run, that recordings can be written into it.

    Raises
    ------
    RecordingError
        If they cannot.
    """
    try:
        make_folder(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"levelhips")
    except OSError as error:
        raise RecordingError("no-recordings-in-folder", folder=folder, reason=error.strerror) from error


@dataclass(slots=True)
class Description:
    """What each file of a session begins with.

    `more` is the metadata that became known with the first samples, `learned` what the engine has learned by now: with it, a
    later file can be read without the files before.
    """

    metadata: dict[str, str]
    more: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] | None = None
    scale: tuple[float, float] | None = None
    learned: Learned | None = None


class FileSeries:
    """The files of one session.

    Parameters
    ----------
    folder : Path
        Created if it is missing.
    sensor : str
        Name of the sensor; the name of the first file has it after the time.
    description : Description
    created : callable
        Called with the path of each new file.

    Attributes
    ----------
    paths : list of Path
        The files so far that are still at their place.
    """

    def __init__(self, folder: Path, sensor: str, description: Description, created: Callable[[Path], None]) -> None:
        self.folder, self.description, self.paths = folder, description, list[Path]()
        self._sensor, self._created = sensor, created
        # The first and the last file, wherever they are now, and the number of files.
        self._first: Path | None = None
        self._last: Path | None = None
        self._count = 0

    def begin(self) -> RecordingWriter:
        """Create the next file.

        Raises
        ------
        RecordingError
            If it cannot be created.
        """
        try:
            make_folder(self.folder)
        except OSError as error:
            raise RecordingError("no-recordings-in-folder", folder=self.folder, reason=error.strerror) from error
        number, part = self._count + 1, dict[str, str]()
        names = first_names(self.folder / new_name(self._sensor))
        if self._first is not None and self._last is not None:
            part = {PART: str(number), CONTINUES: self._last.name}
            if self.description.learned is not None:
                part[LEARNED] = encode_learned(self.description.learned)
            names = part_names(self._first, number)
        for path in names:
            try:
                writer = self._create(path, part)
            except RecordingError as error:
                if isinstance(error.__cause__, FileExistsError):
                    continue
                path.unlink(missing_ok=True)  # it has no data
                raise
            self._first, self._last, self._count = self._first or path, path, number
            self._add(path)
            return writer
        raise RecordingError("too-many-of-one-name", stem=path.stem, folder=self.folder)

    def _create(self, path: Path, part: dict[str, str]) -> RecordingWriter:
        described = self.description
        writer = RecordingWriter(path, {**described.metadata, **described.more, **part}, chunk_s=math.inf)
        if described.settings is not None:
            writer.describe({}, described.settings, described.scale)
        writer.flush()
        return writer

    def save_again(self, writer: RecordingWriter) -> Path | None:
        """Close the last file, which is not at its place any more; if it was deleted, save it again and return its path.

        Raises
        ------
        OSError, RecordingError
            If it cannot be saved.
        """
        gone = self.paths.pop()
        make_folder(gone.parent)
        saved = next(path for path in (gone, *part_names(self._first or gone, self._count)) if not path.exists())
        if not writer.close_and_copy(saved):
            return None
        self._last = saved
        self._add(saved)
        return saved

    def remove_empty(self, writer: RecordingWriter) -> None:
        """Remove a file that was closed without any data of a sensor.

        Raises
        ------
        OSError
            If it cannot be removed.
        """
        if writer.is_empty and writer.path in self.paths:
            writer.path.unlink()
            self.paths.remove(writer.path)

    def _add(self, path: Path) -> None:
        self.paths.append(path)
        self._created(path)
