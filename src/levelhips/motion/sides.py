"""Which foot is on the ground: several voters over strict alternation, with a confidence.

A hidden Markov chain of two states: feet alternate, except where a contact was lost. At a contact the chain foretells
the side; at toe-off (or at the next contact, in walking) the step's own evidence joins. One wrong step is worse than a
late answer, so the first steps of a bout are held until the sum is sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from levelhips.events import Side


@dataclass(frozen=True, slots=True)
class SideSettings:
    """How much one step may say, and when the sum is sure."""

    vote: float = 0.8  # log-odds of one voter at its usual size: it is then right in 7 of 10 (science.md: 0.62 at the worst, mostly 1.00)
    most: float = 1.2  # log-odds of one voter at the most
    sure: float = 2.9  # log-odds: 95 %
    cap: float = 8.0  # the sum must stay ready to be taught otherwise
    slip: float = 0.01  # contacts lost or doubled without a trace
    long_step: float = 1.6  # of the usual step time: a contact was lost


class SideVoter:
    """The log-odds that the present step stands on the right foot.

    Parameters
    ----------
    voters : int
        How many cues each step brings; each larger in right stance than in the left stance before it.
    """

    def __init__(self, voters: int, settings: SideSettings = SideSettings()) -> None:
        self.settings, self._voters = settings, voters
        self.restart()

    def restart(self) -> None:
        """A new bout: nothing is known of the side."""
        self._log_odds = 0.0
        self._before: tuple[float, ...] | None = None
        self._usual = [math.nan] * self._voters
        self._step_s = math.nan

    @property
    def sure(self) -> bool:
        return abs(self._log_odds) >= self.settings.sure

    @property
    def side(self) -> Side:
        return Side.RIGHT if self._log_odds > 0 else Side.LEFT

    @property
    def confidence(self) -> float:
        """Probability of `side`."""
        return 1 / (1 + math.exp(-abs(self._log_odds)))

    def contact(self, step_s: float) -> None:
        """The next foot is down, `step_s` after the one before (infinite for the first)."""
        usual = self._step_s
        if math.isfinite(usual) and step_s > self.settings.long_step * usual:
            # One contact is missing, or two: the chain is only as sure as the length of the pause allows.
            missing = round(step_s / usual) - 1
            keep = 0.5 if step_s < 2.6 * usual else 0.0
            self._log_odds *= keep * (1 if missing % 2 else -1)
            self._before = None
            return
        if math.isfinite(step_s):
            self._step_s = step_s if math.isnan(usual) else usual + 0.2 * (step_s - usual)
            p = 1 / (1 + math.exp(self._log_odds))  # the other foot
            p = (1 - self.settings.slip) * p + self.settings.slip * (1 - p)
            self._log_odds = math.log(p / (1 - p))

    def evidence(self, cues: tuple[float, ...]) -> None:
        """The step's own cues, each against that of the step before."""
        cfg = self.settings
        if self._before is not None:
            for k, (now, before) in enumerate(zip(cues, self._before, strict=True)):
                change = now - before
                if not math.isfinite(change):
                    continue
                usual = self._usual[k]
                self._usual[k] = abs(change) if math.isnan(usual) else usual + 0.15 * (abs(change) - usual)
                size = self._usual[k]
                if size > 0:
                    self._log_odds += max(-cfg.most, min(cfg.most, cfg.vote * change / size))
            self._log_odds = max(-cfg.cap, min(cfg.cap, self._log_odds))
        self._before = cues
