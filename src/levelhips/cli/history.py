"""levelhips history: past sessions, weeks, and how much is kept without beeps."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import console, error_console, open_history, print_json, progress_bar, say, talk
from levelhips.cli.help import Command, Group
from levelhips.cli.options import JsonOption, QuietOption
from levelhips.cli.tables import Column, print_table
from levelhips.errors import BadInputError, WrongValueError
from levelhips.text import number, text, tr

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.history import SessionRow
    from levelhips.history.session_row import SideRow
    from levelhips.history.weekly import RetentionRow, WeekRow

history_app = typer.Typer(cls=Group, invoke_without_command=True, help="cli.history.help")
DASH = "-"
WEEKS = 12  # a quarter of a year: what fits on a screen


@history_app.callback()
def history(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", metavar="N", help="cli.history.last", min=1)] = 10,
    as_json: JsonOption = False,
) -> None:
    """List, export or delete past sessions.

    Without a command: the last sessions, the weeks, and how much you keep when the beeps are off.
    """
    from levelhips.cli.unfinished import add_unfinished

    add_unfinished(talk(as_json=as_json))
    if context.invoked_subcommand is not None:
        return
    from levelhips.history.weekly import retention, weeks

    out = console()
    with open_history() as store:
        sessions = store.sessions(last)
        for trouble in store.damaged:
            say(error_console(), str(trouble))
        if as_json:
            print_json({"sessions": list(map(_values, sessions)), **_weeks_values(weeks(store), retention(store))})
            return
        if not sessions:
            say(out, tr("cli.history.empty"))
            return
        _sessions_table(out, sessions)
        _weeks_table(out, weeks(store))
        _retention_table(out, retention(store))


def _values(row: SessionRow) -> dict[str, Any]:
    """Return a session as plain values; its figures are in `levelhips history export`."""
    return {name: value for name, value in asdict(row).items() if name not in ("figures", "row_version")}


def _weeks_values(weeks: list[WeekRow], retention: list[RetentionRow]) -> dict[str, Any]:
    return {"weeks": list(map(asdict, weeks)), "retention": list(map(asdict, retention))}


SESSION_COLUMNS = (
    Column(text("cli.history.column.when")),
    Column(text("cli.history.column.what"), words=True),
    Column(text("cli.history.column.minutes"), drop=2),
    Column(text("side.left")),
    Column(text("side.right")),
    Column(text("cli.history.column.beeps"), drop=1),
    Column(text("cli.history.column.faults"), words=True),
    Column(text("cli.history.column.note"), words=True),
)
WEEK_COLUMNS = (
    Column(text("cli.history.column.week")),
    Column(text("cli.history.column.runs")),
    Column(text("cli.history.column.minutes"), drop=2),
    Column(text("side.left")),
    Column(text("side.right")),
    Column(text("cli.history.column.with-sound")),
    Column(text("cli.history.column.between-sound"), drop=5),
    Column(text("cli.history.column.without-sound")),
    Column(text("cli.history.column.drills"), drop=3),
    Column(text("cli.history.column.good-reps"), drop=4),
    Column(text("cli.history.column.pain"), drop=1),
)
BETWEEN = 6  # column of the weeks between beeps, left out if all runs had beeps throughout
RETENTION_COLUMNS = (
    Column(text("cli.history.column.when")),
    Column(text("cli.history.column.run"), words=True),
    Column(text("side.left")),
    Column(text("side.right")),
)


def _sessions_table(out: Console, sessions: list[SessionRow]) -> None:
    from levelhips.history.weekly import faults_of, in_words, note_of

    rows = []
    for row in sessions:
        at = dt.datetime.fromisoformat(row.started).astimezone().strftime("%Y-%m-%d %H:%M")
        is_run = row.drill is None
        sides = [_drop(row.sides.get(side)) for side in ("left", "right")] if is_run else ["", ""]
        rows.append([at, in_words(row), f"{row.duration_s / 60:.0f}", *sides, _beeps(row), faults_of(row), note_of(row)])
    print_table(out, tr("cli.history.sessions"), SESSION_COLUMNS, rows)


def _beeps(row: SessionRow) -> str:
    """Return the beeps of a session; a dash where nobody's figures are kept."""
    from levelhips.history.weekly import NOT_WORN, beeps_of

    return DASH if row.kind in NOT_WORN else beeps_of(row)


