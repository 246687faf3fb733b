"""Play a recording as if it came from the sensor now."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from levelhips.analysis.recorded_sound import RecordedSound
from levelhips.live.dispatcher import Dispatcher, EventSink
from levelhips.live.snapshot import SessionState
from levelhips.recording import Recording
from levelhips.samples import Samples
from levelhips.settings import Settings
from levelhips.settings.installed import build_engine
from levelhips.text import Text

TICK_S = 0.02  # pause between pushes, as in a live session: a notification carries 4 samples at 200 Hz


class Replay:
    """Play a recording through the engine as if it came from the sensor now.

    The events are those of `levelhips.analyze`, to the last bit, at any speed, however often the replay is paused or moved.

    Parameters
    ----------
    recording : Recording
    settings : Settings
    speed : float
        1 is real time; infinite is as fast as it goes.
    sinks : list of EventSink
        Called with every update of the engine during playback, sound first. A sink that raises is removed and named in `troubles`.
    clock, sleep : callable
        Return monotonic seconds [s]; wait for some seconds.
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
        self.state, self._sound = SessionState(), RecordedSound(self.recording)
        self._engine = build_engine(self.recording.rate_hz, self.settings)
        for item in self.recording.before_samples:
            self.state.put(self._engine.push(item))
        self._at = 0
        self._anchor: tuple[float, float] | None = None  # clock and sensor time from which playing is paced

    @property
    def sinks(self) -> list[EventSink]:
        """The sinks that have not been dropped."""
        return self._dispatcher.sinks

    @property
    def troubles(self) -> list[Text]:
        """Why sinks were dropped, one sentence each."""
        return self._dispatcher.troubles

    @property
    def now_s(self) -> float:
        """Sensor time of the last sample that was played [s]."""
        times = self.recording.samples.t_s
        return float(times[max(self._at - 1, 0)])

    def run(self, between: Callable[[Replay], bool] | None = None) -> None:
        """Play to the end. `between` is called about 20 times a second; it may pause or seek, and ends playback by returning False."""
        samples = self.recording.samples
        called_s = -math.inf
        while not self.ended:
            if between is not None and self._clock() - called_s >= 0.05:
                called_s = self._clock()
                if not between(self):
                    return
            if self.paused:
                self._anchor = None
                self._sleep(0.03)
                continue
            if self._at >= len(samples):
                last = self._engine.finish()
                self._dispatcher.dispatch(last)
                self.state.put(self._sound.add_to(last, math.inf))
                self.ended = True
                return
            self._play_on()

    def _play_on(self) -> None:
        samples = self.recording.samples
        if self.speed == float("inf"):
            self._push(min(self._at + max(1, round(self.recording.rate_hz)), len(samples)), dispatch=True)
            return
        now = self._clock()
        if self._anchor is None:
            self._anchor = (now, float(samples.t_s[self._at]))
        due_s = self._anchor[1] + (now - self._anchor[0]) * self.speed
        end = int(samples.t_s.searchsorted(due_s, "right"))
        if end > self._at:
            self._push(end, dispatch=True)
        self._sleep(TICK_S)

    def seek(self, to_s: float) -> None:
        """Move to a sensor time [s] without sound: forward by processing what lies between, back by starting again."""
        samples: Samples = self.recording.samples
        end = int(samples.t_s.searchsorted(to_s, "left"))
        if end < self._at:
            self._restart()
        while self._at < end:
            self._push(min(self._at + max(1, round(20 * self.recording.rate_hz)), end), dispatch=False)
        self._anchor = None

    def _push(self, end: int, *, dispatch: bool) -> None:
        part = self.recording.samples[self._at : end]
        self._at = end
        update = self._engine.push(part)
        if dispatch:
            self._dispatcher.dispatch(update)
        self.state.put(self._sound.add_to(update, float(part.t_s[-1])))
