"""Which foot is on the ground: several cues voting over strictly alternating steps, with a confidence.

A hidden Markov chain of two states: feet alternate, unless a contact was missed. At each contact the chain predicts the
side; at toe-off (in walking: at the next contact) the cues of the step itself are added. One wrong step is worse than a
late answer, so the first steps of a bout are held until the sum is sure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from levelhips.events import Side


@dataclass(frozen=True, slots=True)
class SideSettings:
    """How much one step counts, and when the sum is sure."""

    vote: float = 0.8  # log-odds of one cue of its usual size: right in 7 of 10 (science.md: 0.62 at worst, mostly 1.00)
    max_vote: float = 1.2  # log-odds of one cue at most
    sure: float = 2.9  # log-odds: 95 %
    max_log_odds: float = 8.0  # evidence to the contrary must be able to win within some ten steps
    slip: float = 0.01  # probability that a contact was missed or doubled unnoticed
    long_step: float = 1.6  # times the usual step: a contact was missed; up to 1.8 the same, 1.4 loses steps in walks
    very_long_step: float = 2.6  # times the usual step: two or more were missed, an unknown number; 2.0-3.4 give the same results
    keep_after_miss: float = 0.5  # share of the log-odds kept after a missed contact; 0-1 give the same runs, 0 loses steps in walks
    step_share: float = 0.2  # of a new step in the usual step time: five steps; 0.1 gives the same, 0.4 loses steps in walks
    size_share: float = 0.15  # of a new step in the usual size of a cue: seven steps; 0.07-0.3 give the same results


@dataclass(slots=True)
class _State:
    """What is known of the side, and the usual sizes that cues are compared with."""

    usual_size: list[float]
    log_odds: float = 0.0  # of the present step standing on the right foot
    before: tuple[float, ...] | None = field(default=None)  # the cues of the step before
    step_s: float = math.nan  # usual step time


class SideVoter:
    """Estimator of the stance side of the present step.

    Parameters
    ----------
    cues : int
        How many cues each step brings; each larger in right stance than in the left stance before it.
    """

    def __init__(self, cues: int, settings: SideSettings = SideSettings()) -> None:
        self.settings, self._cues = settings, cues
        self.restart()

    def restart(self) -> None:
        """Forget everything: a new bout begins."""
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
        """Probability of `side`."""
        return 1 / (1 + math.exp(-abs(self._state.log_odds)))

    def contact(self, step_s: float) -> None:
        """Take the next contact, `step_s` [s] after the one before (infinite for the first)."""
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
            p = 1 / (1 + math.exp(state.log_odds))  # the other foot
            p = (1 - cfg.slip) * p + cfg.slip * (1 - p)
            state.log_odds = math.log(p / (1 - p))

    def evidence(self, cues: tuple[float, ...]) -> None:
        """Take the cues of the present step; each counts by how it differs from that of the step before."""
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
