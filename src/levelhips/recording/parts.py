"""Find the files of a session: a recorder begins a new one if the disk failed, or if its file was moved or deleted.

The first file has the name of the session, such as ``run.mcap``; the later ones are ``run_part2.mcap``, ``run_part3.mcap`` ...
next to it. They belong together if they also have the same start in their metadata.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from levelhips.errors import RecordingError
from levelhips.recording.frames import FileState, Message, read_messages
from levelhips.recording.schema import LEARNED, Topic

PART, CONTINUES = "part", "continues"  # metadata of a later file: its number, and the name of the file before
OF_PART = (PART, CONTINUES, LEARNED)
"""Metadata that a recording of a whole session does not have."""

_REPEATED = frozenset(topic.channel for topic in (Topic.EVENTS, Topic.CUES, Topic.COMMANDS, Topic.PACKETS))
_LATER = re.compile(r"(?P<session>.+)_part(?P<number>\d{1,4})(_\d{1,2})?", re.DOTALL)
_MAX_NAMES = 99  # a hundredth file of the same second or part means that something else is wrong
_HEAD_BYTES = 1 << 14  # the metadata that a file begins with takes less than 1,000 bytes


def first_names(path: Path) -> Iterator[Path]:
    """Yield names for the first file of a session: `path`, then, if there is such a file, run_2.mcap, run_3.mcap ..."""
    yield path
    yield from (path.with_name(f"{path.stem}_{number}{path.suffix}") for number in range(2, _MAX_NAMES + 1))


def part_names(first: Path, number: int) -> Iterator[Path]:
    """Yield names for part `number` of the session that began with the file `first`."""
    yield from first_names(first.with_name(f"{first.stem}_part{number}{first.suffix}"))


def part_number(path: Path) -> int:
    """Return which part of its session a file is by its name; 1 for the first or only file."""
    later = _LATER.fullmatch(path.stem)
    return int(later["number"]) if later is not None else 1


def session_files(path: Path) -> list[Path]:
    """Return the files of the session that a file belongs to, in order; only the file itself if it is the only one."""
    try:
        names = os.listdir(path.parent)
    except OSError:  # a folder whose files may be opened, but not listed
        return [path]
    session = _session_name(Path(path.name))
    start = Path(session).stem  # a quick test for folders of thousands of files
    near = [path.with_name(name) for name in names if name.startswith(start) and _session_name(Path(name)) == session]
    return next((files for files in by_session(near) if path in files), [path])


def by_session(files: Iterable[Path]) -> list[list[Path]]:
    """Group files into sessions, each with its files in order."""
    groups: dict[tuple[Path, str], list[Path]] = {}
    for file in files:
        groups.setdefault((file.parent, _session_name(file)), []).append(file)
    return [session for group in groups.values() for session in (_same_session(group) if len(group) > 1 else [group])]


def missing_parts(files: list[Path]) -> list[int]:
    """Return the numbers of the parts before the last file that are not among the files of a session."""
    numbers = {part_number(file) for file in files}
    return [number for number in range(1, max(numbers)) if number not in numbers]


def once(messages: Iterable[Message], earlier: set[bytes]) -> Iterator[Message]:
    """Yield the messages of a file without the events, commands and packets of earlier files of the session, and add its own to them.

    If a disk fails, the recorder cannot know whether its last messages were written, and writes them into the next file, too.
    """
    own = set()
    for message in messages:
        if message.channel in _REPEATED:
            if message.data in earlier:
                continue
            own.add(message.data)
        yield message
    earlier |= own


def _session_name(path: Path) -> str:
    later = _LATER.fullmatch(path.stem)
    return (later["session"] if later is not None else path.stem) + path.suffix


def _same_session(files: list[Path]) -> list[list[Path]]:
    """Divide files with the names of one session by their start. A file whose start is damaged is taken by its name alone."""
    sessions: dict[str, list[Path]] = {}
    damaged = []
    for file in sorted(files, key=lambda file: (part_number(file), file.name)):
        start = _start(file)
        if start is None:
            damaged.append(file)
        else:
            sessions.setdefault(start, []).append(file)
    found = list(sessions.values()) or [[]]
    found[0] += damaged
    return [sorted(session, key=lambda file: (part_number(file), file.name)) for session in found]


def _start(path: Path) -> str | None:
    """Return the start of the session in the metadata at the beginning of a file; None if they are damaged.

    For a file that only has the name of a part, this is its own name: it belongs to no session.
    """
    if not path.is_file():
        return str(path)
    state = FileState(path.name)
    try:
        with open(path, "rb") as file:
            for _ in read_messages(file.read(_HEAD_BYTES), state, frozenset()):
                pass
    except (OSError, RecordingError):
        return None
    if not state.metadata:
        return None
    if part_number(path) > 1 and PART not in state.metadata:
        return str(path)
    return state.metadata.get("started_utc", "")
