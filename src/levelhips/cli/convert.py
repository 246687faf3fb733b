"""levelhips convert: write the file of another program as a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from levelhips.cli.console import say, say_notes, talk
from levelhips.cli.options import AccUnitOption, FileArgument, GyrUnitOption, OutwardOption, QuietOption, check_recording_name, opened
from levelhips.text import tr


def convert(
    file: FileArgument,
    to: Annotated[Path, typer.Argument(metavar="NEW.mcap", help="cli.convert.new")],
    outward: OutwardOption = None,
    acc_unit: AccUnitOption = None,
    gyr_unit: GyrUnitOption = None,
    quiet: QuietOption = False,
) -> None:
    """Convert a CSV file or an export to a recording.

    Damaged recordings can be converted too: all that can be read is copied.
    """
    from levelhips.recording.recover import copy_into

    check_recording_name(to)
    recording = opened(file, acc_unit, gyr_unit)
    metadata = {**recording.metadata, "rate_hz": f"{recording.rate_hz:.6g}", "converted_from": file.name}
    metadata.pop("version", None)
    if outward is not None:
        from levelhips.motion.alignment import outward_axis

        outward_axis(outward)
        metadata["outward"] = outward
    copy_into(to, recording, metadata)
    out = talk(quiet=quiet)
    say(out, tr("cli.convert.wrote", path=to, n=len(recording.samples), rate_hz=recording.rate_hz))
    say_notes(out, recording.notes)
