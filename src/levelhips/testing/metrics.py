"""Checks of a metric: its declaration, its values against the simulated truth, both sides, tables, and missing measurements."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import fields, replace
from typing import Any

import numpy as np

from levelhips.events import Quality, Side
from levelhips.export.tables import write_rows
from levelhips.metrics import BUILT_IN, Measured, Metric, Statistics
from levelhips.samples import Array
from levelhips.testing.metric_truth import both_sides, compared, pairs, truth_of
from levelhips.testing.results import Check, CheckSkipped, Result, fail, raise_failures, require, run_checks

MAX_DIGITS = 6  # a microsecond; more is the noise of the arithmetic
MIN_FINITE = 0.9  # least share of valid events with a value: the first step of a run has none before it
# Smallest and largest plausible value in each unit, with a wide margin.
PLAUSIBLE = {
    "deg": (-180.0, 360.0),
    "s": (-1.0, 100.0),  # the simulated run is over by then
    "g": (-20.0, 20.0),
    "m": (-2.0, 2.0),
    "deg/s": (-2000.0, 2000.0),
    "steps/min": (30.0, 300.0),
    "%": (-100.0, 200.0),
}
MIRROR_SD = 0.5  # standard deviations: two samples of 80 steps have means that agree within 0.2
ALWAYS_KNOWN = ("at_s", "known_s", "to_s", "side_confidence", "confidence")  # fields of an event that are never NaN


def check_metric(metric: Metric) -> None:
    """Run every check of a metric.

    Raises
    ------
    AssertionError
        If a check fails; the message has one line for each.
    """
    raise_failures(metric.key, metric_results(metric))


def metric_results(metric: Metric) -> list[Result]:
    """Return the result of every check of a metric."""
    return run_checks(metric, CHECKS)


def _value(metric: Metric, event: Measured) -> float | str:
    try:
        return metric.value(event)
    except Exception as error:
        fail("metric.raises", event=type(event).__name__, error=repr(error))


def _values(metric: Metric, events: list[Measured]) -> Array:
    """Return the values of a metric that is a number."""
    return np.array([float(_value(metric, event)) for event in events])


def _valid(metric: Metric) -> list[Measured]:
    return [event for event in compared(metric).events(metric) if event.quality is Quality.OK]


def _number(metric: Metric) -> None:
    """Skip a check that is only about numbers."""
    if metric.digits is None:
        raise CheckSkipped("metric.word")


def check_declaration(metric: Metric) -> None:
    """Check that no other metric has the key or column, and that there are enough digits to show differences."""
    if metric not in tuple(BUILT_IN):
        try:
            BUILT_IN.with_added(metric)
        except ValueError as error:
            fail("metric.taken", error=error)
    if metric.digits is None:
        return
    require(0 <= metric.digits <= MAX_DIGITS, "metric.digits", limit=MAX_DIGITS, digits=metric.digits)
    values = _values(metric, _valid(metric))
    values = values[np.isfinite(values)]
    texts = {f"{value:.{metric.digits}f}" for value in values}
    constant = not len(values) or float(np.ptp(values)) == 0.0
    require(constant or len(texts) > 1, "metric.too-few-digits", digits=metric.digits)


def check_values(metric: Metric) -> None:
    """Check that nearly every valid event has a plausible value, and that an averaged metric has a mean."""
    for event in compared(metric).events(metric):
        _value(metric, event)
    _number(metric)
    values = _values(metric, _valid(metric))
    finite = values[np.isfinite(values)]
    require(len(finite) >= MIN_FINITE * len(values), "metric.missing", n=len(values), finite=len(finite))
    if metric.unit in PLAUSIBLE:
        low, high = PLAUSIBLE[metric.unit]
        worst = float(finite[np.abs(finite - (low + high) / 2).argmax()])
        require(low <= worst <= high, "metric.implausible", low=low, high=high, unit=metric.unit, found=worst)
    if metric.averaged:
        statistics = Statistics((metric,))
        for update_event in compared(metric).update.events:
            statistics.add(update_event)
        require(any(statistics.spread(metric.key, side).n for side in (*Side, None)), "metric.no-mean")


def check_truth(metric: Metric) -> None:
    """Check the values against the simulated truth."""
    truth = truth_of(metric)
    if truth is None:
        fail("metric.no-truth")
    if isinstance(truth, str):
        raise CheckSkipped("metric.why-not", why=truth)
    found = pairs(metric)
    if metric.digits is None:
        wrong = [(value, true) for event, of in found if (value := _value(metric, event)) != (true := truth.value(of))]
        require(not wrong, "metric.wrong-word", n=len(wrong), found=wrong[0][0] if wrong else "", expected=wrong[0][1] if wrong else "")
        return
    off = np.array([float(_value(metric, event)) - float(truth.value(of)) for event, of in found])
    off = off[np.isfinite(off)]
    require(len(off) >= MIN_FINITE * len(found), "metric.missing", n=len(found), finite=len(off))
    bias, sd = float(off.mean()), float(off.std())
    require(abs(bias) <= truth.bias, "metric.bias", limit=truth.bias, unit=metric.unit, found=bias)
    require(sd <= truth.sd, "metric.scatter", limit=truth.sd, unit=metric.unit, found=sd)


def check_sides(metric: Metric) -> None:
    """Check that the mirror image of a runner swaps left and right, and changes nothing except perhaps the sign."""
    _number(metric)
    sides: tuple[Side | None, ...] = tuple(Side) if metric.by_side else (None,)
    events, others = ([event for event in found if event.quality is Quality.OK] for found in both_sides(metric))
    one = [_mean(metric, events, side) for side in sides]
    two = [_mean(metric, others, side.other if side is not None else None) for side in sides]
    allowed = MIRROR_SD * float(np.nanstd(_values(metric, events))) + 10.0 ** -(metric.digits or 0)
    # What points to a side, such as obliquity, changes its sign in the mirror.
    off = min(max(abs(a - sign * b) for a, b in zip(one, two, strict=True)) for sign in (1.0, -1.0))
    shown = {"expected": ", ".join(f"{value:.3g}" for value in one), "found": ", ".join(f"{value:.3g}" for value in two)}
    require(off <= allowed, "metric.mirror", unit=metric.unit, **shown)


def _mean(metric: Metric, events: list[Measured], side: Side | None) -> float:
    values = _values(metric, [event for event in events if side is None or event.side is side])
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else 0.0  # a drill has one side


def check_tables(metric: Metric) -> None:
    """Check that the values are read back from CSV and JSON to the last digit."""
    events = compared(metric).events(metric)
    file = io.StringIO()
    first = BUILT_IN.of(metric.of)[0]  # the time is added: a row of a single empty cell would be an empty line
    write_rows(file, [first, metric], events)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    require(len(rows) == len(events) and metric.column in rows[0], "metric.table", expected=len(events), found=len(rows))
    for event, row in zip(events, rows, strict=True):
        value, cell = _value(metric, event), row[metric.column]
        if isinstance(value, str):
            same = cell == value == json.loads(json.dumps(value))
        elif math.isfinite(value):
            same = abs(float(cell) - value) <= 0.51 * 10.0 ** -(metric.digits or 0) and json.loads(json.dumps(value)) == value
        else:
            same = not cell
        require(same, "metric.round-trip", value=value, cell=cell)


def check_unmeasured(metric: Metric) -> None:
    """Check that an event without measurements has no value, unless it needs none of them."""
    _number(metric)
    for event in _valid(metric)[:20]:
        numbers = [
            field.name for field in fields(event) if isinstance(getattr(event, field.name), float) and field.name not in ALWAYS_KNOWN
        ]
        value = float(_value(metric, _without(event, numbers)))
        right = not math.isfinite(value) or value == float(_value(metric, event))
        require(right, "metric.invented", value=value)


def _without(event: Measured, numbers: list[str]) -> Measured:
    changes: dict[str, Any] = dict.fromkeys(numbers, math.nan)
    return replace(event, **changes)


CHECKS: tuple[Check[Metric], ...] = (
    Check("declaration", check_declaration),
    Check("values", check_values),
    Check("truth", check_truth),
    Check("sides", check_sides),
    Check("tables", check_tables),
    Check("unmeasured", check_unmeasured),
)
