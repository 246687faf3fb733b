"""levelhips recover: copy everything readable in a damaged recording to a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from levelhips.cli.console import say, say_notes, talk
from levelhips.cli.options import FileArgument, QuietOption, RawOption, check_recording_name, decoded
from levelhips.text import tr


def recover(
    file: FileArgument,
    to: Annotated[Path | None, typer.Argument(metavar="NEW.mcap", help="cli.recover.new")] = None,
    raw: RawOption = False,
    quiet: QuietOption = False,
) -> None:
    """Recover a recording that was cut off or damaged.

    All that can be read is written to a new file; the damaged one stays as it is.
    """
    from levelhips.recording import open_recording
    from levelhips.recording.recover import recover as recover_recording

    if to is not None:
        check_recording_name(to)
    out, recording = talk(quiet=quiet), open_recording(file)
    if not recording.notes and to is None:
        say(out, tr("cli.recover.not-damaged", name=file.name))
        return
    done = recover_recording(decoded(recording, raw=raw), to)
    say(out, tr("cli.recover.wrote", path=done.path, samples=done.samples, packets=done.packets, events=done.events))
    say_notes(out, done.notes)
