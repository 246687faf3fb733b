"""Estimator of the foot on the ground, with a confidence, from several cues in each of the alternating steps.

The model is a hidden Markov chain of two states: feet alternate, unless a contact was missed. At each contact the chain
predicts the side. At toe-off (in walking: at the next contact) the cues of the step are added. One wrong step is worse than
a late answer, so the first steps of a bout are held until the side is sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from levelhips.events import Side


@dataclass(frozen=True, slots=True)
class SideSettings:
    """Weight of one step, and the confidence that is required."""

    vote: float = 0.8  # log-odds of a cue of its usual size: correct in 7 of 10 steps (science.md: 0.62 at worst, mostly 1.00)
    max_vote: float = 1.2  # largest log-odds of one cue
    sure: float = 2.9  # log-odds from which the side is sure: 95 %
    max_log_odds: float = 8.0  # cap, so that contrary cues can change the side within about ten steps
    slip: float = 0.01  # probability that a contact was missed or doubled unnoticed
    long_step: float = 1.6  # times the usual step: a contact was missed; 1.8 gives the same results, 1.4 loses steps in walks
    very_long_step: float = 2.6  # times the usual step: an unknown number of contacts was missed; 2.0-3.4 give the same results
    keep_after_miss: float = 0.5  # share of the log-odds kept after a missed contact; 0-1 give the same in runs, 0 loses steps in walks
    step_share: float = 0.2  # weight of a new step in the usual step time: five steps; 0.1 gives the same, 0.4 loses steps in walks
    size_share: float = 0.15  # weight of a new step in the usual size of a cue: seven steps; 0.07-0.3 give the same results


@dataclass(slots=True)
class _State:
    """Everything the voter remembers between calls."""

    usual_size: list[float]  # of the change of each cue from step to step
    log_odds: float = 0.0  # that the present step is on the right foot
    before: tuple[float, ...] | None = field(default=None)  # cues of the step before
    step_s: float = math.nan  # usual step time


class SideVoter:
    """Estimator of the stance side of the present step.

    Parameters
    ----------
    cues : int
        Number of cues in each step. Each cue is larger in right stance than in left stance.
    """

    def __init__(self, cues: int, settings: SideSettings = SideSettings()) -> None:
        self.settings, self._cues = settings, cues
        self.restart()

    def restart(self) -> None:
        """Forget everything, for a new bout."""
        self._state = _State([math.nan] * self._cues)

    @property
    def sure(self) -> bool:
        """Whether `side` is known with the required confidence."""
        return abs(self._state.log_odds) >= self.settings.sure

    @property
    def side(self) -> Side:
        """The more likely stance side."""
        return Side.RIGHT if self._state.log_odds > 0 else Side.LEFT

    @property
    def confidence(self) -> float:
        """Probability that `side` is correct."""
        return 1 / (1 + math.exp(-abs(self._state.log_odds)))

    def contact(self, step_s: float) -> None:
        """Process the next contact, `step_s` [s] after the one before (infinite for the first)."""
        cfg, state = self.settings, self._state
        usual = state.step_s
        if math.isfinite(usual) and step_s > cfg.long_step * usual:
            missing = round(step_s / usual) - 1
            keep = cfg.keep_after_miss if step_s < cfg.very_long_step * usual else 0.0
            state.log_odds *= keep * (1 if missing % 2 else -1)
            state.before = None
            return
        if math.isfinite(step_s):
            state.step_s = step_s if math.isnan(usual) else usual + cfg.step_share * (step_s - usual)
            p = 1 / (1 + math.exp(state.log_odds))  # the feet alternate
            p = (1 - cfg.slip) * p + cfg.slip * (1 - p)
            state.log_odds = math.log(p / (1 - p))

    def evidence(self, cues: tuple[float, ...]) -> None:
        """Process the cues of the present step: the change of each cue since the step before counts for one side."""
        cfg, state = self.settings, self._state
        if state.before is not None:
            for k, (now, before) in enumerate(zip(cues, state.before, strict=True)):
                change = now - before
                if not math.isfinite(change):
                    continue
                usual = state.usual_size[k]
                size = abs(change) if math.isnan(usual) else usual + cfg.size_share * (abs(change) - usual)
                state.usual_size[k] = size
                if size > 0:
                    state.log_odds += max(-cfg.max_vote, min(cfg.max_vote, cfg.vote * change / size))
            state.log_odds = max(-cfg.max_log_odds, min(cfg.max_log_odds, state.log_odds))
        state.before = cues
