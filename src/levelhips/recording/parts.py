"""Find the files of a session: a recorder begins a new one if the disk failed, or if its file was moved or deleted.

The first file has the name of the session, such as ``run.mcap``; the later ones are ``run_part2.mcap``, ``run_part3.mcap`` ...
next to it. They belong together if they also have the same start in their metadata, which have the number of the part, too: it
counts, not the name, so that files whose names were swapped are read in their right order.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from levelhips.errors import RecordingError
from levelhips.recording.frames import FileState, Message, read_messages
from levelhips.recording.schema import LEARNED, Topic

PART, CONTINUES = "part", "continues"  # metadata of a later file: its number, and the name of the file before
OF_PART = (PART, CONTINUES, LEARNED)
"""Metadata that a recording of a whole session does not have."""

_REPEATED = frozenset(topic.channel for topic in (Topic.EVENTS, Topic.CUES, Topic.COMMANDS, Topic.PACKETS))
_LATER = re.compile(r"(?P<session>.+)_part(?P<number>\d{1,4})(_\d{1,2})?", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,4}")
_MAX_NAMES = 99  # a hundredth file of the same second or part means that something else is wrong
_HEAD_BYTES = 1 << 14  # the metadata that a file begins with takes less than 1,000 bytes


def first_names(path: Path) -> Iterator[Path]:
    """Yield names for the first file of a session: `path`, then, if there is such a file, run_2.mcap, run_3.mcap ..."""
    yield path
    yield from (path.with_name(f"{path.stem}_{number}{path.suffix}") for number in range(2, _MAX_NAMES + 1))


def part_names(first: Path, number: int) -> Iterator[Path]:
    """Yield names for part `number` of the session that began with the file `first`."""
    yield from first_names(first.with_name(f"{first.stem}_part{number}{first.suffix}"))


def part_number(path: Path, metadata: dict[str, str]) -> int:
    """Return which part of its session a file is by its metadata, or by its name if they are damaged; 1 for the first or only file."""
    if not metadata:
        return _number_in_name(path)
    number = metadata.get(PART, "1")
    return max(1, int(number)) if _NUMBER.fullmatch(number) else _number_in_name(path)


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


def missing_parts(numbers: Collection[int]) -> list[int]:
    """Return the numbers of the parts before the last one that are missing among those of a session."""
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


def _number_in_name(path: Path) -> int:
    later = _LATER.fullmatch(path.stem)
    return int(later["number"]) if later is not None else 1


def _same_session(files: list[Path]) -> list[list[Path]]:
    """Divide files with the names of one session by their start. A file whose start is damaged is taken by its name alone.

    A second file that is the first part of its session by its metadata is a copy or has its name by chance: it stays alone.
    """
    numbers: dict[Path, tuple[int, int, str]] = {}  # by which files are put in order
    sessions: dict[str, list[Path]] = {}
    damaged = []
    metadata_of = {file: _metadata(file) for file in files}
    for file, metadata in metadata_of.items():
        numbers[file] = (part_number(file, metadata or {}), _number_in_name(file), file.name)
    for file in sorted(files, key=numbers.__getitem__):
        metadata = metadata_of[file]
        if metadata is None:
            sessions[str(file)] = [file]
        elif not metadata:
            damaged.append(file)
        else:
            session = sessions.setdefault(metadata.get("started_utc", ""), [])
            if session and numbers[file][0] == 1:
                sessions[str(file)] = [file]
            else:
                session.append(file)
    found = sorted(sessions.values(), key=lambda session: min(numbers[file][1:] for file in session)) or [[]]
    found[0] += damaged
    return [sorted(session, key=numbers.__getitem__) for session in found]


def _metadata(path: Path) -> dict[str, str] | None:
    """Return the metadata at the beginning of a file: empty if they are damaged, None if there is no such file."""
    if not path.is_file():
        return None
    state = FileState(path.name)
    try:
        with open(path, "rb") as file:
            for _ in read_messages(file.read(_HEAD_BYTES), state, frozenset()):
                pass
    except (OSError, RecordingError):
        return {}
    return state.metadata
