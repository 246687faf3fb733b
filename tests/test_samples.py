"""Samples from outside are checked, copied and frozen; pieces are cut and joined without a change."""

from __future__ import annotations

import numpy as np
import pytest

from levelhips import BadInputError, Samples
from levelhips.events import Angles, Update

T = [0.0, 0.01, 0.02]
ROWS = np.arange(9.0).reshape(3, 3)


def test_arrays_of_the_caller_are_copied_and_read_only() -> None:
    acc = ROWS.copy()
    samples = Samples.checked(T, acc, ROWS.tolist())
    acc[:] = 0.0
    np.testing.assert_array_equal(samples.acc_mps2, ROWS)
    assert samples.gyr_radps.dtype == np.float64
    for array in (samples.t_s, samples.acc_mps2, samples.gyr_radps):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0


@pytest.mark.parametrize(
    ("t_s", "acc", "gyr", "said"),
    [
        ([[0.0], [0.01], [0.02]], ROWS, ROWS, r"\(3, 1\)"),
        (T, ROWS[:2], ROWS, r"\(2, 3\)"),
        (T, ROWS, ROWS[:, :2], r"\(3, 2\)"),
        ([0.0, np.nan, 0.02], ROWS, ROWS, "time.*1"),
        (T, np.where(ROWS == 7.0, np.inf, ROWS), ROWS, "2"),
        (T, ROWS, np.where(ROWS == 4.0, np.nan, ROWS), "1"),
        ([0.0, 0.02, 0.01], ROWS, ROWS, r"0\.02.*0\.01"),
        ([0.0, 0.01, 0.01], ROWS, ROWS, r"0\.01.*0\.01"),
    ],
    ids=["time in rows", "fewer accelerations", "two axes", "no time", "infinite", "no rate", "back", "repeated"],
)
def test_numbers_that_cannot_be_samples_are_refused_with_the_place(t_s: object, acc: object, gyr: object, said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        Samples.checked(t_s, acc, gyr)  # type: ignore[arg-type]


def test_joined_pieces_equal_the_whole() -> None:
    whole = Samples.checked(T, ROWS, -ROWS)
    for parts in ([whole], [whole[:1], whole[1:]], [whole[:0], whole[:2], whole[2:2], whole[2:]]):
        joined = Samples.join(parts)
        for name in ("t_s", "acc_mps2", "gyr_radps"):
            np.testing.assert_array_equal(getattr(joined, name), getattr(whole, name))
    nothing = Samples.join([])
    assert (nothing.t_s.shape, nothing.acc_mps2.shape, nothing.gyr_radps.shape) == ((0,), (0, 3), (0, 3))
    assert len(Samples.checked([], np.empty((0, 3)), np.empty((0, 3)))) == 0


def test_updates_are_equal_only_to_updates() -> None:
    assert Update() == Update.join([])
    assert Update() != ()
    assert Angles.none() == Angles.join([])
    assert Angles.none() != 3
    one = Angles(*(np.array([np.nan, 1.0]) for _ in range(6)))
    assert Angles.join([one, Angles.none()]) == one
    assert Angles.join([one, one]) != one
