"""The tones: what a cue and a signal sound like, and how several mix without a click."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from levelhips.events import Cue, Side, Signal

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Pitches a fifth and more apart, so that the side is told by ear and by pitch; above the rumble of a treadmill."""

    volume: float = 0.7  # of full scale
    left_hz: float = 587.0
    right_hz: float = 988.0
    pip_s: float = 0.090  # short against a stance of 0.2-0.3 s, long enough for a pitch
    ramp_s: float = 0.006  # a shorter ramp clicks
    quietest_db: float = -10.0  # a drop just over the threshold, against the worst
    double_from: float = 0.6  # from this severity on the pip comes twice: it is heard where loudness is not
    other_ear_db: float = -18.0  # a little in the other ear: an earbud may have fallen out

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("volume", self.volume, 0.0, 1.0),
            ("left_hz", self.left_hz, 100.0, 4000.0),
            ("right_hz", self.right_hz, 100.0, 4000.0),
            ("pip_s", self.pip_s, 0.03, 0.3),
            ("ramp_s", self.ramp_s, 0.002, 0.05),
        ):
            if not low <= value <= high:
                raise ValueError(f"{name} is {value:g}; it must be from {low:g} to {high:g}")


# Signals without words: (pitch, seconds) one after the other; a pitch of 0 is a pause. Up is good, down is an end, low is trouble.
SIGNALS: dict[str, tuple[tuple[float, float], ...]] = {
    "calibrated": ((523.0, 0.09), (659.0, 0.09), (784.0, 0.16)),
    "started": ((784.0, 0.08), (0.0, 0.04), (784.0, 0.12)),
    "paused": ((659.0, 0.10), (494.0, 0.16)),
    "lost": ((262.0, 0.14), (0.0, 0.06), (262.0, 0.14), (0.0, 0.06), (262.0, 0.14)),
    "back": ((392.0, 0.09), (587.0, 0.14)),
}


def tone(frequency_hz: float, seconds: float, rate_hz: int, ramp_s: float) -> Sound:
    """A sine with a second harmonic (small loudspeakers swallow pure ones), raised-cosine ramps at both ends."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    wave = 0.8 * np.sin(2 * np.pi * frequency_hz * t) + 0.2 * np.sin(4 * np.pi * frequency_hz * t)
    ramp = min(round(ramp_s * rate_hz), len(t) // 2)
    if ramp:
        rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp) + 0.5) / ramp)
        wave[:ramp] *= rise
        wave[-ramp:] *= rise[::-1]
    return wave.astype(np.float32)


def cue_sound(cue: Cue, settings: SoundSettings, rate_hz: int) -> Sound:
    """A cue as (n, 2) samples: the ear and the pitch of the stance side, louder and doubled with severity."""
    frequency = settings.left_hz if cue.side is Side.LEFT else settings.right_hz
    pip = tone(frequency, settings.pip_s, rate_hz, settings.ramp_s)
    if cue.severity >= settings.double_from:
        pip = np.concatenate([pip, np.zeros(round(0.035 * rate_hz), np.float32), pip])
    pip = pip * np.float32(settings.volume * 10 ** (settings.quietest_db * (1 - cue.severity) / 20))
    other = pip * np.float32(10 ** (settings.other_ear_db / 20))
    return np.stack([pip, other] if cue.side is Side.LEFT else [other, pip], axis=1)


def signal_sound(signal: Signal, settings: SoundSettings, rate_hz: int) -> Sound:
    """A signal as (n, 2) samples, the same in both ears."""
    notes = [
        tone(pitch, seconds, rate_hz, settings.ramp_s) if pitch else np.zeros(round(seconds * rate_hz), np.float32)
        for pitch, seconds in SIGNALS[signal.what]
    ]
    wave = np.concatenate(notes) * np.float32(0.5 * settings.volume)
    return np.stack([wave, wave], axis=1)


def sound_of(event: object, settings: SoundSettings, rate_hz: int) -> Sound | None:
    """What is heard of an event; None of most."""
    if isinstance(event, Cue):
        return cue_sound(event, settings, rate_hz)
    if isinstance(event, Signal):
        return signal_sound(event, settings, rate_hz)
    return None


class Mixer:
    """Sounds that are begun at any moment, mixed into blocks of any length.

    `begin` may be called from any thread; `render` from one.
    """

    voices = 6  # more at once is noise, and each costs time in the callback

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._new: deque[Sound] = deque(maxlen=self.voices)
        self._playing: list[tuple[Sound, int]] = []
        self._gain, self.muted = 1.0, False

    def begin(self, sound: Sound) -> None:
        """Let a sound begin with the next block."""
        self._new.append(sound)

    @property
    def busy(self) -> bool:
        return bool(self._new or self._playing)

    def render(self, frames: int) -> Sound:
        """The next (frames, 2) samples."""
        while self._new:
            self._playing.append((self._new.popleft(), 0))
        del self._playing[: -self.voices]
        out = np.zeros((frames, 2), np.float32)
        still = []
        for sound, at in self._playing:
            part = sound[at : at + frames]
            out[: len(part)] += part
            if at + frames < len(sound):
                still.append((sound, at + frames))
        self._playing = still
        goal = 0.0 if self.muted else 1.0
        if self._gain != goal or goal != 1.0:
            # Mute within a hundredth of a second, along a line: no click.
            steps = np.arange(1, frames + 1) / (0.01 * self.rate_hz)
            gain = np.clip(self._gain + np.sign(goal - self._gain) * steps, min(self._gain, goal), max(self._gain, goal))
            out *= gain[:, None].astype(np.float32)
            self._gain = float(gain[-1]) if frames else self._gain
        return np.clip(out, -1.0, 1.0)
