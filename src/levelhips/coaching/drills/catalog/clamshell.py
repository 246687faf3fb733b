"""Clamshell: lying on the side with bent knees, the upper knee opens; the pelvis must not roll back (forward is right)."""

from levelhips.coaching.drills.counters import Band, Metronome
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import SIDE_LYING
from levelhips.events import FormFault

DRILL = Drill(
    name="clamshell",
    title="Clamshell",
    stance=SIDE_LYING,
    count=Metronome("roll"),
    # Rolled forward the gluteus medius and maximus work more, backward least: Baik 2020, doi 10.4085/306-20.
    keep=(Band("roll", low_deg=-5, high_deg=10, below=FormFault.ROLLED_BACK, above=FormFault.ROLLED_FORWARD),),
    band_deg=(-5, 10),
    dose=Dose(sets=2, reps=12, rest_s=30),
    instruction="Lie on your {other} side, knees bent, the {side} hip on top. Open the upper "
    "knee with the rising tone, and close it with the falling one.",
    ready_s=1.0,
    still_dps=6.0,
    source="2-3 x 12-15 daily, 1-2 s on top: the guides; limits: own proposal",
)
