"""Targets of the fuzzer that keep the structure and damage the meaning: settings, programme, recordings, zip files, names.

Random bytes rarely get past a checksum or a parser. Here the file is whole, and values in it are wrong, missing, of another
type, or far out of range.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import random
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from levelhips import LevelHipsError, Recording, Settings, analyze, open_recording
from levelhips.events.codec import encode_event
from levelhips.history import History
from levelhips.history.session_row import session_row
from levelhips.history.weekly import beeps_of, faults_of, in_words, note_of, retention, weeks
from levelhips.programme.programme import Programme
from levelhips.programme.store import load_programme, save_programme
from levelhips.programme.today import todays
from levelhips.recording.importers.examples import write_phyphox
from levelhips.recording.recorder import Recorder
from levelhips.recording.schema import Topic
from levelhips.recording.writer import RecordingWriter
from levelhips.settings.installed import build_engine
from levelhips.settings.resolve import recording_settings, resolve, user_layer
from levelhips.simulation.bundled import find

Draw = Callable[[random.Random], tuple[bytes, Callable[[], None]]]

NUMBERS = (0, -1, 1, 2, 1e-300, 1e9, -1e9, 10**30, float("inf"), float("-inf"), float("nan"), True)
TIMES = ("2026-11-24", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z")
TEXTS = ("", "x", "auto", "left", "\x1b[31m", "[/]", "\0", "../../etc", "ü" * 300, "1e400", *TIMES)
DAY = dt.date(2026, 11, 24)


def wrong_value(rng: random.Random) -> Any:
    """Return a value that hardly any place expects."""
    nested: Any = []
    for _ in range(rng.choice((1, 3, 400))):
        nested = [nested]
    return rng.choice((*NUMBERS, *TEXTS, None, [], {}, [1, 2], {"a": 1}, nested))


def wrong_somewhere(tree: Any, rng: random.Random) -> Any:
    """Return a copy of nested dicts and lists in which some values are wrong, missing, doubled, or under another name."""
    tree = json.loads(json.dumps(tree, default=str))
    for _ in range(rng.choice((1, 1, 2, 4))):
        tree = _damaged(tree, rng)
    return tree


def _damaged(tree: Any, rng: random.Random) -> Any:
    at = tree
    while isinstance(at, dict | list) and at:
        keys = list(at) if isinstance(at, dict) else range(len(at))
        key = rng.choice(list(keys))
        inner = at[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.8:
            at = inner
            continue
        damage = rng.randrange(4)
        if damage == 0:
            del at[key]
        elif damage == 1 and isinstance(at, dict):
            at[rng.choice((*TEXTS, str(key)[:-1], f"{key}x"))] = at.pop(key)
        elif damage == 2 and isinstance(at, list):
            at.insert(key, inner)
        else:
            at[key] = wrong_value(rng)
        return tree
    return wrong_value(rng)


def toml(values: Any) -> str:
    """Return nested values as TOML; what TOML has no word for is written as it would be in JSON."""
    if not isinstance(values, dict):
        return f"value = {_toml_value(values)}\n"
    plain = {key: value for key, value in values.items() if not isinstance(value, dict) and not _is_tables(value)}
    lines = [f"{json.dumps(key)} = {_toml_value(value)}" for key, value in plain.items()]
    for key, value in values.items():
        if isinstance(value, dict):
            lines += [f"[{json.dumps(key)}]", *(f"{json.dumps(name)} = {_toml_value(inner)}" for name, inner in value.items())]
        elif _is_tables(value):
            for table in value:
                lines += [f"[[{json.dumps(key)}]]", *(f"{json.dumps(name)} = {_toml_value(inner)}" for name, inner in table.items())]
    return "\n".join(lines) + "\n"


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _toml_value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_toml_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        try:
            return "[" + ", ".join(map(_toml_value, value)) + "]"
        except RecursionError:
            return "[" * 3000 + "]" * 3000
    if isinstance(value, float):
        return {"inf": "inf", "-inf": "-inf", "nan": "nan"}.get(str(value), repr(value))
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
        return value  # a date
    return json.dumps(value)


class Structures:
    """The targets, with the whole files that are damaged.

    Parameters
    ----------
    folder : Path
        For the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        whole = open_recording(find("treadmill_fatigue"))
        self._samples = whole.samples[:3000]
        self._scale, self._metadata = whole.scale, whole.metadata | {"sensor": "worn"}
        self._settings = Settings().as_dict()
        self._make_history(folder / "whole.sqlite")
        self._events = [json.loads(encode_event(event)) for event in analyze(open_recording(find("treadmill_fatigue"))).events[:400]]

    def _make_history(self, path: Path) -> None:
        with History(path) as history:
            for name in ("treadmill_fatigue", "clamshell"):
                history.add(self._as_if_worn(open_recording(find(name))))
            self._drill = next(row.drill for row in history.sessions() if row.drill is not None)
            tables = ("sessions", "sides", "drills", "faults", "figures")
            self._columns = {table: [column["name"] for column in history.rows_as_found(f"PRAGMA table_info({table})")] for table in tables}
            history.change("PRAGMA journal_mode=DELETE")
        self._whole_history = path.read_bytes()

    def _as_if_worn(self, simulated: Recording) -> Path:
        """Save a simulated recording as one of a wearer: the history has no figures of others."""
        path = self._folder / simulated.path.name
        metadata = {**simulated.metadata, "sensor": "worn", "rate_hz": f"{simulated.rate_hz:g}"}
        with RecordingWriter(path, metadata, simulated.settings, simulated.scale, sync=False) as writer:
            writer.samples(simulated.samples)
        return path

    def targets(self) -> dict[str, Draw]:
        """Return the functions that draw an input, by the name of the target."""
        return {
            "settings file": self.settings_file,
            "programme file": self.programme_file,
            "recording with wrong metadata, settings and events": self.recording,
            "zip of a phone": self.zip_file,
            "names of sensors": self.names,
            "rows of the history": self.history_rows,
        }

    def settings_file(self, rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        """Draw a settings file; it is loaded, and an engine is made with it."""
        data = toml(wrong_somewhere(self._settings, rng)).encode("utf-8", "surrogatepass")
        path = self._folder / "settings.toml"

        def run() -> None:
            path.write_bytes(data)
            with contextlib.suppress(LevelHipsError):
                build_engine(200.0, resolve(user_layer(path)).settings).push(self._samples[:400])

        return data, run

    def programme_file(self, rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        """Draw a programme file; it is loaded, and a day's list is made from it."""
        programme = Programme()
        items = [asdict(item) for item in programme.items]
        tree = {"days": programme.days, "run_days": list(programme.run_days), "start": "2026-11-01", "item": items}
        data = toml(wrong_somewhere(tree, rng)).encode("utf-8", "surrogatepass")
        path = self._folder / "programme.toml"

        def run() -> None:
            path.write_bytes(data)
            with contextlib.suppress(LevelHipsError), History(self._folder / "empty.sqlite") as history:
                loaded = load_programme(path)
                todays(loaded, history, DAY)
                loaded.today(DAY)
                save_programme(loaded, path)
                load_programme(path)

        return data, run

    def recording(self, rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        """Draw a recording whose checksums are right; it is read, analyzed, and summarized for the history."""
        path = self._folder / "drawn.mcap"
        path.unlink(missing_ok=True)
        metadata = {"rate_hz": "200", "outward": "+z", "live": "1", **self._metadata}
        if rng.random() < 0.5:
            metadata = {str(key): str(value) for key, value in _as_dict(wrong_somewhere(metadata, rng)).items()}
        with RecordingWriter(path, metadata, scale=self._scale, sync=False) as writer:
            settings = wrong_somewhere(self._settings, rng) if rng.random() < 0.5 else self._settings
            writer._write(Topic.SETTINGS, 0.0, json.dumps(settings).encode())
            for event in rng.sample(self._events, 20):
                changed = wrong_somewhere(event, rng) if rng.random() < 0.5 else event
                topic = rng.choice((Topic.EVENTS, Topic.CUES, Topic.COMMANDS))
                writer._write(topic, 1.0, json.dumps(changed).encode())
            writer.samples(self._samples)

        def run() -> None:
            with contextlib.suppress(LevelHipsError):
                session_row(path)
            with contextlib.suppress(LevelHipsError):
                found = open_recording(path)
                analyze(found, recording_settings(found, None).settings)

        return path.read_bytes(), run

    def zip_file(self, rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        """Draw the zip file of a phone: files missing, doubled, of other names or content, or with a wrong size."""
        export = self._folder / "phone"
        export.mkdir(exist_ok=True)
        files = {path.name: path.read_text() for path in (write_phyphox(self._samples[:400], export)).iterdir()}
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
            for name, content in files.items():
                if rng.random() < 0.1:
                    continue
                lines = content.splitlines()
                for _ in range(rng.choice((0, 1, 3))):
                    row = rng.randrange(len(lines))
                    cells = lines[row].split(",")
                    cells[rng.randrange(len(cells))] = str(wrong_value(rng))[:1000]
                    lines[row] = ",".join(cells)
                written = rng.choice((name, name, name, f"a/{name}", f"../{name}", name.upper(), f"\x1b[2J{name}", f"{name}\0.csv"))
                archive.writestr(written, "\n".join(lines))
        data = bytearray(packed.getvalue())
        for _ in range(rng.choice((0, 1, 2))):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path = self._folder / "phone.zip"

        def run() -> None:
            path.write_bytes(data)
            with contextlib.suppress(LevelHipsError):
                open_recording(path)

        return bytes(data), run

    def history_rows(self, rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        """Draw wrong cells of a history with a run and a drill; what the history command and the window show is computed from it."""
        path = self._folder / "rows.sqlite"
        damaged = []
        for _ in range(rng.choice((1, 1, 2, 4))):
            table = rng.choice(("sessions", "sides", "drills", "faults", "figures"))
            column = rng.choice([column for column in self._columns[table] if column != "file"])
            value = json.dumps(wrong_somewhere(self._drill, rng)) if column == "values_json" and rng.random() < 0.7 else wrong_value(rng)
            damaged.append((table, column, value if isinstance(value, str | float | None) else str(value)))

        def run() -> None:
            path.write_bytes(self._whole_history)
            with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
                for table, column, value in damaged:
                    with contextlib.suppress(sqlite3.Error, UnicodeError):
                        database.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
            with contextlib.suppress(LevelHipsError), History(path) as history:
                for row in history.sessions():
                    in_words(row), note_of(row), faults_of(row), beeps_of(row)
                for shown in (weeks, retention):
                    with contextlib.suppress(LevelHipsError):
                        shown(history)
                with contextlib.suppress(LevelHipsError):
                    history.figures("contralateral_drop")
                with contextlib.suppress(LevelHipsError):
                    todays(Programme(), history, DAY)

        return repr(damaged).encode("utf-8", "surrogatepass"), run

    def names(self, rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        """Draw the name of a sensor; a recording is written under it, into its folder and nowhere else."""
        name = "".join(rng.choice((*TEXTS, "/", "\\", "\udcff", "\U0001f3c3", "con", ".", ":", "\n", "a")) for _ in range(rng.randrange(6)))
        folder = self._folder / "named"

        def run() -> None:
            recorder = Recorder(folder, name, {"sensor": name, "rate_hz": "200", "outward": "+z"})
            recorder.describe({"sensor_name": name}, self._settings, self._scale)
            recorder.samples(self._samples[:400])
            recorder.close()
            [path] = recorder.paths
            assert path.parent == folder
            assert len(open_recording(path).samples) == 400
            path.unlink()

        return name.encode("utf-8", "surrogatepass"), run


def _as_dict(tree: Any) -> dict[str, Any]:
    return tree if isinstance(tree, dict) else {"value": tree}
