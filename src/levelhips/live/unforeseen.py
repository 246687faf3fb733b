"""Unforeseen errors of a live session. The radio's callback, in which most of the session runs, would silently drop them."""

from __future__ import annotations

import logging
import math
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from levelhips.errors import LevelHipsError
from levelhips.events import HealthReason, HealthState, PartHealth

log = logging.getLogger(__name__)

SHOWN_S = 2.0  # a fault is shown at least so long: an error may happen only once
MAX_TROUBLES = 3  # different errors that are described at the end; an error that follows from others says little


class UnforeseenErrors:
    """Catch the errors of a part of the session and report them as a fault of it, so that the session goes on.

    Parameters
    ----------
    reason : HealthReason
        Of the fault.

    Attributes
    ----------
    troubles : list of LevelHipsError
        Describe the errors, each once; their tracebacks are in the log.
    """

    def __init__(self, reason: HealthReason = HealthReason.SESSION_ERROR) -> None:
        self._reason = reason
        self.troubles: list[LevelHipsError] = []
        self._is_new = False  # whether an error happened since `health` was last asked for
        self._until_s = -math.inf  # when the fault is over, if no other error happens
        self._detail = ""

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Catch an error in the block; the rest of the block is skipped."""
        try:
            yield
        except Exception as error:
            self._is_new = True
            trouble = described("session-part-failed", error)
            self._detail = trouble.what
            if len(self.troubles) < MAX_TROUBLES and trouble.what not in [known.what for known in self.troubles]:
                log.error("An unforeseen error in the session", exc_info=error)
                self.troubles.append(trouble)

    def health(self, otherwise: PartHealth, now_s: float) -> PartHealth:
        """Return the fault if an error happened in the last two seconds, else the health that the part has without it.

        A part that is in fault for another reason keeps that reason.
        """
        if self._is_new:
            self._is_new, self._until_s = False, now_s + SHOWN_S
        if otherwise.state is HealthState.FAULT or now_s >= self._until_s:
            return otherwise
        return PartHealth(HealthState.FAULT, self._reason, self._detail, otherwise.alive_s)


def described(code: str, error: Exception) -> LevelHipsError:
    """Return an error for the user that says which bug happened, and where."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
    found = LevelHipsError(code, error=f"{type(error).__name__}: {error}", where=where)
    found.__cause__ = error
    return found
