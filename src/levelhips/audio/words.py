"""What the voice can say: short clips in the folder beside this file, made from these texts by `make words`."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

TEXTS: dict[str, str] = {
    **{str(n): str(n) for n in range(1, 31)},
    "40": "40",
    "50": "50",
    "60": "60",
    "stand": "Stand still.",
    "bow": "Bow forward once, on both feet, and come up again.",
    "take-position": "Take your position.",
    "next-set": "Next set. Take your position.",
    "upright": "Stand upright.",
    "left-side": "Lie on your left side.",
    "right-side": "Lie on your right side.",
    "supine": "Lie on your back.",
    "go": "Go.",
    "set-done": "Set done. Rest.",
    "done": "Well done. That was all.",
    "paused": "Paused.",
    "wrong-posture": "Not the right position.",
    "wrong-side": "The other side, please.",
    "posture-lost": "Position lost.",
    "fell-off": "The clip is off. Put it on again, and stand still.",
    "sensor-lost": "Sensor lost.",
    "sensor-back": "Sensor back.",
    "short": "Further.",
    "not-back": "All the way back.",
    "no-movement": "Go on when you are ready.",
    "rolled-back": "You roll back.",
    "rolled-forward": "Too far forward.",
    "turned": "Do not turn.",
    "leaned": "Trunk upright.",
    "hiked": "Hip too high.",
    "dipped": "The hip dips.",
    "too-far": "Too far.",
    "too-fast": "Slower.",
    "waddled": "Keep level.",
    "opened": "Hips square.",
    "snapped": "Foot in slowly.",
    "touched-down": "Foot up.",
    "left-band": "Keep level.",
    "clock-off": "Hold still.",
    "run": "Run.",
    "walk": "Walk.",
    "with-sound": "With sound.",
    "without-sound": "Without sound. Keep it level.",
    "measure": "Run as you usually do. We are only measuring.",
    "remember": "No sound today. Run as you have learned: pelvis level.",
    "run-done": "That was it for today. Slow down.",
}


@cache
def word(name: str, rate_hz: int) -> NDArray[np.float32] | None:
    """The clip (n,) of a word, or of a drill's instruction (``drill_side``); None if there is none."""
    import miniaudio

    file = resources.files("levelhips.audio") / "clips" / f"{name}.ogg"
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return None  # a drill from elsewhere
    decoded = miniaudio.decode(data, output_format=miniaudio.SampleFormat.FLOAT32, nchannels=1, sample_rate=rate_hz)
    return np.frombuffer(decoded.samples, np.float32).copy()
