"""What the voice says, by the name of its clip. After a change here, run `make words` to record the clips again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from levelhips.events import FormFault, Posture, PromptKind
from levelhips.text import tr
from levelhips.words.lookup import Words

NUMBERS: tuple[int, ...] = (*range(1, 31), 40, 50, 60)
"""Repetitions are counted up to 30, which no catalogued dose exceeds; in a hold, every tenth second is announced, for a minute."""


class Phrase(StrEnum):
    """What the voice says besides form faults, postures and numbers; the value is the name of the clip."""

    STAND = "stand"
    BOW = "bow"
    TAKE_POSITION = "take-position"
    NEXT_SET = "next-set"
    GO = "go"
    SET_DONE = "set-done"
    DONE = "done"
    PAUSED = "paused"
    POSTURE_LOST = "posture-lost"
    FELL_OFF = "fell-off"
    SENSOR_LOST = "sensor-lost"
    SENSOR_BACK = "sensor-back"
    RUN = "run"
    WALK = "walk"
    WITH_SOUND = "with-sound"
    WITHOUT_SOUND = "without-sound"
    MEASURE = "measure"
    REMEMBER = "remember"
    RUN_DONE = "run-done"


PHRASES = Words(Phrase, "spoken")

SPOKEN_FORM_FAULTS = Words(FormFault, "form-fault-advice", ending=".")

SPOKEN_POSTURES = Words(Posture, "take-posture", without=[Posture.UNCLEAR], ending=".")

# The prompts that are spoken; a tone or a number stands for the others (`levelhips.audio.voice`).
_SILENT = set(PromptKind) - {PromptKind.CLOCK_OFF, PromptKind.WRONG_POSTURE, PromptKind.WRONG_SIDE}
SPOKEN_PROMPTS = Words(PromptKind, "spoken-prompt", without=_SILENT)
"""The prompts that have a clip of their own name; standing and bowing are phrases."""


def spoken() -> dict[str, str]:
    """Return what each clip says, by its name, in the language in use; without the instructions of the drills."""
    tables: tuple[Mapping[Any, str], ...] = (PHRASES, SPOKEN_FORM_FAULTS, SPOKEN_POSTURES, SPOKEN_PROMPTS)
    numbers = {str(number): tr("spoken-number", number=number) for number in NUMBERS}
    return numbers | {str(name): words for table in tables for name, words in table.items()}
