"""Polar Verity Sense in SDK mode: two delta-compressed streams, accelerometer and gyroscope, merged by their common clock.

Protocol: Polar Measurement Data, as published with the maker's SDK. Not tried on a real sensor yet.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from levelhips.errors import BadInputError
from levelhips.recording.schema import Packet
from levelhips.samples import STANDARD_GRAVITY_MPS2, Array, Samples
from levelhips.sensors.clock import SensorClock, Sync
from levelhips.sensors.profile import DOWN, LINK, Act, Characteristic, Profile, Subscribe, Write
from levelhips.text import Text, text

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
SETTINGS, START, STOP, ANSWER = 1, 2, 3, 0xF0
ACC, GYR, SDK = 2, 5, 9
T_RATE, T_RESOLUTION, T_RANGE, T_CHANNELS, T_FACTOR = 0, 1, 2, 4, 5
_VALUE_SIZE = {T_RATE: 2, T_RESOLUTION: 2, T_RANGE: 2, 3: 2, T_CHANNELS: 1, T_FACTOR: 4}
RATES_HZ = (52.0, 104.0, 208.0, 416.0)
ACC_RANGE_G, GYR_RANGE_DPS = 16, 2000
REFUSALS = {
    1: text("refusal.unknown-command"),
    2: text("refusal.unknown-measurement"),
    3: text("refusal.unsupported"),
    5: text("refusal.wrong-setting"),
    6: None,  # already in that state: what was asked for
    8: text("refusal.unsupported-rate"),
    9: text("refusal.unsupported-resolution"),
    10: text("refusal.unsupported-range"),
    11: text("refusal.small-mtu"),
    13: text("refusal.charging"),
}
FRAME_S = 0.1  # duration of the samples in a frame of the virtual sensor; the real one fills its frames
_HEAD = struct.Struct("<BQB")
_NS = 1e9  # nanoseconds in a second


class _Stream:
    """One of the two streams: its scale factor, and the rows that wait for rows of the other stream."""

    def __init__(self) -> None:
        self.factor = 1.0
        self.t_s = np.empty(0)
        self.rows = np.empty((0, 3))
        self.before_s = math.nan  # time of the last sample in the previous frame

    def add(self, t_s: Array, rows: Array) -> None:
        fresh = t_s > (self.before_s if math.isfinite(self.before_s) else -math.inf)
        self.t_s, self.rows = np.append(self.t_s, t_s[fresh]), np.concatenate([self.rows, rows[fresh]])

    def drop(self, n: int) -> None:
        self.t_s, self.rows = self.t_s[n:], self.rows[n:]


class PolarDecoder:
    """Decoder of the Polar Verity Sense: samples at the gyroscope's times, with linearly interpolated forces."""

    outward = "+z"
    scale = None

    def __init__(self, asked_hz: float) -> None:
        self.rate_hz: float | None = asked_hz
        # A frame has the time of its last sample, and the two streams alternate: times step back by up to a frame.
        self.clock = SensorClock(1 / _NS, repeat_s=1.0)
        self._dt = 1.0 / asked_hz
        self._streams = {ACC: _Stream(), GYR: _Stream()}

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""
        return self.clock.line.sync

    def push(self, packet: Packet) -> list[Samples]:
        """Decode the next packet; return the samples that it completes."""
        if packet.source == "data":
            self._frame(packet.data, packet.arrival_s)
            return list(self._merged())
        if packet.source == "control":
            self._answer(packet.data)
        elif packet.source == LINK and packet.data == DOWN:
            for stream in self._streams.values():
                stream.drop(len(stream.t_s))
        return []

    def _answer(self, data: bytes) -> None:
        if len(data) < 4 or data[0] != ANSWER or data[1] != START or data[3] or data[2] not in self._streams:
            return
        for kind, values in _tlv(data[5:]):
            if kind == T_FACTOR:
                factor = float(struct.unpack("<f", values[:4])[0])
                if not (math.isfinite(factor) and factor > 0):
                    raise BadInputError("impossible-values")
                self._streams[data[2]].factor = factor

    def _frame(self, data: bytes, arrival_s: float) -> None:
        if len(data) < _HEAD.size:
            raise BadInputError("damaged-packet")
        kind, t_ns, frame = _HEAD.unpack_from(data)
        if kind not in self._streams:
            raise BadInputError("unknown-packet", kind=kind)
        stream = self._streams[kind]
        counts = _compressed(data[_HEAD.size :]) if frame & 0x80 else _plain(data[_HEAD.size :], frame)
        last_s = self.clock.place(t_ns, arrival_s)
        if last_s is None:
            raise BadInputError("wrong-packet-time")
        unit = stream.factor * (math.radians(1.0) if kind == GYR else STANDARD_GRAVITY_MPS2 * (1.0 if frame == 0x80 else 1e-3))
        n = len(counts)
        dt = (last_s - stream.before_s) / n
        if not abs(dt / self._dt - 1.0) < 0.1:  # the first, or one after a loss
            dt = self._dt
        t_s = np.rint((last_s - dt * np.arange(n - 1, -1, -1)) * 1e6) * 1e-6
        stream.add(t_s, counts * unit)
        if not stream.before_s > last_s:
            stream.before_s = last_s
        self.clock.add_arrival(last_s, arrival_s)

    def _merged(self) -> Iterator[Samples]:
        """Yield samples at the times of the gyroscope up to the last force that is known."""
        acc, gyr = self._streams[ACC], self._streams[GYR]
        if not len(acc.t_s) or not len(gyr.t_s):
            self._drop_old_rows()
            return
        early = int(np.searchsorted(gyr.t_s, acc.t_s[0], "left"))  # without forces at their times
        gyr.drop(early)
        ready = int(np.searchsorted(gyr.t_s, acc.t_s[-1], "right"))
        if not ready:
            self._drop_old_rows()
            return
        t_s, rates = gyr.t_s[:ready], gyr.rows[:ready]
        after = np.clip(np.searchsorted(acc.t_s, t_s, "left"), 1, max(len(acc.t_s) - 1, 1))
        before = after - 1
        after = np.minimum(after, len(acc.t_s) - 1)
        width = acc.t_s[after] - acc.t_s[before]
        share = np.divide(t_s - acc.t_s[before], width, out=np.zeros(ready), where=width > 0)
        forces = acc.rows[before] + share[:, None] * (acc.rows[after] - acc.rows[before])
        near = (width < 3 * self._dt) & (t_s >= 0)  # do not interpolate across a gap in the forces
        gyr.drop(ready)
        acc.drop(max(int(np.searchsorted(acc.t_s, t_s[-1], "right")) - 1, 0))
        if near.any():
            yield Samples(t_s[near], forces[near], rates[near])

    def _drop_old_rows(self) -> None:
        """Drop rows that have waited for the other stream for more than 2 s."""
        for stream in self._streams.values():
            stream.drop(max(len(stream.t_s) - round(2.0 / self._dt), 0))


