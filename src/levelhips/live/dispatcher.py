"""Forward updates to sinks (sound, file, view). A sink that fails is dropped; the others continue."""

from __future__ import annotations

import logging
import math
from typing import Protocol, runtime_checkable

from levelhips.events import Update
from levelhips.live.health import SupervisedSound
from levelhips.text import Text, text

log = logging.getLogger(__name__)


class EventSink(Protocol):
    """Receiver of updates: sound, a file, a view."""

    def put(self, update: Update) -> None:
        """Take the next update of the engine."""


@runtime_checkable
class Silenceable(Protocol):
    """A sound that can be silenced."""

    def mute(self, muted: bool) -> None:
        """Switch the sound off or on."""


class Dispatcher:
    """Forward updates to sinks in their order. A sink that raises is dropped and reported in `troubles`."""

    def __init__(self, sinks: list[EventSink]) -> None:
        self.sinks: list[EventSink] = list(sinks)
        self.troubles: list[Text] = []

    @property
    def sounds(self) -> list[SupervisedSound]:
        """The sinks that are sounds and report their health."""
        return [sink for sink in self.sinks if isinstance(sink, SupervisedSound)]

    def dispatch(self, update: Update, *, for_sounds: Update | None = None, waits_s: float = math.inf) -> None:
        """Pass an update to every sink; sounds get `for_sounds` instead, if it is given, whose cues may wait for `waits_s`."""
        for sink in list(self.sinks):
            try:
                if isinstance(sink, SupervisedSound):
                    sink.put(update if for_sounds is None else for_sounds, waits_s)
                else:
                    sink.put(update)
            except Exception as error:  # one failing sink must not stop the others
                self.sinks.remove(sink)
                self.troubles.append(text("live.sink-stopped", sink=type(sink).__name__, error=error))
                log.warning("%s stopped: %s", type(sink).__name__, error)
