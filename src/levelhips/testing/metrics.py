"""Check the declaration of a metric."""

from __future__ import annotations

import math

from levelhips.engine import Engine
from levelhips.events import Rep, Side, Update
from levelhips.metrics import Metric, Statistics
from levelhips.metrics.metric import AVERAGED
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.wearer import WearerModel, simulate_drill

RUN_S = 20.0  # some twenty steps of each side that count


def check_metric(metric: Metric) -> None:
    """Check that a metric has a value for every event of a simulated run or drill, and a mean if it is shown as one.

    Raises
    ------
    AssertionError
        If its function fails on an event, its value is of the wrong type, or no value is a number.
    """
    values = []
    update = _drill() if metric.of is Rep else _run()
    statistics = Statistics((metric,))
    for event in update.events:
        statistics.add(event)
        if isinstance(event, metric.of):
            values.append(_value(metric, event))
    if metric.digits is None:
        return
    if not any(math.isfinite(value) for value in values if not isinstance(value, str)):
        raise AssertionError(f"{metric.key}: none of {len(values)} values is a number")
    if metric.shown_in & AVERAGED and not any(statistics.spread(metric.key, side).n for side in (*Side, None)):
        raise AssertionError(f"{metric.key}: it is shown as a mean, but no event counts in one")


def _value(metric: Metric, event: object) -> float | str:
    try:
        return metric.value(event)  # type: ignore[arg-type]
    except Exception as error:
        raise AssertionError(f"{metric.key}: its function fails on a {type(event).__name__} ({error!r})") from error


def _run() -> Update:
    made = simulate_gait(RunnerModel(stand_s=4.0, move_s=RUN_S), SensorModel(rate_hz=100.0), seed=1)
    engine = Engine(100.0)
    return Update.join([engine.push(made.samples), engine.finish()])


def _drill() -> Update:
    wearer = WearerModel("pelvic-drop", Side.LEFT, reps=3)
    engine = build_engine(100.0, Settings.from_dict(wearer.settings))
    return Update.join([engine.push(simulate_drill(wearer, SensorModel(rate_hz=100.0), 1).samples), engine.finish()])
