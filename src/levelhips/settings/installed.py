"""Installed drills, and engines for settings that name one of them.

Only this module looks up what is installed. Engine and coaching, which are below it, receive the drill as an argument.
"""

from __future__ import annotations

from functools import cache

from levelhips.coaching.drills.drill import Drill, DrillSettings
from levelhips.engine import Engine, EngineSettings
from levelhips.errors import SettingsError
from levelhips.plugins import installed
from levelhips.words import drill_title

DRILLS = "levelhips.drills"  # the entry-point group


@cache
def drills() -> dict[str, Drill]:
    """Return every installed drill by its name, the bundled ones and those of other packages."""
    return {drill.name: drill for drill in installed(DRILLS, Drill).values()}


def drill_named(name: str) -> Drill:
    """Return the installed drill of this name.

    Raises
    ------
    SettingsError
        If there is no such drill.
    """
    try:
        return drills()[name]
    except KeyError:
        raise SettingsError("no-such-drill", name=name, known=", ".join(drills())) from None


def title_of_drill(name: str) -> str:
    """Return the title of the drill of this name, as it is shown; the name if the package of the drill is not installed."""
    return drill_title(name, drills()[name].title if name in drills() else name)


def chosen_drill(settings: DrillSettings) -> Drill:
    """Return the drill that the settings name, with their dose, range and pace.

    Raises
    ------
    SettingsError
        If there is no such drill.
    """
    return drill_named(settings.name).adapted(settings)


def build_engine(rate_hz: float, settings: EngineSettings | None = None) -> Engine:
    """Return an engine for these settings; if they name a drill, it is looked up among the installed ones.

    Raises
    ------
    ValueError
        If `rate_hz` is below 40.
    SettingsError
        If there is no such drill, axis or filter.
    """
    settings = settings or EngineSettings()
    return Engine(rate_hz, settings, drill_named(settings.drill.name) if settings.drill.name else None)
