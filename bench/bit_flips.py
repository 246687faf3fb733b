"""Flip single bits of a live recording and count how many change what is read without a note.

    python -m bench.bit_flips [--flips 2000] [--seed 1] [--seconds 30] [--metadata]

A flipped bit must end in an error, in a note, or in the same values: in the row of the history and in the recording itself.
With --metadata, only bits of metadata records are flipped.
"""

from __future__ import annotations

import argparse
import math
import random
import struct
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import numpy as np
from rich.console import Console

from levelhips import LevelHipsError, Recording, Settings, open_recording
from levelhips.history.session_row import SessionRow, session_row
from levelhips.live.session import Session
from levelhips.recording.frames import MAGIC
from levelhips.recording.reader import read_mcap
from levelhips.sensors.profile import profiles
from levelhips.simulation.peripheral import VirtualSource, virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop

ROOT = Path(__file__).resolve().parents[1]
MAX_SHOWN = 10  # flips that are listed
RECORD = struct.Struct("<BQ")  # opcode, length of the body
METADATA = 0x0C
console = Console()


def live_recording(folder: Path, seconds: float) -> Path:
    """Record the beginning of a bundled run with the virtual sensor: 9 s of standing, then running; return the file."""
    whole = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap")
    worn = replace(whole, samples=whole.samples[: round(seconds * whole.rate_hz)], commands=[], events=[], settings={})
    source = partial(virtual_source, worn, profiles()["levelhips"], faults=[])
    settings = replace(Settings(), threshold=replace(Settings().threshold, mode="fixed", left_deg=3.4, right_deg=3.4))
    session = Session(source, settings, folder, [], new_loop=lambda: SimulatedTimeLoop(math.inf))
    # The history has no figures of a virtual sensor, which nobody wore.
    with patch.object(VirtualSource, "virtual", new=False):
        session.start()
        session.join()
        session.stop()
    if session.error is not None:
        raise session.error
    assert session.recorder is not None
    return session.recorder.paths[-1]


def row_of(path: Path) -> SessionRow | None:
    """Return the history row of a recording without name, size and time of the file; None if it cannot be read."""
    try:
        row = session_row(path)
    except LevelHipsError:
        return None
    return replace(row, file="", size=0, changed_ns=0)


def is_same(found: Recording, whole: Recording) -> bool:
    """Return whether two recordings have the same content."""
    parts = ("rate_hz", "metadata", "settings", "commands", "packets", "scale")
    return (
        all(getattr(found, part) == getattr(whole, part) for part in parts)
        and repr(found.events) == repr(whole.events)  # NaN is not equal to itself
        and all(np.array_equal(getattr(found.samples, part), getattr(whole.samples, part)) for part in ("t_s", "acc_mps2", "gyr_radps"))
    )


def metadata_bytes(data: bytes) -> list[int]:
    """Return the places of all bytes in the bodies of metadata records."""
    places, at = list[int](), len(MAGIC)
    while at + RECORD.size <= len(data) - len(MAGIC):
        opcode, length = RECORD.unpack_from(data, at)
        if opcode == METADATA:
            places += range(at + RECORD.size, at + RECORD.size + length)
        at += RECORD.size + length
    return places


def outcomes(data: bytes, folder: Path, flips: int, seed: int, places: Sequence[int] = ()) -> tuple[Counter[str], list[str]]:
    """Flip bits of a recording, one at a time; return how often what happened, and the flips that nobody would notice.

    Outcomes are those of the history's row and of the reader: "error", "noted", "same" or "changed". With `places`, only bits
    of these bytes are flipped.
    """
    rng, path, counts, unnoticed = random.Random(seed), folder / "flipped.mcap", Counter[str](), []
    path.write_bytes(data)
    whole_row, whole = row_of(path), read_mcap(path, data)
    for _ in range(flips):
        at, bit = rng.choice(places or range(len(data))), rng.randrange(8)
        flipped = bytearray(data)
        flipped[at] ^= 1 << bit
        path.write_bytes(flipped)
        row = row_of(path)
        in_row = "error" if row is None else "noted" if row.note == "damaged" else "same" if row == whole_row else "changed"
        try:
            found = read_mcap(path, bytes(flipped))
            in_reader = "noted" if found.notes else "same" if is_same(found, whole) else "changed"
        except LevelHipsError:
            in_reader = "error"
        counts[f"row {in_row}"] += 1
        counts[f"reader {in_reader}"] += 1
        if "changed" in (in_row, in_reader):
            unnoticed.append(f"byte {at} bit {bit}: row {in_row}, reader {in_reader}")
    return counts, unnoticed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30.0, help="of the recording")
    parser.add_argument("--metadata", action="store_true", help="only in metadata records")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = live_recording(Path(folder), chosen.seconds).read_bytes()
        places = metadata_bytes(data) if chosen.metadata else ()
        counts, unnoticed = outcomes(data, Path(folder), chosen.flips, chosen.seed, places)
    console.print(f"{chosen.flips} single bits of a live recording of {chosen.seconds:g} s ({len(data)} bytes) flipped:", highlight=False)
    for outcome, count in sorted(counts.items()):
        console.print(f"  {outcome}: {count}", highlight=False)
    for line in unnoticed[:MAX_SHOWN]:
        console.print(f"  {line}", highlight=False)
    sys.exit(bool(unnoticed))


if __name__ == "__main__":
    main()
