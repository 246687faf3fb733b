"""Words for the events of a drill."""

from __future__ import annotations

from levelhips.events import FormFault, Phase, PhaseReason, Posture, PromptKind, Side
from levelhips.text import has, tr
from levelhips.words.lookup import Words

FORM_FAULTS = Words(FormFault, "form-fault-advice")
"""What to do about a form fault. The voice says the same."""

FAULT_NAMES = Words(FormFault, "form-fault")
"""The name of a form fault, for a table: "2 x rolled back"."""

PHASES = Words(Phase, "phase")
"""The phase of a drill, as a label."""

PHASE_REASONS = Words(PhaseReason, "phase-reason", empty=[PhaseReason.NONE])
"""Why a drill went to another phase; empty in the usual order."""

PROMPTS = Words(PromptKind, "prompt")
"""A prompt as text, for wearers who read the screen instead of listening."""

TAKE_POSTURE = Words(Posture, "take-posture")
"""How to take a posture. The voice says the same."""


def drill_title(name: str, declared: str) -> str:
    """Return the title of a drill; the declared one, which recordings keep too, if the drill is not in the catalog."""
    key = f"drill.{name}.title"
    return tr(f"drill.{name}.title") if has(key) else declared


def drill_instruction(name: str, side: Side, declared: str) -> str:
    """Return the instruction of a drill for a side; the declared one if the drill is not in the catalog."""
    key = f"drill.{name}.instruction.{side}"
    return tr(f"drill.{name}.instruction.{side}") if has(key) else declared
