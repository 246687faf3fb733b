"""Files that an analysis is exported to: cells by value, lines of a plot by their coordinates, and what is left after an error."""

from __future__ import annotations

import csv
import io
import json
import math
import struct
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hand_made import DEG, LEFT, RIGHT, analysis_of, rep, step, stride

from levelhips import Analysis, BadInputError, Gap, LevelHipsError, RecordingError
from levelhips.analysis.drill_summary import drill_values
from levelhips.coaching.drills.result import DrillResult
from levelhips.events import Angles, Cue, DrillBegin, Event, Mode, Posture, Quality, Step, ThresholdChange, ThresholdReason
from levelhips.export.exporter import Exporter, exporters
from levelhips.export.plot import plot_drops, plot_metric
from levelhips.export.tables import write_rows, write_tables
from levelhips.metrics import CSV, Metric
from levelhips.text import choice

BEGIN = DrillBegin(0, 0, "clamshell", "Clamshell", LEFT, Posture.RIGHT_SIDE, 2, 3, 30.0, math.nan, 0.0, 0.1, "roll", "Open.")


def angles(until_s: float) -> Angles:
    t_s = np.array([0.0, until_s])
    return Angles(t_s, np.array([-1.23456, 0.00004]) * DEG, np.array([7.0, math.nan]) * DEG, 0 * t_s, 0 * t_s, 0 * t_s)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


# ---- tables


def test_a_row_of_steps_has_each_value_in_its_unit_with_its_digits(tmp_path: Path) -> None:
    write_tables(analysis_of(step(1.5, RIGHT, 3.14159, flight_before_s=math.nan), step(1.0, LEFT, -0.5)), tmp_path)
    first, second = table(tmp_path / "steps.csv")
    assert (first["contact_s"], second["contact_s"]) == ("1.0000", "1.5000"), "in the order of contact"
    assert second == {
        "contact_s": "1.5000", "toe_off_s": "1.7500", "stance_side": "right", "contralateral_drop_deg": "3.142", "quality": "ok",
        "mode": "running", "side_confidence": "0.987", "drop_uncertainty_deg": "0.200", "drop_at_contact_deg": "1.000",
        "drop_excursion_deg": "2.000", "peak_percent_stance": "40.0", "obliquity_mean_deg": "-1.500", "tilt_mean_deg": "7.000",
        "tilt_range_deg": "4.000", "rotation_range_deg": "8.000", "contact_time_s": "0.2500", "flight_before_s": "",
        "step_time_s": "0.3600", "impact_peak_g": "2.000", "vertical_peak_g": "3.000", "known_s": "1.8000",
    }  # fmt: skip
    assert first["contralateral_drop_deg"] == "-0.500"


def test_rows_of_strides_and_angles(tmp_path: Path) -> None:
    write_tables(analysis_of(stride(2.0, RIGHT, 171.234), stride(1.0), angles=angles(0.5)), tmp_path)
    first, second = table(tmp_path / "strides.csv")
    assert (first["contact_s"], first["side"], second["side"]) == ("1.0000", "left", "right")
    chosen = ("cadence_spm", "duration_s", "tilt_mean_deg", "vertical_oscillation_m", "asymmetry_deg", "turn_dps", "known_s")
    assert [second[name] for name in chosen] == ["171.23", "0.7000", "7.500", "0.0813", "-1.000", "0.00", "3.0000"]
    assert (tmp_path / "angles.csv").read_text().splitlines() == [
        "time_s,obliquity_deg,tilt_deg,rotation_deg",
        "0.000000,-1.2346,7.0000,0.0000",
        "0.500000,0.0000,,0.0000",
    ]


def test_a_drill_adds_its_repetitions_and_its_result(tmp_path: Path) -> None:
    events: list[Event] = [BEGIN, rep(1, range_deg=20.0), rep(2, full=False, form_faults="turned short")]
    summary = write_tables(analysis_of(*events), tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text(encoding="utf-8")) == summary
    result = DrillResult.of(events)
    assert result is not None
    assert summary["drill"] == drill_values(result)
    first, second = table(tmp_path / "reps.csv")
    chosen = ("from_s", "set", "number", "side", "counts", "form_faults", "range_deg")
    assert [first[name] for name in chosen] == ["10.000", "1", "1", "left", "yes", "", "20.00"]
    assert [second[name] for name in chosen[3:6]] == ["left", "no", "turned short"]
    assert "drill" not in write_tables(analysis_of(step(1.0)), tmp_path)
    assert not (tmp_path / "reps.csv").exists()


