"""Helpers of the tests: a simulated run, real data if there is any, and a private folder for files of the user."""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from levelhips import Samples, Update
from levelhips.engine import Engine
from levelhips.simulation.runner import RunnerModel, SensorModel, Simulation, simulate_gait
from levelhips.text import choice

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_data = tempfile.TemporaryDirectory(prefix="levelhips-tests-")  # goes with the process
os.environ["LEVELHIPS_DATA"] = _data.name  # do not touch the history of the person who runs the tests
os.environ["LEVELHIPS_LANGUAGE"] = "en"  # tests compare sentences
os.environ["LEVELHIPS_CONFIG"] = os.path.join(_data.name, "config")  # nor read their settings
try:
    from PySide6 import QtWidgets  # noqa: F401
except ImportError:  # not installed, or a library of the system's is missing: tests/test_screen.py says so
    pass
else:
    pytest_plugins = ("pytestqt.plugin",)

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data"

settings.register_profile("levelhips", deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("levelhips")


def pytest_sessionfinish() -> None:
    """Save the coverage of this process before it exits: pytest-xdist gives its workers only some seconds for it."""
    measured = sys.modules.get("coverage")
    if measured is not None and (running := measured.Coverage.current()) is not None:
        running.save()


@pytest.fixture
def german() -> Iterator[None]:
    """Write all sentences in German during a test."""
    choice.choose("de")
    yield
    choice.choose(None)


@cache
def short_run() -> Simulation:
    """Return 4 s of standing, 12 s of running and 3 s of standing at 100 Hz: the clip askew, some lost packets, a gap of 0.2 s."""
    runner = RunnerModel(stand_s=4.0, move_s=12.0, end_stand_s=3.0)
    return simulate_gait(runner, SensorModel(rate_hz=100.0, turn_deg=20.0, heading_deg=4.0, loss=0.02, gaps_s=((11.0, 11.2),)), seed=3)


def cut(samples: Samples, at: list[int]) -> list[Samples]:
    """Return samples cut at the given indices; pieces may be empty."""
    ends = [0, *sorted(at), len(samples)]
    return [samples[a:b] for a, b in itertools.pairwise(ends)]


def run_engine(samples: Samples, rate_hz: float, **settings: object) -> Update:
    """Return what a new engine finds in samples that come all at once."""
    engine = Engine(rate_hz, **settings)  # type: ignore[arg-type]
    return Update.join([engine.push(samples), engine.finish()])


def real_case(name: str) -> Path:
    """Return the folder of a real recording; skip the test if it is not there."""
    folder = REAL / name
    if not folder.is_dir():
        pytest.skip(f"real data {name} is not next to this checkout (../shared/data)")
    return folder


def rows(path: Path) -> np.ndarray:
    return np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
