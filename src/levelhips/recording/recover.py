"""Write a recording into a new file: the readable parts of a damaged one, or an imported table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from levelhips.errors import NewerFileError, RecordingError
from levelhips.recording.recording import Recording
from levelhips.recording.writer import new_recording
from levelhips.text import Text


@dataclass(frozen=True, slots=True)
class Recovered:
    """The result of a recovery.

    Attributes
    ----------
    path : Path
        The new recording. The damaged one is not changed.
    samples, packets, events : int
        Numbers of what was copied.
    notes : list of Text
        What was missing or damaged.
    """

    path: Path
    samples: int
    packets: int
    events: int
    notes: list[Text]


def recover(recording: Recording, to: Path | None = None) -> Recovered:
    """Write all that could be read of a damaged recording into a new file next to it.

    The metadata of the copy has the name of the original as ``recovered_from``, so that the history counts the session once.

    Parameters
    ----------
    recording : Recording
        The damaged recording, from `open_recording`.
    to : Path or None
        The new file; None: next to the damaged one, with "-recovered" in its name.

    Raises
    ------
    NewerFileError
        If the recording has events of a newer levelhips, which the copy would lack.
    RecordingError
        If the recording is not damaged and `to` is None, or the new file exists or cannot be written.
    """
    if not recording.notes and to is None:
        raise RecordingError("nothing-to-recover", name=recording.path.name)
    path = to or recording.path.with_name(f"{recording.path.stem}-recovered.mcap")
    metadata = {**recording.metadata, "rate_hz": f"{recording.rate_hz:.6g}", "recovered_from": recording.path.name}
    copy_into(path, recording, metadata)
    return Recovered(path, len(recording.samples), len(recording.packets), len(recording.events), list(recording.notes))


def copy_into(path: Path, recording: Recording, metadata: dict[str, str]) -> None:
    """Write a whole recording into a new file, with the given metadata in place of its own.

    Raises
    ------
    NewerFileError
        If the recording has events of a newer levelhips, which the copy would lack.
    RecordingError
        If the file exists or cannot be written.
    """
    if recording.unknown_events:
        raise NewerFileError(recording.path.name)
    # The writer adds the format number of the new file.
    metadata = {name: value for name, value in metadata.items() if name not in ("version", "format")}
    with new_recording(path, metadata, recording.settings or None, scale=recording.scale) as writer:
        for packet in recording.packets:
            writer.packet(packet, packet.arrival_s)
        for command in recording.commands:
            writer.command(command)
        for event in recording.events:
            writer.event(event)
        writer.samples(recording.samples)
