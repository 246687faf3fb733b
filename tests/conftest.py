"""What tests share: a simulated run, real data where it is, and how events are compared."""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from levelhips import Samples, Update
from levelhips.engine import Engine
from levelhips.simulation.runner import RunnerModel, SensorModel, Simulation, simulate_gait

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_data = tempfile.TemporaryDirectory(prefix="levelhips-tests-")  # goes with the process
os.environ["LEVELHIPS_DATA"] = _data.name  # the history of whoever runs the tests is not ours to write
os.environ["LEVELHIPS_LANGUAGE"] = "en"  # tests compare sentences
os.environ["LEVELHIPS_CONFIG"] = os.path.join(_data.name, "config")  # nor are their settings ours to read
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
    """Write what was measured of this process while it lives: pytest-xdist gives its workers only some seconds to exit."""
    measured = sys.modules.get("coverage")
    if measured is not None and (running := measured.Coverage.current()) is not None:
        running.save()


@cache
def short_run() -> Simulation:
    """4 s standing, 12 s running at 100 Hz, the clip a little askew, some packets lost and one longer hole."""
    runner = RunnerModel(stand_s=4.0, move_s=12.0, end_stand_s=3.0)
    return simulate_gait(runner, SensorModel(rate_hz=100.0, turn_deg=20.0, heading_deg=4.0, loss=0.02, gaps_s=((11.0, 11.2),)), seed=3)


def cut(samples: Samples, at: list[int]) -> list[Samples]:
    """Samples in pieces, cut at the given places; empty pieces too."""
    ends = [0, *sorted(at), len(samples)]
    return [samples[a:b] for a, b in itertools.pairwise(ends)]


def run_engine(samples: Samples, rate_hz: float, **settings: object) -> Update:
    """Everything at once through a new engine."""
    engine = Engine(rate_hz, **settings)  # type: ignore[arg-type]
    return Update.join([engine.push(samples), engine.finish()])


def real_case(name: str) -> Path:
    """The folder of a real case, or a skip that says why."""
    folder = REAL / name
    if not folder.is_dir():
        pytest.skip(f"real data {name} is not beside this checkout (../shared/data)")
    return folder


def rows(path: Path) -> np.ndarray:
    return np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
