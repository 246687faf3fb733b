"""Simulated runners and virtual sensors: the same samples however they are computed, and clear words for what cannot be."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from levelhips import SettingsError
from levelhips.sensors.profile import profiles
from levelhips.simulation import runner
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
