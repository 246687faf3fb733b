"""Load the clips of the voice: one sound file for each text of `levelhips.words.spoken`, made by `make words`.

Each language has a folder of clips. In a language without one only the tones are heard.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from levelhips.text.choice import language


def word(name: str, rate_hz: int) -> NDArray[np.float32] | None:
    """Return the (n,) samples of a clip in the language in use; None if there is none.

    Parameters
    ----------
    name : str
        Name of the text in `levelhips.words.spoken`; the instruction of a drill is ``drill_side``, e.g. ``clamshell_left``.
    rate_hz : int
        Sampling rate of the result [Hz].
    """
    return _decoded(language(), name, rate_hz)


def languages_spoken() -> set[str]:
    """Return the codes of the languages that have clips."""
    return {folder.name for folder in (resources.files("levelhips.audio") / "clips").iterdir() if folder.is_dir()}


@cache
def _decoded(language: str, name: str, rate_hz: int) -> NDArray[np.float32] | None:
    import miniaudio

    file = resources.files("levelhips.audio") / "clips" / language / f"{name}.ogg"
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None  # a language without clips, or the instruction of a drill from another package
    decoded = miniaudio.decode(data, output_format=miniaudio.SampleFormat.FLOAT32, nchannels=1, sample_rate=rate_hz)
    return np.frombuffer(decoded.samples, np.float32).copy()
