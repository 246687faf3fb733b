"""Isometric holds: time counts only while the pelvis is still and where it was."""

from dataclasses import replace

from levelhips.coaching.drills.counters import Band, Hold
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import ANY_POSITION, SIDE_LYING
from levelhips.events import FormFault

DRILL = Drill(
    name="side-leg-hold",
    title="Isometric side leg raise",
    stance=SIDE_LYING,
    count=Hold("roll", seconds=30, still_dps=5),
    keep=(
        Band("roll", low_deg=-5, high_deg=5, below=FormFault.ROLLED_BACK, above=FormFault.ROLLED_FORWARD),
        Band("hike", low_deg=-5, high_deg=5, below=FormFault.DIPPED, above=FormFault.HIKED),
    ),
    band_deg=(-5, 5),
    dose=Dose(sets=2, reps=1, rest_s=30),
    instruction="Lie on your {other} side, the {side} leg on top. Lift it a little and hold it still.",
    ready_s=3.0,
    still_dps=6.0,
    source="30 s, also in an acute week: the guides; limits: own proposal",
)
ANY = replace(
    DRILL,
    name="hold",
    title="Isometric hold, any posture",
    stance=ANY_POSITION,
    count=Hold("lean", seconds=30, still_dps=5),
    keep=(Band("lean", high_deg=5, above=FormFault.LEFT_BAND),),
    band_deg=(0, 5),
    instruction="Take your position for the {side} side, and hold it still.",
)
