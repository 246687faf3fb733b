"""Play a recording as if it came from the sensor now."""

from __future__ import annotations

import time
from collections.abc import Callable

from levelhips.live.dispatcher import Dispatcher, EventSink
from levelhips.live.snapshot import SessionState
from levelhips.recording import Recording
from levelhips.samples import Samples
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine
from levelhips.text import Text

TICK_S = 0.02  # of a live source: a notification carries 4 samples at 200 Hz


class Replay:
    """Play a recording through the engine as if it came from the sensor now.

    The events are those of `levelhips.analyze`, to the last bit, at any speed, however often it is paused or sought in.

    Parameters
    ----------
    recording : Recording
    settings : Settings
    speed : float
        1 is real time; infinite is as fast as it goes.
    sinks : list of EventSink
        Called with every update during playback, sound first. A sink that raises is removed and named in `troubles`.
    clock, sleep : callable
        Monotonic seconds, and how to wait.
    """

    def __init__(
        self,
        recording: Recording,
        settings: Settings,
        speed: float = 1.0,
        sinks: list[EventSink] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"speed is {speed:g}; it must be over 0")
        self.recording, self.settings, self.speed = recording, settings, speed
        self._dispatcher = Dispatcher(sinks or [])
        self._clock, self._sleep = clock, sleep
        self._restart()
        self.paused = False
        self.ended = False

    def _restart(self) -> None:
        self.state = SessionState()
        self._engine = build_engine(self.recording.rate_hz, self.settings)
        for command in self.recording.commands:
            self._engine.push(command)
        self._at = 0
        self._anchor: tuple[float, float] | None = None  # clock and sensor time from which playing is paced

    @property
    def sinks(self) -> list[EventSink]:
        """Those that still listen."""
        return self._dispatcher.sinks

    @property
    def troubles(self) -> list[Text]:
        """Of the sinks that were dropped."""
        return self._dispatcher.troubles

    @property
    def now_s(self) -> float:
        """Sensor time up to which was played [s]."""
        times = self.recording.samples.t_s
        return float(times[max(self._at - 1, 0)])

    def run(self, between: Callable[[Replay], bool] | None = None) -> None:
        """Play to the end. `between` is called some 20 times a second and may pause, seek or (returning False) end it."""
        samples = self.recording.samples
        asked = -1.0
        while not self.ended:
            if between is not None and self._clock() - asked >= 0.05:
                asked = self._clock()
                if not between(self):
                    return
            if self.paused:
                self._anchor = None
                self._sleep(0.03)
                continue
            if self._at >= len(samples):
                last = self._engine.finish()
                self._dispatcher.dispatch(last)
                self.state.put(last)
                self.ended = True
                return
            self._play_on()

    def _play_on(self) -> None:
        samples = self.recording.samples
        if self.speed == float("inf"):
            self._push(min(self._at + max(1, round(self.recording.rate_hz)), len(samples)), loud=True)
            return
        now = self._clock()
        if self._anchor is None:
            self._anchor = (now, float(samples.t_s[self._at]))
        due_s = self._anchor[1] + (now - self._anchor[0]) * self.speed
        end = int(samples.t_s.searchsorted(due_s, "right"))
        if end > self._at:
            self._push(end, loud=True)
        self._sleep(TICK_S)

    def seek(self, to_s: float) -> None:
        """Go to a sensor time, in silence: forward by playing fast, back by playing again from the start."""
        samples: Samples = self.recording.samples
        end = int(samples.t_s.searchsorted(to_s, "left"))
        if end < self._at:
            self._restart()
        while self._at < end:
            self._push(min(self._at + max(1, round(20 * self.recording.rate_hz)), end), loud=False)
        self._anchor = None

    def _push(self, end: int, *, loud: bool) -> None:
        part = self.recording.samples[self._at : end]
        self._at = end
        update = self._engine.push(part)
        if loud:
            self._dispatcher.dispatch(update)
        self.state.put(update)
