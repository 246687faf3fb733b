"""Every member of every enum in the events has words, in every table that shows it, and the user interfaces show those words."""

from __future__ import annotations

import importlib
import io
import json
import math
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from gettext import NullTranslations
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from rich.console import Console
from scipy.signal import fftconvolve

from levelhips import events
from levelhips import words as text
from levelhips.analysis.drill_summary import drill_lines, drill_values
from levelhips.audio import synth, voice
from levelhips.audio.clip_files import word
from levelhips.audio.synth import Mixer, SoundSettings
from levelhips.audio.voice import Voice
from levelhips.cli.terminal.layout import Frame
from levelhips.cli.terminal.live_view import link_line
from levelhips.cli.terminal.run_screen import draw
from levelhips.coaching.drills.result import DrillResult
from levelhips.events import (
    BlockChange,
    BlockPurpose,
    DrillBegin,
    Event,
    FormFault,
    FormFaultDetected,
    HealthReason,
    HealthState,
    LinkChange,
    LinkReason,
    LinkState,
    Mode,
    ModeChange,
    Notice,
    NoticeKind,
    Outcome,
    Part,
    Phase,
    PhaseChange,
    PhaseReason,
    Posture,
    PostureChange,
    Prompt,
    PromptKind,
    Quality,
    Rep,
    Side,
    Signal,
    SignalKind,
    ThresholdChange,
    ThresholdReason,
    Update,
)
from levelhips.live.keys import Where
from levelhips.live.snapshot import SessionState, Snapshot
from levelhips.samples import Gap, GapReason
from levelhips.sensors.source import LinkStatus
from levelhips.settings.installed import drills
from levelhips.text import choice, set_loader
from levelhips.words import Phrase, Words, block_line, stance_drop, words_for, words_for_value

Enum = type[StrEnum]

# What serves which enum. A table of the screens has words for every member; the voice has words or a tone for every member
# that it plays. An enum or a table that is missing here fails a test: add it, and its words.
SHOWN: dict[Enum, tuple[str, ...]] = {
    Side: ("SIDES", "STANCE_WORDS", "DROPPED_SIDE", "SHORT_STANCE", "HIPS"),
    Mode: ("MODES",),
    Quality: ("QUALITY", "QUALITY_ADVICE", "EXCLUSION_REASONS", "EXCLUSION_FIXES"),
    ThresholdReason: ("THRESHOLD_REASONS",),
    Posture: ("TAKE_POSTURE",),
    Phase: ("PHASES",),
    PhaseReason: ("PHASE_REASONS",),
    PromptKind: ("PROMPTS",),
    FormFault: ("FORM_FAULTS", "FAULT_NAMES"),
    NoticeKind: ("NOTICES",),
    SignalKind: ("SIGNALS",),
    LinkState: ("LINK_STATES",),
    LinkReason: ("LINK_REASONS",),
    GapReason: ("GAP_REASONS",),
    BlockPurpose: ("BLOCKS",),
    Part: ("PARTS", "PARTS_BACK"),
    HealthState: ("HEALTH_STATES",),
    HealthReason: ("HEALTH_FAULTS",),
    Outcome: ("CUE_OUTCOMES",),
}
SPOKEN: dict[Enum, tuple[str, ...]] = {
    FormFault: ("SPOKEN_FORM_FAULTS",),
    Posture: ("SPOKEN_POSTURES",),
    PromptKind: ("SPOKEN_PROMPTS",),
}
# Only these may be empty. Not a set: members of different enums with the same value are equal.
WITHOUT_WORDS: list[StrEnum] = [
    Quality.OK,
    PhaseReason.NONE,
    BlockPurpose.UNSTATED,
    LinkReason.NONE,
    HealthReason.NONE,
]
NEVER_ASKED_FOR: set[StrEnum] = {Posture.UNCLEAR}
# Silent prompts: the tone before still counts as hold's, and the phase that follows a rest is announced itself.
SILENT: set[StrEnum] = {PromptKind.HOLD, PromptKind.REST_OVER}


