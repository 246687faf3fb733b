"""Clocks: a sensor's counter to session time, a clock for sensors without one, and the line between sensor and host."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from levelhips.samples import Array, Samples

AHEAD_S = 2.0  # a sensor's time runs ahead of the host's only by what the first packets were late: a connection's start
LATE_S = 10.0  # a radio holds back packets while the link is bad, for less than this: the longest supervision time is 32 s, common is 2-6 s
REPEAT_S = 0.2  # a packet that comes again or out of order is late by less


@dataclass(frozen=True, slots=True)
class Sync:
    """How a sensor's clock lies to the host's: host = offset + (1 + drift) x sensor.

    Attributes
    ----------
    offset_s : float
        Host time of sensor time 0, as far as the fastest packets tell (the radio's least delay is in it) [s].
    drift_ppm : float
        Host seconds more than sensor seconds, in millionths; NaN until half a minute is known.
    lateness_s : float
        Delay of the last packet against the fastest ones [s].
    """

    offset_s: float = math.nan
    drift_ppm: float = math.nan
    lateness_s: float = math.nan


class HostLine:
    """The robust line between a sensor's clock and the host's, from arrivals.

    A packet can be late, never early: the least delay of each ten seconds is a point, and the line through the points of
    ten minutes is that of Theil and Sen (the median of the slopes), which a third of bad points cannot turn. Constant memory.
    """

    BUCKET_S, BUCKETS, POINTS = 10.0, 60, 3

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=self.BUCKETS)
        self._from_s, self._best = math.nan, (math.nan, math.inf)
        self._least = math.inf
        self._slope = 0.0
        self._known = False
        self._late_s = math.nan

    def push(self, sensor_s: float, arrival_s: float) -> None:
        """Take the sensor time of a packet's last sample, and its arrival."""
        delay = arrival_s - sensor_s
        if not sensor_s - self._from_s <= self.BUCKET_S:
            self._close()
            self._from_s, self._best = sensor_s, (sensor_s, delay)
        elif delay < self._best[1]:
            self._best = (sensor_s, delay)
        self._least = min(self._least, delay - self._slope * sensor_s)
        self._late_s = self.lateness_s(sensor_s, arrival_s)

    def lateness_s(self, sensor_s: float, arrival_s: float) -> float:
        """How much later than the fastest packets this one came; NaN before the first."""
        return arrival_s - sensor_s - (self._least + self._slope * sensor_s) if math.isfinite(self._least) else math.nan

    def sensor_s(self, host_s: float) -> float:
        """The sensor time that belongs to a host time."""
        return (host_s - self._least) / (1.0 + self._slope)

    @property
    def sync(self) -> Sync:
        known = math.isfinite(self._least)
        return Sync(self._least if known else math.nan, self._slope * 1e6 if self._known else math.nan, self._late_s)

    def _close(self) -> None:
        if not math.isfinite(self._best[1]):
            return
        self._points.append(self._best)
        if len(self._points) < self.POINTS:
            return
        t, delay = np.array(self._points).T
        later, earlier = np.triu_indices(len(t), 1)
        self._slope = float(np.median((delay[earlier] - delay[later]) / (t[earlier] - t[later])))
        self._least = float((delay - self._slope * t).min())
        self._known = True


class SensorClock:
    """A sensor's counter, unwrapped, as session time: 0 at the first sample, going on over wraps, restarts and jumps.

    A time that cannot be (back by more than packets come late, or far off the host's clock) is believed only when the next
    packet agrees with it: one damaged packet moves nothing. Behind a jump the host's clock says how long it really took.

    Parameters
    ----------
    tick_s : float
        Of the counter [s].
    wraps_at : int or None
        Number of ticks after which it begins anew.
    repeat_s : float
        How far packets may step back in time without its being a jump [s].
    """

    def __init__(self, tick_s: float, wraps_at: int | None = None, repeat_s: float = REPEAT_S) -> None:
        self.line = HostLine()
        self._repeat_s = repeat_s
        self.jumps = 0
        self._tick_s, self._wraps_at = tick_s, wraps_at
        self._zero_ticks: int | None = None  # unwrapped, of session time 0
        self._ticks, self._arrival_s = 0, 0.0  # of the newest packet
        self._suspect: tuple[int, float] | None = None

    def place(self, raw: int, arrival_s: float, span_s: float = 0.0) -> float | None:
        """The session time [s] of a counter's value; None if it cannot be believed (yet).

        `span_s` is how much later the packet's last sample was measured than the one that the counter is of.
        """
        if self._zero_ticks is None:
            self._zero_ticks = self._ticks = raw
            self._arrival_s = arrival_s
            return 0.0
        ticks = self._unwrapped(raw, self._ticks, arrival_s - self._arrival_s)
        t_s = (ticks - self._zero_ticks) * self._tick_s
        back_s = (self._ticks - ticks) * self._tick_s
        late_s = self.line.lateness_s(t_s, arrival_s)
        if back_s <= self._repeat_s and not late_s < -AHEAD_S and not late_s > LATE_S:
            self._suspect = None
            if ticks > self._ticks:
                self._ticks, self._arrival_s = ticks, arrival_s
            return t_s
        return self._doubt(raw, arrival_s, span_s)

    def passed(self, last_s: float, arrival_s: float) -> None:
        """Tell the line what arrived: the session time of a packet's last sample."""
        self.line.push(last_s, arrival_s)

    def _unwrapped(self, raw: int, last: int, elapsed_s: float) -> int:
        if self._wraps_at is None:
            return raw
        expected = last + round(elapsed_s / self._tick_s)
        half = self._wraps_at // 2
        return expected + (raw - expected + half) % self._wraps_at - half

    def go_on(self, raw: int, arrival_s: float, at_s: float) -> float:
        """The counter jumped, but it is known otherwise (by a sequence number) what session time it shows."""
        self._suspect = None
        return self._anchor(raw, arrival_s, at_s)

    def _anchor(self, raw: int, arrival_s: float, at_s: float) -> float:
        self._zero_ticks = raw - round(at_s / self._tick_s)
        self._ticks, self._arrival_s = raw, arrival_s
        self.jumps += 1
        return (raw - self._zero_ticks) * self._tick_s

    def _doubt(self, raw: int, arrival_s: float, span_s: float) -> float | None:
        if self._suspect is not None:
            before, before_arrival_s = self._suspect
            ahead_s = (self._unwrapped(raw, before, arrival_s - before_arrival_s) - before) * self._tick_s
            if 0 < ahead_s < 0.5 + (arrival_s - before_arrival_s):
                self._suspect = None
                return self._begin_anew(raw, arrival_s, span_s)
        self._suspect = (raw, arrival_s)
        return None

    def _begin_anew(self, raw: int, arrival_s: float, span_s: float) -> float:
        """The counter jumped: the session goes on where the host's clock is."""
        assert self._zero_ticks is not None
        last_s = (self._ticks - self._zero_ticks) * self._tick_s
        return self._anchor(raw, arrival_s, max(self.line.sensor_s(arrival_s) - span_s, last_s + 1e-3))


_Packet = tuple[Array, Array, float]  # forces, rates, arrival


class CountedClock:
    """Session time for a sensor without a clock: samples are counted, and arrivals correct the count.

    A crystal that is a little off is followed by stretching the count. A packet that is later than all of the last two
    seconds was held back by the radio, or one before it was lost: it waits, with those that follow, until they catch up or
    a few packets' time has told that they never will. Then the time jumps, which the time base tells as a gap. Losses that
    hide in a jittery link show within a third of a second, for then no packet is early any more.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate [Hz].
    """

    STRETCH = 0.03  # over the tolerance of cheap sensors' oscillators (1-2 %)
    PULL_HZ, LEARN_HZ = 0.5, 0.05  # how fast slack is worked off, and the crystal's own pace learned from it
    RECENT_S, JITTER_S = 0.3, 2.0
    LEAST_S = 0.002  # over what is usual: a system's own jitter, which the two seconds do not show
    CERTAIN_S = 1.0  # the small sensors' buffers hold less: what was measured in a silence that long is lost
    SETTLES_S = 2.0

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz, self.line = rate_hz, HostLine()
        self._dt = 1.0 / rate_hz
        self._pace = 0.0  # of the crystal, seconds more a second
        self._next_s = 0.0
        self._offset_s = math.nan
        self._arrival_s = math.nan
        self._delays: deque[tuple[float, float]] = deque()  # of the last JITTER_S: arrival and delay
        self._held: list[_Packet] = []
        self._before: tuple[Array, Array] | None = None

    def push(self, acc_mps2: Array, gyr_radps: Array, arrival_s: float) -> list[Samples]:
        """Give (n, 3) values of a packet their times; what still waits comes with a later packet."""
        n = len(acc_mps2)
        if not n or self._is_repeated(acc_mps2, gyr_radps, arrival_s):
            return []
        if math.isnan(self._arrival_s):
            self._offset_s = arrival_s - self._next_s - (n - 1) * self._dt
        silence_s, self._arrival_s = arrival_s - self._arrival_s, arrival_s
        if silence_s > self.CERTAIN_S:
            held, self._held = self._held, []
            out = [self._timed(*packet) for packet in held]
            self._jump(self._delay_s(n, arrival_s) - self._usual_s())
            return [*out, self._timed(acc_mps2, gyr_radps, arrival_s)]
        return self._take((acc_mps2, gyr_radps, arrival_s))

    def _take(self, packet: _Packet) -> list[Samples]:
        if self._held:
            self._held.append(packet)
            return self._decide()
        n, arrival_s = len(packet[0]), packet[2]
        if self._delay_s(n, arrival_s) > self._latest_s() + max(0.6 * n * self._dt, self.LEAST_S):
            self._held = [packet]
            return []
        return [self._timed(*packet)]

    def _is_repeated(self, acc: Array, gyr: Array, arrival_s: float) -> bool:
        """A radio gives a packet twice at once; a sensor that measures the same twice takes its time."""
        before, self._before = self._before, (acc, gyr)
        return (
            before is not None
            and arrival_s - self._arrival_s < 0.5 * len(acc) * self._dt
            and np.array_equal(before[0], acc)
            and np.array_equal(before[1], gyr)
        )

    def _decide(self) -> list[Samples]:
        """Do the packets that came late catch up?"""
        counted, delays = 0, []
        for acc, _, at_s in self._held:
            counted += len(acc)
            delays.append(self._delay_s(counted, at_s))
        last, _, arrival_s = self._held[-1]
        packet_s = len(last) * self._dt
        caught_up = delays[-1] <= self._latest_s() + 0.3 * packet_s
        if not caught_up and arrival_s - self._held[0][2] < max(2.5 * packet_s, 0.03):
            return []
        held, self._held = self._held, []
        if caught_up:
            return [self._timed(*packet) for packet in held]
        self._jump(min(delays) - self._usual_s())
        out = [self._timed(*held[0])]
        for packet in held[1:]:  # more may be lost among them
            out += self._take(packet)
        return out

    def _delay_s(self, n: int, arrival_s: float) -> float:
        return arrival_s - self._offset_s - self._next_s - (n - 1) * self._dt * (1.0 + self._pace)

    def _latest_s(self) -> float:
        return max((delay for _, delay in self._delays), default=math.inf)

    def _usual_s(self) -> float:
        """The least delay of late: that of a packet that nothing held back."""
        return min((delay for _, delay in self._delays), default=0.0)

    def _jump(self, by_s: float) -> None:
        """That much was lost: whole samples."""
        self._next_s += round(max(by_s, 0.0) / self._dt) * self._dt

    def _timed(self, acc: Array, gyr: Array, arrival_s: float) -> Samples:
        delay_s = self._delay_s(len(acc), arrival_s)
        if delay_s < 0 and self._next_s < self.SETTLES_S:  # the very first packets are late: a connection's start
            self._offset_s += delay_s
            self._delays = deque((at_s, late_s - delay_s) for at_s, late_s in self._delays)
            delay_s = 0.0
        self._delays.append((arrival_s, delay_s))
        while arrival_s - self._delays[0][0] > self.JITTER_S:
            self._delays.popleft()
        recent = [late_s for at_s, late_s in self._delays if arrival_s - at_s <= self.RECENT_S]
        slack_s = min(recent)
        packet_s = len(acc) * self._dt
        if len(recent) > 5 and arrival_s - self._delays[0][0] > self.RECENT_S and slack_s > max(0.6 * packet_s, self.LEAST_S):
            self._jump(slack_s)
            self._delays.clear()
            slack_s = 0.0
        self._pace = float(np.clip(self._pace + self.LEARN_HZ * slack_s * packet_s, -self.STRETCH, self.STRETCH))
        dt = self._dt * (1.0 + float(np.clip(self._pace + self.PULL_HZ * slack_s, -self.STRETCH, self.STRETCH)))
        t_s = np.rint((self._next_s + dt * np.arange(len(acc))) * 1e6) * 1e-6
        self._next_s += dt * len(acc)
        self.line.push(float(t_s[-1]), arrival_s)
        return Samples(t_s, acc, gyr)
