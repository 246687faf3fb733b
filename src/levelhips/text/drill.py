"""Words for the events of a drill."""

from __future__ import annotations

from levelhips.events import FormFault, Phase, PhaseReason, Posture, PromptKind

FORM_FAULTS: dict[FormFault, str] = {
    FormFault.ROLLED_BACK: "Don't roll back",
    FormFault.ROLLED_FORWARD: "Don't roll forward",
    FormFault.TURNED: "Don't twist",
    FormFault.LEANED: "Keep your trunk upright",
    FormFault.HIKED: "Hip too high",
    FormFault.DIPPED: "Don't let your hip drop",
    FormFault.TOO_FAR: "Too far",
    FormFault.TOO_FAST: "Slow down",
    FormFault.WADDLED: "Keep your hips level",
    FormFault.OPENED: "Keep your hips square",
    FormFault.SNAPPED: "Bring your foot in slowly",
    FormFault.TOUCHED_DOWN: "Keep your foot up",
    FormFault.LEFT_BAND: "Keep your hips in place",
    FormFault.SHORT: "Go further",
    FormFault.NOT_BACK: "Go all the way back",
    FormFault.NO_MOVEMENT: "Carry on when you are ready",
}
"""What to do about a form fault. The voice says the same."""

FAULT_NAMES: dict[FormFault, str] = {
    FormFault.ROLLED_BACK: "rolled back",
    FormFault.ROLLED_FORWARD: "rolled forward",
    FormFault.TURNED: "twisted",
    FormFault.LEANED: "leaned",
    FormFault.HIKED: "hip too high",
    FormFault.DIPPED: "hip dropped",
    FormFault.TOO_FAR: "too far",
    FormFault.TOO_FAST: "too fast",
    FormFault.WADDLED: "hips swayed",
    FormFault.OPENED: "hip opened",
    FormFault.SNAPPED: "foot snapped in",
    FormFault.TOUCHED_DOWN: "foot touched down",
    FormFault.LEFT_BAND: "out of place",
    FormFault.SHORT: "not far enough",
    FormFault.NOT_BACK: "not all the way back",
    FormFault.NO_MOVEMENT: "no movement",
}
"""The name of a form fault, for a table: "2 x rolled back"."""

PHASES: dict[Phase, str] = {
    Phase.STAND: "stand still",
    Phase.BOW: "bow",
    Phase.TAKE: "get in position",
    Phase.WORK: "go",
    Phase.REST: "rest",
    Phase.PAUSED: "paused",
    Phase.DONE: "done",
}
"""The phase of a drill, as a label."""

PHASE_REASONS: dict[PhaseReason, str] = {
    PhaseReason.NONE: "",
    PhaseReason.ASKED: "you asked for it",
    PhaseReason.RESUMED: "resumed",
    PhaseReason.REST_OVER: "rest over",
    PhaseReason.POSTURE_LOST: "you left the position",
    PhaseReason.FELL_OFF: "the clip came off",
}
"""Why a drill went to another phase; empty in the usual order."""

PROMPTS: dict[PromptKind, str] = {
    PromptKind.STAND: "Stand still",
    PromptKind.BOW: "Bow forward once, on both feet",
    PromptKind.UP: "Up",
    PromptKind.HOLD: "Hold",
    PromptKind.DOWN: "Down",
    PromptKind.REACHED: "Far enough",
    PromptKind.TEN: "Ten more seconds held",
    PromptKind.CLOCK_ON: "Time counts",
    PromptKind.CLOCK_OFF: "Time stopped: hold still",
    PromptKind.REST_OVER: "Rest over",
    PromptKind.WRONG_POSTURE: "Wrong position",
    PromptKind.WRONG_SIDE: "Wrong side",
}
"""What a prompt says, for those who look instead of listen."""

TAKE_POSTURE: dict[Posture, str] = {
    Posture.UNCLEAR: "Get in position",  # never asked for
    Posture.UPRIGHT: "Stand upright",
    Posture.LEFT_SIDE: "Lie on your left side",
    Posture.RIGHT_SIDE: "Lie on your right side",
    Posture.SUPINE: "Lie on your back",
    Posture.PRONE: "Lie on your front",
}
"""How to take a posture. The voice says the same."""
