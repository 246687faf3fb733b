"""Check a drill with a simulated wearer: counting, false faults, reading back, and independence of chunks."""

from __future__ import annotations

from levelhips.coaching.drills.drill import Drill
from levelhips.engine import Engine
from levelhips.events import Cheat, DrillBegin, Rep, Side, Update
from levelhips.events.codec import decode_event, encode_event
from levelhips.samples import Samples
from levelhips.settings import Settings
from levelhips.simulation.runner import SensorModel
from levelhips.simulation.wearer import WearerModel, simulate_drill
from levelhips.testing.chunks import check_chunk_invariance

REPS = 4  # enough for a counter that learns from the first ones
DIVISIONS = 3  # a drill takes a second each; the laws of the built-in parts try more


def check_drill(drill: Drill, rate_hz: float = 100.0) -> None:
    """Check that a wearer who does the drill well is counted exactly and not corrected, on both sides.

    A drill with a counting block or start position of its own must have a movement and a pose for the simulated wearer
    (`levelhips.simulation.wearer_moves`).

    Raises
    ------
    AssertionError
        If a repetition is missing or invented, a fault is reported that was not made, the drill cannot be read back from a
        recording, or the result depends on the chunks.
    """
    for side in Side:
        wearer = WearerModel(drill.name, side, reps=REPS, hold_s=20.0)
        settings = Settings.from_dict(wearer.settings_for(drill))
        made = simulate_drill(wearer, SensorModel(rate_hz=rate_hz), 1, drill)

        def through(parts: list[Samples], settings: Settings = settings) -> Update:
            engine = Engine(rate_hz, settings, drill)
            return Update.join([*(engine.push(part) for part in parts), engine.finish()])

        update = through([made.samples])
        _check_events(drill, side, update, len(made.reps))
        check_chunk_invariance(through, made.samples, divisions=DIVISIONS)


def _check_events(drill: Drill, side: Side, update: Update, done: int) -> None:
    about = f"{drill.name}, {side.value}"
    counted = sum(rep.full for rep in update.of(Rep))
    if counted != done:
        raise AssertionError(f"{about}: {done} repetitions were done, {counted} were counted")
    if faults := [cheat.fault.value for cheat in update.of(Cheat)]:
        raise AssertionError(f"{about}: faults were reported that nobody made: {', '.join(faults)}")
    begins = list(update.of(DrillBegin))
    if len(begins) != 1:
        raise AssertionError(f"{about}: the drill begins {len(begins)} times")
    if decode_event(encode_event(begins[0])) != begins[0]:
        raise AssertionError(f"{about}: its begin cannot be read back from a recording")
