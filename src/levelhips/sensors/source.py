"""Protocols for sources of packets, and the status of their link."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from levelhips.errors import BadInputError
from levelhips.events import LinkReason, LinkState
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import Profile


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """Status of the link to a sensor, for user interfaces.

    Attributes
    ----------
    state : LinkState
    reason : LinkReason
        Why the link is in this state.
    error : str
        The error as `LevelHipsError.to_json` writes it, if the reason is ``error``; else empty.
    name, address, kind : str
        Name, Bluetooth address and kind of the sensor; empty if unknown.
    rssi_dbm, battery_percent : float
        Signal strength [dBm] and battery level [%]; NaN if unknown.
    mtu : int
        Largest Bluetooth packet of the connection [bytes]; 0 if unknown.
    reconnects : int
        How often the stream was resumed with a new connection.
    """

    state: LinkState = LinkState.IDLE
    reason: LinkReason = LinkReason.NONE
    error: str = ""
    name: str = ""
    address: str = ""
    kind: str = ""
    rssi_dbm: float = math.nan
    battery_percent: float = math.nan
    mtu: int = 0
    reconnects: int = 0


class Listener(Protocol):
    """The receiver of a source's packets: the session.

    Attributes
    ----------
    complaint : BadInputError or None
        What was wrong with the last packet that could not be used; None if all could.
    """

    @property
    def complaint(self) -> BadInputError | None:
        """What was wrong with the last packet that could not be used; None if all could."""

    def packet(self, packet: Packet) -> bool:
        """Process a packet; return whether it completed samples. A link counts as alive while samples arrive, not packets."""
        ...

    def status(self, status: LinkStatus) -> None:
        """Receive the status of the link; called at every change."""
        ...


class Source(Protocol):
    """A source of packets.

    Attributes
    ----------
    profile : Profile or None
        The kind of sensor; known before the first packet.
    asked_hz : float
        Sampling rate requested from the sensor [Hz]; known before the first packet.
    virtual : bool
        Whether the sensor is simulated; a session with such a sensor does not enter the wearer's history.
    """

    @property
    def virtual(self) -> bool:
        """Whether the sensor is a virtual one."""

    @property
    def profile(self) -> Profile | None:
        """Profile of the sensor; None until it is known."""

    @property
    def asked_hz(self) -> float:
        """Sampling rate requested from the sensor [Hz]."""

    async def run(self, listener: Listener) -> None:
        """Pass packets to the listener until canceled, or until there are no more.

        Raises
        ------
        SensorError
            If it fails in a way that only the user can fix.
        """
        ...


@asynccontextmanager
async def ready(source: Source) -> AsyncIterator[Source]:
    """Provide a source that needs nothing around it."""
    yield source
