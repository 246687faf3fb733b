"""Decisions of single motion stages, by value; the laws of all of them are in test_laws.py."""

from __future__ import annotations

import math

import numpy as np
import pytest

from levelhips import Gap, Samples
from levelhips.motion.signal_buffer import SIGNALS, SignalBuffer
from levelhips.motion.stages.boundaries import UpdateBoundaries
from levelhips.motion.stages.gaps import GapStage
from levelhips.motion.stages.standing import StandingStage
from levelhips.samples import BRIDGED, STANDARD_GRAVITY_MPS2, GapReason

OUTWARD = np.array([0.0, 0.0, 1.0])


def test_boundaries_are_whole_seconds_every_fourth_when_settled_and_the_next_one_in_a_hurry() -> None:
    boundaries = UpdateBoundaries(52.0)
    assert not boundaries.push(51)
    assert boundaries.push(1)
    boundaries.schedule()
    assert boundaries.to_next == 52
    assert boundaries.push(52)
    boundaries.schedule(settled=True)
    assert boundaries.to_next == 4 * 52
    boundaries.push(60)
    boundaries.bring_forward()
    assert boundaries.to_next == 2 * 52 - 60
    assert boundaries.intervals == pytest.approx(2 + 60 / 52)


@pytest.mark.parametrize(
    ("missing_s", "reason", "stride_s", "filled"),
    [
        (0.2, GapReason.LOST, 0.7, True),
        (0.2, GapReason.LOST, math.nan, False),  # nobody runs: nothing repeats itself
        (0.24, GapReason.LOST, 0.45, False),  # half a stride: a foot may have come down
        (0.3, GapReason.LOST, 0.7, False),
        (0.1, GapReason.CLOCK_JUMP, 0.7, False),
        (0.04, BRIDGED, math.nan, True),
    ],
)
def test_only_short_gaps_of_a_run_are_filled(missing_s: float, reason: GapReason, stride_s: float, filled: bool) -> None:
    stage = GapStage(100.0)
    stage.push(Samples(np.array([1.0]), np.array([[0.0, 9.0, 0.0]]), np.zeros((1, 3))))
    assert stage.accept(Gap(1.0, 1.0 + missing_s, reason), stride_s) is filled
    after = Samples(np.array([1.0 + missing_s]), np.array([[0.0, 11.0, 0.0]]), np.zeros((1, 3)))
    samples = stage.fill(after, SignalBuffer(keep=100, names=SIGNALS), stride_s)
    if not filled:
        assert samples is None
        return
    assert samples is not None
    assert len(samples) == round(missing_s * 100) - 1
    np.testing.assert_allclose(samples.acc_mps2[:, 1], 9.0 + 2.0 * (samples.t_s - 1.0) / missing_s, atol=1e-9)
    assert stage.fill(after, SignalBuffer(keep=100, names=SIGNALS), stride_s) is None, "a gap is filled once"


def stand(stage: StandingStage, lean_deg: float, seconds: int) -> list[tuple[bool, int, bool]]:
    """Stand still with the clip leaning to the side; return what each second brought: changed, events, moved."""
    lean = math.radians(lean_deg)
    acc = np.tile(STANDARD_GRAVITY_MPS2 * np.array([math.sin(lean), math.cos(lean), 0.0]), (100, 1))
    out = []
    for second in range(seconds):
        still, standing_s = stage.push_interval(acc, np.zeros((100, 3)))
        assert still
        changed, events, moved = stage.apply_updates(float(second + 1), standing_s)
        out.append((changed, len(events), moved))
    return out


def test_zero_takes_two_still_seconds_and_improves_until_the_first_step() -> None:
    stage = StandingStage(100.0, OUTWARD)
    assert stand(stage, 0.0, 3) == [(False, 0, False), (True, 1, False), (True, 0, False)]
    stage.close()
    assert stand(stage, 0.0, 2) == [(False, 0, False), (False, 0, False)]


@pytest.mark.parametrize(("lean_deg", "moved"), [(2.5, False), (4.0, True)])
def test_new_zero_more_than_three_degrees_off_means_that_the_clip_was_moved(lean_deg: float, moved: bool) -> None:
    stage = StandingStage(100.0, OUTWARD)
    stand(stage, 0.0, 3)
    stage.request()
    assert stand(stage, lean_deg, 2)[-1] == (True, 1, moved)
    assert math.degrees(math.acos(stage.up[1])) == pytest.approx(lean_deg, abs=0.01)
