"""Pelvic drop, tilt and rotation of a runner from one clip-on sensor at the sacrum.

    import levelhips
    analysis = levelhips.analyze("run.mcap")
    for step in analysis.good():
        print(step.side, step.drop_deg)

docs/library.md shows the parts.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from levelhips.text import set_loader

if TYPE_CHECKING:
    from levelhips.analysis import Analysis, analyze, summarize, why_nothing_counts
    from levelhips.commands import Command, Do
    from levelhips.engine import Engine
    from levelhips.errors import (
        BadInputError,
        BluetoothUnavailableError,
        LevelHipsError,
        RecordingError,
        SensorError,
        SettingsError,
        SoundError,
        UnitsError,
    )
    from levelhips.events import Cue, Mode, Quality, Side, Step, Stride, Update
    from levelhips.metrics import Metric, Statistics
    from levelhips.recording import Recording, RecordingWriter, open_recording
    from levelhips.samples import Gap, Samples
    from levelhips.settings import Settings, load_settings
    from levelhips.settings.installed import build_engine

__version__ = "0.1.0"

set_loader(lambda: import_module("levelhips.settings.language").load_catalog())

__all__ = [
    "Analysis",
    "BadInputError",
    "BluetoothUnavailableError",
    "Command",
    "Cue",
    "Do",
    "Engine",
    "Gap",
    "LevelHipsError",
    "Metric",
    "Mode",
    "Quality",
    "Recording",
    "RecordingError",
    "RecordingWriter",
    "Samples",
    "SensorError",
    "Settings",
    "SettingsError",
    "Side",
    "SoundError",
    "Statistics",
    "Step",
    "Stride",
    "UnitsError",
    "Update",
    "analyze",
    "build_engine",
    "load_settings",
    "open_recording",
    "summarize",
    "why_nothing_counts",
]

_HOME = {
    "levelhips.analysis": ("Analysis", "analyze", "summarize", "why_nothing_counts"),
    "levelhips.commands": ("Command", "Do"),
    "levelhips.engine": ("Engine",),
    "levelhips.errors": (
        "BadInputError",
        "BluetoothUnavailableError",
        "LevelHipsError",
        "RecordingError",
        "SensorError",
        "SettingsError",
        "SoundError",
        "UnitsError",
    ),
    "levelhips.events": ("Cue", "Mode", "Quality", "Side", "Step", "Stride", "Update"),
    "levelhips.metrics": ("Metric", "Statistics"),
    "levelhips.recording": ("Recording", "RecordingWriter", "open_recording"),
    "levelhips.samples": ("Gap", "Samples"),
    "levelhips.settings": ("Settings", "load_settings"),
    "levelhips.settings.installed": ("build_engine",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is used first: scipy alone takes a second, and a window should not wait for it."""
    for module, names in _HOME.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'levelhips' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, imported yet or not."""
    return sorted({*globals(), *__all__})