def _tlv(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and value of each entry of type, count and values."""
    at = 0
    while at + 2 <= len(data):
        kind, count = data[at], data[at + 1]
        end = at + 2 + count * _VALUE_SIZE.get(kind, 2)
        if end > len(data):
            raise BadInputError("damaged-packet")
        if count:
            yield kind, data[at + 2 : end]
        at = end


def _plain(payload: bytes, frame: int) -> Array:
    if frame != 1:
        raise BadInputError("unknown-packet", kind=frame)
    if not payload or len(payload) % 6:
        raise BadInputError("damaged-packet")
    return np.frombuffer(payload, "<i2").reshape(-1, 3).astype(np.float64)


def _compressed(payload: bytes) -> Array:
    """Decode a reference sample, then blocks of differences, packed least significant bit first."""
    if len(payload) < 6:
        raise BadInputError("damaged-packet")
    parts = [np.frombuffer(payload, "<i2", count=3).astype(np.int64)[None, :]]
    at = 6
    while at < len(payload):
        if at + 2 > len(payload):
            raise BadInputError("damaged-packet")
        bits, count = payload[at], payload[at + 1]
        size = math.ceil(bits * count * 3 / 8)
        if not 0 < bits <= 32 or not count or at + 2 + size > len(payload):
            raise BadInputError("damaged-packet")
        raw = np.unpackbits(np.frombuffer(payload, np.uint8, size, at + 2), count=bits * count * 3, bitorder="little")
        values = raw.reshape(count * 3, bits).astype(np.int64) @ (1 << np.arange(bits, dtype=np.int64))
        values -= (values >> (bits - 1)) << bits
        parts.append(values.reshape(count, 3))
        at += 2 + size
    return np.concatenate(parts).cumsum(axis=0).astype(np.float64)


class PolarPeripheral:
    """Simulated Polar Verity Sense: accelerometer in mG, gyroscope in deg/s x factor, both delta-compressed."""

    batch_s = FRAME_S

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        self.started: set[int] = set()
        self.sdk = False
        self.reads = {"control": bytes((0x0F, 0b0010_0100, 0b10)) + bytes(14)}
        self._factor = {ACC: ACC_RANGE_G * 1000 / 32768, GYR: GYR_RANGE_DPS / 32768}

    @property
    def streaming(self) -> bool:
        """Whether samples are being sent."""
        return {ACC, GYR} <= self.started

    def write(self, to: str, data: bytes, t_us: int) -> list[tuple[str, bytes]]:
        """Process a command that was written to a characteristic at `t_us` [us]; return the notifications that answer it."""
        if to != "control" or len(data) < 2:
            return []
        request, kind = data[0], data[1]
        error, more = 0, b""
        if kind == SDK and request in (START, STOP):
            self.sdk = request == START
        elif kind not in (ACC, GYR):
            error = 2
        elif request == SETTINGS:
            more = struct.pack("<BB4H", T_RATE, 4, *(int(rate) for rate in RATES_HZ)) + struct.pack("<BBH", T_RESOLUTION, 1, 16)
        elif request == START:
            chosen = dict(_tlv(data[2:]))
            rate = int.from_bytes(chosen.get(T_RATE, b""), "little")
            if rate != 52 and not (self.sdk and rate in RATES_HZ):
                error = 8
            else:
                self.rate_hz = float(rate)
                self.started.add(kind)
                more = struct.pack("<BBf", T_FACTOR, 1, self._factor[kind])
        elif request == STOP:
            self.started.discard(kind)
        else:
            error = 1
        return [("control", bytes((ANSWER, request, kind, error, 0)) + more)]

    def encode(self, samples: Samples, mtu: int) -> Iterator[tuple[str, bytes]]:
        """Yield the packets of these samples, each with its characteristic, none longer than the MTU allows."""
        # The answer to the start command gives the decoder these factors as 32-bit floats.
        units = {kind: float(np.float32(factor)) for kind, factor in self._factor.items()}
        acc = samples.acc_mps2 / (units[ACC] * STANDARD_GRAVITY_MPS2 * 1e-3)
        gyr = samples.gyr_radps / (units[GYR] * math.radians(1.0))
        for kind, frame, values in ((ACC, 0x81, acc), (GYR, 0x80, gyr)):
            counts = np.clip(np.rint(values), -32768, 32767).astype(np.int64)
            at = 0
            while at < len(counts):
                payload, n = _compress(counts[at:], mtu - 3 - _HEAD.size)
                at += n
                yield "data", _HEAD.pack(kind, round(float(samples.t_s[at - 1]) * _NS), frame) + payload


def _compress(counts: NDArray[np.int64], room: int) -> tuple[bytes, int]:
    """Return as many rows of counts as fit into `room` bytes, compressed, and their number."""
    n = min(len(counts), 256)
    while True:
        steps = np.diff(counts[:n], axis=0).astype(np.int64)
        head = counts[0].astype("<i2").tobytes()
        if n == 1:
            return head, 1
        largest = int(np.maximum(steps, ~steps).max())
        bits = largest.bit_length() + 1
        size = math.ceil(bits * steps.size / 8)
        if len(head) + 2 + size <= room:
            packed = np.packbits((steps.reshape(-1, 1) >> np.arange(bits)) & 1, bitorder="little")
            return head + bytes((bits, n - 1)) + packed.tobytes(), n
        n -= 1


def _start_command(kind: int, rate_hz: float, span: int) -> bytes:
    """Return the command that starts a stream at a rate [Hz] and a range [g or deg/s]."""
    return struct.pack("<BBBBHBBHBBHBBB", START, kind, T_RATE, 1, round(rate_hz), T_RESOLUTION, 1, 16, T_RANGE, 1, span, T_CHANNELS, 1, 3)


def _start(rate_hz: float) -> list[Act]:
    return [
        Subscribe("control"),
        Subscribe("data"),
        _command(bytes((START, SDK))),
        _command(_start_command(ACC, rate_hz, ACC_RANGE_G)),
        _command(_start_command(GYR, rate_hz, GYR_RANGE_DPS)),
    ]


def _command(data: bytes) -> Write:
    """Return a command of an opcode and a measurement type; its answer repeats both."""
    return Write("control", data, answer="control", answer_begins=bytes((ANSWER, *data[:2])))


def _problem(answer: bytes) -> Text | None:
    if len(answer) < 4 or answer[0] != ANSWER:
        return text("refusal.incomplete")
    return None if answer[3] == 0 else REFUSALS.get(answer[3], text("refusal.other", code=answer[3]))


PROFILE = Profile(
    name="polar",
    title="Polar Verity Sense",
    service=SERVICE,
    advertised=("polar sense",),
    advertised_name="Polar Sense 0000VIRT",
    characteristics={
        "control": Characteristic("fb005c81-02e7-f387-1cad-8acd2d8df0c8", ("read", "write", "indicate")),
        "data": Characteristic("fb005c82-02e7-f387-1cad-8acd2d8df0c8", ("notify",)),
    },
    rates_hz=RATES_HZ,
    default_rate_hz=208.0,
    outward="+z",
    start=_start,
    stop=lambda: [_command(bytes((STOP, kind))) for kind in (ACC, GYR, SDK)],
    problem=_problem,
    decoder=PolarDecoder,
    peripheral=PolarPeripheral,
    notes=text("sensor-note.polar"),
    has_clock=True,
)
