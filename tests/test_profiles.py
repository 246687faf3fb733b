"""Protocols of the sensors: packets written by hand from their specifications, round trips, and random bytes."""

from __future__ import annotations

import math
import struct
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from conftest import short_run
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from levelhips import BadInputError, Samples
from levelhips.recording.schema import Packet
from levelhips.samples import STANDARD_GRAVITY_MPS2 as G
from levelhips.sensors.clock import CountedClock, HostLine, SensorClock
from levelhips.sensors.profile import DOWN, LINK, Write, profiles
from levelhips.sensors.profiles import levelhips, movella_dot, polar, thingy52, witmotion
from levelhips.testing.sensor_stream import started

ALL = profiles()
INFO = bytes((1,)) + struct.pack("<HHH", 200, 16, 2000) + bytes((4,)) + b"test 1".ljust(16, b"\0")


def give(decoder, *data: bytes, source: str = "stream", every_s: float = 0.02, from_s: float = 50.0) -> Samples:
    """Return the samples of notifications that arrive one after the other."""
    parts = []
    for number, one in enumerate(data):
        parts += decoder.push(Packet(from_s + number * every_s, one, source))
    return Samples.join(parts)


# ---- byte vectors


def test_open_profile_packet_by_hand():
    decoder = levelhips.PROFILE.decoder(200.0)
    decoder.push(Packet(0.0, INFO, "info"))
    assert (decoder.rate_hz, decoder.outward, decoder.firmware) == (200.0, "+z", "test 1")
    one = bytes.fromhex(
        "01 02 0700 40420f00"  # version, n = 2, sequence 7, t = 1,000,000 us
        "0008 00f8 0000 0040 0000 00c0"  # 2048, -2048, 0; 16384, 0, -16384
        "0100 0200 0300 0400 0500 0600"
    )
    got = give(decoder, one)
    assert_allclose(got.t_s, [0.0, 0.005])
    assert_allclose(got.acc_mps2[0], [G, -G, 0], rtol=1e-6)  # 2048 / 32768 x 16 g
    assert_allclose(np.degrees(got.gyr_radps[0]), [1000, 0, -1000], rtol=1e-6)
    assert_allclose(got.acc_mps2[1] / (16 * G / 32768), [1, 2, 3], rtol=1e-6)


def test_open_profile_needs_its_ranges_before_samples():
    with pytest.raises(BadInputError, match="has not stated its ranges"):
        give(levelhips.PROFILE.decoder(200.0), bytes(20))


def test_open_profile_of_another_version_is_refused_with_what_to_do():
    with pytest.raises(BadInputError, match="version 2.*newer levelhips"):
        levelhips.PROFILE.decoder(200.0).push(Packet(0.0, b"\x02" + INFO[1:], "info"))


def test_polar_start_command_is_the_published_one():
    writes = [act.data.hex(" ") for act in polar.PROFILE.start(52.0) if isinstance(act, Write)]
    # request 02, type, then type/count/value: rate 52, resolution 16, range 16 g or 2000 deg/s, channels 3
    assert writes == [
        "02 09",
        "02 02 00 01 34 00 01 01 10 00 02 01 10 00 04 01 03",
        "02 05 00 01 34 00 01 01 10 00 02 01 d0 07 04 01 03",
    ]


