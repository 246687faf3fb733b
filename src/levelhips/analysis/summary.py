"""Summarize an analysis as plain values, ready for JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TypeVar

from levelhips.analysis.findings import Findings
from levelhips.analysis.installed_metrics import metrics
from levelhips.analysis.nothing_counts import why_nothing_counts
from levelhips.events import Baseline, CueOutcome, Event, Heading, Notice, Outcome, Quality, Rep, Side, StandingZero, Step
from levelhips.metrics import Feedback, Metric, Spread, Statistics
from levelhips.metrics.statistics import rounded
from levelhips.samples import Gap
from levelhips.text.choice import in_english

MAX_NOTICES = 50  # more would fill the file, as when a clip rattles for an hour
E = TypeVar("E", bound=Event)


@in_english()
def summarize(analysis: Findings) -> dict[str, Any]:
    """Return the summary of a session as plain values, its sentences in English; None where there is no value.

    Means count steps and strides of quality ok only, of running (or of walking, if nobody ran). "metrics" has every
    averaged metric by its key with mean, standard deviation, standard error and number, for left, right and both.
    """
    found = analysis.statistics()
    steps = analysis.steps
    good = analysis.good(None, found.mode)
    return {
        "recording": _recording(analysis),
        "mode": found.mode.value if steps else None,
        "steps": _steps(analysis, found),
        **_drops(found, good),
        "asymmetry_deg": _asymmetry(found, good),
        "drift_deg_per_10_min": {side.value: _trend(analysis, found, side) for side in Side},
        "cadence_spm": _both(found, "cadence"),
        "contact_time_s": _both(found, "contact_time"),
        "flight_time_s": _both(found, "flight_before"),
        "vertical_oscillation_m": _both(found, "vertical_oscillation", 4),
        "rotation_range_deg": _both(found, "rotation_range"),
        "tilt_range_deg": _both(found, "tilt_range"),
        "impact_peak_g": _both(found, "impact_peak"),
        "cues": dict(Counter(cue.side.value for cue in analysis.cues)) | {"all": len(analysis.cues), "heard": _heard(analysis)},
        "drop_by_feedback_deg": _by_feedback(found),
        **_zero_and_heading(analysis),
        "metrics": _metrics(found),
        "notices": [
            {"what": str(notice.kind), "at_s": rounded(notice.at_s, 2), "value": rounded(notice.value, 2)}
            for notice in _all(analysis, Notice)[:MAX_NOTICES]
        ],
        "settings": analysis.settings.as_dict(),
        "versions": versions(),
    }


def _all(analysis: Findings, kind: type[E]) -> list[E]:
    return [event for event in analysis.events if isinstance(event, kind)]


def _recording(analysis: Findings) -> dict[str, Any]:
    gaps = _all(analysis, Gap)
    return {
        "file": analysis.recording.path.name,
        "duration_s": rounded(analysis.recording.duration_s, 3),
        "rate_hz": analysis.recording.rate_hz,
        "notes": [str(note) for note in analysis.recording.notes],
        **analysis.counts,
        "gaps": len(gaps),
        "gaps_s": rounded(sum(gap.to_s - gap.from_s for gap in gaps), 3),
    }


def _steps(analysis: Findings, found: Statistics) -> dict[str, Any]:
    """Return the numbers of steps and, if none counts, the reason and what to do."""
    nothing = why_nothing_counts(analysis)
    return {
        "all": found.steps(),
        "counted": found.steps(mode=found.mode, quality=Quality.OK),
        **{side.value: found.steps(mode=found.mode, side=side, quality=Quality.OK) for side in Side},
        "quality": {quality.value: n for quality, n in found.qualities().items()},
        "reason": nothing and nothing.reason,
        "advice": nothing and nothing.fix,
    }


def _drops(found: Statistics, good: list[Step]) -> dict[str, Any]:
    one = found.spread("drop_uncertainty").mean if good else math.nan
    return {
        "contralateral_drop_deg": {**_sides(found, "contralateral_drop"), "uncertainty_of_one": rounded(one, 3)},
        "drop_excursion_deg": _sides(found, "drop_excursion"),
    }


def _sides(found: Statistics, key: str) -> dict[str, Any]:
    return {side.value: _spread(found.spread(key, side)) for side in Side}


def _both(found: Statistics, key: str, digits: int = 3) -> dict[str, float | int | None] | None:
    return _spread(found.spread(key), digits)


def _spread(spread: Spread, digits: int = 3) -> dict[str, float | int | None] | None:
    if not spread.n:
        return None
    # Readers of this part format the SD as a number, so the SD of a single step stays 0 here ("metrics" has None).
    return {name: 0.0 if value is None else value for name, value in spread.as_dict(digits).items()}


def _by_feedback(found: Statistics) -> dict[str, Any]:
    """Return the mean drop of each side with beeps, between them and without; None for what did not occur."""
    spreads = {each: {side: found.spread("contralateral_drop", side, feedback=each) for side in Side} for each in Feedback}
    return {
        each.value: {side.value: _spread(spread) for side, spread in by_side.items()}
        if any(spread.n for spread in by_side.values())
        else None
        for each, by_side in spreads.items()
    }


def _heard(analysis: Findings) -> int | None:
    """Return how many of the beeps were heard in the live session; None if the recording does not have it."""
    if not any(isinstance(event, CueOutcome) for event in analysis.recording.events):
        return None
    return sum(outcome.outcome is Outcome.RENDERED for outcome in _all(analysis, CueOutcome))


def _asymmetry(found: Statistics, good: list[Step]) -> dict[str, Any]:
    """Return the difference of the drops, right minus left, its uncertainty, and whether it is larger than that.

    A wrong standing zero or heading changes obliquity by the same angle in both stances: it raises the drop of one side
    and lowers that of the other. The difference therefore has twice the uncertainty of a drop, which more steps do not
    reduce, and the standard error of the mean drops is added to it as the root of the sum of squares. A difference counts as
    real if it exceeds both twice this uncertainty and the runner's own standard deviation from step to step.
    """
    left, right = (found.spread("contralateral_drop", side) for side in Side)
    difference = right.mean - left.mean
    random = math.hypot(left.standard_error, right.standard_error) if min(left.n, right.n) > 2 else math.nan
    uncertainty = math.hypot(random, 2 * found.spread("drop_uncertainty").mean) if good else math.nan
    own = math.sqrt((left.sd**2 + right.sd**2) / 2)
    real = bool(abs(difference) > max(2 * uncertainty, own))  # False if any of them is NaN
    return {
        "right_minus_left": rounded(difference, 3),
        "standard_error": rounded(random, 3),
        "uncertainty": rounded(uncertainty, 3),
        "exceeds_uncertainty": real,
        # Names of version 0.1, kept for its readers.
        "right_less_left": rounded(difference, 3),
        "worth_speaking_of": real,
    }


def _trend(analysis: Findings, found: Statistics, side: Side) -> dict[str, float | None] | None:
    end_s = float(analysis.recording.samples.t_s[-1])
    trend = found.trend("contralateral_drop", side, until_s=end_s)
    return None if trend is None else {"slope": rounded(trend.slope, 3), "standard_error": rounded(trend.standard_error, 3)}


def _zero_and_heading(analysis: Findings) -> dict[str, Any]:
    """Return the baseline, and the standing zero and heading of the clip that the drops depend on."""
    baseline = next(iter(_all(analysis, Baseline)), None)
    zeros, headings = _all(analysis, StandingZero), _all(analysis, Heading)
    return {
        "baseline_deg": None
        if baseline is None
        else {
            "left": {"mean": _degrees(baseline.left_mean_rad), "sd": _degrees(baseline.left_sd_rad)},
            "right": {"mean": _degrees(baseline.right_mean_rad), "sd": _degrees(baseline.right_sd_rad)},
        },
        "standing": None if not zeros else {"at_s": rounded(zeros[0].at_s, 3), "standard_error_deg": _degrees(zeros[0].repeat_rad)},
        "clip_heading_deg": None if not headings else {"estimate": _degrees(headings[-1].heading_rad), "sd": _degrees(headings[-1].sd_rad)},
    }


def _metrics(found: Statistics) -> dict[str, Any]:
    """Return every averaged metric that was measured, by key; a metric by side has left, right and both."""
    return {metric.key: values for metric in metrics().averaged() if (values := metric_values(metric, found)) is not None}


def metric_values(metric: Metric, found: Statistics) -> dict[str, Any] | None:
    """Return the unit and spreads of one metric; None if it was never measured."""
    # One digit more than in the tables: a mean is more accurate than one step.
    digits = (metric.digits or 0) + 1
    both = found.spread(metric.key)
    if not both.n:
        return None
    sides: Iterable[Side] = Side if metric.by_side and metric.of is not Rep else ()
    spreads = {side.value: found.spread(metric.key, side) for side in sides}
    return {
        "unit": metric.unit,
        **{side: spread.as_dict(digits) if spread.n else None for side, spread in spreads.items()},
        "both": both.as_dict(digits),
    }


def versions() -> dict[str, str]:
    """Return the versions of this package and of those that the results depend on."""
    found = {}
    for name in ("levelhips", "numpy", "scipy", "vqf", "ahrs", "mcap"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _degrees(value: float) -> float | None:
    return rounded(math.degrees(value), 3)
