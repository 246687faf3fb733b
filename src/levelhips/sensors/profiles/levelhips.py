"""The LevelHips open profile, version 1. firmware_notes/README.md specifies it; firmware_notes/codec is the same in C."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

import numpy as np

from levelhips.errors import BadInputError
from levelhips.motion.alignment import AXES
from levelhips.recording.schema import Packet
from levelhips.samples import STANDARD_GRAVITY_MPS2, Samples
from levelhips.sensors.clock import SensorClock, Sync
from levelhips.sensors.profile import DOWN, LINK, Act, Characteristic, Profile, Read, Subscribe, Write
from levelhips.text import Text, text

VERSION = 1
RATES_HZ = (50.0, 52.0, 100.0, 104.0, 200.0, 208.0, 400.0, 416.0)
PACKET_S = 0.02  # duration of the samples in a notification, if they fit into the MTU
STOP, START, RATE, TIME, HAPTIC = 0, 1, 2, 3, 4
REFUSALS = {1: text("refusal.unknown-command"), 2: text("refusal.out-of-range"), 3: text("refusal.busy"), 4: text("refusal.failed")}
_HEAD = struct.Struct("<BBHI")
_INFO = struct.Struct("<BHHHB16s")
_SAMPLE = 12
_MAX_SAMPLES = 40  # samples in a notification: the largest MTU is 517


def _uuid(number: int) -> str:
    return f"6c65{number:04x}-7665-6c68-6970-732d696d7500"


class LevelHipsDecoder:
    """Decoder of the open profile.

    Packets are sorted by their sequence numbers: a packet that arrives before its turn waits for one more packet. Samples
    are spaced evenly between the times of the packets.
    """

    def __init__(self, asked_hz: float) -> None:
        self._rate_hz: float | None = None
        self.scale: tuple[float, float] | None = None
        self.outward = "+z"
        self.firmware = ""
        self.clock = SensorClock(1e-6, 1 << 32)
        self._dt_us = 1e6 / asked_hz
        self._rest = b""
        self._early: tuple[int, int, bytes, float] | None = None
        self._last: tuple[int, float, int] | None = None  # sequence, session time and count of the last packet that was placed
        self._newest_s = -math.inf

    @property
    def rate_hz(self) -> float | None:
        """Sampling rate [Hz]; None until it is known."""
        return self._rate_hz

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""
        return self.clock.line.sync

    def push(self, packet: Packet) -> list[Samples]:
        """Decode the next packet; return the samples that it completes."""
        if packet.source == "stream":
            return list(self._stream(packet.data, packet.arrival_s))
        if packet.source == "control":
            self._answer(packet.data, packet.arrival_s)
        elif packet.source == "info":
            self._info(packet.data)
        elif packet.source == LINK and packet.data == DOWN:
            early = self._early
            samples = [] if early is None else list(self._placed(early[2], early[0], early[1], early[3]))
            self._rest, self._early, self._last = b"", None, None
            return samples
        return []

    def _answer(self, data: bytes, arrival_s: float) -> None:
        """Add the sensor's time in an answer to the host line: an answer is sent at once, without waiting for samples."""
        if len(data) == 6 and data[0] == TIME and data[1] == 0 and self._last is not None:
            at_s = self.clock.place(int.from_bytes(data[2:], "little"), arrival_s)
            if at_s is not None:
                self.clock.add_arrival(at_s, arrival_s)

    def _info(self, data: bytes) -> None:
        if len(data) < _INFO.size:
            raise BadInputError("wrong-description-length", size=len(data), expected=_INFO.size)
        version, rate, acc_range, gyr_range, axis, name = _INFO.unpack_from(data)
        if version != VERSION:
            raise BadInputError("newer-open-profile", version=version)
        if not (rate >= 40 and acc_range and gyr_range and axis < len(AXES)):
            raise BadInputError("impossible-description", rate=rate, acc_range=acc_range, gyr_range=gyr_range, axis=axis)
        self._rate_hz, self._dt_us = float(rate), 1e6 / rate
        acc_scale, gyr_scale = acc_range * STANDARD_GRAVITY_MPS2 / 32768, math.radians(gyr_range) / 32768
        self.scale = float(np.float32(acc_scale)), float(np.float32(gyr_scale))  # as a recording stores them
        self.outward = tuple(AXES)[axis]
        self.firmware = name.rstrip(b"\0").decode("ascii", "replace")

    def _stream(self, data: bytes, arrival_s: float) -> Iterator[Samples]:
        if self.scale is None:
            raise BadInputError("ranges-unknown")
        frames, rest = _frames(data)
        if rest and self._rest:  # the second part of a packet that was cut in two?
            more, left = _frames(self._rest + data)
            if more and not left:
                frames, rest = more, b""
        self._rest = rest
        for frame in frames:
            yield from self._in_order(frame, arrival_s)
        if rest and not _may_begin(rest):
            self._rest = b""
            raise BadInputError("damaged-packet")

    def _in_order(self, frame: bytes, arrival_s: float) -> Iterator[Samples]:
        """Yield the samples of a packet, and of one that waited for it, in the order of their sequence numbers."""
        _, _, sequence, t_us = _HEAD.unpack_from(frame)
        early = self._early
        if self._last is not None and early is None and 1 < (sequence - self._last[0]) % 65536 <= 3:
            # A packet is missing: lost or late. The next packet decides which.
            self._early = (sequence, t_us, frame, arrival_s)
            return
        if early is not None:
            self._early = None
            if (early[0] - sequence) % 65536 <= 3:  # the one that was missing: it comes first
                yield from self._placed(frame, sequence, t_us, arrival_s)
                yield from self._placed(early[2], early[0], early[1], arrival_s)
                return
            yield from self._placed(early[2], early[0], early[1], arrival_s)
        yield from self._placed(frame, sequence, t_us, arrival_s)

    def _placed(self, frame: bytes, sequence: int, t_us: int, arrival_s: float) -> Iterator[Samples]:
        """Yield the samples of a packet with their session times, without those that have come before."""
        n = (len(frame) - _HEAD.size) // _SAMPLE
        steps = 0 if self._last is None else (sequence - self._last[0]) % 65536
        first_s = self.clock.place(t_us, arrival_s, (n - 1) * self._dt_us * 1e-6)
        if first_s is None:
            if self._last is None or not 0 < steps <= 3:
                raise BadInputError("wrong-packet-time")
            # The clock jumped, but the sequence numbers continue: so does session time.
            first_s = self.clock.continue_at(t_us, arrival_s, self._last[1] + steps * self._last[2] * self._dt_us * 1e-6)
        elif steps == 1 and self._last is not None:
            dt_us = (first_s - self._last[1]) * 1e6 / self._last[2]
            if abs(dt_us * 1e-6 * (self._rate_hz or 1.0) - 1.0) < 0.1:
                self._dt_us += 0.1 * (dt_us - self._dt_us)  # follow the crystal's rate; average its jitter of 1 us
        t_s = np.rint(first_s * 1e6 + self._dt_us * np.arange(n)) * 1e-6
        fresh = t_s > self._newest_s
        if fresh.any():
            self._last = sequence, first_s, n
            self._newest_s = float(t_s[-1])
            self.clock.add_arrival(self._newest_s, arrival_s)
            counts = np.frombuffer(frame, "<i2", offset=_HEAD.size).reshape(n, 6)[fresh]
            assert self.scale is not None
            yield Samples(t_s[fresh], counts[:, :3] * self.scale[0], counts[:, 3:] * self.scale[1])


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the complete packets at the beginning of `data`, and the bytes after them."""
    frames, at = [], 0
    while len(data) - at >= _HEAD.size and data[at] == VERSION and 0 < data[at + 1] <= _MAX_SAMPLES:
        end = at + _HEAD.size + _SAMPLE * data[at + 1]
        if end > len(data):
            break
        frames.append(data[at:end])
        at = end
    return frames, data[at:]


def _may_begin(rest: bytes) -> bool:
    """Whether these bytes can be the beginning of a packet."""
    return rest[0] == VERSION and (len(rest) < 2 or 0 < rest[1] <= _MAX_SAMPLES)


class LevelHipsPeripheral:
    """Simulated sensor with the open profile."""

    batch_s = PACKET_S

    def __init__(self, rate_hz: float, acc_range_g: int = 16, gyr_range_dps: int = 2000, axis: int = 4, name: str = "virtual 1") -> None:
        self.rate_hz, self.acc_range_g, self.gyr_range_dps, self.axis = rate_hz, acc_range_g, gyr_range_dps, axis
        self.streaming = False
        self.sequence = 0
        self._name = name.encode("ascii")
        self.reads = {"info": self._info()}

    def _info(self) -> bytes:
        return _INFO.pack(VERSION, round(self.rate_hz), self.acc_range_g, self.gyr_range_dps, self.axis, self._name[:16])

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Process a command that was written to a characteristic at `t_us` [us]; return the notifications that answer it."""
        if to != "control" or not data:
            return []
        opcode, value = data[0], data[1:]
        status, more = 0, b""
        if opcode in (STOP, START) and not value:
            self.streaming = opcode == START
        elif opcode == RATE and len(value) == 2:
            rate = float(int.from_bytes(value, "little"))
            status = 0 if 40 <= rate <= 1000 else 2
            if not status:
                self.rate_hz = rate
                self.reads["info"] = self._info()
        elif opcode == TIME and len(value) == 4:
            more = (t_us % (1 << 32)).to_bytes(4, "little")
        elif not (opcode == HAPTIC and len(value) == 1):  # a motor would buzz; here it is only acknowledged
            status = 1
        return [("control", bytes((opcode, status)) + more)]

    def encode(self, samples: Samples, mtu: int) -> Iterator[tuple[str, bytes]]:
        """Yield the packets of these samples, each with its characteristic, none longer than the MTU allows."""
        each = max(1, min(round(PACKET_S * self.rate_hz), (mtu - 3 - _HEAD.size) // _SAMPLE, _MAX_SAMPLES))
        acc_scale = self.acc_range_g * STANDARD_GRAVITY_MPS2 / 32768
        gyr_scale = math.radians(self.gyr_range_dps) / 32768
        counts = np.concatenate([samples.acc_mps2 / acc_scale, samples.gyr_radps / gyr_scale], axis=1)
        counts = np.clip(np.rint(counts), -32768, 32767).astype("<i2")
        for start in range(0, len(samples), each):
            part = counts[start : start + each]
            t_us = round(float(samples.t_s[start]) * 1e6) % (1 << 32)
            yield "stream", _HEAD.pack(VERSION, len(part), self.sequence, t_us) + part.tobytes()
            self.sequence = (self.sequence + 1) % 65536


def _start(rate_hz: float) -> list[Act]:
    return [
        Subscribe("control"),
        _command(RATE, struct.pack("<H", round(rate_hz))),
        Read("info"),
        Subscribe("stream"),
        _command(START),
    ]


def _command(opcode: int, value: bytes = b"") -> Write:
    """Return a command; its answer begins with the same opcode."""
    return Write("control", bytes((opcode,)) + value, answer="control", answer_begins=bytes((opcode,)))


def _problem(answer: bytes) -> Text | None:
    if len(answer) < 2:
        return text("refusal.incomplete")
    return None if answer[1] == 0 else REFUSALS.get(answer[1], text("refusal.other", code=answer[1]))


PROFILE = Profile(
    name="levelhips",
    title="LevelHips open profile",
    service=_uuid(1),
    advertised=("levelhips",),
    advertised_name="LevelHips virtual",
    characteristics={
        "stream": Characteristic(_uuid(2), ("notify",)),
        "control": Characteristic(_uuid(3), ("write", "indicate")),
        "info": Characteristic(_uuid(4), ("read",)),
    },
    rates_hz=RATES_HZ,
    default_rate_hz=200.0,
    outward="+z",
    start=_start,
    stop=lambda: [_command(STOP)],
    problem=_problem,
    decoder=LevelHipsDecoder,
    peripheral=LevelHipsPeripheral,
    sync=lambda host_ms: _command(TIME, struct.pack("<I", host_ms % (1 << 32))),
    has_clock=True,
    has_sequence=True,
)
