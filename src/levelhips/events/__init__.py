"""Events, the frozen records of scalars that the engine returns, and `Update`, which contains those of one push.

Every event has the time at which it happened (`at_s`) and the time at which it was detected (`known_s`), both on the
sensor's clock [s]. Angles are in radians; properties that end in `_deg` are for people. Kinds and reasons are enums, whose
words for people are in `levelhips.words`.
"""

from levelhips.events.angles import Angles, Pose
from levelhips.events.coaching import Baseline, BlockChange, BlockPurpose, Cue, Pace, ThresholdChange, ThresholdReason
from levelhips.events.drill import (
    DrillBegin,
    FormFault,
    FormFaultDetected,
    Phase,
    PhaseChange,
    PhaseReason,
    Posture,
    PostureChange,
    Prompt,
    PromptKind,
    Rep,
)
from levelhips.events.gait import Contact, Heading, Mode, ModeChange, Quality, Side, StandingZero, Step, Stride
from levelhips.events.health import CueOutcome, HealthChange, HealthReason, HealthState, Outcome, Part, PartHealth
from levelhips.events.session import LinkChange, LinkReason, LinkState, Notice, NoticeKind, Signal, SignalKind
from levelhips.events.update import EVENT_KINDS, E, Event, Update

__all__ = [
    "EVENT_KINDS",
    "Angles",
    "Baseline",
    "BlockChange",
    "BlockPurpose",
    "Contact",
    "Cue",
    "CueOutcome",
    "DrillBegin",
    "E",
    "Event",
    "FormFault",
    "FormFaultDetected",
    "Heading",
    "HealthChange",
    "HealthReason",
    "HealthState",
    "LinkChange",
    "LinkReason",
    "LinkState",
    "Mode",
    "ModeChange",
    "Notice",
    "NoticeKind",
    "Outcome",
    "Pace",
    "Part",
    "PartHealth",
    "Phase",
    "PhaseChange",
    "PhaseReason",
    "Pose",
    "Posture",
    "PostureChange",
    "Prompt",
    "PromptKind",
    "Quality",
    "Rep",
    "Side",
    "Signal",
    "SignalKind",
    "StandingZero",
    "Step",
    "Stride",
    "ThresholdChange",
    "ThresholdReason",
    "Update",
]
