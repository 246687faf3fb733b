"""levelhips recover: a whole recording from a cut or damaged one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from levelhips.cli.console import console, say, say_notes
from levelhips.cli.options import FileArgument, RawOption, decoded


def recover(
    file: FileArgument,
    to: Annotated[Path | None, typer.Argument(help="The new recording.  [default: beside it, with -recovered in its name]")] = None,
    raw: RawOption = False,
) -> None:
    """Bring what is whole of a cut or damaged recording into a new one; the old one stays as it is."""
    from levelhips.recording import open_recording
    from levelhips.recording.recover import recover as recover_recording

    done = recover_recording(decoded(open_recording(file), raw=raw), to)
    out = console()
    say(out, f"Wrote {done.path}: {done.samples} samples, {done.packets} packets, {done.events} events")
    say_notes(out, done.notes)
