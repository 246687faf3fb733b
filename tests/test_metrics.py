"""Every metric by value against the simulator's truth, and its way through tables, summary, history and docs."""

from __future__ import annotations

import csv
import itertools
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.docs.figures import columns
from live_harness import SETTINGS, LiveRun
from live_harness import live as live_through

import levelhips.plugins
from levelhips import Analysis, Mode, Quality, Settings, Side, Step, analyze, summarize
from levelhips.analysis import installed_metrics, metrics
from levelhips.coaching.drills.counters import Excursion
from levelhips.events import Rep, Stride
from levelhips.export.tables import write_tables
from levelhips.history import History
from levelhips.metrics import BUILT_IN, CSV, Metric, Metrics
from levelhips.recording import Recording
from levelhips.recording.recover import copy_into
from levelhips.settings.installed import chosen_drill
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.truth import TRUE_STEP, true_reps, true_steps, true_strides
from levelhips.simulation.wearer import simulate_drill
from levelhips.testing.metric_truth import RUNNER, TOLERANCE, TRUTHS, WEARER


@cache
def run() -> tuple[Analysis, list[Any], list[Any]]:
    """An analysis of the runner, with the true steps and strides."""
    made = simulate_gait(RUNNER, SensorModel(), seed=31)
    recording = Recording(Path("run.mcap"), made.samples, 200.0, {"outward": "+z"})
    return analyze(recording, Settings()), true_steps(made), true_strides(made)


@cache
def drill() -> tuple[Analysis, list[Any]]:
    """An analysis of the drill, with the true repetitions."""
    made = simulate_drill(WEARER, SensorModel(rate_hz=100.0), seed=4)
    settings = Settings.from_dict(WEARER.settings)
    count = chosen_drill(settings.drill).count
    assert isinstance(count, Excursion)
    recording = Recording(Path("drill.mcap"), made.samples, 100.0, {"outward": "+z"})
    return analyze(recording, settings), true_reps(made, WEARER, count.back_deg)


