"""The sound as it would be heard: rendered, captured, measured."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import run_engine, short_run

from levelhips import Side, Update
from levelhips.audio.player import RATE_HZ, Player
from levelhips.audio.synth import SIGNALS, Mixer, SoundSettings, cue_sound, signal_sound
from levelhips.audio.wav import WavSink, read_wav
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.errors import SoundError
from levelhips.events import Cue, Signal
from levelhips.settings import Settings

SETTINGS = SoundSettings()


def cue(side: Side, severity: float = 0.3, at_s: float = 1.0) -> Cue:
    return Cue(at_s, at_s, at_s - 0.1, side, severity, 0.09, 0.07)


def pitch(wave: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 17))
    return float(np.argmax(spectrum) * rate / (1 << 17))


@pytest.mark.parametrize(("side", "ear", "hz"), [(Side.LEFT, 0, SETTINGS.left_hz), (Side.RIGHT, 1, SETTINGS.right_hz)])
def test_a_cue_is_in_the_ear_and_at_the_pitch_of_its_side(side: Side, ear: int, hz: float) -> None:
    sound = cue_sound(cue(side), SETTINGS, RATE_HZ)
    loud = np.sqrt((sound**2).mean(axis=0))
    assert loud[ear] > 5 * loud[1 - ear]
    assert pitch(sound[:, ear], RATE_HZ) == pytest.approx(hz, rel=0.01)


def test_the_two_pitches_are_clearly_different() -> None:
    assert SETTINGS.right_hz / SETTINGS.left_hz > 1.5


def test_severity_is_heard_in_loudness_and_in_repetition() -> None:
    loudness = [np.abs(cue_sound(cue(Side.LEFT, severity), SETTINGS, RATE_HZ)).max() for severity in (0.0, 0.3, 0.59)]
    assert loudness == sorted(loudness)
    assert loudness[-1] > 1.4 * loudness[0]
    assert len(cue_sound(cue(Side.LEFT, 0.9), SETTINGS, RATE_HZ)) > 2 * len(cue_sound(cue(Side.LEFT, 0.3), SETTINGS, RATE_HZ))


@pytest.mark.parametrize("what", SIGNALS)
def test_signals_differ_and_none_clicks(what: str) -> None:
    sound = signal_sound(Signal(0, 0, what), SETTINGS, RATE_HZ)
    others = [signal_sound(Signal(0, 0, other), SETTINGS, RATE_HZ) for other in SIGNALS if other != what]
    assert all(len(sound) != len(other) or np.abs(sound - other).max() > 0.05 for other in others)
    assert_no_click(sound, RATE_HZ)


def assert_no_click(sound: np.ndarray, rate: int) -> None:
    """No step between neighbours larger than the steepest tone could make; the ends are silent."""
    steepest = 2 * math.pi * 1.4 * SETTINGS.right_hz / rate * max(np.abs(sound).max(), 1e-6)
    assert np.abs(np.diff(sound, axis=0)).max() <= steepest
    assert np.abs(sound[[0, -1]]).max() < 0.02


@pytest.mark.parametrize("severity", [0.0, 0.5, 1.0])
def test_cues_do_not_click(severity: float) -> None:
    assert_no_click(cue_sound(cue(Side.RIGHT, severity), SETTINGS, RATE_HZ), RATE_HZ)


@pytest.mark.parametrize("block", [1, 64, 480, 5000])
def test_blocks_of_any_length_give_the_same_sound(block: int) -> None:
    mixer = Mixer(RATE_HZ)
    sound = cue_sound(cue(Side.LEFT), SETTINGS, RATE_HZ)
    mixer.begin(sound)
    rendered = np.concatenate([mixer.render(block) for _ in range(math.ceil(6000 / block))])[:6000]
    np.testing.assert_allclose(rendered[: len(sound)], sound[:6000], atol=1e-7)
    assert not rendered[len(sound) :].any()


def test_muting_in_the_middle_of_a_tone_does_not_click_and_is_silent() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.begin(cue_sound(cue(Side.LEFT, 0.5), SETTINGS, RATE_HZ))
    first = mixer.render(1500)
    mixer.muted = True
    rest = mixer.render(2500)
    assert_no_click(np.concatenate([first, rest])[10:], RATE_HZ)
    assert not rest[-1000:].any()


def test_many_sounds_at_once_stay_in_range() -> None:
    mixer = Mixer(RATE_HZ)
    for _ in range(50):
        mixer.begin(cue_sound(cue(Side.LEFT, 1.0), SETTINGS, RATE_HZ))
    assert np.abs(mixer.render(4800)).max() <= 1.0


def test_wav_has_each_cue_at_its_time_and_in_its_ear(tmp_path: Path) -> None:
    settings = Settings(threshold=ThresholdSettings(left_deg=2.5, right_deg=2.5))
    update = run_engine(short_run().samples, 100.0, settings=settings)
    sink = WavSink(tmp_path / "beeps.wav", 0.0)
    sink.put(update)
    sink.close()
    rate, sound = read_wav(tmp_path / "beeps.wav")
    cues = list(update.of(Cue))
    assert len(cues) >= 3
    for found in cues:
        start = round(found.known_s * rate)
        assert not sound[start - 40 : start - 1].any() or any(0 < found.known_s - other.known_s < 0.4 for other in cues)
        part = sound[start : start + round(0.09 * rate)]
        loud = np.sqrt((part**2).mean(axis=0))
        assert loud[0 if found.side is Side.LEFT else 1] > 3 * loud[1 if found.side is Side.LEFT else 0]
    assert len(sound) / rate == pytest.approx(update.angles.t_s[-1] + 0.5, abs=0.1)


def test_a_wav_that_was_abandoned_leaves_nothing(tmp_path: Path) -> None:
    sink = WavSink(tmp_path / "beeps.wav", 0.0)
    sink.put(Update(events=(cue(Side.LEFT),)))
    assert not (tmp_path / "beeps.wav").exists(), "a file that is not whole does not look whole"
    sink.abandon()
    assert list(tmp_path.iterdir()) == []


def test_the_null_device_renders_what_is_put() -> None:
    heard: list[np.ndarray] = []
    player = Player(null=True, rendered=lambda _, block: heard.append(block.copy()))
    player.put(Update(events=(cue(Side.RIGHT),)))
    end = time.monotonic() + 5
    while time.monotonic() < end and not (heard and any(block.any() for block in heard) and not player.mixer.busy):
        time.sleep(0.02)
    player.close()
    sound = np.concatenate(heard)
    loud = np.sqrt((sound**2).mean(axis=0))
    assert loud[1] > 5 * loud[0] > 0


def test_without_a_sound_device_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    import miniaudio

    # Only a backend that is not built for this system is offered: opening fails in miniaudio itself.
    monkeypatch.setattr(miniaudio, "get_enabled_backends", lambda: {miniaudio.Backend.CUSTOM})
    with pytest.raises(SoundError, match="No sound device"):
        Player()
