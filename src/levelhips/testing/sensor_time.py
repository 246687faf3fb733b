"""Checks of a sensor's time: rates, counters that wrap, and whether it has a clock and numbered packets."""

from __future__ import annotations

import numpy as np

from levelhips.recording.schema import Packet
from levelhips.samples import Samples
from levelhips.sensors.profile import Profile
from levelhips.testing.results import require
from levelhips.testing.sensor_stream import batches, heard, joined, running, started, through

# Where counters of 16 bits of ms, 32 bits of us, 24 and 32 bits of ms start again at 0 [s].
WRAPS_S = (65.536, 4294.967296, 16777.216, 4294967.296)
LOST_S = 0.6  # lost samples: longer than any packet, shorter than the two seconds after which a clock is doubted
RATE_ERROR = 0.01  # largest relative error of the spacing of samples: without a counter, some tenths of a percent are usual


def check_rates(profile: Profile) -> None:
    """Check the spacing of samples at every supported rate, and the rate that the decoder reports."""
    for rate_hz in profile.rates_hz:
        got, _, decoder = through(profile, running(rate_hz), rate_hz)
        step_s = float(got.t_s[-1] - got.t_s[0]) / (len(got) - 1)
        require(abs(step_s * rate_hz - 1) < RATE_ERROR, "sensor.rate", expected=1 / rate_hz, rate=rate_hz, found=step_s)
        if decoder.rate_hz is not None:
            right = abs(decoder.rate_hz / rate_hz - 1) < RATE_ERROR
            require(right, "sensor.reported-rate", rate=rate_hz, found=decoder.rate_hz)


def check_wraps(profile: Profile) -> None:
    """Check that time continues where a counter of the sensor starts again at 0."""
    samples = running(profile.default_rate_hz)
    for wrap_s in WRAPS_S:
        before_s = float(samples.t_s[len(samples) // 2])
        got, _, _ = through(profile, Samples(samples.t_s + wrap_s - before_s, samples.acc_mps2, samples.gyr_radps))
        steps = np.diff(got.t_s)
        worst = float(steps[np.abs(steps * profile.default_rate_hz - 1).argmax()])
        require(abs(worst * profile.default_rate_hz - 1) < 0.5, "sensor.wrap", wrap=wrap_s, found=worst)


def check_clock(profile: Profile) -> None:
    """Check has_clock: whether lost samples show in time even if the arrivals do not show them."""
    peripheral, decoder = started(profile, profile.default_rate_hz)
    parts = batches(peripheral, running(profile.default_rate_hz))
    first = len(parts) // 2
    lost = round(LOST_S / peripheral.batch_s)
    after = [_earlier(part, lost * peripheral.batch_s) for part in parts[first + lost :]]
    got = heard(decoder, joined([*parts[:first], *after]))
    seen = float(np.diff(got.t_s).max()) > 0.5 * LOST_S
    require(
        seen == profile.has_clock,
        "sensor.clock",
        has_clock=profile.has_clock,
        has_sequence=profile.has_sequence,
        seen="show" if seen else "do not show",
    )


def _earlier(part: list[Packet], by_s: float) -> list[Packet]:
    return [Packet(packet.arrival_s - by_s, packet.data, packet.source) for packet in part]


def check_sequence(profile: Profile) -> None:
    """Check has_sequence: whether two packets in the wrong order are put in order."""
    samples = running(profile.default_rate_hz)
    whole, _, _ = through(profile, samples)
    peripheral, decoder = started(profile, profile.default_rate_hz)
    parts = batches(peripheral, samples)
    at = len(parts) // 2
    first, second = parts[at], parts[at + 1]
    arrival_s = first[0].arrival_s
    parts[at] = [Packet(arrival_s, packet.data, packet.source) for packet in second]
    parts[at + 1] = [Packet(second[0].arrival_s, packet.data, packet.source) for packet in first]
    got = heard(decoder, joined(parts))
    in_order = len(got) == len(whole) and bool(np.array_equal(got.acc_mps2, whole.acc_mps2))
    done = "put in order" if in_order else "not put in order"
    require(in_order == profile.has_sequence, "sensor.sequence", declared=profile.has_sequence, done=done)
