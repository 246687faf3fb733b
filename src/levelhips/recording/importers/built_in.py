"""The importers of levelhips itself, in the order in which they are tried."""

from __future__ import annotations

from levelhips.recording.importers import examples, movella_dot, named_units, phone_export
from levelhips.recording.importers.assemble import Imported
from levelhips.recording.importers.importer import Importer, Source
from levelhips.recording.importers.table import Sensors


def _is_phone_export(source: Source) -> bool:
    return source.files is not None or source.table.sensors is Sensors.ONE


def _read_phone_export(source: Source) -> Imported:
    # A single file of an export has one sensor; the file of the other sensor is in the same folder.
    files = phone_export.files_next_to(source.path) if source.files is None else source.files
    return phone_export.read(source.path, files)


PHONE = Importer(
    name="phone",
    title="phyphox and Sensor Logger",
    recognizes=_is_phone_export,
    read=_read_phone_export,
    examples=(examples.write_phyphox, examples.write_sensor_logger),
)
MOVELLA_DOT = Importer(
    name="movella-dot",
    title="Movella DOT",
    recognizes=lambda source: source.files is None and movella_dot.recognizes(source.table),
    read=lambda source: movella_dot.read(source.table),
    examples=(examples.write_movella_dot,),
)
NAMED_UNITS = Importer(
    name="csv",
    title="CSV with named units",
    recognizes=lambda source: source.files is None and source.table.sensors is not Sensors.ONE,
    read=lambda source: named_units.read(source.table),
    examples=(examples.write_csv,),
    general=True,
)
BUILT_IN = (PHONE, MOVELLA_DOT, NAMED_UNITS)
