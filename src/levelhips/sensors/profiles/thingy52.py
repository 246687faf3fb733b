"""Nordic Thingy:52: raw motion characteristic, 9 x int16, without clock or sequence.

Protocol from the firmware's public documentation. Not tried on a real sensor yet.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from levelhips.errors import BadInputError
from levelhips.recording.schema import Packet
from levelhips.samples import STANDARD_GRAVITY_MPS2, Samples
from levelhips.sensors.clock import CountedClock, Sync
from levelhips.sensors.profile import Act, Characteristic, Profile, Subscribe, Write
from levelhips.text import text

SIZE = 18
RATES_HZ = (50.0, 100.0, 200.0)
_CONFIG = struct.Struct("<HHHHB")
_SCALE = (float(np.float32(STANDARD_GRAVITY_MPS2 / 1024)), float(np.float32(math.radians(1.0) / 32)))  # Q10 g, Q5 deg/s
# A notification has no header and no checksum, so a damaged one is recognized by impossible values: above 16 g, the widest
# range, or a change by 12 g or 1,200 deg/s from one sample to the next (a landing changes the force at the sacrum by 3 g in 5 ms).
_MAX_ACC_COUNTS, _MAX_ACC_STEP, _MAX_GYR_STEP = 16.5 * 1024, 12.0 * 1024, 1200.0 * 32


def _uuid(number: int) -> str:
    return f"ef68{number:04x}-9b35-4933-9b10-52ffa9740042"


class ThingyDecoder:
    """Decoder of the raw motion notifications of the Thingy:52; times come from counting the samples."""

    outward = "+z"
    scale = _SCALE

    def __init__(self, asked_hz: float) -> None:
        self.rate_hz: float | None = asked_hz
        self.clock = CountedClock(asked_hz)
        self._previous: NDArray[np.float64] | None = None

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""
        return self.clock.line.sync

    def push(self, packet: Packet) -> list[Samples]:
        """Decode the next packet; return the samples that it completes."""
        if packet.source != "raw":
            return []
        if not packet.data or len(packet.data) % SIZE:
            raise BadInputError("damaged-packet")
        counts = np.frombuffer(packet.data, "<i2").reshape(-1, 9).astype(np.float64)
        before = counts[:1] if self._previous is None else self._previous
        steps = np.abs(np.diff(np.concatenate([before, counts]), axis=0))
        self._previous = counts[-1:]
        if (np.abs(counts[:, :3]) > _MAX_ACC_COUNTS).any() or (steps[:, :3] > _MAX_ACC_STEP).any() or (steps[:, 3:6] > _MAX_GYR_STEP).any():
            raise BadInputError("impossible-values")
        return self.clock.push(counts[:, :3] * _SCALE[0], counts[:, 3:6] * _SCALE[1], packet.arrival_s)


class ThingyPeripheral:
    """Simulated Thingy:52."""

    batch_s = 0.005

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.streaming = True
        self.reads: dict[str, bytes] = {"config": _CONFIG.pack(100, 60000, 60000, 10, 1)}

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Process a command that was written to a characteristic at `t_us` [us]; return the notifications that answer it."""
        if to == "config" and len(data) == _CONFIG.size:
            rate = _CONFIG.unpack(data)[3]
            if 5 <= rate <= 200:
                self.rate_hz = float(rate)
                self.reads["config"] = data
        return []

    def encode(self, samples: Samples, mtu: int) -> Iterator[tuple[str, bytes]]:
        """Yield a notification for each sample, with its characteristic; its 18 bytes fit into every MTU."""
        counts = np.zeros((len(samples), 9))
        counts[:, :3], counts[:, 3:6] = samples.acc_mps2 / _SCALE[0], samples.gyr_radps / _SCALE[1]
        for row in np.clip(np.rint(counts), -32768, 32767).astype("<i2"):
            yield "raw", row.tobytes()


def _start(rate_hz: float) -> list[Act]:
    # Pedometer 100 ms, temperature and magnetometer once a minute, motion at the rate, wake on motion.
    return [Write("config", _CONFIG.pack(100, 60000, 60000, round(rate_hz), 1)), Subscribe("raw")]


PROFILE = Profile(
    name="thingy52",
    title="Nordic Thingy:52",
    service=_uuid(0x0400),
    advertised=("thingy",),
    advertised_name="Thingy",
    characteristics={
        "config": Characteristic(_uuid(0x0401), ("read", "write")),
        "raw": Characteristic(_uuid(0x0406), ("notify",)),
    },
    rates_hz=RATES_HZ,
    default_rate_hz=200.0,
    outward="+z",
    start=_start,
    stop=list,
    decoder=ThingyDecoder,
    peripheral=ThingyPeripheral,
    notes=text("sensor-note.no-clock"),
)
