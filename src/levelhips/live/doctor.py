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
from levelhips.events import Cue, HealthState, Outcome, Side, Update
from levelhips.live.display import display_problem
from levelhips.sensors.ble import Radio, scan
from levelhips.sensors.profile import GROUP, profiles
from levelhips.text import Text, text
from levelhips.words import sensor_title

MIN_PYTHON, MAX_PYTHON = (3, 11), (3, 13)
ROOM_BYTES = 200e6  # ten hours at 200 Hz
SYNC_S = 0.5  # the recorder syncs its data to the disk this often
JUMP_S = 0.05  # a clock that is set from the network is moved by less
MAX_UNDERRUNS = 1  # in a second; the first may be that of a device that has just been opened
MIN_TERMINAL = (40, 10)  # columns and rows: the smallest terminal in which the live view shows both sides, messages and keys


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check: its subject, its state (ok, note or bad), what was found, and what to do about it."""

    subject: Text
    state: str
    message: Text | str
    fix: Text | str = ""


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
    subject, message = text("doctor.system"), f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    if MIN_PYTHON <= sys.version_info[:2] <= MAX_PYTHON:
        return Finding(subject, "ok", message)
    return Finding(subject, "bad", message, text("doctor.system.fix"))


def _packages() -> Finding:
    subject, found, missing = text("doctor.versions"), [], []
    for name in ("levelhips", "bleak", "numpy", "scipy", "vqf", "mcap", "miniaudio"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        return Finding(subject, "bad", text("doctor.versions.missing", names=", ".join(missing)), text("doctor.versions.fix"))
    return Finding(subject, "ok", ", ".join(found))


def _sensors() -> Finding:
    from importlib.metadata import entry_points

    subject = text("doctor.sensors")
    known, named = profiles(), {entry.name for entry in entry_points(group=GROUP)}
    if broken := sorted(named - known.keys()):
        return Finding(subject, "bad", text("doctor.sensors.broken", names=", ".join(broken)), text("doctor.sensors.fix"))
    return Finding(subject, "ok", ", ".join(sensor_title(profile.name, profile.title) for profile in known.values()))


def _bluetooth() -> Finding:
    async def search() -> dict[str, str]:
        names: dict[str, str] = {}
        began_s = time.monotonic()
        async with aclosing(scan(Radio())) as scanning:
            async for found in scanning:
                names = {address: one.name or address for address, one in found.items() if one.profile is not None}
                if time.monotonic() - began_s > 4.0:
                    break
        return names

    subject = text("doctor.bluetooth")
    try:
        sensors = asyncio.run(search())
    except SensorError as error:
        return Finding(subject, "bad", error.what, error.fix)
    if not sensors:
        return Finding(subject, "note", text("doctor.bluetooth.no-sensor"), text("doctor.bluetooth.no-sensor-fix"))
    return Finding(subject, "ok", text("doctor.bluetooth.in-range", names=", ".join(sorted(sensors.values()))))


def _virtual() -> Finding:
    subject = text("doctor.virtual-sensor")
    try:
        return Finding(subject, "ok", f"Bumble {version('bumble')}")
    except PackageNotFoundError:
        return Finding(subject, "note", text("doctor.virtual-sensor.missing"), text("doctor.virtual-sensor.fix"))


def _sound(*, null: bool) -> Finding:
    subject = text("doctor.sound")
    player = Player(null=null)
    try:
        health = player.health()
        if health.state is HealthState.FAULT:
            error = SoundError("no-sound-device")
            return Finding(subject, "bad", error.what, error.fix)
        for side in (Side.LEFT, Side.RIGHT):
            player.put(Update(events=(Cue(0.0, 0.0, 0.0, side, 0.5, 0.1, 0.1),)))
            time.sleep(0.6)
        outcomes = [found.outcome for found in player.take_outcomes(0.0)]
    finally:
        player.close()
    if outcomes != [Outcome.RENDERED] * 2:
        return Finding(subject, "bad", text("doctor.sound.not-played"), text("doctor.sound.not-played-fix"))
    if player.underruns > MAX_UNDERRUNS:
        return Finding(subject, "note", text("doctor.sound.underruns", n=player.underruns), text("doctor.sound.underruns-fix"))
    return Finding(subject, "ok", text("doctor.sound.played"))


def _display() -> Finding:
    subject = text("doctor.display")
    if (problem := display_problem()) is not None:
        return Finding(subject, "note", text("doctor.display.no-window", reason=problem.reason), problem.fix)
    size = shutil.get_terminal_size()
    if size.columns < MIN_TERMINAL[0] or size.lines < MIN_TERMINAL[1]:
        message = text("doctor.display.small-terminal", columns=size.columns, rows=size.lines)
        return Finding(subject, "note", message, text("doctor.display.fix", columns=MIN_TERMINAL[0], rows=MIN_TERMINAL[1]))
    return Finding(subject, "ok", text("doctor.display.terminal", columns=size.columns, rows=size.lines))


def _disk(folder: Path) -> Finding:
    subject = text("doctor.disk")
    try:
        there = next(one for one in (folder, *folder.absolute().parents) if one.exists())  # the first recording makes the others
        free = shutil.disk_usage(there).free
        with tempfile.TemporaryFile(dir=there) as file:
            began_s = time.perf_counter()
            file.write(bytes(100_000))
            file.flush()
            os.fsync(file.fileno())
            took_s = time.perf_counter() - began_s
    except OSError as error:
        message = text("doctor.disk.not-writable", folder=folder, reason=error.strerror)
        return Finding(subject, "bad", message, text("doctor.disk.not-writable-fix"))
    if free < ROOM_BYTES:
        return Finding(subject, "bad", text("doctor.disk.full", megabytes=free / 1e6, folder=folder), text("doctor.disk.full-fix"))
    if took_s > SYNC_S:
        return Finding(subject, "note", text("doctor.disk.slow", folder=folder, seconds=took_s), text("doctor.disk.slow-fix"))
    return Finding(subject, "ok", text("doctor.disk.free", gigabytes=free / 1e9, folder=folder))


def _clock() -> Finding:
    subject = text("doctor.clock")
    wall, steady = time.time(), time.monotonic()
    time.sleep(0.5)
    off_s = (time.time() - wall) - (time.monotonic() - steady)
    if time.localtime(wall).tm_year < 2024:
        return Finding(subject, "bad", text("doctor.clock.wrong", date=time.strftime("%Y-%m-%d")), text("doctor.clock.wrong-fix"))
    if abs(off_s) > JUMP_S:
        return Finding(subject, "note", text("doctor.clock.jumped", seconds=off_s), text("doctor.clock.jumped-fix"))
    return Finding(subject, "ok", time.strftime("%Y-%m-%d %H:%M:%S"))


def worst(findings: list[Finding]) -> str:
    """Return the worst state of all findings: ok, note or bad."""
    return max((finding.state for finding in findings), key=("ok", "note", "bad").index, default="ok")
