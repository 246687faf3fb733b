"""Single-leg bridge: on the back, one foot on the floor, the pelvis is lifted and stays level."""

from levelhips.coaching.drills.counters import Band, Excursion
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import SUPINE
from levelhips.events import FormFault

DRILL = Drill(
    name="bridge",
    title="Single-leg bridge",
    stance=SUPINE,
    count=Excursion("height", low_deg=15, high_deg=60, back_deg=5),
    keep=(Band("drop", low_deg=-5, high_deg=5, below=FormFault.HIKED, above=FormFault.DIPPED),),
    band_deg=(15, 60),
    dose=Dose(sets=2, reps=10, rest_s=45),
    instruction="Lie on your back, the {side} foot on the floor, the {other} leg straight. Lift "
    "the hips until the tone, keep them level, and lower them.",
    ready_s=2.0,
    still_dps=6.0,
    reach_deg=75,
    source="2-3 x 8-12; hips level: the guides; height: own proposal",
)
