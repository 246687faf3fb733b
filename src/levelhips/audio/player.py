"""Play cues and signals, watch the sound device, and open it again when it was lost."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from levelhips.audio.device import BUFFER_MS, RATE_HZ, Playback, SoundDevice
from levelhips.audio.synth import Mixer, Sound, SoundSettings
from levelhips.audio.voice import Voice
from levelhips.events import Cue, CueOutcome, HealthReason, HealthState, Outcome, PartHealth, Update

__all__ = ["BUFFER_MS", "RATE_HZ", "Player"]

log = logging.getLogger(__name__)

WATCH_S = 0.2  # a stall is noticed a fifth of a second after it is certain
REOPEN_S = 1.0  # between attempts: a device is used within two seconds of its return, and an attempt takes some milliseconds
ERROR_S = 2.0  # how long an error of the mixer counts as a fault: long enough to be reported
CUE_WAITS_S = 0.15  # a cue that is heard later than this is heard after the stance (0.2-0.3 s), if nothing better is known
BLOCK_S = BUFFER_MS / 1000  # a block is heard when the device has played the one before
ANSWER_S = 1.0  # a cue that no block took within this was not heard


@dataclass(slots=True)
class _Asked:
    """A cue that was given to the mixer."""

    cue: Cue
    at_s: float
    muted: bool
    outcome: Outcome | None = None


class Player:
    """Play cues and signals as they come, on whatever sound device there is. A sink of a session.

    A device that is missing, lost or stalled is opened again every second; cues meanwhile are dropped, not kept for later.

    Parameters
    ----------
    settings : SoundSettings
    null : bool
        Use miniaudio's null device: real time, no sound.
    rendered : callable or None
        Called with every rendered block: (monotonic seconds, block). For measurements.
    open_device : callable or None
        Opens a device that takes its blocks from a function, instead of the sound card. For simulated time.
    clock : callable
        Monotonic seconds of that device.
    """

    def __init__(
        self,
        settings: SoundSettings = SoundSettings(),
        *,
        null: bool = False,
        rendered: Callable[[float, Any], None] | None = None,
        open_device: Callable[[Callable[[int], Sound]], Playback] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.mixer, self._voice, self._rendered, self._clock = Mixer(RATE_HZ, clock), Voice(settings), rendered, clock
        self._open_device = open_device or partial(SoundDevice, null=null)
        self._asked: deque[_Asked] = deque()
        self._device: Playback | None = None
        self._lost: PartHealth | None = None  # the fault since which no device has played
        self._detail, self._mixer_error, self._mixer_failed_s = "", "", -ERROR_S
        self._underruns = 0  # of devices that are closed
        self._closing = threading.Event()
        self._open()
        self._thread = threading.Thread(target=self._watch, name="levelhips-sound", daemon=True)
        self._thread.start()

    def put(self, update: Update, waits_s: float = math.inf) -> None:
        """Begin the sounds of an update; drop a cue that would be heard later than in `waits_s`."""
        for event in update.events:
            if isinstance(event, Cue):
                self._play(event, min(waits_s, CUE_WAITS_S))
            else:
                self._voice.put(event, self.mixer)

    def mute(self, muted: bool) -> None:
        """Turn all sound off or on."""
        self.mixer.muted = muted

    def health(self) -> PartHealth:
        """Return whether sound is heard at present."""
        device = self._device
        if device is None:
            return PartHealth(HealthState.FAULT, HealthReason.NO_DEVICE, self._detail)
        if device.stalled:
            return PartHealth(HealthState.FAULT, HealthReason.DEVICE_STALLED, alive_s=device.rendered_s)
        if not device.plays:  # just opened: whether it will play is not known yet
            return self._lost or PartHealth()
        if self._clock() - self._mixer_failed_s < ERROR_S:
            return PartHealth(HealthState.FAULT, HealthReason.SOUND_ERROR, self._mixer_error, device.rendered_s)
        if self.mixer.muted:
            return PartHealth(HealthState.OFF, HealthReason.MUTED, alive_s=device.rendered_s)
        return PartHealth(HealthState.OK, alive_s=device.rendered_s)

    @property
    def underruns(self) -> int:
        """How often a device had nothing left to play."""
        device = self._device
        return self._underruns + (device.underruns if device is not None else 0)

    def take_outcomes(self, now_s: float) -> list[CueOutcome]:
        """Return what became of cues since the last call; `now_s` is the sensor time until which it is known [s]."""
        found = []
        while self._asked:
            asked = self._asked[0]
            outcome = asked.outcome
            if outcome is None and self._clock() - asked.at_s < ANSWER_S:
                break  # the cues behind it are younger
            self._asked.popleft()
            outcome = outcome or Outcome.NO_DEVICE
            if outcome is Outcome.RENDERED and asked.muted:
                outcome = Outcome.MUTED
            found.append(CueOutcome(asked.cue.at_s, now_s, asked.cue.contact_s, asked.cue.side, outcome))
        return found

    def close(self) -> None:
        """Let what sounds end, then stop the device. Takes three seconds at most, whatever hangs."""
        end = time.monotonic() + 1.0
        while self.mixer.busy and self.health().state is HealthState.OK and time.monotonic() < end:
            time.sleep(0.02)
        self._closing.set()
        device, self._device = self._device, None
        if device is not None:
            device.close()

    def _play(self, cue: Cue, waits_s: float) -> None:
        asked = _Asked(cue, self._clock(), self.mixer.muted)
        self._asked.append(asked)
        if self.health().state is HealthState.FAULT:
            asked.outcome = Outcome.NO_DEVICE
            return

        def begun(at_s: float | None) -> None:
            asked.outcome = Outcome.LATE if at_s is None else Outcome.RENDERED

        self._voice.put(cue, self.mixer, until_s=asked.at_s + waits_s - BLOCK_S, begun=begun)

    # ---- in the thread that watches the device

    def _watch(self) -> None:
        tried_s = time.monotonic()
        while not self._closing.wait(WATCH_S):
            device = self._device
            if device is not None and not device.stalled:
                if device.plays:
                    self._lost = None
                continue
            self._lost = self.health()
            if device is not None:
                log.warning("The sound device takes no sound; opening it again")
                self._underruns += device.underruns
                self._device = None
                self._detail = ""
                device.close()
            if time.monotonic() - tried_s >= REOPEN_S:
                tried_s = time.monotonic()
                self._open()

    def _open(self) -> None:
        self.mixer.clear()  # what was to be heard while there was no device is out of date
        try:
            device = self._open_device(self._render)
        except Exception as error:  # whatever the library raises: it would end the watch, and no device would be opened again
            log.warning("The sound device cannot be opened: %s", error)
            self._detail = str(error)
            return
        self._device = device
        if self._closing.is_set():
            device.close()

    # ---- in the thread of the device

    def _render(self, frames: int) -> Sound:
        try:
            block = self.mixer.render(frames)
        except Exception as error:  # an error here would end the sound for good
            log.exception("The mixer failed")
            self._mixer_error, self._mixer_failed_s = f"{type(error).__name__}: {error}", self._clock()
            self.mixer.clear()
            block = np.zeros((frames, 2), np.float32)
        if self._rendered is not None:
            self._rendered(self._clock(), block)
        return block
