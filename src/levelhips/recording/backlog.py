"""What a recorder was given and has not written yet."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from levelhips.recording.file_series import Description

# Seven minutes of the fastest sensor (120 packets a second, each with one sample), more than an hour of levelhips' own. They take
# 60 MB and are written within a second, so that a session which ends can save them (END_S).
MAX_ITEMS = 100_000
_DATA = ("packet", "samples")


@dataclass(slots=True)
class Item:
    """One call of the recorder: its name, its argument, for a packet its sensor time [s], for samples how much time they cover [s]."""

    kind: str
    value: Any
    at_s: float = 0.0
    seconds: float = 0.0


class Backlog:
    """The calls that wait to be written, in order; thread-safe.

    If there are more than `MAX_ITEMS`, the oldest samples and packets are lost. Events and commands, which take little memory,
    stay, so that commands act in an analysis as they did in the session.

    Parameters
    ----------
    described : Description
        Gets what the engine had learned before the first data that is left.
    """

    def __init__(self, described: Description) -> None:
        self._described = described
        self._lock = threading.Lock()
        self._items: deque[Item] = deque()
        self._older: deque[Item] = deque()  # what is left of the time whose data is lost
        self._lost_items, self._lost_s = 0, 0.0

    def __len__(self) -> int:
        return len(self._older) + len(self._items)

    @property
    def has_data(self) -> bool:
        """Whether samples or packets wait."""
        with self._lock:
            return any(item.kind in _DATA for item in self._items)

    @property
    def seconds(self) -> float:
        """How much time the waiting samples cover [s]."""
        with self._lock:
            return sum(item.seconds for item in self._items)

    def put(self, item: Item) -> None:
        """Append a call."""
        with self._lock:
            self._items.append(item)
            self._shorten()

    def take(self, count: int) -> deque[Item]:
        """Remove and return the oldest calls, at most so many."""
        with self._lock:
            taken: deque[Item] = deque()
            for source in (self._older, self._items):
                while source and len(taken) < count:
                    taken.append(source.popleft())
            return taken

    def put_back(self, items: Iterable[Item]) -> None:
        """Put calls that were taken, and could not be written, before the others."""
        with self._lock:
            self._items.extendleft(reversed(list(items)))
            self._shorten()

    def lose(self, items: Iterable[Item]) -> None:
        """Count calls that were taken as lost."""
        with self._lock:
            for item in items:
                self._lose(item)

    def take_loss(self) -> tuple[int, float]:
        """Return how many samples and packets, and how much time [s], were lost since the last call."""
        with self._lock:
            lost = self._lost_items, self._lost_s
            self._lost_items, self._lost_s = 0, 0.0
            return lost

    def _shorten(self) -> None:
        while len(self._items) > MAX_ITEMS:
            item = self._items.popleft()
            if item.kind in _DATA:
                self._lose(item)
            elif item.kind == "learned":
                self._described.learned = item.value
            elif len(self._older) < MAX_ITEMS:
                self._older.append(item)

    def _lose(self, item: Item) -> None:
        if item.kind in _DATA:
            self._lost_items += 1
            self._lost_s += item.seconds
