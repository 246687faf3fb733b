"""What an engine has learned is handed on to the engine of a recording whose beginning is missing."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from conftest import cut

from levelhips import Quality, Samples, Settings, Side, Step, Update
from levelhips.coaching.run_protocol import Block, ProtocolSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.engine import Engine
from levelhips.events import BlockChange, BlockPurpose, Cue, Heading, Phase, PhaseChange, Rep, StandingZero, ThresholdChange
from levelhips.learned import Learned
from levelhips.recording.schema import decode_learned, encode_learned
from levelhips.settings.installed import build_engine
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
from levelhips.simulation.wearer import WearerModel, simulate_drill

AUTO = replace(Settings(), threshold=ThresholdSettings(mode="auto", baseline_steps=20))
TURNED_DEG = 15.0  # of the clip about the vertical
KNOWN = Learned(60.0, 0.0, 0.6, 0.8, 0.001, 0.2, 0.05, 40, 0.06, 0.07, 0.02, 0.03, 12.0, 55.0, 3, paused=True)


@cache
def run() -> Samples:
    """Return 6 s of standing and 90 s of running at 100 Hz with a clip that is turned."""
    runner = RunnerModel(drop_left_deg=4.0, drop_right_deg=3.0, stand_s=6.0, move_s=90.0)
    return simulate_gait(runner, SensorModel(rate_hz=100.0, heading_deg=TURNED_DEG), seed=7).samples


def cut_at(samples: Samples, at_s: float, settings: Settings, *, hand_on: bool = True) -> tuple[Update, Update, Learned]:
    """Return what an engine finds in all samples and what another finds in those from a time on, and what it was given."""
    at = int(samples.t_s.searchsorted(at_s))
    first = build_engine(100.0, settings)
    found = [first.push(samples[:at])]
    learned = first.learned()
    found += [first.push(samples[at:]), first.finish()]
    second = build_engine(100.0, settings)
    rest = [second.push(learned)] if hand_on else []
    return Update.join(found), Update.join([*rest, second.push(samples[at:]), second.finish()]), learned


def test_steps_after_a_lost_beginning_have_the_zero_and_heading_of_before():
    whole, rest, learned = cut_at(run(), 50.0, AUTO)
    assert math.degrees(learned.heading_rad) == pytest.approx(math.degrees(list(whole.of(Heading))[-1].heading_rad), abs=1.0)
    assert not list(rest.of(StandingZero)), "nobody stood still in the rest"
    good = [step for step in rest.of(Step) if step.quality is Quality.OK]
    usual = [step for step in whole.of(Step) if step.quality is Quality.OK and step.at_s > 60.0]
    assert len([step for step in good if step.at_s > 60.0]) == len(usual) > 80, "the orientation needs some seconds to settle"
    drops = {round(step.at_s, 1): step.drop_deg for step in usual}
    errors = [step.drop_deg - drops[round(step.at_s, 1)] for step in good if round(step.at_s, 1) in drops]
    assert np.abs(errors).max() < 0.4
    alone = cut_at(run(), 50.0, AUTO, hand_on=False)[1]
    assert {step.quality for step in alone.of(Step)} <= {Quality.NO_ZERO, Quality.SATURATED}


def test_heading_stays_until_there_are_as_many_new_strides_and_is_then_learned_further():
    whole, rest, learned = cut_at(run(), 30.0, AUTO)
    first = next(iter(rest.of(Heading)))
    waited_s = learned.strides * 2 * 60 / 166  # every other stride is used; 166 steps per minute
    assert first.at_s == pytest.approx(30.0 + waited_s, abs=6.0)
    of_whole = list(whole.of(Heading))
    assert not [heading for heading in rest.of(Heading) if heading.at_s < 45.0]
    assert math.degrees(list(rest.of(Heading))[-1].heading_rad) == pytest.approx(math.degrees(of_whole[-1].heading_rad), abs=1.0)


def test_thresholds_that_were_learned_are_used_at_once():
    whole, rest, learned = cut_at(run(), 50.0, AUTO)
    [before] = whole.of(ThresholdChange)
    assert before.at_s < 50.0
    [now] = rest.of(ThresholdChange)
    assert (now.left_rad, now.right_rad, now.reason) == (before.left_rad, before.right_rad, before.reason)
    assert now.at_s == learned.at_s
    late = {(round(cue.contact_s, 1), cue.side) for cue in whole.of(Cue) if cue.at_s > 60.0}
    found = {(round(cue.contact_s, 1), cue.side) for cue in rest.of(Cue) if cue.at_s > 60.0}
    assert len(late ^ found) <= 0.15 * len(late), "only drops near the threshold differ"
    assert len(late) > 20


@pytest.mark.parametrize(("mode", "command", "lowered"), [("auto", None, True), ("auto", Do.THRESHOLD, False), ("fixed", None, False)])
def test_thresholds_are_lowered_further_only_if_they_were_before(mode, command, lowered):
    settings = replace(
        AUTO, threshold=replace(AUTO.threshold, mode=mode, under_s=30.0, under_share=0.5, baseline_sd=3.0, left_deg=6.0, right_deg=6.0)
    )
    first = Engine(100.0, settings)
    if command is not None:
        first.push(Command(40.0, command, 6.0))
    first.push(run()[:4500])
    learned = first.learned()
    assert math.isfinite(learned.left_floor_rad) == lowered
    second = Engine(100.0, settings)
    found = Update.join([second.push(learned), second.push(run()[4500:])])
    levels = [change.left_rad for change in found.of(ThresholdChange)]
    assert levels[0] == learned.left_rad
    assert (len(levels) > 1) == lowered
    assert all(level >= learned.left_floor_rad for level in levels if lowered)


def test_zero_that_is_known_is_not_changed_by_standing_still():
    engine = Engine(100.0, AUTO)
    engine.push(run()[:500])
    learned = engine.learned()
    up = np.array(learned.zero) + [0.02, 0.0, 0.0]  # one degree off
    given = learned.with_zero(up / np.linalg.norm(up), 0.001)
    other = Engine(100.0, AUTO)
    found = Update.join([other.push(given), other.push(run()[:500])])
    assert not list(found.of(StandingZero))
    assert other.learned().zero == given.zero


def test_baseline_that_was_not_complete_begins_again():
    _, rest, learned = cut_at(run(), 10.0, AUTO)
    assert math.isnan(learned.left_rad)
    [change] = rest.of(ThresholdChange)
    assert change.at_s > 15.0


SHORT = (Block(0.0, 20.0), Block(20.0, 40.0, BlockPurpose.RETENTION), Block(40.0, 60.0))


@pytest.mark.parametrize("at_s", [15.0, 40.0, 45.0, 52.0, 60.0, 80.0])
def test_position_in_the_run_protocol_is_kept_also_in_a_pause(monkeypatch, at_s):
    monkeypatch.setattr("levelhips.coaching.run_protocol.blocks", lambda settings: SHORT)
    settings = replace(Settings(), protocol=ProtocolSettings("retraining", 8))

    def engine() -> Engine:
        return Engine(100.0, settings)

    commands = [Command(41.0, Do.PAUSE), Command(50.0, Do.RESUME)]
    at = int(run().t_s.searchsorted(at_s))
    first = engine()
    for command in commands:
        first.push(command)
    before = first.push(run()[:at])
    learned = first.learned()
    after = first.push(run()[at:])
    second = engine()
    resumed = second.push(learned)
    assert learned.paused == (41.0 < at_s < 50.0)
    for command in commands:
        if command.at_s >= at_s:
            second.push(command)
    rest = second.push(run()[at:])
    assert [_block(change) for change in resumed.of(BlockChange)] == [_block(list(before.of(BlockChange))[-1])]
    assert [(change.at_s, _block(change)) for change in rest.of(BlockChange)] == [
        (change.at_s, _block(change)) for change in after.of(BlockChange)
    ]


def _block(change: BlockChange) -> tuple[int, bool, bool]:
    return change.number, change.feedback, change.over


@pytest.mark.parametrize("drill", ["pelvic-drop", "deadlift"])
def test_second_set_of_a_drill_is_measured_without_the_first(drill):
    wearer = WearerModel(drill, Side.LEFT, reps=3, sets=2)
    samples = simulate_drill(wearer, SensorModel(rate_hz=100.0, heading_deg=12.0), 4).samples
    settings = Settings.from_dict(wearer.settings)
    whole = build_engine(100.0, settings).push(samples)
    rest_s = next(change.at_s for change in whole.of(PhaseChange) if change.phase is Phase.REST)
    _, found, _ = cut_at(samples, rest_s + 2.0, settings)
    assert next(iter(found.of(PhaseChange))).phase is Phase.TAKE
    second = [rep for rep in whole.of(Rep) if rep.set_n == 2]
    ranges = [math.degrees(rep.range_rad) for rep in found.of(Rep)]
    assert ranges == pytest.approx([math.degrees(rep.range_rad) for rep in second], abs=0.7)
    assert len(ranges) == 3
    assert not list(found.of(StandingZero)), "standing in the rest is not a new zero"
    at_s = [(rep.at_s + rep.to_s) / 2 for rep in second]  # in the middle of each repetition the pelvis is far from the start
    for name in ("obliquity_rad", "tilt_rad"):
        now, usual = (np.interp(at_s, update.angles.t_s, getattr(update.angles, name)) for update in (found, whole))
        assert np.degrees(np.abs(now - usual)).max() < 1.5, name
    alone = cut_at(samples, rest_s + 2.0, settings, hand_on=False)[1]
    assert not list(alone.of(Rep)) or drill == "pelvic-drop"


def test_result_with_what_was_learned_does_not_depend_on_chunks():
    learned = cut_at(run(), 50.0, AUTO)[2]
    found = []
    for at in ([], [5001, 5100, 5350, 7000]):
        engine = Engine(100.0, AUTO)
        found.append(
            Update.join([engine.push(learned), *(engine.push(part) for part in cut(run()[5000:], [k - 5000 for k in at])), engine.finish()])
        )
    assert found[0] == found[1]


# ---- in files


def test_what_was_learned_is_read_back_exactly_and_fits_into_metadata():
    assert decode_learned(encode_learned(KNOWN)) == KNOWN
    assert len(encode_learned(cut_at(run(), 50.0, AUTO)[2])) < 700
    unknown = decode_learned(encode_learned(Learned(3.0)))
    assert unknown is not None
    assert unknown.zero is None
    assert math.isnan(unknown.left_rad)


@pytest.mark.parametrize(
    "damage",
    [
        {"zero_x": 0.5},  # not a unit vector
        {"zero_sd_rad": math.nan},
        {"zero_sd_rad": 0.0},
        {"heading_rad": 5.0},
        {"heading_sd_rad": -0.1},
        {"heading_sd_rad": math.nan},
        {"strides": -3},
        {"left_rad": 60.0},
        {"right_floor_rad": -4.0},
        {"at_s": math.nan},
        {"blocks_begun": -1},
    ],
    ids=str,
)
def test_values_that_no_engine_can_have_learned_are_not_used(damage):
    assert decode_learned(encode_learned(replace(KNOWN, **damage))) is None


@pytest.mark.parametrize("data", ["", "[]", "{", '{"at_s": "x"}', "{}", '{"at_s": 1.0, "paused": 3}', "\ud800"])
def test_text_that_is_not_what_was_learned_is_not_used(data):
    assert decode_learned(data) is None
