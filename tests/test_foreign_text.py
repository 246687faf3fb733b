"""Names and texts that sensors and files bring are shown as they are: they control no terminal and no label, and end no command."""

from __future__ import annotations

import asyncio
import io
import math
import shutil
import unicodedata
from pathlib import Path

import pytest
from bleak.backends.device import BLEDevice
from command_line import levelhips
from conftest import short_run
from rich.live import Live
from rich.text import Text

from levelhips import RecordingWriter
from levelhips.cli.encoding import make_console
from levelhips.cli.scan import _table
from levelhips.events import Notice, NoticeKind
from levelhips.sensors.ble.discovery import DiscoveredDevice, Scan
from levelhips.sensors.ble.radio import Radio
from levelhips.sensors.profile import profiles

# Rich takes [/] for the end of a style, :wave: for a picture; ESC begins a command, CSI (U+009B) does so in one character; a
# right-to-left override turns the rest of the line around.
HOSTILE = "[/] \x1b[2J\x1b]0;owned\x07\x9b31m:wave:\u202e\u2066<h1>&amp;"
SHOWN = "[/] [2J]0;owned31m:wave:<h1>&amp;"


def controls(printed: str) -> set[str]:
    """Return the characters that control a terminal."""
    return {one for one in printed if one not in "\n\t\r" and unicodedata.category(one) in ("Cc", "Cf")}


# ---- sensors


def device(name: str) -> DiscoveredDevice:
    return DiscoveredDevice(BLEDevice("AA:BB", name, None), name, profiles()["levelhips"], -60.0, 80.0, 0.0)


def test_a_name_in_the_list_of_sensors_is_not_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    """Bug: a neighbor's sensor called "[/]" ended `levelhips scan` with a MarkupError."""
    make_console().print(_table({"AA:BB": device("[/] sensor :wave:")}, all=False))
    assert "[/] sensor :wave:" in capsys.readouterr().out


def test_a_name_that_a_sensor_advertises_is_cleaned() -> None:
    class Advertisement:
        local_name, service_uuids, service_data, rssi = HOSTILE, (profiles()["levelhips"].service,), {}, -60

    async def hear() -> str:
        scan = Scan(Radio())
        scan._on_advertisement(BLEDevice("AA:BB", None, None), Advertisement())  # type: ignore[arg-type]
        return scan.devices["AA:BB"].name

    assert asyncio.run(hear()) == SHOWN


# ---- the terminal


def test_the_console_prints_no_control_characters_of_a_text() -> None:
    """Also in texts of Rich, which are not cleaned where they are made; the colors stay."""
    out = io.StringIO()
    console = make_console(file=out, force_terminal=True, color_system="standard")
    console.print(HOSTILE)
    console.print(Text(HOSTILE, style="red"))
    with Live(Text(HOSTILE), console=console, auto_refresh=False):
        pass
    printed = out.getvalue()
    assert printed.count(SHOWN) == 3
    assert "\x1b[31m" in printed
    for part in ("\x1b[2J", "\x1b]0", "\x07", "\x9b", "\u202e", "\u2066"):
        assert part not in printed


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A damaged recording with hostile metadata, settings, events and name."""
    path = tmp_path_factory.mktemp("hostile") / f"{HOSTILE.replace('/', '')}.mcap"
    made = short_run()
    metadata = {"rate_hz": "100", "outward": "+z", "sensor": HOSTILE, "profile": HOSTILE, "kit": HOSTILE, "started_utc": HOSTILE}
    with RecordingWriter(path, metadata | {"recovered_from": HOSTILE}, {"protocol": {"name": HOSTILE}}) as writer:
        writer.samples(made.samples)
        writer.event(Notice(1.0, 1.0, NoticeKind.CAMBER, math.radians(2.0)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    return path


COMMANDS = {
    "analyze": ["analyze", "FILE", "-o", "out"],
    "analyze a file that is missing": ["analyze", "missing FILE", "-o", "out"],
    "replay": ["replay", "FILE", "--speed", "1000", "--mute"],
    "convert": ["convert", "FILE", "out.mcap"],
    "recover": ["recover", "FILE"],
    "rebuild": ["history", "rebuild", "."],
    "history": ["history"],
    "doctor": ["doctor", "--no-bluetooth", "--record", "FILE"],
    "unknown option": ["history", "rebuild", "--FILE"],
    "settings": ["settings", "set", "cues.k", "FILE"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_control_characters_of_a_recording(command: str, hostile_file: Path, tmp_path: Path) -> None:
    """Bug: the names of sensors and files could set the title of the terminal and clear it."""
    shutil.copy(hostile_file, tmp_path)
    if command == "history":
        levelhips("history", "rebuild", ".", cwd=tmp_path, home=tmp_path / "home", code=None)
    arguments = [part.replace("FILE", hostile_file.name) for part in COMMANDS[command]]
    done = levelhips(*arguments, cwd=tmp_path, home=tmp_path / "home", code=None)
    assert controls(done.text) == set()
    assert "Traceback" not in done.text
