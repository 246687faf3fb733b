"""Read MCAP files of levelhips: everything that is undamaged, and notes on what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from levelhips.commands import Command
from levelhips.errors import NewerFileError, RecordingError
from levelhips.events import Event
from levelhips.events.codec import json_object
from levelhips.learned import Learned
from levelhips.recording import schema
from levelhips.recording.frames import DAMAGE_ERRORS, MAGIC, FileState, Message, read_messages
from levelhips.recording.parts import OF_PART, missing_parts, once, part_number
from levelhips.recording.recording import Recording, nominal_rate
from levelhips.recording.schema import Packet, Topic
from levelhips.samples import Array, Samples
from levelhips.text import Text, text

MAX_RATE_ERROR = 0.05  # relative: sensor clocks are within 3 %. Rates 4 % apart (50 and 52 Hz) pass as the same


@dataclass(slots=True)
class _Contents:
    """The decoded messages of the files of a session."""

    blocks: list[tuple[Array, Array, Array]] = field(default_factory=list)
    earlier: set[bytes] = field(default_factory=set)  # events, commands and packets of earlier files
    breaks: list[int] = field(default_factory=list)  # numbers of samples before each file
    numbers: list[int] = field(default_factory=list)  # which part of the session each file is
    copies: int = 0  # how many files have only what an earlier file of the same number has
    doubtful: bool = False  # whether a file has no samples because it is damaged: how many it had is unknown
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

    def count(self) -> int:
        """Return the number of samples so far."""
        return sum(len(times) for times, _, _ in self.blocks)

    def end_file(self, file: Path, state: FileState, *, is_last: bool) -> None:
        """Note the number of a file in its session, and whether it may have had samples although none could be read."""
        self.numbers.append(part_number(file, state.metadata))
        # What the recorder could not write into a file that is not the last is in the next one.
        damaged = state.unreadable or state.damaged_parts > 0 or (is_last and state.unread_bytes > 0)
        self.doubtful |= damaged and self.count() == self.breaks[-1]

    def take_samples(self) -> tuple[Array, Array, Array]:
        """Return times, specific forces and angular rates of all samples, and free the blocks they came in."""
        times, forces, rates = (np.concatenate(arrays) for arrays in zip(*self.blocks, strict=True))
        self.blocks.clear()  # one of two copies: an hour takes 40 MB
        return times, forces, rates

    def _samples(self, data: bytes) -> None:
        block = schema.decode_samples(data)
        if len(block[0]):
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
    return read_session([path], [data])


def read_session(files: list[Path], contents_of_files: Iterable[bytes]) -> Recording:
    """Read the files of a session, in their order, as one recording; what is missing between them is a gap.

    Parameters
    ----------
    files : list of Path
        The first one names the recording.
    contents_of_files : iterable of bytes
        Read one after the other, so that only one file at a time is in memory.

    Raises
    ------
    NewerFileError
        If a newer levelhips wrote one of them.
    RecordingError
        If another program wrote them, or they have no undamaged block of samples.
    """
    contents, metadata, notes, is_mcap = _Contents(), dict[str, str](), list[Text](), False
    for file, data in zip(files, contents_of_files, strict=True):
        contents.breaks.append(contents.count())
        state, is_mcap = FileState(file.name), is_mcap or data.startswith(MAGIC)
        for message in once(read_messages(data, state), contents.earlier) if len(files) > 1 else read_messages(data, state):
            contents.add(message)
        if contents.newer or schema.format_of(state.metadata) > schema.VERSION:
            raise NewerFileError(file.name)
        metadata |= state.metadata if file is files[0] else _without(OF_PART, state.metadata)
        contents.end_file(file, state, is_last=file is files[-1])
        notes += _notes_on_file(files, file, state)
    if contents.unreadable:
        notes.append(text("recording.note.unreadable-messages", n=contents.unreadable))
    if contents.unknown_events:
        notes.append(text("recording.note.unknown-events", n=contents.unknown_events))
    if not contents.blocks:
        raise _without_samples(files[0], is_mcap=is_mcap, foreign=not metadata and not contents.packets)
    times, forces, rates = contents.take_samples()
    good = np.isfinite(times) & np.isfinite(forces).all(axis=1) & np.isfinite(rates).all(axis=1)
    good[1:] &= times[1:] > np.maximum.accumulate(np.where(np.isfinite(times), times, -np.inf))[:-1]
    breaks = [int(good[:at].sum()) for at in contents.breaks]
    if not good.all():
        repeated = _repeated(times, contents.breaks)
        notes += _notes_on_copies(files, contents, repeated, len(times))
        if bad := int((~good).sum()) - sum(repeated):
            notes.append(text("recording.note.bad-samples", n=bad))
        times, forces, rates = times[good], forces[good], rates[good]
    rate_hz = _rate(metadata, times, notes)
    notes += _notes_on_parts(files, contents, times, breaks, rate_hz)
    notes += _notes_on_missing_parts(files[0], contents.numbers, schema.decode_learned(metadata.get(schema.LEARNED, "")))
    return Recording(
        files[0],
        Samples.checked(times, forces, rates),
        rate_hz,
        metadata,
        contents.settings,
        contents.commands,
        contents.events,
        contents.packets,
        notes,
        contents.scales.pop() if len(contents.scales) == 1 else None,
        contents.unknown_events,
    )


def _without(names: Iterable[str], metadata: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in metadata.items() if name not in names}


def _repeated(times: Array, breaks: list[int]) -> list[int]:
    """Return how many samples of each file are in an earlier one, too: whether the last were written, a recorder cannot know."""
    ends = [*breaks[1:], len(times)]
    return [int(np.isin(times[at:end], times[:at]).sum()) for at, end in zip(breaks, ends, strict=True)]


def _notes_on_file(files: list[Path], file: Path, state: FileState) -> list[Text]:
    """Return what is damaged or missing in one of the files of a session."""
    if len(files) == 1:
        return state.notes()
    if state.unreadable:
        return [text("recording.note.unreadable-part", name=file.name)]
    notes = state.notes(continued=file is not files[-1])
    return [text("recording.note.of-file", name=file.name, note=note) for note in notes]


def _notes_on_copies(files: list[Path], contents: _Contents, repeated: list[int], count: int) -> list[Text]:
    """Return which files are copies of others of the session, and count them; `count` is the number of all samples."""
    notes = []
    sizes = np.diff([*contents.breaks, count])
    for index, (file, number) in enumerate(zip(files, contents.numbers, strict=True)):
        if number in contents.numbers[:index] and 0 < repeated[index] == sizes[index]:
            contents.copies += 1
            notes.append(text("recording.note.copied-part", name=file.name, number=number))
    return notes


def _notes_on_parts(files: list[Path], contents: _Contents, times: Array, breaks: list[int], rate_hz: float) -> list[Text]:
    """Return what is missing between the files of a session: times (n,) [s], and the number of samples before each file."""
    count = len(files) - contents.copies
    if count == 1:
        return []
    pauses = [float(times[at] - times[at - 1]) for at in set(breaks) if 0 < at < len(times)]
    lost_s = sum(pause_s - 1 / rate_hz for pause_s in pauses if pause_s > 1.5 / rate_hz)
    if lost_s:
        return [text("recording.note.parts-with-loss", n=count, seconds=lost_s)]
    return [] if contents.doubtful else [text("recording.note.parts", n=count)]


def _notes_on_missing_parts(first: Path, numbers: list[int], learned: Learned | None) -> list[Text]:
    """Return which parts of the session are missing, and that what the engine had learned in them is taken from the first file."""
    missing = missing_parts(numbers)
    if not missing:
        return []
    notes = [text("recording.note.missing-parts", n=len(missing), numbers=", ".join(map(str, missing)))]
    if learned is not None:
        notes.append(text("recording.note.learned", name=first.name))
    return notes


def _without_samples(path: Path, *, is_mcap: bool, foreign: bool) -> RecordingError:
    if foreign:
        return RecordingError("foreign-mcap-file" if is_mcap else "not-an-mcap-file", name=path.name)
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
