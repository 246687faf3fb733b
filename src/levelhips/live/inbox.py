"""Commands of the wearer on their way from a user interface to the engine."""

from __future__ import annotations

from collections import deque

from levelhips.commands import Command, Do


class Inbox:
    """Commands that wait for the next samples. `put` and `pressed` may be called from any thread, `take` from one."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Do, float | None]] = deque()

    def put(self, do: Do, value: float | None = None) -> None:
        """Add a command; its time will be that of the next samples."""
        self._waiting.append((do, value))

    def take(self, at_s: float) -> list[Command]:
        """Return the commands that wait, all with the time `at_s` [s]."""
        taken = []
        while self._waiting:
            taken.append(Command(at_s, *self._waiting.popleft()))
        return taken

    @property
    def pausing(self) -> bool | None:
        """Whether the newest waiting PAUSE or RESUME is a PAUSE; None if neither waits."""
        pressed = [do for do, _ in tuple(self._waiting) if do in (Do.PAUSE, Do.RESUME)]
        return pressed[-1] is Do.PAUSE if pressed else None
