"""The traits of a simulated drill wearer: which drill, how well, and what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from levelhips.events import Side


@dataclass(frozen=True, slots=True)
class WearerTraits:
    """Who does which drill, and how well."""

    drill: str = "pelvic-drop"
    side: Side = Side.LEFT
    reps: int = 8
    asked: int | None = None  # repetitions a set that are asked for; None: as many as are done
    sets: int = 1
    rep_s: float = 4.0
    depth_deg: float | None = None  # of the excursion; None: the middle of the band
    form_fault: str = ""
    fault_reps: tuple[int, ...] = (2, 5)  # from 0
    wobble_deg: float = 0.5  # of the tissue
    tremor_deg: float = 0.01
    jitter: float = 0.06  # of tempo and depth
    rest_s: float = 5.0
    hold_s: float = 30.0
    wrong: str = ""  # posture or side: lies or stands wrongly first
    away_s: float = 0.0  # pause without a sign in the middle of the first set
