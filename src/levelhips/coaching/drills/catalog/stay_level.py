"""Stay level: no repetitions, only a band, for whatever is done upright."""

from levelhips.coaching.drills.counters import Band, Hold
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import UPRIGHT
from levelhips.events import FormFault

DRILL = Drill(
    name="stay-level",
    title="Stay level",
    stance=UPRIGHT,
    count=Hold("drop", seconds=60),
    keep=(Band("drop", low_deg=-4, high_deg=4, below=FormFault.LEFT_BAND, above=FormFault.LEFT_BAND),),
    band_deg=(-4, 4),
    dose=Dose(sets=1, reps=1),
    instruction="Keep the pelvis level, whatever you do. It sounds when it is not.",
    zero="standing",
    ready_s=1.0,
    reach_deg=80,
    source="A free mode; the band is yours to choose",
)
