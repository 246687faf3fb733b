"""Clocks that place packets in session time, from a sensor's counter or by counting samples; drift against the host's clock."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from levelhips.samples import Array, Samples

AHEAD_S = 2.0  # sensor time can be ahead of the host's by the delay of the first packets of a connection at most: under 2 s
LATE_S = 10.0  # a radio holds back packets while the link is bad: up to the supervision timeout, 2-6 s in common systems
REPEAT_S = 0.2  # a repeated or reordered packet is less than this behind the newest one: a few connection intervals of up to 50 ms
AGREES_S = 0.5  # two packets after a jump agree if their counters differ by the time between their arrivals, give or take this
MIN_STEP_S = 1e-3  # smallest rise of session time at a jump: under half of the shortest sampling interval, 1/416 s


@dataclass(frozen=True, slots=True)
class Sync:
    """A sensor's clock against the host's: host = offset + (1 + drift) x sensor.

    Attributes
    ----------
    offset_s : float
        Host time at sensor time 0, judged by the fastest packets [s]; it includes the smallest delay of the radio.
    drift_ppm : float
        How much faster the host's clock runs [ppm]; NaN in the first half minute.
    lateness_s : float
        Delay of the last packet beyond that of the fastest ones [s].
    """

    offset_s: float = math.nan
    drift_ppm: float = math.nan
    lateness_s: float = math.nan


class HostLine:
    """Robust line of host time over sensor time, from the arrivals of packets.

    A packet can be late but not early, so the packet with the smallest delay in each ten seconds is a point of the line.
    Its slope is the median of the slopes between all pairs of points of the last ten minutes (Theil-Sen), which even a
    quarter of bad points does not spoil. Constant memory.
    """

    BUCKET_S = 10.0  # at least one of the hundreds of packets in it was sent without delay
    BUCKETS = 60  # ten minutes: longer than a bad link lasts, shorter than a crystal takes to change with temperature
    MIN_POINTS = 3  # with two, a single bad point would determine the slope

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque(maxlen=self.BUCKETS)
        self._from_s, self._best = math.nan, (math.nan, math.inf)
        self._min_delay_s = math.inf
        self._slope = 0.0
        self._known = False
        self._late_s = math.nan

    def push(self, sensor_s: float, arrival_s: float) -> None:
        """Add a packet: the sensor time of its last sample, and its arrival in host time [s]."""
        delay = arrival_s - sensor_s
        if not sensor_s - self._from_s <= self.BUCKET_S:
            self._close()
            self._from_s, self._best = sensor_s, (sensor_s, delay)
        elif delay < self._best[1]:
            self._best = (sensor_s, delay)
        self._min_delay_s = min(self._min_delay_s, delay - self._slope * sensor_s)
        self._late_s = self.lateness_s(sensor_s, arrival_s)

    def lateness_s(self, sensor_s: float, arrival_s: float) -> float:
        """Return the delay of a packet beyond that of the fastest ones [s]; NaN before the first packet."""
        return arrival_s - sensor_s - (self._min_delay_s + self._slope * sensor_s) if math.isfinite(self._min_delay_s) else math.nan

    def sensor_s(self, host_s: float) -> float:
        """Return the sensor time at a host time [s]."""
        return (host_s - self._min_delay_s) / (1.0 + self._slope)

    @property
    def sync(self) -> Sync:
        """How the sensor's clock relates to this computer's."""
        known = math.isfinite(self._min_delay_s)
        return Sync(self._min_delay_s if known else math.nan, self._slope * 1e6 if self._known else math.nan, self._late_s)

    def _close(self) -> None:
        """End the ten seconds: the packet with the smallest delay becomes a point, and the line is fitted again."""
        if not math.isfinite(self._best[1]):
            return
        self._points.append(self._best)
        if len(self._points) < self.MIN_POINTS:
            return
        t, delay = np.array(self._points).T
        later, earlier = np.triu_indices(len(t), 1)
        self._slope = float(np.median((delay[earlier] - delay[later]) / (t[earlier] - t[later])))
        self._min_delay_s = float((delay - self._slope * t).min())
        self._known = True


class SensorClock:
    """Session time from a sensor's counter: 0 at the first sample, continuous across wraps, restarts and jumps.

    An implausible count (further back than a late packet, or far off the host's clock) is accepted only if the next packet
    agrees with it, so that one damaged packet changes nothing. After a jump, session time continues by the host's clock.

    Parameters
    ----------
    tick_s : float
        Duration of one count [s].
    wraps_at : int or None
        Number of counts after which the counter starts again at 0; None: never.
    repeat_s : float
        How far back in time a packet may be without being taken for a jump [s].

    Attributes
    ----------
    line : HostLine
        Host time over session time.
    jumps : int
        Number of jumps of the counter so far.
    """

    def __init__(self, tick_s: float, wraps_at: int | None = None, repeat_s: float = REPEAT_S) -> None:
        self.line = HostLine()
        self._repeat_s = repeat_s
        self.jumps = 0
        self._tick_s, self._wraps_at = tick_s, wraps_at
        self._zero_ticks: int | None = None  # unwrapped count at session time 0
        self._ticks, self._arrival_s = 0, 0.0  # of the newest packet
        self._suspect: tuple[int, float] | None = None

    def place(self, raw: int, arrival_s: float, span_s: float = 0.0) -> float | None:
        """Return the session time of a count [s]; None if the count is implausible and not confirmed yet.

        The count is that of one sample of a packet; `span_s` is the time from this sample to the packet's last one [s].
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
        return self._confirm(raw, arrival_s, span_s, self._zero_ticks)

    def add_arrival(self, last_s: float, arrival_s: float) -> None:
        """Add a packet to the host line: the session time of its last sample, and its arrival in host time [s]."""
        self.line.push(last_s, arrival_s)

    def _unwrapped(self, raw: int, last: int, elapsed_s: float) -> int:
        """Return the unwrapped count nearest to the expected one, this time after the last count."""
        if self._wraps_at is None:
            return raw
        expected = last + round(elapsed_s / self._tick_s)
        half = self._wraps_at // 2
        return expected + (raw - expected + half) % self._wraps_at - half

    def continue_at(self, raw: int, arrival_s: float, at_s: float) -> float:
        """Place a count after a jump at a session time that is known from elsewhere, such as a sequence number; return it [s]."""
        self._suspect = None
        return self._anchor(raw, arrival_s, at_s)

    def _anchor(self, raw: int, arrival_s: float, at_s: float) -> float:
        """Tie a count to a session time from now on; return that time in whole ticks [s]."""
        self._zero_ticks = raw - round(at_s / self._tick_s)
        self._ticks, self._arrival_s = raw, arrival_s
        self.jumps += 1
        return (raw - self._zero_ticks) * self._tick_s

    def _confirm(self, raw: int, arrival_s: float, span_s: float, zero_ticks: int) -> float | None:
        """Accept an implausible count if it agrees with the one before; else wait for the next packet."""
        if self._suspect is not None:
            before, before_arrival_s = self._suspect
            ahead_s = (self._unwrapped(raw, before, arrival_s - before_arrival_s) - before) * self._tick_s
            if 0 < ahead_s < AGREES_S + (arrival_s - before_arrival_s):
                self._suspect = None
                # The counter jumped: the session continues at the time of the host's clock.
                last_s = (self._ticks - zero_ticks) * self._tick_s
                return self._anchor(raw, arrival_s, max(self.line.sensor_s(arrival_s) - span_s, last_s + MIN_STEP_S))
        self._suspect = (raw, arrival_s)
        return None


_Packet = tuple[Array, Array, float]  # forces, rates, arrival


class CountedClock:
    """Session time for a sensor without a clock: samples are counted, and arrival times correct the count.

    The sampling interval is stretched to follow a crystal that is a little fast or slow. If a packet is later than all others
    of the last two seconds, the radio held it back, or lost one before it. This packet and the next ones then wait until they
    catch up, or until the duration of a few packets has passed. In the second case a packet was lost: the time jumps, and the
    time base reports a gap. On a jittery link a loss is detected within a third of a second, as from then on no packet
    arrives as early as before.

    Parameters
    ----------
    rate_hz : float
        Nominal sampling rate [Hz].
    """

    STRETCH = 0.03  # largest stretch of the interval: more than the tolerance of cheap sensors' oscillators (1-2 %)
    PULL_HZ, LEARN_HZ = 0.5, 0.05  # a delay is corrected within 2 s; the crystal's rate is learned from it within 20 s
    RECENT_S = 0.3  # one of 15 packets of 20 ms arrives without delay, unless a packet was lost
    JITTER_S = 2.0  # window of the usual delays: longer than a burst of interference
    MIN_LATE_S = 0.002  # a delay below this may be the host's own scheduling
    SETTLES_S = 2.0  # the first packets of a connection are late, while the services are still read
    # Delays as multiples of a packet's duration. A lost packet delays all that follow by 1, a packet that has caught up is
    # delayed by 0. The two thresholds are between these, with room for the error of the crystal and for jitter.
    LATE_PACKETS, CAUGHT_UP_PACKETS = 0.6, 0.3
    # How long a late packet waits for the next ones to catch up: radios send what they held back within the duration of two
    # packets, or within one long connection interval.
    WAIT_PACKETS, MIN_WAIT_S = 2.5, 0.03

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz, self.line = rate_hz, HostLine()
        self._dt = 1.0 / rate_hz
        self._stretch = 0.0  # share by which the sampling interval is longer than nominal
        self._next_s = 0.0
        self._offset_s = math.nan
        self._arrival_s = math.nan
        self._delays: deque[tuple[float, float]] = deque()  # of the last JITTER_S: arrival and delay
        self._held: list[_Packet] = []
        self._previous: tuple[Array, Array] | None = None

    def push(self, acc_mps2: Array, gyr_radps: Array, arrival_s: float) -> list[Samples]:
        """Add the specific forces and angular rates of a packet, (n, 3) each; return all samples whose times are known.

        Samples that still wait are returned with a later packet.
        """
        n = len(acc_mps2)
        if not n or self._is_repeated(acc_mps2, gyr_radps, arrival_s):
            return []
        if math.isnan(self._arrival_s):
            self._offset_s = arrival_s - self._next_s - (n - 1) * self._dt
        self._arrival_s = arrival_s
        return self._add((acc_mps2, gyr_radps, arrival_s))

    def _add(self, packet: _Packet) -> list[Samples]:
        """Return a packet that is in time, or let it wait; return also earlier packets that need not wait any longer."""
        if self._held:
            self._held.append(packet)
            return self._release()
        n, arrival_s = len(packet[0]), packet[2]
        if self._delay_s(n, arrival_s) > self._largest_delay_s() + max(self.LATE_PACKETS * n * self._dt, self.MIN_LATE_S):
            self._held = [packet]
            return []
        return [self._timed(*packet)]

    def _is_repeated(self, acc: Array, gyr: Array, arrival_s: float) -> bool:
        """Whether the radio delivered the packet before again: two that were measured arrive the duration of a packet apart."""
        before, self._previous = self._previous, (acc, gyr)
        return (
            before is not None
            and arrival_s - self._arrival_s < 0.5 * len(acc) * self._dt
            and np.array_equal(before[0], acc)
            and np.array_equal(before[1], gyr)
        )

    def _release(self) -> list[Samples]:
        """Return the samples that waited, as soon as it is known whether they caught up."""
        counted, delays = 0, []
        for acc, _, at_s in self._held:
            counted += len(acc)
            delays.append(self._delay_s(counted, at_s))
        last, _, arrival_s = self._held[-1]
        packet_s = len(last) * self._dt
        caught_up = delays[-1] <= self._largest_delay_s() + self.CAUGHT_UP_PACKETS * packet_s
        if not caught_up and self._is_catching_up(delays, packet_s, arrival_s - max(self.WAIT_PACKETS * packet_s, self.MIN_WAIT_S)):
            return []
        held, self._held = self._held, []
        if caught_up:
            return [self._placed(*packet) for packet in held]
        self._jump(min(delays) - self._smallest_delay_s())
        out = [self._placed(*held[0])]
        for packet in held[1:]:  # more may be lost among them
            out += self._add(packet)
        return out

    def _is_catching_up(self, delays: list[float], packet_s: float, since_s: float) -> bool:
        """Whether the packets that wait came faster than they were measured since a time [s], or have not waited so long."""
        before = [delay for delay, packet in zip(delays, self._held, strict=True) if packet[2] <= since_s]
        return not before or min(before) - min(delays) > packet_s

    def _delay_s(self, n: int, arrival_s: float) -> float:
        """Return the delay of a packet whose last sample is the n-th of those that have no time yet [s]."""
        return arrival_s - self._offset_s - self._next_s - (n - 1) * self._dt * (1.0 + self._stretch)

    def _largest_delay_s(self) -> float:
        return max((delay for _, delay in self._delays), default=math.inf)

    def _smallest_delay_s(self) -> float:
        """Return the smallest recent delay, which belongs to a packet that was not held back."""
        return min((delay for _, delay in self._delays), default=0.0)

    def _jump(self, by_s: float) -> None:
        """Skip the time of samples that were lost: a whole number of them."""
        self._next_s += round(max(by_s, 0.0) / self._dt) * self._dt

    def _timed(self, acc: Array, gyr: Array, arrival_s: float) -> Samples:
        """Return the samples of a packet that did not wait, with their times; learn the crystal's rate from its delay."""
        delay_s = self._delay_s(len(acc), arrival_s)
        if delay_s < 0 and self._next_s < self.SETTLES_S:  # the first packets of a connection are late
            self._offset_s += delay_s
            self._delays = deque((at_s, late_s - delay_s) for at_s, late_s in self._delays)
            delay_s = 0.0
        self._delays.append((arrival_s, delay_s))
        while arrival_s - self._delays[0][0] > self.JITTER_S:
            self._delays.popleft()
        recent = [late_s for at_s, late_s in self._delays if arrival_s - at_s <= self.RECENT_S]
        slack_s = min(recent)
        packet_s = len(acc) * self._dt
        if (
            len(recent) > 5
            and arrival_s - self._delays[0][0] > self.RECENT_S
            and slack_s > max(self.LATE_PACKETS * packet_s, self.MIN_LATE_S)
        ):
            self._jump(slack_s)
            self._delays.clear()
            slack_s = 0.0
        self._stretch = float(np.clip(self._stretch + self.LEARN_HZ * slack_s * packet_s, -self.STRETCH, self.STRETCH))
        return self._placed(acc, gyr, arrival_s, pull=self.PULL_HZ * slack_s)

    def _placed(self, acc: Array, gyr: Array, arrival_s: float, pull: float = 0.0) -> Samples:
        """Return the samples of a packet with the next times, the interval stretched by what was learned and by `pull`."""
        dt = self._dt * (1.0 + float(np.clip(self._stretch + pull, -self.STRETCH, self.STRETCH)))
        t_s = np.rint((self._next_s + dt * np.arange(len(acc))) * 1e6) * 1e-6
        self._next_s += dt * len(acc)
        self.line.push(float(t_s[-1]), arrival_s)
        return Samples(t_s, acc, gyr)
