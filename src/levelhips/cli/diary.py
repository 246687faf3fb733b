"""levelhips diary: pain, shoes and distance."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from levelhips.cli.console import console, open_history, say
from levelhips.cli.help import Command, Group
from levelhips.cli.options import typed_values
from levelhips.errors import RecordingError
from levelhips.text import tr

diary_app = typer.Typer(cls=Group, no_args_is_help=True, help="cli.diary.help")


@diary_app.command(cls=Command, help="cli.diary.pain.help")
def pain(
    score: Annotated[int, typer.Argument(metavar="SCORE", help="cli.diary.pain.score")],
    moment: Annotated[str, typer.Argument(metavar="WHEN", help="cli.diary.pain.when")],
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="cli.diary.pain.note")] = "",
) -> None:
    """Log pain before or after a run, or the morning after."""
    from levelhips.history import Diary
    from levelhips.programme.hints import pain_hint

    today = dt.datetime.now().astimezone().date()
    with open_history() as store:
        diary = Diary(store)
        with typed_values():
            diary.add_pain(score, moment, note)
        try:
            before, after = diary.pain_on(today, "before"), diary.pain_on(today, "after")
        except RecordingError as error:  # of an older entry: without these words, the score would be entered again
            raise RecordingError("pain-saved-but", problem=error.what, advice=error.fix) from error
    say(console(), str(pain_hint(before, after if moment == "after" else None) or tr("cli.diary.noted")))


@diary_app.command(cls=Command, help="cli.diary.shoes.help")
def shoes(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="cli.diary.shoes.name")] = None,
    km: Annotated[float, typer.Option("--km", metavar="KM", help="cli.diary.shoes.km")] = 0.0,
    retire: Annotated[bool, typer.Option("--retire", help="cli.diary.shoes.retire")] = False,
) -> None:
    """Add, list or retire shoes."""
    from levelhips.history import Diary
    from levelhips.programme.hints import shoe_hint

    out = console()
    with open_history() as store:
        diary = Diary(store)
        with typed_values():
            if name is not None and retire:
                diary.retire_shoes(name)
            elif name is not None:
                diary.add_shoes(name, km)
        for one, total in diary.shoes().items():
            say(out, tr("cli.diary.shoes.total", name=one, km=total) + (f"   {hint}" if (hint := shoe_hint(one, total)) else ""))


@diary_app.command(cls=Command, help="cli.diary.distance.help")
def distance(
    km: Annotated[float, typer.Argument(metavar="KM", help="cli.diary.distance.km")],
    shoe: Annotated[str | None, typer.Option("--shoes", metavar="NAME", help="cli.diary.distance.shoes")] = None,
) -> None:
    """Log the distance of a run, and the shoes."""
    from levelhips.history import Diary
    from levelhips.programme.hints import shoe_hint

    with open_history() as store:
        diary = Diary(store)
        with typed_values():
            diary.add_distance(km, shoe)
        total = diary.shoes().get(shoe or "", 0.0)
    say(console(), str((shoe and shoe_hint(shoe, total)) or tr("cli.diary.noted")))