@pytest.mark.parametrize("theirs", [b"from_s,to_s\n1,2\n", b"\xff\xfe\x00"])
def test_a_reps_file_of_another_program_stays(tmp_path: Path, theirs: bytes) -> None:
    (tmp_path / "reps.csv").write_bytes(theirs)
    write_tables(analysis_of(step(1.0)), tmp_path)
    assert (tmp_path / "reps.csv").read_bytes() == theirs


def test_a_word_with_a_comma_a_quote_or_a_line_break_is_quoted() -> None:
    words = {1.0: "plain", 2.0: 'a "b"', 3.0: "c, d", 4.0: "e\nf"}
    metric = Metric(key="word", of=Step, field=lambda one: words[one.at_s], label="Word", help="A word.", digits=None, shown_in=CSV)
    number = Metric(key="number", of=Step, field=lambda one: 1 / 3 if one.at_s < 4 else math.inf, label="N", help="N.", digits=2)
    out = io.StringIO()
    write_rows(out, [metric, number], [step(at_s) for at_s in words])
    assert out.getvalue() == 'word,number\nplain,0.33\n"a ""b""",0.33\n"c, d",0.33\n"e\nf",\n'
    assert [row["word"] for row in csv.DictReader(io.StringIO(out.getvalue(), newline=""))] == list(words.values())


def test_a_folder_that_cannot_be_created_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(RecordingError, match="out"):
        write_tables(analysis_of(step(1.0)), tmp_path / "out")
    write_tables(analysis_of(step(1.0)), tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / "steps.csv").exists(), "folders above it are made, too"


def test_after_an_error_no_partly_written_file_and_no_new_summary_are_left(tmp_path: Path) -> None:
    write_tables(analysis_of(step(1.0)), tmp_path)
    before = (tmp_path / "summary.json").read_bytes()
    (tmp_path / "angles.csv").unlink()
    (tmp_path / "angles.csv").mkdir()  # a file cannot take the place of a folder
    with pytest.raises(LevelHipsError, match=r"angles\.csv is a folder"):
        write_tables(analysis_of(step(1.0), step(2.0)), tmp_path)
    assert (tmp_path / "summary.json").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["angles.csv", "steps.csv", "strides.csv", "summary.json"]


# ---- exporters


def write_nothing(analysis: Analysis, folder: Path) -> list[Path]:
    return []


OTHER = Exporter(name="other", title="Of another package", write=write_nothing)


def test_exporters_read_back_every_metric_they_declare(tmp_path: Path) -> None:
    analysis = analysis_of(step(1.0, LEFT, 3.14159), step(2.0, RIGHT, 4.0, flight_before_s=math.nan), stride(1.0, LEFT, 171.234))
    tables = exporters()["tables"]
    paths = tables.write(analysis, tmp_path / "out")
    assert {path.name for path in paths} == {"steps.csv", "strides.csv", "angles.csv", "summary.json"}
    assert all(path.parent == tmp_path / "out" and path.is_file() for path in paths)
    assert tables.read is not None
    values = tables.read(tmp_path / "out")
    assert set(values) == set(tables.writes)
    assert values["contralateral_drop"] == [3.142, 4.0]
    assert values["stance_side"] == ["left", "right"]
    assert values["flight_before"] == [0.11, pytest.approx(math.nan, nan_ok=True)]
    assert values["cadence"] == [171.23]


def test_the_tables_of_a_drill_include_its_repetitions(tmp_path: Path) -> None:
    """The exporter wrote reps.csv, but did not return its path."""
    paths = exporters()["tables"].write(analysis_of(BEGIN, rep(1, range_deg=20.0)), tmp_path)
    assert sorted(paths) == sorted(tmp_path.iterdir())
    assert tmp_path / "reps.csv" in paths


