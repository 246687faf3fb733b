"""Make the tones of cues and signals, and mix sounds that overlap."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from levelhips.bounds import bounded, check
from levelhips.events import Cue, Side, Signal, SignalKind

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Volume, pitch and length of the beeps.

    By default the pitches of the two sides are more than a fifth apart, so that the sides differ clearly in pitch, too, and not
    only in the ear that hears them.
    """

    volume: float = bounded(0.7, 0.0, 1.0)
    # Above the rumble of a treadmill. Earbuds and phones are weak below 100 Hz; many people hear poorly above 4 kHz.
    left_hz: float = bounded(587.0, 100.0, 4000.0)
    right_hz: float = bounded(988.0, 100.0, 4000.0)
    # Much shorter than a stance (0.2-0.3 s), but long enough to hear its pitch.
    pip_s: float = bounded(0.090, 0.03, 0.3)
    ramp_s: float = bounded(0.006, 0.002, 0.05)  # a shorter ramp clicks
    # Relative to the loudest beep. At less than -60 dB nothing is heard; above 0 dB the quietest would be the loudest.
    quietest_db: float = bounded(-10.0, -60.0, 0.0)
    double_from: float = bounded(0.6, 0.0, 1.0)  # severity from which the beep is doubled, in case loudness is hard to judge
    other_ear_db: float = bounded(-18.0, -60.0, 0.0)  # not silent: the earbud of the other side may have fallen out
    words: bool = True

    def __post_init__(self) -> None:
        check(self)


# (pitch [Hz], length [s]) one after the other; a pitch of 0 is a pause. Rising notes are good, falling ones an end, low ones a problem.
SIGNALS: dict[SignalKind, tuple[tuple[float, float], ...]] = {
    SignalKind.CALIBRATED: ((523.0, 0.09), (659.0, 0.09), (784.0, 0.16)),
    SignalKind.STARTED: ((784.0, 0.08), (0.0, 0.04), (784.0, 0.12)),
    SignalKind.PAUSED: ((659.0, 0.10), (494.0, 0.16)),
    SignalKind.LOST: ((262.0, 0.14), (0.0, 0.06), (262.0, 0.14), (0.0, 0.06), (262.0, 0.14)),
    SignalKind.BACK: ((392.0, 0.09), (587.0, 0.14)),
}


def tone(frequency_hz: float, seconds: float, rate_hz: int, ramp_s: float) -> Sound:
    """Return the (n,) samples of a tone of one pitch, from -1 to 1, that fades in and out in `ramp_s`."""
    return glide(frequency_hz, frequency_hz, seconds, rate_hz, ramp_s)


def glide(from_hz: float, to_hz: float, seconds: float, rate_hz: int, ramp_s: float) -> Sound:
    """Return the (n,) samples of a tone whose pitch glides from one frequency to another.

    It is a sine with a second harmonic, because small loudspeakers hardly play pure low sines, and has raised-cosine ramps.
    """
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    phase = 2 * np.pi * (from_hz * t + (to_hz - from_hz) * t * t / (2 * seconds))
    wave = 0.8 * np.sin(phase) + 0.2 * np.sin(2 * phase)
    ramp = min(round(ramp_s * rate_hz), len(t) // 2)
    if ramp:
        rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(ramp) + 0.5) / ramp)
        wave[:ramp] *= rise
        wave[-ramp:] *= rise[::-1]
    return wave.astype(np.float32)


def cue_sound(cue: Cue, settings: SoundSettings, rate_hz: int) -> Sound:
    """Return the stereo samples (n, 2) of a cue: panned and pitched by side; louder, and repeated, with severity."""
    frequency = settings.left_hz if cue.side is Side.LEFT else settings.right_hz
    pip = tone(frequency, settings.pip_s, rate_hz, settings.ramp_s)
    if cue.severity >= settings.double_from:
        pip = np.concatenate([pip, np.zeros(round(0.035 * rate_hz), np.float32), pip])
    pip = pip * np.float32(settings.volume * 10 ** (settings.quietest_db * (1 - cue.severity) / 20))
    other = pip * np.float32(10 ** (settings.other_ear_db / 20))
    return np.stack([pip, other] if cue.side is Side.LEFT else [other, pip], axis=1)


def notes(glides: Sequence[tuple[float, float, float]], rate_hz: int, ramp_s: float) -> Sound:
    """Return the (n,) samples of glides (from [Hz], to [Hz], length [s]) one after the other; a pitch of 0 is a pause."""
    parts = [
        glide(low, high, seconds, rate_hz, ramp_s) if low else np.zeros(round(seconds * rate_hz), np.float32)
        for low, high, seconds in glides
    ]
    return np.concatenate(parts)


def signal_sound(signal: Signal, settings: SoundSettings, rate_hz: int) -> Sound:
    """Return the stereo samples (n, 2) of a signal, the same in both ears."""
    wave = notes([(pitch, pitch, seconds) for pitch, seconds in SIGNALS[signal.kind]], rate_hz, settings.ramp_s)
    wave = wave * np.float32(0.5 * settings.volume)
    return np.stack([wave, wave], axis=1)


