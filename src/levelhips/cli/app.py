"""The command line `levelhips`: all commands, the exit codes, and how errors are printed."""

from __future__ import annotations

import os
import sys
import threading
from typing import Annotated, Any

import typer

from levelhips.cli.analyze import analyze
from levelhips.cli.check_plugin import check_plugin
from levelhips.cli.console import begin_log
from levelhips.cli.convert import convert
from levelhips.cli.demo import demo
from levelhips.cli.diary import diary_app
from levelhips.cli.doctor import doctor
from levelhips.cli.drill import drill
from levelhips.cli.encoding import tolerate_any_encoding
from levelhips.cli.former_names import current_option
from levelhips.cli.help import Command, RootGroup, written
from levelhips.cli.history import history_app
from levelhips.cli.programme import programme
from levelhips.cli.recover import recover
from levelhips.cli.replay import replay
from levelhips.cli.run import run
from levelhips.cli.scan import scan
from levelhips.cli.screen import screen
from levelhips.cli.settings import settings_app
from levelhips.cli.simulate import simulate
from levelhips.cli.usage import UsageError, print_usage_error
from levelhips.cli.virtual_sensor import virtual_sensor
from levelhips.errors import LevelHipsError, WrongValueError
from levelhips.live.end_signals import exit_for_good

app = typer.Typer(
    cls=RootGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="cli.help",
    context_settings={"token_normalize_func": current_option},
)
app.command("run", cls=Command, help="cli.run.help")(run)
app.command("drill", cls=Command, help="cli.drill.help")(drill)
app.command("scan", cls=Command, help="cli.scan.help")(scan)
app.command("app", cls=Command, help="cli.app.help")(screen)
app.command("demo", cls=Command, help="cli.demo.help")(demo)
app.command("analyze", cls=Command, help="cli.analyze.help")(analyze)
app.command("replay", cls=Command, help="cli.replay.help")(replay)
app.command("convert", cls=Command, help="cli.convert.help")(convert)
app.command("recover", cls=Command, help="cli.recover.help")(recover)
app.command("programme", cls=Command, help="cli.programme.help")(programme)
app.command("doctor", cls=Command, help="cli.doctor.help")(doctor)
app.command("simulate", cls=Command, help="cli.simulate.help")(simulate)
app.command("virtual-sensor", cls=Command, help="cli.virtual-sensor.help")(virtual_sensor)
app.command("check-plugin", cls=Command, help="cli.check-plugin.help")(check_plugin)
app.add_typer(history_app, name="history")
app.add_typer(diary_app, name="diary")
app.add_typer(settings_app, name="settings")


def command_line() -> Any:
    """Return the command `levelhips` with all its commands, its help in the language of the user."""
    return written(typer.main.get_command(app))


def main() -> None:
    """Run the command line.

    A `LevelHipsError` is printed in one line and gives exit code 1, or 2 if it is about a value that was typed. Any other exception
    is a bug and keeps its traceback.
    """
    tolerate_any_encoding()
    begin_log(None)
    others = threading.enumerate()
    try:
        _run()
    except SystemExit as ended:
        exit_for_good(ended.code if isinstance(ended.code, int) else 0, others)
        raise
    exit_for_good(0, others)


def _run() -> None:
    try:
        code = command_line().main(prog_name="levelhips", standalone_mode=False)
    except UsageError as error:
        print_usage_error(error)
        raise SystemExit(2) from error
    except typer.Abort as error:  # the end of standard input at a question
        raise SystemExit(1) from error
    except LevelHipsError as error:
        _print_error(error)
        raise SystemExit(2 if isinstance(error, WrongValueError) else 1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except PermissionError as error:
        if "--install-completion" not in sys.argv:
            raise
        _print_error(LevelHipsError("no-home", path=error.filename))
        raise SystemExit(1) from error
    except BrokenPipeError:  # the reader of our output has gone away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None
    if code:
        raise SystemExit(code)


def _print_error(error: LevelHipsError) -> None:
    from rich.text import Text

    from levelhips.cli.console import error_console

    error_console().print(Text.assemble((f"{error.what}.", "bold"), f" {error.fix}."), soft_wrap=True, highlight=False)


def _print_version(asked: bool) -> None:
    if asked:
        from levelhips import __version__

        typer.echo(f"levelhips {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="cli.option.version")] = False,
) -> None:
    """Take the options of the command line itself."""


if __name__ == "__main__":
    main()
