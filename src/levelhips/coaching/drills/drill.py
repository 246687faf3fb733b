"""What a drill is: data. One small file each beside this one; a third party's comes in by the same entry point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from levelhips.bounds import FieldError, bounded, check, choice, described
from levelhips.coaching.drills.counters import Band, Excursion, Hold, Jolt, Metronome, Steps
from levelhips.events import Posture, Side

Stance = Literal["upright", "side-lying", "supine", "any"]

# The angles that can be seen in each posture, from the start posture; (g) from gravity, (r) from the gyroscope, which drifts.
SIGNALS: dict[str, tuple[str, ...]] = {
    "upright": ("drop", "tilt", "turn", "jolt"),  # (g) free side lower, (g) front down, (r) free side forward; a push [m/s2]
    "side-lying": ("roll", "hike"),  # (g) upper hip forward, (g) upper hip to the head
    "supine": ("height", "drop"),  # (g) pelvis lifted, (g) free side lower
    "any": ("lean",),  # (g) away from the start posture, any way
}


@dataclass(frozen=True, slots=True)
class Dose:
    """How much: sets of repetitions with a rest between them."""

    sets: int
    reps: int
    rest_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill.

    Attributes
    ----------
    name, title : str
        For the command line, and for people.
    stance : str
        The start posture: upright, side-lying (on the side that does not work), supine, or any.
    count : block
        What is counted: its signal is the leading angle.
    keep : tuple of Band or Jolt
        What must be kept; leaving one is a cheat.
    band_deg : (float, float)
        Where the leading angle should be, for the picture.
    dose : Dose
    instruction : str
        What to do, in words; {side} is the hip that works, {other} the other one.
    zero : str
        From ``start`` posture, or from ``standing`` on both feet.
    ready_s : float
        Time to get into the posture before it may be taken as the start.
    still_dps : float
        How still the start posture is held: on one leg people sway.
    reach_deg : float
        How far from its start posture the drill may take the pelvis; further is another posture.
    spread : bool
        Whether the mean and spread of the leading angle are worth telling, as in a test of balance.
    bow : bool
        Whether one bow on both feet must tell first how askew the clip sits: 5 deg of it look like 4 deg of a hinge of 60.
    source : str
        Where dose and limits come from.
    """

    name: str
    title: str
    stance: Stance
    count: Excursion | Metronome | Hold | Steps
    keep: tuple[Band | Jolt, ...]
    band_deg: tuple[float, float]
    dose: Dose
    instruction: str
    zero: Literal["start", "standing"] = "start"
    ready_s: float = 4.0
    still_dps: float = 10.0
    reach_deg: float = 45.0
    spread: bool = False
    bow: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        seen = SIGNALS[self.stance]
        for block in (self.count, *self.keep):
            if block.signal not in seen:
                raise ValueError(f"{self.name}: {block.signal} cannot be seen {self.stance}; there are {', '.join(seen)}")

    def posture(self, side: Side) -> Posture | None:
        """The posture in which the hip of `side` works; None: any."""
        if self.stance == "side-lying":
            return Posture.RIGHT_SIDE if side is Side.LEFT else Posture.LEFT_SIDE
        return {"upright": Posture.UPRIGHT, "supine": Posture.SUPINE}.get(self.stance)

    def telling_s(self, side: Side) -> float:
        """How long it takes to say what to do: nobody should have to begin before."""
        return len(self.told(side)) / 13  # the bundled voice says 13-15 letters a second

    def told(self, side: Side) -> str:
        """The instruction for a side."""
        return self.instruction.format(side=side.value, other=side.other.value)

    def adapted(self, settings: DrillSettings) -> Drill:
        """Return this drill with the dose, range and pace of the settings; what they leave open stays as it is."""
        dose = self.dose
        dose = Dose(settings.sets or dose.sets, settings.reps or dose.reps, dose.rest_s if settings.rest_s is None else settings.rest_s)
        low = self.band_deg[0] if settings.low_deg is None else settings.low_deg
        high = self.band_deg[1] if settings.high_deg is None else settings.high_deg
        count, keep = self.count, self.keep
        if isinstance(count, Excursion):
            count = replace(count, low_deg=max(low, 1.0), high_deg=high, back_deg=min(count.back_deg, 0.5 * max(low, 1.0)))
        elif isinstance(count, Hold) and settings.seconds is not None:
            count = replace(count, seconds=settings.seconds)
        elif isinstance(count, Metronome) and settings.pace_s is not None:
            scale = settings.pace_s / (count.out_s + count.hold_s + count.back_s + count.rest_s)
            count = replace(
                count, out_s=count.out_s * scale, hold_s=count.hold_s * scale, back_s=count.back_s * scale, rest_s=count.rest_s * scale
            )
        for band in self.keep:  # the band of the leading angle moves with its range; the others stay
            if isinstance(band, Band) and band.signal == count.signal:
                moved = replace(band, high_deg=high) if isinstance(count, Excursion) else replace(band, low_deg=low, high_deg=high)
                given = {settings.low_deg, settings.high_deg} != {None}
                keep = tuple(moved if given and each is band else each for each in keep)
        return replace(self, dose=dose, count=count, keep=keep, band_deg=(low, high))


@dataclass(frozen=True, slots=True)
class DrillSettings:
    """Which drill, and how it differs from its usual dose and range; without a name the session is a run."""

    name: str = described("", help="drill; empty: run (levelhips drill --list names them)")
    side: Literal["left", "right"] = choice("left", help="hip that works")
    # An hour of sets of a minute and its rest are 20; 100 repetitions take five minutes.
    sets: int | None = bounded(None, 1, 20, help="number of sets")
    reps: int | None = bounded(None, 1, 100, help="repetitions per set")
    rest_s: float | None = bounded(None, 0, 600, help="rest between sets [s]")
    seconds: float | None = bounded(None, 2, 1800, help="holds: length of one hold [s]")
    low_deg: float | None = bounded(None, -90, 90, help="lower end of the range or band [deg]")
    high_deg: float | None = bounded(None, -90, 90, help="upper end of the range or band [deg]")
    # Below 1.5 s out, hold and back run into one another; after 20 s it is a hold.
    pace_s: float | None = bounded(None, 1.5, 20, help="paced drills: length of one repetition [s]")

    def __post_init__(self) -> None:
        check(self)
        if self.low_deg is not None and self.high_deg is not None and self.low_deg >= self.high_deg:
            raise FieldError("low_deg", f"is {self.low_deg:g}; it must be below high_deg, which is {self.high_deg:g}")

    @property
    def chosen(self) -> Side:
        return Side(self.side)
