"""Copy a recording into a new file: the undamaged parts of a damaged one, or a table of another program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from levelhips.errors import NewerFileError, RecordingError
from levelhips.recording.recording import Recording
from levelhips.recording.writer import RecordingWriter
from levelhips.text import Text


@dataclass(frozen=True, slots=True)
class Recovered:
    """The result of a recovery.

    Attributes
    ----------
    path : Path
        The new recording; the damaged one stays as it is.
    samples, packets, events : int
    notes : list of Text
        What was missing or damaged.
    """

    path: Path
    samples: int
    packets: int
    events: int
    notes: list[Text]


def recover(recording: Recording, to: Path | None = None) -> Recovered:
    """Write everything that could be read of a damaged recording into a new file next to it.

    The copy carries ``recovered_from`` with the name of the original in its metadata: it is the same session.

    Parameters
    ----------
    recording : Recording
        From `open_recording`: everything that could be read.
    to : Path or None
        The new file; None: next to the old one, with "-recovered" in its name.

    Raises
    ------
    NewerFileError
        If a newer levelhips wrote it: the copy would lack what this one does not know.
    RecordingError
        If nothing is wrong with it, or the new file exists or cannot be written.
    """
    if not recording.notes and to is None:
        raise RecordingError("nothing-to-recover", name=recording.path.name)
    path = to or recording.path.with_name(f"{recording.path.stem}-recovered.mcap")
    metadata = {**recording.metadata, "rate_hz": f"{recording.rate_hz:.6g}", "recovered_from": recording.path.name}
    copy_into(path, recording, metadata)
    return Recovered(path, len(recording.samples), len(recording.packets), len(recording.events), list(recording.notes))


def copy_into(path: Path, recording: Recording, metadata: dict[str, str]) -> None:
    """Write all of a recording into a new file, with this metadata.

    Raises
    ------
    NewerFileError
        If a newer levelhips wrote it: the copy would lack what this one does not know.
    RecordingError
        If the file exists or cannot be written.
    """
    if recording.unknown_events:
        raise NewerFileError(recording.path.name)
    metadata = {name: value for name, value in metadata.items() if name not in ("version", "format")}  # the copy has our format
    with RecordingWriter(path, metadata, recording.settings or None, scale=recording.scale) as writer:
        for packet in recording.packets:
            writer.packet(packet, packet.arrival_s)
        for command in recording.commands:
            writer.command(command)
        for event in recording.events:
            writer.event(event)
        writer.samples(recording.samples)
