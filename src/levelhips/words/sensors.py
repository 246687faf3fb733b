"""Words for kinds of sensors."""

from __future__ import annotations

from levelhips.text import has, tr


def sensor_title(name: str, declared: str) -> str:
    """Return the title of a kind of sensor; the declared one if it is not in the catalog, as for product names and plug-ins."""
    key = f"sensor.{name}.title"
    return tr(f"sensor.{name}.title") if has(key) else declared
