"""The sound device: a callback that renders the mixer."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

from levelhips.audio.synth import Mixer, SoundSettings
from levelhips.audio.voice import Voice
from levelhips.errors import SoundError
from levelhips.events import Cue, CueOutcome, HealthReason, HealthState, Outcome, PartHealth, Update

RATE_HZ = 48000
BUFFER_MS = 10  # measured on a PulseAudio null sink: 12 ms from trigger to sample at 10, 6 ms at 5 (which some devices refuse)


class Player:
    """Play cues and signals as they come. A sink of a session.

    Parameters
    ----------
    settings : SoundSettings
    null : bool
        Use miniaudio's null device: real time, no sound.
    rendered : callable or None
        Called with every rendered block: (monotonic seconds, block). For measurements.

    Raises
    ------
    SoundError
        If there is no sound device.
    """

    def __init__(
        self,
        settings: SoundSettings = SoundSettings(),
        *,
        null: bool = False,
        rendered: Callable[[float, Any], None] | None = None,
    ) -> None:
        import miniaudio

        self._cues: deque[tuple[Cue, bool]] = deque()
        self.mixer, self._voice, self._rendered = Mixer(RATE_HZ), Voice(settings), rendered
        backends = [miniaudio.Backend.NULL] if null else [b for b in miniaudio.get_enabled_backends() if b is not miniaudio.Backend.NULL]
        try:
            with _quiet():
                self._device = miniaudio.PlaybackDevice(
                    output_format=miniaudio.SampleFormat.FLOAT32,
                    nchannels=2,
                    sample_rate=RATE_HZ,
                    buffersize_msec=BUFFER_MS,
                    backends=backends,
                    app_name="levelhips",
                )
                callback = self._blocks()
                next(callback)
                self._device.start(callback)
        except miniaudio.MiniaudioError as error:
            raise SoundError("no-sound-device") from error

    def put(self, update: Update) -> None:
        """Begin the sounds of an update."""
        for event in update.events:
            self._voice.put(event, self.mixer)
            if isinstance(event, Cue):
                self._cues.append((event, self.mixer.muted))

    def mute(self, muted: bool) -> None:
        """Turn all sound off or on."""
        self.mixer.muted = muted

    def health(self) -> PartHealth:
        """Return whether sound is heard at present."""
        if self.mixer.muted:
            return PartHealth(HealthState.OFF, HealthReason.MUTED)
        return PartHealth(HealthState.OK)

    def take_outcomes(self, now_s: float) -> list[CueOutcome]:
        """Return what became of cues since the last call; `now_s` is the sensor time until which it is known [s]."""
        found = []
        while self._cues:
            cue, muted = self._cues.popleft()
            found.append(CueOutcome(cue.at_s, now_s, cue.contact_s, cue.side, Outcome.MUTED if muted else Outcome.RENDERED))
        return found

    def close(self) -> None:
        """Let what sounds end, then stop the device."""
        end = time.monotonic() + 1.0
        while self.mixer.busy and time.monotonic() < end:
            time.sleep(0.02)
        self._device.close()

    def _blocks(self) -> Generator[bytes | Any, int, None]:
        frames = yield b""
        while True:
            block = self.mixer.render(frames)
            if self._rendered is not None:
                self._rendered(time.monotonic(), block)
            frames = yield block


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the system's sound libraries print of a missing device from the user's terminal: we say it in one line."""
    try:
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