def test_polar_frames_by_hand():
    decoder = polar.PROFILE.decoder(52.0)
    for kind, factor in ((2, 1.0), (5, 0.5)):
        decoder.push(Packet(0.0, bytes((0xF0, 2, kind, 0, 0, 5, 1)) + struct.pack("<f", factor), "control"))
    t_ns = 700_000_000_000_000_000

    def frame(kind: int, number: int, form: int, payload: str) -> bytes:
        return struct.pack("<BQB", kind, t_ns + number * 4 * 19_230_769, form) + bytes.fromhex(payload)

    # reference (1, -2, 1000), then 3 steps of 4 bits x 3 channels, least significant first:
    # (+1, 0, -1), (+2, -3, 7), (-8, 1, 0)  ->  01 2f 7d 18 00 with its last half byte unused
    payload = "0100 feff e803 04 03 01 2f 7d 18 00"
    got = give(
        decoder,
        frame(2, 0, 0x81, payload),
        frame(5, 0, 0x80, payload),
        frame(2, 1, 0x81, payload),
        frame(5, 1, 0x80, payload),
        source="data",
        every_s=0.04,
    )
    rows = np.array([[1, -2, 1000], [2, -2, 999], [4, -5, 1006], [-4, -4, 1006]], float)
    assert len(got) == 5  # the first frame's last sample is time 0
    assert_allclose(got.acc_mps2[0] / (G * 1e-3), rows[3], rtol=1e-9)
    assert_allclose(got.acc_mps2[1:] / (G * 1e-3), rows, rtol=1e-9)
    assert_allclose(np.degrees(got.gyr_radps[1:]), rows * 0.5, rtol=1e-9)
    assert_allclose(np.diff(got.t_s), 1 / 52, atol=1e-5)


def test_refusals_of_polar_are_reported_in_words():
    assert polar.PROFILE.problem(bytes((0xF0, 2, 2, 0, 0))) is None
    assert "charging" in str(polar.PROFILE.problem(bytes((0xF0, 2, 2, 13, 0))))


def test_witmotion_frame_by_hand():
    frame = bytes.fromhex("5561 0008 00f8 0000 0040 0000 00c0 0040 0000 0000")
    got = give(witmotion.PROFILE.decoder(200.0), frame)
    assert_allclose(got.acc_mps2[0], [G, -G, 0], rtol=1e-6)
    assert_allclose(np.degrees(got.gyr_radps[0]), [1000, 0, -1000], rtol=1e-6)
    writes = [act.data.hex() for act in witmotion.PROFILE.start(200.0) if isinstance(act, Write)]
    assert writes == ["ffaa6988b5", "ffaa030b00"]


def test_thingy_notification_by_hand():
    got = give(thingy52.PROFILE.decoder(200.0), bytes.fromhex("0004 00fc 0000 2000 e0ff 4006 0000 0000 0000"), source="raw")
    assert_allclose(got.acc_mps2[0], [G, -G, 0], rtol=1e-6)  # Q10
    assert_allclose(np.degrees(got.gyr_radps[0]), [1, -1, 50], rtol=1e-6)  # Q5
    [write] = [act for act in thingy52.PROFILE.start(200.0) if isinstance(act, Write)]
    assert struct.unpack("<HHHHB", write.data) == (100, 60000, 60000, 200, 1)


def test_thingy_notification_with_values_that_no_runner_reaches_is_refused():
    decoder = thingy52.PROFILE.decoder(200.0)

    def push(acc_g: float, rate_dps: float) -> list[Samples]:
        counts = [0, round(acc_g * 1024), 0, round(rate_dps * 32), 0, 0, 0, 0, 0]
        return decoder.push(Packet(50.0, struct.pack("<9h", *counts), "raw"))

    assert push(1.0, -620.0)
    with pytest.raises(BadInputError):
        push(13.5, -620.0)  # 12.5 g more than before
    push(13.5, -620.0)  # the next one is compared with the refused one
    with pytest.raises(BadInputError):
        push(16.6, -620.0)  # outside the widest range
    with pytest.raises(BadInputError):
        push(13.5, 620.0)  # 1,240 deg/s more than before
    push(13.5, 620.0)


def test_witmotion_frames_around_missing_bytes_are_found_by_their_header():
    frames = [witmotion.HEAD + struct.pack("<9h", number, 0, 2048, 0, 0, 0, 0, 0, 0) for number in range(5)]
    decoder = witmotion.PROFILE.decoder(200.0)
    got = give(decoder, frames[0] + frames[1], frames[2][:9], frames[3] + frames[4], every_s=0.005)
    assert_allclose(got.acc_mps2[:, 0] / (16 * G / 32768), [0, 1, 3, 4], atol=1e-3)
    with pytest.raises(BadInputError):
        give(decoder, bytes(40))


