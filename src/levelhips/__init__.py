"""levelhips: pelvic drop, tilt and rotation of a runner from one clip-on sensor at the sacrum.

    import levelhips
    analysis = levelhips.analyze("run.mcap")
    for step in analysis.good():
        print(step.side, step.drop_deg)

docs/library.md shows the pieces.
"""

from levelhips.analysis import Analysis, analyze, summarize
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
from levelhips.recording import Recording, RecordingWriter, open_recording
from levelhips.samples import Gap, Samples
from levelhips.settings import Settings, load_settings

__version__ = "0.1.0"

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
    "Step",
    "Stride",
    "UnitsError",
    "Update",
    "analyze",
    "load_settings",
    "open_recording",
    "summarize",
]