def enums_of_events() -> set[Enum]:
    found = {GapReason}
    for module in pkgutil.walk_packages(events.__path__, "levelhips.events."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum:
                found.add(value)
    return found


def name_of(member: StrEnum) -> str:
    return f"{type(member).__name__}.{member.name}"


# ---- the tables


def test_every_enum_of_the_events_has_a_table() -> None:
    assert enums_of_events() == set(SHOWN)


@pytest.mark.parametrize(("enum", "name"), [(enum, name) for enum, names in SHOWN.items() for name in names])
def test_every_table_of_the_screens_has_words_for_every_member_and_for_nothing_else(enum: Enum, name: str) -> None:
    table = getattr(text, name)
    assert {(type(key), key.name) for key in table} == {(enum, member.name) for member in enum}
    for member, words in table.items():
        assert words == words.strip()
        assert bool(words) is not any(member is one for one in WITHOUT_WORDS) or name == "QUALITY", name_of(member)
        assert not re.search(r"[a-z]-[a-z]+-[a-z]", words), "a value of the enum instead of words"


@pytest.mark.parametrize(("enum", "name"), [(enum, name) for enum, names in SPOKEN.items() for name in names])
def test_every_table_of_the_voice_has_members_as_keys(enum: Enum, name: str) -> None:
    table = getattr(text, name)
    assert {type(key) for key in table} == {enum}
    assert all(words.endswith(".") and words[0].isupper() for words in table.values())


def test_every_table_is_listed_here() -> None:
    listed = {name for tables in (SHOWN, SPOKEN) for names in tables.values() for name in names}
    assert {name for name in text.__all__ if isinstance(getattr(text, name), Words)} == listed


def test_members_of_one_enum_have_different_words() -> None:
    for enum, names in SHOWN.items():
        for name in names:
            words = list(getattr(text, name).values())
            assert len(set(words)) == len(words) == len(enum), name


def test_a_member_without_words_is_shown_by_its_value() -> None:
    assert words_for({}, FormFault.ROLLED_BACK) == "rolled back"
    assert words_for({FormFault.ROLLED_BACK: "x"}, FormFault.ROLLED_BACK) == "x"


def test_words_of_a_value_in_a_file_are_found_and_a_value_that_is_unknown_stays_readable() -> None:
    assert words_for_value(text.FAULT_NAMES, "hiked") == text.FAULT_NAMES[FormFault.HIKED]
    assert words_for_value(text.FAULT_NAMES, "moon-walked") == "moon walked"


@pytest.mark.parametrize("fault", FormFault)
def test_summary_of_a_drill_names_every_form_fault(fault: FormFault) -> None:
    events = [begin_for(None), FormFaultDetected(1.0, 1.0, fault), FormFaultDetected(2.0, 2.0, fault), rep()]
    result = DrillResult.of(events)
    assert result is not None
    assert f"2 x {text.FAULT_NAMES[fault]}" in " ".join(drill_lines(drill_values(result)))


# ---- the voice


def test_every_clip_speaks_the_present_text() -> None:
    instructions = {f"{drill.name}_{side.value}": drill.instruction_for(side) for drill in drills().values() for side in Side}
    clips = ROOT / "src" / "levelhips" / "audio" / "clips" / "en"
    assert json.loads((clips / "texts.json").read_text(encoding="utf-8")) == text.spoken() | instructions, "run: make words"
    assert {path.stem for path in clips.glob("*.ogg")} == set(text.spoken() | instructions), "run: make words"


def test_no_two_texts_share_a_clip() -> None:
    tables: list[dict[Any, str]] = [getattr(text, name) for names in SPOKEN.values() for name in names]
    from levelhips.words.spoken import PHRASES

    assert set(PHRASES) == set(Phrase)
    seen: dict[str, str] = {}
    for table in [PHRASES, *tables]:
        for name, words in table.items():
            assert seen.setdefault(str(name), words) == words


@pytest.mark.parametrize("fault", FormFault)
def test_the_voice_says_of_a_form_fault_what_the_screen_shows(fault: FormFault) -> None:
    assert text.spoken()[fault] == f"{text.FORM_FAULTS[fault]}."


def loud(sound: np.ndarray) -> float:
    return float(np.abs(sound).max())


def played(*heard: Event, words: bool, seconds: float = 4.0) -> np.ndarray:
    mixer = Mixer(8000)
    speaker = Voice(SoundSettings(words=words))
    for event in heard[:-1]:
        speaker.put(event, Mixer(8000))
    speaker.put(heard[-1], mixer)
    return mixer.render(round(seconds * 8000))[:, 0]


def begin_for(posture: Posture | None) -> DrillBegin:
    return DrillBegin(0.0, 0.0, "elsewhere", "Elsewhere", Side.LEFT, posture, 1, 3, 5.0, math.nan, 0.0, 0.1, "drop", "Do it.")


@pytest.mark.parametrize("fault", FormFault)
def test_every_form_fault_is_heard_as_a_tone_and_as_its_words(fault: FormFault) -> None:
    assert loud(played(FormFaultDetected(1.0, 1.0, fault), words=False)) > 0.05
    clip = word(fault, 8000)
    assert clip is not None
    assert contains(says(FormFaultDetected(1.0, 1.0, fault)), clip)


@pytest.mark.parametrize("kind", SignalKind)
def test_every_signal_has_a_sound_of_its_own(kind: SignalKind) -> None:
    assert set(synth.SIGNALS) == set(SignalKind)
    sounds = [played(Signal(1.0, 1.0, other), words=False, seconds=1.0) for other in SignalKind]
    assert sum(np.array_equal(sound, played(Signal(1.0, 1.0, kind), words=False, seconds=1.0)) for sound in sounds) == 1
    assert loud(played(Signal(1.0, 1.0, kind), words=False, seconds=1.0)) > 0.05


@pytest.mark.parametrize("kind", PromptKind)
def test_every_prompt_is_heard_or_listed_as_silent(kind: PromptKind) -> None:
    sound = played(Prompt(1.0, 1.0, kind, 10), words=True)
    assert (loud(sound) > 0.05) is (kind not in SILENT)
    if kind in text.SPOKEN_PROMPTS:
        clip = word(kind, 8000)
        assert clip is not None
        assert contains(says(Prompt(1.0, 1.0, kind, 10)), clip)


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_is_announced(phase: Phase) -> None:
    assert loud(played(begin_for(None), PhaseChange(1.0, 1.0, phase, 1), words=True)) > 0.05


@pytest.mark.parametrize("posture", sorted(set(Posture) - NEVER_ASKED_FOR))
def test_every_posture_that_a_drill_may_ask_for_can_be_said(posture: Posture) -> None:
    clip = word(posture, 8000)
    assert clip is not None
    lost = PhaseChange(1.0, 1.0, Phase.TAKE, 1, PhaseReason.POSTURE_LOST)
    assert contains(says(begin_for(posture), lost, seconds=6.0), clip)


def says(*heard: Event, seconds: float = 4.0) -> np.ndarray:
    """Return what words add to the sound of the last event."""
    return played(*heard, words=True, seconds=seconds) - played(*heard, words=False, seconds=seconds)


def contains(sound: np.ndarray, clip: np.ndarray) -> bool:
    """Whether a clip is in a sound, by normalized correlation."""
    score = fftconvolve(sound, clip[::-1], "valid")
    until = np.cumsum(np.append(0.0, sound.astype(float) ** 2))
    energy = until[len(clip) :] - until[: -len(clip)]
    return float((score / np.sqrt(np.maximum(energy, 1e-6) * float(clip @ clip))).max()) > 0.95


@pytest.mark.parametrize("name", ["PROMPT_TONES", "FAULT_TONES"])
def test_tones_are_declared_for_members_of_enums(name: str) -> None:
    assert {type(key) for key in getattr(voice, name)} == {{"PROMPT_TONES": PromptKind, "FAULT_TONES": FormFault}[name]}


# ---- the snapshot that terminal and window show


@pytest.fixture
def empty_catalog() -> Iterator[None]:
    set_loader(NullTranslations)
    yield
    set_loader(choice.load)


def snapshot_after(*heard: Event) -> Snapshot:
    state = SessionState()
    state.put(Update(events=heard))
    return state.snapshot()


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_is_shown_in_words(kind: NoticeKind) -> None:
    assert snapshot_after(Notice(1.0, 1.0, kind)).message == text.NOTICES[kind]


@pytest.mark.parametrize("kind", SignalKind)
def test_every_signal_is_shown_in_words(kind: SignalKind) -> None:
    assert snapshot_after(Signal(1.0, 1.0, kind)).message == text.SIGNALS[kind]


@pytest.mark.usefixtures("empty_catalog")
def test_a_signal_that_has_no_words_does_not_stop_the_session() -> None:
    assert snapshot_after(Signal(1.0, 1.0, SignalKind.BACK)).message == "back"


def test_pausing_and_starting_are_shown_by_the_enum_and_no_other_signal_changes_them() -> None:
    paused = Signal(1.0, 1.0, SignalKind.PAUSED)
    assert [snapshot_after(paused, Signal(2.0, 2.0, kind)).paused for kind in SignalKind] == [
        kind is not SignalKind.STARTED for kind in SignalKind
    ]


@pytest.mark.parametrize("reason", GapReason)
def test_every_gap_is_shown_with_its_reason(reason: GapReason) -> None:
    assert snapshot_after(Gap(1.0, 3.5, reason)).message == f"2.5 s: {text.GAP_REASONS[reason]}"


@pytest.mark.parametrize("fault", FormFault)
def test_every_form_fault_is_shown_in_words_for_a_while(fault: FormFault) -> None:
    working = (begin_for(None), PhaseChange(1.0, 1.0, Phase.WORK, 1))
    drill = snapshot_after(*working, FormFaultDetected(2.0, 2.0, fault)).drill
    assert drill is not None
    assert drill.what_next(2.5) == text.FORM_FAULTS[fault]
    assert drill.what_next(5.0) == "Do it."
    half = replace(rep(), full=False, form_faults=f"turned {fault}")
    drill = snapshot_after(*working, half).drill
    assert drill is not None
    assert drill.what_next(2.5) == text.FORM_FAULTS[fault], "of half a repetition the last fault: what was missing"


def rep() -> Rep:
    numbers = dict.fromkeys(("range_rad", "mean_rad", "sd_rad", "out_s", "hold_s", "back_s"), 1.0)
    return Rep(1.0, 2.0, 2.0, 1, 1, Side.LEFT, Quality.OK, True, **numbers)


def test_incomplete_repetition_without_a_known_fault_is_shown() -> None:
    for form_faults in ("", "moonwalked"):
        half = replace(rep(), full=False, form_faults=form_faults)
        assert half.faults == ()
        drill = snapshot_after(begin_for(None), PhaseChange(1.0, 1.0, Phase.WORK, 1), half).drill
        assert drill is not None
        assert drill.what_next(2.0) == "Do it."
        assert loud(played(half, words=True)) > 0.05


def test_the_faults_of_a_repetition_are_members_in_their_order() -> None:
    found = replace(rep(), form_faults="turned moonwalked short")
    assert found.faults == (FormFault.TURNED, FormFault.SHORT)
    assert not found.good
    assert rep().good


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_says_what_to_do(phase: Phase) -> None:
    drill = snapshot_after(begin_for(Posture.UPRIGHT), PhaseChange(1.0, 1.0, phase, 1)).drill
    assert drill is not None
    assert (
        drill.what_next(3.0)
        == {
            Phase.STAND: text.PROMPTS[PromptKind.STAND],
            Phase.BOW: text.PROMPTS[PromptKind.BOW],
            Phase.TAKE: "Do it.",
            Phase.WORK: "Do it.",
            Phase.REST: "Rest: 3 s",
            Phase.PAUSED: "Paused",
            Phase.DONE: "Done",
        }[phase]
    )


@pytest.mark.parametrize("reason", PhaseReason)
def test_the_reason_to_begin_again_is_shown(reason: PhaseReason) -> None:
    opening = {PhaseReason.FELL_OFF: "The clip came off. ", PhaseReason.POSTURE_LOST: "You left the position. "}.get(reason, "")
    for phase, rest in ((Phase.STAND, "Stand still"), (Phase.TAKE, "Hold still. Do it.")):
        drill = snapshot_after(begin_for(None), PhaseChange(1.0, 1.0, phase, 1, reason)).drill
        assert drill is not None
        assert drill.what_next(2.0) == opening + rest


@pytest.mark.parametrize("posture", Posture)
@pytest.mark.parametrize("kind", [PromptKind.WRONG_POSTURE, PromptKind.WRONG_SIDE])
def test_a_wrong_posture_is_answered_with_how_to_take_the_right_one(posture: Posture, kind: PromptKind) -> None:
    taking = (begin_for(posture), PhaseChange(1.0, 1.0, Phase.TAKE, 1))
    drill = snapshot_after(*taking, Prompt(2.0, 2.0, kind)).drill
    assert drill is not None
    assert drill.what_next(2.0) == f"{text.PROMPTS[kind]}. {text.TAKE_POSTURE[posture]}."
    drill = snapshot_after(*taking, Prompt(2.0, 2.0, kind), PhaseChange(3.0, 3.0, Phase.TAKE, 1)).drill
    assert drill is not None
    assert drill.what_next(3.0) == ("Hold still. Do it." if posture is Posture.UNCLEAR else "Do it."), "forgotten in the next phase"
    drill = snapshot_after(*taking, PostureChange(2.0, 2.0, posture)).drill
    assert drill is not None
    assert drill.what_next(2.0) == "Hold still. Do it."


def test_wrong_posture_in_a_drill_for_any_posture_is_reported_without_naming_another() -> None:
    drill = snapshot_after(begin_for(None), PhaseChange(1.0, 1.0, Phase.TAKE, 1), Prompt(2.0, 2.0, PromptKind.WRONG_POSTURE)).drill
    assert drill is not None
    assert drill.what_next(2.0) == "Hold still. Do it."


def test_the_clock_of_a_hold_stops_and_goes_on() -> None:
    begin = replace(begin_for(None), seconds=30.0)
    start = (begin, PhaseChange(10.0, 10.0, Phase.WORK, 1))
    held = [
        (start, 4.0),
        ((*start, Prompt(12.0, 12.0, PromptKind.CLOCK_OFF)), 2.0),
        ((*start, Prompt(12.0, 12.0, PromptKind.CLOCK_OFF), Prompt(13.0, 13.0, PromptKind.CLOCK_ON)), 3.0),
        ((*start, Signal(11.0, 11.0, SignalKind.LOST)), 1.0),
        ((*start, Signal(11.0, 11.0, SignalKind.BACK)), 4.0),
        ((*start, PhaseChange(12.5, 12.5, Phase.PAUSED, 1)), 2.5),
    ]
    for heard, seconds in held:
        drill = snapshot_after(*heard).drill
        assert drill is not None
        assert drill.hold_s(14.0) == pytest.approx(seconds)


# ---- the terminal


def shown(snapshot: Snapshot, columns: int = 120) -> str:
    console = Console(width=columns, height=50, file=io.StringIO(), force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(draw(snapshot, Frame("title", Where.RUN, columns, 50, message=snapshot.message)))
    return captured.get()


@pytest.mark.parametrize("mode", Mode)
def test_the_terminal_shows_the_words_of_every_mode(mode: Mode) -> None:
    assert text.MODES[mode] in shown(Snapshot(mode=mode)).splitlines()[1]


@pytest.mark.parametrize("quality", Quality)
def test_the_terminal_shows_why_steps_do_not_count(quality: Quality) -> None:
    assert (f"[{text.QUALITY[quality]}]" in shown(Snapshot(quality=quality))) is (quality is not Quality.OK)


@pytest.mark.parametrize("phase", Phase)
def test_the_terminal_shows_the_words_of_every_phase(phase: Phase) -> None:
    snapshot = snapshot_after(begin_for(None), PhaseChange(1.0, 1.0, phase, 1))
    for side in Side:
        assert snapshot.drill is not None
        head = shown(replace(snapshot, drill=replace(snapshot.drill, side=side))).splitlines()[1]
        assert f"set 1 of 1   {text.PHASES[phase]}" in head
        assert text.HIPS[side] in head


@pytest.mark.parametrize("state", LinkState)
def test_the_terminal_shows_the_words_of_every_state_of_the_connection(state: LinkState) -> None:
    assert link_line(LinkStatus(state, name="Sensor")) == f"{text.LINK_STATES[state]}   Sensor"


@pytest.mark.parametrize("kind", NoticeKind)
def test_the_terminal_shows_a_notice_to_its_end(kind: NoticeKind) -> None:
    lines = shown(snapshot_after(Notice(1.0, 1.0, kind)), columns=60).splitlines()
    assert text.NOTICES[kind] in " ".join(line.strip("│ ") for line in lines)


# ---- lines


@pytest.mark.parametrize(
    ("block", "line"),
    [
        (BlockChange(0.0, 0.0, 2, 5, walk=True, feedback=True, over=False, until_s=70.0), "Walk   1:05 left   2 of 5"),
        (BlockChange(0.0, 0.0, 2, 5, walk=False, feedback=True, over=False, until_s=70.0), "Run with beeps   1:05 left   2 of 5"),
        (BlockChange(0.0, 0.0, 2, 5, walk=False, feedback=False, over=False, until_s=6.0), "Run without beeps   0:01 left   2 of 5"),
        (
            BlockChange(0.0, 0.0, 2, 5, walk=False, feedback=False, over=False, until_s=6.0, purpose=BlockPurpose.RETENTION),
            "Run without beeps: keep your pelvis level   0:01 left   2 of 5",
        ),
        (
            BlockChange(0.0, 0.0, 1, 1, walk=False, feedback=False, over=False, until_s=6.0, purpose=BlockPurpose.MEASURE),
            "Run as you usually do: measuring, no beeps   0:01 left   1 of 1",
        ),
        (BlockChange(0.0, 0.0, 2, 5, walk=False, feedback=True, over=False, until_s=1.0), "Run with beeps   0:00 left   2 of 5"),
        (BlockChange(0.0, 0.0, 2, 5, walk=False, feedback=True, over=False, until_s=math.nan), "Run with beeps   2 of 5"),
        (BlockChange(0.0, 0.0, 5, 5, walk=False, feedback=False, over=True, until_s=math.nan), "Run protocol finished. Slow down."),
    ],
)
def test_a_block_of_the_run_protocol_in_a_line(block: BlockChange, line: str) -> None:
    assert block_line(block, 5.0) == line
    assert snapshot_after(block, ModeChange(0.0, 0.0, Mode.RUNNING), LinkChange(0.0, 0.0, LinkState.STREAMING)).block == block


@pytest.mark.parametrize("stance", Side)
def test_the_words_name_the_side_that_the_trace_shows_low_and_never_the_hip_of_the_stance_leg(stance: Side) -> None:
    """In right stance a drop is positive obliquity (`Side.sign`), and positive is right side higher: left is low."""
    low = Side.LEFT if stance.sign > 0 else Side.RIGHT
    assert stance_drop(stance) == f"{stance.value} leg on the ground: {low.value} side drops"
    assert text.DROPPED_SIDE[stance].startswith(low.value)
    assert "hip" not in stance_drop(stance)


# ---- one spelling


def test_no_user_interface_contains_a_sentence_of_the_tables() -> None:
    """Sentences of three words or more occur once in the source; shorter ones and labels may be equal by chance."""
    tables = ("NOTICES", "SIGNALS", "QUALITY_ADVICE", "FORM_FAULTS", "PROMPTS", "TAKE_POSTURE")
    listed = [words for name in tables for words in getattr(text, name).values()] + list(text.spoken().values())
    sentences = {words.rstrip(".") for words in listed if len(words.split()) >= 3}
    assert len(sentences) > 40
    twice = [
        f"{path.relative_to(ROOT)}: {sentence}"
        for room in ("audio", "cli", "live", "ui")
        for path in (ROOT / "src" / "levelhips" / room).rglob("*.py")
        for sentence in sentences
        if sentence in path.read_text(encoding="utf-8")
    ]
    assert not twice


def test_threshold_is_shown_with_its_reason_only_if_it_changed() -> None:
    known = ThresholdChange(0.0, 0.0, math.radians(4.0), math.radians(2.5), ThresholdReason.FIXED)
    moved = ThresholdChange(1.0, 1.0, math.radians(4.5), math.radians(3.0), ThresholdReason.COMMAND)
    assert snapshot_after(known).message == ""
    assert snapshot_after(known).threshold_deg == pytest.approx({Side.LEFT: 4.0, Side.RIGHT: 2.5})
    assert snapshot_after(known, moved).message == "Threshold left 4.5, right 3.0 deg: changed by you"
    assert snapshot_after(known, moved).threshold_deg == pytest.approx({Side.LEFT: 4.5, Side.RIGHT: 3.0})
