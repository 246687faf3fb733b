"""What a face may see of a session: `look()` gives a picture of the moment; it is asked, and never calls."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np

from levelhips.events import (
    Angles,
    BlockChange,
    BlockPurpose,
    Cue,
    DrillBegin,
    LinkChange,
    LinkState,
    Mode,
    ModeChange,
    Notice,
    Pace,
    Phase,
    PhaseChange,
    Quality,
    Side,
    Signal,
    StandingZero,
    Step,
    Stride,
    ThresholdChange,
    Update,
)
from levelhips.live.drill_snapshot import DrillPicture, begin, heed
from levelhips.samples import Array, Gap

BARS = 24
SHOWN = 4  # steps whose mean is the large number: it changes, but does not jump
LATELY = 20  # steps a side of "now", against as many of the beginning
TRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One of the last steps."""

    side: Side
    drop_deg: float
    over: bool
    good: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A moment of a session, for people: degrees, and words."""

    now_s: float = 0.0
    mode: Mode = Mode.UNKNOWN
    drop_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))
    threshold_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.inf))
    bars: tuple[Bar, ...] = ()
    cadence_spm: float = math.nan
    quality: Quality | None = None
    steps: int = 0
    cues: int = 0
    last_cue: Cue | None = None
    said: str = ""
    paused: bool = False
    link: LinkState | None = None
    sd_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))
    since_start_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(Side, math.nan))
    rotation_deg: float = math.nan
    tilt_deg: float = math.nan
    zeroed: bool = False
    drill: DrillPicture | None = None
    block: BlockChange | None = None  # of the schedule
    target_spm: float = math.nan  # steps a minute that are asked for
    lead_deg: float = math.nan  # the leading angle of a drill, now


@dataclass(frozen=True, slots=True)
class Trace:
    """The last seconds of the pelvis: (n,) times [s], obliquity [deg], and +1 in right stance, -1 in left, 0 elsewhere."""

    t_s: Array
    obliquity_deg: Array
    side_sign: Array


class _Recently:
    """The last ten seconds of angles in one place; asked for sixty times a second, so nothing is joined then."""

    ROOM = 32768  # ten seconds at 1,000 Hz, three times

    def __init__(self) -> None:
        self._rows = np.empty((3, self.ROOM))
        self._n = 0

    def add(self, angles: Angles) -> None:
        new = np.stack([angles.t_s, angles.obliquity_rad, angles.side_sign])[:, -self.ROOM // 3 :]
        count = new.shape[1]
        if self._n + count > self.ROOM:
            kept = self.rows()[:, -self.ROOM // 3 :]
            self._n = kept.shape[1]
            self._rows[:, : self._n] = kept
        self._rows[:, self._n : self._n + count] = new
        self._n += count

    def rows(self) -> Array:
        """(3, n) times, obliquities and signs; a copy."""
        rows = self._rows[:, : self._n]
        return rows[:, int(np.searchsorted(rows[0], rows[0, -1] - TRACE_S)) :].copy() if self._n else rows.copy()


class View:
    """Gather from updates what a face shows. `put` from one thread, `look` from any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._picture = Picture()
        self._bars: deque[Bar] = deque(maxlen=BARS)
        self._recent: dict[Side, deque[float]] = {side: deque(maxlen=SHOWN) for side in Side}
        self._threshold = dict.fromkeys(Side, math.inf)
        self._first: dict[Side, list[float]] = {side: [] for side in Side}
        self._lately: dict[Side, deque[float]] = {side: deque(maxlen=LATELY) for side in Side}
        self._recently = _Recently()

    def look(self) -> Picture:
        """The present picture."""
        with self._lock:
            return self._picture

    def trace(self) -> Trace:
        """The last ten seconds; its arrays are the caller's own."""
        with self._lock:
            t_s, obliquity_rad, side_sign = self._recently.rows()
        return Trace(t_s, np.degrees(obliquity_rad), side_sign)

    def put(self, update: Update) -> None:
        """Take an update of the engine."""
        if not update.events and not len(update.angles):
            return
        picture = self._picture
        for event in update.events:
            picture = self._heed(picture, event)
            if isinstance(event, DrillBegin):
                picture = replace(picture, drill=begin(event))
            elif picture.drill is not None and not isinstance(event, Gap):
                picture = replace(picture, drill=heed(picture.drill, event))
        if len(update.angles):
            lead = math.degrees(update.angles.drop_rad[-1]) if picture.drill is not None else math.nan
            picture = replace(picture, now_s=float(update.angles.t_s[-1]), lead_deg=lead)
        with self._lock:
            self._picture = picture
            if len(update.angles):
                self._recently.add(update.angles)

    def _heed(self, picture: Picture, event: object) -> Picture:
        if isinstance(event, Step):
            good = event.quality is Quality.OK
            if good:
                self._recent[event.side].append(event.drop_deg)
                self._lately[event.side].append(event.drop_deg)
                if len(self._first[event.side]) < LATELY:
                    self._first[event.side].append(event.drop_deg)
            self._bars.append(Bar(event.side, event.drop_deg, event.drop_rad > self._threshold[event.side], good))
            drops = {side: sum(seen) / len(seen) if seen else math.nan for side, seen in self._recent.items()}
            sds = picture.sd_deg | ({event.side: math.degrees(event.drop_sd_rad)} if good else {})
            return replace(
                picture,
                drop_deg=drops,
                sd_deg=sds,
                since_start_deg={side: self._since_start(side) for side in Side},
                bars=tuple(self._bars),
                quality=event.quality,
                steps=picture.steps + 1,
            )
        if isinstance(event, Stride):
            before = picture.cadence_spm
            cadence = event.cadence_spm if math.isnan(before) else before + 0.2 * (event.cadence_spm - before)
            rotation, tilt = math.degrees(event.rotation_range_rad), math.degrees(event.tilt_mean_rad)
            return replace(picture, cadence_spm=cadence, rotation_deg=rotation, tilt_deg=tilt)
        if isinstance(event, StandingZero):
            return replace(picture, zeroed=True)
        if isinstance(event, ThresholdChange):
            self._threshold = {Side.LEFT: event.left_rad, Side.RIGHT: event.right_rad}
            return replace(picture, threshold_deg={side: math.degrees(level) for side, level in self._threshold.items()})
        if isinstance(event, Cue):
            return replace(picture, cues=picture.cues + 1, last_cue=event)
        if isinstance(event, ModeChange):
            return replace(picture, mode=event.mode)
        if isinstance(event, Gap) and event.to_s - event.from_s > 0.5:
            return replace(picture, said=f"{event.to_s - event.from_s:.1f} s of samples lost")
        if isinstance(event, LinkChange):
            return replace(picture, link=event.state, said=event.why or picture.said)
        if isinstance(event, Notice):
            return replace(picture, said=NOTICES.get(event.what, event.what))
        if isinstance(event, BlockChange):
            return replace(picture, block=event)
        if isinstance(event, Pace):
            return replace(picture, target_spm=event.spm or math.nan)
        if isinstance(event, PhaseChange):
            return replace(picture, paused=event.phase is Phase.PAUSED)
        if isinstance(event, Signal):
            paused = {"paused": True, "started": False}.get(event.what, picture.paused)
            return replace(picture, said=SAID[event.what], paused=paused)
        return picture

    def _since_start(self, side: Side) -> float:
        """How much larger the drop of the last steps is than that of the first; NaN until both are known."""
        first, lately = self._first[side], self._lately[side]
        if len(first) < LATELY or len(lately) < LATELY:
            return math.nan
        return sum(lately) / LATELY - sum(first) / LATELY


