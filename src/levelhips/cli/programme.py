"""levelhips programme: today's exercises, the programme, and the run protocols."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import console, open_history, print_json, say
from levelhips.cli.options import JsonOption
from levelhips.text import tr

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.programme.programme import Programme


def programme(
    start: Annotated[bool, typer.Option("--start", help="cli.programme.start")] = False,
    acute: Annotated[bool, typer.Option("--acute", help="cli.programme.acute")] = False,
    well: Annotated[bool, typer.Option("--well", help="cli.programme.well")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="cli.programme.edit")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="cli.programme.reset")] = False,
    protocols: Annotated[bool, typer.Option("--protocols", help="cli.programme.protocols")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="cli.programme.notes")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show today's exercises and what you have done."""
    from rich.text import Text

    from levelhips.programme.programme import NOTES, Programme
    from levelhips.programme.store import load_programme, save_programme
    from levelhips.settings.paths import programme_path

    out, path = console(), programme_path()
    if protocols:
        _protocols(out)
        return
    if notes:
        for note in NOTES:
            guides = " " + tr("cli.programme.guides", guides=", ".join(note.guides)) if note.guides else ""
            out.print(Text.assemble((str(note.title), "bold"), f"  {note.text}{guides}"), highlight=False)
        return
    own = Programme() if reset else load_programme(path)
    today = dt.datetime.now().astimezone().date()
    changes: dict[str, Any] = {}
    if start:
        changes["start"] = today
    if acute or well:
        changes["acute_from"] = today if acute else None
    if changes or reset or (edit and not path.exists()):
        own = replace(own, **changes)
        save_programme(own, path)
    if edit:
        say(out, tr("cli.programme.path", path=path))
        return
    if as_json:
        print_json(_values(own, today))
    else:
        _today(out, own, today)


def _values(programme: Programme, today: dt.date) -> dict[str, Any]:
    """Return the list of the day as plain values."""
    from levelhips.programme.programme import DayKind
    from levelhips.programme.today import todays

    number, kind = programme.day_number(today), programme.kind(today)
    with open_history() as store:
        exercises = [
            {"when": item.when, "drill": item.drill, "side": todo.side, "sets": item.sets, "reps": item.reps, "done": todo.done}
            for todo in todays(programme, store, today)
            for item in [todo.item]
        ]
        run = {"done": store.ran_on(today)} if kind is DayKind.RUN else None
    day = {"date": today.isoformat(), "day": number or None, "days": programme.days, "kind": kind.value}
    return {**day, "exercises": exercises, "run": run}


def _today(out: Console, programme: Programme, today: dt.date) -> None:
    from levelhips.programme.programme import DayKind
    from levelhips.programme.today import todays
    from levelhips.settings.installed import title_of_drill
    from levelhips.words import HIPS, words_for_value

    number = programme.day_number(today)
    kind = tr(f"cli.programme.day.{programme.kind(today).value}")
    if number:
        say(out, tr("cli.programme.day-of", number=number, days=programme.days, kind=kind))
    else:
        say(out, tr("cli.programme.no-day", kind=f"{kind[0].upper()}{kind[1:]}", reason=programme.outside(today)))
    with open_history() as store:
        when = ""
        for todo in todays(programme, store, today):
            if todo.item.when != when:
                when = todo.item.when
                out.print(f"  {tr(f'cli.programme.when.{when}')}", style="bold")
            item = todo.item
            what = f"{title_of_drill(item.drill)}, {words_for_value(HIPS, todo.side)}: {item.sets} x {item.reps}"
            say(out, f"    {_mark(todo.done)}  {what}  ({item.drill})")  # by its name a drill is begun: `levelhips drill NAME`
        if programme.kind(today) is DayKind.RUN:
            say(out, f"    {_mark(store.ran_on(today))}  {tr('cli.programme.the-run')}")
    out.print(tr("cli.programme.see-notes"), style="grey62", highlight=False)


def _mark(done: bool) -> str:
    """Return the word for done, or as many blanks."""
    word = tr("cli.programme.done")
    return word if done else " " * len(word)


def _protocols(out: Console) -> None:
    from levelhips.coaching.run_protocol import SESSIONS, ProtocolSettings, blocks

    for name in ("baseline", "retraining", "recall", "walk-run"):
        for session in range(1, SESSIONS[name] + 1):
            parts = []
            for block in blocks(ProtocolSettings(name, session)):
                kind = "walk" if block.walk else "with-sound" if block.feedback else "without-sound"
                parts.append(f"{_minutes(block.from_s)}-{_minutes(block.to_s)} {tr(f'cli.programme.block.{kind}')}")
            say(out, f"{name}:{session}  " + ", ".join(parts))


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
