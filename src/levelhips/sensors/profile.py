"""Declaration of a kind of sensor: its services, its start sequence and both ends of its protocol, as bytes without a radio.

A profile is found through the entry-point group ``levelhips.sensors``, ours like any other: a sensor of a third party is a
package, not a change of levelhips. docs/sensors.md shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from levelhips.plugins import installed
from levelhips.recording.schema import Packet
from levelhips.samples import Samples
from levelhips.sensors.clock import Sync
from levelhips.text import Text

GROUP = "levelhips.sensors"
LINK = "link"  # pseudo-characteristic for connection events: b"up" when a link is made, b"down" when it is gone
UP, DOWN = b"up", b"down"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A GATT characteristic: its UUID, its properties (read, write, notify, indicate) and the service it is in."""

    uuid: str
    properties: tuple[str, ...]
    service: str = ""  # empty: the profile's own


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; the value becomes a packet like any other.

    With `may_fail` a sensor without it, or one that refuses, is started all the same.
    """

    of: str
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Subscribe to the notifications or indications of a characteristic."""

    to: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write to a characteristic.

    `answer` names the characteristic by which the sensor answers, if it does. An answer to this command begins with
    `answer_begins`; others on that characteristic are late answers to earlier commands.
    """

    to: str
    data: bytes
    answer: str | None = None
    answer_begins: bytes = b""


Act = Read | Subscribe | Write


class Decoder(Protocol):
    """Packets to samples. Stateful, as frames arrive split and joined; the same packets give the same samples, to the bit.

    Attributes
    ----------
    rate_hz : float or None
        The sampling rate that the sensor reported; None until it did [Hz].
    scale : (float, float) or None
        m/s2 and rad/s per count, where the values are 16-bit counts.
    outward : str
        The sensor axis that faces away from the body.
    sync : Sync
        The sensor's clock against the host's.
    """

    @property
    def rate_hz(self) -> float | None:
        """Sampling rate [Hz]; None until it is known."""

    @property
    def scale(self) -> tuple[float, float] | None:
        """Units of one count of specific force [m/s2] and angular rate [rad/s]; None if samples are not counts."""

    @property
    def outward(self) -> str:
        """Sensor axis that points away from the body."""

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""

    def push(self, packet: Packet) -> list[Samples]:
        """Take a packet and return the samples that it completes, in strictly rising time.

        Raises
        ------
        BadInputError
            If the bytes cannot be right. The decoder goes on with the next packet.
        """
        ...


class Peripheral(Protocol):
    """The sensor's end of the protocol, for the virtual sensor and round-trip tests.

    Attributes
    ----------
    rate_hz : float
        As it was set [Hz].
    streaming : bool
    reads : dict
        The value of each characteristic that can be read.
    batch_s : float
        Length of the samples that it sends at a time [s].
    """

    @property
    def rate_hz(self) -> float:
        """Sampling rate [Hz]."""

    @property
    def streaming(self) -> bool:
        """Whether samples are being sent."""

    @property
    def reads(self) -> dict[str, bytes]:
        """Values of the characteristics that can be read, by name."""

    @property
    def batch_s(self) -> float:
        """Duration of the samples in one packet [s]."""

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Take a command and return the answers as (characteristic, bytes)."""
        ...

    def encode(self, samples: Samples, mtu: int) -> Iterable[tuple[str, bytes]]:
        """Yield the notifications that carry samples (t_s on the sensor's own clock, not negative)."""
        ...


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of sensor.

    Attributes
    ----------
    name, title : str
        Short, for files and options; and for people.
    service : str
        UUID of the service that streams, by which an advertisement is recognized.
    characteristics : dict
        Short name to characteristic; the short name is the `source` of its packets.
    rates_hz : tuple of float
        Sampling rates that it supports [Hz].
    default_rate_hz : float
    outward : str
        The sensor axis that faces away from the body when it is worn as its maker intends.
    start, stop : callable
        What to do, in this order, to make it stream at a rate [Hz], and to end that.
    decoder : callable
        Makes a decoder for the rate [Hz] that was asked for.
    peripheral : callable or None
        Makes the sensor's end of the protocol for a rate [Hz]; without it there is no virtual sensor of this kind.
    advertised : tuple of str
        How the names of such sensors begin, in lower case, for those that do not advertise the service.
    advertised_name : str
        The name that a virtual sensor of this kind advertises; empty: its title.
    problem : callable
        What is wrong according to an answer; None if nothing is.
    sync : callable or None
        The write that asks the sensor for its clock, given the host's time [ms].
    notes : Text or str
        What its wearer should know.
    has_clock : bool
        Whether its packets carry the time of its own clock, so that losses show however packets arrive.
    has_sequence : bool
        Whether its packets are numbered, so that two that arrive in the wrong order are put in order.
    """

    name: str
    title: str
    service: str
    characteristics: dict[str, Characteristic]
    rates_hz: tuple[float, ...]
    default_rate_hz: float
    outward: str
    start: Callable[[float], list[Act]]
    stop: Callable[[], list[Act]]
    decoder: Callable[[float], Decoder]
    peripheral: Callable[[float], Peripheral] | None = None
    advertised: tuple[str, ...] = ()
    advertised_name: str = ""
    problem: Callable[[bytes], Text | str | None] = lambda answer: None
    sync: Callable[[int], Write] | None = None
    notes: Text | str = ""
    has_clock: bool = False
    has_sequence: bool = False

    def knows(self, name: str | None, services: Iterable[str]) -> bool:
        """Whether an advertisement is from this kind of sensor."""
        if self.service.lower() in (uuid.lower() for uuid in services):
            return True
        return name is not None and name.lower().startswith(self.advertised)

    def nearest_rate_hz(self, wanted_hz: float | None) -> float:
        """Return the supported rate that is nearest to the wanted one; None: the default [Hz]."""
        if wanted_hz is None:
            return self.default_rate_hz
        return min(self.rates_hz, key=lambda rate: abs(rate - wanted_hz))


@cache
def profiles() -> dict[str, Profile]:
    """Return all kinds of sensors that are installed, by name. A broken package is left out, with a warning."""
    return installed(GROUP, Profile)


def profile_of(name: str | None, services: Iterable[str]) -> Profile | None:
    """Return the kind of sensor that an advertisement is from; None if no profile knows it."""
    services = list(services)
    return next((profile for profile in profiles().values() if profile.knows(name, services)), None)
