"""What a live source of packets is, and how it says how it fares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from levelhips.events import LinkState
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import Profile


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How things stand with the sensor, for every face.

    Attributes
    ----------
    state : LinkState
    why : str
        In the runner's words, with what to do; empty if all is well.
    name, address, kind : str
        Of the sensor, as far as they are known.
    rssi_dbm, battery_percent : float
        NaN if unknown.
    mtu : int
        Bytes; 0 if unknown.
    reconnects : int
        How often the stream was taken up again.
    """

    state: LinkState = LinkState.IDLE
    why: str = ""
    name: str = ""
    address: str = ""
    kind: str = ""
    rssi_dbm: float = math.nan
    battery_percent: float = math.nan
    mtu: int = 0
    reconnects: int = 0


class Listener(Protocol):
    """Who hears a source: the session.

    Attributes
    ----------
    complaint : str
        What was wrong with the last packet that could not be used; empty if none was.
    """

    @property
    def complaint(self) -> str: ...

    def packet(self, packet: Packet) -> bool:
        """Take a packet; say whether it brought samples (the watchdog looks at their age, not at the packets')."""
        ...

    def status(self, status: LinkStatus) -> None:
        """Take how things stand, at every change."""
        ...


class Source(Protocol):
    """Where packets come from.

    Attributes
    ----------
    profile : Profile or None
        The kind of sensor; known before the first packet.
    asked_hz : float
        The rate that was asked for; known before the first packet.
    virtual : bool
        Whether nobody wears it: such a session is no part of a wearer's history.
    """

    @property
    def virtual(self) -> bool: ...
    @property
    def profile(self) -> Profile | None: ...
    @property
    def asked_hz(self) -> float: ...

    async def run(self, listener: Listener) -> None:
        """Bring packets until cancelled, or until there are no more.

        Raises
        ------
        SensorError
            If nothing but the user can help.
        """
        ...
