"""Simulated runners and virtual sensors: equal samples however they are computed, faults by value, and errors in clear words."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from levelhips import Samples, SettingsError
from levelhips.sensors.profile import profiles
from levelhips.simulation import runner
from levelhips.simulation.faults import Fault, parse_fault
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait

SENSOR = SensorModel(rate_hz=100.0, loss=0.05)


def test_a_simulation_does_not_depend_on_the_pieces_in_which_it_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate_gait(RunnerModel(move_s=20.0), SENSOR, seed=4)
    monkeypatch.setattr(runner, "PIECE_S", 3.7)
    pieces = simulate_gait(RunnerModel(move_s=20.0), SENSOR, seed=4)
    for name in ("t_s", "acc_mps2", "gyr_radps"):
        np.testing.assert_array_equal(getattr(pieces.samples, name), getattr(whole.samples, name))
    np.testing.assert_allclose(pieces.obliquity_deg, whole.obliquity_deg, atol=1e-12)
    assert pieces.steps == whole.steps


def test_the_progress_of_a_simulation_rises_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PIECE_S", 5.0)
    done: list[float] = []
    simulate_gait(RunnerModel(move_s=20.0), SENSOR, progress=done.append)
    assert done == sorted(done)
    assert len(done) == 1 + 7  # before the sensor, then 33 s in pieces of 5 s
    assert done[-1] == 1.0


@pytest.mark.parametrize("name", profiles())
def test_a_virtual_sensor_advertises_a_name_by_which_its_kind_is_known(name: str) -> None:
    profile = profiles()[name]
    assert profile.advertised_name
    assert profile.knows(profile.advertised_name, ())


def test_profile_without_a_peripheral_is_refused_as_a_virtual_sensor() -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from live_harness import run_of

    from levelhips.simulation.peripheral import VirtualWorld

    profile = replace(profiles()["polar"], peripheral=None)

    async def begin() -> None:
        VirtualWorld(run_of(10.0), profile)

    with pytest.raises(SettingsError, match="Polar Verity Sense cannot be a virtual sensor.*--profile"):
        asyncio.run(begin())


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("stall", Fault("stall", 3.0, 20.0)),
        ("stall=7.5", Fault("stall", 7.5, 20.0)),
        ("stall@4", Fault("stall", 3.0, 4.0)),
        ("clock-jump=-1000@0", Fault("clock-jump", -1000.0, 0.0)),
    ],
)
def test_fault_has_the_default_size_and_time_if_none_is_written(written: str, fault: Fault) -> None:
    assert parse_fault(written) == fault


def test_faulty_clock_drifts_jumps_and_restarts_at_zero_instead_of_becoming_negative() -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from levelhips.simulation.peripheral.applied_faults import FaultyClock

    clock = FaultyClock({"drift": Fault("drift", 1000.0)})
    assert clock.time_us(0.0) == 3_000_000
    assert clock.time_us(10.0) == 13_010_000  # 1000 ppm of 10 s are 10 ms
    clock.jump(5.0, 10.0)
    assert clock.time_us(10.0) == 18_010_000
    clock.jump(-100.0, 10.0)
    assert clock.time_us(10.0) == 0
    assert clock.time_us(12.0) == 2_002_000
    wraps = FaultyClock({"clock-wrap": Fault("clock-wrap", 5.0)})
    assert wraps.time_us(4.0) < 2**32 <= wraps.time_us(5.1)


@pytest.mark.parametrize(
    ("name", "arrived"),
    [
        ("drop", []),
        ("duplicate", [b"first", b"first", b"second", b"second", b"third", b"third"]),
        ("reorder", [b"second", b"first"]),  # the third one still waits
        ("join", [b"firstsecond"]),
    ],
)
def test_radio_path_with_a_fault_on_every_notification(name: str, arrived: list[bytes]) -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from levelhips.simulation.peripheral.applied_faults import FaultyAir

    air = FaultyAir({name: Fault(name, 100.0)}, seed=1)
    assert [data for sent in (b"first", b"second", b"third") for _, data in air.carry("stream", sent)] == arrived


def test_radio_path_splits_and_cuts_notifications_and_forgets_one_that_waits_when_the_link_is_lost() -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from levelhips.simulation.peripheral.applied_faults import FaultyAir

    parts = [data for _, data in FaultyAir({"split": Fault("split", 100.0)}, seed=1).carry("stream", b"notification")]
    assert len(parts) == 2
    assert all(parts)
    assert b"".join(parts) == b"notification"
    [(_, cut)] = FaultyAir({"truncate": Fault("truncate", 100.0)}, seed=1).carry("stream", b"notification")
    assert 0 < len(cut) < len(b"notification")
    assert b"notification".startswith(cut)
    garbled = [data for _, data in FaultyAir({"garbage": Fault("garbage", 100.0)}, seed=1).carry("stream", b"notification")]
    assert garbled[1:] == [b"notification"]
    assert garbled[0]
    air = FaultyAir({"join": Fault("join", 100.0)}, seed=1)
    assert air.carry("stream", b"first") == []
    air.forget()
    assert air.carry("stream", b"second") == []
    assert air.carry("stream", b"third") == [("stream", b"secondthird")]


def test_recording_that_is_played_in_a_loop_begins_again_without_a_gap() -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from levelhips.simulation.peripheral.motion import Motion

    t_s = np.arange(10) * 0.01
    source = Samples(t_s, np.arange(30.0).reshape(10, 3), np.zeros((10, 3)))
    motion = Motion(source, loop_for_s=0.25)
    pieces = []
    for start in range(0, 30, 4):
        piece = motion.between(start * 0.01, (start + 4) * 0.01, 100.0)
        if piece is None:
            break
        pieces.append(piece)
    assert start == 28  # the piece from 0.24 s is the last one
    played = Samples.join(pieces)
    np.testing.assert_allclose(played.t_s[:25], np.arange(25) * 0.01, atol=1e-9)
    np.testing.assert_array_equal(played.acc_mps2[:25], np.tile(source.acc_mps2, (3, 1))[:25])


@pytest.mark.parametrize("outward", ["+x", "-x", "+y", "-y", "+z", "-z"])
def test_recording_is_rotated_so_that_the_asked_axis_points_outward(outward: str) -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from live_harness import run_of

    from levelhips.motion.alignment import outward_axis
    from levelhips.simulation.peripheral.motion import turned

    recording = run_of(2.0)
    rotated = turned(recording, outward)
    was_outward = recording.samples.acc_mps2 @ outward_axis(recording.outward or "+z")
    np.testing.assert_allclose(rotated.acc_mps2 @ outward_axis(outward), was_outward, atol=1e-9)
    for before, after in ((recording.samples.acc_mps2, rotated.acc_mps2), (recording.samples.gyr_radps, rotated.gyr_radps)):
        np.testing.assert_allclose(np.linalg.norm(after, axis=1), np.linalg.norm(before, axis=1), rtol=1e-9)
    # A rotation keeps the sign of the volume of three vectors; a reflection would reverse it.
    three = [0, len(rotated) // 2, len(rotated) - 1]
    volume = np.linalg.det(recording.samples.gyr_radps[three])
    assert volume != 0.0
    np.testing.assert_allclose(np.linalg.det(rotated.gyr_radps[three]), volume, rtol=1e-6)
    assert rotated.t_s[0] == 0.0
