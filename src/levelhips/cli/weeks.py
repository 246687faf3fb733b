"""The command line of the weeks in between: history, plan and diary."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.errors import BadInputError, SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.history import History

history_app = typer.Typer(invoke_without_command=True, help="What was done over weeks: list, rebuild, export, forget.")
diary_app = typer.Typer(no_args_is_help=True, help="Pain, shoes and kilometres: what no sensor knows.")
DASH = "-"


def _console() -> Console:
    from rich.console import Console

    return Console()


def _open() -> History:
    from levelhips.history import History
    from levelhips.settings.paths import history_path

    return History(history_path())


@history_app.callback()
def history(
    context: typer.Context,
    last: Annotated[int, typer.Option("--last", help="So many sessions.", min=1)] = 10,
) -> None:
    """The last sessions, the weeks, and what stays without sound."""
    if context.invoked_subcommand is not None:
        return
    from levelhips.history.weekly import retention, weeks

    console = _console()
    with _open() as store:
        sessions = store.sessions(last)
        if not sessions:
            console.print("Nothing yet. Recordings you have already: levelhips history rebuild", highlight=False)
            return
        _sessions_table(console, sessions)
        _weeks_table(console, weeks(store))
        _retention_table(console, retention(store))


def _sessions_table(console: Console, sessions: list[dict[str, Any]]) -> None:
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
    console.print(table)


def _drop(side: dict[str, Any] | None) -> str:
    if side is None or side["mean_deg"] is None:
        return DASH
    return f"{side['mean_deg']:.1f}" + (f" ± {side['sd_deg']:.1f}" if side["sd_deg"] is not None else "")


def _weeks_table(console: Console, weeks: list[dict[str, Any]]) -> None:
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
    console.print(table)


def _retention_table(console: Console, rows: list[dict[str, Any]]) -> None:
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
    console.print(table)


@history_app.command()
def rebuild(
    folder: Annotated[Path | None, typer.Argument(help="Where the recordings are.  [default: Documents/levelhips]")] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Look at those that did not change, too.")] = False,
) -> None:
    """Fill the history from recordings: new and changed ones in, those that are gone out."""
    from rich.progress import Progress

    from levelhips.settings.paths import documents

    console = _console()
    with _open() as store, Progress(console=console, transient=True) as bar:
        task = bar.add_task("Reading", total=1.0)
        done = store.rebuild(folder or documents(), lambda share: bar.update(task, completed=share), anew=anew)
    console.print(f"{done.taken} taken in, {done.known} known already, {done.gone} gone", highlight=False)
    for trouble in done.troubles:
        console.print(f"Left out: {trouble}", highlight=False, markup=False, soft_wrap=True)


@history_app.command()
def export(folder: Annotated[Path, typer.Argument(help="Where to write the tables.")]) -> None:
    """Write everything as CSV."""
    with _open() as store:
        for path in store.export(folder):
            _console().print(f"Wrote {path}", soft_wrap=True, highlight=False, markup=False)


@history_app.command()
def forget(
    file: Annotated[Path | None, typer.Argument(help="The recording whose session is to be struck out; the recording stays.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Strike out all sessions; pain and shoes stay.")] = False,
) -> None:
    """Strike a session out of the history. The recording itself stays: delete it yourself, or a rebuild brings it back."""
    if (file is None) != all_:
        raise BadInputError("It is not clear what to forget", fix="Name a recording, or say --all")
    with _open() as store:
        count = store.forget(file)
    _console().print(f"{count} struck out", highlight=False)


@diary_app.command()
def pain(
    score: Annotated[int, typer.Argument(help="0 (none) to 10 (the worst).")],
    moment: Annotated[str, typer.Argument(help="before or after a run, or morning.")],
    note: Annotated[str, typer.Option("--note")] = "",
) -> None:
    """Pain before or after a run, or the morning after."""
    from levelhips.history import Diary
    from levelhips.programme.hints import pain_hint

    today = dt.datetime.now().astimezone().date()
    with _open() as store:
        diary = Diary(store)
        diary.add_pain(score, moment, note)
        before, after = diary.pain_today("before", today), diary.pain_today("after", today)
    _console().print(pain_hint(before, after if moment == "after" else None) or "Noted.", highlight=False, soft_wrap=True)


@diary_app.command()
def shoes(
    name: Annotated[str | None, typer.Argument(help="Without one: list them.")] = None,
    km: Annotated[float, typer.Option("--km", help="What they had run before.")] = 0.0,
    retire: Annotated[bool, typer.Option("--retire", help="They are not worn any more.")] = False,
) -> None:
    """Shoes, and what they have run."""
    from levelhips.history import Diary
    from levelhips.programme.hints import shoe_hint

    console = _console()
    with _open() as store:
        diary = Diary(store)
        if name is not None and retire:
            diary.retire_shoes(name)
        elif name is not None:
            diary.add_shoes(name, km)
        for one, total in diary.shoes().items():
            console.print(f"{one}: {total:.0f} km   {shoe_hint(one, total) or ''}".rstrip(), highlight=False, markup=False)


@diary_app.command()
def distance(
    km: Annotated[float, typer.Argument(help="Of a run.")],
    shoe: Annotated[str | None, typer.Option("--shoes", help="In which.")] = None,
) -> None:
    """How far a run was, and in which shoes."""
    from levelhips.history import Diary
    from levelhips.programme.hints import shoe_hint

    with _open() as store:
        diary = Diary(store)
        diary.add_distance(km, shoe)
        total = diary.shoes().get(shoe or "", 0.0)
    _console().print((shoe and shoe_hint(shoe, total)) or "Noted.", highlight=False)


def plan(
    start: Annotated[bool, typer.Option("--start", help="Let the programme begin today.")] = False,
    acute: Annotated[bool, typer.Option("--acute", help="It hurts on stairs: a week without running begins today.")] = False,
    well: Annotated[bool, typer.Option("--well", help="It does not hurt any more: end the acute week.")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="Make the file of the programme, and say where it is.")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="The usual programme again.")] = False,
    schedules: Annotated[bool, typer.Option("--schedules", help="The schedules of runs, minute by minute.")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="The notes: when to stop, rolling, shoes ...")] = False,
) -> None:
    """Today's list, with what was done of it; and the schedules of runs."""
    from levelhips.programme.programme import NOTES, Programme
    from levelhips.programme.store import load_programme, save_programme
    from levelhips.settings.paths import programme_path

    console, path = _console(), programme_path()
    if schedules:
        _schedules(console)
        return
    if notes:
        for note in NOTES:
            console.print(f"[bold]{note.title}[/]  {note.text}", highlight=False)
        return
    programme = Programme() if reset else load_programme(path)
    today = dt.datetime.now().astimezone().date()
    changes: dict[str, Any] = {}
    if start:
        changes["start"] = today
    if acute or well:
        changes["acute_from"] = today if acute else None
    if changes or reset or (edit and not path.exists()):
        programme = replace(programme, **changes)
        save_programme(programme, path)
    if edit:
        console.print(f"The programme is in {path}", soft_wrap=True, highlight=False, markup=False)
        return
    _today(console, programme, today)


