"""Bring what is whole of a cut or damaged recording into a new one, and say what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from levelhips.errors import RecordingError
from levelhips.recording.recording import Recording
from levelhips.recording.writer import RecordingWriter


@dataclass(frozen=True, slots=True)
class Recovered:
    """What came of it.

    Attributes
    ----------
    path : Path
        The new recording; the damaged one stays as it is.
    samples, packets, events : int
    notes : list of str
        What was missing or damaged.
    """

    path: Path
    samples: int
    packets: int
    events: int
    notes: list[str]


def recover(recording: Recording, to: Path | None = None) -> Recovered:
    """Write what was read of a damaged recording into a whole one beside it.

    Parameters
    ----------
    recording : Recording
        As `open_recording` gave it: all that is whole.
    to : Path or None
        The new file; None: beside the old one, with "-recovered" in its name.

    Raises
    ------
    RecordingError
        If nothing is wrong with it, or the new file exists or cannot be written.
    """
    if not recording.notes and to is None:
        raise RecordingError(f"{recording.path.name} is whole", fix="Nothing needs to be recovered; use it as it is")
    path = to or recording.path.with_name(f"{recording.path.stem}-recovered.mcap")
    metadata = {**recording.metadata, "rate_hz": f"{recording.rate_hz:.6g}", "recovered_from": recording.path.name}
    metadata.pop("version", None)
    copy_into(path, recording, metadata)
    return Recovered(path, len(recording.samples), len(recording.packets), len(recording.events), list(recording.notes))


def copy_into(path: Path, recording: Recording, metadata: dict[str, str]) -> None:
    """Write all of a recording into a new file.

    Raises
    ------
    RecordingError
        If the file exists or cannot be written.
    """
    with RecordingWriter(path, metadata, recording.settings or None, scale=recording.scale) as writer:
        for packet in recording.packets:
            writer.packet(packet, packet.arrival_s)
        for command in recording.commands:
            writer.command(command)
        for event in recording.events:
            writer.event(event)
        writer.samples(recording.samples)