def _drop(side: SideRow | None) -> str:
    return DASH if side is None else _mean_and_spread(side.mean_deg, side.sd_deg)


def _mean_and_spread(mean: float | None, sd: float | None) -> str:
    if mean is None:
        return DASH
    return number(mean, ".1f") + (f" ± {number(sd, '.1f')}" if sd is not None else "")


def _weeks_table(out: Console, weeks: list[WeekRow]) -> None:
    rows = []
    for row in weeks[-WEEKS:]:
        drops = [_mean_and_spread(row.left_deg, row.left_sd_deg), _mean_and_spread(row.right_deg, row.right_sd_deg)]
        by_feedback = (row.with_feedback_deg, row.between_feedback_deg, row.without_feedback_deg)
        sound = [_mean_and_spread(value, None) for value in by_feedback]
        pain = _mean_and_spread(row.pain, None)
        figures = [str(row.runs), f"{row.minutes:.0f}", *drops, *sound, str(row.drills), str(row.good_reps), pain]
        rows.append([row.week, *figures])
    shown = [k for k in range(len(WEEK_COLUMNS)) if k != BETWEEN or any(row[BETWEEN] != DASH for row in rows)]
    print_table(out, tr("cli.history.weeks"), [WEEK_COLUMNS[k] for k in shown], [[row[k] for k in shown] for row in rows])


def _retention_table(out: Console, retention: list[RetentionRow]) -> None:
    from levelhips.history.weekly import protocol_title

    if not retention:
        return
    rows = []
    for row in retention:
        cells = []
        for side in ("left", "right"):
            value, change = row.without_deg.get(side), row.change_deg.get(side)
            cells.append(DASH if value is None else number(value, ".1f") + (f" ({number(change, '+.1f')})" if change is not None else ""))
        rows.append([row.day.isoformat(), protocol_title(row.protocol, row.session), *cells])
    print_table(out, tr("cli.history.retention"), RETENTION_COLUMNS, rows)


@history_app.command(cls=Command, help="cli.history.rebuild.help")
def rebuild(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="cli.history.rebuild.dir")] = None,
    all_: Annotated[bool, typer.Option("--all", help="cli.history.rebuild.all")] = False,
    quiet: QuietOption = False,
) -> None:
    """Update the history from a folder of recordings.

    Adds new and changed recordings, and removes sessions whose recording is gone.
    """
    from levelhips.settings.paths import documents

    out = talk(quiet=quiet)
    with open_history() as store, progress_bar(out, tr("cli.history.rebuild.progress")) as progress:
        done = store.rebuild(folder or documents(), progress, reread_all=all_)
    say(out, tr("cli.history.rebuild.done", added=done.added, unchanged=done.unchanged, removed=done.removed))
    if done.leftovers:
        say(out, tr("cli.history.rebuild.leftovers", n=done.leftovers))
    for trouble in done.errors:
        say(error_console() if quiet else out, tr("cli.history.rebuild.skipped", problem=trouble))


@history_app.command(cls=Command, help="cli.history.export.help")
def export(folder: Annotated[Path, typer.Argument(metavar="DIR", help="cli.history.export.dir")]) -> None:
    """Write all sessions, pain and shoes as CSV tables."""
    with open_history() as store:
        for path in store.export(folder):
            say(console(), tr("cli.wrote", path=path))


@history_app.command(cls=Command, help="cli.history.forget.help")
def forget(
    file: Annotated[Path | None, typer.Argument(metavar="RUN", help="cli.history.forget.run")] = None,
    all_: Annotated[bool, typer.Option("--all", help="cli.history.forget.all")] = False,
) -> None:
    """Remove a session from the history.

    The recording itself is not deleted. Delete it yourself, or levelhips history rebuild adds the session again.
    """
    if (file is None) != all_:
        raise WrongValueError("which-session")
    with open_history() as store:
        count = store.forget(file)
    if file is not None and not count:
        raise BadInputError("no-such-session", path=file)
    say(console(), tr("cli.history.forget.done", n=count))
