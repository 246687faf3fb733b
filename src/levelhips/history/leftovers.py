"""Remove recordings without any data from a folder: their session was killed before the sensor sent something."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from levelhips.errors import RecordingError
from levelhips.recording.leftover import is_leftover

log = logging.getLogger(__name__)

MIN_AGE_S = 3600.0  # a younger one may be of a session that is still looking for its sensor


def remove_leftovers(files: list[Path]) -> tuple[list[Path], int]:
    """Remove the leftovers among recordings that are older than `MIN_AGE_S`.

    Returns
    -------
    list of Path
        The recordings with data, and the files that cannot be read.
    int
        Number of files that were removed.
    """
    others, removed = [], 0
    for path in files:
        try:
            if not _is_empty(path):
                others.append(path)
            elif time.time() - path.stat().st_mtime > MIN_AGE_S:
                path.unlink()
                removed += 1
        except RecordingError:
            others.append(path)  # reading it will say why
        except OSError as error:
            log.info("%s has no data, but cannot be removed: %s", path, error)
    return others, removed


def _is_empty(path: Path) -> bool:
    """Return whether a file has no data: nothing was written before the kill, or only the beginning of a recording."""
    return is_leftover(path) or path.stat().st_size == 0
