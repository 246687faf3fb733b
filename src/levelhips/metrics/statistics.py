"""Means and standard deviations of every metric, taken one event at a time.

The summary at the end of a run, the live screen, `summary.json`, the history and the plots all take their means from
`Statistics`, so that one session has one mean.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from levelhips.events import (
    BlockChange,
    Event,
    HealthChange,
    HealthState,
    Mode,
    ModeChange,
    Part,
    Quality,
    Rep,
    Side,
    Signal,
    SignalKind,
    Step,
    Stride,
)
from levelhips.metrics.metric import Measured, Metric
from levelhips.metrics.registry import BUILT_IN

TREND_S = 600.0  # a trend is given as the change in ten minutes: runs of half an hour have a few of them
MIN_TREND_RUN_S = 480.0  # a runner's drop wanders over minutes: a slope of a shorter run is mostly that (docs/accuracy.md)
FIRST_STEPS = 20  # steps a side that are compared, at the start and now: 15 s, whose mean is good to 0.1 deg


class Feedback(StrEnum):
    """Whether a beep could be heard at a step: cues are on, and the sound is neither muted nor broken."""

    WITH = "with"
    WITHOUT = "without"  # no beep could be heard, and none before it in this session; in walking, which never beeps
    BETWEEN = "between"  # no beep could be heard, but earlier in this session it could: the effect of the beeps may last
    UNKNOWN = "unknown"  # compared with nothing: the runner had paused the cues, or the run protocol was over


@dataclass(frozen=True, slots=True)
class Spread:
    """Number of values, their mean and standard deviation; NaN where there are too few values."""

    n: int = 0
    mean: float = math.nan
    sd: float = math.nan

    @property
    def standard_error(self) -> float:
        """Standard error of the mean; NaN without values."""
        return self.sd / math.sqrt(self.n) if self.n else math.nan

    def as_dict(self, digits: int) -> dict[str, float | int | None]:
        """Return plain values for JSON; None where there are too few values."""
        values = {"mean": self.mean, "sd": self.sd, "standard_error": self.standard_error}
        return {**{name: rounded(value, digits) for name, value in values.items()}, "n": self.n}


@dataclass(frozen=True, slots=True)
class Trend:
    """Slope of a straight line through values over time, in the metric's unit per ten minutes, and its standard error."""

    slope: float
    standard_error: float


@dataclass(slots=True)
class Moments:
    """Running mean and variance of values and their covariance with time (Welford's method: exact for any number of steps)."""

    n: int = 0
    mean: float = 0.0
    time_mean: float = 0.0
    value_value: float = 0.0  # sums of squared deviations and of their products
    time_time: float = 0.0
    time_value: float = 0.0

    def add(self, at_s: float, value: float) -> None:
        """Take one more value."""
        self.n += 1
        off_value, off_time = value - self.mean, at_s - self.time_mean
        self.mean += off_value / self.n
        self.time_mean += off_time / self.n
        self.value_value += off_value * (value - self.mean)
        self.time_time += off_time * (at_s - self.time_mean)
        self.time_value += off_time * (value - self.mean)

    def merge(self, other: Moments) -> None:
        """Take all values of another (Chan, Golub and LeVeque 1979)."""
        if not other.n:
            return
        n = self.n + other.n
        off_value, off_time, weight = other.mean - self.mean, other.time_mean - self.time_mean, self.n * other.n / n
        self.value_value += other.value_value + off_value * off_value * weight
        self.time_time += other.time_time + off_time * off_time * weight
        self.time_value += other.time_value + off_value * off_time * weight
        self.mean += off_value * other.n / n
        self.time_mean += off_time * other.n / n
        self.n = n

    @property
    def spread(self) -> Spread:
        """Number, mean and standard deviation of the values so far."""
        if not self.n:
            return Spread()
        return Spread(self.n, self.mean, math.sqrt(max(self.value_value, 0.0) / (self.n - 1)) if self.n > 1 else math.nan)

    @property
    def trend(self) -> Trend | None:
        """Return the line through the values; None if there are fewer than ten."""
        if self.n < 10 or self.time_time <= 0:
            return None
        slope = self.time_value / self.time_time
        left_over = max(self.value_value - slope * self.time_value, 0.0)
        return Trend(TREND_S * slope, TREND_S * math.sqrt(left_over / (self.n - 2) / self.time_time))


