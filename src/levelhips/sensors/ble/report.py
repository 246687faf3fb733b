"""Status of the link to a sensor, reported to a listener at every change."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from levelhips.events import LinkReason, LinkState
from levelhips.sensors.source import LinkStatus, Listener


@dataclass(slots=True)
class LinkReport:
    """The status of the link to a sensor, for its listener.

    Attributes
    ----------
    listener : Listener
    status : LinkStatus
    has_streamed : bool
        Whether samples have come at any time in this session.
    """

    listener: Listener
    status: LinkStatus = field(default_factory=LinkStatus)
    has_streamed: bool = False

    def update(self, **values: Any) -> None:
        """Change fields of the status without reporting it yet."""
        self.status = replace(self.status, **values)

    def report(self, state: LinkState, reason: LinkReason = LinkReason.NONE, error: str = "") -> None:
        """Change the state and report the status."""
        self.update(state=state, reason=reason, error=error)
        self.listener.status(self.status)

    def report_again(self) -> None:
        """Report the status again, after something other than the state changed."""
        self.listener.status(self.status)
