"""What an analysis reports, of a few events made by hand: each expected value is computed in the comment next to it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hand_made import DEG, LEFT, RIGHT, analysis_of, rep, step, stride

import levelhips
from levelhips import Gap, Settings, Side, summarize, why_nothing_counts
from levelhips.analysis.curves import stride_curves
from levelhips.analysis.drill_summary import comparison_lines, drill_lines, drill_values
from levelhips.analysis.series import counts, events_of, running_mean, series
from levelhips.coaching.drills.result import DrillResult
from levelhips.events import (
    Angles,
    Baseline,
    Contact,
    Cue,
    DrillBegin,
    Event,
    FormFault,
    FormFaultDetected,
    Heading,
    Mode,
    ModeChange,
    Notice,
    NoticeKind,
    Posture,
    Quality,
    StandingZero,
    Step,
)
from levelhips.metrics import BUILT_IN

DROP = BUILT_IN["contralateral_drop"]
# Left 2, 3, 4 and right 4, 5, 6 deg: means 3 and 5, standard deviations 1, standard errors 1 / sqrt(3) = 0.577.
SIX = [step(k, LEFT if k % 2 else RIGHT, drop) for k, drop in enumerate((4.0, 2.0, 5.0, 3.0, 6.0, 4.0))]


def cue(at_s: float, side: Side) -> Cue:
    return Cue(at_s, at_s, at_s - 0.1, side, 0.5, 0.09, 0.07)


# ---- summary


def test_drops_by_side_with_spread_and_standard_error() -> None:
    found = summarize(analysis_of(*SIX, step(9, LEFT, 30.0, Quality.LOOSE), step(10, LEFT, 20.0, mode=Mode.WALKING)))
    assert found["mode"] == "running"
    assert found["contralateral_drop_deg"] == {
        "left": {"mean": 3.0, "sd": 1.0, "standard_error": 0.577, "n": 3},
        "right": {"mean": 5.0, "sd": 1.0, "standard_error": 0.577, "n": 3},
        "uncertainty_of_one": 0.2,
    }
    assert found["drop_excursion_deg"]["left"] == {"mean": 2.0, "sd": 0.0, "standard_error": 0.0, "n": 3}
    steps = found["steps"]
    assert (steps["all"], steps["counted"], steps["left"], steps["right"]) == (8, 6, 3, 3)
    assert steps["quality"] == {"ok": 7, "clip-loose": 1}
    assert (steps["reason"], steps["advice"]) == (None, None)


def test_a_difference_of_the_sides_is_real_if_it_exceeds_twice_its_uncertainty() -> None:
    found = summarize(analysis_of(*SIX))["asymmetry_deg"]
    # 0.577 of each side in squares: 0.816. Twice 0.2 deg of one drop in squares to it: 0.909. 2 exceeds twice that, 1.818.
    expected = {"right_minus_left": 2.0, "standard_error": 0.816, "uncertainty": 0.909, "exceeds_uncertainty": True}
    assert found == {**expected, "right_less_left": 2.0, "worth_speaking_of": True}
    # With 0.3 deg of one drop: 1.013, and twice that is more than 2.
    unsure = summarize(analysis_of(*(replace(one, drop_sd_rad=0.3 * DEG) for one in SIX)))["asymmetry_deg"]
    assert (unsure["uncertainty"], unsure["exceeds_uncertainty"], unsure["worth_speaking_of"]) == (1.013, False, False)
    mirrored = summarize(analysis_of(*(replace(one, side=one.side.other) for one in SIX)))["asymmetry_deg"]
    assert (mirrored["right_minus_left"], mirrored["exceeds_uncertainty"]) == (-2.0, True)


def test_a_difference_below_the_runners_own_spread_is_not_real_however_many_steps_there_are() -> None:
    # 100 steps a side of 0 or 6 deg on the left, 2 or 8 on the right: a spread of 3.02, a standard error of 0.302.
    many = [step(k, side, drop + base) for k, drop in enumerate((0.0, 6.0) * 50) for side, base in ((LEFT, 0.0), (RIGHT, 2.0))]
    found = summarize(analysis_of(*many, seconds=200.0))["asymmetry_deg"]
    # 0.302 twice and 0.4, in squares: 0.585. 2 deg exceed twice that, but not 3.02.
    assert (found["right_minus_left"], found["uncertainty"], found["exceeds_uncertainty"]) == (2.0, 0.585, False)


def test_two_steps_of_a_side_are_too_few_for_an_uncertainty() -> None:
    found = summarize(analysis_of(*SIX[:5]))["asymmetry_deg"]
    assert found["right_minus_left"] == 2.5  # 5 less the mean of 2 and 3
    assert (found["standard_error"], found["uncertainty"], found["exceeds_uncertainty"]) == (None, None, False)
    one_side = summarize(analysis_of(step(1, LEFT, 3.0)))
    assert one_side["asymmetry_deg"]["right_minus_left"] is None
    assert one_side["contralateral_drop_deg"]["right"] is None
    assert one_side["contralateral_drop_deg"]["left"] == {"mean": 3.0, "sd": 0.0, "standard_error": 0.0, "n": 1}


def test_change_per_ten_minutes_needs_eight_minutes_of_running() -> None:
    running = ModeChange(0.0, 0.0, Mode.RUNNING)
    # Left from 2 deg to 3.5 deg in ten minutes without scatter; the right side stays.
    steps = [event for k in range(0, 480, 8) for event in (step(k, LEFT, 2.0 + k / 400), step(k + 1, RIGHT, 3.0))]
    assert summarize(analysis_of(running, *steps, seconds=481.0))["drift_deg_per_10_min"] == {
        "left": {"slope": 1.5, "standard_error": 0.0},
        "right": None,
    }
    assert summarize(analysis_of(running, *steps, seconds=479.0))["drift_deg_per_10_min"] == {"left": None, "right": None}


def test_figures_of_strides_and_stances_have_their_own_units_and_digits() -> None:
    strides = [stride(1, LEFT, 160.0), stride(2, RIGHT, 170.0, vertical_oscillation_m=0.07125)]
    found = summarize(analysis_of(*SIX, *strides))
    # 160 and 170: a mean of 165, a spread of 5 sqrt(2) = 7.071, a standard error of 5.
    assert found["cadence_spm"] == {"mean": 165.0, "sd": 7.071, "standard_error": 5.0, "n": 2}
    # 0.08125 and 0.07125 m: a mean of 0.07625 with four digits, a spread of 0.005 sqrt(2).
    assert found["vertical_oscillation_m"] == {"mean": 0.0762, "sd": 0.0071, "standard_error": 0.005, "n": 2}
    for key, value in (("rotation_range_deg", 12.0), ("tilt_range_deg", 5.0)):
        assert found[key] == {"mean": value, "sd": 0.0, "standard_error": 0.0, "n": 2}
    for key, value in (("contact_time_s", 0.25), ("flight_time_s", 0.11), ("impact_peak_g", 2.0)):
        assert found[key] == {"mean": value, "sd": 0.0, "standard_error": 0.0, "n": 6}


def test_every_averaged_metric_has_a_digit_more_than_a_step() -> None:
    third = [step(k, LEFT, drop, toe_off_s=k + 0.25 + drop / 1e4) for k, drop in enumerate((1.0, 1.0, 2.0))]
    found = summarize(analysis_of(*third))["metrics"]
    assert found["contralateral_drop"]["unit"] == "deg"
    assert found["contralateral_drop"]["left"]["mean"] == 1.3333  # steps have three digits
    assert found["contact_time"]["both"]["mean"] == 0.25013  # steps have four; 0.25 + 4 / 30,000
    assert found["contralateral_drop"]["right"] is None
    assert found["contralateral_drop"]["both"] == found["contralateral_drop"]["left"]
    assert "left" not in found["drop_uncertainty"], "a figure that has no side"
    assert "cadence" not in found, "no stride was measured"
    single = summarize(analysis_of(step(1, LEFT, 3.0)))["metrics"]["contralateral_drop"]["left"]
    assert single == {"mean": 3.0, "sd": None, "standard_error": None, "n": 1}


def test_the_recording_and_its_losses() -> None:
    found = summarize(analysis_of(*SIX, Gap(10.0, 11.25), Gap(20.0, 20.5004), seconds=100.0))
    assert found["recording"] == {
        "file": "hand-made.mcap", "duration_s": 100.0, "rate_hz": 10.0, "notes": [],
        "samples": 1001, "bridged": 3, "dropped": 2, "gaps": 2, "gaps_s": 1.75,
    }  # fmt: skip
    assert found["settings"] == Settings().as_dict()
    versions = found["versions"]
    assert versions["levelhips"] == levelhips.__version__
    assert versions["numpy"] == np.__version__
    assert set(versions) == {"levelhips", "numpy", "scipy", "vqf", "ahrs", "mcap"}


def test_a_package_that_is_not_installed_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def version(name: str) -> str:
        if name == "ahrs":
            raise metadata.PackageNotFoundError(name)
        return metadata.version(name)

    monkeypatch.setattr("levelhips.analysis.summary.version", version)
    assert summarize(analysis_of(*SIX))["versions"]["ahrs"] == "not installed"


def test_beeps_are_counted_by_side() -> None:
    found = summarize(analysis_of(*SIX, cue(1, LEFT), cue(2, LEFT), cue(3, RIGHT)))
    assert found["cues"] == {"left": 2, "right": 1, "all": 3, "heard": None}
    assert summarize(analysis_of(*SIX))["cues"] == {"all": 0, "heard": None}


def test_baseline_standing_zero_and_heading_in_degrees() -> None:
    zeros = [StandingZero(at_s, at_s + 3, 3.0, error * DEG) for at_s, error in ((2.0004, 0.05), (50.0, 0.1))]
    headings = [Heading(at_s, at_s, angle * DEG, 1.5 * DEG) for at_s, angle in ((20.0, 3.0), (40.0, 4.5))]
    baselines = [Baseline(60.0, 60.0, 3 * DEG, 0.5 * DEG, left * DEG, 0.75 * DEG) for left in (4.0, 9.0)]
    found = summarize(analysis_of(*SIX, *zeros, *headings, *baselines))
    assert found["standing"] == {"at_s": 2.0, "standard_error_deg": 0.05}  # the first
    assert found["clip_heading_deg"] == {"estimate": 4.5, "sd": 1.5}  # the last
    assert found["baseline_deg"] == {"left": {"mean": 3.0, "sd": 0.5}, "right": {"mean": 4.0, "sd": 0.75}}  # the first
    without = summarize(analysis_of(*SIX))
    assert (without["standing"], without["clip_heading_deg"], without["baseline_deg"]) == (None, None, None)


def test_fifty_notices_are_kept_with_two_digits() -> None:
    notices = [Notice(k + 0.126, k + 0.2, NoticeKind.LOOSE, 1.254 + k) for k in range(60)]
    found = summarize(analysis_of(*SIX, *notices))["notices"]
    assert len(found) == 50
    assert found[7] == {"what": "loose", "at_s": 7.13, "value": 8.25}
    [slipped] = summarize(analysis_of(*SIX, Notice(3.0, 3.0, NoticeKind.SLIPPED)))["notices"]
    assert slipped == {"what": "slipped", "at_s": 3.0, "value": None}


def test_walking_is_summarized_if_nobody_ran() -> None:
    walk = [replace(one, mode=Mode.WALKING, toe_off_s=math.nan) for one in SIX]
    found = summarize(analysis_of(*walk))
    assert found["mode"] == "walking"
    assert found["contralateral_drop_deg"]["left"]["mean"] == 3.0
    assert found["contact_time_s"] is None, "not measured in walking"
    assert summarize(analysis_of(StandingZero(2.0, 5.0, 3.0, 0.001)))["mode"] is None


# ---- why nothing counts


def test_the_most_frequent_reason_is_given_with_its_number() -> None:
    steps = [step(k, LEFT, 3.0, quality) for k, quality in enumerate([Quality.TURNING, Quality.LOOSE, Quality.LOOSE])]
    found = why_nothing_counts(analysis_of(*steps))
    assert found is not None
    assert found.reason == "None of 3 running steps counts: the clip rattles (2 steps: clip loose)"
    assert found.fix == "Fix the sensor tighter: a waist belt over the waistband helps"
    walked = why_nothing_counts(analysis_of(*(replace(one, mode=Mode.WALKING) for one in steps)))
    assert walked is not None
    assert walked.reason == "None of 3 walking steps counts: the clip rattles (2 steps: clip loose)"


def test_valid_steps_in_a_walk_do_not_explain_why_no_running_step_counts() -> None:
    found = why_nothing_counts(analysis_of(step(1, LEFT, 3.0, mode=Mode.WALKING), step(9, LEFT, 3.0, Quality.SETTLING)))
    assert found is not None
    assert found.reason.startswith("None of 1 running steps counts")
    assert why_nothing_counts(analysis_of(step(1, LEFT, 3.0, mode=Mode.WALKING))) is None


def test_reason_without_any_step_is_contacts_only_standing_only_or_nobody() -> None:
    contact, zero = Contact(1.0, 1.0, Mode.RUNNING, None), StandingZero(2.0, 5.0, 3.0, 0.001)
    reasons = {}
    for name, events in (("contacts", [contact, zero]), ("standing", [zero]), ("nobody", [])):
        found = why_nothing_counts(analysis_of(*events))
        assert found is not None
        reasons[name] = (found.reason, found.fix)
    assert reasons["contacts"] == (
        "Feet touch the ground, but no step could be measured",
        "Run for at least half a minute without stopping, on a straight",
    )
    assert reasons["standing"] == ("Nobody walks or runs: there is only standing", "Run for at least half a minute after standing still")
    assert reasons["nobody"][0] == "Nobody stands, walks or runs"


# ---- findings


def test_findings_are_ordered_by_contact_and_printed_in_one_line() -> None:
    late, early = step(5, LEFT), step(1, RIGHT, quality=Quality.LOOSE)
    analysis = analysis_of(late, stride(4), stride(2), early, cue(1, LEFT), step(7, RIGHT, mode=Mode.WALKING))
    assert [one.at_s for one in analysis.steps] == [1, 5, 7]
    assert [one.at_s for one in analysis.strides] == [2, 4]
    assert analysis.good() == [late]
    assert analysis.good(RIGHT) == []
    assert [one.at_s for one in analysis.good(None, Mode.WALKING)] == [7]
    about = "<Analysis of hand-made.mcap: 100.0 s at 10 Hz, "
    assert repr(analysis) == about + "3 steps (1 running steps of quality ok), 2 strides, 1 beeps>"
    assert repr(analysis_of(rep(1), rep(2, full=False))) == about + "2 repetitions, 0 strides, 0 beeps>"


def test_columns_are_in_the_units_of_the_files_and_nan_where_nothing_was_measured() -> None:
    analysis = analysis_of(step(1, LEFT, 3.0, step_time_s=math.nan), step(2, RIGHT, 4.0), stride(1), rep(1, form_faults="turned"))
    steps, strides, reps = (analysis.columns(table) for table in ("steps", "strides", "reps"))
    assert steps["contralateral_drop_deg"] == pytest.approx([3.0, 4.0])
    assert steps["stance_side"].tolist() == ["left", "right"]
    assert steps["impact_peak_g"] == pytest.approx([2.0, 2.0])
    assert math.isnan(steps["step_time_s"][0])
    assert strides["vertical_oscillation_m"].tolist() == [0.08125]
    assert reps["range_deg"] == pytest.approx([20.0])
    plain = json.loads(json.dumps(analysis.to_dict(), allow_nan=False))
    assert plain["steps"]["step_time_s"] == [None, 0.36]
    assert plain["steps"]["stance_side"] == ["left", "right"]


# ---- curves


def straight_line(seconds: float) -> Angles:
    """Return 1 deg of obliquity more in each second, 7 deg of tilt and -2 deg of rotation."""
    t_s = np.arange(round(seconds * 100) + 1) / 100
    one = np.ones(len(t_s))
    return Angles(t_s, t_s * DEG, 7 * DEG * one, -2 * DEG * one, 0 * one, 0 * one)


def test_a_mean_stride_goes_from_a_contact_to_the_next_of_the_same_foot() -> None:
    steps = [step(10.0, LEFT), step(10.35, RIGHT), step(10.7, LEFT), step(11.4, LEFT)]
    curves = stride_curves(analysis_of(*steps, angles=straight_line(20.0)))
    left = curves[LEFT]
    # From 10 to 10.7 and from 10.7 to 11.4 deg: the mean goes from 10.35 to 11.05, each stride is 0.35 from it.
    assert left.n == 2
    assert left.mean_deg[0][[0, 50, 100]] == pytest.approx([10.35, 10.7, 11.05])
    assert left.sd_deg[0] == pytest.approx(np.full(101, 0.35))
    assert left.mean_deg[1] == pytest.approx(np.full(101, 7.0))
    assert left.mean_deg[2] == pytest.approx(np.full(101, -2.0))
    assert curves[RIGHT].n == 0
    assert np.isnan(curves[RIGHT].mean_deg).all()
    assert np.isnan(curves[RIGHT].sd_deg).all()
    assert curves[RIGHT].mean_deg.shape == (3, 101)


def test_strides_with_a_poor_step_a_missed_contact_or_outside_of_the_time_are_left_out() -> None:
    def begins(*steps: Step, **times: float) -> float:
        curve = stride_curves(analysis_of(*steps, angles=straight_line(20.0)), **times)[LEFT]
        return float(curve.mean_deg[0][0]) if curve.n == 1 else math.nan

    three = [step(10.0, LEFT), step(10.7, LEFT), step(11.4, LEFT)]
    assert begins(*three[:2], replace(three[2], quality=Quality.TURNING)) == pytest.approx(10.0)
    assert begins(replace(three[0], quality=Quality.TURNING), *three[1:]) == pytest.approx(10.7)
    assert begins(*three[:2], replace(three[2], mode=Mode.WALKING)) == pytest.approx(10.0)
    assert begins(*three[:2], step(11.95, LEFT)) == pytest.approx(10.0), "1.25 s are two strides"
    assert begins(*three, from_s=10.7) == pytest.approx(10.7)
    assert begins(*three, to_s=10.0) == pytest.approx(10.0)


# ---- the course of a metric


def test_a_series_has_times_and_values_for_people_of_the_steps_that_count() -> None:
    events: list[Step] = [step(1, LEFT, 3.0), step(2, RIGHT, 4.0), step(3, LEFT, 9.0, Quality.LOOSE), step(4, LEFT, math.nan)]
    t_s, values = series(events, DROP)
    assert t_s.tolist() == [1.0, 2.0]
    assert values == pytest.approx([3.0, 4.0])
    assert series(events, DROP, LEFT)[1] == pytest.approx([3.0])
    assert series(events, DROP, counting=False)[1] == pytest.approx([9.0])
    assert series(events, BUILT_IN["contact_time"], LEFT)[1] == pytest.approx([250.0, 250.0]), "milliseconds on a screen"
    assert [len(part) for part in series([], DROP)] == [0, 0]


def test_whole_repetitions_of_quality_ok_count() -> None:
    assert counts(rep(1))
    assert not counts(rep(1, full=False))
    assert not counts(rep(1, quality=Quality.AFTER_GAP))
    assert not counts(step(1, LEFT, 3.0, Quality.SETTLING))
    analysis = analysis_of(step(1, LEFT), step(2, LEFT, mode=Mode.WALKING), stride(1), stride(2, mode=Mode.WALKING), rep(1))
    assert [event.at_s for event in events_of(analysis, DROP)] == [1]
    assert [event.at_s for event in events_of(analysis, BUILT_IN["cadence"])] == [1]
    assert list(events_of(analysis, BUILT_IN["rep_range"])) == analysis.reps


def test_a_running_mean_is_of_21_neighbors_and_stands_in_their_middle() -> None:
    t_s = np.arange(22.0)
    at_s, means = running_mean(t_s, t_s**2)
    # The mean of 0 to 20 squared is 20 x 41 / 6 = 136.67; the next has 21 squared more and 0 less: 441 / 21 = 21 more.
    assert at_s.tolist() == [10.0, 11.0]
    assert means == pytest.approx([820 / 6, 820 / 6 + 21])
    assert [len(part) for part in running_mean(t_s[:20], t_s[:20])] == [0, 0]


# ---- a drill

BEGIN = DrillBegin(0, 0, "clamshell", "Clamshell", LEFT, Posture.RIGHT_SIDE, 2, 3, 30.0, math.nan, 0.0, 0.1, "roll", "Open.")


def result_of(*events: Event) -> DrillResult:
    found = DrillResult.of(events)
    assert found is not None
    return found


def values_of(*events: Event) -> dict[str, Any]:
    return dict(drill_values(result_of(*events)))


def test_the_result_of_a_drill_in_plain_values() -> None:
    reps = [rep(1, range_deg=20.0), rep(2, range_deg=23.0, mean_rad=3 * DEG, sd_rad=1.5 * DEG, out_s=2.5, form_faults="turned")]
    fault = FormFaultDetected(11.0, 11.0, FormFault.TURNED)
    # 20 and 23 deg: a mean of 21.5, a spread of 1.5 sqrt(2) = 2.121. 4 and 5 s: 4.5, and 0.707.
    assert values_of(BEGIN, *reps, rep(3, full=False), fault, fault) == {
        "name": "clamshell", "side": "left", "asked": {"sets": 2, "reps": 3, "seconds": None},
        "reps": 2, "good": 1, "halves": 1, "form_faults": {"turned": 2},
        "range_deg": {"mean": 21.5, "sd": 2.121}, "tempo_s": {"mean": 4.5, "sd": 0.707},
        "held_s": 0.0, "mean_deg": 2.5, "sway_deg": 1.0,
    }  # fmt: skip


def test_the_result_of_a_hold_has_its_time() -> None:
    hold = replace(BEGIN, name="hold", reps=1, seconds=30.0)
    found = values_of(hold, rep(1, hold_s=30.04), rep(1, hold_s=12.5, set_n=2))
    assert (found["held_s"], found["asked"]["seconds"], found["reps"]) == (42.5, 30.0, 2)
    nothing = values_of(hold)
    assert (nothing["held_s"], nothing["mean_deg"], nothing["sway_deg"]) == (0.0, None, None)
    assert nothing["range_deg"] == nothing["tempo_s"] == {"mean": None, "sd": None}


@pytest.mark.usefixtures("german")
def test_lines_about_a_drill_begin_with_its_title_in_the_language() -> None:
    """Bug: the German lines began with "clamshell"."""
    assert (
        drill_lines(drill_values(result_of(BEGIN, rep(1))))[0] == "Muschel, linke Hüfte: 1 von 6 Wiederholungen, 1 ohne Ausführungsfehler"
    )


def test_a_drill_in_whole_sentences() -> None:
    hold = replace(BEGIN, name="hold", side=RIGHT, sets=1, reps=1, seconds=30.0)
    faults: list[Event] = [FormFaultDetected(11.0, 11.0, fault) for fault in (FormFault.TURNED, FormFault.HIKED, FormFault.TURNED)]
    counted = drill_values(result_of(BEGIN, rep(1, range_deg=20.0), rep(2, range_deg=23.0, out_s=2.5), rep(3, full=False), *faults))
    held = drill_values(result_of(hold, rep(1, hold_s=30.04)))
    assert drill_lines(counted) == [
        "Clamshell, left hip: 2 of 6 repetitions, 2 without a form fault",
        "Range 21.5 ± 2.1 deg, tempo 4.5 ± 0.7 s",
        "Form faults: 1 x hip too high, 2 x twisted, 1 not counted",
    ]
    assert drill_lines(held) == [
        "Isometric hold, any posture, right hip: held for 30 s",
        "Leading angle: mean 2.0 deg, sway 0.5 deg, peak 20.0 deg",
    ]
    assert drill_lines(drill_values(result_of(BEGIN, rep(1)))) == [
        "Clamshell, left hip: 1 of 6 repetitions, 1 without a form fault",
        "Range 20.0 deg, tempo 4.0 s",
    ]
    nothing = drill_values(result_of(hold))
    assert drill_lines(nothing) == ["Isometric hold, any posture, right hip: held for 0 s"]
    assert comparison_lines(held, counted) == [
        "Other side, last time: held for 30 s, mean 2.0, sway 0.5 deg",
        "Last time: 2 of 2 without a form fault, range 21.5 ± 2.1 deg, tempo 4.5 ± 0.7 s",
    ]
    assert comparison_lines(None, nothing) == ["Last time: held for 0 s"]
    assert comparison_lines(nothing, None) == ["Other side, last time: held for 0 s"]


def test_the_duration_of_a_recording_has_three_digits() -> None:
    # 101 samples at 30 Hz are 100 intervals: 3.3333 s.
    assert summarize(analysis_of(*SIX, seconds=10 / 3, rate_hz=30.0))["recording"]["duration_s"] == 3.333
