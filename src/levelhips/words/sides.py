"""Words for the two sides: the leg on the ground, the side of the pelvis that drops, and the hip that works in a drill.

In stance on one leg, the other side of the pelvis drops. Figures are therefore named by the leg on the ground, and what drops is
named by the side that is low in the trace: never "the left hip drops" next to a trace that is low on the right.
"""

from __future__ import annotations

from levelhips.events import Side
from levelhips.text import tr
from levelhips.words.lookup import Words

SIDES = Words(Side, "side")
"""The bare side, for the head of a column."""

STANCE_WORDS = Words(Side, "stance")
"""By stance side: which leg carries the runner."""

DROPPED_SIDE = Words(Side, "dropped-side")
"""By stance side: which side of the pelvis drops in it."""

SHORT_STANCE = Words(Side, "stance-short")
"""By stance side, in short form where space is limited."""

HIPS = Words(Side, "hip")
"""By the side that works in a drill."""


def stance_drop(side: Side) -> str:
    """Return which side drops in which stance: "left leg on the ground: right side drops"."""
    return tr("stance-drop", stance=STANCE_WORDS[side], dropped=DROPPED_SIDE[side])
