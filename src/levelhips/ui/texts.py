"""All words of the screen, in one place, so that they can be translated."""

from __future__ import annotations

from levelhips.events import Side

WINDOW = "levelhips"
RUN, DRILL, REVIEW = "Run", "Drill", "Review"
RUN_ABOUT = "connect a sensor,\nrun with beeps"
DRILL_ABOUT = "guided exercises:\ncoming"
REVIEW_ABOUT = "look at\na recording"
DRILL_SOON = "Drills are not built yet. The runs you record now will count for them."
SENSORS, SEARCHING = "Sensors in range", "Searching ..."
NO_SENSORS = "No sensor yet. Wake it up, bring it near, and close its maker's app."
CONNECT_HINT = "↑ ↓ choose   Enter connect   V virtual sensor   Esc back"
VIRTUAL = "Virtual sensor: a recording plays as if it were on your back"
SIDE = {Side.LEFT: "LEFT", Side.RIGHT: "RIGHT"}
STANCE = {Side.LEFT: "standing on the left leg", Side.RIGHT: "standing on the right leg"}
OVER, LEVEL, WAITING, UNCOUNTED = "over ▲", "level ✓", "waiting", "not counted"
LIVE_HINT = "↑ ↓ limit   Space pause   M mark   S sound   Z zero   Q end"
PAUSED, MUTED, RECORDING, NOT_RECORDING = "paused", "sound off", "● recording", "NOT recording"
SOUND_ON = "sound on"
LIMIT = "last steps, limit {left} / {right}"
LEARNING = "learning"
STAND = "Stand still"
STAND_MORE = "Stand still: {left:.0f}"
SETTLING = "Run: settling"
READY = "Ready. Run."
STANDING_FOUND = "Standing found. Start when you like."
LEFT_LOW, RIGHT_LOW = "left side low", "right side low"
SINCE_START = "{change:+.1f}° since the start"
OPEN = "Open a recording"
OPEN_TYPES = "Recordings (*.mcap *.csv *.zip);;All files (*)"
OPENING = "Opening {name}"
REVIEW_HINT = "O open   C compare   Space play   E export   ← → move   Esc back"
STEPS_TAB, CURVES_TAB, SPREAD_TAB, TRACES_TAB = "Steps", "Strides", "Spread", "Traces"
END_QUESTION = "Press Q again to end the session"
ENDED = "Ended. {path}"
DISMISS = "Close"
OTHER_FILE, IN_FOLDER = "Another file ...", "Recordings in {folder}"
SETTINGS, SETTINGS_ABOUT = "Settings", "Kept in {path}; docs/settings.md explains each."
NOT_KEPT = "{path} cannot be written ({why}). Mend its permissions."
START_HINT = "R run   D drill   V review   , settings   F11 full screen"
OVERVIEW_KEY = (
    "<span style='color:{left}'>●&nbsp;left&nbsp;stance</span> &nbsp; <span style='color:{right}'>●&nbsp;right&nbsp;stance</span>"
    " &nbsp; line: mean of 21 steps &nbsp; dashed: limit &nbsp; ▲ beep"
)
TRACES_KEY = "solid: obliquity &nbsp; dashed: tilt &nbsp; dotted: rotation"
EXPORTED = "Wrote {path}"
WITHOUT_STEPS = "Nobody runs in this recording."
COLUMNS = ("time [s]", "side", "drop [deg]", "+-", "contact [ms]", "quality")
