"""Movella (Xsens) DOT: custom mode 5 (long payload) or rate quantities (medium payload), 60 Hz, with a clock.

Protocol from the maker's public description of its BLE services. Not tried on a real sensor yet.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from levelhips.errors import BadInputError
from levelhips.recording.schema import Packet
from levelhips.samples import Samples
from levelhips.sensors.clock import SensorClock, Sync
from levelhips.sensors.profile import Characteristic, Profile, Subscribe, Write
from levelhips.text import text

CUSTOM_5, RATE_QUANTITIES = 26, 20
RATE_HZ = 60.0
_LONG = np.dtype([("t_us", "<u4"), ("quaternion", "<f4", 4), ("acc", "<f4", 3), ("gyr", "<f4", 3)])
_MEDIUM = np.dtype([("t_us", "<u4"), ("acc", "<f4", 3), ("gyr", "<f4", 3), ("mag", "<i2", 3)])
_PAYLOADS = {"long": _LONG, "medium": _MEDIUM}
_MAX_MPS2, _MAX_DPS = 400.0, 4000.0  # more than twice the ranges of the sensor: the packet is damaged


def _uuid(number: int) -> str:
    return f"1517{number:04x}-4947-11e9-8646-d663bd873d93"


class DotDecoder:
    """Decoder of the Movella DOT: one sample in each notification."""

    outward = "+z"
    scale = None

    def __init__(self, asked_hz: float) -> None:
        self.rate_hz: float | None = asked_hz
        self.clock = SensorClock(1e-6, 1 << 32)
        self._newest_s = -math.inf

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""
        return self.clock.line.sync

    def push(self, packet: Packet) -> list[Samples]:
        """Decode the next packet; return the samples that it completes."""
        layout = _PAYLOADS.get(packet.source)
        if layout is None:
            return []
        if len(packet.data) < layout.itemsize:
            raise BadInputError("packet-too-short", size=len(packet.data), expected=layout.itemsize)
        row = np.frombuffer(packet.data, layout, 1)[0]
        with np.errstate(invalid="ignore"):  # a damaged value may be a signaling NaN
            acc, gyr = row["acc"].astype(np.float64), row["gyr"].astype(np.float64)
        if not (np.abs(acc) < _MAX_MPS2).all() or not (np.abs(gyr) < _MAX_DPS).all():
            raise BadInputError("impossible-values")
        t_s = self.clock.place(int(row["t_us"]), packet.arrival_s)
        if t_s is None:
            raise BadInputError("wrong-packet-time")
        t_s = round(t_s * 1e6) * 1e-6
        if t_s <= self._newest_s:
            return []
        self._newest_s = t_s
        self.clock.add_arrival(t_s, packet.arrival_s)
        return [Samples(np.array([t_s]), acc[None, :], np.radians(gyr)[None, :])]


class DotPeripheral:
    """Simulated Movella DOT."""

    batch_s = 1 / RATE_HZ

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.mode = 0
        self.reads: dict[str, bytes] = {}

    @property
    def streaming(self) -> bool:
        """Whether samples are being sent."""
        return self.mode != 0

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Process a command that was written to a characteristic at `t_us` [us]; return the notifications that answer it."""
        if to == "measure" and len(data) == 3 and data[0] == 1:
            self.mode = data[2] if data[1] == 1 and data[2] in (CUSTOM_5, RATE_QUANTITIES) else 0
        return []

    def encode(self, samples: Samples, mtu: int) -> Iterator[tuple[str, bytes]]:
        """Yield a packet for each sample, with its characteristic; its 44 or 34 bytes need an MTU above the initial 23."""
        source, layout = ("medium", _MEDIUM) if self.mode == RATE_QUANTITIES else ("long", _LONG)
        rows = np.zeros(len(samples), layout)
        rows["t_us"] = np.rint(samples.t_s * 1e6).astype(np.int64) % (1 << 32)
        rows["acc"], rows["gyr"] = samples.acc_mps2, np.degrees(samples.gyr_radps)
        if layout is _LONG:
            rows["quaternion"][:, 0] = 1.0
        for row in rows:
            yield source, row.tobytes()


PROFILE = Profile(
    name="movella_dot",
    title="Movella DOT",
    service=_uuid(0x2000),
    advertised=("movella dot", "xsens dot"),
    advertised_name="Movella DOT",
    characteristics={
        "measure": Characteristic(_uuid(0x2001), ("read", "write")),
        "long": Characteristic(_uuid(0x2002), ("notify",)),
        "medium": Characteristic(_uuid(0x2003), ("notify",)),
    },
    rates_hz=(RATE_HZ,),
    default_rate_hz=RATE_HZ,
    outward="+z",
    start=lambda rate_hz: [Subscribe("long"), Write("measure", bytes((1, 1, CUSTOM_5)))],
    stop=lambda: [Write("measure", bytes((1, 0, CUSTOM_5)))],
    decoder=DotDecoder,
    peripheral=DotPeripheral,
    notes=text("sensor-note.60-hz"),
    has_clock=True,
)
