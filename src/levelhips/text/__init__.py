"""Every word and sentence that people read or hear about an event, in tables keyed by the members of its enum.

Terminal, window and voice take their words from here, so that one thing has one name everywhere. A member without words fails
a test. Titles and labels of a single screen stay with that screen.
"""

from levelhips.text.drill import FAULT_NAMES, FORM_FAULTS, PHASE_REASONS, PHASES, PROMPTS, TAKE_POSTURE
from levelhips.text.lookup import words_for, words_for_value
from levelhips.text.session import (
    BLOCKS,
    EXCLUSION_FIXES,
    EXCLUSION_REASONS,
    GAP_REASONS,
    LINK_STATES,
    MODES,
    NOTICES,
    QUALITY,
    QUALITY_ADVICE,
    SIGNALS,
    THRESHOLD_REASONS,
    block_line,
)
from levelhips.text.sides import DROPPED_SIDE, HIPS, SHORT_STANCE, SIDES, STANCE_WORDS, stance_drop
from levelhips.text.spoken import SPOKEN, SPOKEN_FORM_FAULTS, SPOKEN_POSTURES, SPOKEN_PROMPTS, Phrase

__all__ = [
    "BLOCKS",
    "DROPPED_SIDE",
    "EXCLUSION_FIXES",
    "EXCLUSION_REASONS",
    "FAULT_NAMES",
    "FORM_FAULTS",
    "GAP_REASONS",
    "HIPS",
    "LINK_STATES",
    "MODES",
    "NOTICES",
    "PHASES",
    "PHASE_REASONS",
    "PROMPTS",
    "QUALITY",
    "QUALITY_ADVICE",
    "SHORT_STANCE",
    "SIDES",
    "SIGNALS",
    "SPOKEN",
    "SPOKEN_FORM_FAULTS",
    "SPOKEN_POSTURES",
    "SPOKEN_PROMPTS",
    "STANCE_WORDS",
    "TAKE_POSTURE",
    "THRESHOLD_REASONS",
    "Phrase",
    "block_line",
    "stance_drop",
    "words_for",
    "words_for_value",
]
