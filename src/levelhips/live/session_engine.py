"""The engine of a session. An exception in it ends the engine, and never the session or its recording."""

from __future__ import annotations

import logging

from levelhips.commands import Command
from levelhips.engine import Engine
from levelhips.errors import LevelHipsError
from levelhips.events import HealthReason, HealthState, PartHealth, Update
from levelhips.learned import Learned
from levelhips.live.unforeseen import described
from levelhips.samples import Samples
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine

log = logging.getLogger(__name__)


class SessionEngine:
    """The engine of a session, made with the first samples.

    Attributes
    ----------
    error : LevelHipsError or None
        What ended the engine: an error of ours, or one that describes a bug, whose traceback is in the log.
    """

    def __init__(self) -> None:
        self.error: LevelHipsError | None = None
        self._engine: Engine | None = None
        self._alive_s = float("nan")

    @property
    def begun(self) -> bool:
        """Whether the first samples have come."""
        return self._engine is not None or self.error is not None

    def begin(self, rate_hz: float, settings: Settings) -> None:
        """Make the engine for a sampling rate [Hz] and settings that name the outward axis."""
        try:
            self._engine = build_engine(rate_hz, settings)
        except Exception as error:
            self._fail(error)

    def push(self, item: Samples | Command, now_s: float) -> Update:
        """Process samples or accept a command, and return what became known; nothing once the engine has failed."""
        if self._engine is None:
            return Update()
        try:
            update = self._engine.push(item)
        except Exception as error:
            self._fail(error)
            return Update()
        self._alive_s = now_s
        return update

    def finish(self) -> Update:
        """Return the events that were still held."""
        if self._engine is None:
            return Update()
        try:
            return self._engine.finish()
        except Exception as error:
            self._fail(error)
            return Update()

    def learned(self) -> Learned | None:
        """Return what was learned so far; None before the first samples, or if the engine has failed."""
        if self._engine is None:
            return None
        try:
            return self._engine.learned()
        except Exception as error:
            self._fail(error)
            return None

    def health(self) -> PartHealth:
        """Return whether the engine works; off before the first samples."""
        if self.error is not None:
            return PartHealth(HealthState.FAULT, HealthReason.ENGINE_ERROR, str(self.error), self._alive_s)
        return PartHealth(HealthState.OFF if self._engine is None else HealthState.OK, alive_s=self._alive_s)

    def _fail(self, error: Exception) -> None:
        log.error("The engine failed", exc_info=error)
        self._engine = None
        self.error = error if isinstance(error, LevelHipsError) else described("engine-failed", error)
