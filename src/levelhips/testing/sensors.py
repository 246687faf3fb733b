"""Checks of a kind of sensor: its declaration, both ends of its protocol against each other, damaged packets, and its link."""

from __future__ import annotations

import re
import uuid

import numpy as np

from levelhips.motion.alignment import AXES
from levelhips.recording.schema import Packet
from levelhips.samples import STANDARD_GRAVITY_MPS2, Samples
from levelhips.sensors.profile import LINK, UP, Profile, Read, Subscribe, Write
from levelhips.testing.results import Check, Result, fail, raise_failures, require, run_checks
from levelhips.testing.sensor_link import check_link
from levelhips.testing.sensor_stream import (
    MTU,
    batches,
    counts_of,
    decoded,
    heard,
    joined,
    largest_error,
    running,
    start_packets,
    started,
    through,
)
from levelhips.testing.sensor_time import check_clock, check_rates, check_sequence, check_wraps

MIN_RATE_HZ = 40.0  # below, a landing falls between two samples
TRIALS = 300  # damaged packets
MTUS = (100, 185, 517)  # Movella's payload needs 66; iOS has 185; the largest is 517
BATCHES = (1, 3)  # samples sent at a time: firmware sends what it has when its timer fires
# A pose and a rotation in which no two axes have the same value.
REST_MPS2 = np.array([2.0, 9.4, 1.94])
TURN_RADPS = np.array([0.5, -1.0, 1.5])
# Factors that come from a wrong unit, and the unit.
WRONG_ACC = {1 / STANDARD_GRAVITY_MPS2: "g", 1000 / STANDARD_GRAVITY_MPS2: "mg"}
WRONG_GYR = {180 / np.pi: "deg/s"}


def check_sensor(profile: Profile) -> None:
    """Run every check of a kind of sensor.

    Raises
    ------
    AssertionError
        If a check fails; the message has one line for each.
    """
    raise_failures(profile.name, sensor_results(profile))


def sensor_results(profile: Profile) -> list[Result]:
    """Return the result of every check of a kind of sensor."""
    return run_checks(profile, CHECKS)


def check_declaration(profile: Profile) -> None:
    """Check names, rates, axes and characteristics."""
    require(re.fullmatch(r"[a-z0-9_-]+", profile.name) is not None, "sensor.name", name=profile.name)
    right = profile.default_rate_hz in profile.rates_hz and min(profile.rates_hz) >= MIN_RATE_HZ
    require(right, "sensor.rates", rates=list(profile.rates_hz), default=profile.default_rate_hz)
    require(profile.outward in AXES, "sensor.outward", axes=", ".join(AXES), axis=profile.outward)
    seen: set[uuid.UUID] = set()
    for source, characteristic in profile.characteristics.items():
        try:
            value = uuid.UUID(characteristic.uuid)
        except ValueError:
            fail("sensor.uuid", uuid=characteristic.uuid, source=source)
        require(value not in seen, "sensor.uuid", uuid=characteristic.uuid, source=source)
        seen.add(value)
    require(profile.knows(None, [profile.service.upper()]), "sensor.not-known", service=profile.service.upper())


def check_start(profile: Profile) -> None:
    """Check that the peripheral answers the start sequence at every rate, streams after it, and stops after the stop sequence."""
    _check_properties(profile)
    for rate_hz in profile.rates_hz:
        peripheral, _ = started(profile, rate_hz)
        for act in profile.start(rate_hz):
            if isinstance(act, Write) and act.answer is not None:
                answers = [data for source, data in peripheral.write(act.to, act.data, 0) if source == act.answer]
                right = [data for data in answers if data.startswith(act.answer_begins)]
                found = ", ".join(data.hex(" ") for data in answers) or "none"
                require(bool(right), "sensor.unanswered", data=act.data.hex(" "), source=act.answer, answers=found)
                problem = profile.problem(right[0])
                require(problem is None, "sensor.refused", rate=f"{rate_hz:g}", problem=problem)
        require(peripheral.streaming, "sensor.start", streaming=False, sequence="the start sequence")
        stops = [act for act in profile.stop() if isinstance(act, Write)]
        for act in stops:
            peripheral.write(act.to, act.data, 0)
        # Some stream whenever somebody listens: they have no command to stop.
        require(not (stops and peripheral.streaming), "sensor.start", streaming=True, sequence="the stop sequence")


