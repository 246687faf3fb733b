"""The command line `levelhips`: all commands, the exit codes, and how errors are printed."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from levelhips.cli.analyze import analyze
from levelhips.cli.convert import convert
from levelhips.cli.demo import demo
from levelhips.cli.diary import diary_app
from levelhips.cli.doctor import doctor
from levelhips.cli.drill import drill
from levelhips.cli.encoding import tolerate_any_encoding
from levelhips.cli.history import history_app
from levelhips.cli.plan import plan
from levelhips.cli.recover import recover
from levelhips.cli.replay import replay
from levelhips.cli.run import run
from levelhips.cli.scan import scan
from levelhips.cli.screen import screen
from levelhips.cli.simulate import simulate
from levelhips.cli.virtual_sensor import virtual_sensor
from levelhips.errors import LevelHipsError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Pelvic drop from one clip-on sensor.",
)
for command in (plan, analyze, replay, simulate, convert, recover, scan, run, drill):
    app.command()(command)
app.command("virtual-sensor")(virtual_sensor)
app.command()(doctor)
app.command("app")(screen)
app.command()(demo)
app.add_typer(history_app, name="history")
app.add_typer(diary_app, name="diary")


def main() -> None:
    """Run the command line. Our own errors are one line and exit code 1; any other exception is a bug and keeps its traceback."""
    tolerate_any_encoding()
    try:
        app()
    except LevelHipsError as error:
        _print_error(error)
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:  # the reader of our output has gone away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None


def _print_error(error: LevelHipsError) -> None:
    from rich.markup import escape

    from levelhips.cli.console import error_console

    error_console().print(f"[bold]{escape(error.what)}.[/] {escape(error.fix)}.", soft_wrap=True, highlight=False)


def _print_version(asked: bool) -> None:
    if asked:
        from levelhips import __version__

        typer.echo(f"levelhips {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version, and end.")] = False,
) -> None:
    """Pelvic drop from one clip-on sensor."""


if __name__ == "__main__":
    main()
