"""The sound device: opened, watched and closed, without ever blocking whoever asks for it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np

from levelhips.audio.synth import Sound

RATE_HZ = 48000
BUFFER_MS = 10  # measured on a PulseAudio null sink: 12 ms from trigger to sample at 10, 6 ms at 5 (which some devices refuse)
# A device takes a block every few hundredths of a second. A second without one is not jitter: its server hangs or is gone.
STALLED_S = 1.0
# A new stream may take one block and then none for up to 2 s, the longest latency of a PulseAudio sink; after some blocks it plays.
STARTS_S, SETTLED_BLOCKS = 3.0, 20
# How much later than the end of the sound handed over so far the next block may be asked for: timers are that exact.
UNDERRUN_S = 0.005
CLOSE_S = 2.0  # for a device to close; one whose server hangs is left to a thread of its own


class SoundDevice:
    """An open sound device that asks for blocks.

    Parameters
    ----------
    render : callable
        Called in the device's thread with a number of frames; returns a block (frames, 2).
    null : bool
        Use miniaudio's null device: real time, no sound.
    clock : callable
        Monotonic seconds.

    Raises
    ------
    OSError
        If there is no sound device, or it cannot be opened.
    """

    def __init__(self, render: Callable[[int], Sound], *, null: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        import miniaudio

        self._render, self._clock = render, clock
        self._abandoned = False
        self.opened_s = self.rendered_s = clock()  # when it was opened; when it last took a block
        self.blocks = self.underruns = 0
        self._played_until_s = self.opened_s
        enabled = miniaudio.get_enabled_backends()
        backends = [miniaudio.Backend.NULL] if null else [b for b in enabled if b is not miniaudio.Backend.NULL]
        try:
            with _quiet_libraries():
                self._device = miniaudio.PlaybackDevice(
                    output_format=miniaudio.SampleFormat.FLOAT32,
                    nchannels=2,
                    sample_rate=RATE_HZ,
                    buffersize_msec=BUFFER_MS,
                    backends=backends,
                    app_name="levelhips",
                )
                callback = self._callback()
                next(callback)
                self._device.start(callback)
        except miniaudio.MiniaudioError as error:
            raise OSError(str(error)) from error

    @property
    def stalled(self) -> bool:
        """Whether it takes no sound: no block for a second, or too few since it was opened."""
        if self.plays:
            return self._clock() - self.rendered_s > STALLED_S
        return self._clock() - self.opened_s > STARTS_S

    @property
    def plays(self) -> bool:
        """Whether it has taken so many blocks that it goes on by itself."""
        return self.blocks >= SETTLED_BLOCKS

    def close(self) -> None:
        """Close it; wait two seconds at most. A device that hangs is silenced, and closed when it answers again."""
        self._abandoned = True
        closing = threading.Thread(target=self._device.close, name="levelhips-sound-close", daemon=True)
        closing.start()
        closing.join(CLOSE_S)

    def _callback(self) -> Generator[bytes | Any, int, None]:
        frames = yield b""
        while True:
            now_s = self._clock()
            if self.blocks and now_s > self._played_until_s + UNDERRUN_S:
                self.underruns += 1
            self._played_until_s = max(self._played_until_s, now_s) + frames / RATE_HZ
            self.rendered_s = now_s
            self.blocks += 1
            frames = yield np.zeros((frames, 2), np.float32) if self._abandoned else self._render(frames)


_ALSA_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
_keep_alsa_quiet = _ALSA_HANDLER(lambda *_: None)  # must live as long as the library


@contextlib.contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep what the system's sound libraries print about a missing device from the user's terminal: we say it in one line.

    A device is opened again in mid-session, when others may write to standard error: then only the library is silenced.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_keep_alsa_quiet)
    if threading.current_thread() is not threading.main_thread():
        yield
        return
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
