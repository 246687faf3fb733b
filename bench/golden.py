"""Golden files: what the engine found in the bundled recordings when the files were written, event by event.

    python -m bench.golden                 compare with tests/golden to the last bit, a line for each case
    python -m bench.golden --write         write tests/golden again
    python -m bench.golden --data FOLDER   print checksums of the results for each FOLDER/*/imu.csv, to compare by hand

Events are stored as a recording stores them and read by the recording's own decoder. A name that changes in the code
needs a reader of the old name there, which old recordings need anyway, and no new golden files.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from levelhips import Analysis, LevelHipsError, Settings, analyze, open_recording
from levelhips.analysis import settings_of
from levelhips.events import Angles, Event
from levelhips.events.codec import fields_now
from levelhips.recording.schema import decode_event, encode_event

ROOT = Path(__file__).resolve().parents[1]
RECORDINGS = ROOT / "recordings"
GOLDEN = ROOT / "tests" / "golden"
EVERY = 50  # of the angles; the checksum covers the rest
COLUMNS = ("t_s", "obliquity_rad", "tilt_rad", "rotation_rad", "drop_rad", "side_sign")


@dataclass(frozen=True, slots=True)
class Case:
    """A recording, or its first seconds, and the settings with which it is analyzed.

    Attributes
    ----------
    name : str
        Name of the golden file.
    recording : str
        The name of a bundled recording.
    settings : dict or None
        Plain values; None: those that the recording carries.
    seconds : float or None
        Length of the part from the start that is analyzed; None: the whole recording.
    """

    name: str
    recording: str
    settings: dict[str, Any] | None
    seconds: float | None = None

    @property
    def path(self) -> Path:
        return GOLDEN / f"{self.name}.json.gz"


def _fixed(level_deg: float) -> dict[str, Any]:
    return {"mode": "fixed", "left_deg": level_deg, "right_deg": level_deg}


FIXED: dict[str, Any] = {"threshold": _fixed(4.0)}
AUTO: dict[str, Any] = {"threshold": {"mode": "auto"}}
# The treadmill runner tires, so that the default settings never lower the threshold; easier ones lower it several times.
SHAPED: dict[str, Any] = {"threshold": {"mode": "auto", "under_share": 0.6, "under_s": 60.0}}
FORECAST: dict[str, Any] = {"threshold": _fixed(2.5), "cues": {"forecast": True}}
# Its first minute with feedback begins 5 min after the start of the run, between minutes without.
PROTOCOL: dict[str, Any] = {
    "threshold": _fixed(2.5),
    "protocol": {"name": "retraining", "session": 8, "step_rate_spm": 160.0, "raise_percent": 5.0},
}

CASES = (
    Case("treadmill_fatigue-fixed", "treadmill_fatigue", FIXED, 150.0),
    Case("treadmill_fatigue-auto", "treadmill_fatigue", SHAPED),
    Case("treadmill_fatigue-forecast", "treadmill_fatigue", FORECAST, 150.0),
    Case("treadmill_fatigue-plan", "treadmill_fatigue", PROTOCOL, 390.0),
    Case("radio_losses-fixed", "radio_losses", FIXED),
    Case("radio_losses-auto", "radio_losses", AUTO),
    Case("radio_losses-forecast", "radio_losses", FORECAST),
    Case("walk-fixed", "walk", FIXED),
    Case("walk-auto", "walk", AUTO),
    Case("walk-forecast", "walk", FORECAST),
    Case("pelvic_drop", "pelvic_drop", None),
    Case("clamshell", "clamshell", None),
)


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """The part of an analysis that a golden file contains.

    Attributes
    ----------
    events : tuple of Event
    samples : int
        Number of samples of the angles.
    angles : (n, 6) array
        Every 50th sample of the angles, the columns as in `COLUMNS`.
    sha256 : str
        Checksum of all samples of all columns.
    names : tuple of frozenset
        For each event, the fields that the golden file has, by their present names; empty for a new result. A field that was
        added later has no golden value.
    """

    events: tuple[Event, ...]
    samples: int
    angles: np.ndarray
    sha256: str
    names: tuple[frozenset[str], ...] = ()


def compute(case: Case) -> Result:
    """Analyze a case with the present engine."""
    recording = open_recording(RECORDINGS / f"{case.recording}.mcap")
    if case.seconds is not None:
        recording = replace(recording, samples=recording.samples[: round(case.seconds * recording.rate_hz)])
    settings = settings_of(recording) if case.settings is None else Settings.from_dict(case.settings)
    return result_of(analyze(recording, settings))


def result_of(analysis: Analysis) -> Result:
    """Return the part of an analysis that a golden file contains."""
    table = _table(analysis.angles)
    return Result(analysis.events, len(table), table[::EVERY], _sha256_of_angles(table))


def load(case: Case) -> Result:
    """Read the golden file of a case."""
    values = json.loads(gzip.decompress(case.path.read_bytes()))
    events = tuple(decode_event(json.dumps(event).encode()) for event in values["events"])
    rows = [[math.nan if value is None else value for value in row] for row in values["angles"]]
    names = tuple(
        frozenset(fields_now(type(event).__name__).get(name, name) for name in stored)
        for event, stored in zip(events, values["events"], strict=True)
    )
    return Result(events, values["samples"], np.array(rows, dtype=np.float64), values["sha256"], names)


def write(case: Case, result: Result) -> None:
    """Write the golden file of a case; the same result gives the same bytes."""
    rows = [[None if math.isnan(value) else value for value in row] for row in result.angles.tolist()]
    head = {"case": case.name, "samples": result.samples, "every": EVERY, "columns": COLUMNS, "sha256": result.sha256}
    # One event or one sample per line, to be readable.
    lines = [json.dumps(head)[:-1] + ',\n"events": [']
    lines.append(",\n".join(encode_event(event).decode() for event in result.events))
    lines.append('],\n"angles": [')
    lines.append(",\n".join(json.dumps(row) for row in rows))
    lines.append("]}\n")
    case.path.parent.mkdir(parents=True, exist_ok=True)
    case.path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


def differences(golden: Result, found: Result, tolerance: float = 0.0) -> Iterator[str]:
    """Yield a line for each difference between two results: kinds of events, fields of events, then angles.

    Text, integers and booleans must be equal. Floats may differ by `tolerance`, and NaN equals NaN. The checksums of the angles
    are compared only if the tolerance is zero.
    """
    kinds = [Counter(type(event).__name__ for event in result.events) for result in (golden, found)]
    for kind in sorted(kinds[0] | kinds[1]):
        if kinds[0][kind] != kinds[1][kind]:
            yield f"{kinds[1][kind]} events {kind} instead of {kinds[0][kind]}"
    for number, (one, other) in enumerate(zip_longest(golden.events, found.events)):
        if type(one) is not type(other):
            yield f"event {number} is {other} instead of {one}"
            break  # the events after it are shifted
        for field in fields(one):
            if golden.names and field.name not in golden.names[number]:
                continue
            was, now = getattr(one, field.name), getattr(other, field.name)
            if not _same(was, now, tolerance):
                yield f"event {number}, {type(one).__name__}.{field.name} is {now!r} instead of {was!r}"
    if golden.samples != found.samples:
        yield f"angles of {found.samples} samples instead of {golden.samples}"
        return
    for column, was, now in zip(COLUMNS, golden.angles.T, found.angles.T, strict=True):
        off = ~np.isclose(now, was, rtol=0.0, atol=tolerance, equal_nan=True)
        if off.any():
            row = int(off.argmax())
            yield f"{column} is {now[row]!r} instead of {was[row]!r} at sample {row * EVERY}, and elsewhere ({off.sum()} in all)"
    if tolerance == 0.0 and golden.sha256 != found.sha256:
        yield "the checksum of the angles is another"


def _same(was: Any, now: Any, tolerance: float) -> bool:
    if isinstance(was, float) and isinstance(now, float) and not (math.isfinite(was) and math.isfinite(now)):
        return not math.isfinite(was) and not math.isfinite(now)  # a recording has one value for NaN and infinities
    if isinstance(was, float) or isinstance(now, float):
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (was, now))
        return numbers and abs(now - was) <= tolerance
    # A posture is a word in one place and text in another; both are equal as text.
    return (type(was) is type(now) or (isinstance(was, str) and isinstance(now, str))) and bool(was == now)


def _table(angles: Angles) -> np.ndarray:
    return np.stack([np.asarray(getattr(angles, name), dtype=np.float64) for name in COLUMNS], axis=1)


def _sha256_of_angles(table: np.ndarray) -> str:
    """Return the checksum of the columns one after the other, as little-endian 64-bit floats with one kind of NaN."""
    plain = np.where(np.isnan(table), math.nan, table)
    return hashlib.sha256(np.ascontiguousarray(plain.T, dtype="<f8").tobytes()).hexdigest()


def _sha256_of_events(events: Iterable[Event]) -> str:
    """Return the checksum of the values of all events in the order of their fields, without their names, which may change."""
    digest = hashlib.sha256()
    for event in events:
        values = [getattr(event, field.name) for field in fields(event)]
        digest.update(repr([_plain(value) for value in values]).encode())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """Return a value with subclasses of str and float replaced by str and float."""
    return str(value) if isinstance(value, str) else float(value) if isinstance(value, float) else value


def check() -> int:
    """Compare all cases to the last bit; return the exit code."""
    wrong = 0
    for case in CASES:
        if not case.path.exists():
            wrong += 1
            print(f"{case.name}: no golden file")
            continue
        found = compute(case)
        off = list(differences(load(case), found))
        wrong += bool(off)
        print(f"{case.name}: {f'{len(off)} differences' if off else f'{len(found.events)} events and {found.samples} angles the same'}")
        for line in off[:10]:
            print(f"    {line}")
    return 1 if wrong else 0


def checksums(folder: Path) -> None:
    """Print the checksums of the results for each table, with the default settings."""
    for path in sorted(folder.glob("*/imu.csv")):
        try:
            result = result_of(analyze(open_recording(path), Settings()))
        except LevelHipsError as error:
            print(f"{path.parent.name}: {error}")
            continue
        print(f"{path.parent.name}: {len(result.events)} events {_sha256_of_events(result.events)} angles {result.sha256}")


def main() -> int:
    """Compare, write, or print checksums."""
    parser = argparse.ArgumentParser(prog="python -m bench.golden", description="Compare with the golden files to the last bit.")
    parser.add_argument("--write", action="store_true", help="write them again")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="print checksums for each FOLDER/*/imu.csv instead")
    options = parser.parse_args()
    if options.data is not None:
        checksums(options.data)
        return 0
    if options.write:
        for case in CASES:
            write(case, compute(case))
            print(f"{case.path.name}: {case.path.stat().st_size / 1000:.0f} kB")
        return 0
    return check()


if __name__ == "__main__":
    sys.exit(main())