@pytest.mark.parametrize(
    ("source", "payload"),
    [
        ("long", struct.pack("<I4f3f3f", 5_000_000, 1, 0, 0, 0, 0, 9.81, 1, 10, -20, 30)),
        ("medium", struct.pack("<I3f3f3h", 5_000_000, 0, 9.81, 1, 10, -20, 30, 1, 2, 3)),
    ],
)
def test_dot_payloads_by_hand(source, payload):
    got = give(movella_dot.PROFILE.decoder(60.0), payload, source=source)
    assert_allclose(got.acc_mps2[0], [0, 9.81, 1], rtol=1e-6)
    assert_allclose(np.degrees(got.gyr_radps[0]), [10, -20, 30], rtol=1e-6)
    assert movella_dot.PROFILE.start(60.0)[-1] == Write("measure", bytes((1, 1, 26)))


# ---- laws


@pytest.mark.parametrize("name", ALL)
@given(mtu=st.integers(60, 517), seed=st.integers(0, 1000))
def test_decoder_returns_what_the_peripheral_encodes(name, mtu, seed):
    profile = ALL[name]
    rate = profile.default_rate_hz
    rng = np.random.default_rng(seed)
    n = int(2 * rate)
    walk = np.cumsum(rng.normal(0, 0.3, (n, 6)), axis=0)  # steps between samples like those of motion, not of noise
    sent = Samples(10.0 + np.arange(n) / rate, walk[:, :3] + [0, 9.8, 0], 0.1 * walk[:, 3:])
    firmware, decoder = started(profile, rate)
    each, received = max(1, round(firmware.batch_s * rate)), []
    for start in range(0, n, each):
        part = sent[start : start + each]
        for source, data in firmware.encode(part, mtu):
            assert len(data) <= mtu - 3
            received += decoder.push(Packet(float(part.t_s[-1]), data, source))
    got = Samples.join(received)
    skipped = n - len(got)
    assert skipped <= (each if name == "polar" else 0)  # of Polar's first frame only the last sample has a time
    assert_allclose(got.t_s, np.arange(len(got)) / rate, atol=2e-5)
    acc_step, gyr_step = (decoder.scale or (16 * G / 32768, math.radians(2000) / 32768))[:2]
    assert np.abs(got.acc_mps2 - sent.acc_mps2[skipped:]).max() <= 0.51 * acc_step
    assert np.abs(got.gyr_radps - sent.gyr_radps[skipped:]).max() <= 0.51 * gyr_step


@pytest.mark.parametrize("name", ALL)
@given(
    packets=st.lists(
        st.tuples(st.binary(max_size=244), st.floats(0, 30), st.sampled_from(["own", "own", "own", "info", "control", LINK])), max_size=20
    )
)
def test_any_bytes_are_decoded_or_raise_a_bad_input_error(name, packets):
    profile = ALL[name]
    firmware, decoder = started(profile, profile.default_rate_hz)
    notified = [source for source, c in profile.characteristics.items() if "notify" in c.properties]
    samples = short_run().samples[:40]
    real = list(firmware.encode(Samples(samples.t_s - samples.t_s[0], samples.acc_mps2, samples.gyr_radps), 247))
    arrival_s, newest_s = 100.0, -math.inf
    for (data, later_s, source), (_, whole) in zip(packets, real * 20, strict=False):
        arrival_s += later_s
        # Every other packet is a real one with changed bytes, which passes more checks than noise.
        damaged = bytes(a ^ b for a, b in zip(whole, data[:3] + bytes(len(whole)), strict=False)) if len(data) % 2 else data
        with suppress(BadInputError):
            for part in decoder.push(Packet(arrival_s, damaged, notified[0] if source == "own" else source)):
                Samples.checked(part.t_s, part.acc_mps2, part.gyr_radps)
                assert part.t_s[0] > newest_s
                newest_s = part.t_s[-1]


