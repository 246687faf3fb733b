"""Words for events: tables keyed by the members of their enums, from the text catalog.

Terminal, window and voice take their words from here, so that one thing has one name everywhere. A member without words fails
a test.
"""

from levelhips.words.drill import FAULT_NAMES, FORM_FAULTS, PHASE_REASONS, PHASES, PROMPTS, TAKE_POSTURE, drill_instruction, drill_title
from levelhips.words.lookup import Words, words_for, words_for_value
from levelhips.words.sensors import sensor_title
from levelhips.words.session import (
    BLOCKS,
    CUE_OUTCOMES,
    EXCLUSION_FIXES,
    EXCLUSION_REASONS,
    GAP_REASONS,
    HEALTH_FAULTS,
    HEALTH_STATES,
    LINK_REASONS,
    LINK_STATES,
    MODES,
    NOTICES,
    PARTS,
    PARTS_BACK,
    QUALITY,
    QUALITY_ADVICE,
    SIGNALS,
    THRESHOLD_REASONS,
    block_line,
    drop_state,
    health_message,
    link_message,
)
from levelhips.words.sides import DROPPED_SIDE, HIPS, SHORT_STANCE, SIDES, STANCE_WORDS, stance_drop
from levelhips.words.spoken import SPOKEN_FORM_FAULTS, SPOKEN_POSTURES, SPOKEN_PROMPTS, Phrase, spoken

__all__ = [
    "BLOCKS",
    "CUE_OUTCOMES",
    "DROPPED_SIDE",
    "EXCLUSION_FIXES",
    "EXCLUSION_REASONS",
    "FAULT_NAMES",
    "FORM_FAULTS",
    "GAP_REASONS",
    "HEALTH_FAULTS",
    "HEALTH_STATES",
    "HIPS",
    "LINK_REASONS",
    "LINK_STATES",
    "MODES",
    "NOTICES",
    "PARTS",
    "PARTS_BACK",
    "PHASES",
    "PHASE_REASONS",
    "PROMPTS",
    "QUALITY",
    "QUALITY_ADVICE",
    "SHORT_STANCE",
    "SIDES",
    "SIGNALS",
    "SPOKEN_FORM_FAULTS",
    "SPOKEN_POSTURES",
    "SPOKEN_PROMPTS",
    "STANCE_WORDS",
    "TAKE_POSTURE",
    "THRESHOLD_REASONS",
    "Phrase",
    "Words",
    "block_line",
    "drill_instruction",
    "drill_title",
    "drop_state",
    "health_message",
    "link_message",
    "sensor_title",
    "spoken",
    "stance_drop",
    "words_for",
    "words_for_value",
]
