"""Words for the sides: which leg is on the ground, and which side of the pelvis drops then.

In left stance it is the right side that drops, so a bare "left 5.2" can be read both ways; name both sides.
"""

from __future__ import annotations

from levelhips.events import Side

STANCE_WORDS = {Side.LEFT: "LEFT LEG on the ground", Side.RIGHT: "RIGHT LEG on the ground"}
DROP_WORDS = {Side.LEFT: "right side drops", Side.RIGHT: "left side drops"}
# Where there is no room for more.
SHORT_WORDS = {Side.LEFT: "LEFT: right drops", Side.RIGHT: "RIGHT: left drops"}


def drop_line(side: Side, drop: str) -> str:
    """Return a line such as ``LEFT LEG on the ground: right side drops 5.2``."""
    return f"{STANCE_WORDS[side]}: {DROP_WORDS[side]} {drop}"
