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
from levelhips.recording.schema import Topic
from levelhips.untrusted import MAX_RECORDING_BYTES

_CHANNELS = frozenset(topic.channel for topic in (Topic.EVENTS, Topic.CUES, Topic.SETTINGS))


@dataclass(slots=True)
class RecordingEvents:
    """Metadata, settings and chosen events of a recording.

    Attributes
    ----------
    path : Path
    metadata, settings : dict
    events : list of Event
        Those of the requested kinds, in the order of the file.
    last_s : float
        Sensor time of the last message in an undamaged chunk [s].
    whole : bool
        Whether the file was closed and nothing that was read is damaged.
    newer : int
        Number of events that were skipped because this version does not know their kind or a value in them.
    """

    path: Path
    metadata: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    last_s: float = 0.0
    whole: bool = False
    newer: int = 0


def read_events(path: Path, kinds: tuple[type, ...]) -> RecordingEvents:
    """Read metadata, settings and the events of these kinds. Damaged parts are skipped, and the result is then not `whole`.

    Raises
    ------
    NewerFileError
        If a newer levelhips wrote it.
    RecordingError
        If the file cannot be read, is not an MCAP file, or is too large or expands too much.
    """
    try:
        data = read_limited(path, MAX_RECORDING_BYTES)
    except OSError as error:
        raise RecordingError("cannot-read", path=path, reason=error.strerror) from error
    if not data.startswith(MAGIC):
        raise RecordingError("not-an-mcap-file", name=path.name)
    found, state = RecordingEvents(path), FileState(path.name)
    wanted = event_prefixes(kinds)
    unreadable = 0
    for message in read_messages(data, state, _CHANNELS):
        try:
            if message.channel == Topic.SETTINGS.channel:
                found.settings = json_object(message.data)
            elif message.data.startswith(wanted):
                found.events.append(schema.decode_event(message.data))
        except schema.UnknownNameError:
            found.newer += 1
        except DAMAGE_ERRORS:
            unreadable += 1
    if schema.format_of(state.metadata) > schema.VERSION:
        raise NewerFileError(path.name)
    found.metadata, found.last_s = state.metadata, state.last_s
    found.whole = state.whole and not unreadable
    return found
