"""levelhips history: past sessions, weeks, and what holds without sound."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import console, open_history, say
from levelhips.errors import BadInputError

if TYPE_CHECKING:
    from rich.console import Console

history_app = typer.Typer(invoke_without_command=True, help="What was done over weeks: list, rebuild, export, forget.")
DASH = "-"


@history_app.callback()
def history(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", help="So many sessions.", min=1)] = 10,
) -> None:
    """The last sessions, the weeks, and what stays without sound."""
    if context.invoked_subcommand is not None:
        return
    from levelhips.history.weekly import retention, weeks

    out = console()
    with open_history() as store:
        sessions = store.sessions(last)
        if not sessions:
            say(out, "Nothing yet. Recordings you have already: levelhips history rebuild")
            return
        _sessions_table(out, sessions)
        _weeks_table(out, weeks(store))
        _retention_table(out, retention(store))


def _sessions_table(out: Console, sessions: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from levelhips.history.weekly import in_words

    table = Table(title="Sessions", title_justify="left")
    for name in ("when", "what", "min", "left", "right", "beeps", "note"):
        table.add_column(name, justify="left" if name in ("when", "what", "note") else "right")
    for row in sessions:
        at = dt.datetime.fromisoformat(row["started"]).astimezone().strftime("%Y-%m-%d %H:%M")
        sides = ["", ""] if row["drill"] is not None else [_drop(row["sides"].get(side)) for side in ("left", "right")]
        table.add_row(
            at, in_words(row), f"{row['duration_s'] / 60:.0f}", *sides, str(row["cues"]) if row["drill"] is None else "", row["note"]
        )
    out.print(table)


def _drop(side: dict[str, Any] | None) -> str:
    if side is None or side["mean_deg"] is None:
        return DASH
    return f"{side['mean_deg']:.1f}" + (f" ± {side['sd_deg']:.1f}" if side["sd_deg"] is not None else "")


def _weeks_table(out: Console, weeks: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(title="Weeks: drop in deg, mean and spread of the runs", title_justify="left")
    for name in ("week", "runs", "min", "left", "right", "with sound", "without", "drills", "good reps", "pain"):
        table.add_column(name, justify="left" if name == "week" else "right")
    for row in weeks[-12:]:

        def number(name: str, row: dict[str, Any] = row) -> str:
            return DASH if row[name] is None else f"{row[name]:.1f}"

        sides = [
            number(f"{side}_deg") + (f" ± {row[f'{side}_sd_deg']:.1f}" if row[f"{side}_sd_deg"] is not None else "")
            for side in ("left", "right")
        ]
        table.add_row(
            row["week"],
            str(row["runs"]),
            f"{row['minutes']:.0f}",
            *sides,
            number("with_sound_deg"),
            number("without_sound_deg"),
            str(row["drills"]),
            str(row["good_reps"]),
            number("pain"),
        )
    out.print(table)


def _retention_table(out: Console, rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    if not rows:
        return
    table = Table(title="What stays without sound: drop in deg, and its change since the baseline", title_justify="left")
    for name in ("when", "run", "left", "right"):
        table.add_column(name, justify="left" if name in ("when", "run") else "right")
    for row in rows:
        cells = []
        for side in ("left", "right"):
            value, change = row["without_deg"].get(side), row["change_deg"].get(side)
            cells.append(DASH if value is None else f"{value:.1f}" + (f" ({change:+.1f})" if change is not None else ""))
        table.add_row(row["started"][:10], f"{row['plan']} {row['session']}", *cells)
    out.print(table)


@history_app.command()
def rebuild(
    folder: Annotated[Path | None, typer.Argument(help="Where the recordings are.  [default: Documents/levelhips]")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Look at those that did not change, too.")] = False,
) -> None:
    """Fill the history from recordings: new and changed ones in, those that are gone out."""
    from rich.progress import Progress

    from levelhips.settings.paths import documents

    out = console()
    with open_history() as store, Progress(console=out, transient=True) as bar:
        task = bar.add_task("Reading", total=1.0)
        done = store.rebuild(folder or documents(), lambda share: bar.update(task, completed=share), anew=anew)
    say(out, f"{done.taken} taken in, {done.known} known already, {done.gone} gone")
    for trouble in done.troubles:
        say(out, f"Left out: {trouble}")


@history_app.command()
def export(folder: Annotated[Path, typer.Argument(help="Where to write the tables.")]) -> None:
    """Write everything as CSV."""
    with open_history() as store:
        for path in store.export(folder):
            say(console(), f"Wrote {path}")


@history_app.command()
def forget(
    file: Annotated[Path | None, typer.Argument(help="The recording whose session is to be struck out; the recording stays.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Strike out all sessions; pain and shoes stay.")] = False,
) -> None:
    """Strike a session out of the history. The recording itself stays: delete it yourself, or a rebuild brings it back."""
    if (file is None) != all_:
        raise BadInputError("It is not clear what to forget", fix="Name a recording, or say --all")
    with open_history() as store:
        count = store.forget(file)
    say(console(), f"{count} struck out")
