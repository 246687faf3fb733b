"""Open a recording of any kind: an MCAP file of levelhips or a table of another program."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from levelhips.errors import BadInputError, RecordingError
from levelhips.files import read_limited, rest_of
from levelhips.recording.frames import MAGIC
from levelhips.recording.parts import session_files
from levelhips.recording.reader import read_session
from levelhips.recording.recording import Recording
from levelhips.untrusted import MAX_RECORDING_BYTES

SUFFIX = ".mcap"  # such a file is never taken for a table: its first bytes may be damaged


def open_recording(path: Path | str, *, acc_unit: str | None = None, gyr_unit: str | None = None) -> Recording:
    """Open a recording: an MCAP file of levelhips, or a table of another program (docs/recording-format.md).

    If the recorder had to begin a new file during a session, all files of the session are read as one recording, whichever of
    them is given.

    Parameters
    ----------
    path : Path or str
        A file. An export of phyphox or Sensor Logger may also be a folder or zip file.
    acc_unit, gyr_unit : str or None
        ``mps2``, ``g`` or ``mg``, and ``radps`` or ``dps``: units of a table whose header has none, or wrong ones.

    Raises
    ------
    RecordingError
        If the file cannot be read, is not a recording, was written by a newer levelhips, or is damaged so much that no second
        of samples can be read.
    BadInputError
        If the columns, units, times or values of a table are missing or cannot be right, or for the reasons of `check`.
    """
    path = Path(path)
    try:
        if not path.is_dir():
            with open(path, "rb") as file:
                head = file.read(len(MAGIC))
                if not head:
                    raise RecordingError("empty-file", name=path)
                if head == MAGIC or path.suffix.lower() == SUFFIX:
                    files = session_files(path)
                    named = head + rest_of(file, path, MAX_RECORDING_BYTES)
                    return check(read_session(files, (named if one == path else read_limited(one, MAX_RECORDING_BYTES) for one in files)))
        # Imported only for a table, so that opening a recording loads less code.
        from levelhips.recording.importers import read_table

        return check(read_table(path, acc_unit, gyr_unit))
    except FileNotFoundError as error:
        raise RecordingError("file-not-found", path=path) from error
    except PermissionError as error:
        raise RecordingError("no-permission-to-read", path=path) from error
    except OSError as error:
        raise RecordingError("cannot-read", path=path, reason=error.strerror) from error


def check(recording: Recording) -> Recording:
    """Check that a recording can be from a sensor that somebody wore, and return it.

    Raises
    ------
    BadInputError
        If there are too few samples, the rate is under 40 Hz, or the signal is constant.
    """
    samples = recording.samples
    name = recording.path.name
    if len(samples) < 2:
        raise BadInputError("no-samples", name=name)
    if not recording.rate_hz >= 40:
        raise BadInputError("rate-too-low", name=name, rate_hz=recording.rate_hz)
    for signal, values in (("acceleration", samples.acc_mps2), ("angular-rate", samples.gyr_radps)):
        if float(np.ptp(values, axis=0).max()) == 0.0:
            raise BadInputError(f"constant-{signal}", name=name)
    return recording
