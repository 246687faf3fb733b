"""Laws that hold for every processor and for the whole: any cut, any empty piece, mirror, turn, gap."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from conftest import cut, run_engine, short_run
from hypothesis import given
from hypothesis import strategies as st

from levelhips import Gap, Quality, Samples, Side, Update
from levelhips.coaching.coach import CueSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.engine import Engine
from levelhips.events import Contact, Mode, Pose, StandingZero, Step
from levelhips.motion.attitude import Attitude
from levelhips.motion.contacts import RunningContacts, WalkingContacts
from levelhips.motion.orientation import FILTERS, orientation_filter
from levelhips.motion.pipeline import MotionSettings, Pipeline
from levelhips.motion.smoothing import Butterworth
from levelhips.motion.timebase import Timebase
from levelhips.settings import Settings

RUN = short_run().samples
RATE_HZ = 100.0
LOW = Settings(threshold=ThresholdSettings(left_deg=2.5, right_deg=2.5), cues=CueSettings(forecast=True))


def _engine(**changes: Any) -> Callable[[list[Samples]], Any]:
    def through(parts: list[Samples]) -> Update:
        engine = Engine(RATE_HZ, replace(LOW, **changes))
        for at_s, do, value in (
            (6.0, Do.ZERO, None),
            (9.5, Do.THRESHOLD, 2.0),
            (10.5, Do.MOVE_THRESHOLD, -0.5),
            (12.0, Do.PAUSE, None),
            (13.3, Do.RESUME, None),
        ):
            engine.push(Command(at_s, do, value))
        return Update.join([*(engine.push(part) for part in parts), engine.finish()])

    return through


def _pipeline(name: str) -> Callable[[list[Samples]], Any]:
    def through(parts: list[Samples]) -> Update:
        timebase, pipeline = Timebase(RATE_HZ), Pipeline(RATE_HZ, MotionSettings(filter=name))
        return Update.join([pipeline.push(item) for part in parts for item in timebase.push(part)])

    return through


def _timebase(parts: list[Samples]) -> Any:
    timebase = Timebase(RATE_HZ)
    items = [item for part in parts for item in timebase.push(part)]
    times = np.concatenate([item.t_s for item in items if isinstance(item, Samples)])
    forces = np.concatenate([item.acc_mps2 for item in items if isinstance(item, Samples)])
    return times.tolist(), forces.tolist(), [item for item in items if isinstance(item, Gap)], timebase.bridged


def _contacts(make: type[RunningContacts] | type[WalkingContacts]) -> Callable[[list[Samples]], Any]:
    def through(parts: list[Samples]) -> Any:
        detector = make(RATE_HZ)
        out = []
        for part in parts:
            signals = (part.acc_mps2[:, 1] / 9.81,) if make is RunningContacts else (part.acc_mps2[:, 1] / 9.81, part.acc_mps2[:, 2] / 9.81)
            # The index belongs to the chunk; what it means is the time of the sample by which the event was known.
            out += [(event.kind, event.at_s, part.t_s[event.index]) for event in detector.push(part.t_s, *signals)]
        return out

    return through


def _smooth(parts: list[Samples]) -> Any:
    low, high = Butterworth(2, 20.0, RATE_HZ), Butterworth(1, 0.7, RATE_HZ, "highpass")
    return np.concatenate([high.push(low.push(part.acc_mps2[:, 0].copy())) for part in parts]).tolist()


def _orientation(name: str) -> Callable[[list[Samples]], Any]:
    def through(parts: list[Samples]) -> Any:
        filter_ = orientation_filter(name, RATE_HZ)
        return np.concatenate([filter_.push(part.gyr_radps, part.acc_mps2)[0] for part in parts if len(part)]).tolist()

    return through


def _attitude(parts: list[Samples]) -> Any:
    timebase, attitude = Timebase(RATE_HZ), Attitude(RATE_HZ, "+z")
    found = [one for part in parts for item in timebase.push(part) for one in attitude.push(item)]
    poses = [one for one in found if isinstance(one, Pose)]
    columns = [np.concatenate([pose.t_s for pose in poses])]
    for k in range(3):
        columns += [np.concatenate([pose.up[k] for pose in poses]), np.concatenate([pose.slow_up[k] for pose in poses])]
    for name in ("turn_rad", "rate_radps", "jolt_mps2", "lateral_mps2"):
        columns.append(np.concatenate([getattr(pose, name) for pose in poses]))
    return np.nan_to_num(np.stack(columns), nan=-99.0).tolist(), [one for one in found if not isinstance(one, Pose)]


# One list: a new processor cannot forget the law.
PROCESSORS: dict[str, Callable[[list[Samples]], Any]] = {
    "timebase": _timebase,
    "smoothing": _smooth,
    "running contacts": _contacts(RunningContacts),
    "walking contacts": _contacts(WalkingContacts),
    **{f"orientation {name}": _orientation(name) for name in FILTERS},
    "attitude": _attitude,
    "pipeline": _pipeline("vqf"),
    "pipeline madgwick": _pipeline("madgwick"),
    "engine": _engine(),
    "engine auto": _engine(threshold=ThresholdSettings(mode="auto", baseline_steps=20)),
}


@pytest.mark.parametrize("through", PROCESSORS.values(), ids=PROCESSORS)
@given(at=st.lists(st.integers(0, len(RUN)), max_size=40))
def test_however_the_input_is_cut_the_output_is_the_same(through: Callable[[list[Samples]], Any], at: list[int]) -> None:
    assert through(cut(RUN, at)) == _whole(through)


_known: dict[int, Any] = {}


def _whole(through: Callable[[list[Samples]], Any]) -> Any:
    return _known.setdefault(id(through), through([RUN]))


def test_sample_by_sample_is_the_same_as_all_at_once() -> None:
    through = PROCESSORS["engine"]
    assert through(cut(RUN, list(range(len(RUN))))) == _whole(through)


def test_the_run_under_the_laws_has_something_to_say() -> None:
    update = _whole(PROCESSORS["engine"])
    kinds = {type(event).__name__ for event in update.events}
    assert {"StandingZero", "ModeChange", "Contact", "Step", "Stride", "Gap", "Cue", "ThresholdChange", "Signal", "Heading"} <= kinds


def steps_of(samples: Samples) -> list[Step]:
    return list(run_engine(samples, RATE_HZ).of(Step))


def mirror(samples: Samples) -> Samples:
    """The run as in a mirror: left is right. For a clip worn with x to the right, y up and z away from the body."""
    return Samples.checked(samples.t_s, samples.acc_mps2 * [-1, 1, 1], samples.gyr_radps * [1, -1, -1])


def test_a_mirrored_runner_swaps_sides_and_keeps_every_drop() -> None:
    steps, mirrored = steps_of(RUN), steps_of(mirror(RUN))
    assert [step.side.other for step in mirrored] == [step.side for step in steps]
    np.testing.assert_allclose([step.drop_deg for step in mirrored], [step.drop_deg for step in steps], atol=1e-6)


@given(turn=st.floats(-180, 180))
def test_a_clip_turned_in_its_plane_finds_the_same_steps(turn: float) -> None:
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    rotation = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    turned = Samples.checked(RUN.t_s, RUN.acc_mps2 @ rotation.T, RUN.gyr_radps @ rotation.T)
    steps, other = steps_of(RUN), steps_of(turned)
    assert [step.side for step in other] == [step.side for step in steps]
    np.testing.assert_allclose([step.at_s for step in other], [step.at_s for step in steps], atol=1e-3)
    np.testing.assert_allclose([step.drop_deg for step in other], [step.drop_deg for step in steps], atol=0.05)


@pytest.mark.parametrize(
    ("outward", "columns"), [("-z", ([-1, 1, -1], [0, 1, 2])), ("+x", ([1, 1, 1], [2, 0, 1])), ("-y", ([1, -1, 1], [0, 2, 1]))]
)
def test_any_axis_may_face_outward(outward: str, columns: tuple[list[int], list[int]]) -> None:
    signs, order = columns
    worn = Samples.checked(RUN.t_s, RUN.acc_mps2[:, order] * signs, RUN.gyr_radps[:, order] * signs)
    steps, other = steps_of(RUN), list(run_engine(worn, RATE_HZ, settings=Settings(motion=MotionSettings(outward=outward))).of(Step))
    np.testing.assert_allclose([step.drop_deg for step in other], [step.drop_deg for step in steps], atol=0.02)


@given(from_s=st.floats(6.0, 11.0), length_s=st.floats(0.06, 3.0))
def test_behind_a_gap_no_good_step_is_wrong_and_the_stream_goes_on(from_s: float, length_s: float) -> None:
    truth = short_run()
    keep = (RUN.t_s < from_s) | (RUN.t_s >= from_s + length_s)
    update = run_engine(Samples.checked(RUN.t_s[keep], RUN.acc_mps2[keep], RUN.gyr_radps[keep]), RATE_HZ)
    gaps = list(update.of(Gap))
    assert any(gap.from_s <= from_s + 0.02 and gap.to_s >= from_s + length_s - 0.02 for gap in gaps)
    true = np.array([contact for contact, *_ in truth.steps])
    for step in update.of(Step):
        if step.quality is not Quality.OK:
            continue
        assert not any(gap.from_s < step.toe_off_s and gap.to_s > step.at_s for gap in gaps)
        nearest = int(np.argmin(np.abs(true - step.at_s)))
        assert abs(true[nearest] - step.at_s) < 0.06
        assert step.side is truth.steps[nearest][2]
        assert abs(step.drop_deg - truth.steps[nearest][3]) < 1.5
    assert any(step.at_s > 15.0 for step in update.of(Step)), "the stream went on"


def test_every_event_is_known_no_sooner_than_it_happened_and_in_order() -> None:
    update = _whole(PROCESSORS["engine"])
    known = [event.known_s for event in update.events if not isinstance(event, Gap)]
    assert known == sorted(known)
    assert all(event.known_s >= event.at_s for event in update.events if not isinstance(event, Gap))


def test_nothing_looks_ahead() -> None:
    """What is said of the first half does not depend on the second."""
    half = len(RUN) // 2
    engine = Engine(RATE_HZ, LOW)
    first = engine.push(RUN[:half])
    other = Engine(RATE_HZ, LOW).push(RUN)
    assert Update(events=first.events) == Update(events=other.events[: len(first.events)])
    np.testing.assert_array_equal(first.angles.obliquity_rad, other.angles.obliquity_rad[: len(first.angles)])


def test_a_drop_over_the_threshold_is_known_while_the_foot_is_on_the_ground() -> None:
    simulation = short_run()
    settings = Settings(threshold=ThresholdSettings(left_deg=2.0, right_deg=2.0))
    update = run_engine(simulation.samples, RATE_HZ, settings=settings)
    from levelhips.events import Cue

    cues = list(update.of(Cue))
    assert len(cues) > 5
    for cue in cues:
        contact, toe_off, side, drop = min(simulation.steps, key=lambda step: abs(step[0] - cue.contact_s))
        assert contact < cue.known_s < toe_off
        assert cue.side is side
        assert drop > 2.0 - 0.8


def test_standing_still_gives_zero_and_no_steps() -> None:
    still = RUN[: int(3.8 * RATE_HZ)]
    update = run_engine(still, RATE_HZ)
    assert [type(event) for event in update.events if isinstance(event, StandingZero)] == [StandingZero]
    assert not list(update.of(Contact))
    assert np.abs(np.degrees(update.angles.obliquity_rad)).max() < 1.5


def test_zero_can_be_asked_for_again() -> None:
    engine = Engine(RATE_HZ)
    engine.push(Command(2.5, Do.ZERO))
    zeros = list(engine.push(RUN[: int(3.9 * RATE_HZ)]).of(StandingZero))
    assert len(zeros) == 1, "asked for before the first was found, it is the first"
    engine = Engine(RATE_HZ)
    engine.push(Command(16.2, Do.ZERO))
    assert len(list(engine.push(RUN).of(StandingZero))) == 2


def test_the_left_foot_is_left() -> None:
    """Held against the truth of the simulation, not against ourselves: sides, modes, contacts."""
    truth = short_run()
    for step in steps_of(RUN):
        contact, _, side, _ = min(truth.steps, key=lambda true: abs(true[0] - step.at_s))
        assert step.side is side
        assert step.mode is Mode.RUNNING
        assert abs(step.at_s - contact) < 0.03
    assert {step.side for step in steps_of(RUN)} == set(Side)


def test_a_step_is_not_blamed_for_a_range_that_is_reached_after_it() -> None:
    """In one piece the samples behind a step are there already when it is judged; in small ones they are not."""
    samples = short_run().samples
    acc = np.clip(samples.acc_mps2, -21.0, 21.0)  # some landings reach it
    clipped = Samples(samples.t_s, acc, samples.gyr_radps)
    whole = run_engine(clipped, 100.0)
    engine = Engine(100.0)
    pieces = Update.join([*(engine.push(clipped[at : at + 3]) for at in range(0, len(clipped), 3)), engine.finish()])
    assert pieces == whole
    qualities = {step.quality for step in whole.of(Step)}
    assert Quality.SATURATED in qualities
    assert len(qualities) > 1