T = TypeVar("T")


@dataclass(slots=True)
class _Changes(Generic[T]):
    """A value that changes at known times."""

    before: T  # until the first change
    times_s: list[float] = field(default_factory=list)
    values: list[T] = field(default_factory=list)

    def add(self, at_s: float, value: T) -> None:
        self.times_s.append(at_s)
        self.values.append(value)

    def at(self, at_s: float) -> T:
        number = bisect_right(self.times_s, at_s)
        return self.values[number - 1] if number else self.before


class _FeedbackTimeline:
    """What feedback there was at each time, from the blocks of the run protocol, the runner's pauses and the health of the sound."""

    def __init__(self) -> None:
        self._block = _Changes(Feedback.WITH)  # without a run protocol there is feedback all the time
        self._paused, self._silent = _Changes(False), _Changes(False)
        self._first_with_s = math.inf  # time of the first running step with feedback

    def add(self, event: BlockChange | Signal | HealthChange) -> None:
        if isinstance(event, HealthChange):
            if event.part is Part.SOUND:
                self._silent.add(event.at_s, event.state is not HealthState.OK)
        elif isinstance(event, BlockChange):
            if not self._block.times_s:  # before its first block a run protocol is silent
                self._block.before, self._first_with_s = Feedback.WITHOUT, math.inf
            in_block = Feedback.WITH if event.feedback else Feedback.WITHOUT
            self._block.add(event.at_s, Feedback.UNKNOWN if event.over else in_block)
        elif event.kind == SignalKind.PAUSED:
            self._paused.add(event.at_s, True)
        elif event.kind == SignalKind.STARTED:  # running that begins is signaled in the same way
            self._paused.add(event.at_s, False)

    def of(self, event: Measured, mode: Mode) -> Feedback:
        """Return the feedback of a step, stride or repetition. Steps are to be asked for in their order."""
        block = self._block.at(event.at_s)
        if self._paused.at(event.at_s) or block is Feedback.UNKNOWN:
            return Feedback.UNKNOWN
        if mode is Mode.WALKING:
            return Feedback.WITHOUT
        if block is Feedback.WITH and not self._silent.at(event.at_s):
            if mode is Mode.RUNNING:
                self._first_with_s = min(self._first_with_s, event.at_s)
            return Feedback.WITH
        return Feedback.BETWEEN if event.at_s > self._first_with_s else Feedback.WITHOUT


_Cell = tuple[type[Measured], Mode, Side, Feedback]


