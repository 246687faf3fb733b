"""Write the sounds of a session into a WAV file, each at the time at which it is heard in a live session."""

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

MAX_SILENCE_S = 6 * 3600.0  # a longer silence (this one takes 1.4 GB) comes from a clock that jumped and not from a pause
RATE_HZ = 16000  # at least twice the highest overtone: pitches go up to 4 kHz, their second harmonics to 8 kHz


class WavSink:
    """Sink that writes the sounds of updates into a stereo 16-bit WAV file.

    The file has a temporary name until `close` has finished it.

    Parameters
    ----------
    path : Path
        The file to write; an existing one is replaced.
    from_s : float
        Sensor time at which the file begins [s].
    settings : SoundSettings
        Volume, pitch and length of the sounds.

    Raises
    ------
    LevelHipsError
        If `path` is a folder or a device, or its folder cannot be written.
    """

    def __init__(self, path: Path, from_s: float, settings: SoundSettings = SoundSettings()) -> None:
        self.path, self._from_s, self._voice = path, from_s, Voice(settings)
        try:
            self._target = Replacement(path)
            try:
                self._raw = open(self._target.part, "wb")  # noqa: SIM115  # closed in close()
            except OSError:
                self._target.discard()
                raise
        except OSError as error:
            raise RecordingError("cannot-write", path=path, reason=error.strerror) from error
        self._file = wave.open(self._raw, "wb")  # noqa: SIM115
        self._file.setnchannels(2)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE_HZ)
        self._mixer = Mixer(RATE_HZ)
        self._frames = 0

    def put(self, update: Update) -> None:
        """Add the sounds of an update, each at the `known_s` of its event; leave out events before the beginning of the file.

        Raises
        ------
        RecordingError
            If the disk is full, or if more than `MAX_SILENCE_S` passed since the sound before.
        """
        for event in update.events:
            if isinstance(event, AUDIBLE) and event.known_s >= self._from_s:
                self._write_to(event.known_s)
                self._voice.put(event, self._mixer)
        if len(update.angles):
            self._write_to(float(update.angles.t_s[-1]))

    def close(self) -> None:
        """Write the rest of the sounds, and give the file its final name.

        Raises
        ------
        RecordingError
            If the disk is full; the unfinished file is removed.
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
        """Remove the unfinished file, so that it is not mistaken for a whole one."""
        with contextlib.suppress(OSError):  # a full disk does not matter here: the file is removed anyway
            self._file.close()
        with contextlib.suppress(OSError):
            self._raw.close()
        self._target.discard()

    def _write_to(self, t_s: float) -> None:
        frames = round((t_s - self._from_s) * RATE_HZ) - self._frames
        if frames > MAX_SILENCE_S * RATE_HZ:
            raise RecordingError("gap-too-long-for-sound", hours=frames / RATE_HZ / 3600)
        while frames > 0:  # one second at a time: the silence may last hours, and would fill the memory
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
    """Read a 16-bit WAV file; return its rate [Hz] and its (n, channels) samples, from -1 to 1."""
    with wave.open(str(path), "rb") as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
        return file.getframerate(), (data / 32767).astype(np.float32)
