"""Traits of a wearer who does a drill in a simulation: the drill, its repetitions, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from levelhips.events import Side


@dataclass(frozen=True, slots=True)
class WearerTraits:
    """The drill that a simulated wearer does, and how."""

    drill: str = "pelvic-drop"
    side: Side = Side.LEFT
    reps: int = 8
    asked: int | None = None  # repetitions that the drill asks for in each set; None: as many as are done
    sets: int = 1
    rep_s: float = 4.0
    depth_deg: float | None = None  # size of the excursion; None: the middle of the range
    form_fault: str = ""
    fault_reps: tuple[int, ...] = (2, 5)  # numbers of the repetitions with the form fault, from 0
    wobble_deg: float = 0.5  # size of the ringing of the tissue
    tremor_deg: float = 0.01
    jitter: float = 0.06  # SD of tempo and depth, as a share
    rest_s: float = 5.0
    hold_s: float = 30.0
    wrong: str = ""  # `posture` or `side`: the wearer takes a wrong one first
    away_s: float = 0.0  # pause in the first set that nobody announces
