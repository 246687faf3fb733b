"""Single-leg deadlift: a hinge at the hip of the standing leg; the pelvis must not open to the free side."""

from levelhips.coaching.drills.counters import Band, Excursion
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import UPRIGHT
from levelhips.events import FormFault

DRILL = Drill(
    name="deadlift",
    title="Single-leg deadlift",
    stance=UPRIGHT,
    count=Excursion("tilt", low_deg=40, high_deg=80, back_deg=10),
    keep=(
        Band("tilt", high_deg=80, above=FormFault.TOO_FAR),
        Band("drop", low_deg=-8, high_deg=8, below=FormFault.OPENED, above=FormFault.DIPPED),
        Band("turn", low_deg=-10, high_deg=10, below=FormFault.TURNED, above=FormFault.TURNED),
    ),
    band_deg=(40, 80),
    dose=Dose(sets=2, reps=8, rest_s=45),
    instruction="Stand on your {side} leg. Hinge forward until the tone, hips square to the floor, and come up again.",
    reach_deg=110,
    bow=True,
    source="2-3 x 8-12 on days off: the guides; limits: own proposal",
)
