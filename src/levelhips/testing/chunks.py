"""Check that a result does not depend on how the samples are divided into chunks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from levelhips.samples import Samples


def check_chunk_invariance(through: Callable[[list[Samples]], Any], samples: Samples, divisions: int = 10, seed: int = 1) -> None:
    """Check that `through` gives the same result for every division of the samples.

    Parameters
    ----------
    through : callable
        Makes a new processor, pushes the chunks in their order and returns everything it found, as values that ``==`` compares.
    samples : Samples
    divisions : int
        Number of random divisions to try, in addition to chunks of 4 samples, about as many as a radio packet has.
    seed : int
        Seed of the random divisions.

    Raises
    ------
    AssertionError
        If a division changes the result; the message has the positions of its cuts.
    """
    rng = np.random.default_rng(seed)
    whole = through([samples])
    cuts = [list(range(4, len(samples), 4))]
    cuts += [sorted(rng.integers(0, len(samples) + 1, size=rng.integers(1, 40)).tolist()) for _ in range(divisions)]
    for at in cuts:
        ends = [0, *at, len(samples)]
        if through([samples[a:b] for a, b in itertools.pairwise(ends)]) != whole:
            raise AssertionError(f"The result changes if the samples are divided at {at[:20]}: it depends on the chunks")
