"""Words for the events of a drill."""

from __future__ import annotations

from levelhips.events import FormFault, Phase, PhaseReason, Posture, PromptKind
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
"""What a prompt says, for those who look instead of listen."""

TAKE_POSTURE = Words(Posture, "take-posture")
"""How to take a posture. The voice says the same."""