@given(at=st.lists(st.integers(0, 56 * 12), max_size=12))
def test_open_profile_packets_may_arrive_split_or_joined(at):
    """Each piece begins or ends where a packet does, or two pieces make a packet."""
    firmware, decoder = started(ALL["levelhips"], 200.0)
    samples = short_run().samples[:48]
    whole = [data for _, data in firmware.encode(Samples(np.arange(48) / 200, samples.acc_mps2, samples.gyr_radps), 247)]
    pieces = []
    for number, data in enumerate(whole):
        cut = at[number] % len(data) if number < len(at) else 0
        pieces += [data[:cut], data[cut:]] if cut else [data]
    assert len(give(decoder, *pieces, every_s=0.01)) == 48


@given(
    lost=st.sets(st.integers(1, 398)),
    delays=st.lists(st.floats(0, 0.004), min_size=400, max_size=400),
    start=st.integers(0, 2**32 - 1),
)
def test_sensor_clock_is_unwrapped_in_spite_of_lost_packets(lost, delays, start):
    clock = SensorClock(1e-6, 1 << 32)
    for number in range(400):
        if number in lost:
            continue
        ticks = (start + number * 20_000_000) % (1 << 32)  # 20 s: in 400 steps it wraps twice
        assert clock.place(ticks, 7.0 + number * 20 + delays[number]) == pytest.approx(number * 20, abs=1e-6)
        clock.add_arrival(number * 20, 7.0 + number * 20 + delays[number])
    assert clock.jumps == 0


def test_one_damaged_time_is_ignored_and_two_that_agree_are_a_jump():
    clock = SensorClock(1e-6, 1 << 32)

    def place(us: int, at_s: float) -> float | None:
        t_s = clock.place(us, at_s)
        if t_s is not None:
            clock.add_arrival(t_s, at_s)
        return t_s

    assert [place(n * 20_000, 1 + n * 0.02) for n in range(100)][-1] == pytest.approx(1.98)
    assert place(3_000_000_000, 3.0) is None
    assert place(101 * 20_000, 3.02) == pytest.approx(2.02)
    assert place(1_000, 13.0) is None  # restarted, 10 s later
    assert place(21_000, 13.02) == pytest.approx(12.02, abs=0.01)
    assert place(41_000, 13.04) == pytest.approx(12.04, abs=0.01)


@given(ppm=st.floats(-500, 500), seed=st.integers(0, 100), bad=st.floats(0, 0.3))
def test_drift_between_the_clocks_is_found_in_spite_of_late_packets(ppm, seed, bad):
    rng, line = np.random.default_rng(seed), HostLine()
    for t in np.arange(0, 600, 0.5):
        late = rng.exponential(0.01) + (rng.uniform(0, 1) if rng.random() < bad else 0)
        line.push(t, 1000 + t * (1 + ppm * 1e-6) + late)
    assert line.sync.drift_ppm == pytest.approx(ppm, abs=15)
    assert line.sensor_s(1000 + 600 * (1 + ppm * 1e-6)) == pytest.approx(600, abs=0.01)


@pytest.mark.parametrize("off", [-0.02, -0.005, 0.0, 0.005, 0.02])
def test_time_of_counted_samples_follows_the_clock_of_the_sensor(off):
    """With a clock that is off by 2 %, and packets of 4 samples in connection intervals of 15 ms, time is right to a packet after 20 s."""
    clock, interval = CountedClock(200.0), 0.015
    out, truth = [], []
    for number in range(3000):
        measured = (number + 1) * 4 / 200 * (1 + off)
        arrival = math.ceil(measured / interval) * interval + 5.0
        rows = np.full((4, 3), float(number))
        for samples in clock.push(rows, rows, arrival):
            out += samples.t_s[3::4].tolist()
            truth += [(n + 1) * 4 / 200 * (1 + off) for n in samples.acc_mps2[3::4, 0]]
    error = np.array(out) - np.array(truth)
    assert np.abs(error[1000:] - np.median(error[1000:])).max() < 0.02
    assert np.all(np.diff(out) > 0)


