"""Load plug-ins from an entry-point group; built-ins are registered the same way."""

from __future__ import annotations

import logging
from importlib.metadata import entry_points
from typing import TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


def installed(group: str, kind: type[T]) -> dict[str, T]:
    """Return the objects of one kind in an entry-point group, by the name of their entry point, sorted by name.

    A broken package is left out, with a warning.
    """
    found: dict[str, T] = {}
    for entry in sorted(entry_points(group=group), key=lambda entry: entry.name):
        try:
            loaded = entry.load()
            if not isinstance(loaded, kind):
                raise TypeError(f"{entry.value} is not a {kind.__name__}")
            found[entry.name] = loaded
        except Exception as error:  # one broken package must not disable all the others
            log.warning("%s %s is left out: %s", kind.__name__, entry.name, error)
    return found
