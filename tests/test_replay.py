"""A replay is the run: the same events at any speed, paused, sought in, with a sink that fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from conftest import short_run

from levelhips import Side, Update, analyze
from levelhips.commands import Command, Do
from levelhips.live.replay import Replay
from levelhips.live.snapshot import SessionState
from levelhips.recording import Recording
from levelhips.settings import Settings

SAMPLES = short_run().samples


def recording() -> Recording:
    values = Settings().as_dict()
    values["threshold"] |= {"left_deg": 2.5, "right_deg": 2.5}
    return Recording(
        Path("short.mcap"), SAMPLES, 100.0, {"outward": "+z"}, values, [Command(9.0, Do.THRESHOLD, 2.0), Command(13.0, Do.MARK)]
    )


class Keep:
    def __init__(self) -> None:
        self.updates: list[Update] = []

    def put(self, update: Update) -> None:
        self.updates.append(update)

    @property
    def whole(self) -> Update:
        return Update.join(self.updates)


class Clock:
    """Clock that advances only when somebody waits: a replay of 20 s takes no time."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def play(speed: float, **more: object) -> tuple[Keep, Clock, Replay]:
    kept, clock = Keep(), Clock()
    replay = Replay(recording(), settings(), speed, [kept], clock, clock.sleep)
    replay.run(**more)  # type: ignore[arg-type]
    return kept, clock, replay


def settings() -> Settings:
    from levelhips.analysis import settings_of

    return settings_of(recording())


ANALYZED = analyze(recording())


@pytest.mark.parametrize("speed", [1.0, 8.0, 0.5, float("inf")])
def test_replay_at_any_speed_gives_exactly_the_events_of_analyze(speed: float) -> None:
    kept, clock, _ = play(speed)
    assert kept.whole == Update(ANALYZED.angles, ANALYZED.events)
    if speed != float("inf"):
        assert clock.now == pytest.approx((SAMPLES.t_s[-1] - SAMPLES.t_s[0]) / speed, rel=0.02)


def test_what_was_pressed_then_is_pressed_again() -> None:
    from levelhips.events import ThresholdChange

    changes = [event for event in ANALYZED.events if isinstance(event, ThresholdChange)]
    assert [round(np.degrees(change.left_rad), 3) for change in changes] == [2.5, 2.0]
    assert changes[1].at_s == 9.0


def test_pause_stops_time_and_nothing_is_lost() -> None:
    paused_at = []

    def between(replay: Replay) -> bool:
        if replay.now_s > 8.0 and len(paused_at) < 50:
            replay.paused = True
            paused_at.append(replay.now_s)
        else:
            replay.paused = False
        return True

    kept, clock, _ = play(1.0, between=between)
    assert len(set(paused_at)) == 1
    assert kept.whole == Update(ANALYZED.angles, ANALYZED.events)
    assert clock.now > SAMPLES.t_s[-1] + 1.0


def test_seeking_leads_to_the_same_state() -> None:
    jumps = iter([14.0, 6.0, 12.0])

    kept, clock = Keep(), Clock()

    def between(replay: Replay) -> bool:
        to_s = next(jumps, None)
        if to_s is not None:
            replay.seek(to_s)
            kept.updates.clear()
            assert replay.now_s == pytest.approx(to_s, abs=0.3)
        return True

    replay = Replay(recording(), settings(), 8.0, [kept], clock, clock.sleep)
    replay.run(between)
    late, true = (
        tuple(event for event in events if getattr(event, "known_s", 0) > 12.1) for events in (kept.whole.events, ANALYZED.events)
    )
    assert Update(events=late) == Update(events=true)
    assert replay.state.snapshot().steps == len(ANALYZED.steps)


def test_a_sink_that_fails_is_dropped_and_named_and_the_others_go_on() -> None:
    class Broken:
        def put(self, update: Update) -> None:
            raise OSError("no space left")

    kept, clock = Keep(), Clock()
    replay = Replay(recording(), settings(), 8.0, [Broken(), kept], clock, clock.sleep)
    replay.run()
    assert kept.whole == Update(ANALYZED.angles, ANALYZED.events)
    assert [str(trouble) for trouble in replay.troubles] == ["Broken stopped: no space left"]


def test_the_view_says_what_happened() -> None:
    state = SessionState()
    state.put(Update(ANALYZED.angles, ANALYZED.events))
    snapshot = state.snapshot()
    good = [step for step in ANALYZED.steps if step.quality == "ok" and step.side is Side.LEFT]
    assert snapshot.drop_deg[Side.LEFT] == pytest.approx(np.mean([step.drop_deg for step in good[-4:]]))
    assert snapshot.steps == len(ANALYZED.steps)
    assert snapshot.cues == len(ANALYZED.cues)
    assert snapshot.threshold_deg[Side.LEFT] == pytest.approx(2.0)
    assert 150 < snapshot.cadence_spm < 180
