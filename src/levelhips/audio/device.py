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
# The system's own mixers, best first. JACK is left out: its library prints, and keeps shared memory after each failed attempt.
BACKENDS = ("WASAPI", "COREAUDIO", "PULSEAUDIO", "ALSA")
_OPENING = threading.Lock()  # the systems' sound libraries are not safe to be started by two threads at once
CLOSE_S = 2.0  # for a device to close; one whose server hangs is left to a thread of its own


class Playback:
    """Blocks of sound that a device takes from a function, with the time of the last one and the number that came too late.

    Parameters
    ----------
    render : callable
        Called in the device's thread with a number of frames; returns a block (frames, 2).
    clock : callable
        Monotonic seconds.

    Attributes
    ----------
    opened_s, rendered_s : float
        When it began; when the device last took a block [s].
    blocks, underruns : int
        Number of blocks taken; how often the sound handed over ended before the device asked for more.
    """

    def __init__(self, render: Callable[[int], Sound], clock: Callable[[], float] = time.monotonic) -> None:
        self._render, self._clock = render, clock
        self._abandoned = False
        self.opened_s = self.rendered_s = clock()
        self.blocks = self.underruns = 0
        self._played_until_s = self.opened_s

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

    def stream(self) -> Generator[bytes | Any, int, None]:
        """Return the generator that a device calls for its blocks: each number of frames sent to it yields a block."""
        frames = yield b""
        while True:
            now_s = self._clock()
            if self.blocks and now_s > self._played_until_s + UNDERRUN_S:
                self.underruns += 1
            self._played_until_s = max(self._played_until_s, now_s) + frames / RATE_HZ
            self.rendered_s = now_s
            self.blocks += 1
            frames = yield np.zeros((frames, 2), np.float32) if self._abandoned else self._render(frames)

    def close(self) -> None:
        """Hand over silence from now on."""
        self._abandoned = True


class SoundDevice(Playback):
    """An open sound device that asks for blocks.

    Parameters
    ----------
    render : callable
        Called in the device's thread with a number of frames; returns a block (frames, 2).
    null : bool
        Use miniaudio's null device: real time, no sound.

    Raises
    ------
    OSError
        If there is no sound device, or it cannot be opened.
    """

    def __init__(self, render: Callable[[int], Sound], *, null: bool = False) -> None:
        import miniaudio

        super().__init__(render)
        enabled = miniaudio.get_enabled_backends()
        wanted = [miniaudio.Backend.NULL] if null else [miniaudio.Backend[name] for name in BACKENDS]
        failures = []
        with _OPENING, _quiet_libraries():
            for backend in wanted:
                if backend in enabled:
                    try:
                        self._device = self._started(backend)
                        return
                    except miniaudio.MiniaudioError as error:
                        failures.append(f"{backend.name}: {error}")
        raise OSError("; ".join(failures) or "no backend")

    def _started(self, backend: Any) -> Any:
        """Open and start a device of one backend: given several, miniaudio stays with the first that exists, even without a device."""
        import miniaudio

        # Made in two steps: the connection to the sound server is freed also if the second one fails.
        device = miniaudio.PlaybackDevice.__new__(miniaudio.PlaybackDevice)
        try:
            device.__init__(
                output_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=2,
                sample_rate=RATE_HZ,
                buffersize_msec=BUFFER_MS,
                backends=[backend],
                app_name="levelhips",
            )
            callback = self.stream()
            next(callback)
            device.start(callback)
        except miniaudio.MiniaudioError:
            _free(device)
            raise
        return device

    def close(self) -> None:
        """Close it; wait two seconds at most. A device that hangs is silenced, and closed when it answers again."""
        super().close()
        closing = threading.Thread(target=_free, args=(self._device,), name="levelhips-sound-close", daemon=True)
        closing.start()
        closing.join(CLOSE_S)


def _free(device: Any) -> None:
    """Close a device and the connection of its library to the sound server, which miniaudio leaves open."""
    import miniaudio

    if getattr(device, "_device", None) is not None and hasattr(device, "backend"):
        device.close()
    context = getattr(device, "_context", None)
    if context is not None:
        miniaudio.lib.ma_context_uninit(context)
        device._context = None


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
