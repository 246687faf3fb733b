"""The sound as it would be heard: rendered, captured, measured."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest
from conftest import run_engine, short_run
from waiting import until

from levelhips import Side, Update
from levelhips.audio import synth
from levelhips.audio.player import RATE_HZ, Player
from levelhips.audio.synth import SIGNALS, Mixer, SoundSettings, cue_sound, signal_sound
from levelhips.audio.wav import WavSink, read_wav
from levelhips.cli.console import open_player
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.events import Cue, HealthReason, HealthState, Signal
from levelhips.settings import Settings

SETTINGS = SoundSettings()


def cue(side: Side, severity: float = 0.3, at_s: float = 1.0) -> Cue:
    return Cue(at_s, at_s, at_s - 0.1, side, severity, 0.09, 0.07)


def pitch(wave: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 17))
    return float(np.argmax(spectrum) * rate / (1 << 17))


@pytest.mark.parametrize(("side", "ear", "hz"), [(Side.LEFT, 0, SETTINGS.left_hz), (Side.RIGHT, 1, SETTINGS.right_hz)])
def test_a_cue_is_heard_in_the_ear_and_at_the_pitch_of_its_side(side: Side, ear: int, hz: float) -> None:
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
    """No step between adjacent samples larger than the steepest tone could make; the ends are silent."""
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


@pytest.mark.parametrize("every_s", [0.0, 0.3])
def test_metronome_stopped_during_a_block_does_not_loop_for_ever(every_s: float) -> None:
    """Bug: stopped while a block with a tick was drawn, the metronome moved on by nothing, and all sound was dead."""
    longest = 0
    for at in range(1, 400):
        mixer, lines = Mixer(1000), 0
        mixer.tick(0.01)

        def trace(frame: FrameType, event: str, arg: object, mixer: Mixer = mixer, at: int = at) -> Any:
            nonlocal lines
            if frame.f_code.co_filename != synth.__file__:
                return None
            if event == "line":
                lines += 1
                if lines == at:
                    mixer.tick(every_s)  # as another thread would, between these two lines
                if lines > 2000:
                    raise TimeoutError(f"render does not end when tick({every_s:g}) comes at its line {at}")
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            mixer.render(100)
        finally:
            sys.settrace(before)
        longest = max(longest, lines)
        sound = mixer.render(500)
        if lines >= at:
            onsets = np.flatnonzero(np.abs(sound[:, 0]) > 0.05)
            assert len(onsets) < 60, "after it the metronome is off, or slow"
    assert longest > 50, "every line of a render that draws ticks was tried"


def test_null_device_renders_events() -> None:
    heard: list[np.ndarray] = []
    player = Player(null=True, rendered=lambda _, block: heard.append(block.copy()))
    player.put(Update(events=(cue(Side.RIGHT),)))
    until(lambda: any(block.any() for block in heard) and not player.mixer.busy)
    player.close()
    sound = np.concatenate(heard)
    loud = np.sqrt((sound**2).mean(axis=0))
    assert loud[1] > 5 * loud[0] > 0


def test_missing_sound_device_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import miniaudio

    # Only a backend that is not built for this system is offered: opening fails in miniaudio itself.
    monkeypatch.setattr(miniaudio, "get_enabled_backends", lambda: {miniaudio.Backend.CUSTOM})
    player = Player()
    assert (player.health().state, player.health().reason) == (HealthState.FAULT, HealthReason.NO_DEVICE)
    player.close()
    [player] = open_player(Settings())
    player.close()
    assert "No sound device" in capsys.readouterr().err


# ---- words and tones of drills


def wav_of(name: str, tmp_path: Path) -> tuple[np.ndarray, Update]:
    """Return a bundled drill as it is heard, (n,) samples at 16 kHz, and its events."""
    from levelhips import open_recording
    from levelhips.analysis import settings_of
    from levelhips.settings.installed import build_engine
    from levelhips.simulation import bundled

    recording = open_recording(bundled.find(name))
    engine = build_engine(recording.rate_hz, settings_of(recording))
    sink = WavSink(tmp_path / f"{name}.wav", 0.0)
    updates = []
    for at in range(0, len(recording.samples), 4):
        updates.append(engine.push(recording.samples[at : at + 4]))
        sink.put(updates[-1])
    sink.close()
    rate, sound = read_wav(tmp_path / f"{name}.wav")
    assert rate == 16000
    return sound[:, 0], Update.join(updates)


def test_every_word_is_there_and_every_drill_can_say_what_to_do() -> None:
    from levelhips.audio.clip_files import word
    from levelhips.settings.installed import drills
    from levelhips.words import spoken

    names = [*spoken(), *(f"{name}_{side.value}" for name in drills() for side in Side)]
    for name in names:
        clip = word(name, 16000)
        assert clip is not None, f"{name}: make words"
        assert 0.15 < len(clip) / 16000 < 12
        assert 0.1 < np.abs(clip).max() <= 1.0
    assert word("nobody-said-this", 16000) is None
    for name, drill in drills().items():
        for side in Side:
            clip = word(f"{name}_{side.value}", 16000)
            assert clip is not None
            assert len(clip) / 16000 < drill.instruction_s(side), "it is heard to its end before the start posture can be taken"


def test_sound_alone_guides_through_a_clamshell(tmp_path: Path) -> None:
    from levelhips.audio.clip_files import word
    from levelhips.events import FormFaultDetected, Phase, PhaseChange, Prompt, Rep

    sound, update = wav_of("clamshell", tmp_path)

    def heard(name: str, at_s: float, late_s: float) -> bool:
        """Whether a word begins within a time, by correlation with its clip."""
        clip = word(name, 16000)
        assert clip is not None
        start = round(at_s * 16000)
        part = sound[start : start + round(late_s * 16000) + len(clip)]
        score = np.correlate(part, clip, "valid") / (np.linalg.norm(clip) * 0.7 * np.linalg.norm(clip))
        return float(score.max()) > 0.8

    phases = {change.phase: change.at_s for change in update.of(PhaseChange)}
    assert heard("stand", phases[Phase.STAND], 0.1)
    assert heard("clamshell_right", phases[Phase.TAKE], 0.1), "the whole instruction, to its end"
    assert heard("go", phases[Phase.WORK], 0.1)
    for rep in update.of(Rep):
        assert heard(str(rep.number), rep.known_s, 0.1)
    assert heard("done", phases[Phase.DONE], 1.0)
    first = next(iter(update.of(FormFaultDetected)))
    assert heard("rolled-back", first.known_s, 0.6)
    ups = [prompt.at_s for prompt in update.of(Prompt) if prompt.kind == "up"]
    assert len(ups) == 6
    for at_s in ups:
        part = sound[round((at_s + 0.02) * 16000) : round((at_s + 0.33) * 16000)]
        assert np.sqrt(np.mean(part**2)) > 0.05


@pytest.mark.parametrize("what", ["rolled-back", "rolled-forward", "dipped", "hiked", "turned", "leaned", "too-far", "too-fast", "snapped"])
def test_a_form_fault_sounds_at_once_and_like_no_prompt(what: str) -> None:
    from levelhips.audio.voice import FAULT_TONES, OTHER_FAULT_TONE, PROMPT_TONES, Voice
    from levelhips.events import FormFaultDetected

    mixer = Mixer(16000)
    voice = Voice(SoundSettings(words=False))
    voice.put(FormFaultDetected(1.0, 1.0, what), mixer)
    sound = mixer.render(8000)[:, 0]
    assert np.flatnonzero(np.abs(sound) > 0.02)[0] < 0.01 * 16000
    assert FAULT_TONES.get(what, OTHER_FAULT_TONE) not in PROMPT_TONES.values()


def test_words_wait_for_one_another_unless_urgent_and_late_ones_are_dropped() -> None:
    def block(value: float, seconds: float) -> np.ndarray:
        return np.full((round(seconds * 1000), 2), value, np.float32)

    mixer = Mixer(1000)
    mixer.say(block(0.1, 1.0), 60.0)
    mixer.say(block(0.2, 1.0), 60.0)
    mixer.say(block(0.3, 1.0), 0.5)  # cannot begin in time
    out = np.concatenate([mixer.render(300) for _ in range(10)])[:, 0]
    assert [round(float(out[k]), 1) for k in (500, 1500, 2500)] == [0.1, 0.2, 0.0]
    mixer.say(block(0.1, 2.0), 60.0)
    mixer.render(500)
    mixer.say(block(0.4, 0.5), 60.0, urgent=True)
    out = mixer.render(1000)[:, 0]
    assert out[100] == pytest.approx(0.4)
    assert out[700] == 0.0, "what was cut off does not come back"
    assert not mixer.busy
