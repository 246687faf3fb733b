"""Labels of the window. The words for what happens in a session are in `levelhips.words`."""

from __future__ import annotations

from typing import Literal

from levelhips.events import Side, SignalKind
from levelhips.ui import theme
from levelhips.words import SIGNALS, stance_drop

WINDOW = "levelhips"
RUN, DRILL, REVIEW = "Run", "Drill", "Review"
RUN_ABOUT = "connect a sensor,\nrun with beeps"
DRILL_ABOUT = "exercises,\nled by voice"
REVIEW_ABOUT = "look at\na recording"
SENSORS = "Sensors in range"
NO_SENSORS = "No sensor yet. Wake it up, bring it near, and close its maker's app."
CONNECT_HINT = "↑ ↓ choose   Enter connect   V virtual sensor   Esc back"
VIRTUAL = "Virtual sensor: a recording plays as if it were on your back"
OVER, LEVEL, WAITING = "over ▲", "level ✓", "waiting"
PAUSED, MUTED, RECORDING, NOT_RECORDING = "paused", "sound off", "● recording", "NOT recording"
SOUND_ON = "sound on"
LEARNING = "learning"
STAND = "Stand still"
STAND_MORE = "Stand still: {left:.0f}"
STANDING_FOUND = f"{SIGNALS[SignalKind.CALIBRATED]}. Start when you like."
SINCE_START = "{change:+.1f}° since the start"
OPEN = "Open a recording"
OPEN_TYPES = "Recordings (*.mcap *.csv *.zip);;All files (*)"
OPENING = "Opening {name}"
REVIEW_HINT = "O open   C compare   Space play   E export   ← → move   Esc back"
STEPS_TAB, CURVES_TAB, SPREAD_TAB, TRACES_TAB, TIME_TAB = "Steps", "Strides", "Spread", "Traces", "Over time"
END_QUESTION = "Press Q again to end the session"
ENDING = "Ending ..."
DISMISS = "Close"
EXPORT = "Export into a folder"
OTHER_FILE, IN_FOLDER = "Another file ...", "Recordings in {folder}"
SETTINGS, SETTINGS_ABOUT = "Settings", "Kept in {path}; docs/settings.md explains each."
START_HINT = "R run   D drill   V review   H history   , settings   F11 full screen   Ctrl+Q quit"
DRILLS, HISTORY = "Drills", "History"
DRILL_CHOICE_HINT = "↑ ↓ choose   L R side   Enter go on   Esc back"
OF_SECONDS, OF_REPS = "of {asked:.0f} s", "of {asked}"
DRILL_HEAD = "{title}   {hip}   set {set_n} of {sets}"
DRILL_COUNTS, DRILL_LAST = "{good} good   {cheated} with a fault", "last {range:.0f}°, {tempo:.1f} s     "
DRILL_DONE, RESULT_HINT = "Done", "A again   O other side   Esc back"
HISTORY_HINT = "← → tabs   Enter review a session   Esc back"
TODAY_TAB, TREND_TAB, SESSIONS_TAB, NOTES_TAB = "Today", "Drop over the weeks", "Sessions", "Notes"
SIDES_KEY = " &nbsp; ".join(
    f"<span style='color:{theme.SIDE[side]}'>● {stance_drop(side)}</span>".replace(": ", ":&nbsp;") for side in Side
)
SIDES_HELP = "\n".join(stance_drop(side) for side in Side)
TREND_KEY = SIDES_KEY + " &nbsp; bars: spread of the steps &nbsp; rings: minutes without sound"
SESSION_COLUMNS = ("when", "what", "min", "left", "right")
DAY, NO_DAY, BEGIN = "Day {number} of {days}: {kind}", "The programme has not begun", "Begin the programme today"
DAY_KIND = {"run": "run day", "off": "rest day: no run, exercises below", "acute": "no running while it hurts"}
WHEN = {"daily": "daily", "before-run": "before the run", "after-run": "after the run", "off": "day off", "acute": "acute"}
THE_RUN = "the run"
OVERVIEW_KEY = SIDES_KEY + " &nbsp; line: mean of 21 steps &nbsp; dashed: limit &nbsp; ▲ beep"
TRACES_KEY = "solid: obliquity &nbsp; dashed: tilt &nbsp; dotted: rotation"
CADENCE, TARGET = "{cadence:.0f} steps/min", "  (target {target:.0f})"
NO_PROTOCOL, PROTOCOL = "No run protocol: beeps all the time", "{name}, session {session} of {sessions}"
PROTOCOL_NAMES: dict[Literal["baseline", "retraining", "recall", "walk-run"], str] = {
    "baseline": "Baseline without sound",
    "retraining": "Retraining",
    "recall": "Recall without sound",
    "walk-run": "Walk and run",
}
PAIN, PAIN_KEEP, MOMENTS = "Pain today, 0 to 10", "Note it", {"before": "before a run", "after": "after a run", "morning": "in the morning"}
SMALL = "rotation {rotation:.0f}°   tilt {tilt:.0f}°"
BATTERY = "battery {percent:.0f} %"
SIGNAL = {"strong": "signal strong", "fair": "signal fair", "weak": "signal weak"}
LIMIT_HEAD = "last steps, limit {limit}"
BARS_NAME, TRACE_NAME = "Drop of the last steps against the limit", "Obliquity of the last seconds"
DROP_AXIS, TIME_AXIS, ANGLE_AXIS, SECONDS_AXIS = "drop [deg]", "time [min]", "angle [deg]", "time [s]"
SHARE_AXIS, STRIDE_AXIS = "share of steps [%]", "stride [%]"
ANGLES = ("obliquity", "tilt", "rotation")
CURVES_TITLE = "{angle}: strides left {left} / right {right}"
AGAINST = "{one}   against (dotted) {other}"
SUMMARY_STEPS, SUMMARY_SIDE = "{counted} of {all} steps count", "{side} {mean:.1f}° (SD {sd:.1f}{drift})"
SUMMARY_DRIFT, SUMMARY_ASYMMETRY = ", change {slope:+.1f} ± {error:.1f} per 10 min", "right minus left {difference:+.1f} ± {error:.1f}°"
SUMMARY_BEEPS = "beeps: {beeps}"
EXPORTED = "Wrote {path}"
WITHOUT_STEPS = "No step counts in this recording."
REPS_KEY = "● a repetition, its range &nbsp; ▼ with a fault &nbsp; hollow: not counted &nbsp; dashed: the band"
