"""Protocols for sources of packets, and the status of their link."""

from __future__ import annotations

import math
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
        The error behind the reason ``error``, as `LevelHipsError.to_json` writes it.
    name, address, kind : str
        Of the sensor; empty if unknown.
    rssi_dbm, battery_percent : float
        NaN if unknown.
    mtu : int
        Bytes; 0 if unknown.
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
        """What is wrong with the sensor's data; None if nothing is."""

    def packet(self, packet: Packet) -> bool:
        """Take a packet; return whether it brought samples (the watchdog judges by the age of samples, not of packets)."""
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
        The rate that was asked for; known before the first packet.
    virtual : bool
        Whether it is simulated: such a session is not part of the wearer's history.
    """

    @property
    def virtual(self) -> bool:
        """Whether the sensor is a virtual one."""

    @property
    def profile(self) -> Profile | None:
        """Profile of the sensor; None until it is known."""

    @property
    def asked_hz(self) -> float:
        """Sampling rate that was asked for [Hz]."""

    async def run(self, listener: Listener) -> None:
        """Pass packets to the listener until canceled, or until there are no more.

        Raises
        ------
        SensorError
            If only the user can help.
        """
        ...
