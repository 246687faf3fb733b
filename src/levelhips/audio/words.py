"""Load the clips of the voice: one sound file for each text of `levelhips.text.SPOKEN`, recorded by `make words`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray


@cache
def word(name: str, rate_hz: int) -> NDArray[np.float32] | None:
    """Return the (n,) samples of a clip, named as in `SPOKEN` or ``drill_side`` for a drill's instruction; None if there is none."""
    import miniaudio

    file = resources.files("levelhips.audio") / "clips" / f"{name}.ogg"
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None  # the instruction of a drill from another package
    decoded = miniaudio.decode(data, output_format=miniaudio.SampleFormat.FLOAT32, nchannels=1, sample_rate=rate_hz)
    return np.frombuffer(decoded.samples, np.float32).copy()
