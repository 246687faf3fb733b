"""levelhips programme: today's exercises, the programme, and the run protocols."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import console, open_history, say

if TYPE_CHECKING:
    from rich.console import Console


def programme(
    start: Annotated[bool, typer.Option("--start", help="cli.programme.start")] = False,
    acute: Annotated[bool, typer.Option("--acute", help="cli.programme.acute")] = False,
    well: Annotated[bool, typer.Option("--well", help="cli.programme.well")] = False,
    edit: Annotated[bool, typer.Option("--edit", help="cli.programme.edit")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="cli.programme.reset")] = False,
    protocols: Annotated[bool, typer.Option("--protocols", help="cli.programme.protocols")] = False,
    notes: Annotated[bool, typer.Option("--notes", help="cli.programme.notes")] = False,
) -> None:
    """Show today's exercises and what you have done."""
    from levelhips.programme.programme import NOTES, Programme
    from levelhips.programme.store import load_programme, save_programme
    from levelhips.settings.paths import programme_path

    out, path = console(), programme_path()
    if protocols:
        _protocols(out)
        return
    if notes:
        for note in NOTES:
            guides = f" (guides {', '.join(note.guides)}; see docs/programme.md)" if note.guides else ""
            out.print(f"[bold]{note.title}[/]  {note.text}{guides}", highlight=False)
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
        say(out, f"The programme is in {path}")
        return
    _today(out, own, today)


def _today(out: Console, programme: Any, today: dt.date) -> None:
    from levelhips.programme.programme import DayKind
    from levelhips.programme.today import todays

    number = programme.day_number(today)
    kind = {
        DayKind.RUN: "run day",
        DayKind.OFF: "rest day (no run), exercises below",
        DayKind.ACUTE: "acute week: no running, exercises below",
    }[programme.kind(today)]
    head = (
        f"Day {number} of {programme.days}: {kind}"
        if number
        else f"{kind[0].upper()}{kind[1:]}. Start the programme with: levelhips programme --start"
    )
    say(out, head)
    with open_history() as store:
        when = ""
        for todo in todays(programme, store, today):
            if todo.item.when != when:
                when = todo.item.when
                out.print(f"  {when}", style="bold")
            mark = "done" if todo.done else "    "
            say(out, f"    {mark}  {todo.item.drill}, {todo.side}: {todo.item.sets} x {todo.item.reps}")
        if programme.kind(today) is DayKind.RUN:
            say(out, f"    {'done' if store.ran_on(today) else '    '}  the run")
    out.print("levelhips programme --notes: when to stop, rolling, stretching, shoes", style="grey62", highlight=False)


def _protocols(out: Console) -> None:
    from levelhips.coaching.run_protocol import SESSIONS, ProtocolSettings, blocks

    for name in ("baseline", "retraining", "recall", "walk-run"):
        for session in range(1, SESSIONS[name] + 1):
            parts = []
            for block in blocks(ProtocolSettings(name, session)):
                what = "walk" if block.walk else "sound" if block.feedback else "no sound"
                parts.append(f"{_minutes(block.from_s)}-{_minutes(block.to_s)} {what}")
            say(out, f"{name}:{session}  " + ", ".join(parts))


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
