"""Time base: puts samples on one increasing clock and finds the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from levelhips.samples import BRIDGED, Array, Gap, GapReason, Samples


@dataclass(frozen=True, slots=True)
class TimebaseSettings:
    """Which gaps are bridged, and when the clock is taken to have jumped."""

    min_rate_hz: float = 40.0  # below it a landing can fall between two samples
    bridge_s: float = 0.05  # a seventh of a step: filling it changes the angles by less than their step-to-step spread
    jump_back_s: float = 1.0  # repeated packets are late by less than this: the radio repeats them within its supervision timeout
    gap_intervals: float = 1.5  # a longer interval means that a sample is missing and not only late
    rounding_s: float = 1e-9  # far below the resolution of any sensor's clock


@dataclass(slots=True)
class _State:
    """Everything the time base remembers between calls."""

    last_s: float | None = None  # time of the last sample, on the increasing clock
    shift_s: float = 0.0  # added to the sensor's clock
    dropped: int = 0
    bridged: int = 0


class Timebase:
    """Streaming processor that puts samples on one increasing clock, drops repeated samples and reports gaps.

    Short gaps are reported with the reason ``bridged``; the pipeline fills them, and they do not become events. Causal; the
    result does not depend on how the input is divided into chunks.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate [Hz].

    Raises
    ------
    ValueError
        If `rate_hz` is below 40: a landing would fall between two samples.
    """

    def __init__(self, rate_hz: float, settings: TimebaseSettings = TimebaseSettings()) -> None:
        if not rate_hz >= settings.min_rate_hz:
            raise ValueError(f"rate_hz is {rate_hz:g}; contacts need {settings.min_rate_hz:g} Hz or more")
        self.rate_hz, self.settings, self._state = rate_hz, settings, _State()
        self._dt = 1.0 / rate_hz

    @property
    def dropped(self) -> int:
        """Number of samples dropped because their time did not increase."""
        return self._state.dropped

    @property
    def bridged(self) -> int:
        """Number of missing samples in bridged gaps."""
        return self._state.bridged

    def push(self, samples: Samples) -> list[Samples | Gap]:
        """Process the next samples; return stretches of samples without a gap, and the gaps between them, in order."""
        if not len(samples):
            return []
        state = self._state
        before = samples.t_s[0] + state.shift_s - self._dt if state.last_s is None else state.last_s
        t_s = samples.t_s + state.shift_s if state.shift_s else samples.t_s
        intervals_s = np.diff(t_s, prepend=before)
        # A sensor with a coarse clock may give two samples nearly the same time: accept them if the time increases at all.
        if (intervals_s > 0).all() and (intervals_s < self.settings.gap_intervals * self._dt).all():
            state.last_s = float(t_s[-1])
            return [Samples(t_s, samples.acc_mps2, samples.gyr_radps)]
        return self._one_by_one(samples)

    def _one_by_one(self, samples: Samples) -> list[Samples | Gap]:
        """Process samples with a gap, a repeated sample or a clock jump among them."""
        state = self._state
        out: list[Samples | Gap] = []
        run: list[tuple[float, Array, Array]] = []
        for raw_s, acc, gyr in zip(samples.t_s.tolist(), samples.acc_mps2, samples.gyr_radps, strict=True):
            gap = self._gap_before(raw_s)
            t_s = raw_s + state.shift_s
            if state.last_s is not None and t_s <= state.last_s:
                state.dropped += 1
                continue
            if gap is not None:
                out += [*_joined(run), gap]
                run = []
            run.append((t_s, acc, gyr))
            state.last_s = t_s
        return out + _joined(run)

    def _gap_before(self, raw_s: float) -> Gap | None:
        """Return the gap between the last sample and one at `raw_s` on the sensor's clock; shift a clock that jumped back."""
        state, cfg, dt = self._state, self.settings, self._dt
        if state.last_s is None:
            return None
        t_s = raw_s + state.shift_s
        step = t_s - state.last_s
        if step < -cfg.jump_back_s:  # the sensor restarted its clock: continue one sampling interval later
            state.shift_s += dt - step
            return Gap(state.last_s, raw_s + state.shift_s, GapReason.CLOCK_JUMP)
        if step > max(cfg.bridge_s, cfg.gap_intervals * dt) + cfg.rounding_s:
            return Gap(state.last_s, t_s)
        if step > cfg.gap_intervals * dt:
            state.bridged += round(step / dt) - 1
            return Gap(state.last_s, t_s, BRIDGED)
        return None


def _joined(run: list[tuple[float, Array, Array]]) -> list[Samples | Gap]:
    if not run:
        return []
    times, acc, gyr = zip(*run, strict=True)
    return [Samples(np.array(times), np.array(acc), np.array(gyr))]
