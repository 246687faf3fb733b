"""Lateral band walk, side steps, monster walk: steps in a slight squat, the pelvis level and quiet."""

from dataclasses import replace

from levelhips.coaching.drills.counters import Band, Steps
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import UPRIGHT
from levelhips.events import FormFault

DRILL = Drill(
    name="band-walk",
    title="Lateral band walk",
    stance=UPRIGHT,
    count=Steps("drop"),
    keep=(
        Band("drop", low_deg=-8, high_deg=8, below=FormFault.WADDLED, above=FormFault.WADDLED),
        Band("tilt", low_deg=-12, high_deg=12, below=FormFault.LEANED, above=FormFault.LEANED),
    ),
    band_deg=(-8, 8),
    dose=Dose(sets=2, reps=12, rest_s=30),
    instruction="Band round the ankles, slight squat. Step to the {side}, and bring the other foot after it slowly.",
    source="2-3 x 10-12 steps each way: the guides; limits: own proposal",
)
SIDE_STEPS = replace(
    DRILL,
    name="side-steps",
    title="Side steps",
    instruction="Slight squat. Step to the {side}, and bring the other foot after it slowly.",
    dose=Dose(sets=2, reps=10, rest_s=20),
)
MONSTER_WALK = replace(
    DRILL,
    name="monster-walk",
    title="Monster walk",
    count=Steps("drop", alternate=True),
    instruction="Band round the ankles, slight squat. Walk forward with wide steps, the {side} foot first.",
)
