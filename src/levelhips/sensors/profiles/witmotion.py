"""WitMotion WT901BLE and BWT901BLECL5.0: frames of 20 bytes, split and joined, without clock or sequence.

Protocol as the maker publishes it. Not tried on a real sensor yet.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from levelhips.errors import BadInputError
from levelhips.recording.schema import Packet
from levelhips.samples import STANDARD_GRAVITY_MPS2, Samples
from levelhips.sensors.clock import CountedClock, Sync
from levelhips.sensors.profile import DOWN, LINK, Act, Characteristic, Profile, Subscribe, Write
from levelhips.text import text

HEAD = b"\x55\x61"
SIZE = 20
RATES_HZ = {50.0: 0x08, 100.0: 0x09, 200.0: 0x0B}
UNLOCK = bytes.fromhex("ffaa6988b5")
PACKET_S = 0.02  # duration of the frames that the virtual sensor puts into a notification, if they fit into the MTU
_SCALE = (float(np.float32(16 * STANDARD_GRAVITY_MPS2 / 32768)), float(np.float32(math.radians(2000) / 32768)))


class WitMotionDecoder:
    """Decoder of WitMotion frames; times come from counting the samples.

    If bytes are missing, the next frame is found by its header.
    """

    outward = "+z"
    scale = _SCALE

    def __init__(self, asked_hz: float) -> None:
        self.rate_hz: float | None = asked_hz
        self.clock = CountedClock(asked_hz)
        self._rest = b""

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""
        return self.clock.line.sync

    def push(self, packet: Packet) -> list[Samples]:
        """Decode the next packet; return the samples that it completes."""
        if packet.source == LINK and packet.data == DOWN:
            self._rest = b""
        if packet.source != "stream":
            return []
        data = self._rest + packet.data
        frames, at, skipped = [], 0, 0
        while len(data) - at >= SIZE:
            if _is_frame(data, at):
                frames.append(np.frombuffer(data, "<i2", 6, at + 2))
                at += SIZE
            else:
                at += 1
                skipped += 1
        self._rest = data[at:]
        if frames:
            counts = np.array(frames, dtype=np.float64)
            return self.clock.push(counts[:, :3] * _SCALE[0], counts[:, 3:] * _SCALE[1], packet.arrival_s)
        if skipped:
            raise BadInputError("damaged-packet")
        return []


def _is_frame(data: bytes, at: int) -> bool:
    """Whether a frame begins at `at`: a header with another header, or the end, one frame later.

    The bytes of the header alone occur by chance within frames too.
    """
    following = data[at + SIZE : at + SIZE + 2]
    return data[at : at + 2] == HEAD and HEAD.startswith(following)


class WitMotionPeripheral:
    """Simulated WitMotion sensor: streams as soon as a client has subscribed."""

    batch_s = PACKET_S

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.streaming = True
        self.reads: dict[str, bytes] = {}
        self._unlocked = False

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Process a command that was written to a characteristic at `t_us` [us]; return the notifications that answer it."""
        if data == UNLOCK:
            self._unlocked = True
        elif self._unlocked and data[:3] == b"\xff\xaa\x03" and len(data) == 5:
            self.rate_hz = next((rate for rate, code in RATES_HZ.items() if code == data[3]), self.rate_hz)
        return []

    def encode(self, samples: Samples, mtu: int) -> Iterator[tuple[str, bytes]]:
        """Yield the packets of these samples, each with its characteristic, none longer than the MTU allows."""
        counts = np.zeros((len(samples), 9))
        counts[:, :3], counts[:, 3:6] = samples.acc_mps2 / _SCALE[0], samples.gyr_radps / _SCALE[1]
        frames = [HEAD + row.tobytes() for row in np.clip(np.rint(counts), -32768, 32767).astype("<i2")]
        each = max(1, (mtu - 3) // SIZE)
        for start in range(0, len(frames), each):
            yield "stream", b"".join(frames[start : start + each])


def _start(rate_hz: float) -> list[Act]:
    return [
        Subscribe("stream"),
        Write("command", UNLOCK),
        Write("command", bytes((0xFF, 0xAA, 0x03, RATES_HZ[rate_hz], 0x00))),
    ]


PROFILE = Profile(
    name="witmotion",
    title="WitMotion WT901BLE",
    service="0000ffe5-0000-1000-8000-00805f9a34fb",  # 9a34fb, not the 9b34fb of the Bluetooth SIG
    advertised=("wt901ble", "wtsdcl", "bwt901ble"),
    advertised_name="WT901BLE-VIRT",
    characteristics={
        "stream": Characteristic("0000ffe4-0000-1000-8000-00805f9a34fb", ("notify",)),
        "command": Characteristic("0000ffe9-0000-1000-8000-00805f9a34fb", ("write",)),
    },
    rates_hz=tuple(RATES_HZ),
    default_rate_hz=200.0,
    outward="+z",
    start=_start,
    stop=list,
    decoder=WitMotionDecoder,
    peripheral=WitMotionPeripheral,
    notes=text("sensor-note.no-clock"),
)
