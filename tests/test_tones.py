"""Every sound as it is heard: pitch, length and loudness are measured in the samples, words are recognized by their clips."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import hilbert

from levelhips import Side
from levelhips.audio.clip_files import word
from levelhips.audio.synth import Mixer, Sound, SoundSettings, cue_sound
from levelhips.audio.voice import Voice
from levelhips.events import (
    BlockChange,
    BlockPurpose,
    Cue,
    DrillBegin,
    Event,
    FormFault,
    FormFaultDetected,
    Pace,
    Phase,
    PhaseChange,
    PhaseReason,
    Posture,
    Prompt,
    PromptKind,
    Quality,
    Rep,
    Signal,
    SignalKind,
)

ROOT = Path(__file__).resolve().parents[1]
RATE = 16000
BLOCK = RATE // 100
TONES_ONLY = SoundSettings(words=False)


# ---- what is heard


def heard(events: Iterable[Event], settings: SoundSettings = TONES_ONLY, seconds: float = 2.0) -> Sound:
    """Play events at once; return what sounds in the left ear."""
    mixer, voice = Mixer(RATE), Voice(settings)
    for event in events:
        voice.put(event, mixer)
    return mixer.render(round(seconds * RATE))[:, 0]


def notes_in(wave: Sound) -> list[tuple[float, float, float, float]]:
    """Find the notes in a sound: begin [s], end [s], pitch at the begin and at the end [Hz].

    Between two notes the loudness falls to nothing. A line is fitted to the frequency in each, over its middle.
    """
    analytic = hilbert(wave)
    sounding = np.abs(analytic) > 0.1 * np.abs(analytic).max()
    edges = np.flatnonzero(np.diff(np.concatenate([[0], sounding, [0]])))
    found = []
    for first, last in edges.reshape(-1, 2):
        if last - first < 0.01 * RATE:
            continue
        margin = (last - first) // 10
        t = np.arange(first + margin, last - margin) / RATE
        line = np.polyfit(t - t[0], np.unwrap(np.angle(analytic[first + margin : last - margin])), 2)
        at_ends = np.polyval(np.polyder(line), np.array([first, last]) / RATE - t[0]) / (2 * np.pi)
        found.append((first / RATE, last / RATE, float(at_ends[0]), float(at_ends[1])))
    return found


def drill_event(kind: str) -> list[Event]:
    """Return the events behind a row of the table of drill tones in docs/sounds.md."""
    if kind in list(PromptKind):
        return [Prompt(0, 0, PromptKind(kind))]
    if kind in list(FormFault):
        return [FormFaultDetected(0, 0, FormFault(kind))]
    others: dict[str, Event] = {
        "other": FormFaultDetected(0, 0, FormFault.WADDLED),
        "half": rep(1, full=False),
        "set done": PhaseChange(0, 0, Phase.REST, 1),
        "done": PhaseChange(0, 0, Phase.DONE, 1),
    }
    return [others[kind]]


def rep(number: int, *, full: bool = True, hold_s: float = 1.0, form_faults: str = "") -> Rep:
    return Rep(0, 0, 3, number, 1, Side.LEFT, Quality.OK, full, 0.3, 0.1, 0.01, 1.0, hold_s, 1.0, form_faults)


def documented(table: str) -> list[tuple[str, str]]:
    """Return name and description of each sound in a table of docs/sounds.md."""
    part = (ROOT / "docs" / "sounds.md").read_text(encoding="utf-8").split(f"made from the code: {table} -->")[1].split("<!-- end")[0]
    return [(name.strip("` "), sound.strip()) for name, sound, _ in (line.strip("|").split("|") for line in part.splitlines()[3:] if line)]


SOUNDS = [("signals", *row) for row in documented("signals")] + [("drill-tones", *row) for row in documented("drill-tones")]
HOW_MANY = {"a": 1, "two": 2, "three": 3, "four": 4, "six": 6}


@pytest.mark.parametrize(("table", "name", "description"), SOUNDS, ids=[f"{row[0]}-{row[1]}" for row in SOUNDS])
def test_every_sound_is_heard_as_the_document_describes_it(table: str, name: str, description: str) -> None:
    found = notes_in(heard([Signal(0, 0, SignalKind(name))] if table == "signals" else drill_event(name)))
    count, shape, numbers = re.fullmatch(r"(\w+) ([\w ]+) \((.*) Hz\)", description).groups()  # type: ignore[union-attr]
    hz = [float(number) for number in re.findall(r"\d+", numbers)]
    assert len(found) == HOW_MANY[count]
    pitches = [pitch for _, _, *ends in found for pitch in ends]
    pattern = hz if "glide" in shape else [pitch for pitch in hz for _ in range(2)]
    expected = (pattern * len(pitches))[: len(pitches)]
    # The fit is good to 2 % in a short glide and to 1 % in a note of 30 ms; semitones are 6 % apart.
    assert pitches == pytest.approx(expected, rel=0.02 if "glide" in shape else 0.01)
    if "up" in shape or "rising" in shape:
        assert pitches[1] < pitches[-1] or found[0][2] < found[0][3]
    if "down" in shape or "falling" in shape:
        assert found[0][3] < found[0][2] or pitches[-1] < pitches[0]


@pytest.mark.parametrize(("table", "name"), [row[:2] for row in SOUNDS], ids=[f"{row[0]}-{row[1]}" for row in SOUNDS])
def test_sounds_are_short_and_each_note_is_long_enough_to_be_heard(table: str, name: str) -> None:
    """A tone must end before the next repetition or step."""
    wave = heard([Signal(0, 0, SignalKind(name))] if table == "signals" else drill_event(name))
    found = notes_in(wave)
    assert found[0][0] < 0.01, "it begins at once"
    assert found[-1][1] < 0.6
    # A note has time for a pitch, and a pause within a sound is no second sound.
    assert all(0.02 < end - begin < 0.36 for begin, end, *_ in found)
    assert all(0 <= second[0] - first[1] < 0.08 for first, second in pairwise(found))
    # The highest tone is at 988 Hz. 0.8 of it and 0.2 of its octave have a slope of 1.2 for a peak of 0.9.
    assert np.abs(np.diff(wave)).max() < 2 * math.pi * 988 * 1.2 / 0.9 / RATE * np.abs(wave).max() * 1.05, "no click"


def test_related_events_sound_alike_and_opposite_ones_are_reversed() -> None:
    def sound(kind: str) -> Sound:
        return heard(drill_event(kind))

    def ends(kind: str) -> list[tuple[float, float]]:
        return [(low, high) for *_, low, high in notes_in(sound(kind))]

    np.testing.assert_array_equal(sound("wrong-posture"), sound("wrong-side"))  # words say which
    np.testing.assert_array_equal(sound("turned"), sound("opened"))
    for one, other in (("up", "down"), ("rolled-forward", "rolled-back"), ("clock-on", "clock-off"), ("done", "set done")):
        forward = [pitch for pair in ends(one) for pitch in pair]
        backward = [pitch for pair in ends(other) for pitch in pair]
        assert forward == pytest.approx(backward[::-1], rel=0.01)
        assert notes_in(sound(one))[-1][1] == pytest.approx(notes_in(sound(other))[-1][1], abs=0.005)
    distinct = ["up", "down", "reached", "clock-on", "clock-off", "wrong-side", "half", "set done", "done", "other"]
    distinct += ["rolled-back", "rolled-forward", "dipped", "hiked", "turned", "leaned", "too-far", "too-fast"]
    for kind in distinct:
        assert not [other for other in distinct if other != kind and np.abs(sound(kind) - sound(other)).max() < 0.1]


def test_signals_and_tones_scale_with_the_volume_and_are_quieter_than_the_loudest_beep() -> None:
    loudest = np.abs(cue_sound(Cue(0, 0, 0, Side.LEFT, 1.0, 0.1, 0.07), SoundSettings(), RATE)).max()
    for event, share in ((Signal(0, 0, SignalKind.STARTED), 0.5), (Prompt(0, 0, PromptKind.REACHED), 0.6)):
        full = np.abs(heard([event])).max()
        assert full / loudest == pytest.approx(share, rel=0.02)
        assert np.abs(heard([event], replace(TONES_ONLY, volume=0.35))).max() == pytest.approx(full / 2, rel=1e-3)
        assert not heard([event], replace(TONES_ONLY, volume=0.0)).any()


# ---- beeps of a run


def decibels(one: float, other: float) -> float:
    return 20 * math.log10(one / other)


def beep(severity: float, settings: SoundSettings = SoundSettings(), side: Side = Side.LEFT) -> Sound:
    return cue_sound(Cue(0, 0, 0, side, severity, 0.09, 0.07), settings, 48000)


def test_loudness_rises_in_decibels_with_severity_up_to_the_volume() -> None:
    peaks = {severity: np.abs(beep(severity)).max() for severity in (0.0, 0.25, 0.5, 1.0)}
    # 10 dB below the loudest at severity 0, and evenly in between.
    assert decibels(peaks[0.0], peaks[1.0]) == pytest.approx(-10.0, abs=0.01)
    assert decibels(peaks[0.25], peaks[1.0]) == pytest.approx(-7.5, abs=0.01)
    assert decibels(peaks[0.5], peaks[1.0]) == pytest.approx(-5.0, abs=0.01)
    steep = SoundSettings(quietest_db=-30.0)
    assert decibels(np.abs(beep(0.5, steep)).max(), np.abs(beep(1.0, steep)).max()) == pytest.approx(-15.0, abs=0.01)
    # The sum of the two sines, 0.8 and 0.2, reaches 0.8 to 1.0 of the volume.
    assert 0.8 * 0.7 < peaks[1.0] < 0.7


@pytest.mark.parametrize("side", Side)
def test_the_other_ear_hears_a_beep_eighteen_decibels_lower(side: Side) -> None:
    left, right = np.abs(beep(1.0, side=side)).max(axis=0)
    assert decibels(left, right) == pytest.approx(18.0 if side is Side.LEFT else -18.0, abs=0.01)


def test_a_beep_is_doubled_from_the_set_severity_on() -> None:
    single, double = beep(0.599), beep(0.6)
    # 90 ms at 48 kHz are 4,320 samples; 35 ms of pause are 1,680.
    assert len(single) == 4320
    assert len(double) == 2 * 4320 + 1680
    np.testing.assert_array_equal(double[:4320], double[4320 + 1680 :])
    assert not double[4320 : 4320 + 1680].any()
    assert len(beep(0.0, SoundSettings(double_from=0.0))) == len(double)
    assert len(beep(0.2, SoundSettings(pip_s=0.05))) == 2400
    assert single.dtype == double.dtype == np.float32  # what the sound device takes


def test_a_beep_fades_in_and_out_along_half_a_cosine() -> None:
    faded, plain = (beep(1.0, SoundSettings(ramp_s=ramp_s))[:, 0].astype(float) for ramp_s in (0.020, 0.002))
    # 20 ms are 960 samples. Half a cosine is at (1 - cos 45 deg) / 2 = 0.146 after a quarter of them, then at 0.5 and 0.854.
    for k, share in ((240, 0.146), (480, 0.5), (720, 0.854), (1000, 1.0)):
        for one, other in ((faded, plain), (faded[::-1], plain[::-1])):
            near = slice(k - 20, k + 20)
            assert np.abs(one[near]).sum() / np.abs(other[near]).sum() == pytest.approx(share, abs=0.02)


# ---- the mixer


def test_of_more_than_six_sounds_at_once_the_newest_are_heard() -> None:
    mixer = Mixer(RATE)
    for number in range(8):
        mixer.begin(np.full((10, 2), 2.0**-number / 4, np.float32))
    # Numbers 2 to 7 of eight: 2^-2 + ... + 2^-7 = 0.4921875, a fourth of it.
    np.testing.assert_allclose(mixer.render(10), 0.4921875 / 4)


def test_a_metronome_keeps_its_beat_to_the_sample_over_any_blocks() -> None:
    mixer, voice = Mixer(RATE), Voice()
    voice.put(Pace(0, 0, 180.0), mixer)
    wave = np.concatenate([mixer.render(block) for block in [777] * 70])[:, 0]
    begins = [round(begin * RATE) for begin, *_ in notes_in(wave)]
    # 60 s / 180 is a third of a second: 5,333.3 samples. The threshold of loudness is crossed a little after each begin.
    late = begins[0]
    assert 0 <= late < 30
    assert np.array(begins) - late == pytest.approx(np.arange(len(begins)) * 16000 / 3, abs=2)
    assert len(begins) == 11  # 70 x 777 samples are 3.4 s
    assert notes_in(wave)[0][2] == pytest.approx(1600, rel=0.05)
    assert np.abs(wave).max() < 0.36, "quieter than a beep"
    for silent in (Pace(0, 0, 0.0), Pace(0, 0, 180.0, ticks=False)):
        voice.put(silent, mixer)
        mixer.render(RATE)
        assert not mixer.render(RATE).any()
        voice.put(Pace(0, 0, 180.0), mixer)


def test_mute_and_sound_change_within_a_hundredth_of_a_second_along_a_line() -> None:
    mixer = Mixer(RATE)
    mixer.begin(np.full((RATE, 2), 0.5, np.float32))
    assert mixer.render(100)[-1, 0] == 0.5
    mixer.muted = True
    # 0.01 s are 160 samples: after 80 of them half is left.
    fade = mixer.render(200)[:, 0]
    assert fade[[79, 119, 159]] == pytest.approx([0.25, 0.125, 0.0], abs=1e-6)
    assert not mixer.render(100).any()
    assert mixer.render(0).shape == (0, 2)
    mixer.muted = False
    assert mixer.render(200)[[79, 159, 199], 0] == pytest.approx([0.25, 0.5, 0.5], abs=1e-6)
    assert mixer.busy
    mixer.render(RATE)
    assert not mixer.busy


def test_an_urgent_word_fades_out_what_is_said_within_a_hundredth_of_a_second_and_drops_what_waits() -> None:
    mixer = Mixer(RATE)
    for level in (0.5, 0.4):
        mixer.say(np.full((RATE, 2), level, np.float32), 60.0)
    assert mixer.render(100)[-1, 0] == 0.5
    mixer.say(np.full((RATE // 2, 2), 0.25, np.float32), 60.0, urgent=True)
    wave = mixer.render(RATE)[:, 0]
    # Over 160 samples the old word goes from 0.5 to 0, while the new one is at 0.25.
    assert wave[[0, 157, 160]] == pytest.approx([0.75, 0.256, 0.25], abs=1e-3)
    assert wave[80] == pytest.approx(0.5, abs=5e-3)
    assert not wave[RATE // 2 :].any()


# ---- the voice


@cache
def clips() -> dict[str, Sound]:
    folder = resources.files("levelhips.audio") / "clips" / "en"
    names = [file.name.removesuffix(".ogg") for file in folder.iterdir() if file.name.endswith(".ogg")]
    return {name: clip for name in names if (clip := word(name, RATE)) is not None}


def spoken(*script: tuple[float, Event], seconds: float = 12.0) -> list[tuple[str, float]]:
    """Play events at their times [s]; return each clip that is heard, and when it begins.

    The same events are played without words, too: the difference is the words alone. A clip may be cut short by the next.
    """
    parts: list[list[Sound]] = [[], []]
    for words, out in zip((True, False), parts, strict=True):
        mixer, voice = Mixer(RATE), Voice(SoundSettings(words=words, volume=0.4))  # tones and words together stay below 1
        waiting = list(script)
        for block in range(round(seconds * 100)):
            while waiting and waiting[0][0] <= block / 100:
                voice.put(waiting.pop(0)[1], mixer)
            out.append(mixer.render(BLOCK)[:, 0])
    words_alone = np.concatenate(parts[0]) - np.concatenate(parts[1])
    begins = sorted({round(at_s * RATE) for at_s, _ in script})
    found: list[tuple[str, float]] = []
    at = begins[0]
    while True:
        later = [begin for begin in begins if begin > at]
        for until in (len(words_alone), *reversed(later)):
            if name := _clip_at(words_alone[at:until]):
                found.append((name, at / RATE))
                at = min(at + len(clips()[name]), until)
                break
        else:
            if not later:
                return found
            at = later[0]


def _clip_at(wave: Sound) -> str:
    """Return the clip with which a sound begins; empty if there is none."""

    def likeness(clip: Sound) -> float:
        one, other = wave[: len(clip)], 0.4 * clip[: len(wave)]
        energy = float((other**2).sum())
        return 1 - float(((one - other) ** 2).sum()) / energy if energy > 1 else 0.0  # below 1 it is not heard yet

    # The longest of those that fit: "twenty" begins like "twenty-one".
    fitting = [name for name, clip in clips().items() if likeness(clip) > 0.9]
    return max(fitting, key=lambda name: len(clips()[name]), default="")


def names(*script: tuple[float, Event], seconds: float = 12.0) -> list[str]:
    return [name for name, _ in spoken(*script, seconds=seconds)]


def length_s(name: str) -> float:
    return len(clips()[name]) / RATE


CLAMSHELL = DrillBegin(0, 0, "clamshell", "Clamshell", Side.LEFT, Posture.RIGHT_SIDE, 2, 3, 30.0, math.nan, 0.0, 0.1, "roll", "Open.")
TAKE = PhaseChange(0, 0, Phase.TAKE, 1)
FAULT = FormFaultDetected(0, 0, FormFault.ROLLED_BACK)


def test_each_phase_of_a_drill_is_announced() -> None:
    def phase(phase: Phase, reason: PhaseReason = PhaseReason.NONE) -> list[str]:
        return names((0, PhaseChange(0, 0, phase, 1, reason)), seconds=5)

    assert phase(Phase.STAND) == ["stand"]
    assert phase(Phase.STAND, PhaseReason.FELL_OFF) == ["fell-off"]
    assert phase(Phase.BOW) == ["bow"]
    assert phase(Phase.WORK) == ["go"]
    assert phase(Phase.REST) == ["set-done"]
    assert phase(Phase.DONE) == ["done"]
    assert phase(Phase.PAUSED) == ["paused"]
    assert phase(Phase.TAKE) == ["take-position"]  # no drill has been named
    assert phase(Phase.TAKE, PhaseReason.REST_OVER) == phase(Phase.TAKE, PhaseReason.ASKED) == ["next-set"]
    assert phase(Phase.TAKE, PhaseReason.POSTURE_LOST) == ["posture-lost"]


def test_the_instruction_of_a_drill_is_spoken_once_and_one_without_a_clip_is_replaced() -> None:
    assert names((0, CLAMSHELL), (0, TAKE), (9, TAKE), seconds=15) == ["clamshell_left", "take-position"]
    assert names((0, replace(CLAMSHELL, side=Side.RIGHT)), (0, TAKE)) == ["clamshell_right"]
    again = names((0, CLAMSHELL), (0, TAKE), (9, CLAMSHELL), (9, TAKE), seconds=20)
    assert again == ["clamshell_left", "clamshell_left"], "a new drill is explained, too"
    assert names((0, replace(CLAMSHELL, name="of-a-plug-in")), (0, TAKE)) == ["take-position"]


def test_wearer_who_leaves_the_position_hears_which_one_to_take() -> None:
    lost = PhaseChange(0, 0, Phase.TAKE, 1, PhaseReason.POSTURE_LOST)
    assert names((0, CLAMSHELL), (0, lost)) == ["posture-lost", "right-side"]
    assert names((0, replace(CLAMSHELL, posture=None)), (0, lost)) == ["posture-lost"]
    wrong = Prompt(0, 0, PromptKind.WRONG_POSTURE)
    assert names((0, CLAMSHELL), (0, wrong)) == ["wrong-posture", "right-side"]
    assert names((0, CLAMSHELL), (0, Prompt(0, 0, PromptKind.WRONG_SIDE))) == ["wrong-side"]


def test_whole_repetitions_are_counted_aloud_and_holds_are_not() -> None:
    assert names((0, rep(1)), (1, rep(2)), (2, rep(12)), seconds=4) == ["1", "2", "12"]
    assert spoken((0, rep(1)), (0.2, rep(2)), seconds=3) == [("1", 0.0), ("2", 0.2)], "a new number replaces the last"
    assert names((0, rep(1, hold_s=4.9)), seconds=2) == ["1"]
    assert names((0, rep(1, hold_s=5.0)), seconds=2) == []
    assert names((0, rep(3, full=False)), seconds=2) == []
    assert names((0, rep(3, full=False, form_faults="turned short")), seconds=3) == ["short"], "the last fault is what was missing"
    assert names((0, Prompt(0, 0, PromptKind.TEN, 20)), seconds=2) == ["20"]


@pytest.mark.parametrize("kind", [PromptKind.STAND, PromptKind.BOW, PromptKind.CLOCK_OFF])
def test_reminders_are_spoken(kind: PromptKind) -> None:
    assert names((0, Prompt(0, 0, kind)), seconds=4) == [kind.value]


@pytest.mark.parametrize("kind", [PromptKind.UP, PromptKind.DOWN, PromptKind.REACHED, PromptKind.CLOCK_ON, PromptKind.REST_OVER])
def test_prompts_in_the_pace_of_a_repetition_are_tones_only(kind: PromptKind) -> None:
    assert names((0, Prompt(0, 0, kind)), seconds=2) == []


def test_a_fault_is_explained_three_times_in_each_drill_and_then_is_a_tone_only() -> None:
    four = [(2.0 * number, FAULT) for number in range(4)]
    assert [at_s for _, at_s in spoken((0, CLAMSHELL), *four)] == [0.0, 2.0, 4.0]
    other = FormFaultDetected(0, 0, FormFault.TURNED)
    assert names(*four, (8, other), (10, CLAMSHELL), (10, FAULT), seconds=14) == [*["rolled-back"] * 3, "turned", "rolled-back"]


@pytest.mark.parametrize(
    ("event", "waits_s", "name"),
    [
        (FAULT, 1.5, "rolled-back"),
        (Prompt(0, 0, PromptKind.STAND), 1.5, "stand"),
        (Prompt(0, 0, PromptKind.TEN, 20), 0.6, "20"),
        (PhaseChange(0, 0, Phase.REST, 1), 5.0, "set-done"),
    ],
)
def test_a_word_waits_for_the_one_before_it_but_not_until_it_is_out_of_date(event: Event, waits_s: float, name: str) -> None:
    instruction_s = length_s("clamshell_left")
    just = instruction_s - waits_s + 0.05
    assert spoken((0, CLAMSHELL), (0, TAKE), (just, event), seconds=11) == [
        ("clamshell_left", 0.0),
        (name, pytest.approx(instruction_s, abs=1e-3)),
    ]
    if waits_s < 2:
        assert names((0, CLAMSHELL), (0, TAKE), (just - 0.1, event), seconds=11) == ["clamshell_left"]


def test_urgent_words_cut_off_what_is_said() -> None:
    for event, name in ((PhaseChange(0, 0, Phase.WORK, 1), "go"), (PhaseChange(0, 0, Phase.PAUSED, 1), "paused"), (rep(4), "4")):
        assert spoken((0, CLAMSHELL), (0, TAKE), (2, event), seconds=11) == [("clamshell_left", 0.0), (name, 2.0)]


def test_a_lost_sensor_is_spoken_in_a_drill_and_a_tone_only_in_a_run() -> None:
    for kind, name in ((SignalKind.LOST, "sensor-lost"), (SignalKind.BACK, "sensor-back")):
        assert names((0, CLAMSHELL), (0, Signal(0, 0, kind)), seconds=4) == [name]
        assert names((0, Signal(0, 0, kind)), seconds=4) == []
    assert names((0, CLAMSHELL), (0, Signal(0, 0, SignalKind.STARTED)), seconds=4) == []


def block(
    number: int, purpose: BlockPurpose, count: int = 3, *, walk: bool = False, feedback: bool = False, over: bool = False
) -> BlockChange:
    return BlockChange(0, 0, number, count, walk, feedback, over, 60.0, purpose)


def test_each_block_of_a_run_protocol_is_announced() -> None:
    measure, retention, feedback = BlockPurpose.MEASURE, BlockPurpose.RETENTION, BlockPurpose.FEEDBACK
    assert names((0, block(1, measure))) == ["measure"]
    assert names((0, block(1, retention, count=1))) == ["remember"]
    assert names((0, block(1, retention))) == ["without-sound"]
    assert names((0, block(2, feedback, feedback=True))) == ["with-sound"]
    assert names((0, block(1, feedback, count=1, feedback=True))) == [], "the only block needs no announcement"
    assert names((0, block(3, feedback, over=True))) == ["run-done"]
    walk = block(2, BlockPurpose.WALK, walk=True)
    run = block(3, feedback, feedback=True)
    assert names((0, walk), (3, run), (6, run)) == ["walk", "run", "with-sound"], "after a walk it says to run"


def test_without_voice_the_tones_are_played() -> None:
    with_words, without = (heard([FAULT], SoundSettings(words=words), 3.0) for words in (True, False))
    assert np.abs(with_words[RATE // 3 : RATE // 2]).max() > 0.05
    assert not without[RATE // 3 :].any()
    assert without[: RATE // 4].any()


def test_in_a_language_without_clips_tones_guide_the_drill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("levelhips.audio.clip_files.language", lambda: "xx")
    wave = heard([CLAMSHELL, TAKE, FAULT], SoundSettings(), 3.0)
    np.testing.assert_array_equal(wave, heard([CLAMSHELL, TAKE, FAULT], TONES_ONLY, 3.0))
    assert wave.any()
