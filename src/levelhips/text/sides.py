"""Words for the two sides: the leg on the ground, the side of the pelvis that drops, and the hip that works in a drill.

In stance on one leg it is the other side of the pelvis that drops. A figure of a side is therefore always named by the leg on
the ground, and what drops by the side that a trace shows as low: never "the left hip drops" beside a trace that is low on the
right.
"""

from __future__ import annotations

from levelhips.events import Side

SIDES: dict[Side, str] = {Side.LEFT: "left", Side.RIGHT: "right"}
"""The bare side, for the head of a column."""

STANCE_WORDS: dict[Side, str] = {Side.LEFT: "left leg on the ground", Side.RIGHT: "right leg on the ground"}
"""By stance side: which leg carries the runner."""

DROPPED_SIDE: dict[Side, str] = {Side.LEFT: "right side drops", Side.RIGHT: "left side drops"}
"""By stance side: which side of the pelvis drops in it."""

SHORT_STANCE: dict[Side, str] = {Side.LEFT: "left: right drops", Side.RIGHT: "right: left drops"}
"""By stance side, where there is no room for more."""

HIPS: dict[Side, str] = {Side.LEFT: "left hip", Side.RIGHT: "right hip"}
"""By the side that works in a drill."""


def stance_drop(side: Side) -> str:
    """Return which side drops in which stance: "left leg on the ground: right side drops"."""
    return f"{STANCE_WORDS[side]}: {DROPPED_SIDE[side]}"
