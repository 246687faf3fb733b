"""Run protocols: which minutes have beeps, when to run and when to walk, and at what step rate.

The clock of a protocol starts when the runner first runs, and stops in pauses. Minutes without beeps are measured like all
others: the retraining worked if the pelvis stays level in them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from levelhips.bounds import FieldError, bounded, check, choice
from levelhips.events import BlockChange, BlockPurpose, Event, Pace
from levelhips.learned import Learned
from levelhips.text import text

# Minutes of each session, and how many of them have beeps. Eight sessions in two weeks, 15 to 30 min; beeps all the time in the
# first four, then less and less: Noehren 2011, Willy 2012 (PMC3501612). The minutes in between are our interpolation.
RUN_MIN = (15, 17, 19, 21, 24, 26, 28, 30)
FEEDBACK_MIN = (15, 17, 19, 21, 15, 10, 6, 3)
BASELINE_MIN = 4.0  # enough for 60 steps on each side at a steady speed, after half a minute to get there
RECALL_WEEKS = (1, 4, 12)  # after half a year, runners who were reminded kept a third of the change: Van den Berghe 2024
RECALL_MIN = 15.0
# Minutes of running, minutes of walking, and how often, from a trial (doi 10.1186/s13063-023-07502-x). Its distances in miles are
# minutes here, at an easy 6 mph (running) and 3.5 mph (walking). Do each session twice, with a day of rest between; do not go on
# to the next one while it hurts.
LADDER: tuple[tuple[float, float, int], ...] = ((3, 2, 3), (3, 2, 4), (4, 2, 3), (4, 2, 4), (4, 1, 5), (20, 0, 1))


@dataclass(frozen=True, slots=True)
class ProtocolSettings:
    """Run protocol of a session. Without a name the run has no end, and beeps are on all the time."""

    name: Literal["", "baseline", "retraining", "recall", "walk-run"] = choice("")
    session: int = bounded(1, 1, len(RUN_MIN))  # retraining has the most sessions; `__post_init__` checks the number for each protocol
    # Runners take 140-220 steps per minute; below 100 is walking, 240 is a sprint.
    step_rate_spm: float | None = bounded(None, 100.0, 240.0)
    raise_percent: float = bounded(0.0, 0.0, 10.0)  # a step rate 5-10 % higher lowers the drop (Bramah 2019); more loads the calf
    metronome: bool = False

    def __post_init__(self) -> None:
        check(self)
        if self.session > SESSIONS[self.name]:
            if not self.name:
                raise FieldError("session", text("problem.session-without-protocol", session=self.session))
            problem = text("problem.no-such-session", session=self.session, protocol=self.name, n=SESSIONS[self.name])
            raise FieldError("session", problem)
        if self.metronome and self.step_rate_spm is None:
            raise FieldError("metronome", text("problem.metronome-without-rate"))

    @property
    def target_spm(self) -> float:
        """Step rate to aim for [steps/min]; NaN if none is set."""
        return math.nan if self.step_rate_spm is None else self.step_rate_spm * (1 + self.raise_percent / 100)


SESSIONS = {"": 1, "baseline": 1, "retraining": len(RUN_MIN), "recall": len(RECALL_WEEKS), "walk-run": len(LADDER)}


@dataclass(frozen=True, slots=True)
class Block:
    """Part of a run protocol: its purpose, and where it begins and ends on the clock of the protocol [s]."""

    from_s: float
    to_s: float
    purpose: BlockPurpose = BlockPurpose.FEEDBACK

    @property
    def walk(self) -> bool:
        """Whether the runner walks in this block."""
        return self.purpose is BlockPurpose.WALK

    @property
    def feedback(self) -> bool:
        """Whether beeps are on. They are on in walking, too, where no step beeps."""
        return self.purpose in (BlockPurpose.FEEDBACK, BlockPurpose.WALK)


def blocks(settings: ProtocolSettings) -> tuple[Block, ...]:
    """Return the blocks of a protocol in order; empty without a protocol."""
    name, number = settings.name, settings.session - 1
    if name == "baseline":
        return (Block(0.0, 60 * BASELINE_MIN, BlockPurpose.MEASURE),)
    if name == "recall":
        return (Block(0.0, 60 * RECALL_MIN, BlockPurpose.RETENTION),)
    if name == "walk-run":
        run, walk, times = LADDER[number]
        out = []
        for k in range(times):
            begin = 60 * k * (run + walk)
            out.append(Block(begin, begin + 60 * run))
            if walk and k < times - 1:
                out.append(Block(begin + 60 * run, begin + 60 * (run + walk), BlockPurpose.WALK))
        return tuple(out)
    return _faded(RUN_MIN[number], FEEDBACK_MIN[number]) if name == "retraining" else ()


def _faded(run_min: int, feedback_min: int) -> tuple[Block, ...]:
    """Return blocks with beeps of one to three whole minutes, spread evenly over the run, and blocks without beeps between them."""
    if feedback_min >= run_min:
        return (Block(0.0, 60.0 * run_min),)
    times = max(3, round(feedback_min / 2))
    out, at = [], 0
    for k in range(times):
        length = feedback_min // times + (k < feedback_min % times)
        period = run_min / times
        begin = max(at, math.floor(k * period + (period - length) / 2 + 0.5))
        out += [Block(60.0 * at, 60.0 * begin, BlockPurpose.RETENTION), Block(60.0 * begin, 60.0 * (begin + length))]
        at = begin + length
    out.append(Block(60.0 * at, 60.0 * run_min, BlockPurpose.RETENTION))
    return tuple(block for block in out if block.to_s > block.from_s)


class ProtocolClock:
    """Causal clock of a run protocol, which returns events when a block begins and when the metronome starts or stops.

    Call `running`, `pause` and `resume` when the runner does so, and `advance` when `due_s` is reached. The metronome sounds while
    the runner runs, except in pauses and after the end of the protocol.
    """

    def __init__(self, settings: ProtocolSettings = ProtocolSettings()) -> None:
        self.settings = settings
        self._blocks = blocks(settings)
        self._zero_s = math.nan  # sensor time at which the clock shows 0
        self._paused_s = math.nan
        self._running = self._pacing = False
        self._next = 0
        self.feedback = True if not self._blocks else self._blocks[0].feedback

    def running(self, at_s: float, *, now: bool) -> list[Event]:
        """Process a change: the runner runs (`now`), or does not run any more. Return the events that follow."""
        self._running = now
        return self._follow(at_s)

    def pause(self, at_s: float) -> list[Event]:
        """Stop the clock and the metronome."""
        if not math.isnan(self._paused_s):
            return []
        self._paused_s = at_s
        return self._pace(at_s)

    def resume(self, at_s: float) -> list[Event]:
        """Let the clock go on. If the runner first ran during the pause, the clock starts now."""
        if math.isnan(self._paused_s):
            return []
        self._zero_s += at_s - self._paused_s  # if the clock has not started yet, NaN stays NaN
        self._paused_s = math.nan
        return self._follow(at_s)

    def learned(self, learned: Learned) -> Learned:
        """Add the position of the clock."""
        return replace(learned, clock_zero_s=self._zero_s, clock_paused_s=self._paused_s, blocks_begun=self._next)

    def resume_at(self, learned: Learned) -> list[Event]:
        """Begin at a position of the clock, and report the block that has begun."""
        self._zero_s, self._paused_s = learned.clock_zero_s, learned.clock_paused_s
        self._next = min(learned.blocks_begun, len(self._blocks) + 1) if self._blocks else 0
        return self._begin(self._next - 1, learned.at_s) if self._next else []

    @property
    def over(self) -> bool:
        """Whether all blocks are done."""
        return bool(self._blocks) and self._next > len(self._blocks)

    @property
    def due_s(self) -> float:
        """Sensor time of the next change of block [s]; infinite if the clock does not run."""
        if not self._blocks or math.isnan(self._zero_s) or not math.isnan(self._paused_s) or self.over:
            return math.inf
        after = self._blocks[self._next].from_s if self._next < len(self._blocks) else self._blocks[-1].to_s
        return self._zero_s + after

    def advance(self, now_s: float) -> list[Event]:
        """Begin every block that is due at `now_s` [s]; return the events."""
        events: list[Event] = []
        while self.due_s <= now_s:
            self._next += 1
            events += self._begin(self._next - 1, now_s)
        return events

    def _begin(self, k: int, now_s: float) -> list[Event]:
        """Begin block `k`, counted from 0, or the time after the last one."""
        if k == len(self._blocks):
            self.feedback = False
            last = self._blocks[-1].purpose
            return [BlockChange(now_s, now_s, k, k, False, False, True, math.nan, last), *self._pace(now_s)]
        block = self._blocks[k]
        self.feedback = block.feedback
        fields = (block.walk, block.feedback, False, self._zero_s + block.to_s, block.purpose)
        return [BlockChange(now_s, now_s, k + 1, len(self._blocks), *fields)]

    def _follow(self, at_s: float) -> list[Event]:
        """Start the clock if the runner runs for the first time outside a pause; start or stop the metronome."""
        if not (math.isnan(self._zero_s) and self._running and math.isnan(self._paused_s)):
            return self._pace(at_s)
        self._zero_s = at_s
        return [*self._pace(at_s), *self.advance(at_s)]

    def _pace(self, at_s: float) -> list[Event]:
        wanted = self._running and math.isnan(self._paused_s) and not self.over
        if wanted is self._pacing or math.isnan(self.settings.target_spm):
            return []
        self._pacing = wanted
        return [Pace(at_s, at_s, self.settings.target_spm if wanted else 0.0, self.settings.metronome)]
