"""The computer is kept awake while a session runs: asked for on a real D-Bus, with services that write down what they are asked."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if not sys.platform.startswith("linux") or shutil.which("dbus-daemon") is None:
    pytest.skip("needs Linux with dbus-daemon (Debian: dbus-daemon)", allow_module_level=True)

from dbus_fast import Message
from dbus_fast.aio import MessageBus
from live_harness import run_of

from levelhips.live import awake
from levelhips.live.awake import Awake

WITHIN_S = 10.0


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bus of this test alone, in the place of the desktop's and the system's."""
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        for name in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
            monkeypatch.setenv(name, address)
        yield address
        daemon.kill()


class Desktop:
    """The services of a desktop and of a login manager: they note what is inhibited, and whether it still is."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.askers: set[str] = set()
        self.left: set[str] = set()  # askers whose connection has ended
        self.changed, self.is_given = asyncio.Event(), False
        self.held, self._given = os.pipe()  # the end that the login manager keeps, and the one it gives away

    async def begin(self, address: str) -> None:
        self.bus = await MessageBus(bus_address=address, negotiate_unix_fd=True).connect()
        self.bus.add_message_handler(self.handle)
        for name in ("org.freedesktop.ScreenSaver", "org.freedesktop.login1"):
            await self.bus.request_name(name)
        match = Message("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", signature="s")
        match.body = ["type='signal',member='NameOwnerChanged'"]
        await self.bus.call(match)

    def handle(self, message: Message) -> Message | bool:
        if message.member == "NameOwnerChanged" and not message.body[2]:
            self.left.add(message.body[0])
            self.changed.set()
        if message.member != "Inhibit":
            return False
        self.asked.append((message.destination or "", message.body))
        self.askers.add(message.sender or "")
        self.changed.set()
        if message.signature == "ss":
            return Message.new_method_return(message, "u", [7])
        answer = Message.new_method_return(message, "h", [0], unix_fds=[self._given])
        asyncio.get_running_loop().call_later(0.2, self._give)  # once it is sent
        return answer

    def _give(self) -> None:
        os.close(self._given)  # only the asker has it now
        self.is_given = True
        self.changed.set()

    async def until(self, condition) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


def test_display_and_computer_are_kept_awake_until_the_end(address: str) -> None:
    async def world() -> None:
        desktop = Desktop()
        await desktop.begin(address)
        keeps = Awake()
        await desktop.until(lambda: len(desktop.asked) == 2)
        assert dict(desktop.asked) == {
            "org.freedesktop.ScreenSaver": ["levelhips", "A session is running"],
            "org.freedesktop.login1": ["idle", "levelhips", "A session is running", "block"],
        }
        os.set_blocking(desktop.held, False)
        await desktop.until(lambda: desktop.is_given)
        assert not desktop.askers & desktop.left
        with pytest.raises(BlockingIOError):
            os.read(desktop.held, 1)  # somebody has the other end
        await asyncio.to_thread(keeps.close)
        await desktop.until(lambda: desktop.askers <= desktop.left)
        assert os.read(desktop.held, 1) == b"", "nobody has the other end any more"
        desktop.bus.disconnect()

    asyncio.run(world())


def test_a_run_asks_for_it(address: str, tmp_path: Path) -> None:
    async def world() -> None:
        desktop = Desktop()
        await desktop.begin(address)
        command = [sys.executable, "-m", "levelhips", "run", "--virtual", str(played), "--record", str(tmp_path), "--mute"]
        running = await asyncio.create_subprocess_exec(
            *command, stdout=subprocess.DEVNULL, env={**os.environ, "LEVELHIPS_DATA": str(tmp_path)}
        )
        await desktop.until(lambda: len(desktop.asked) == 2)
        running.kill()
        await running.wait()
        await desktop.until(lambda: desktop.askers <= desktop.left)  # a killed run does not keep the computer awake
        desktop.bus.disconnect()

    played = Path(run_of(5.0).path)
    asyncio.run(world())


def test_without_a_bus_and_on_an_unknown_system_nothing_happens(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS"):
        monkeypatch.setenv(name, "unix:path=/nowhere/bus")
    caplog.set_level("INFO", "levelhips.live.awake")
    keeps = Awake()
    while len(caplog.messages) < 2:
        assert not keeps._thread.join(0.05), caplog.messages
    keeps.close()
    assert keeps._thread.join(0.0)
    assert [message.split(":")[0] for message in caplog.messages] == ["org.freedesktop.ScreenSaver", "org.freedesktop.login1"]
    monkeypatch.setattr(awake, "KEEP_AWAKE", {})
    keeps = Awake()
    assert keeps._thread.join(WITHIN_S)
    keeps.close()


def test_on_a_mac_its_own_program_keeps_it_awake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "caffeinate"
    program.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/asked.part"; mv "{tmp_path}/asked.part" "{tmp_path}/asked"; exec sleep 60\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(sys, "platform", "darwin")
    keeps = Awake()
    while not (tmp_path / "asked").exists():
        assert not keeps._thread.join(0.05)
    keeps.close()
    assert (tmp_path / "asked").read_text() == f"-d -i -w {os.getpid()}\n"
    assert keeps._thread.join(WITHIN_S), "the program was ended"
