"""Pelvic drop on a step (Trendelenburg): standing on one leg, the free hip sinks and is lifted level again."""

from levelhips.coaching.drills.counters import Band, Excursion
from levelhips.coaching.drills.drill import Dose, Drill

DRILL = Drill(
    name="pelvic-drop",
    title="Pelvic drop on a step",
    stance="upright",
    count=Excursion("drop", low_deg=5, high_deg=15, back_deg=2),
    keep=(
        Band("drop", low_deg=-5, high_deg=15, below="hiked", above="too-far"),
        Band("tilt", low_deg=-8, high_deg=8, below="leaned", above="leaned"),
        Band("turn", low_deg=-10, high_deg=10, below="turned", above="turned"),
    ),
    band_deg=(5, 15),
    dose=Dose(sets=2, reps=12, rest_s=30),
    instruction="Stand on a step on your {side} leg, both legs straight. Let the {other} hip sink until the tone, then lift it level.",
    source="Daily for 14 days, slowly: the self-treatment guides; limits: own proposal",
)
