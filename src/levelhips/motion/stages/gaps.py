"""Gap stage: fills a short gap as soon as the samples after it arrive."""

from __future__ import annotations

from dataclasses import dataclass, field

from levelhips.motion.gap_filling import reconstruct_gap
from levelhips.motion.signal_buffer import SignalBuffer
from levelhips.samples import Gap, GapReason, Samples


@dataclass(frozen=True, slots=True)
class GapSettings:
    """Which gaps are filled."""

    max_fill_s: float = 0.25  # the rates on both sides still determine those in between
    max_fill_strides: float = 0.5  # in a longer gap a contact may have been missed


@dataclass(slots=True)
class _State:
    """The last sample, and the gap after it that is yet to be filled."""

    last: Samples = field(default_factory=lambda: Samples.join([]))
    pending: Gap | None = None


class GapStage:
    """Stage that reconstructs the samples of short gaps. It leaves long gaps to the other stages.

    Parameters
    ----------
    rate_hz : float
        Sampling rate [Hz].
    """

    def __init__(self, rate_hz: float, settings: GapSettings = GapSettings()) -> None:
        self.rate_hz, self.settings = rate_hz, settings
        self._state = _State()

    @property
    def started(self) -> bool:
        """Whether there have been samples; a gap before the first one is ignored."""
        return len(self._state.last) > 0

    def push(self, part: Samples) -> None:
        """Store the last of these samples."""
        self._state.last = part[-1:]

    def accept(self, gap: Gap, stride_s: float) -> bool:
        """Return whether a gap will be filled, given the usual duration of a stride [s]; NaN if the wearer is not running."""
        missing_s, cfg = gap.to_s - gap.from_s, self.settings
        short = gap.reason is GapReason.LOST and missing_s <= cfg.max_fill_s and missing_s < cfg.max_fill_strides * stride_s
        fill = gap.reason is GapReason.BRIDGED or short
        self._state.pending = gap if fill else None
        return fill

    def fill(self, after: Samples, signals: SignalBuffer, stride_s: float) -> Samples | None:
        """Return the reconstructed samples before `after`; None if no gap is waiting."""
        state = self._state
        if state.pending is None:
            return None
        gap, state.pending = state.pending, None
        return reconstruct_gap(gap, state.last, after, signals, stride_s, self.rate_hz)
