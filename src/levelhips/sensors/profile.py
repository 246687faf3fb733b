"""What a kind of sensor is, as far as bytes go: a declaration, both ends of its wire, and no radio.

A profile is found through the entry-point group ``levelhips.sensors``, ours like anyone's: a third party's sensor is a
package, not a patch. docs/sensors.md shows one.
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

GROUP = "levelhips.sensors"
LINK = "link"  # the source of the packets that are no bytes of the sensor: b"up" when a link stands, b"down" when it is gone
UP, DOWN = b"up", b"down"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A GATT characteristic: its UUID, its properties (read, write, notify, indicate) and the service it is in."""

    uuid: str
    properties: tuple[str, ...]
    service: str = ""  # empty: the profile's own


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; what comes is a packet like any other."""

    of: str
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Ask for the notifications or indications of a characteristic."""

    to: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write to a characteristic; `answer` names the one by which the sensor answers, if it does."""

    to: str
    data: bytes
    answer: str | None = None


Act = Read | Subscribe | Write


class Decoder(Protocol):
    """Packets in, samples out; stateful, for frames come split and joined. The same packets give the same samples, to the bit.

    Attributes
    ----------
    rate_hz : float or None
        The sampling rate as the sensor told it; None as long as it did not.
    scale : (float, float) or None
        m/s2 and rad/s per count, where the values are 16-bit counts.
    outward : str
        The sensor axis that faces away from the body.
    sync : Sync
        The sensor's clock against the host's.
    """

    @property
    def rate_hz(self) -> float | None: ...
    @property
    def scale(self) -> tuple[float, float] | None: ...
    @property
    def outward(self) -> str: ...
    @property
    def sync(self) -> Sync: ...

    def push(self, packet: Packet) -> list[Samples]:
        """Take what arrived; give the samples that it completes, in strictly rising time.

        Raises
        ------
        BadInputError
            If the bytes cannot be what they claim to be. The decoder goes on with the next packet.
        """
        ...


class Firmware(Protocol):
    """The sensor's end of the wire, for the virtual sensor and the round-trip laws.

    Attributes
    ----------
    rate_hz : float
        As it was set [Hz].
    streaming : bool
    reads : dict
        What reading a characteristic gives.
    batch_s : float
        How much of its samples it sends at a time [s].
    """

    @property
    def rate_hz(self) -> float: ...
    @property
    def streaming(self) -> bool: ...
    @property
    def reads(self) -> dict[str, bytes]: ...
    @property
    def batch_s(self) -> float: ...

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Take a command; give the answers as (characteristic, bytes)."""
        ...

    def encode(self, samples: Samples, mtu: int) -> Iterable[tuple[str, bytes]]:
        """The notifications that carry samples (t_s on the sensor's own clock, not negative)."""
        ...


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of sensor.

    Attributes
    ----------
    name, title : str
        Short, for files and options; and for people.
    service : str
        The UUID by which an advertisement is recognised, and of the service that streams.
    advertised : tuple of str
        How the names of such sensors begin, for those that do not advertise the service.
    characteristics : dict
        Short name to characteristic; the short name is the `source` of its packets.
    rates_hz : tuple of float
        What it can do.
    acc_range_g, gyr_range_dps : float
        The ranges that `start` chooses.
    outward : str
        The sensor axis that faces away from the body, worn as its maker means it.
    has_clock, has_sequence : bool
        Whether a loss shows in the data. If neither, it shows in the arrivals only.
    start, stop : callable
        What to do, in this order, to make it stream at a rate [Hz], and to end that.
    problem : callable
        What an answer complains of; None if it is well.
    decoder : callable
        A new decoder for a rate [Hz] that was asked for.
    firmware : callable
        A new other end for a rate [Hz].
    sync : callable or None
        What to write now and then, with the host's time in ms, so that the sensor tells its own.
    notes : str
        What its wearer should know.
    """

    name: str
    title: str
    service: str
    characteristics: dict[str, Characteristic]
    rates_hz: tuple[float, ...]
    default_rate_hz: float
    acc_range_g: float
    gyr_range_dps: float
    outward: str
    has_clock: bool
    has_sequence: bool
    start: Callable[[float], list[Act]]
    stop: Callable[[], list[Act]]
    decoder: Callable[[float], Decoder]
    firmware: Callable[[float], Firmware]
    advertised: tuple[str, ...] = ()
    problem: Callable[[bytes], str | None] = lambda answer: None
    sync: Callable[[int], Write] | None = None
    notes: str = ""

    def knows(self, name: str | None, services: Iterable[str]) -> bool:
        """Whether an advertisement is one of this kind of sensor."""
        if self.service.lower() in (uuid.lower() for uuid in services):
            return True
        return name is not None and name.lower().startswith(self.advertised)

    def nearest_rate_hz(self, wanted_hz: float | None) -> float:
        """The rate it can do that is nearest to the one wanted."""
        if wanted_hz is None:
            return self.default_rate_hz
        return min(self.rates_hz, key=lambda rate: abs(rate - wanted_hz))


@cache
def profiles() -> dict[str, Profile]:
    """All kinds of sensors that are installed, by name. A broken package is left out, with a warning."""
    return installed(GROUP, Profile)


def profile_of(name: str | None, services: Iterable[str]) -> Profile | None:
    """The kind of sensor that an advertisement is of; None if nobody knows it."""
    services = list(services)
    return next((profile for profile in profiles().values() if profile.knows(name, services)), None)