@given(lost=st.sets(st.integers(300, 900), max_size=12), seed=st.integers(0, 50))
def test_losses_of_a_sensor_without_a_clock_are_found_by_the_arrivals(lost, seed):
    rng, clock = np.random.default_rng(seed), CountedClock(200.0)
    out = {}
    for number in range(1000):
        if number in lost:
            continue
        rows = np.full((4, 3), float(number)) + rng.normal(0, 0.01, (4, 3))
        for samples in clock.push(rows, rows, 5.0 + number * 0.02 + rng.uniform(0, 0.003)):
            for t, row in zip(samples.t_s[::4], samples.acc_mps2[::4, 0], strict=False):
                out[round(row)] = t
    late = out[999] - 999 * 0.02
    assert abs(late) < 0.012, "time is right again after the losses"


def counted(clock: CountedClock, arrivals_s: list[float]) -> tuple[np.ndarray, list[int]]:
    """Return the times of all samples of packets of 4 that arrive at these times, and the numbers of their packets."""
    times_s, numbers = [], []
    for number, arrival_s in enumerate(arrivals_s):
        for samples in clock.push(np.full((4, 3), number + 0.5), np.zeros((4, 3)), arrival_s):
            times_s += samples.t_s.tolist()
            numbers.append(int(samples.acc_mps2[0, 0]))
    return np.array(times_s), numbers


def test_packets_that_the_radio_held_back_for_a_moment_make_no_gap():
    on_time = [5.0 + 0.02 * number for number in range(300)]
    held_back = [5.0 + 0.02 * 210 - 0.001 * (209 - number) if 200 <= number < 210 else at_s for number, at_s in enumerate(on_time)]
    times_s, numbers = counted(CountedClock(200.0), held_back)
    assert numbers == list(range(300))
    assert_allclose(np.diff(times_s), 0.005, rtol=0.031)
    assert times_s[-1] == pytest.approx(299 * 0.02 + 0.015, abs=0.01)


def test_samples_of_a_silence_are_lost_unless_they_come_within_the_next_packets():
    on_time = [5.0 + 0.02 * number for number in range(300)]
    clock = CountedClock(200.0)
    times_s, _ = counted(clock, on_time[:100])
    assert times_s[-1] == pytest.approx(1.995, abs=0.001)
    after_s, numbers = counted(clock, on_time[200:])
    assert numbers == list(range(100))
    assert_allclose(after_s[:4], [4.0, 4.005, 4.01, 4.015], atol=0.005)
    assert after_s[-1] == pytest.approx(5.995, abs=0.005)


@pytest.mark.parametrize("each_s", [0.0, 0.001, 0.004], ids=["all at once", "20 times as fast", "5 times as fast"])
def test_packets_that_were_held_back_for_three_seconds_make_no_gap(each_s):
    """Bug: they were placed after the silence, so that session time was ahead by three seconds, and ran slow for the next hundred."""
    on_time = [5.0 + 0.02 * number for number in range(600)]
    arrivals = [at_s if number < 100 else max(at_s, 5.0 + 0.02 * 250 + (number - 100) * each_s) for number, at_s in enumerate(on_time)]
    times_s, numbers = counted(CountedClock(200.0), arrivals)
    assert numbers == list(range(600))
    assert_allclose(np.diff(times_s), 0.005, rtol=0.01)
    assert times_s[-1] == pytest.approx(599 * 0.02 + 0.015, abs=0.01)