def _check_properties(profile: Profile) -> None:
    for act in (*profile.start(profile.default_rate_hz), *profile.stop()):
        source = act.of if isinstance(act, Read) else act.to
        require(source in profile.characteristics, "sensor.unknown-characteristic", source=source)
        wanted = {Read: {"read"}, Subscribe: {"notify", "indicate"}, Write: {"write"}}[type(act)]
        properties = profile.characteristics[source].properties
        words = " or ".join(sorted(wanted))
        require(bool(wanted & set(properties)), "sensor.property", wanted=words, source=source, properties=", ".join(properties))


def check_units(profile: Profile) -> None:
    """Check that gravity comes out as 9.81 m/s2 and a known rotation in rad/s, each along its own axis."""
    rate_hz = profile.default_rate_hz
    n = round(2.0 * rate_hz)
    sent = Samples(np.arange(n) / rate_hz, np.tile(REST_MPS2, (n, 1)), np.tile(TURN_RADPS, (n, 1)))
    got, _, decoder = through(profile, sent)
    acc_count, gyr_count = counts_of(decoder)
    for what, unit, true, mean, wrong, count in (
        ("gravity at rest", "m/s2", REST_MPS2, got.acc_mps2.mean(axis=0), WRONG_ACC, acc_count),
        ("a steady rotation", "rad/s", TURN_RADPS, got.gyr_radps.mean(axis=0), WRONG_GYR, gyr_count),
    ):
        expected, found = float(np.linalg.norm(true)), float(np.linalg.norm(mean))
        if abs(found / expected - 1) > 0.02:
            hint = next((f" (is it in {name}?)" for factor, name in wrong.items() if abs(found / expected / factor - 1) < 0.02), "")
            fail("sensor.unit", expected=expected, unit=unit, what=what, found=found, hint=hint)
        for axis, one, other in zip("xyz", true, mean, strict=True):
            require(abs(one - other) <= 2 * count, "sensor.sign", what=what, expected=one, unit=unit, axis=axis, found=other)


def check_round_trip(profile: Profile) -> None:
    """Check that the samples of a run come out of the decoder within one count of what went into the peripheral."""
    got, sent, decoder = through(profile, running(profile.default_rate_hz))
    for what, unit, error, count in zip(
        ("acceleration", "angular rate"), ("m/s2", "rad/s"), largest_error(got, sent), counts_of(decoder), strict=True
    ):
        require(error <= count, "sensor.round-trip", what=what, unit=unit, error=error, count=count)


def check_chunks(profile: Profile) -> None:
    """Check that samples do not depend on how they are divided into packets, and that the same packets give the same samples."""
    samples = running(profile.default_rate_hz)
    whole, _, decoder = through(profile, samples)
    rate_hz = profile.default_rate_hz
    divisions = [(f"an MTU of {mtu} bytes", mtu, None) for mtu in MTUS] + [(f"{n} samples at a time", MTU, n / rate_hz) for n in BATCHES]
    for division, mtu, batch_s in divisions:
        peripheral, other = started(profile, rate_hz)
        packets = joined(batches(peripheral, samples, mtu, batch_s))
        longest = max(len(packet.data) for packet in packets)
        require(longest <= mtu - 3, "sensor.mtu", limit=mtu - 3, mtu=mtu, length=longest)
        got = heard(other, packets)
        n = min(len(got), len(whole))
        require(n > 0.5 * len(whole), "sensor.samples", sent=len(samples), heard=len(got))
        errors = largest_error(got[len(got) - n :], whole[len(whole) - n :])
        for what, unit, error, count in zip(("acceleration", "angular rate"), ("m/s2", "rad/s"), errors, counts_of(decoder), strict=True):
            require(error <= count, "sensor.chunks", error=error, unit=unit, what=what, division=division)
    again, _, _ = through(profile, samples)
    same = np.array_equal(again.t_s, whole.t_s) and largest_error(again, whole) == (0.0, 0.0)
    require(same, "sensor.repeatable")


