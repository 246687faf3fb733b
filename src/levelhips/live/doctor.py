"""Check everything that a session needs, with a fix for what does not work."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from levelhips.audio.player import Player
from levelhips.errors import SensorError, SoundError
from levelhips.events import Cue, Side, Update
from levelhips.live.display import display_problem
from levelhips.sensors.ble import Radio, scan
from levelhips.sensors.profile import GROUP, profiles

MIN_PYTHON, MAX_PYTHON = (3, 11), (3, 13)
ROOM_BYTES = 200e6  # ten hours at 200 Hz
SYNC_S = 0.5  # the recorder syncs its data to the disk this often
JUMP_S = 0.05  # a clock that is set from the network is moved by less
MIN_TERMINAL = (40, 10)  # columns and rows: the smallest terminal in which the live view shows both sides, messages and keys


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was checked, its state (ok, note or bad), what was found, and what to do about it."""

    subject: str
    state: str
    message: str
    fix: str = ""


def examine(folder: Path, *, null_sound: bool = False, bluetooth: bool = True) -> Iterator[Finding]:
    """Yield the result of each check, one after the other.

    Parameters
    ----------
    folder : Path
        Where recordings are kept.
    null_sound : bool
        Check miniaudio's null device instead of the sound card.
    bluetooth : bool
        Whether to search for sensors, which takes some seconds.
    """
    checks: list[Callable[[], Finding]] = [_python, _packages, _sensors]
    if bluetooth:
        checks.append(_bluetooth)
    checks += [_virtual, lambda: _sound(null=null_sound), _display, lambda: _disk(folder), _clock]
    for check in checks:
        yield check()


def _python() -> Finding:
    message = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    if MIN_PYTHON <= sys.version_info[:2] <= MAX_PYTHON:
        return Finding("System", "ok", message)
    return Finding("System", "bad", message, "Install Python 3.11 to 3.13; the orientation filter has no packages for other versions")


def _packages() -> Finding:
    found, missing = [], []
    for name in ("levelhips", "bleak", "numpy", "scipy", "vqf", "mcap", "miniaudio"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding("Versions", "bad", f"Not installed: {', '.join(missing)}", "pip install --force-reinstall levelhips")
    return Finding("Versions", "ok", ", ".join(found))


def _sensors() -> Finding:
    from importlib.metadata import entry_points

    known, named = profiles(), {entry.name for entry in entry_points(group=GROUP)}
    if broken := sorted(named - known.keys()):
        return Finding("Sensors", "bad", f"These could not be loaded: {', '.join(broken)}", "Update or remove their packages")
    return Finding("Sensors", "ok", ", ".join(profile.title for profile in known.values()))


def _bluetooth() -> Finding:
    async def look() -> dict[str, str]:
        heard: dict[str, str] = {}
        began_s = time.monotonic()
        async with aclosing(scan(Radio())) as scanning:
            async for found in scanning:
                heard = {address: one.name or address for address, one in found.items() if one.profile is not None}
                if time.monotonic() - began_s > 4.0:
                    break
        return heard

    try:
        sensors = asyncio.run(look())
    except SensorError as error:
        return Finding("Bluetooth", "bad", error.what, error.fix)
    if not sensors:
        return Finding("Bluetooth", "note", "Works; no sensor is in range", "Wake the sensor up and bring it near")
    return Finding("Bluetooth", "ok", f"In range: {', '.join(sorted(sensors.values()))}")


def _virtual() -> Finding:
    try:
        return Finding("Virtual sensor", "ok", f"Bumble {version('bumble')}")
    except PackageNotFoundError:
        return Finding(
            "Virtual sensor", "note", "Not installed; only run --virtual and virtual-sensor need it", "pip install 'levelhips[virtual]'"
        )


def _sound(*, null: bool) -> Finding:
    try:
        player = Player(null=null)
    except SoundError as error:
        return Finding("Sound", "bad", error.what, error.fix)
    try:
        for side in (Side.LEFT, Side.RIGHT):
            player.put(Update(events=(Cue(0.0, 0.0, 0.0, side, 0.5, 0.1, 0.1),)))
            time.sleep(0.6)
    finally:
        player.close()
    return Finding("Sound", "ok", "Played a tone left, then right; if you heard them the other way round, swap the headphones")


def _display() -> Finding:
    if (problem := display_problem()) is not None:
        return Finding("Display", "note", f"The window cannot be opened ({problem.reason})", problem.fix)
    size = shutil.get_terminal_size()
    if size.columns < MIN_TERMINAL[0] or size.lines < MIN_TERMINAL[1]:
        message = f"The terminal has {size.columns} columns and {size.lines} rows"
        return Finding("Display", "note", message, f"Make it {MIN_TERMINAL[0]} by {MIN_TERMINAL[1]} or larger for the live view")
    return Finding("Display", "ok", f"Terminal of {size.columns} columns and {size.lines} rows")


def _disk(folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        with tempfile.TemporaryFile(dir=folder) as file:
            began_s = time.perf_counter()
            file.write(bytes(100_000))
            file.flush()
            os.fsync(file.fileno())
            took_s = time.perf_counter() - began_s
    except OSError as error:
        return Finding("Disk", "bad", f"Recordings cannot be written to {folder} ({error.strerror})", "Choose another folder with --record")
    if free < ROOM_BYTES:
        return Finding("Disk", "bad", f"Only {free / 1e6:.0f} MB are free in {folder}", "Free some space; an hour takes up to 20 MB")
    if took_s > SYNC_S:
        return Finding(
            "Disk", "note", f"{folder} took {took_s:.1f} s to write a tenth of a megabyte", "Record to a faster disk with --record"
        )
    return Finding("Disk", "ok", f"{free / 1e9:.0f} GB free in {folder}")


def _clock() -> Finding:
    wall, steady = time.time(), time.monotonic()
    time.sleep(0.5)
    off_s = (time.time() - wall) - (time.monotonic() - steady)
    if time.localtime(wall).tm_year < 2024:
        return Finding("Clock", "bad", f"The clock says {time.strftime('%Y-%m-%d')}", "Set the clock: recordings are named by it")
    if abs(off_s) > JUMP_S:
        return Finding("Clock", "note", f"The clock jumped by {off_s:.2f} s in half a second", "Let the system set it from the network")
    return Finding("Clock", "ok", time.strftime("%Y-%m-%d %H:%M:%S"))


def worst(findings: list[Finding]) -> str:
    """Return the worst state of all findings: ok, note or bad."""
    return max((finding.state for finding in findings), key=("ok", "note", "bad").index, default="ok")
