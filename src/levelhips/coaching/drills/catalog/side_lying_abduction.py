"""Side-lying abduction, toes forward or down: the upper leg, straight and slightly behind, is lifted."""

from dataclasses import replace

from levelhips.coaching.drills.counters import Band, Metronome
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import SIDE_LYING
from levelhips.events import FormFault

DRILL = Drill(
    name="side-lying-abduction",
    title="Side-lying abduction",
    stance=SIDE_LYING,
    count=Metronome("roll"),
    keep=(
        Band("roll", low_deg=-5, high_deg=10, below=FormFault.ROLLED_BACK, above=FormFault.ROLLED_FORWARD),
        Band("hike", low_deg=-5, high_deg=5, below=FormFault.DIPPED, above=FormFault.HIKED),
    ),
    band_deg=(-5, 10),
    dose=Dose(sets=2, reps=12, rest_s=30),
    instruction="Lie on your {other} side, the {side} leg on top, straight and slightly behind you. "
    "Lift it with the rising tone, lower it with the falling one.",
    ready_s=1.0,
    still_dps=6.0,
    source="2-3 x 12-15, 1-2 s on top: the guides; limits: own proposal",
)
TOES_DOWN = replace(
    DRILL,
    name="toe-down-abduction",
    title="Side-lying abduction, toes down",
    instruction="Lie on your {other} side, the {side} leg on top, straight and slightly behind you, toes "
    "down. Lift it with the rising tone, lower it with the falling one.",
)
