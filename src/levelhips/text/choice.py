"""Choose the language, and read its catalog."""

from __future__ import annotations

import gettext
import locale
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from levelhips.text import catalog

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""Names of the available languages by their codes, each in its own language."""

ENVIRONMENT = "LEVELHIPS_LANGUAGE"
DOMAIN = "levelhips"
FOLDER = Path(__file__).parent / "languages"

_chosen: str | None = None
_preference: Callable[[], str] = str


def set_preference(preference: Callable[[], str]) -> None:
    """Set the function that returns the language code in the user's settings; an empty one stands for the system's language."""
    global _preference
    _preference = preference


def choose(language: str | None) -> None:
    """Choose the language of all sentences from now on; None: follow environment, settings and system again.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    global _chosen
    if language is not None and language not in LANGUAGES:
        raise ValueError(f"There is no catalog for the language {language!r}")
    _chosen = language
    catalog.reload()


def language() -> str:
    """Return the code of the language in use: the first available one of `choose`, LEVELHIPS_LANGUAGE, settings and system."""
    candidates = (_chosen or "", _code(os.environ.get(ENVIRONMENT, "")))
    given = next((code for code in candidates if code in LANGUAGES), "") or _preference()
    return given if given in LANGUAGES else system_language()


def system_language() -> str:
    """Return the code of the first of the system's languages that is available; English if none is."""
    for name in _system_locales():
        code = _code(name)
        if code in LANGUAGES:
            return code
        if name.split(".")[0] in {"C", "POSIX"}:
            break
    return "en"


def _code(name: str) -> str:
    """Return the code of the language in a name such as de_AT.UTF-8 or de-AT."""
    return name.replace("-", "_").split(".")[0].split("_")[0].lower()


def _system_locales() -> list[str]:
    """Return names of locales such as de_AT.UTF-8, the preferred one first."""
    if sys.platform == "win32":
        import ctypes

        return [locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")]
    # As gettext does: the first variable that is set counts, and LANGUAGE is a list that only a set locale turns on.
    name = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if name.split(".")[0] in {"C", "POSIX"}:
        return [name]
    listed = [part for part in os.environ.get("LANGUAGE", "").split(":") if part]
    if not name and sys.platform == "darwin":  # a window that was not started from a terminal has no variables
        name = _macos_language()
    return [*listed, name]


def _macos_language() -> str:
    import subprocess

    try:
        done = subprocess.run(["defaults", "read", "-g", "AppleLocale"], capture_output=True, text=True, timeout=2, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""  # then it is English
    return done.stdout.strip()


def load() -> gettext.NullTranslations:
    """Return the catalog of the language in use; a message that it lacks comes from the English one.

    Raises
    ------
    FileNotFoundError
        If the English catalog is missing.
    """
    found = [code for code in dict.fromkeys((language(), "en")) if (FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file()]
    if "en" not in found:
        raise FileNotFoundError("The text catalogs are missing. Install levelhips again")
    return gettext.translation(DOMAIN, FOLDER, found)


@contextmanager
def in_english() -> Iterator[None]:
    """Context manager, or decorator, in which sentences are in English: for JSON, which is the same in every language."""
    with catalog.written_with(_english()):
        yield


@cache
def _english() -> catalog.Catalog:
    return catalog.Catalog(gettext.translation(DOMAIN, FOLDER, ["en"]))
