"""Dispatch of updates to sinks: sound, file, view. A sink that fails is dropped and the others go on."""

from __future__ import annotations

import logging
from typing import Protocol

from levelhips.events import Update

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Whoever wants to hear of updates: sound, a file, a view."""

    def put(self, update: Update) -> None: ...


class Silenceable(Protocol):
    """A sound that can be silenced."""

    def mute(self, muted: bool) -> None: ...


class Audience:
    """Tell sinks of updates, in their order. One that raises is dropped, and named in `troubles`."""

    def __init__(self, sinks: list[Sink]) -> None:
        self.sinks: list[Sink] = list(sinks)
        self.troubles: list[str] = []

    def tell(self, update: Update) -> None:
        for sink in list(self.sinks):
            try:
                sink.put(update)
            except Exception as error:  # a sink that fails must not cost the others theirs
                self.sinks.remove(sink)
                self.troubles.append(f"{type(sink).__name__} stopped: {error}")
                log.warning("%s stopped: %s", type(sink).__name__, error)
