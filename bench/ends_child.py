"""A levelhips process with a sensor or a computer that hangs, for bench/ends.py and tests/test_ends.py.

    python -m bench.ends_child NOTES HANGS -- run --virtual ...

It writes into the file NOTES what it is doing: state of the link, sensor time, steps, and whether the end has begun. HANGS is a list
with commas: faults of the virtual sensor (NAME=VALUE@SECONDS), or parts that hang: disk, radio, engine, sound, history. With `leaving`,
disconnecting takes two seconds, so that something can happen during the end. A file with the suffix .close closes the window.
"""

from __future__ import annotations

import asyncio
import functools
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from levelhips.live.session import Session
from levelhips.simulation import peripheral
from levelhips.simulation.faults import parse_fault

NOTE_S = 0.02
LEAVING_S = 2.0


def note(path: Path, sessions: list[Session]) -> None:
    """Write what the process is doing, again and again; close the window if that is asked for."""
    part, close = path.with_suffix(".part"), path.with_suffix(".close")
    while True:
        if close.exists():
            close.unlink()
            close_windows()
        if sessions:
            session = sessions[-1]
            ending = "ending" if any(thread.name == "levelhips-ending" for thread in threading.enumerate()) else "on"
            statistics = session.statistics
            part.write_text(f"{session.link.state} {statistics.newest_s:.2f} {statistics.steps.total()} {ending}")
            os.replace(part, path)
        time.sleep(NOTE_S)


def close_windows() -> None:
    """Close the window as the system's button does, in its own thread."""
    from PySide6.QtCore import QMetaObject, Qt
    from PySide6.QtWidgets import QApplication

    QMetaObject.invokeMethod(QApplication.instance(), "closeAllWindows", Qt.ConnectionType.QueuedConnection)  # type: ignore[call-overload]


def hang(kind: str, trigger: Path) -> None:
    """Let one part hang for ever: disk, engine and history from the moment at which a file exists, radio and sound when closed."""
    if kind == "disk":
        os.fsync = after(trigger, os.fsync)
    elif kind == "engine":
        from levelhips.live.session_engine import SessionEngine

        SessionEngine.push = after(trigger, SessionEngine.push)  # type: ignore[method-assign]
    elif kind == "history":
        from levelhips.history import History

        History.add = after(trigger, History.add)  # type: ignore[method-assign]
    elif kind == "radio":
        from levelhips.sensors.ble.connection import Connection

        async def never(self: Connection) -> None:
            while True:
                try:
                    await asyncio.sleep(3600)
                except asyncio.CancelledError:
                    continue

        Connection._disconnect = never  # type: ignore[method-assign]
    elif kind == "leaving":
        from levelhips.sensors.ble.connection import Connection

        disconnect = Connection._disconnect

        async def slowly(self: Connection) -> None:
            await disconnect(self)
            await asyncio.sleep(LEAVING_S)

        Connection._disconnect = slowly  # type: ignore[method-assign]
    elif kind == "sound":
        from levelhips.audio import device, player

        device._free = lambda opened: threading.Event().wait()  # type: ignore[assignment]
        player.Player.__init__.__kwdefaults__["null"] = True  # type: ignore[index]


def after(trigger: Path, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same, but waits while a file exists."""

    @functools.wraps(work)
    def waiting(*arguments: Any, **options: Any) -> Any:
        while trigger.exists():
            time.sleep(0.2)
        return work(*arguments, **options)

    return waiting


def main() -> None:
    notes, hangs = Path(sys.argv[1]), [one for one in sys.argv[2].split(",") if one]
    sys.argv = ["levelhips", *sys.argv[4:]]
    faults = [parse_fault(one) for one in hangs if "=" in one]
    for one in hangs:
        if "=" not in one:
            hang(one, notes.with_suffix(".hang"))
    sessions: list[Session] = []
    begin = Session.start

    def start(self: Session) -> None:
        sessions.append(self)
        begin(self)

    Session.start = start  # type: ignore[method-assign]
    make = peripheral.virtual_source

    def with_faults(*arguments: Any, **options: Any) -> Any:
        return make(*arguments, **{**options, "faults": [*options.get("faults", ()), *faults]})

    peripheral.virtual_source = with_faults  # type: ignore[assignment]
    threading.Thread(target=note, args=(notes, sessions), name="notes", daemon=True).start()
    from levelhips.cli.app import main as command_line

    command_line()


if __name__ == "__main__":
    main()