def check_damage(profile: Profile) -> None:
    """Check that random and damaged packets raise only `BadInputError`, and that the stream goes on after them."""
    rng = np.random.default_rng(1)
    decoder = profile.decoder(profile.default_rate_hz)
    packets, newest_s = [Packet(0.0, UP, LINK)], -np.inf
    peripheral = None
    if profile.peripheral is not None:
        peripheral = profile.peripheral(profile.default_rate_hz)
        packets += start_packets(profile, peripheral, profile.default_rate_hz)
        packets += joined(batches(peripheral, running(profile.default_rate_hz)))
        for packet in packets:
            for part in decoded(decoder, packet) or []:
                newest_s = float(part.t_s[-1])
    arrival_s = 10.0
    sources = [*profile.characteristics, LINK]
    for trial in range(TRIALS):
        arrival_s += 0.02
        packet = _damaged(packets[rng.integers(len(packets))], rng)
        if trial % 3 == 0:
            packet = Packet(0.0, rng.bytes(int(rng.integers(0, 245))), sources[rng.integers(len(sources))])
        packet = Packet(arrival_s, packet.data, packet.source)
        for part in decoded(decoder, packet) or []:
            newest_s = _check_part(part, packet, newest_s)
    if peripheral is not None:
        _check_recovery(profile)


def _damaged(packet: Packet, rng: np.random.Generator) -> Packet:
    """Return a packet with a bit flipped, cut at any place."""
    data = bytearray(packet.data)
    if data:
        data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    return Packet(0.0, bytes(data[: rng.integers(len(data) + 1)]), packet.source)


def _check_part(part: Samples, packet: Packet, newest_s: float) -> float:
    """Check the samples of a damaged packet; return the time of the last one."""
    shown = {"packet": packet.data.hex(" "), "source": packet.source}
    finite = all(bool(np.isfinite(values).all()) for values in (part.t_s, part.acc_mps2, part.gyr_radps))
    require(finite, "sensor.not-finite", found="a value that is not a number", **shown)
    rises = bool(part.t_s[0] > newest_s) and bool((np.diff(part.t_s) > 0).all())
    require(rises, "sensor.time-back", **shown)
    return float(part.t_s[-1])


def _check_recovery(profile: Profile) -> None:
    """Check that real packets give samples again after damaged ones on the same characteristic."""
    rng = np.random.default_rng(2)
    peripheral, decoder = started(profile, profile.default_rate_hz)
    samples = running(profile.default_rate_hz)
    parts = batches(peripheral, samples)
    third = len(parts) // 3
    heard(decoder, joined(parts[:third]))
    for packet in joined(parts[third : third + 5]):
        for data in (_damaged(packet, rng).data, rng.bytes(len(packet.data))):
            decoded(decoder, Packet(packet.arrival_s, data, packet.source))
    after = joined(parts[third + 5 :])
    got = sum(len(part) for packet in after for part in decoded(decoder, packet) or [])
    sent = int((samples.t_s > after[0].arrival_s - peripheral.batch_s).sum())
    require(got >= 0.5 * sent, "sensor.no-recovery", heard=got, sent=sent)


CHECKS: tuple[Check[Profile], ...] = (
    Check("declaration", check_declaration),
    Check("start-sequence", check_start),
    Check("units", check_units),
    Check("round-trip", check_round_trip),
    Check("rates", check_rates),
    Check("packets", check_chunks),
    Check("damage", check_damage),
    Check("clock-wrap", check_wraps),
    Check("clock", check_clock),
    Check("sequence", check_sequence),
    Check("bluetooth", check_link),
)