class Statistics:
    """Streaming means of metrics by gait, side and feedback, with numbers of steps by quality.

    Steps and strides of quality ok have a part in the means, and complete repetitions. Walking and running are never mixed:
    what is asked for without a gait is about running, or about walking if nobody ran.

    Parameters
    ----------
    metrics : iterable of Metric
        Those that are not averaged are ignored.
    """

    def __init__(self, metrics: Iterable[Metric] = BUILT_IN) -> None:
        averaged = [metric for metric in metrics if metric.averaged]
        self._metrics: dict[type, list[Metric]] = {kind: [m for m in averaged if m.of is kind] for kind in (Step, Stride, Rep)}
        self._places = {metric.key: (kind, at) for kind, metrics_ in self._metrics.items() for at, metric in enumerate(metrics_)}
        self._cells: dict[_Cell, list[Moments]] = {}  # a cell has the moments of all metrics of its kind
        self._steps: Counter[tuple[Mode, Side, Quality]] = Counter()
        self._feedback = _FeedbackTimeline()
        self._moving_s, self._running_from_s = 0.0, math.nan

    def add(self, event: Event) -> None:
        """Take the next event; events are added in the order in which they became known."""
        if isinstance(event, Step):
            self._steps[event.mode, event.side, event.quality] += 1
            feedback = self._feedback.of(event, event.mode)  # of every step: the first beep may come before the first valid one
            if event.quality is Quality.OK:
                self._measure(event, event.mode, feedback)
        elif isinstance(event, Stride):
            if event.quality is Quality.OK:
                self._measure(event, event.mode, self._feedback.of(event, event.mode))
        elif isinstance(event, Rep):
            if event.full:
                self._measure(event, Mode.OTHER, self._feedback.of(event, Mode.OTHER))
        elif isinstance(event, ModeChange):
            self._moving_s = self.running_s(event.at_s)
            self._running_from_s = event.at_s if event.mode is Mode.RUNNING else math.nan
        elif isinstance(event, BlockChange | Signal | HealthChange):
            self._feedback.add(event)

    def _measure(self, event: Measured, mode: Mode, feedback: Feedback) -> None:
        kind = type(event)
        cell = (kind, mode, event.side, feedback)
        if cell not in self._cells:
            self._cells[cell] = [Moments() for _ in self._metrics[kind]]
        for metric, moments in zip(self._metrics[kind], self._cells[cell], strict=True):
            value = metric.value(event)
            if isinstance(value, float) and math.isfinite(value):
                moments.add(event.at_s, value)

    @property
    def mode(self) -> Mode:
        """The gait that the session is about: running, or walking if nobody ran."""
        return Mode.RUNNING if self.steps(mode=Mode.RUNNING) or not self.steps() else Mode.WALKING

    def steps(self, *, mode: Mode | None = None, side: Side | None = None, quality: Quality | None = None) -> int:
        """Count the steps of a gait, side and quality, or of all of them."""
        wanted = (mode, side, quality)
        return sum(n for cell, n in self._steps.items() if all(w is None or w is c for w, c in zip(wanted, cell, strict=True)))

    def qualities(self, mode: Mode | None = None) -> dict[Quality, int]:
        """Count steps by quality, of one gait or of all; only qualities that occurred."""
        counts: dict[Quality, int] = {}
        for (which, _, quality), n in self._steps.items():
            if mode is None or which is mode:
                counts[quality] = counts.get(quality, 0) + n
        return counts

    def running_s(self, until_s: float) -> float:
        """Return the time of running up to a time on the sensor's clock [s]."""
        return self._moving_s + (0.0 if math.isnan(self._running_from_s) else until_s - self._running_from_s)

    def moments(self, key: str, side: Side | None = None, *, mode: Mode | None = None, feedback: Feedback | None = None) -> Moments:
        """Return the moments of a metric, of one side or both, with one kind of feedback or any.

        Raises
        ------
        KeyError
            If no averaged metric has this key.
        """
        kind, at = self._places[key]
        if mode is None:
            mode = Mode.OTHER if kind is Rep else self.mode
        merged = Moments()
        for which_side in Side if side is None else (side,):
            for which in Feedback if feedback is None else (feedback,):
                if (cell := self._cells.get((kind, mode, which_side, which))) is not None:
                    merged.merge(cell[at])
        return merged

    def spread(self, key: str, side: Side | None = None, *, mode: Mode | None = None, feedback: Feedback | None = None) -> Spread:
        """Return number, mean and standard deviation of a metric; see `moments`."""
        return self.moments(key, side, mode=mode, feedback=feedback).spread

    def trend(self, key: str, side: Side | None = None, *, until_s: float) -> Trend | None:
        """Return how a metric changed in ten minutes of running.

        None if too little is known: less than eight minutes of running up to `until_s`, or a standard error larger than
        the change.
        """
        if self.running_s(until_s) < MIN_TREND_RUN_S:
            return None
        found = self.moments(key, side, mode=Mode.RUNNING).trend
        return found if found is not None and abs(found.slope) > found.standard_error else None


class SinceStart:
    """How much a figure of the last steps differs from that of the first steps, by side; running steps of quality ok only.

    Parameters
    ----------
    metric : Metric
        Of steps.
    """

    def __init__(self, metric: Metric) -> None:
        self._metric = metric
        self._first: dict[Side, list[float]] = {side: [] for side in Side}
        self._last: dict[Side, deque[float]] = {side: deque(maxlen=FIRST_STEPS) for side in Side}

    def add(self, step: Step) -> None:
        """Take the next step."""
        value = self._metric.value(step)
        if step.mode is not Mode.RUNNING or step.quality is not Quality.OK or not isinstance(value, float):
            return
        first = self._first[step.side]
        if len(first) < FIRST_STEPS:
            first.append(value)
        self._last[step.side].append(value)

    def change(self, side: Side) -> float:
        """Return mean of the last 20 steps minus mean of the first 20; NaN before there are 20."""
        first, last = self._first[side], self._last[side]
        return (sum(last) - sum(first)) / FIRST_STEPS if len(first) == FIRST_STEPS else math.nan


def rounded(value: float | None, digits: int) -> float | None:
    """Round a value for a file, without a negative zero; None if it is None or not finite."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0
