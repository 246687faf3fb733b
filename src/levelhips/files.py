"""Write files atomically, and never replace a device or a folder by a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from levelhips.errors import LevelHipsError


def check_replaceable(path: Path) -> None:
    """Check that nothing or a regular file is at a path: renaming a file over a device such as /dev/full would remove the device.

    Raises
    ------
    LevelHipsError
        If something else is there.
    """
    if path.exists() and not path.is_file():
        raise LevelHipsError("is-a-folder" if path.is_dir() else "not-a-regular-file", path=path)


class Replacement:
    """A temporary file that takes the place of another one when it is complete.

    It is in the same folder, has the same suffix, and only its owner can read it. A symbolic link stays a link: the file it
    points to is replaced.

    Parameters
    ----------
    path : Path
        The file to create or replace.

    Raises
    ------
    LevelHipsError
        If `path` is a folder or a device.
    OSError
        If the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        check_replaceable(path)
        self.path = path.resolve()
        number, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.stem}.", suffix=self.path.suffix)  # mode 0600
        os.close(number)
        self.part = Path(name)

    def commit(self) -> None:
        """Put the temporary file, already written and closed, in its place."""
        with self.part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(self.part, self.path)

    def discard(self) -> None:
        """Remove the temporary file; the file that was there before stays as it is."""
        self.part.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the temporary path of a `Replacement`; commit it if the block ends without an exception, otherwise discard it."""
    replacement = Replacement(path)
    try:
        yield replacement.part
        replacement.commit()
    except BaseException:
        replacement.discard()
        raise
