"""Dispatch of updates to sinks: sound, file, view. A sink that fails is dropped, and the others continue."""

from __future__ import annotations

import logging
from typing import Protocol

from levelhips.events import Update
from levelhips.text import Text, text

log = logging.getLogger(__name__)


class EventSink(Protocol):
    """Receiver of updates: sound, a file, a view."""

    def put(self, update: Update) -> None:
        """Take the next update of the engine."""


class Silenceable(Protocol):
    """A sound that can be silenced."""

    def mute(self, muted: bool) -> None:
        """Switch the sound off or on."""


class Dispatcher:
    """Forward updates to sinks, in their order. One that raises is dropped, and named in `troubles`."""

    def __init__(self, sinks: list[EventSink]) -> None:
        self.sinks: list[EventSink] = list(sinks)
        self.troubles: list[Text] = []

    def dispatch(self, update: Update) -> None:
        """Pass an update on to every sink."""
        for sink in list(self.sinks):
            try:
                sink.put(update)
            except Exception as error:  # a sink that fails must not cost the others theirs
                self.sinks.remove(sink)
                self.troubles.append(text("live.sink-stopped", sink=type(sink).__name__, error=error))
                log.warning("%s stopped: %s", type(sink).__name__, error)
