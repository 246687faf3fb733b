"""Keep the computer and its display awake while a session runs, where the system allows it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from levelhips.live.loop_thread import LoopThread
from levelhips.text import tr

log = logging.getLogger(__name__)

ANSWER_S = 5.0  # desktops answer within milliseconds; one that does not answer in this time will not
CLOSE_S = 1.0  # to withdraw the request; if that takes longer, the system drops it when the process ends


class Awake:
    """Keeps the computer and its display awake from the beginning until `close`. The system ends it, too, if the process is killed.

    Nothing here raises or waits: a session is held just the same on a system that does not allow it.
    """

    def __init__(self) -> None:
        self._thread = LoopThread("levelhips-awake", asyncio.new_event_loop, KEEP_AWAKE.get(sys.platform, _nothing), _note)
        self._thread.start()

    def close(self) -> None:
        """Let the computer sleep again."""
        self._thread.cancel()
        self._thread.join(CLOSE_S)


def _note(error: BaseException | None) -> None:
    if error is not None:
        log.info("The computer is not kept awake: %r", error)


async def _nothing() -> None:
    log.info("Keeping this system awake is not supported")


async def _linux() -> None:
    """Ask the desktop for the display, and the login manager for the computer: either may be missing."""
    from dbus_fast import BusType

    desktop, login = "org.freedesktop.ScreenSaver", "org.freedesktop.login1"
    reason = tr("live.awake")
    async with contextlib.AsyncExitStack() as asked:
        calls: tuple[tuple[BusType, tuple[str, str, str], list[str]], ...] = (
            (BusType.SESSION, (desktop, "/org/freedesktop/ScreenSaver", desktop), ["levelhips", reason]),
            (BusType.SYSTEM, (login, "/org/freedesktop/login1", f"{login}.Manager"), ["idle", "levelhips", reason, "block"]),
        )
        for bus, place, arguments in calls:
            try:
                async with asyncio.timeout(ANSWER_S):
                    await asked.enter_async_context(_inhibited(bus, place, arguments))
            except (OSError, EOFError, ValueError) as error:  # TimeoutError is an OSError, errors of the address and of access ValueErrors
                log.info("%s: %r", place[0], error)
        await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def _inhibited(kind: Any, place: tuple[str, str, str], arguments: list[str]) -> AsyncIterator[None]:
    """Call `Inhibit` of a service on D-Bus. It counts until the connection, or the file that comes with the answer, is closed."""
    from dbus_fast import Message, MessageType
    from dbus_fast.aio import MessageBus

    destination, path, interface = place
    bus = await MessageBus(bus_type=kind, negotiate_unix_fd=True).connect()
    files: list[int] = []
    try:
        call = Message(destination=destination, path=path, interface=interface, member="Inhibit")
        call.signature, call.body = "s" * len(arguments), arguments
        answer = await bus.call(call)
        if answer is None or answer.message_type is MessageType.ERROR:
            log.info("%s: %s", destination, answer and answer.body)
        else:
            files += answer.unix_fds
        yield
    finally:
        for file in files:
            os.close(file)
        bus.disconnect()


async def _mac() -> None:
    running = await asyncio.create_subprocess_exec("caffeinate", "-d", "-i", "-w", str(os.getpid()))
    try:
        await running.wait()
    finally:
        if running.returncode is None:
            running.terminate()
            await running.wait()


async def _windows() -> None:
    """Tell the system in this thread, which stays until the end: the state counts as long as the thread."""
    if sys.platform == "win32":
        import ctypes

        continuous, system, display = 0x80000000, 1, 2  # ES_CONTINUOUS, ES_SYSTEM_REQUIRED, ES_DISPLAY_REQUIRED
        ctypes.windll.kernel32.SetThreadExecutionState(continuous | system | display)
        await asyncio.Event().wait()


KEEP_AWAKE: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {"linux": _linux, "darwin": _mac, "win32": _windows}
