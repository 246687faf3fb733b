"""Declaration of an importer: which files it recognizes, how it reads them, and example files that check it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from levelhips.files import read_limited
from levelhips.recording.importers.assemble import Imported
from levelhips.recording.importers.phone_export import Files, files_of
from levelhips.recording.importers.table import Table, parse
from levelhips.samples import Samples
from levelhips.untrusted import MAX_TABLE_BYTES

GROUP = "levelhips.importers"


class Source:
    """A file, folder or zip file to import. Its content is read once, when an importer first uses it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def files(self) -> Files | None:
        """The CSV files in a folder or zip file; None for any other file."""
        return files_of(self.path)

    @cached_property
    def data(self) -> bytes:
        """The bytes of the file."""
        return read_limited(self.path, MAX_TABLE_BYTES)

    @cached_property
    def table(self) -> Table:
        """The file as a table of numbers.

        Raises
        ------
        RecordingError, BadInputError
            If it is not such a table.
        """
        return parse(self.path.name, self.data)


@dataclass(frozen=True, slots=True)
class Importer:
    """Reader for files of another program. Plug-ins use the entry-point group ``levelhips.importers``.

    Attributes
    ----------
    name, title : str
        Name in files and options; name for people.
    recognizes : callable
        Returns whether a `Source` is from this program. Raising a LevelHipsError means no.
    read : callable
        Returns the signals of a source as `Imported`, with the units that the file names. Raises only LevelHipsError.
    examples : tuple of callable
        Functions that write samples into an empty folder in the format of the program, and return the path to import.
    general : bool
        Whether it also recognizes files of other programs; it is then tried after all others.
    """

    name: str
    title: str
    recognizes: Callable[[Source], bool]
    read: Callable[[Source], Imported]
    examples: tuple[Callable[[Samples, Path], Path], ...] = ()
    general: bool = False
