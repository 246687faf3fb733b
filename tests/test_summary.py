"""The summary of a session: sides, change over the run, reasons, and what it leaves in a folder."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import levelhips
from levelhips import Analysis, BadInputError, Quality, Settings, Side, Step, analyze, summarize, why_nothing_counts
from levelhips.analysis.summary import metric_values
from levelhips.cli.encoding import make_console
from levelhips.cli.summary_table import summary_table
from levelhips.events import BlockChange, DrillBegin, Mode, ModeChange, Signal, SignalKind, StandingZero
from levelhips.export.plot import plot_metric
from levelhips.export.tables import write_tables
from levelhips.metrics import BUILT_IN, Feedback, Spread, Statistics
from levelhips.metrics.statistics import Moments
from levelhips.recording import Recording
from levelhips.simulation import bundled
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.words import EXCLUSION_FIXES, EXCLUSION_REASONS, QUALITY

DROP = BUILT_IN["contralateral_drop"]


@cache
def run_of(left: float, right: float, heading: float = 0.0, seed: int = 3) -> Analysis:
    made = simulate_gait(
        RunnerModel(drop_left_deg=left, drop_right_deg=right, lean_deg=7.0, move_s=40.0), SensorModel(heading_deg=heading), seed
    )
    return analyze(Recording(Path("run.mcap"), made.samples, 200.0, {"outward": "+z"}), Settings())


@cache
def tired_run() -> Analysis:
    return analyze(bundled.find(bundled.TREADMILL))


def with_events(analysis: Analysis, events: list) -> Analysis:  # type: ignore[type-arg]
    return dataclasses.replace(analysis, events=tuple(events))


# ---- sides


def test_the_difference_of_the_sides_is_right_minus_left() -> None:
    analysis = run_of(4.6, 2.2)
    found = summarize(analysis)["asymmetry_deg"]
    left, right = (np.array([step.drop_deg for step in analysis.good(side)]) for side in Side)
    assert found["right_minus_left"] == found["right_less_left"] == round(right.mean() - left.mean(), 3)
    assert found["right_minus_left"] == pytest.approx(-2.4, abs=0.6)
    assert found["standard_error"] == round(math.hypot(*(side.std(ddof=1) / math.sqrt(len(side)) for side in (left, right))), 3)
    one = np.mean([math.degrees(step.drop_sd_rad) for step in analysis.good()])
    assert found["uncertainty"] == pytest.approx(math.hypot(found["standard_error"], 2 * one), abs=2e-3)
    assert found["exceeds_uncertainty"] is True


@pytest.mark.parametrize("heading", [-8.0, 8.0])
def test_a_clip_that_sits_askew_is_not_taken_for_an_asymmetric_runner(heading: float) -> None:
    """A heading that is off by 8 deg turns 7 deg of tilt into up to 1 deg of obliquity, that is 2 deg between the sides."""
    assert summarize(run_of(3.0, 3.0, heading))["asymmetry_deg"]["exceeds_uncertainty"] is False


# ---- change over the run


def test_no_change_per_ten_minutes_of_a_run_under_eight_minutes() -> None:
    """A run of 24 s was given a change of -39 +- 19 deg."""
    assert summarize(run_of(4.6, 2.2))["drift_deg_per_10_min"] == {"left": None, "right": None}
    for seconds, known in ((479.0, False), (481.0, True)):
        found = Statistics()
        found.add(ModeChange(0.0, 0.0, Mode.RUNNING))
        for at_s in np.arange(0.0, seconds, 5.0):
            found.add(a_step(at_s, 2.0 + at_s / 300))
        assert (found.trend(DROP.key, Side.LEFT, until_s=seconds) is not None) is known


def test_a_change_smaller_than_its_error_is_not_reported() -> None:
    changes = summarize(tired_run())["drift_deg_per_10_min"]
    t, y = np.array([(step.at_s / 600, step.drop_deg) for step in tired_run().good(Side.LEFT)]).T
    assert changes["left"]["slope"] == pytest.approx(np.polyfit(t, y, 1)[0], abs=2e-3)
    assert changes["right"] is None, "its slope was -0.04 +- 0.06, printed as -0.0"


def test_no_negative_zero_is_written() -> None:
    assert DROP.text(-0.001) == "0.00"
    assert DROP.text(-0.001, sign=True) == "+0.00"
    assert DROP.text(math.nan) == "-"
    summary = summarize(tired_run())
    summary["drift_deg_per_10_min"]["right"] = {"slope": -0.004, "standard_error": 0.001}
    out = io.StringIO()
    make_console(file=out, width=100).print(summary_table(summary))
    assert "+0.00 ± 0.00" in out.getvalue()
    assert "-0.0 " not in out.getvalue()
    assert "-0.00" not in out.getvalue()


def test_the_table_has_a_row_for_each_metric_of_the_summary() -> None:
    out = io.StringIO()
    make_console(file=out, width=100).print(summary_table(summarize(tired_run())))
    left = summarize(tired_run())["metrics"]["contralateral_drop"]["left"]
    text = out.getvalue()
    for words in ("Pelvic drop [deg]", f"{left['mean']:.2f} ± {left['sd']:.2f}", "Contact time [ms]", "263 ± 4", "Cadence [steps/min]"):
        assert words in text
    assert "excluded steps" in text


def test_a_mean_has_one_digit_more_than_its_column() -> None:
    whole = dataclasses.replace(BUILT_IN["contralateral_drop"], key="whole", digits=0)
    found = Statistics([whole])
    for at_s, drop_deg in enumerate((3.0, 3.0, 4.0)):
        found.add(a_step(float(at_s), drop_deg))
    values = metric_values(whole, found)
    assert values is not None
    assert values["both"]["mean"] == 3.3


# ---- statistics


def a_step(at_s: float, drop_deg: float, **changes: object) -> Step:
    step = run_of(4.6, 2.2).good(Side.LEFT)[0]
    return dataclasses.replace(step, at_s=at_s, drop_rad=math.radians(drop_deg), **changes)


def test_moments_added_one_by_one_or_merged_equal_those_of_all_values() -> None:
    rng = np.random.default_rng(1)
    t, y = 1e4 + np.arange(500.0), 50.0 + rng.standard_normal(500)
    whole, parts = Moments(), [Moments() for _ in range(3)]
    for number, (at_s, value) in enumerate(zip(t, y, strict=True)):
        whole.add(at_s, value)
        parts[number % 7 % 3].add(at_s, value)
    merged = Moments()
    for part in (Moments(), *parts, Moments()):
        merged.merge(part)
    line = np.polyfit(t - t.mean(), y, 1)
    left_over = y - np.polyval(line, t - t.mean())
    error = math.sqrt((left_over @ left_over) / 498 / ((t - t.mean()) @ (t - t.mean())))
    for found in (whole, merged):
        assert found.spread == Spread(500, pytest.approx(y.mean(), rel=1e-12), pytest.approx(y.std(ddof=1), rel=1e-10))
        assert found.spread.standard_error == pytest.approx(y.std(ddof=1) / math.sqrt(500), rel=1e-10)
        assert found.trend is not None
        assert found.trend.slope == pytest.approx(600 * line[0], rel=1e-9)
        assert found.trend.standard_error == pytest.approx(600 * error, rel=1e-9)


def test_steps_are_counted_by_gait_side_quality_and_feedback() -> None:
    found = Statistics()
    found.add(a_step(1.0, 9.0, mode=Mode.WALKING))
    assert found.mode is Mode.WALKING
    assert found.spread(DROP.key).mean == pytest.approx(9.0)
    found.add(a_step(2.0, 8.0))
    found.add(BlockChange(10.0, 10.0, 1, 2, False, False, False, 20.0))
    found.add(a_step(9.0, 1.0))  # detected after the block began, but before it in time: the run protocol was silent then, too
    found.add(a_step(11.0, 2.0))
    found.add(a_step(12.0, 40.0, quality=Quality.SETTLING))
    found.add(BlockChange(20.0, 20.0, 2, 2, False, True, False, 40.0))
    found.add(Signal(20.0, 20.0, SignalKind.STARTED))
    found.add(a_step(21.0, 4.0, side=Side.RIGHT))
    found.add(Signal(25.0, 25.0, SignalKind.PAUSED))
    found.add(a_step(26.0, 16.0))
    found.add(Signal(30.0, 30.0, SignalKind.STARTED))
    found.add(a_step(31.0, 6.0))
    found.add(a_step(19.0, 3.0))
    by_feedback = {which: found.spread(DROP.key, feedback=which) for which in Feedback}
    assert (by_feedback[Feedback.WITH].n, by_feedback[Feedback.WITH].mean) == (3, pytest.approx((8 + 4 + 6) / 3))
    assert (by_feedback[Feedback.WITHOUT].n, by_feedback[Feedback.WITHOUT].mean) == (3, pytest.approx(2.0))
    assert by_feedback[Feedback.UNKNOWN] == Spread(1, pytest.approx(16.0), pytest.approx(math.nan, nan_ok=True))
    assert found.spread(DROP.key, Side.RIGHT).mean == pytest.approx(4.0)
    assert found.spread(DROP.key, mode=Mode.WALKING).n == 1
    assert (found.steps(), found.steps(quality=Quality.OK), found.steps(mode=Mode.RUNNING, side=Side.LEFT)) == (9, 8, 7)
    assert found.qualities(Mode.RUNNING) == {Quality.OK: 7, Quality.SETTLING: 1}


def test_time_of_running_leaves_out_the_walks() -> None:
    found = Statistics()
    for at_s, mode in ((0.0, Mode.STANDING), (10.0, Mode.RUNNING), (40.0, Mode.WALKING), (50.0, Mode.RUNNING)):
        found.add(ModeChange(at_s, at_s, mode))
    assert found.running_s(60.0) == 40.0


# ---- nothing counts


@pytest.mark.parametrize("quality", [quality for quality in Quality if quality is not Quality.OK])
def test_if_no_step_counts_the_summary_says_why_and_what_to_do(quality: Quality) -> None:
    analysis = run_of(4.6, 2.2)
    assert why_nothing_counts(analysis) is None
    assert summarize(analysis)["steps"]["reason"] is None
    poor = [dataclasses.replace(event, quality=quality) if isinstance(event, Step) else event for event in analysis.events]
    steps = summarize(with_events(analysis, poor))["steps"]
    reason, fix = EXCLUSION_REASONS[quality], EXCLUSION_FIXES[quality]
    assert steps["counted"] == 0
    assert reason in steps["reason"]
    assert f"(111 steps: {QUALITY[quality]})" in steps["reason"]
    assert steps["advice"] == fix


def test_a_recording_of_standing_only_is_described_as_such() -> None:
    analysis = run_of(4.6, 2.2)
    standing = [event for event in analysis.events if isinstance(event, StandingZero)][:1]
    reason = why_nothing_counts(with_events(analysis, standing))
    assert reason is not None
    assert "only standing" in reason.reason
    practiced = analyze(bundled.find(bundled.DRILL))
    assert any(isinstance(event, DrillBegin) for event in practiced.events)
    assert why_nothing_counts(practiced) is None, "a drill has no steps"


# ---- files


def test_reps_of_an_earlier_drill_are_removed_when_a_run_is_written(tmp_path: Path) -> None:
    write_tables(analyze(bundled.find(bundled.CLAMSHELL)), tmp_path)
    assert (tmp_path / "reps.csv").exists()
    write_tables(run_of(4.6, 2.2), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["angles.csv", "steps.csv", "strides.csv", "summary.json"]
    (tmp_path / "reps.csv").write_text("somebody else's table\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    write_tables(run_of(4.6, 2.2), tmp_path)
    assert (tmp_path / "reps.csv").exists()
    assert (tmp_path / "notes.txt").exists()


@pytest.mark.parametrize("key", ["contralateral_drop", "contact_time", "cadence"])
def test_any_metric_can_be_plotted(tmp_path: Path, key: str) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra 'plot'")
    plot_metric(run_of(4.6, 2.2), key, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").stat().st_size > 10_000
    with pytest.raises(BadInputError, match='no metric "height"'):
        plot_metric(run_of(4.6, 2.2), "height", tmp_path / "b.png")


# ---- the library


def test_dir_lists_the_api_before_anything_is_imported() -> None:
    assert set(levelhips.__all__) <= set(dir(levelhips))
    for name in levelhips.__all__:
        assert getattr(levelhips, name) is not None


def test_an_analysis_is_printed_in_one_line_with_its_counts() -> None:
    analysis = run_of(4.6, 2.2)
    text = repr(analysis)
    assert len(text) < 200
    assert f"{len(analysis.steps)} steps ({len(analysis.good())} running steps of quality ok)" in text
    assert "6 repetitions" in repr(analyze(bundled.find(bundled.CLAMSHELL)))


def test_results_come_as_columns_and_as_plain_values() -> None:
    analysis = run_of(4.6, 2.2)
    columns = analysis.columns("steps")
    assert {len(column) for column in columns.values()} == {len(analysis.steps)}
    np.testing.assert_array_equal(columns["contralateral_drop_deg"], [step.drop_deg for step in analysis.steps])
    assert set(columns["stance_side"]) == {"left", "right"}
    with pytest.raises(ValueError, match="steps, strides, reps"):
        analysis.columns("jumps")  # type: ignore[arg-type]
    plain = json.loads(json.dumps(analysis.to_dict(), allow_nan=False))
    assert plain["summary"] == json.loads(json.dumps(summarize(analysis)))
    assert plain["steps"]["step_time_s"][0] is None
    assert plain["steps"]["contact_s"] == columns["contact_s"].tolist()
    assert plain["strides"]["cadence_spm"][3] == analysis.strides[3].cadence_spm
    assert plain["reps"]["range_deg"] == []


def test_a_line_through_nine_values_is_no_trend_and_through_ten_it_is() -> None:
    found = Moments()
    for number in range(9):
        found.add(float(number), float(number))
    assert found.trend is None
    found.add(9.0, 9.0)
    assert found.trend is not None


def test_a_change_of_once_and_a_half_its_error_is_reported() -> None:
    rng = np.random.default_rng(3)
    t = np.arange(0.0, 600.0, 3.0)
    noise = rng.normal(0.0, 1.0, len(t))
    noise -= np.polyval(np.polyfit(t, noise, 1), t)
    error = math.sqrt((noise @ noise) / (len(t) - 2) / ((t - t.mean()) @ (t - t.mean())))
    for times, known in ((1.5, True), (0.9, False)):
        found = Statistics()
        found.add(ModeChange(0.0, 0.0, Mode.RUNNING))
        for at_s, value in zip(t, 5.0 + noise + times * error * t, strict=True):
            found.add(a_step(float(at_s), float(value)))
        assert (found.trend(DROP.key, Side.LEFT, until_s=600.0) is not None) is known


def test_steps_before_the_first_block_of_a_run_protocol_are_without_feedback() -> None:
    found = Statistics()
    found.add(BlockChange(10.0, 10.0, 1, 1, walk=False, feedback=True, over=False, until_s=70.0))
    found.add(a_step(5.0, 3.0))  # steps become known after they happened
    found.add(a_step(15.0, 4.0))
    assert found.spread(DROP.key, Side.LEFT, feedback=Feedback.WITHOUT).mean == pytest.approx(3.0)
    assert found.spread(DROP.key, Side.LEFT, feedback=Feedback.WITH).mean == pytest.approx(4.0)
