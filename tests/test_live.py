"""Live sessions with each fault of the virtual sensor: real GATT stack, real client, real recorder."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual' (make test installs it)")

from live_harness import LiveRun, live, truth_of

from levelhips import Cue, Do, Gap, SensorError, Update, analyze
from levelhips.events import CueOutcome, HealthChange, LinkChange, LinkReason, LinkState, Signal
from levelhips.sensors.decoding import redecoded
from levelhips.sensors.profile import DOWN, LINK
from levelhips.words import link_message

S = LinkState


def survives(live_run: LiveRun, *, within_deg: float = 0.5, steps_after_s: float | None = None) -> None:
    """Check what must hold after every fault: no wrong step, no needless beep, a complete recording whose replay equals the run.

    The tolerance is 0.5 deg: a step after a gap is valid as soon as the uncertainty of the vertical is below 0.6 deg.
    """
    assert live_run.recording.notes == []
    errors, invented, needless = live_run.against_truth()
    assert invented == []
    assert needless == []
    assert np.abs(errors).max(initial=0.0) < within_deg
    for gap in live_run.of(Gap):
        assert not [cue for cue in live_run.of(Cue) if gap.from_s <= cue.at_s <= gap.to_s]
    assert analyzed(live_run) == live_run.core_events()
    raw = redecoded(live_run.recording).samples
    for name in ("t_s", "acc_mps2", "gyr_radps"):
        assert np.array_equal(getattr(raw, name), getattr(live_run.recording.samples, name)), name
    if steps_after_s is not None:
        assert [step for step in live_run.good if step.at_s > steps_after_s], "the stream did not go on"


def analyzed(live_run: LiveRun) -> Update:
    """Return the events of the engine in a new analysis, which has those about the sound from the recording."""
    found = analyze(live_run.recording).events
    return Update(events=tuple(event for event in found if not isinstance(event, HealthChange | CueOutcome)))


def clean_count(seconds: float) -> int:
    return len(truth_of(seconds).good())


def test_a_session_without_faults_finds_what_is_in_the_recording(tmp_path):
    live_run = live(tmp_path)
    survives(live_run, within_deg=0.01, steps_after_s=40)
    assert len(live_run.good) == clean_count(45.0)
    assert len(live_run.of(Cue)) == len(truth_of(45.0).cues) > 3
    assert live_run.states[:2] == [S.CONNECTING, S.STREAMING]
    assert live_run.states[-1] is S.IDLE
    link = live_run.session.link
    assert (link.name, link.kind, link.mtu) == ("LevelHips virtual", "LevelHips open profile", 247)
    assert (link.battery_percent, link.rssi_dbm) == (87, -50)
    assert live_run.recording.metadata["sensor_name"] == "LevelHips virtual"
    assert live_run.recording.path.name.endswith("_LevelHips-virtual.mcap")


def test_connection_that_is_refused_twice_is_made_at_the_third_attempt(tmp_path):
    live_run = live(tmp_path, "refuse=2")
    survives(live_run, within_deg=0.01)
    assert len(live_run.good) == clean_count(45.0)
    assert live_run.states.count(S.RECONNECTING) >= 2


def test_session_begins_although_the_services_are_slow(tmp_path):
    live_run = live(tmp_path, "slow=8")
    survives(live_run, within_deg=0.01)
    assert len(live_run.good) == clean_count(45.0)


def test_nothing_is_lost_if_the_mtu_stays_23(tmp_path):
    # A notification for each sample: a short run already has 4,000 of them, and keeps the test fast.
    live_run = live(tmp_path, "small-mtu", seconds=20.0)
    survives(live_run, within_deg=0.01)
    assert live_run.session.link.mtu == 23
    assert len(live_run.recording.samples) == 20 * 200
    assert len(live_run.good) == clean_count(20.0) > 10


@pytest.mark.parametrize(("percent", "kept"), [(1, 0.95), (5, 0.8), (20, 0.1)])
def test_notifications_are_dropped(tmp_path, percent, kept):
    live_run = live(tmp_path, f"drop={percent}")
    survives(live_run, steps_after_s=35)
    assert len(live_run.good) >= kept * clean_count(45.0)
    received = len(live_run.recording.samples) / (45 * 200)
    assert received == pytest.approx(1 - percent / 100, abs=0.3 * percent / 100)


@pytest.mark.parametrize("fault", ["duplicate=20", "reorder=20", "split=20", "join=20"])
def test_notifications_are_duplicated_reordered_split_joined(tmp_path, fault):
    """Sequence numbers, times and lengths restore the order: no sample is lost."""
    live_run = live(tmp_path, fault)
    survives(live_run, within_deg=0.01)
    assert len(live_run.recording.samples) == 45 * 200
    assert len(live_run.good) == clean_count(45.0)


def test_a_stall_of_3_s_without_disconnect(tmp_path):
    live_run = live(tmp_path, "stall=3@20")
    survives(live_run, steps_after_s=35)
    assert S.STALLED in live_run.states
    assert live_run.session.link.reconnects == 0
    assert live_run.lost_s == pytest.approx(3.0, abs=0.1)
    said = [signal.kind for signal in live_run.of(Signal)]
    assert "lost" in said
    assert "back" in said


def test_a_stall_of_60_s_without_disconnect(tmp_path):
    live_run = live(tmp_path, "stall=60@20", seconds=100.0)
    survives(live_run, steps_after_s=90)
    assert live_run.states.count(S.STALLED) == 1
    assert S.RECONNECTING in live_run.states
    assert live_run.lost_s == pytest.approx(60.0, abs=7.0)  # up to a watch for first samples, and an attempt
    times_s = [packet.arrival_s for packet in live_run.recording.packets]
    given_up = next(k for k, packet in enumerate(live_run.recording.packets) if (packet.source, packet.data) == (LINK, DOWN))
    assert times_s[given_up] - times_s[given_up - 1] == pytest.approx(4.05, abs=0.06), "given up after 4 s, and up to 0.1 s of watching"


def test_session_goes_on_after_10_s_without_connection(tmp_path):
    live_run = live(tmp_path, "disconnect=10@20")
    survives(live_run, steps_after_s=40)
    assert live_run.session.link.reconnects == 1
    assert live_run.lost_s == pytest.approx(10.0, abs=2.0)


@pytest.mark.parametrize("by_s", [100, -20, -1000])
def test_jump_of_the_sensor_clock_does_not_shift_time(tmp_path, by_s):
    """The sequence numbers continue, and with them the time of the samples."""
    live_run = live(tmp_path, f"clock-jump={by_s}@20")
    survives(live_run, steps_after_s=40)
    assert live_run.recording.samples.t_s[-1] == pytest.approx(45.0, abs=0.3)


def test_wrap_of_the_sensor_clock_loses_no_sample(tmp_path):
    live_run = live(tmp_path, "clock-wrap=20")
    survives(live_run, within_deg=0.01)
    assert len(live_run.recording.samples) == 45 * 200


def test_drift_of_the_sensor_clock_by_200_ppm_is_reported(tmp_path):
    live_run = live(tmp_path, "drift=200", seconds=100.0)
    survives(live_run, within_deg=0.05)
    assert live_run.session.statistics.sync.drift_ppm == pytest.approx(-200, abs=10)
    assert float(live_run.recording.metadata["clock_drift_ppm"]) == pytest.approx(-200, abs=10)
    first = next(packet for packet in live_run.recording.packets if packet.source == "stream")
    assert float(live_run.recording.metadata["clock_offset_s"]) == pytest.approx(first.arrival_s, abs=0.05)


def test_random_bytes_between_the_packets_lose_no_sample(tmp_path):
    live_run = live(tmp_path, "garbage=10")
    survives(live_run, within_deg=0.01)
    assert live_run.session.statistics.damaged > 50
    assert len(live_run.recording.samples) == 45 * 200


def test_session_goes_on_between_packets_that_are_cut_off(tmp_path):
    survives(live(tmp_path, "truncate=5"), steps_after_s=40)


def test_session_ends_when_the_battery_is_empty(tmp_path):
    live_run = live(tmp_path, "battery=8@25")
    survives(live_run)
    assert live_run.session.link.battery_percent <= 8
    assert live_run.states[-2:] == [S.RECONNECTING, S.IDLE]
    assert LinkReason.EMPTY_BATTERY in [change.reason for change in live_run.of(LinkChange)]
    assert live_run.recording.samples.t_s[-1] == pytest.approx(25.0, abs=0.5)


def test_session_goes_on_after_another_app_had_the_sensor(tmp_path):
    live_run = live(tmp_path, "taken=12@20", seconds=60.0)
    survives(live_run, steps_after_s=50)
    assert LinkReason.OUT_OF_RANGE in [change.reason for change in live_run.of(LinkChange)]


def test_session_begins_once_another_app_releases_the_sensor(tmp_path):
    live_run = live(tmp_path, "taken=15@0")
    survives(live_run, within_deg=0.01)


def test_session_goes_on_after_bluetooth_was_switched_off_and_on(tmp_path):
    live_run = live(tmp_path, "adapter=6@20")
    survives(live_run, steps_after_s=40)
    assert live_run.session.link.reconnects == 1
    assert "Bluetooth is switched off. Switch it on in the system's settings." in [
        link_message(change.reason, change.error) for change in live_run.of(LinkChange)
    ]
    assert live_run.lost_s == pytest.approx(6.0, abs=2.0)


@pytest.mark.parametrize("rate_hz", [52, 416])
def test_session_at_rates_other_than_that_of_the_recording(tmp_path, rate_hz):
    live_run = live(tmp_path, rate_hz=rate_hz)
    assert live_run.recording.rate_hz == rate_hz
    survives(live_run, steps_after_s=40)
    assert len(live_run.good) >= clean_count(45.0) - 2


@pytest.mark.parametrize("profile", ["polar", "witmotion", "movella_dot", "thingy52"])
@pytest.mark.parametrize("fault", ["", "drop=5", "duplicate=10", "garbage=10", "stall=3@13", "disconnect=5@13"])
def test_every_kind_of_sensor_survives_every_fault(tmp_path, profile, fault):
    # Notifications of a Thingy have no checksum: some random bytes pass, and falsify an angle.
    within_deg = 1.0 if (profile, fault) == ("thingy52", "garbage=10") else 0.5
    rate_hz = 100.0 if profile == "thingy52" else None  # a notification for each sample: half as many take half the time
    live_run = live(tmp_path, *([fault] if fault else []), profile=profile, seconds=28.0, rate_hz=rate_hz)
    survives(live_run, within_deg=within_deg, steps_after_s=None if fault == "drop=5" else 25)


def test_commands_act_in_the_replay_where_they_acted_in_the_run(tmp_path):
    keys = [
        (19.0, Do.THRESHOLD, 2.5),
        (20.0, Do.MOVE_THRESHOLD, -0.5),
        (25.0, Do.PAUSE, None),
        (30.0, Do.RESUME, None),
        (33.0, Do.MARK, None),
    ]
    live_run = live(tmp_path, press=keys)
    assert [command.do for command in live_run.recording.commands] == [do for _, do, _ in keys]
    assert analyzed(live_run) == live_run.core_events()
    quiet = [cue for cue in live_run.of(Cue) if 25.1 < cue.at_s < 29.9]
    assert quiet == []
    assert [cue for cue in live_run.of(Cue) if 20.1 < cue.at_s < 25]


def test_sensor_that_never_answers_is_reported_with_a_fix(tmp_path):
    with pytest.raises(SensorError, match="within 60 s.*close its maker's app"):
        live(tmp_path, "taken=3600@0")


def test_sensor_whose_packets_exceed_the_mtu_is_reported_with_the_reason(tmp_path):
    with pytest.raises(SensorError, match="sends no usable samples: .*larger MTU"):
        live(tmp_path, "small-mtu", profile="movella_dot", seconds=90.0)


def test_sink_that_fails_affects_neither_the_others_nor_the_recording(tmp_path):
    heard = []

    class Breaks:
        def put(self, update: Update) -> None:
            raise ValueError("no more")

    class Hears:
        def put(self, update: Update) -> None:
            heard.extend(update.of(Cue))

    live_run = live(tmp_path, sinks=[Breaks(), Hears()])
    survives(live_run, within_deg=0.01)
    assert [str(trouble) for trouble in live_run.session.troubles] == ["Breaks stopped: no more"]
    assert len(heard) == len(live_run.of(Cue))
    assert math.isfinite(live_run.session.statistics.sync.offset_s)
