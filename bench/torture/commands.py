"""Commands that write, in a folder with the files of a user: what each leaves if one operation fails, or if it is killed."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sqlite3
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from unittest.mock import patch

from bench.torture.faults import Fault, injected
from levelhips import LevelHipsError, open_recording
from levelhips.cli.app import main
from levelhips.recording.recover import copy_into
from levelhips.simulation.bundled import find

COMMANDS: dict[str, tuple[str, ...]] = {
    "settings set": ("settings", "set", "threshold.left_deg", "4.5"),
    "programme": ("programme", "--acute"),
    "diary": ("diary", "pain", "3", "before"),
    "history rebuild": ("history", "rebuild", "runs", "--all"),
    "history forget": ("history", "forget", "--all"),
    "history export": ("history", "export", "tables"),
    "analyze": ("analyze", "runs/run.mcap", "--out", "report", "--plot", "contralateral_drop"),
    "replay": ("replay", "runs/run.mcap", "--speed", "max", "--wav", "beeps.wav"),
    "convert": ("convert", "table.csv", "new.mcap"),
    "recover": ("recover", "runs/damaged.mcap", "whole.mcap"),
    "simulate": ("simulate", "--seconds", "10", "--out", "simulated"),
}
EARLIER = ("settings set", "programme", "history export", "analyze", "replay")  # whose results are there from before
STAMPS = ("at", "changed_ns")  # columns of the history with the time of the command
State = dict[str, str]


@dataclass
class Done:
    """A command that has ended: its exit code and what it printed; code -1 and the traceback if it raised."""

    code: int
    text: str


def run(arguments: tuple[str, ...], folder: Path, fault: Fault | None = None) -> Done:
    """Run a command in this process, in a folder with the user's files, with an operation failing."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    chosen = {"LEVELHIPS_DATA": str(folder / "data"), "LEVELHIPS_CONFIG": str(folder / "config"), "LEVELHIPS_LANGUAGE": "en"}
    with (
        patch.dict(os.environ, chosen),
        patch.object(sys, "argv", ["levelhips", *arguments]),
        redirect_stdout(out),
        redirect_stderr(out),
        _within(folder),
        injected(fault or Fault("none", 1), folder),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:
            code = -1
            traceback.print_exc(file=out)
    return Done(code, out.buffer.getvalue().decode())  # type: ignore[attr-defined]


@contextmanager
def _within(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@cache
def template(name: str) -> Path:
    """Return a folder with the files of a user, before this command; it is deleted at the end of the process."""
    copy = Path(_temporary().name) / name
    with copy_of(_files()) as folder:
        if name in EARLIER:
            done = run(COMMANDS[name], folder)
            assert done.code == 0, done.text
        if name == "settings set":
            run(("settings", "set", "threshold.left_deg", "3.5"), folder)
        if name == "programme":
            run(("programme", "--well"), folder)
        shutil.copytree(folder, copy)
    return copy


@contextmanager
def copy_of(template: Path) -> Iterator[Path]:
    """Provide a copy of a folder, always at the same place: the history has absolute paths."""
    place = Path(_temporary().name) / "user"
    shutil.copytree(template, place)
    try:
        yield place
    finally:
        shutil.rmtree(place)


@cache
def _temporary() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="levelhips-torture-")


@cache
def _files() -> Path:
    """Make the files of a user: a run, a damaged one, a table, settings, and a history."""
    folder = Path(_temporary().name) / "user"
    runs = folder / "runs"
    runs.mkdir(parents=True)
    run_of_30_s = replace(whole := open_recording(find("treadmill_fatigue")), samples=whole.samples[:6000], commands=[], events=[])
    copy_into(runs / "run.mcap", run_of_30_s, whole.metadata | {"sensor": "worn"})  # a simulated one has no figures in the history
    samples = whole.samples[:1000]
    lines = ["time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"]
    for at_s, acc, gyr in zip(samples.t_s, samples.acc_mps2, samples.gyr_radps, strict=True):
        lines.append(",".join(f"{value:.6f}" for value in (at_s, *acc, *gyr)))
    (folder / "table.csv").write_text("\n".join(lines) + "\n")
    for arguments in (("settings", "set", "threshold.mode", "fixed"), ("history", "rebuild", "runs"), ("diary", "pain", "2", "after")):
        done = run(arguments, folder)
        assert done.code == 0, done.text
    data = (runs / "run.mcap").read_bytes()
    (runs / "damaged.mcap").write_bytes(data[: len(data) * 9 // 10])
    return folder.rename(folder.with_name("files"))


def state_of(folder: Path) -> State:
    """Return a digest of the content of every file below a folder, by its path, and of every session in the history.

    A recording that is not whole has the digest "incomplete".
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".sqlite":
            found |= {f"{name}: {part}": _digest(repr(rows).encode()) for part, rows in _history(path).items()}
        elif path.suffix == ".mcap":
            found[name] = _digest_of_recording(path)
        elif path.is_file() and not path.name.endswith(("-wal", "-shm")):
            found[name] = _digest(path.read_bytes())
    return found


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _digest_of_recording(path: Path) -> str:
    try:
        recording = open_recording(path)
    except LevelHipsError:
        return "incomplete: cannot be opened"
    if recording.notes:
        return f"incomplete: {len(recording.samples)} samples"
    return _digest(recording.samples.t_s.tobytes() + recording.samples.acc_mps2.tobytes() + repr(recording.events).encode())


def _history(path: Path) -> dict[str, list[tuple[str, list[object]]]]:
    """Return all rows of the history by the session or the table to which they belong, without the times of commands."""
    found: dict[str, list[tuple[str, list[object]]]] = {}
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "the database is damaged"
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            for row in map(dict, database.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")):
                part = Path(row.get("file") or table).name
                found.setdefault(part, []).append((table, [value for name, value in row.items() if name not in STAMPS]))
    return found