def _today(console: Console, programme: Any, today: dt.date) -> None:
    from levelhips.programme.programme import DayKind
    from levelhips.programme.today import todays

    number = programme.day_number(today)
    kind = {DayKind.RUN: "a day with a run", DayKind.OFF: "a day off", DayKind.ACUTE: "acute: no running"}[programme.kind(today)]
    head = (
        f"Day {number} of {programme.days}, {kind}"
        if number
        else f"{kind[0].upper()}{kind[1:]}. The programme begins with: levelhips plan --start"
    )
    console.print(head, highlight=False)
    with _open() as store:
        when = ""
        for todo in todays(programme, store, today):
            if todo.item.when != when:
                when = todo.item.when
                console.print(f"  {when}", style="bold")
            mark = "done" if todo.done else "    "
            console.print(f"    {mark}  {todo.item.drill}, {todo.side}: {todo.item.sets} x {todo.item.reps}", highlight=False)
        if programme.kind(today) is DayKind.RUN:
            console.print(f"    {'done' if store.ran_on(today) else '    '}  the run", highlight=False)
    console.print("levelhips plan --notes: when to stop, rolling, stretching, shoes", style="grey62", highlight=False)


def _schedules(console: Console) -> None:
    from levelhips.coaching.run_protocol import SESSIONS, PlanSettings, blocks

    for name in ("baseline", "retraining", "recall", "walk-run"):
        for session in range(1, SESSIONS[name] + 1):
            parts = []
            for block in blocks(PlanSettings(name, session)):
                what = "walk" if block.walk else "sound" if block.feedback else "no sound"
                parts.append(f"{_minutes(block.from_s)}-{_minutes(block.to_s)} {what}")
            console.print(f"{name}:{session}  " + ", ".join(parts), highlight=False, soft_wrap=True)


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def check_plan(text: str | None) -> dict[str, Any]:
    """The plan settings of an option such as retraining:3.

    Raises
    ------
    SettingsError
        If it is not understood.
    """
    if text is None:
        return {}
    name, _, number = text.partition(":")
    try:
        return {"name": name, "session": int(number or 1)}
    except ValueError as error:
        raise SettingsError(f"Plan {text!r} is not understood", fix="Give a name and a number such as retraining:3") from error
