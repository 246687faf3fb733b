"""Read files up to a limit, and write them: atomically, for their owner only, never through a symbolic link or in place of a device."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from levelhips.errors import LevelHipsError, RecordingError

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700  # what we write is about the health of its owner
MAX_STEM = 40  # characters of the name in a temporary name, which systems limit to 255 bytes


def read_limited(path: Path, limit: int, error: type[LevelHipsError] = RecordingError) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    LevelHipsError
        Of the kind `error`, if it has more than `limit` bytes.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        return rest_of(file, path, limit, error)


def rest_of(file: BinaryIO, path: Path, limit: int, error: type[LevelHipsError] = RecordingError) -> bytes:
    """Return the bytes of an open file from its present place on; as `read_limited`."""
    # Not by its size alone: that of a pipe or a device is 0.
    if os.fstat(file.fileno()).st_size > limit or len(data := file.read(limit + 1)) > limit:
        raise error("file-too-large", path=path, size=_in_words(limit))
    return data


def _in_words(size: int) -> str:
    return f"{size >> 20} MB" if size >> 20 else f"{size >> 10} kB"


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

    It is in the same folder, has the same suffix, and only its owner can read it. A symbolic link is replaced by the file; the
    file that it points to is not touched.

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
        self.path = path.absolute()
        prefix = f".{self.path.stem[:MAX_STEM]}."
        number, name = tempfile.mkstemp(dir=self.path.parent, prefix=prefix, suffix=self.path.suffix)  # mode 0600
        os.close(number)
        self.part = Path(name)

    def commit(self) -> None:
        """Put the temporary file, already written and closed, in its place."""
        _sync(self.part)
        os.replace(self.part, self.path)
        _sync_folder(self.path.parent)

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


@contextmanager
def replacing_all(folder: Path, *, last: str) -> Iterator[Path]:
    """Yield a temporary folder; when the block ends without an exception, move the files in it to `folder`, `last` at the end.

    If that file is there, all files next to it are complete and were written together.

    Raises
    ------
    LevelHipsError
        If a folder or a device is in the place of a file.
    OSError
        If the folder cannot be created or written.
    """
    make_folder(folder)
    staging = Path(tempfile.mkdtemp(prefix=".levelhips-", dir=folder))  # mode 0700
    try:
        yield staging
        names = sorted((path.name for path in staging.iterdir()), key=lambda name: (name == last, name))
        for name in names:
            check_replaceable(folder / name)
            (staging / name).chmod(PRIVATE_FILE)
            _sync(staging / name)
        for name in names:
            os.replace(staging / name, folder / name)
        _sync_folder(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically; create its folder if it is missing.

    Raises
    ------
    LevelHipsError
        If `path` is a folder or a device.
    OSError
        If it cannot be written; what was there before stays as it is.
    """
    make_folder(path.parent)
    with replacing(path) as part:
        part.write_bytes(data)


def make_folder(folder: Path) -> None:
    """Create a folder and the folders above it that are missing, each for its owner only.

    Raises
    ------
    OSError
        If it cannot be created.
    """
    for missing in reversed([folder, *folder.parents]):
        if not missing.exists():
            missing.mkdir(PRIVATE_FOLDER, exist_ok=True)
    folder.mkdir(exist_ok=True)  # refuses a file of this name


def create_private(path: str, flags: int) -> int:
    """Open a file for `open(path, "x...", opener=create_private)`: a file that is created is for its owner only."""
    return os.open(path, flags, PRIVATE_FILE)


def _sync(path: Path) -> None:
    """Wait until the content of a file is on the disk: renamed earlier, an empty file could be what a power loss leaves."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, on systems that can wait for that."""
    # The file is whole under either name, so that an error here has no consequence. Windows cannot open a folder.
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
