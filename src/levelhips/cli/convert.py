"""levelhips convert: a recording of ours from the file of another program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from levelhips.cli.console import console, say, say_notes
from levelhips.cli.options import AccUnitOption, FileArgument, GyrUnitOption, OutwardOption


def convert(
    file: FileArgument,
    to: Annotated[Path, typer.Argument(help="The new recording, .mcap.")],
    outward: OutwardOption = None,
    acc_unit: AccUnitOption = None,
    gyr_unit: GyrUnitOption = None,
) -> None:
    """Bring a table of another program, or what is whole of a damaged recording, into a new recording."""
    from levelhips.recording import open_recording
    from levelhips.recording.recover import copy_into

    recording = open_recording(file, acc_unit=acc_unit, gyr_unit=gyr_unit)
    metadata = {**recording.metadata, "rate_hz": f"{recording.rate_hz:.6g}", "converted_from": file.name}
    metadata.pop("version", None)
    if outward is not None:
        from levelhips.motion.alignment import outward_axis

        outward_axis(outward)
        metadata["outward"] = outward
    copy_into(to, recording, metadata)
    out = console()
    say(out, f"Wrote {to}: {len(recording.samples)} samples at {recording.rate_hz:g} Hz")
    say_notes(out, recording.notes)
