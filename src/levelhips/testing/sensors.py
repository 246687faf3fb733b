"""Check a kind of sensor: its decoder under damaged packets, and its two ends against each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from levelhips.errors import BadInputError
from levelhips.recording.schema import Packet
from levelhips.samples import Samples
from levelhips.sensors.profile import LINK, UP, Decoder, Peripheral, Profile, Write
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait

MTU = 247  # what most phones and computers agree on
TRIALS = 200  # damaged packets
SECONDS = 4.0
MIN_HEARD = 0.9  # some need a packet or two before the time of a sample is known
MAX_ERROR_MPS2 = 0.1  # the coarsest of the built-in sensors has steps of 0.01 m/s2


def check_sensor(profile: Profile, seed: int = 1) -> None:
    """Check that damaged packets raise only `BadInputError`, time never goes back, and both ends agree (if it has a peripheral).

    Raises
    ------
    AssertionError
        If one of these does not hold.
    """
    rng = np.random.default_rng(seed)
    packets = [Packet(0.0, UP, LINK)]
    if profile.peripheral is not None:
        peripheral = profile.peripheral(profile.default_rate_hz)
        packets += _started(profile, peripheral)
        samples = _samples(profile.default_rate_hz)
        sent = list(_sent(peripheral, samples))
        _check_round_trip(profile, [*packets, *sent], samples)
        packets += sent
    else:
        packets += [Packet(0.0, rng.bytes(20), name) for name in profile.characteristics]
    _check_damage(profile, packets, rng)


def _started(profile: Profile, peripheral: Peripheral) -> Iterator[Packet]:
    """Yield what the sensor sends while it is started."""
    for act in profile.start(profile.default_rate_hz):
        if isinstance(act, Write):
            for source, answer in peripheral.write(act.to, act.data, 0):
                yield Packet(0.0, answer, source)
    for source, value in peripheral.reads.items():
        yield Packet(0.0, value, source)


def _samples(rate_hz: float) -> Samples:
    """Return standing and running, two seconds each."""
    return simulate_gait(
        RunnerModel(stand_s=SECONDS / 2, move_s=SECONDS / 2, end_stand_s=0.0), SensorModel(rate_hz=rate_hz), seed=1
    ).samples


def _sent(peripheral: Peripheral, samples: Samples) -> Iterator[Packet]:
    """Yield the notifications of the samples; each arrives when its last sample is measured."""
    each = max(1, round(peripheral.batch_s * peripheral.rate_hz))
    for start in range(0, len(samples), each):
        part = samples[start : start + each]
        for source, data in peripheral.encode(part, MTU):
            yield Packet(float(part.t_s[-1]), data, source)


def _check_round_trip(profile: Profile, packets: list[Packet], samples: Samples) -> None:
    decoder = profile.decoder(profile.default_rate_hz)
    heard = Samples.join([part for packet in packets for part in _decoded(profile, decoder, packet) or []])
    if not MIN_HEARD * len(samples) <= len(heard) <= len(samples):
        raise AssertionError(f"{profile.name}: {len(samples)} samples were sent, {len(heard)} came out of the decoder")
    # Some lose their first packet, whose time is not known yet: the ends are compared.
    error = float(np.abs(samples.acc_mps2[len(samples) - len(heard) :] - heard.acc_mps2).max())
    if error > MAX_ERROR_MPS2:
        raise AssertionError(f"{profile.name}: accelerations differ by {error:.2g} m/s2 between the two ends")


def _check_damage(profile: Profile, packets: list[Packet], rng: np.random.Generator) -> None:
    decoder, newest_s = profile.decoder(profile.default_rate_hz), -np.inf
    for trial in range(TRIALS):
        packet = packets[rng.integers(len(packets))]
        damaged = bytearray(packet.data)
        if damaged:
            damaged[rng.integers(len(damaged))] ^= 1 << int(rng.integers(8))
        packet = Packet(200.0 + 0.02 * trial, bytes(damaged[: rng.integers(len(damaged) + 1)]), packet.source)
        for part in _decoded(profile, decoder, packet) or []:
            if part.t_s[0] <= newest_s:
                raise AssertionError(f"{profile.name}: time goes back after packet {packet.data.hex(' ')} of {packet.source}")
            newest_s = float(part.t_s[-1])


def _decoded(profile: Profile, decoder: Decoder, packet: Packet) -> list[Samples] | None:
    """Return the samples of a packet; None if the decoder refuses it as it should."""
    try:
        return list(decoder.push(packet))
    except BadInputError:
        return None
    except Exception as error:
        raise AssertionError(f"{profile.name}: packet {packet.data.hex(' ')} of {packet.source} raises {error!r}") from error
