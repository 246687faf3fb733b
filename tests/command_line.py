"""Run the command line in this process and return what it prints."""

from __future__ import annotations

import io
import os
import sys
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from levelhips.cli.app import main


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


def levelhips(
    *arguments: object,
    code: int | None = 0,
    cwd: Path | None = None,
    columns: int = 120,
    encoding: str = "utf-8",
    home: Path | None = None,
    **environment: str,
) -> Done:
    """Run `levelhips ARGUMENTS` in this process and return what it printed.

    Parameters
    ----------
    *arguments
        Written as text, such as paths.
    code : int or None
        The exit code that the command must have; None: any.
    cwd : Path or None
        The working directory.
    columns : int
        Width of the terminal.
    encoding : str
        Encoding of both streams.
    home : Path or None
        The folder of the history.
    **environment
        Further variables.
    """
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2)]
    given = {"COLUMNS": str(columns), **({"LEVELHIPS_DATA": str(home)} if home else {}), **environment}
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, given))
        stack.enter_context(patch.object(sys, "argv", ["levelhips", *map(str, arguments)]))
        stack.enter_context(redirect_stdout(streams[0]))
        stack.enter_context(redirect_stderr(streams[1]))
        if cwd is not None:
            stack.enter_context(chdir(cwd))
        try:
            main()
        except SystemExit as end:
            ended = end.code or 0
        else:
            ended = 0
    done = Done(*(stream.buffer.getvalue().decode(encoding) for stream in streams))  # type: ignore[attr-defined]
    assert code is None or ended == code, done.text
    return done
