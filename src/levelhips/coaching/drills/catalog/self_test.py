"""Hip-drop self test: half a minute on one leg; how far the free hip hangs, and how much it sways."""

from levelhips.coaching.drills.counters import Band, Hold, Jolt
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.coaching.drills.start_position import UPRIGHT
from levelhips.events import FormFault

DRILL = Drill(
    name="self-test",
    title="Hip-drop self test",
    stance=UPRIGHT,
    count=Hold("drop", seconds=30, strict=False),
    keep=(Band("drop", high_deg=5, above=FormFault.DIPPED), Jolt(FormFault.TOUCHED_DOWN)),
    band_deg=(-5, 5),
    dose=Dose(sets=1, reps=1),
    instruction="Stand on your {side} leg and hold the pelvis level for half a minute.",
    zero="standing",
    source="Before and after a block; a change below 4 deg between two tests is noise (from memory of the literature)",
)
