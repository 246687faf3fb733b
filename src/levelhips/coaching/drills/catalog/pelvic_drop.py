"""Pelvic drop on a step (Trendelenburg): standing on one leg, the free hip sinks and is lifted level again."""

from levelhips.coaching.drills.counters import Band, Excursion
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import UPRIGHT
from levelhips.events import FormFault

DRILL = Drill(
    name="pelvic-drop",
    title="Pelvic drop on a step",
    stance=UPRIGHT,
    count=Excursion("drop", low_deg=5, high_deg=15, back_deg=2),
    keep=(
        Band("drop", low_deg=-5, high_deg=15, below=FormFault.HIKED, above=FormFault.TOO_FAR),
        Band("tilt", low_deg=-8, high_deg=8, below=FormFault.LEANED, above=FormFault.LEANED),
        Band("turn", low_deg=-10, high_deg=10, below=FormFault.TURNED, above=FormFault.TURNED),
    ),
    band_deg=(5, 15),
    dose=Dose(sets=2, reps=12, rest_s=30),
    instruction="Stand on a step on your {side} leg, both legs straight. Let the {other} hip sink until the tone, then lift it level.",
    source="Daily for 14 days, slowly: the self-treatment guides; limits: own proposal",
)