def block_line(block: BlockChange, now_s: float) -> str:
    """The stretch of the schedule, in a line."""
    if block.over:
        return "The schedule is done: slow down"
    minutes, seconds = divmod(max(0, round(block.until_s - now_s)), 60)
    if block.purpose is BlockPurpose.UNSTATED:
        what = "Walk" if block.walk else "Run with sound" if block.feedback else "Run without sound"
    else:
        what = BLOCKS[block.purpose]
    return f"{what}   {minutes}:{seconds:02d} left   {block.number} of {block.count}"


BLOCKS = {
    BlockPurpose.MEASURE: "Run as you usually do: measuring, no sound",
    BlockPurpose.FEEDBACK: "Run with sound",
    BlockPurpose.RETENTION: "Run without sound: keep it level",
    BlockPurpose.WALK: "Walk",
}
NOTICES = {
    "slipped": "The clip seems to have slipped: stand still and set zero again",
    "loose": "The clip rattles: fix it tighter",
    "turning": "Running round a bend: drops are not counted",
    "not-recording": "Not recording: the disk is full or gone; the beeps go on",
    "recording-again": "Recording again",
    "camber": "The pelvis leans to one side all the time: if the road slopes, change sides",
}
SAID = {
    "calibrated": "Standing zero taken",
    "started": "Running",
    "paused": "Paused: no beeps",
    "lost": "Sensor lost",
    "back": "Sensor back",
}
