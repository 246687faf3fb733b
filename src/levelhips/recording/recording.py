"""A recording in memory, and the nominal rate of its samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from levelhips.commands import Command
from levelhips.events import Event
from levelhips.learned import Learned
from levelhips.recording.schema import LEARNED, Packet, decode_learned
from levelhips.samples import Array, Samples
from levelhips.text import Text


@dataclass(slots=True)
class Recording:
    """A recording as it was read.

    Attributes
    ----------
    path : Path
    samples : Samples
        All samples in order of time. Where samples are missing, `t_s` has a gap.
    rate_hz : float
        Nominal sampling rate [Hz].
    metadata, settings : dict
        Metadata of the session, such as ``sensor`` and ``outward``, and its settings by section.
    commands, events, packets : list
        Commands of the wearer, events that were detected live, and raw packets.
    notes : list of Text
        Sentences for people about what was missing, damaged or corrected while reading.
    scale : (float, float) or None
        m/s2 and rad/s per count of the sensor, if all samples are stored as counts with the same scale.
    unknown_events : int
        Number of skipped events, which only a newer levelhips knows.
    """

    path: Path
    samples: Samples
    rate_hz: float
    metadata: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    scale: tuple[float, float] | None = None
    unknown_events: int = 0

    @property
    def outward(self) -> str | None:
        """The sensor axis that points away from the body; None if the metadata does not have it."""
        return self.metadata.get("outward")

    @property
    def duration_s(self) -> float:
        """Time from the first sample to the last [s]."""
        return float(self.samples.t_s[-1] - self.samples.t_s[0]) if len(self.samples) else 0.0

    @property
    def learned(self) -> Learned | None:
        """What the engine had learned before the first sample, if the beginning of the session is missing."""
        return decode_learned(self.metadata.get(LEARNED, ""))

    @property
    def before_samples(self) -> list[Learned | Command]:
        """The input of an engine before the samples: what was learned, and all commands, which it applies at their times."""
        learned = self.learned
        return [*([learned] if learned is not None else []), *self.commands]

    def items(self, seconds: float = 20.0) -> Iterator[Learned | Command | Samples]:
        """Yield the input of an engine: `before_samples`, then the samples in pieces of `seconds`."""
        yield from self.before_samples
        piece = max(1, round(seconds * self.rate_hz))
        for start in range(0, len(self.samples), piece):
            yield self.samples[start : start + piece]


def nominal_rate(t_s: Array) -> float:
    """Return the sampling rate [Hz] of (n,) times [s], gaps left out; to six digits, as no sensor clock is more accurate."""
    steps = np.diff(t_s)
    usual = steps[steps < 1.5 * float(np.median(steps))]
    return float(f"{1.0 / float(usual.mean()):.6g}")
