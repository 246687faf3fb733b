"""A sound device that is missing, dies, hangs or comes back: real PulseAudio where it is installed, else the null device."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from bench.pulse_server import INSTALLED, PulseServer
from waiting import until

from levelhips import Cue, Side, Update
from levelhips.audio.device import RATE_HZ, SETTLED_BLOCKS, STALLED_S, Playback
from levelhips.audio.player import BLOCK_S, CUE_WAITS_S, Player
from levelhips.audio.synth import Mixer, SoundSettings, cue_sound
from levelhips.events import HealthReason, HealthState, Outcome

BACK_S = 8.0  # within which beeps are back once there is a device; 2.0 to 4.2 s on a quiet machine and on a busy one


def cue(at_s: float = 1.0) -> Cue:
    return Cue(at_s, at_s, at_s - 0.1, Side.RIGHT, 0.3, 0.09, 0.07)


def beep(player: Player, at_s: float = 1.0) -> Outcome:
    """Ask for a beep, and wait for what became of it."""
    player.put(Update(events=(cue(at_s),)))
    found: list[Outcome] = []

    def answered() -> bool:
        found.extend(one.outcome for one in player.take_outcomes(at_s))
        return bool(found)

    until(answered)
    assert len(found) == 1
    return found[0]


def state(player: Player) -> tuple[HealthState, HealthReason]:
    health = player.health()
    return health.state, health.reason


class Heard:
    """Keeps what was rendered: how loud each block was, and when."""

    def __init__(self) -> None:
        self.blocks: list[tuple[float, float]] = []

    def __call__(self, at_s: float, block: np.ndarray) -> None:
        self.blocks.append((at_s, float(np.abs(block).max(initial=0.0))))

    def loud_since(self, at_s: float) -> bool:
        return any(loud > 1e-3 for when, loud in self.blocks if when >= at_s)


@pytest.fixture
def null_player() -> Iterator[tuple[Player, Heard]]:
    heard = Heard()
    player = Player(null=True, rendered=heard)
    assert state(player) in [(HealthState.OFF, HealthReason.NONE), (HealthState.OK, HealthReason.NONE)]
    until(lambda: state(player)[0] is HealthState.OK)
    yield player, heard
    player.close()


# ---- the null device


def test_a_beep_that_the_device_takes_is_rendered(null_player: tuple[Player, Heard]) -> None:
    player, heard = null_player
    began_s = time.monotonic()
    assert beep(player) is Outcome.RENDERED
    until(lambda: heard.loud_since(began_s))
    assert state(player) == (HealthState.OK, HealthReason.NONE)
    assert player.health().alive_s >= began_s


def test_a_beep_while_muted_is_not_heard_and_said_to_be_muted(null_player: tuple[Player, Heard]) -> None:
    player, heard = null_player
    player.mute(True)
    until(lambda: heard.blocks[-1][0] > time.monotonic() - 0.05)
    began_s = time.monotonic() + 0.05
    assert state(player) == (HealthState.OFF, HealthReason.MUTED)
    assert beep(player) is Outcome.MUTED
    assert not heard.loud_since(began_s)
    player.mute(False)
    assert beep(player, 2.0) is Outcome.RENDERED


def test_a_device_that_stops_asking_for_sound_is_said_within_two_seconds_and_opened_again(null_player: tuple[Player, Heard]) -> None:
    player, heard = null_player
    device = player._device
    assert device is not None
    device._device.stop()
    stopped_s = time.monotonic()
    until(lambda: state(player)[0] is HealthState.FAULT)
    assert time.monotonic() - stopped_s < 2.0
    until(lambda: state(player) == (HealthState.OK, HealthReason.NONE))
    assert time.monotonic() - stopped_s < STALLED_S + BACK_S
    assert player._device is not device
    began_s = time.monotonic()
    assert beep(player, 3.0) is Outcome.RENDERED
    until(lambda: heard.loud_since(began_s))


def test_a_beep_without_a_device_is_not_kept_for_later(null_player: tuple[Player, Heard]) -> None:
    player, heard = null_player
    assert player._device is not None
    player._device._device.stop()
    until(lambda: state(player)[0] is HealthState.FAULT)
    stale_s = time.monotonic()
    assert beep(player) is Outcome.NO_DEVICE
    until(lambda: state(player)[0] is HealthState.OK)
    until(lambda: sum(at_s > stale_s for at_s, _ in heard.blocks) > 20)
    assert not heard.loud_since(stale_s)


def test_an_error_in_the_mixer_is_a_fault_and_the_next_beep_is_heard(null_player: tuple[Player, Heard]) -> None:
    player, _ = null_player
    render, failed = player.mixer.render, []

    def failing(frames: int) -> np.ndarray:
        if not failed:
            failed.append(frames)
            raise FloatingPointError("not a wave")
        return render(frames)

    player.mixer.render = failing  # type: ignore[method-assign]
    until(lambda: state(player)[0] is HealthState.FAULT)
    health = player.health()
    assert (health.reason, health.detail) == (HealthReason.SOUND_ERROR, "FloatingPointError: not a wave")
    until(lambda: state(player)[0] is HealthState.OK)
    assert beep(player) is Outcome.RENDERED


def test_sound_that_comes_too_late_for_its_moment_is_dropped() -> None:
    mixer = Mixer(RATE_HZ)
    begun: list[float | None] = []
    sound = cue_sound(cue(), SoundSettings(), RATE_HZ)
    mixer.begin(sound, time.monotonic() - 0.001, begun.append)
    mixer.begin(sound, time.monotonic() + 60.0, begun.append)
    out = mixer.render(len(sound))
    assert begun[0] is None
    assert begun[1] is not None
    assert np.abs(out).max() == pytest.approx(np.abs(sound).max()), "one of the two sounds"
    assert CUE_WAITS_S < 0.2


def playback(*taken_at_s: float, opened_s: float = 100.0) -> tuple[Playback, list[float]]:
    """Return what was counted of blocks of 20 ms that a device took at these times, and the time, to be moved on."""
    now = [opened_s]
    counted = Playback(lambda frames: np.zeros((frames, 2), np.float32), clock=lambda: now[0])
    stream = counted.stream()
    next(stream)
    for at_s in taken_at_s:
        now[0] = at_s
        assert len(stream.send(round(0.02 * RATE_HZ))) == round(0.02 * RATE_HZ)
    return counted, now


def test_a_device_counts_each_time_it_ran_dry() -> None:
    counted, _ = playback(100.0, 100.01, 100.02, 100.10, 100.11)  # 100.10 is 40 ms after the end of the sound handed over
    assert (counted.blocks, counted.underruns, counted.rendered_s) == (5, 1, 100.11)
    assert playback(100.0, 100.02, 100.044)[0].underruns == 0, "4 ms late is the jitter of a timer"
    assert playback(100.0, 100.02, 100.046)[0].underruns == 1
    assert playback(103.0, 103.02)[0].underruns == 0, "before the first block there was no sound to end"


def test_a_device_is_stalled_a_second_after_its_last_block_and_a_new_one_three_seconds_after_it_was_opened() -> None:
    new, now = playback(100.0)
    now[0] = 103.0
    assert (new.plays, new.stalled) == (False, False)
    now[0] = 103.01
    assert new.stalled
    playing, now = playback(*(100.0 + k / 50 for k in range(SETTLED_BLOCKS)))
    now[0] = playing.rendered_s + STALLED_S
    assert (playing.plays, playing.stalled) == (True, False)
    now[0] += 0.01
    assert playing.stalled


def test_closing_a_player_ends_its_thread_and_its_device(null_player: tuple[Player, Heard]) -> None:
    player, heard = null_player
    player.close()
    until(lambda: not player._thread.is_alive())
    count = len(heard.blocks)
    time_of_last = heard.blocks[-1][0]
    until(lambda: time.monotonic() > time_of_last + 0.2)
    assert len(heard.blocks) <= count + 1
    assert state(player) == (HealthState.FAULT, HealthReason.NO_DEVICE)


class SteppedDevice(Playback):
    """A device on a clock of its own that takes a block when the test wants it."""

    def __init__(self, render: Callable[[int], np.ndarray], clock: Callable[[], float]) -> None:
        super().__init__(render, clock)
        self._blocks = self.stream()
        next(self._blocks)

    def take(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            self._blocks.send(round(BLOCK_S * RATE_HZ))


@pytest.mark.parametrize(
    ("waits_s", "taken_after_s", "outcome"),
    [
        (0.05, 0.039, Outcome.RENDERED),
        (0.05, 0.041, Outcome.LATE),
        (math.inf, CUE_WAITS_S - BLOCK_S - 0.001, Outcome.RENDERED),
        (math.inf, CUE_WAITS_S - BLOCK_S + 0.001, Outcome.LATE),
    ],
)
def test_a_beep_is_dropped_if_its_block_would_be_heard_after_the_stance(waits_s: float, taken_after_s: float, outcome: Outcome) -> None:
    """Bug: it could wait for 150 ms however little of the stance was left."""
    now = [100.0]
    devices: list[SteppedDevice] = []

    def opened(render: Callable[[int], np.ndarray]) -> SteppedDevice:
        devices.append(SteppedDevice(render, lambda: now[0]))
        return devices[0]

    player = Player(open_device=opened, clock=lambda: now[0])
    devices[0].take(SETTLED_BLOCKS)
    player.put(Update(events=(cue(),)), waits_s)
    now[0] += taken_after_s
    devices[0].take()
    assert [one.outcome for one in player.take_outcomes(1.0)] == [outcome]
    assert player.mixer.busy is (outcome is Outcome.RENDERED)
    player.mixer.clear()
    player.close()


# ---- a real PulseAudio server


@pytest.fixture
def pulse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PulseServer]:
    if not INSTALLED:
        pytest.skip("PulseAudio is not installed (Debian: pulseaudio pulseaudio-utils)")
    server = PulseServer(tmp_path)
    monkeypatch.setenv("PULSE_SERVER", server.address)
    yield server
    server.kill()


@pytest.fixture
def pulse_player(pulse: PulseServer) -> Iterator[Player]:
    pulse.start()
    until(pulse.socket.exists)
    player = Player()
    until(lambda: state(player)[0] is HealthState.OK)
    yield player
    player.close()


def faulty_within_two_seconds(player: Player) -> None:
    since_s = time.monotonic()
    until(lambda: state(player)[0] is HealthState.FAULT)
    assert time.monotonic() - since_s < 2.0


def heard_again(player: Player, since_s: float) -> None:
    until(lambda: state(player)[0] is HealthState.OK and beep(player, 9.0) is Outcome.RENDERED)
    assert time.monotonic() - since_s < BACK_S


def test_beeps_are_back_after_the_sound_server_was_killed_and_started_again(pulse: PulseServer, pulse_player: Player) -> None:
    assert beep(pulse_player) is Outcome.RENDERED
    pulse.kill()
    faulty_within_two_seconds(pulse_player)
    assert beep(pulse_player, 2.0) is Outcome.NO_DEVICE
    pulse.start()
    heard_again(pulse_player, time.monotonic())


def test_a_sound_server_that_hangs_is_said_and_beeps_are_back_when_it_goes_on(pulse: PulseServer, pulse_player: Player) -> None:
    pulse.hang()
    try:
        faulty_within_two_seconds(pulse_player)
        assert beep(pulse_player) is Outcome.NO_DEVICE
    finally:
        pulse.go_on()
    heard_again(pulse_player, time.monotonic())


def test_a_suspended_device_is_said_and_beeps_are_back_when_it_resumes(pulse: PulseServer, pulse_player: Player) -> None:
    pulse.suspend(True)
    faulty_within_two_seconds(pulse_player)
    pulse.suspend(False)
    heard_again(pulse_player, time.monotonic())


def test_a_device_that_appears_after_the_start_is_used(pulse: PulseServer) -> None:
    player = Player()
    try:
        assert state(player) == (HealthState.FAULT, HealthReason.NO_DEVICE)
        assert beep(player) is Outcome.NO_DEVICE
        pulse.start()
        heard_again(player, time.monotonic())
    finally:
        player.close()


def test_a_player_is_closed_within_four_seconds_while_its_server_hangs(pulse: PulseServer, pulse_player: Player) -> None:
    pulse.hang()
    try:
        since_s = time.monotonic()
        pulse_player.close()
        assert time.monotonic() - since_s < 4.0
    finally:
        pulse.go_on()
