"""Read metadata, settings and chosen kinds of events of a recording without decoding its samples, to list hundreds of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from levelhips.errors import NewerFileError, RecordingError
from levelhips.events import Event
from levelhips.events.codec import event_prefixes, json_object
from levelhips.files import read_limited
from levelhips.recording import schema
from levelhips.recording.frames import DAMAGE_ERRORS, MAGIC, FileState, read_messages
from levelhips.recording.parts import OF_PART, missing_parts, once, part_number, session_files
from levelhips.recording.schema import Topic
from levelhips.untrusted import MAX_RECORDING_BYTES

_CHANNELS = frozenset(topic.channel for topic in (Topic.EVENTS, Topic.CUES, Topic.SETTINGS))


@dataclass(slots=True)
class RecordingEvents:
    """Metadata, settings and chosen events of a recording.

    Attributes
    ----------
    files : list of Path
        The files of the session, in order.
    metadata, settings : dict
    events : list of Event
        Those of the requested kinds, in the order of the file.
    last_s : float
        Sensor time of the last message in an undamaged chunk [s].
    whole : bool
        Whether the files were closed, no part of the session is missing, and nothing that was read is damaged.
    newer : int
        Number of events that were skipped because this version does not know their kind or a value in them.
    """

    files: list[Path]
    metadata: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    last_s: float = 0.0
    whole: bool = False
    newer: int = 0


def read_events(path: Path, kinds: tuple[type, ...]) -> RecordingEvents:
    """Read metadata, settings and the events of these kinds. Damaged parts are skipped, and the result is then not `whole`.

    If the session has several files, all of them are read, whichever is given.

    Raises
    ------
    NewerFileError
        If a newer levelhips wrote it.
    RecordingError
        If a file cannot be read, is not an MCAP file, or is too large or expands too much.
    """
    files = session_files(path)
    found, earlier, numbers = RecordingEvents(files, whole=True), set[bytes](), set[int]()
    for file in files:
        try:
            data = read_limited(file, MAX_RECORDING_BYTES)
        except OSError as error:
            raise RecordingError("cannot-read", path=file, reason=error.strerror) from error
        numbers.add(part_number(file, _add(found, file, data, kinds, earlier)))
    found.whole = found.whole and not missing_parts(numbers)
    return found


def _add(found: RecordingEvents, file: Path, data: bytes, kinds: tuple[type, ...], earlier: set[bytes]) -> dict[str, str]:
    """Add the contents of the next file of a session and return its metadata; `earlier` are the events of the files before."""
    state, wanted, unreadable = FileState(file.name), event_prefixes(kinds), 0
    messages = read_messages(data, state, _CHANNELS)
    for message in once(messages, earlier) if len(found.files) > 1 else messages:
        try:
            if message.channel == Topic.SETTINGS.channel:
                found.settings = json_object(message.data)
            elif message.data.startswith(wanted):
                found.events.append(schema.decode_event(message.data))
        except schema.UnknownNameError:
            found.newer += 1
        except DAMAGE_ERRORS:
            unreadable += 1
    if len(found.files) == 1 and not data.startswith(MAGIC) and not state.metadata and not found.events:
        raise RecordingError("not-an-mcap-file", name=file.name)
    if schema.format_of(state.metadata) > schema.VERSION:
        raise NewerFileError(file.name)
    found.metadata |= {name: value for name, value in state.metadata.items() if file == found.files[0] or name not in OF_PART}
    found.last_s = max(found.last_s, state.last_s)
    found.whole = found.whole and state.whole and not unreadable
    return state.metadata