def test_the_plot_exporter_writes_a_picture_and_nothing_to_read_back(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra 'plot'")
    plot = exporters()["plot"]
    [path] = plot.write(analysis_of(step(1.0)), tmp_path)
    assert path == tmp_path / "drops.png"
    assert struct.unpack(">4x4s2I", path.read_bytes()[8:24]) == (b"IHDR", 1280, 720)  # the size of a PNG is in its first block
    assert (plot.writes, plot.read) == ((), None)


def test_exporters_of_other_packages_are_found_by_their_name_and_replace_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    impostor = "tables"
    entries = [EntryPoint(name, f"test_export:{what}", "levelhips.exporters") for name, what in (("x", "OTHER"), (impostor, "TAKEN"))]
    monkeypatch.setattr("levelhips.plugins.entry_points", lambda group: [entry for entry in entries if entry.group == group])
    exporters.cache_clear()
    try:
        found = exporters()
    finally:
        monkeypatch.undo()
        exporters.cache_clear()
    assert set(found) == {"other", "tables", "plot"}
    assert (found["other"].title, found["other"].writes) == ("Of another package", ())
    assert found["tables"].title != "Not ours"


TAKEN = Exporter(name="tables", title="Not ours", write=write_nothing)


# ---- plots


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return the figures that were saved: matplotlib draws them as usual."""
    pytest.importorskip("matplotlib", reason="plots need the extra 'plot'")
    from matplotlib.figure import Figure

    figures: list[Any] = []
    save = Figure.savefig

    def keep(figure: Any, *given: Any, **options: Any) -> None:
        figures.append(figure)
        save(figure, *given, **options)

    monkeypatch.setattr(Figure, "savefig", keep)
    return figures


def lines(axes: Any) -> dict[str, Any]:
    """Return x and y of what is drawn, by its label in the legend."""
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.get_lines()}


def plotted(analysis: Analysis, figures: list[Any], folder: Path, key: str = "contralateral_drop") -> list[Any]:
    plot_metric(analysis, key, folder / "plot.svg")
    return list(figures[-1].axes)


def test_steps_are_drawn_in_minutes_and_degrees_in_a_panel_for_each_side(tmp_path: Path, drawn: list[Any]) -> None:
    steps = [step(60.0, LEFT, 3.0), step(90.0, RIGHT, 4.0), step(120.0, LEFT, 5.0), step(150.0, LEFT, 9.0, Quality.TURNING)]
    left, right = plotted(analysis_of(*steps, step(180.0, LEFT, 1.0, mode=Mode.WALKING)), drawn, tmp_path)
    assert lines(left)["one step"] == ([1.0, 2.0], [pytest.approx(3.0), pytest.approx(5.0)])
    assert lines(left)["excluded"] == ([2.5], [pytest.approx(9.0)])
    assert lines(right)["one step"] == ([1.5], [pytest.approx(4.0)])
    assert lines(right)["excluded"] == ([], [])
    assert "mean of 21" not in lines(left)
    assert [axes.get_ylabel() for axes in (left, right)] == ["left leg on the ground [deg]", "right leg on the ground [deg]"]
    assert right.get_xlabel() == "time [min]"
    assert drawn[-1].get_suptitle() == "Pelvic drop: hand-made.mcap"
    colors = [next(line.get_color() for line in axes.get_lines() if line.get_label() == "one step") for axes in (left, right)]
    assert colors[0] != colors[1]
    assert [entry.get_text() for entry in left.get_legend().get_texts()] == ["excluded", "one step", "0 beeps"]
    assert left.get_facecolor() == drawn[-1].get_facecolor() == right.get_facecolor()


@pytest.mark.parametrize(("code", "half"), [("en", "0.5"), ("de", "0,5")])
def test_numbers_on_the_axes_of_a_plot_have_the_decimal_mark_of_the_language(
    code: str, half: str, tmp_path: Path, drawn: list[Any]
) -> None:
    """Bug: a German plot had decimal points."""
    choice.choose(code)
    try:
        axes = plotted(analysis_of(step(30.0, LEFT, 2.0)), drawn, tmp_path)
        for axis in (axes[-1].xaxis, axes[-1].yaxis):
            assert [axis.get_major_formatter()(value, 0) for value in (0.0, 0.5, -2.0)] == ["0", half, "−2"]
    finally:
        choice.choose(None)


def test_the_running_mean_has_the_color_of_its_side(tmp_path: Path, drawn: list[Any]) -> None:
    left, _ = plotted(analysis_of(*(step(60.0 * k, LEFT, float(k)) for k in range(22)), seconds=1300.0), drawn, tmp_path)
    at_min, means = lines(left)["mean of 21"]
    assert (at_min, means) == ([10.0, 11.0], [pytest.approx(10.0), pytest.approx(11.0)])
    by_label = {line.get_label(): line.get_color() for line in left.get_lines()}
    assert by_label["mean of 21"] == by_label["one step"] != by_label["excluded"]


def test_the_threshold_is_a_staircase_from_when_it_was_known_to_the_end(tmp_path: Path, drawn: list[Any]) -> None:
    learning = ThresholdChange(0.0, 0.0, math.inf, 3.0 * DEG, ThresholdReason.FIXED)
    changes = [
        learning,
        *(ThresholdChange(at - 1, at, level * DEG, 3.0 * DEG, ThresholdReason.SHAPING) for at, level in ((60.0, 4.0), (120.0, 3.5))),
    ]
    left, right = plotted(analysis_of(step(1.0), *changes, angles=angles(180.0)), drawn, tmp_path)
    at_min, level = lines(left)["threshold"]
    assert at_min == pytest.approx([1.0, 2.0, 2.0, 3.0])
    assert level == pytest.approx([4.0, 4.0, 3.5, 3.5])
    assert lines(right)["threshold"][0] == pytest.approx([0.0, 1.0, 1.0, 2.0, 2.0, 3.0])
    assert lines(right)["threshold"][1] == pytest.approx([3.0] * 6)
    without = plotted(analysis_of(step(1.0)), drawn, tmp_path)[0]
    assert "threshold" not in lines(without)


def test_beeps_are_ticks_near_the_bottom_of_their_side(tmp_path: Path, drawn: list[Any]) -> None:
    cues = [Cue(at_s, at_s, at_s - 0.1, side, 0.5, 0.09, 0.07) for at_s, side in ((30.0, LEFT), (60.0, RIGHT), (90.0, LEFT))]
    left, right = plotted(analysis_of(step(1.0), *cues), drawn, tmp_path)
    assert lines(left)["2 beeps"] == ([0.5, 1.5], [0.25, 0.25])
    assert lines(right)["1 beep"] == ([1.0], [0.25])


@pytest.mark.parametrize(("drops", "top"), [([4.0] * 3, 5.0), ([1.0], 2.0), ([], 6.25)])
def test_the_axis_of_the_drop_begins_at_zero_and_has_room_for_the_legend(
    drops: list[float], top: float, tmp_path: Path, drawn: list[Any]
) -> None:
    """A quarter more than nearly all drops, at least 2 deg; 5 deg and a quarter if there are none."""
    steps = [step(float(k), LEFT, drop) for k, drop in enumerate(drops)]
    panels = plotted(analysis_of(*steps, step(50.0, LEFT, 60.0, Quality.LOOSE)), drawn, tmp_path)
    assert [axes.get_ylim() for axes in panels] == [pytest.approx((0.0, top))] * 2


def test_one_step_in_a_thousand_may_lie_outside_the_plot(tmp_path: Path, drawn: list[Any]) -> None:
    panels = plotted(analysis_of(*(step(float(k), LEFT, 60.0 if k == 7 else 4.0) for k in range(2001)), seconds=2100.0), drawn, tmp_path)
    assert panels[0].get_ylim()[1] == pytest.approx(5.0)


def test_gaps_of_more_than_half_a_second_are_shaded(tmp_path: Path, drawn: list[Any]) -> None:
    for axes in plotted(analysis_of(step(1.0), Gap(30.0, 30.5), Gap(60.0, 61.5)), drawn, tmp_path):
        [shade] = axes.patches
        assert [shade.get_x(), shade.get_x() + shade.get_width()] == pytest.approx([1.0, 1.025])


def test_a_metric_without_sides_has_one_panel_and_no_coaching(tmp_path: Path, drawn: list[Any]) -> None:
    change = ThresholdChange(0.0, 0.0, 4 * DEG, 3 * DEG, ThresholdReason.FIXED)
    [axes] = plotted(analysis_of(stride(60.0, LEFT, 160.0), stride(120.0, RIGHT, 170.0), change), drawn, tmp_path, "cadence")
    assert lines(axes) == {"excluded": ([], []), "one stride": ([1.0, 2.0], [160.0, 170.0])}
    assert axes.get_ylabel() == "Cadence [steps/min]"
    left, _ = plotted(analysis_of(step(60.0), change), drawn, tmp_path, "contact_time")
    assert lines(left) == {"excluded": ([], []), "one step": ([1.0], [pytest.approx(250.0)])}
    [axes] = plotted(analysis_of(BEGIN, rep(1, range_deg=20.0), rep(2, full=False, range_deg=9.0)), drawn, tmp_path, "rep_range")
    assert lines(axes)["one repetition"][1] == pytest.approx([20.0])
    assert lines(axes)["excluded"][1] == pytest.approx([9.0])


def test_unknown_metrics_and_unwritable_plots_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInputError, match='no metric "stance_side"') as error:
        plot_metric(analysis_of(step(1.0)), "stance_side", tmp_path / "a.png")
    assert "contralateral_drop, " in error.value.fix
    (tmp_path / "a.png").mkdir()
    pytest.importorskip("matplotlib", reason="plots need the extra 'plot'")
    with pytest.raises(LevelHipsError, match=r"a\.png"):
        plot_drops(analysis_of(step(1.0)), tmp_path / "a.png")
    with pytest.raises(LevelHipsError, match="missing"):
        plot_drops(analysis_of(step(1.0)), tmp_path / "missing" / "a.png")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(LevelHipsError, match="matplotlib"):
        plot_drops(analysis_of(step(1.0)), tmp_path / "b.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
