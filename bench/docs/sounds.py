"""Parts for sounds: the notes of every signal, prompt and form fault."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from bench.docs.markdown import table
from levelhips.audio.synth import SIGNALS
from levelhips.audio.voice import FAULT_TONES, HALF, OTHER_FAULT_TONE, PROMPT_TONES, SET_DONE, Glide
from levelhips.events import FormFault, PromptKind, SignalKind

COUNTS = {1: "a", 2: "two", 3: "three", 4: "four", 6: "six"}


def described(glides: Iterable[Glide]) -> str:
    """Return what a sound is like, such as ``three notes up (523, 659, 784 Hz)``; pauses are left out."""
    notes = [(low, high) for low, high, _ in glides if low]
    count, many = COUNTS[len(notes)], "s" if len(notes) > 1 else ""
    if notes[0][0] != notes[0][1]:
        shape = f"{count} {'rising' if notes[0][1] > notes[0][0] else 'falling'} glide{many}"
    else:
        steps = {(after > before) - (after < before) for (before, _), (after, _) in pairwise(notes)}
        way = " up" if steps == {1} else " down" if steps == {-1} else ""
        shape = f"{count} {'alternating ' if len(steps) > 1 else ''}{'equal ' if steps == {0} else ''}note{many}{way}"
    pitches = dict.fromkeys(f"{low:g}" if low == high else f"{low:g} to {high:g}" for low, high in notes)
    return f"{shape} ({', '.join(pitches)} Hz)"


SIGNAL_MEANINGS = {
    SignalKind.CALIBRATED: "you stood still, and the standing zero was taken",
    SignalKind.STARTED: "you started to run, or continued after a pause",
    SignalKind.PAUSED: "no beeps until you continue",
    SignalKind.LOST: "no data from the sensor (live only)",
    SignalKind.BACK: "data has returned after a second or more",
}
PROMPT_MEANINGS = {
    PromptKind.UP: "open or lift the leg",
    PromptKind.DOWN: "close or lower it",
    PromptKind.REACHED: "far enough: go back",
    PromptKind.CLOCK_ON: "the time of the hold is running",
    PromptKind.CLOCK_OFF: "the time of the hold has stopped",
    PromptKind.WRONG_POSTURE: "wrong position",
    PromptKind.WRONG_SIDE: "wrong side, or wrong leg",
}
FAULT_MEANINGS = {
    FormFault.ROLLED_BACK: "you rolled back",
    FormFault.ROLLED_FORWARD: "you rolled too far forward",
    FormFault.DIPPED: "the hip drops",
    FormFault.HIKED: "the hip is too high",
    FormFault.TURNED: "you twisted",
    FormFault.OPENED: "the hip opened",
    FormFault.LEANED: "you leaned",
    FormFault.TOO_FAR: "you went too far",
    FormFault.TOO_FAST: "too fast",
}


def signals() -> str:
    """Return every signal of a session."""
    notes = {kind: [(pitch, pitch, seconds) for pitch, seconds in SIGNALS[kind]] for kind in SignalKind}
    return table(
        ("signal", "sounds like", "meaning"), [(f"`{kind}`", described(notes[kind]), SIGNAL_MEANINGS[kind]) for kind in SignalKind]
    )


def drill_tones() -> str:
    """Return every tone of a drill."""
    rows = [(f"`{kind}`", described(glides), PROMPT_MEANINGS[kind]) for kind, glides in PROMPT_TONES.items()]
    rows += [(f"`{kind}`", described(glides), FAULT_MEANINGS[kind]) for kind, glides in FAULT_TONES.items()]
    rows += [
        ("other", described(OTHER_FAULT_TONE), "any other form fault"),
        ("half", described(HALF), "half a repetition, which does not count"),
        ("set done", described(SET_DONE), "the set is done"),
        ("done", described(SET_DONE[::-1]), "the drill is done"),
    ]
    return table(("tone", "sounds like", "meaning"), rows)
