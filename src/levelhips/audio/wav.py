"""Cues rendered into a WAV file, each at the moment at which it was known."""

from __future__ import annotations

import contextlib
import wave
from pathlib import Path

import numpy as np

from levelhips.audio.synth import Mixer, Sound, SoundSettings
from levelhips.audio.voice import AUDIBLE, Voice
from levelhips.errors import RecordingError
from levelhips.events import Update
from levelhips.files import Replacement

MAX_SILENCE_S = 6 * 3600.0  # of silence at once: 1.4 GB; a clock that jumped, not a pause
RATE_HZ = 16000  # twice the highest overtone of the tones, with room


class WavSink:
    """Write the sounds of updates into a stereo 16-bit WAV file; its second 0 is `from_s` of the sensor's clock.

    The file has a temporary name until it is closed whole.

    Parameters
    ----------
    path : Path
        The file.
    from_s : float
        Sensor time of its beginning [s].
    settings : SoundSettings

    Raises
    ------
    LevelHipsError
        If `path` is a folder or a device, or its folder cannot be written.
    """

    def __init__(self, path: Path, from_s: float, settings: SoundSettings = SoundSettings()) -> None:
        self.path, self._from_s, self._voice = path, from_s, Voice(settings)
        try:
            self._target = Replacement(path)
            self._raw = open(self._target.part, "wb")  # noqa: SIM115  # closed in close()
        except OSError as error:
            raise RecordingError("cannot-write", path=path, reason=error.strerror) from error
        self._file = wave.open(self._raw, "wb")  # noqa: SIM115
        self._file.setnchannels(2)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE_HZ)
        self._mixer = Mixer(RATE_HZ)
        self._frames = 0

    def put(self, update: Update) -> None:
        """Take an update: its sounds begin where they were known. What was before the file's beginning is left out."""
        for event in update.events:
            if isinstance(event, AUDIBLE) and event.known_s >= self._from_s:
                self._write_to(event.known_s)
                self._voice.put(event, self._mixer)
        if len(update.angles):
            self._write_to(float(update.angles.t_s[-1]))

    def close(self) -> None:
        """Write what still sounds, and give the file its name.

        Raises
        ------
        RecordingError
            If the disk is full; no file is left then.
        """
        try:
            self._write(self._mixer.render(RATE_HZ // 2))
            self._file.close()
            self._raw.close()
            self._target.commit()
        except OSError as error:
            self.abandon()
            raise self._full(error) from error

    def abandon(self) -> None:
        """Give up: leave no file that looks whole."""
        with contextlib.suppress(OSError):  # the disk may be full: what was not written is not wanted either
            self._file.close()
        with contextlib.suppress(OSError):
            self._raw.close()
        self._target.discard()

    def _write_to(self, t_s: float) -> None:
        frames = round((t_s - self._from_s) * RATE_HZ) - self._frames
        if frames > MAX_SILENCE_S * RATE_HZ:
            raise RecordingError("gap-too-long-for-sound", hours=frames / RATE_HZ / 3600)
        while frames > 0:  # in blocks, for a gap may be an hour
            block = min(frames, RATE_HZ)
            self._write(self._mixer.render(block))
            frames -= block

    def _write(self, block: Sound) -> None:
        try:
            self._file.writeframes((block * 32767).astype("<i2").tobytes())
        except OSError as error:
            raise self._full(error) from error
        self._frames += len(block)

    def _full(self, error: OSError) -> RecordingError:
        return RecordingError("cannot-finish-writing", path=self.path, reason=error.strerror)


def read_wav(path: Path) -> tuple[int, Sound]:
    """Read a WAV file of ours: its rate [Hz] and (n, 2) samples from -1 to 1."""
    with wave.open(str(path), "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        return file.getframerate(), (data / 32767).astype(np.float32)
