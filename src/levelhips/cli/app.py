"""The command line `levelhips`: all commands, the exit codes, and how errors are printed."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from levelhips.cli.analyze import analyze
from levelhips.cli.check_plugin import check_plugin
from levelhips.cli.convert import convert
from levelhips.cli.demo import demo
from levelhips.cli.diary import diary_app
from levelhips.cli.doctor import doctor
from levelhips.cli.drill import drill
from levelhips.cli.encoding import tolerate_any_encoding
from levelhips.cli.former_names import FORMER_COMMANDS, current_option
from levelhips.cli.history import history_app
from levelhips.cli.programme import programme
from levelhips.cli.recover import recover
from levelhips.cli.replay import replay
from levelhips.cli.run import run
from levelhips.cli.scan import scan
from levelhips.cli.screen import screen
from levelhips.cli.settings import settings_app
from levelhips.cli.simulate import simulate
from levelhips.cli.usage import plain_message
from levelhips.cli.virtual_sensor import virtual_sensor
from levelhips.errors import LevelHipsError

SHORT_HELP = 60  # letters: one line at 80 columns
GROUPS = {
    "Run and exercise": ("run", "drill", "scan", "app", "demo"),
    "Recordings": ("analyze", "replay", "convert", "recover"),
    "Weeks": ("programme", "history", "diary"),
    "Setup and development": ("doctor", "simulate", "virtual-sensor", "check-plugin"),
}
EXIT_CODES = "Exit codes: 0 done, 1 error, 2 wrong usage, 3 no step or repetition counts, 130 Ctrl-C."


class _Grouped(TyperGroup):
    """List the commands in groups, one without a group in the last; say in plain words what is wrong with an option."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = plain_message(error.__cause__) or error.message
            raise

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, FORMER_COMMANDS.get(cmd_name, cmd_name))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        named = {name for names in GROUPS.values() for name in names}
        last = list(GROUPS)[-1]
        for title, names in GROUPS.items():
            more = [name for name in self.list_commands(ctx) if name not in named] if title == last else []
            with formatter.section(title):
                rows = [(name, self.commands[name].get_short_help_str(SHORT_HELP)) for name in (*names, *more)]
                formatter.write_dl(rows)


app = typer.Typer(
    cls=_Grouped,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Pelvic drop of a runner from one clip-on sensor, with a beep within the same step.",
    epilog=EXIT_CODES,
    context_settings={"token_normalize_func": current_option},
)
for command in (run, drill, scan, demo, analyze, replay, convert, recover, programme, doctor, simulate):
    app.command()(command)
app.command("app")(screen)
app.command("virtual-sensor")(virtual_sensor)
app.command("check-plugin")(check_plugin)
app.add_typer(history_app, name="history")
app.add_typer(diary_app, name="diary")
app.add_typer(settings_app, name="settings")


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
    except PermissionError as error:
        if "--install-completion" not in sys.argv:
            raise
        _print_error(LevelHipsError(f"{error.filename} cannot be written", fix="Check the permissions of your home folder"))
        raise SystemExit(1) from error
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
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version")] = False,
) -> None:
    """Pelvic drop of a runner from one clip-on sensor, with a beep within the same step."""


if __name__ == "__main__":
    main()