def test_time_is_right_after_packets_were_held_back_and_some_of_them_lost():
    """Bug: the delays of packets that come all at once were taken for those of a third of a second: the time jumped twice."""
    clock, arrivals = CountedClock(200.0), [5.0 + 0.02 * number for number in range(600)]
    got = [
        (number, max(at_s, 10.0) if number >= 210 else at_s)
        for number, at_s in enumerate(arrivals)
        if number % 5 or not 210 <= number < 250
    ]
    times_s, _ = counted(clock, [at_s for _, at_s in got])
    true_s = np.array([0.02 * number + 0.005 * k for number, _ in got for k in range(4)])[: len(times_s)]
    assert np.abs(times_s[1200:] - true_s[1200:]).max() < 0.01
    assert np.abs(times_s - true_s).max() < 0.17, "while it is not known what was lost, by that much at most: 8 packets"


def test_packet_that_the_radio_delivers_twice_is_counted_once():
    clock, rng, times_s = CountedClock(200.0), np.random.default_rng(1), []
    for number in range(100):
        rows = rng.normal(size=(4, 3))
        for late_s in (0.0, 0.002) if number == 50 else (0.0,):
            for samples in clock.push(rows, rows, 5.0 + 0.02 * number + late_s):
                times_s += samples.t_s.tolist()
    assert_allclose(times_s, np.arange(400) * 0.005, atol=0.002)


def test_session_time_continues_by_the_sequence_numbers_when_the_clock_of_the_sensor_jumps():
    firmware, decoder = started(ALL["levelhips"], 200.0)
    samples = short_run().samples[:12]
    packets = [data for _, data in firmware.encode(Samples(np.arange(12) / 200, samples.acc_mps2, samples.gyr_radps), 247)]
    t_us = struct.unpack_from("<I", packets[2], 4)[0] + 100_000_000
    packets[2] = packets[2][:4] + struct.pack("<I", t_us) + packets[2][8:]
    assert_allclose(give(decoder, *packets).t_s, np.arange(12) / 200, atol=1e-6)
    assert decoder.clock.jumps == 1


# ---- third parties


def test_sensor_of_another_package_is_found_by_its_entry_point(tmp_path: Path):
    wheel = tmp_path / "acme_hip-1.0-py3-none-any.whl"
    code = (
        "from dataclasses import replace\n"
        "from levelhips.sensors.profiles.levelhips import PROFILE as open_profile\n"
        "PROFILE = replace(open_profile, name='acme', title='Acme Hip', service='0000acme'.replace('acme', 'ac3e')"
        " + '-0000-1000-8000-00805f9b34fb', advertised=('acme',))\n"
    )
    broken = "raise RuntimeError('half an installation')\n"
    info = "acme_hip-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as made:
        made.writestr("acme_hip.py", code)
        made.writestr("acme_broken.py", broken)
        made.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: acme-hip\nVersion: 1.0\n")
        made.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr(f"{info}/entry_points.txt", "[levelhips.sensors]\nacme = acme_hip:PROFILE\nbroken = acme_broken:PROFILE\n")
        made.writestr(f"{info}/RECORD", "")
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(pip, check=True)
    ask = (
        "from levelhips.sensors.profile import profiles, profile_of\n"
        "print(sorted(profiles()), profile_of('ACME 17', []).title, profile_of(None, ['0000AC3E-0000-1000-8000-00805F9B34FB']).name)"
    )
    output = subprocess.run([sys.executable, "-c", ask], env={"PYTHONPATH": str(target)}, capture_output=True, text=True, check=True)
    assert output.stdout.split() == [
        "['acme',", "'levelhips',", "'movella_dot',", "'polar',", "'thingy52',", "'witmotion']", "Acme", "Hip", "acme",
    ]  # fmt: skip
    assert "broken is left out: half an installation" in output.stderr


def test_packets_that_wait_are_decoded_when_the_link_goes_down():
    firmware, decoder = started(ALL["levelhips"], 200.0)
    samples = short_run().samples[:12]
    first, _, third = (data for _, data in firmware.encode(Samples(np.arange(12) / 200, samples.acc_mps2, samples.gyr_radps), 247))
    assert len(give(decoder, first, third)) == 4  # the third waits for the second
    assert len(give(decoder, DOWN, source=LINK, from_s=60.0)) == 4