@cache
def tables(folder: Path) -> dict[type, list[dict[str, str]]]:
    """The CSV files as another program reads them."""
    for name, analysis in (("run", run()[0]), ("drill", drill()[0])):
        write_tables(analysis, folder / name)
    files = {Step: "run/steps.csv", Stride: "run/strides.csv", Rep: "drill/reps.csv"}
    return {kind: list(csv.DictReader((folder / name).read_text(encoding="utf-8").splitlines())) for kind, name in files.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def pairs(metric: Metric, rows: Sequence[dict[str, str]]) -> list[tuple[dict[str, str], Any]]:
    """Return each valid row with the true event at its time."""
    _, steps, strides = run()
    true = {Step: steps, Stride: strides, Rep: drill()[1]}[metric.of]
    start = "from_s" if metric.of is Rep else "contact_s"
    true_s = np.array([event.from_s if metric.of is not Step else event.contact_s for event in true])
    out = []
    for row in rows:
        at = int(np.abs(true_s - float(row[start])).argmin())
        if row["quality"] == "ok" and abs(true_s[at] - float(row[start])) < 0.3:
            out.append((row, true[at]))
    assert len(out) >= 0.85 * len(true)
    return out


def errors_of(metric: Metric, column: str, rows: Sequence[dict[str, str]]) -> list[str]:
    """Return what is wrong with the values of a column as values of this metric."""
    truth = TRUTHS[metric.of][metric.key]
    found = pairs(metric, rows)
    if metric.digits is None:
        wrong = [(row[column], truth(event)) for row, event in found if row[column] != truth(event)]
        return [f"{len(wrong)} words differ, the first {wrong[0]}"] if wrong else []
    off = np.array([float(row[column] or "nan") - float(truth(event)) for row, event in found])
    if metric.key == "drop_uncertainty":
        return uncertainty_errors(float(off.mean()), rows)
    off = off[np.isfinite(off)]
    assert len(off) >= 0.9 * len(found)
    within = TOLERANCE[metric.key]
    out = []
    if abs(off.mean()) > within.bias:
        out.append(f"the mean is off by {off.mean():.4f}, allowed {within.bias}")
    if off.std() > within.sd:
        out.append(f"the errors scatter by {off.std():.4f}, allowed {within.sd}")
    if metric.key == "step_known_s":  # so near the toe-off that only the order tells them apart
        out += [
            f"known before toe-off, in contact at {row['contact_s']}" for row, _ in found if float(row[column]) < float(row["toe_off_s"])
        ]
    return out


def uncertainty_errors(claimed: float, rows: Sequence[dict[str, str]]) -> list[str]:
    """The uncertainty is right if the true errors of the drop are of its size.

    Most of it is that of the heading, whose error is one draw in a run: by chance it is often small.
    """
    drop = BUILT_IN["contralateral_drop"]
    off = np.array([float(row[drop.column]) - float(TRUE_STEP[drop.key](event)) for row, event in pairs(drop, rows)])
    rms = math.sqrt(np.mean(off**2))
    return [] if rms / 2 < claimed < 8 * rms else [f"claims {claimed:.3f} deg, errors are {rms:.3f} deg"]


def test_every_metric_has_a_truth_in_the_simulation() -> None:
    for metric in BUILT_IN:
        assert metric.key in TRUTHS[metric.of], f"{metric.key}: add its true value to levelhips/simulation/truth.py"
        known = metric.digits is None or metric.key == "drop_uncertainty" or metric.key in TOLERANCE
        assert known, f"{metric.key}: say in TOLERANCE how far it may be off"


IN_TABLES = [metric for metric in BUILT_IN if metric.shown_in & CSV]


@pytest.mark.parametrize("metric", IN_TABLES, ids=str)
def test_metric_equals_the_simulated_truth(metric: Metric, folder: Path) -> None:
    assert errors_of(metric, metric.column, tables(folder)[metric.of]) == []


def test_exchanged_columns_are_found(folder: Path) -> None:
    """The true values of any two columns differ: if two columns were exchanged, at least one comparison would fail."""
    unnoticed = []
    for one, other in itertools.combinations(IN_TABLES, 2):
        if one.of is other.of and (one.digits is None) == (other.digits is None):
            rows = tables(folder)[one.of]
            exchanged = [{**row, one.column: row[other.column], other.column: row[one.column]} for row in rows]
            keep = {"contact_s", "from_s", "quality"} & {one.column, other.column}
            if not keep and not errors_of(one, one.column, exchanged) and not errors_of(other, other.column, exchanged):
                unnoticed.append((one.key, other.key))
    assert unnoticed == []


def test_means_of_the_sides_are_not_exchanged(folder: Path) -> None:
    """The simulated runner limps: no mean of the left leg is true of the right leg."""
    found, truth = run()[0].statistics(), true_steps_by_side()
    for key in ("contralateral_drop", "contact_time", "flight_before"):
        for side in Side:
            assert abs(found.spread(key, side).mean - truth[key, side]) < TOLERANCE[key].bias, (key, side)
        assert abs(truth[key, Side.LEFT] - truth[key, Side.RIGHT]) > 2 * TOLERANCE[key].bias, key


def true_steps_by_side() -> dict[tuple[str, Side], float]:
    analysis, steps, _ = run()
    counted = np.array([step.at_s for step in analysis.good()])
    steps = [step for step in steps if np.abs(counted - step.contact_s).min() < 0.03]
    keys = ("contralateral_drop", "contact_time", "flight_before")
    return {(key, side): float(np.mean([TRUE_STEP[key](step) for step in steps if step.side is side])) for key in keys for side in Side}


# ---- from the table


def test_a_metric_that_contradicts_itself_is_refused() -> None:
    good: dict[str, Any] = {"key": "some_figure", "of": Step, "field": "drop_rad", "label": "Some figure", "help": "A figure."}
    Metric(**good)
    for wrong in ({"key": "Some figure"}, {"of": Side}, {"unit": "furlong"}, {"digits": None}):
        with pytest.raises(ValueError, match="figure"):
            Metric(**good | wrong)
    with pytest.raises(ValueError, match="key"):
        Metrics([Metric(**good), Metric(**good)])
    with pytest.raises(ValueError, match="column"):
        Metrics([Metric(**good), Metric(**good | {"key": "another_figure", "column": "some_figure"})])


def test_summary_and_columns_have_every_metric_with_the_means_of_the_tables(folder: Path) -> None:
    analysis = run()[0]
    rows = tables(folder)
    summary = json.loads((folder / "run" / "summary.json").read_text(encoding="utf-8"))
    for metric in [*BUILT_IN.averaged(Step), *BUILT_IN.averaged(Stride)]:
        values = summary["metrics"][metric.key]
        assert values["unit"] == metric.unit
        for side in ("left", "right", "both") if metric.by_side else ("both",):
            cells = [row for row in rows[metric.of] if row["quality"] == "ok" and side in ("both", row.get("stance_side"))]
            column = np.array([float(row[metric.column] or "nan") for row in cells])
            column = column[np.isfinite(column)]
            digit = 10.0 ** -(metric.digits or 0)
            assert values[side]["n"] == len(column)
            assert values[side]["mean"] == pytest.approx(column.mean(), abs=digit)
            assert values[side]["sd"] == pytest.approx(column.std(ddof=1), abs=digit)
            assert values[side]["standard_error"] == pytest.approx(column.std(ddof=1) / math.sqrt(len(column)), abs=digit)
        array = analysis.columns("steps" if metric.of is Step else "strides")[metric.column]
        assert np.nanmax(np.abs(array - [float(row[metric.column] or "nan") for row in rows[metric.of]])) < digit


# ---- a metric of somebody else


def early_drop(step: Step) -> float:
    """Value of a plug-in's metric: the share of the drop that is already there at contact [%]."""
    if step.side is Side.RIGHT and step.at_s > 20 and step.mode is Mode.WALKING:
        raise RuntimeError("never")
    return 100 * step.drop_at_contact_rad / step.drop_rad


EARLY = Metric(
    key="early_drop", of=Step, field=early_drop, unit="%", digits=1, label="Early drop", by_side=True,
    help="Share of the drop that is there at contact.", shown_in=BUILT_IN["contralateral_drop"].shown_in,
)  # fmt: skip
BROKEN = Metric(key="broken", of=Step, field="no_such_field", label="Broken", help="Has no value.")
TAKEN = replace(EARLY, key="cadence", column="taken")
UNNAMED = Metric(key="unnamed", of=Step, field="drop_rad")  # its label and help are in no catalog
NO_METRIC = "not a metric"


@pytest.fixture
def plugged_in(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    def entries(group: str) -> list[EntryPoint]:
        names = ("EARLY", "BROKEN", "TAKEN", "UNNAMED", "NO_METRIC", "MISSING")
        return [EntryPoint(name.lower(), f"{__name__}:{name}", group) for name in names] if group == installed_metrics.GROUP else []

    monkeypatch.setattr(levelhips.plugins, "entry_points", entries)
    metrics.cache_clear()
    yield
    metrics.cache_clear()


def test_a_metric_of_a_plug_in_is_in_tables_summary_history_and_docs(
    plugged_in: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    analysis = run()[0]
    out = tmp_path / "out"
    summary = write_tables(analysis, out)
    assert [metric.key for metric in metrics()][len(BUILT_IN) :] == ["broken", "early_drop"], "those that fit, and no other"
    with open(out / "steps.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["quality"] == "ok"]
    assert list(rows[0])[-2:] == ["broken", "early_drop_percent"]
    assert {row["broken"] for row in rows} == {""}
    left = np.array([float(row["early_drop_percent"]) for row in rows if row["stance_side"] == "left"])
    assert summary["metrics"]["early_drop"]["left"]["mean"] == pytest.approx(left.mean(), abs=0.05)
    assert "broken" not in summary["metrics"]
    copy_into(tmp_path / "mine.mcap", analysis.recording, {"rate_hz": "200", "outward": "+z", "sensor": "worn in this test"})
    with History(tmp_path / "history.sqlite") as history:
        history.add(tmp_path / "mine.mcap")
        (figure,) = history.figures("early_drop", "left")
    assert figure.mean == pytest.approx(left.mean(), abs=0.05)
    assert "| `early_drop_percent` | % | Share of the drop that is there at contact. |" in columns(Step, metrics())
    warnings = " ".join(record.getMessage() for record in caplog.records)
    for name in ("taken", "no_metric", "missing", "broken"):
        assert name in warnings


# ---- one session has one mean


@pytest.fixture(scope="module")
def walk_then_run(tmp_path_factory: pytest.TempPathFactory) -> LiveRun:
    """A live session of half a minute of walking and half a minute of running, whose drops differ."""
    import live_harness

    from levelhips.samples import Samples

    walk = simulate_gait(RunnerModel(gait="walk", cadence_spm=110, drop_left_deg=1.6, drop_right_deg=1.4, move_s=30.0), seed=5).samples
    run = simulate_gait(RunnerModel(drop_left_deg=5.0, drop_right_deg=3.6, stand_s=4.0, move_s=40.0), seed=6).samples
    t_s = np.concatenate([walk.t_s, run.t_s + walk.t_s[-1] + 0.005])
    joined = Samples.checked(t_s, np.concatenate([walk.acc_mps2, run.acc_mps2]), np.concatenate([walk.gyr_radps, run.gyr_radps]))
    recording = Recording(Path("walk_then_run.mcap"), joined, 200.0, {"outward": "+z"}, scale=SensorModel().scale)
    patch = pytest.MonkeyPatch()
    patch.setattr(live_harness, "run_of", lambda seconds: recording)
    try:
        return live_through(tmp_path_factory.mktemp("live"), settings=SETTINGS)
    finally:
        patch.undo()


def test_summary_file_and_history_have_the_same_mean_drop(walk_then_run: LiveRun, tmp_path: Path) -> None:
    """Bug: the summary at the end of a run mixed walking with running; the file and the history did not."""
    session, recording = walk_then_run.session, walk_then_run.recording
    analysis = analyze(recording)
    good = [step for step in walk_then_run.good if step.mode is Mode.RUNNING]
    assert len(good) > 60
    assert len([step for step in walk_then_run.good if step.mode is Mode.WALKING]) > 20
    metadata = {name: value for name, value in recording.metadata.items() if name != "virtual"}  # as if somebody had worn it
    copy_into(tmp_path / "worn.mcap", recording, metadata)
    with History(tmp_path / "history.sqlite") as history:
        row = history.add(tmp_path / "worn.mcap")
        figures = {side: history.figures("contralateral_drop", side.value)[0] for side in Side}
    summary = summarize(analysis)
    snapshot = session.state.snapshot()
    for side in Side:
        mean = float(np.mean([step.drop_deg for step in good if step.side is side]))
        live = session.statistics.drop(side)
        assert live.mean == pytest.approx(mean, abs=1e-9)
        assert snapshot.mean_deg[side] == live.mean
        assert analysis.statistics().spread("contralateral_drop", side) == live
        assert summary["contralateral_drop_deg"][side.value]["mean"] == round(live.mean, 3)
        assert row.sides[side.value].mean_deg == round(live.mean, 3)
        assert summary["metrics"]["contralateral_drop"][side.value]["mean"] == figures[side].mean == round(live.mean, 4)
        assert row.sides[side.value].n == live.n == figures[side].n
    assert session.statistics.counted == summary["steps"]["counted"] == row.counted == len(good)
    assert summary["cadence_spm"]["mean"] == pytest.approx(row.cadence_spm, abs=0.06)


def test_change_since_the_start_is_not_relative_to_the_walk_before(walk_then_run: LiveRun) -> None:
    """Bug: compared with the walk, the drop seemed to have grown by 2 to 3 deg; the first running steps are the start."""
    snapshot = walk_then_run.session.state.snapshot()
    for side in Side:
        drops = [step.drop_deg for step in walk_then_run.good if step.side is side and step.mode is Mode.RUNNING]
        expected = np.mean(drops[-20:]) - np.mean(drops[:20])
        assert snapshot.since_start_deg[side] == pytest.approx(expected, abs=1e-9)
        assert abs(expected) < 1.0


def test_large_number_and_cadence_start_over_when_the_gait_changes() -> None:
    from levelhips import Update
    from levelhips.live.snapshot import SessionState

    analysis = run()[0]
    walking = [replace(event, mode=Mode.WALKING, at_s=event.at_s) for event in analysis.events if isinstance(event, Step | Stride)][:40]
    state = SessionState()
    slow = [replace(event, drop_rad=0.0) if isinstance(event, Step) else replace(event, cadence_spm=100.0) for event in walking]
    first_step = next(step for step in analysis.good(Side.LEFT))
    first_stride = next(stride for stride in analysis.strides if stride.quality is Quality.OK)
    state.put(Update(events=tuple(slow)))
    assert state.snapshot().cadence_spm == 100.0
    state.put(Update(events=(first_step, first_stride)))
    assert state.snapshot().drop_deg[Side.LEFT] == first_step.drop_deg
    assert math.isnan(state.snapshot().drop_deg[Side.RIGHT])
    assert state.snapshot().cadence_spm == first_stride.cadence_spm
