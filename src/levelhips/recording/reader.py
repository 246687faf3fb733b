"""Read MCAP files of levelhips: everything that is undamaged, and notes on what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from levelhips.commands import Command
from levelhips.errors import NewerFileError, RecordingError
from levelhips.events import Event
from levelhips.events.codec import json_object
from levelhips.recording import schema
from levelhips.recording.frames import DAMAGE_ERRORS, FileState, Message, read_messages
from levelhips.recording.recording import Recording, nominal_rate
from levelhips.recording.schema import Packet, Topic
from levelhips.samples import Array, Samples
from levelhips.text import Text, text

MAX_RATE_ERROR = 0.05  # relative: sensor clocks are within 3 %. Rates 4 % apart (50 and 52 Hz) pass as the same


@dataclass(slots=True)
class _Contents:
    """The decoded messages of a file."""

    blocks: list[tuple[Array, Array, Array]] = field(default_factory=list)
    scales: set[tuple[float, float] | None] = field(default_factory=set)
    packets: list[Packet] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    unreadable: int = 0
    unknown_events: int = 0
    newer: bool = False

    def add(self, message: Message) -> None:
        """Decode a message and keep its content; count it if it cannot be decoded."""
        decode = _DECODERS.get(message.channel)
        if decode is None:
            return
        try:
            decode(self, message.data)
        except schema.NewerVersionError:
            self.newer = True
        except schema.UnknownNameError:
            self.unknown_events += 1
        except DAMAGE_ERRORS:
            self.unreadable += 1

    def _samples(self, data: bytes) -> None:
        block = schema.decode_samples(data)
        self.scales.add(schema.scale_of(data))
        self.blocks.append(block)

    def _packet(self, data: bytes) -> None:
        self.packets.append(schema.decode_packet(data))

    def _event(self, data: bytes) -> None:
        self.events.append(schema.decode_event(data))

    def _command(self, data: bytes) -> None:
        self.commands.append(schema.decode_command(data))

    def _settings(self, data: bytes) -> None:
        self.settings = json_object(data)


_DECODERS: dict[int, Callable[[_Contents, bytes], None]] = {
    Topic.SAMPLES.channel: _Contents._samples,
    Topic.PACKETS.channel: _Contents._packet,
    Topic.EVENTS.channel: _Contents._event,
    Topic.CUES.channel: _Contents._event,
    Topic.COMMANDS.channel: _Contents._command,
    Topic.SETTINGS.channel: _Contents._settings,
}


def read_mcap(path: Path, data: bytes) -> Recording:
    """Read a recording from the bytes of an MCAP file; `path` is not opened: it names the recording in results and errors.

    Raises
    ------
    NewerFileError
        If a newer levelhips wrote it.
    RecordingError
        If another program wrote the file, or the file has no undamaged block of samples.
    """
    state, contents = FileState(path.name), _Contents()
    for message in read_messages(data, state):
        contents.add(message)
    if contents.newer or schema.format_of(state.metadata) > schema.VERSION:
        raise NewerFileError(path.name)
    notes = state.notes()
    if contents.unreadable:
        notes.append(text("recording.note.unreadable-messages", n=contents.unreadable))
    if contents.unknown_events:
        notes.append(text("recording.note.unknown-events", n=contents.unknown_events))
    if not contents.blocks:
        raise _without_samples(path, foreign=not state.metadata and not contents.packets)
    times, forces, rates = (np.concatenate(parts) for parts in zip(*contents.blocks, strict=True))
    contents.blocks.clear()  # free one of two copies: an hour takes 40 MB
    good = np.isfinite(times) & np.isfinite(forces).all(axis=1) & np.isfinite(rates).all(axis=1)
    good[1:] &= times[1:] > np.maximum.accumulate(np.where(np.isfinite(times), times, -np.inf))[:-1]
    if not good.all():
        notes.append(text("recording.note.bad-samples", n=int((~good).sum())))
        times, forces, rates = times[good], forces[good], rates[good]
    return Recording(
        path,
        Samples.checked(times, forces, rates),
        _rate(state.metadata, times, notes),
        state.metadata,
        contents.settings,
        contents.commands,
        contents.events,
        contents.packets,
        notes,
        contents.scales.pop() if len(contents.scales) == 1 else None,
        contents.unknown_events,
    )


def _without_samples(path: Path, *, foreign: bool) -> RecordingError:
    if foreign:
        return RecordingError("foreign-mcap-file", name=path.name)
    return RecordingError("no-whole-second", name=path.name)


def _rate(metadata: dict[str, str], times: Array, notes: list[Text]) -> float:
    """Return the rate [Hz] in the metadata if it agrees with the times of the samples, else the measured one with a note."""
    measured = nominal_rate(times) if len(times) > 1 else 0.0
    try:
        stated = float(metadata["rate_hz"])
    except (KeyError, ValueError):
        return measured
    if abs(stated - measured) <= MAX_RATE_ERROR * measured:
        return stated
    notes.append(text("recording.note.wrong-rate", stated_hz=stated, measured_hz=measured))
    return measured
