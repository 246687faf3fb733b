"""What the voice says, by the name of its clip. After a change here, run `make words` to record the clips again."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from levelhips.events import FormFault, Posture, PromptKind
from levelhips.text.drill import FORM_FAULTS, TAKE_POSTURE

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


PHRASES: dict[Phrase, str] = {
    Phrase.STAND: "Stand still.",
    Phrase.BOW: "Bow forward once, on both feet, and come up again.",
    Phrase.TAKE_POSITION: "Get in position.",
    Phrase.NEXT_SET: "Next set. Get in position.",
    Phrase.GO: "Go.",
    Phrase.SET_DONE: "Set done. Rest.",
    Phrase.DONE: "Well done. That's all.",
    Phrase.PAUSED: "Paused.",
    Phrase.POSTURE_LOST: "You left the position.",
    Phrase.FELL_OFF: "The clip came off. Put it back on, and stand still.",
    Phrase.SENSOR_LOST: "No data from the sensor.",
    Phrase.SENSOR_BACK: "Sensor data is back.",
    Phrase.RUN: "Run.",
    Phrase.WALK: "Walk.",
    Phrase.WITH_SOUND: "With beeps.",
    Phrase.WITHOUT_SOUND: "Without beeps. Keep your pelvis level.",
    Phrase.MEASURE: "Run as you usually do. We are only measuring.",
    Phrase.REMEMBER: "No beeps today. Run as you have learned, with a level pelvis.",
    Phrase.RUN_DONE: "That's all for today. Slow down.",
}

SPOKEN_FORM_FAULTS: dict[FormFault, str] = {fault: f"{words}." for fault, words in FORM_FAULTS.items()}

SPOKEN_POSTURES: dict[Posture, str] = {posture: f"{words}." for posture, words in TAKE_POSTURE.items() if posture is not Posture.UNCLEAR}

SPOKEN_PROMPTS: dict[PromptKind, str] = {
    PromptKind.STAND: PHRASES[Phrase.STAND],
    PromptKind.BOW: PHRASES[Phrase.BOW],
    PromptKind.CLOCK_OFF: "Hold still.",
    PromptKind.WRONG_POSTURE: "Wrong position.",
    PromptKind.WRONG_SIDE: "Wrong side.",
}
"""The prompts that are spoken; a tone or a number stands for the others (`levelhips.audio.voice`)."""


def _by_clip(*tables: Mapping[Any, str]) -> dict[str, str]:
    """Return the texts of several tables by the names of their clips."""
    return {str(name): text for table in tables for name, text in table.items()}


SPOKEN: dict[str, str] = _by_clip({number: str(number) for number in NUMBERS}, PHRASES, SPOKEN_FORM_FAULTS, SPOKEN_POSTURES, SPOKEN_PROMPTS)
"""By the name of its clip: all that the voice says, without the instructions of the drills."""
