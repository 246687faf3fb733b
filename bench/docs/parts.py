"""Every generated part of the documents by its name."""

from __future__ import annotations

from functools import partial

from bench.docs import exercises, figures, files, hardware, keys, options, sounds
from bench.docs.pages import Parts
from levelhips.events import Rep, Step, Stride
from levelhips.live.keys import Where
from levelhips.settings.model import SECTIONS

PARTS: Parts = {
    "steps.csv": partial(figures.columns, Step),
    "strides.csv": partial(figures.columns, Stride),
    "reps.csv": partial(figures.columns, Rep),
    "means": figures.means,
    **{f"settings.{section}": partial(options.settings, section) for section in SECTIONS},
    "exit-codes": options.exit_codes,
    "commands": options.commands,
    "keys.terminal": keys.terminal,
    **{f"keys.{where}": partial(keys.window, where) for where in (Where.RUN, Where.DRILL)},
    "drills": exercises.drills,
    "form-faults": exercises.form_faults,
    "run-protocols": exercises.run_protocols,
    "sensors": hardware.sensors,
    "virtual-faults": hardware.faults,
    "signals": sounds.signals,
    "drill-tones": sounds.drill_tones,
    "events": files.events,
    "event-words": files.words,
    "recorded-commands": files.commands,
}
