"""The time base: samples in the order of the sensor's clock, and the gaps between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from levelhips.samples import BRIDGED, Array, Gap, GapReason, Samples


@dataclass(frozen=True, slots=True)
class TimebaseSettings:
    """How long a loss may be bridged, and when a clock is believed to have jumped."""

    bridge_s: float = 0.05  # a seventh of a step: filled in, the angles err by less than the pelvis' own spread
    jump_back_s: float = 1.0  # packets that come late are late by less: a radio repeats within its supervision time


@dataclass(slots=True)
class _State:
    last_s: float | None = None
    shift_s: float = 0.0


class Timebase:
    """Bring samples onto one rising clock: drop what comes twice, tell what is missing.

    Short losses are told too (reason ``bridged``): the pipeline fills them in, and they are no events.

    Causal, indifferent to how its input is cut.

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
        if not rate_hz >= 40:
            raise ValueError(f"rate_hz is {rate_hz:g}; contacts need 40 Hz or more")
        self.rate_hz, self.settings, self._state = rate_hz, settings, _State()
        self.dropped = self.bridged = 0

    def push(self, samples: Samples) -> list[Samples | Gap]:
        """Take samples cut anywhere; give runs of them without a gap, and the gaps between."""
        if not len(samples):
            return []
        state, dt = self._state, 1.0 / self.rate_hz
        # Fast way: the whole chunk follows on what was before.
        before = samples.t_s[0] + state.shift_s - dt if state.last_s is None else state.last_s
        t_s = samples.t_s + state.shift_s if state.shift_s else samples.t_s
        steps = np.diff(t_s, prepend=before)
        # A sensor without a fine clock may say two samples at nearly the same moment: let them pass, in order.
        if (steps > 0).all() and (steps < 1.5 * dt).all():
            state.last_s = float(t_s[-1])
            return [Samples(t_s, samples.acc_mps2, samples.gyr_radps)]
        return self._one_by_one(samples)

    def _one_by_one(self, samples: Samples) -> list[Samples | Gap]:
        state, settings, dt = self._state, self.settings, 1.0 / self.rate_hz
        out: list[Samples | Gap] = []
        run: list[tuple[float, Array, Array]] = []

        def close() -> None:
            if run:
                times, acc, gyr = zip(*run, strict=True)
                out.append(Samples(np.array(times), np.array(acc), np.array(gyr)))
                run.clear()

        for raw_s, acc, gyr in zip(samples.t_s.tolist(), samples.acc_mps2, samples.gyr_radps, strict=True):
            t_s = raw_s + state.shift_s
            if state.last_s is not None:
                step = t_s - state.last_s
                if step < -settings.jump_back_s:  # the sensor began to count anew: go on one sample later
                    close()
                    state.shift_s += dt - step
                    t_s = raw_s + state.shift_s
                    out.append(Gap(state.last_s, t_s, GapReason.CLOCK_JUMP))
                elif step <= 0:
                    self.dropped += 1
                    continue
                elif step > max(settings.bridge_s, 1.5 * dt) + 1e-9:
                    close()
                    out.append(Gap(state.last_s, t_s))
                elif step > 1.5 * dt:
                    close()
                    out.append(Gap(state.last_s, t_s, BRIDGED))
                    self.bridged += round(step / dt) - 1
            run.append((t_s, acc, gyr))
            state.last_s = t_s
        close()
        return out
