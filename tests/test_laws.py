"""Laws that hold for every processor and for the whole: any chunks, saved and read back, mirrored, turned, with a gap."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from conftest import cut, run_engine, short_run
from hypothesis import given, settings
from hypothesis import strategies as st

from levelhips import Gap, Quality, Samples, Side, Update, build_engine
from levelhips.coaching.coach import CueSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.commands import Command, Do
from levelhips.engine import Engine
from levelhips.events import Contact, Mode, Pose, StandingZero, Step
from levelhips.motion.alignment import pelvis_from_sensor
from levelhips.motion.attitude import Attitude
from levelhips.motion.contacts import RunningContacts, WalkingContacts
from levelhips.motion.orientation import FILTERS, orientation_filter
from levelhips.motion.pipeline import MotionSettings, Pipeline
from levelhips.motion.quality import Conditions, QualityMonitor
from levelhips.motion.smoothing import Butterworth
from levelhips.motion.stages.boundaries import UpdateBoundaries
from levelhips.motion.stages.feet import FootStage
from levelhips.motion.stages.orientation import OrientationStage
from levelhips.motion.stages.vertical import VerticalStage
from levelhips.motion.timebase import Timebase
from levelhips.settings import Settings
from levelhips.simulation.wearer import WearerModel, simulate_drill

RUN = short_run().samples
RATE_HZ = 100.0
LOW = Settings(threshold=ThresholdSettings(left_deg=2.5, right_deg=2.5), cues=CueSettings(forecast=True))


@dataclass(frozen=True)
class Processor:
    """Something that processes samples chunk by chunk, and how to compare what it finds.

    `make` gives a new one; `push` and `finish` take it and give what became known; `join` puts that together into one
    value that must not depend on chunks.
    """

    make: Callable[[], Any]
    push: Callable[[Any, Samples], list[Any]]
    finish: Callable[[Any], list[Any]] = lambda _: []
    join: Callable[[list[Any]], Any] = lambda found: found
    samples: Samples = RUN

    def through(self, parts: list[Samples], stop_at: int | None = None) -> Any:
        """Process the parts; before part `stop_at`, pickle the processor and continue with the copy."""
        it = self.make()
        found: list[Any] = []
        for k, part in enumerate(parts):
            if k == stop_at:
                it = pickle.loads(pickle.dumps(it))
            found += self.push(it, part)
        return self.join(found + self.finish(it))


COMMANDS = (
    (6.0, Do.ZERO, None),
    (9.5, Do.THRESHOLD, 2.0),
    (10.5, Do.MOVE_THRESHOLD, -0.5),
    (12.0, Do.PAUSE, None),
    (13.3, Do.RESUME, None),
)


def _engine(samples: Samples = RUN, commands: Sequence[tuple[float, Do, float | None]] = COMMANDS, **changes: Any) -> Processor:
    def make() -> Engine:
        engine = build_engine(RATE_HZ, replace(LOW, **changes))
        for at_s, do, value in commands:
            engine.push(Command(at_s, do, value))
        return engine

    return Processor(make, lambda it, part: [it.push(part)], lambda it: [it.finish()], Update.join, samples)


def _pipeline(name: str) -> Processor:
    def make() -> tuple[Timebase, Pipeline]:
        return Timebase(RATE_HZ), Pipeline(RATE_HZ, MotionSettings(filter=name))

    return Processor(make, lambda it, part: [it[1].push(item) for item in it[0].push(part)], join=Update.join)


def _push_timebase(timebase: Timebase, part: Samples) -> list[Any]:
    out: list[Any] = []
    for item in timebase.push(part):
        out += [item] if isinstance(item, Gap) else list(zip(item.t_s.tolist(), item.acc_mps2.tolist(), strict=True))
    return out


def _push_contacts(detector: RunningContacts | WalkingContacts, part: Samples) -> list[Any]:
    up_g, forward_g = part.acc_mps2[:, 1] / 9.81, part.acc_mps2[:, 2] / 9.81
    found = detector.push(part.t_s, up_g) if isinstance(detector, RunningContacts) else detector.push(part.t_s, up_g, forward_g)
    # The index belongs to the chunk; what it means is the time of the sample by which the event was known.
    return [(event.kind, event.at_s, part.t_s[event.index]) for event in found]


def _push_filters(it: tuple[Butterworth, Butterworth], part: Samples) -> list[Any]:
    low, high = it
    return high.push(low.push(part.acc_mps2[:, 0].copy())).tolist()


def _push_orientation_stage(stage: OrientationStage, part: Samples) -> list[Any]:
    if not len(part):
        return []
    pelvis = stage.push(part, MOUNTING)
    columns = (pelvis.obliquity_rad, pelvis.tilt_rad, pelvis.heading_rad, pelvis.right_mps2, pelvis.roll_radps, *pelvis.rate_radps)
    return np.stack(columns, axis=1).tolist()


def _push_feet(it: tuple[OrientationStage, FootStage], part: Samples) -> list[Any]:
    if not len(part):
        return []
    found = it[1].push(part.t_s, it[0].push(part, MOUNTING))
    return [(mode, event.kind, event.at_s, part.t_s[event.index]) for mode, event in found]


def _push_vertical(stage: VerticalStage, part: Samples) -> list[Any]:
    east, north = stage.push(part.acc_mps2[:, 0], part.acc_mps2[:, 2]) if len(part) else (np.empty(0), np.empty(0))
    return list(zip(east.tolist(), north.tolist(), strict=True))


def _push_quality(monitor: QualityMonitor, part: Samples) -> list[Any]:
    if not len(part):
        return []
    monitor.push(part)
    # What began 0.2 s ago, as it can be judged at each sample.
    known = (Conditions(t, 0.0, 0.0, vertical_sure=True) for t in part.t_s.tolist())
    return [monitor.quality(now.known_s - 0.2, Mode.RUNNING, -math.inf, now) for now in known]


def _push_boundaries(boundaries: UpdateBoundaries, part: Samples) -> list[Any]:
    out, left = [], len(part)
    while left:
        count = min(left, boundaries.to_next)
        left -= count
        if boundaries.push(count):
            out.append(boundaries.intervals)
            boundaries.schedule(settled=boundaries.intervals > 5)
    return out


def _push_attitude(it: tuple[Timebase, Attitude], part: Samples) -> list[Any]:
    return [found for item in it[0].push(part) for found in it[1].push(item)]


def _join_poses(found: list[Any]) -> Any:
    poses = [one for one in found if isinstance(one, Pose)]
    columns = [np.concatenate([pose.t_s for pose in poses])]
    for k in range(3):
        columns += [np.concatenate([pose.up[k] for pose in poses]), np.concatenate([pose.slow_up[k] for pose in poses])]
    for name in ("turn_rad", "rate_radps", "jolt_mps2", "lateral_mps2"):
        columns.append(np.concatenate([getattr(pose, name) for pose in poses]))
    return np.nan_to_num(np.stack(columns), nan=-99.0).tolist(), [one for one in found if not isinstance(one, Pose)]


def _orientation_stage() -> OrientationStage:
    return OrientationStage(RATE_HZ, orientation_filter("vqf", RATE_HZ))


MOUNTING = pelvis_from_sensor(np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0]))
CLIPPED = Samples(RUN.t_s, np.clip(RUN.acc_mps2, -21.0, 21.0), RUN.gyr_radps)  # some landings reach the range
WEARER = WearerModel(reps=2)
DRILL = simulate_drill(WEARER, seed=3).samples

# One list: a new processor is under the laws as soon as it is listed.
PROCESSORS: dict[str, Processor] = {
    "timebase": Processor(lambda: Timebase(RATE_HZ), _push_timebase),
    "smoothing": Processor(lambda: (Butterworth(2, 20.0, RATE_HZ), Butterworth(1, 0.7, RATE_HZ, "highpass")), _push_filters),
    "running contacts": Processor(lambda: RunningContacts(RATE_HZ), _push_contacts),
    "walking contacts": Processor(lambda: WalkingContacts(RATE_HZ), _push_contacts),
    **{
        f"orientation {name}": Processor(
            partial(orientation_filter, name, RATE_HZ),
            lambda it, part: it.push(part.gyr_radps, part.acc_mps2)[0].tolist() if len(part) else [],
        )
        for name in FILTERS
    },
    "boundaries": Processor(lambda: UpdateBoundaries(RATE_HZ), _push_boundaries),
    "orientation stage": Processor(_orientation_stage, _push_orientation_stage),
    "vertical stage": Processor(lambda: VerticalStage(RATE_HZ, None), _push_vertical),
    "foot stage": Processor(lambda: (_orientation_stage(), FootStage(RATE_HZ)), _push_feet),
    "quality monitor": Processor(lambda: QualityMonitor(RATE_HZ), _push_quality, samples=CLIPPED),
    "attitude": Processor(lambda: (Timebase(RATE_HZ), Attitude(RATE_HZ, "+z")), _push_attitude, join=_join_poses),
    "pipeline": _pipeline("vqf"),
    "pipeline madgwick": _pipeline("madgwick"),
    "engine": _engine(),
    "engine auto": _engine(threshold=ThresholdSettings(mode="auto", baseline_steps=20)),
    "engine drill": _engine(DRILL, (), drill=Settings.from_dict(WEARER.settings).drill),
}


@pytest.mark.parametrize("name", PROCESSORS)
@given(data=st.data())
def test_result_does_not_depend_on_chunks(name: str, data: st.DataObject) -> None:
    processor = PROCESSORS[name]
    at = data.draw(st.lists(st.integers(0, len(processor.samples)), max_size=40))
    assert processor.through(cut(processor.samples, at)) == _whole(name)


@pytest.mark.parametrize("name", PROCESSORS)
@settings(max_examples=6)
@given(data=st.data())
def test_processor_saved_and_read_back_continues_to_the_last_bit(name: str, data: st.DataObject) -> None:
    processor = PROCESSORS[name]
    at = data.draw(st.integers(1, len(processor.samples) - 1))
    assert processor.through(cut(processor.samples, [at]), stop_at=1) == _whole(name)


@cache
def _whole(name: str) -> Any:
    return PROCESSORS[name].through([PROCESSORS[name].samples])


def test_sample_by_sample_is_the_same_as_all_at_once() -> None:
    assert PROCESSORS["engine"].through(cut(RUN, list(range(len(RUN))))) == _whole("engine")


def test_run_under_the_laws_has_events_to_compare() -> None:
    kinds = {type(event).__name__ for event in _whole("engine").events}
    assert {"StandingZero", "ModeChange", "Contact", "Step", "Stride", "Gap", "Cue", "ThresholdChange", "Signal", "Heading"} <= kinds
    assert {"DrillBegin", "PhaseChange", "Rep"} <= {type(event).__name__ for event in _whole("engine drill").events}
    assert set(_whole("quality monitor")) >= {Quality.SATURATED, Quality.NO_ZERO}
    assert {mode for mode, *_ in _whole("foot stage")} == {Mode.RUNNING, Mode.WALKING}


def steps_of(samples: Samples) -> list[Step]:
    return list(run_engine(samples, RATE_HZ).of(Step))


def mirror(samples: Samples) -> Samples:
    """Return the mirror image of a run. The clip is worn with x to the right, y up and z away from the body."""
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
def test_after_a_gap_no_valid_step_is_wrong_and_steps_are_found_again(from_s: float, length_s: float) -> None:
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


def test_every_event_is_known_after_it_happened_and_in_order() -> None:
    update = _whole("engine")
    known = [event.known_s for event in update.events if not isinstance(event, Gap)]
    assert known == sorted(known)
    assert all(event.known_s >= event.at_s for event in update.events if not isinstance(event, Gap))


def test_results_do_not_depend_on_later_samples() -> None:
    """The results of the first half do not depend on the second."""
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


def test_standing_zero_can_be_set_again_by_command() -> None:
    engine = Engine(RATE_HZ)
    engine.push(Command(2.5, Do.ZERO))
    zeros = list(engine.push(RUN[: int(3.9 * RATE_HZ)]).of(StandingZero))
    assert len(zeros) == 1, "asked for before the first was found, it is the first"
    engine = Engine(RATE_HZ)
    engine.push(Command(16.2, Do.ZERO))
    assert len(list(engine.push(RUN).of(StandingZero))) == 2


def test_sides_contacts_and_modes_are_those_of_the_simulation() -> None:
    """Sides, modes and contacts are compared with the truth of the simulation."""
    truth = short_run()
    for step in steps_of(RUN):
        contact, _, side, _ = min(truth.steps, key=lambda true: abs(true[0] - step.at_s))
        assert step.side is side
        assert step.mode is Mode.RUNNING
        assert abs(step.at_s - contact) < 0.03
    assert {step.side for step in steps_of(RUN)} == set(Side)


def test_step_is_not_saturated_by_a_value_after_its_end() -> None:
    """If all samples come at once, those after a step are there when its quality is decided; in small chunks they are not."""
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