class Mixer:
    """Mixer of overlapping sounds, words spoken one after the other, and a metronome; rendered in blocks of any length.

    `begin`, `say` and `tick` may be called from any thread, also during `render`: they only queue a request. Only one thread
    may call `render`; all other state belongs to it.
    """

    voices = 6  # sounds at once; more are a jumble, and each takes time in the callback of the sound device

    def __init__(self, rate_hz: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate_hz, self._clock = rate_hz, clock
        self._new: deque[tuple[Sound, float, Callable[[float | None], None] | None]] = deque(maxlen=self.voices)
        self._playing: list[tuple[Sound, int]] = []
        self._gain, self.muted = 1.0, False
        self._frames = 0  # rendered so far
        self._requested_words: deque[tuple[Sound, int, bool]] = deque(
            maxlen=self.voices
        )  # with the last frame to begin at, and whether urgent
        self._words: deque[tuple[Sound, int]] = deque()
        self._word: Sound | None = None
        self._word_at = 0
        self._requested_tick_s: deque[float] = deque(maxlen=1)  # only the newest request counts
        self._period, self._next_tick = 0.0, 0.0  # in frames; a period of 0 means no ticks
        self._click = tone(1600.0, 0.012, rate_hz, 0.003) * np.float32(0.35)

    def say(self, spoken: Sound, waits_s: float, *, urgent: bool = False) -> None:
        """Queue a spoken word; one that cannot start within `waits_s` is dropped. An urgent word replaces what is queued."""
        self._requested_words.append((spoken, self._frames + round(waits_s * self.rate_hz), urgent))

    def tick(self, every_s: float) -> None:
        """Start the metronome with the next block, a tick each `every_s` seconds, exact to the sample; 0 stops it."""
        self._requested_tick_s.append(every_s)

    def begin(self, sound: Sound, until_s: float = math.inf, begun: Callable[[float | None], None] | None = None) -> None:
        """Start a sound with the next block.

        Parameters
        ----------
        sound : Sound
        until_s : float
            Drop it if that block is rendered later than this, on the mixer's clock [s].
        begun : callable or None
            Called by the render with its time on that clock [s], or with None if the sound was dropped.
        """
        self._new.append((sound, until_s, begun))

    def clear(self) -> None:
        """Drop everything that sounds or waits, except the metronome. Not while a block is rendered in another thread."""
        self._new.clear()
        self._requested_words.clear()
        self._words.clear()
        self._playing, self._word = [], None

    @property
    def busy(self) -> bool:
        """Whether a sound or a word is playing or waiting."""
        return bool(self._new or self._playing or self._requested_words or self._words or self._word is not None)

    def render(self, frames: int) -> Sound:
        """Return the next (frames, 2) samples."""
        self._take_words()
        self._take_sounds()
        out = np.zeros((frames, 2), np.float32)
        still = []
        for sound, at in self._playing:
            part = sound[at : at + frames]
            out[: len(part)] += part
            if at + frames < len(sound):
                still.append((sound, at + frames))
        self._playing = still
        self._tick(out)
        self._speak(out)
        self._frames += frames
        goal = 0.0 if self.muted else 1.0
        if self._gain != goal or goal != 1.0:
            # Change the gain along a line of 10 ms: a jump would click.
            steps = np.arange(1, frames + 1) / (0.01 * self.rate_hz)
            gain = np.clip(self._gain + np.sign(goal - self._gain) * steps, min(self._gain, goal), max(self._gain, goal))
            out *= gain[:, None].astype(np.float32)
            self._gain = float(gain[-1]) if frames else self._gain
        return np.clip(out, -1.0, 1.0)

    def _take_sounds(self) -> None:
        now_s = self._clock()
        while self._new:
            sound, until_s, begun = self._new.popleft()
            in_time = now_s <= until_s
            if in_time:
                self._playing.append((sound, 0))
            if begun is not None:
                begun(now_s if in_time else None)
        del self._playing[: -self.voices]

    def _take_words(self) -> None:
        while self._requested_words:
            spoken, until, urgent = self._requested_words.popleft()
            if urgent:
                # Drop the words that wait, and fade out the one being spoken within 10 ms: cut off, it would click.
                self._words.clear()
                if self._word is not None:
                    rest = self._word[self._word_at : self._word_at + self.rate_hz // 100]
                    fading = (rest * np.linspace(1, 0, len(rest), dtype=np.float32)[:, None]).astype(np.float32)
                    self._playing.append((fading, 0))
                    self._word = None
            self._words.append((spoken, until))

    def _speak(self, out: Sound) -> None:
        at = 0
        while at < len(out):
            if self._word is None:
                while self._words and self._words[0][1] < self._frames:
                    self._words.popleft()
                if not self._words:
                    return
                self._word, self._word_at = self._words.popleft()[0], 0
            part = self._word[self._word_at : self._word_at + len(out) - at]
            out[at : at + len(part)] += part
            at += len(part)
            self._word_at += len(part)
            if self._word_at >= len(self._word):
                self._word = None

    def _tick(self, out: Sound) -> None:
        if self._requested_tick_s:
            every_s = self._requested_tick_s.popleft()
            # At most one tick per sample: a period below 1 would make the loop below long or endless.
            self._period = max(every_s * self.rate_hz, 1.0) if every_s > 0 else 0.0
            self._next_tick = float(self._frames)
        if not self._period:
            return
        while self._next_tick < self._frames + len(out):
            at = int(self._next_tick) - self._frames
            part = self._click[max(-at, 0) : len(out) - at]
            out[max(at, 0) : max(at, 0) + len(part)] += part[:, None]
            if at + len(self._click) > len(out):  # goes on in the next block
                self._playing.append((np.repeat(self._click[:, None], 2, axis=1), len(out) - at))
            self._next_tick += self._period
