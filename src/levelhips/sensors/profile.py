"""Declaration of a kind of sensor: its services, its start sequence, its decoder and a simulated sensor.

Decoders and simulated sensors work on bytes and need no radio. All profiles, also the built-in ones, are found through the
entry-point group ``levelhips.sensors``: a package of its own can add a sensor, without a change to levelhips (docs/sensors.md).
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
LINK = "link"  # pseudo-characteristic for connection events: b"up" when a link is made, b"down" when it is lost
UP, DOWN = b"up", b"down"


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A GATT characteristic: its UUID, its properties (read, write, notify, indicate) and its service."""

    uuid: str
    properties: tuple[str, ...]
    service: str = ""  # empty: the profile's own


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; its value becomes a packet, as a notification does.

    With `may_fail`, the start continues if the sensor does not have the characteristic or refuses to read it.
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

    `answer` is the characteristic on which the sensor answers; None if it does not. The answer to this command begins with
    `answer_begins`; any other answer on that characteristic is a late one to an earlier command.
    """

    to: str
    data: bytes
    answer: str | None = None
    answer_begins: bytes = b""


Act = Read | Subscribe | Write


class Decoder(Protocol):
    """Decoder of a sensor's packets into samples.

    It keeps state, because frames arrive split and joined. The same packets give the same samples, to the bit.

    Attributes
    ----------
    rate_hz : float or None
        The sampling rate that the sensor reported [Hz]; None until it has.
    scale : (float, float) or None
        m/s2 and rad/s per count if samples are 16-bit counts; else None.
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
        """Specific force [m/s2] and angular rate [rad/s] of one count; None if samples are not counts."""

    @property
    def outward(self) -> str:
        """Sensor axis that points away from the body."""

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""

    def push(self, packet: Packet) -> list[Samples]:
        """Decode the next packet; return the samples that it completes, in strictly increasing time.

        Raises
        ------
        BadInputError
            If the bytes cannot be right. The decoder continues with the next packet.
        """
        ...


class Peripheral(Protocol):
    """A simulated sensor: the sensor's side of the protocol, for the virtual sensor and round-trip tests.

    Attributes
    ----------
    rate_hz : float
        Sampling rate [Hz], as the client last set it.
    streaming : bool
        Whether samples are being sent.
    reads : dict
        Values of the characteristics that can be read, by short name.
    batch_s : float
        Duration of the samples in one packet [s].
    """

    @property
    def rate_hz(self) -> float:
        """Sampling rate [Hz]."""

    @property
    def streaming(self) -> bool:
        """Whether samples are being sent."""

    @property
    def reads(self) -> dict[str, bytes]:
        """Values of the characteristics that can be read, by short name."""

    @property
    def batch_s(self) -> float:
        """Duration of the samples in one packet [s]."""

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Process a command that was written at `t_us` on the sensor's clock [us]; return the answers as (characteristic, bytes)."""
        ...

    def encode(self, samples: Samples, mtu: int) -> Iterable[tuple[str, bytes]]:
        """Yield the notifications that contain the samples, as (characteristic, bytes), of at most `mtu` - 3 bytes where possible.

        The times of the samples are on the sensor's own clock, and not negative.
        """
        ...


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of sensor.

    Attributes
    ----------
    name, title : str
        Short name for files and options, and name for people.
    service : str
        UUID of the streaming service. An advertisement that contains it is from this kind of sensor.
    characteristics : dict
        Characteristics by short name, which is also the `source` of their packets.
    rates_hz : tuple of float
        Sampling rates that it supports [Hz].
    default_rate_hz : float
        Sampling rate if the user does not ask for one [Hz].
    outward : str
        The sensor axis that faces away from the body when the sensor is worn as its maker intends.
    start, stop : callable
        Return the steps that start the stream at a rate [Hz], and those that stop it, in their order.
    decoder : callable
        Return a new decoder for the requested rate [Hz].
    peripheral : callable or None
        Return a new simulated sensor for a rate [Hz]; None if there cannot be a virtual sensor of this kind.
    advertised : tuple of str
        Beginnings of the names of such sensors, in lower case, to recognize those that do not advertise the service.
    advertised_name : str
        The name that a virtual sensor of this kind advertises; empty: the title.
    problem : callable
        Return the error that an answer to a command reports; None if it reports success.
    sync : callable or None
        Return the command that asks for the time of the sensor's clock, given the host's time [ms]; None if there is none.
    notes : Text or str
        What the wearer should know about this kind of sensor.
    has_clock : bool
        Whether its packets contain the time of its own clock. Then losses are detected however late packets arrive.
    has_sequence : bool
        Whether its packets are numbered. Then packets that arrive in the wrong order are sorted.
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
        """Return the supported rate nearest to `wanted_hz`, or the default for None [Hz]."""
        if wanted_hz is None:
            return self.default_rate_hz
        return min(self.rates_hz, key=lambda rate: abs(rate - wanted_hz))


@cache
def profiles() -> dict[str, Profile]:
    """Return the profiles of all installed kinds of sensors, by name. A broken package is left out, with a warning."""
    return installed(GROUP, Profile)


def profile_of(name: str | None, services: Iterable[str]) -> Profile | None:
    """Return the profile of the sensor that an advertisement is from; None if no profile fits."""
    services = list(services)
    return next((profile for profile in profiles().values() if profile.knows(name, services)), None)
