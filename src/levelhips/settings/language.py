"""The language in the user's settings file. It is read before the settings are checked, because errors are written in it."""

from __future__ import annotations

import tomllib
from gettext import NullTranslations

from levelhips.settings.paths import settings_path
from levelhips.text import choice


def preferred_language() -> str:
    """Return the value of display.language in the user's settings file; empty if it cannot be read or is not set.

    A damaged file is reported when the settings are read, not here.
    """
    try:
        with settings_path().open("rb") as file:
            display = tomllib.load(file).get("display")
    except (OSError, ValueError, RecursionError):
        return ""
    language = display.get("language") if isinstance(display, dict) else None
    return language if isinstance(language, str) else ""


def load_catalog() -> NullTranslations:
    """Return the catalog in the language of the user."""
    choice.set_preference(preferred_language)
    return choice.load()
