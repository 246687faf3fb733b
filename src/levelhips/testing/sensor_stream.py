"""Helpers of the sensor checks: send samples from the peripheral of a profile to its decoder, without a radio."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

import numpy as np

from levelhips.errors import BadInputError
from levelhips.recording.schema import Packet
from levelhips.samples import STANDARD_GRAVITY_MPS2, Samples
from levelhips.sensors.profile import LINK, UP, Decoder, Peripheral, Profile, Read, Write
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.testing.results import CheckSkipped, fail, require

MTU = 247  # what most phones and computers agree on
SECONDS = 4.0
MIN_HEARD = 0.9  # least share of the samples: some decoders need a packet or two before they know the time of a sample
COUNT = (16 * STANDARD_GRAVITY_MPS2 / 32768, math.radians(2000) / 32768)  # if the decoder names no scale: 16 bits for 16 g and 2000 deg/s


def started(profile: Profile, rate_hz: float) -> tuple[Peripheral, Decoder]:
    """Return peripheral and decoder after the start sequence, as a client would run it.

    Raises
    ------
    CheckSkipped
        If the profile has no peripheral.
    """
    if profile.peripheral is None:
        raise CheckSkipped("sensor.no-peripheral")
    peripheral, decoder = profile.peripheral(rate_hz), profile.decoder(rate_hz)
    decoder.push(Packet(0.0, UP, LINK))
    for packet in start_packets(profile, peripheral, rate_hz):
        decoded(decoder, packet)
    return peripheral, decoder


def start_packets(profile: Profile, peripheral: Peripheral, rate_hz: float) -> list[Packet]:
    """Return what the sensor sends while it is started."""
    packets = []
    for act in profile.start(rate_hz):
        if isinstance(act, Write):
            packets += [Packet(0.0, answer, source) for source, answer in peripheral.write(act.to, act.data, 0)]
        elif isinstance(act, Read) and act.of in peripheral.reads:
            packets.append(Packet(0.0, peripheral.reads[act.of], act.of))
    return packets


@cache
def running(rate_hz: float) -> Samples:
    """Return standing and running, two seconds each."""
    runner = RunnerModel(stand_s=SECONDS / 2, move_s=SECONDS / 2, end_stand_s=0.0)
    return simulate_gait(runner, SensorModel(rate_hz=rate_hz), seed=1).samples


def batches(peripheral: Peripheral, samples: Samples, mtu: int = MTU, batch_s: float | None = None) -> list[list[Packet]]:
    """Return the packets of each batch of samples; a batch arrives when its last sample is measured."""
    each = max(1, round((batch_s or peripheral.batch_s) * peripheral.rate_hz))
    out = []
    for start in range(0, len(samples), each):
        part = samples[start : start + each]
        arrival_s = float(part.t_s[-1])
        out.append([Packet(arrival_s, data, source) for source, data in peripheral.encode(part, mtu)])
    return out


def joined(parts: Iterable[list[Packet]]) -> list[Packet]:
    """Return the packets of all batches in one list."""
    return [packet for part in parts for packet in part]


def decoded(decoder: Decoder, packet: Packet) -> list[Samples] | None:
    """Return the samples of a packet; None if the decoder refuses it with `BadInputError`, as it should."""
    try:
        return list(decoder.push(packet))
    except BadInputError:
        return None
    except Exception as error:
        fail("sensor.raises", packet=packet.data.hex(" "), source=packet.source, error=repr(error))


def heard(decoder: Decoder, packets: Iterable[Packet]) -> Samples:
    """Return the samples of packets that the decoder must accept."""
    parts: list[Samples] = []
    for packet in packets:
        try:
            parts += decoder.push(packet)
        except BadInputError as error:
            fail("sensor.refuses-own", packet=packet.data.hex(" "), source=packet.source, error=error.what)
        except Exception as error:
            fail("sensor.raises", packet=packet.data.hex(" "), source=packet.source, error=repr(error))
    return Samples.join(parts)


def through(profile: Profile, samples: Samples, rate_hz: float | None = None) -> tuple[Samples, Samples, Decoder]:
    """Send samples from the peripheral to the decoder; return those that arrived, the same as they were sent, and the decoder.

    Some decoders lose the first packets, whose time is not known yet: the samples sent are cut at their beginning.
    """
    peripheral, decoder = started(profile, rate_hz or profile.default_rate_hz)
    got = heard(decoder, joined(batches(peripheral, samples)))
    require(MIN_HEARD * len(samples) <= len(got) <= len(samples), "sensor.samples", sent=len(samples), heard=len(got))
    return got, samples[len(samples) - len(got) :], decoder


def counts_of(decoder: Decoder) -> tuple[float, float]:
    """Return one count of acceleration [m/s2] and of angular rate [rad/s]."""
    return decoder.scale or COUNT


def largest_error(one: Samples, other: Samples) -> tuple[float, float]:
    """Return the largest difference of two stretches of samples [m/s2, rad/s]."""
    return float(np.abs(one.acc_mps2 - other.acc_mps2).max()), float(np.abs(one.gyr_radps - other.gyr_radps).max())
