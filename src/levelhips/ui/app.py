"""Start of the window. Importing this module raises a LevelHipsError if Qt cannot be loaded."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from levelhips.errors import LevelHipsError
from levelhips.live.end_signals import END_S, NO_ANSWER, EndSignals, leave
from levelhips.settings import Settings
from levelhips.text import tr

try:
    import pyqtgraph as pg
    from PySide6.QtCore import QMessageLogContext, QSettings, QTimer, QtMsgType, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication
except ImportError as error:
    raise LevelHipsError("no-window", reason=str(error), advice=tr("display.no-qt.fix")) from error


from levelhips.ui import theme
from levelhips.ui.end_of_session import final_lines
from levelhips.ui.window import Window

WAKE_MS = 200  # a signal is handled within this time: nobody notices the delay, and five wake-ups a second cost nothing

# What Qt prints before it ends the process because the server of the display ended.
DISPLAY_GONE = ("X11 connection broke", "Wayland connection broke", "Wayland connection experienced a fatal error")


def application() -> QApplication:
    """Return the one application of this process, with the style of the window."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    app.setStyle("Fusion")
    app.setStyleSheet(theme.STYLE)
    app.setApplicationName("levelhips")
    pg.setConfigOptions(antialias=True, background=theme.BACK, foreground=theme.TEXT)
    return app


@contextmanager
def closed_by_signals(window: Window) -> Iterator[EndSignals]:
    """Let Ctrl-C, SIGTERM and SIGHUP (the terminal was closed) close the window, which ends a run cleanly."""
    # Python runs handlers of signals only between its own instructions: without this timer, an idle window executes none.
    waking = QTimer()
    waking.timeout.connect(lambda: None)
    waking.start(WAKE_MS)
    # The windows are not closed in the handler itself: that may run in the middle of any call of Qt.
    with EndSignals(partial(_begin_end, window), lambda: QTimer.singleShot(0, QApplication.closeAllWindows)) as signals:
        try:
            yield signals
        finally:
            waking.stop()


def _begin_end(window: Window) -> None:
    """Begin to end the session of a window that does not react."""
    ending = window.ending
    if ending is not None:
        ending.begin()


@contextmanager
def display_watched(window: Window) -> Iterator[None]:
    """End the session and the process when the display is gone (X or Wayland server ended): Qt itself would hang or exit at once."""

    def handle(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        print(message, file=sys.stderr)
        if message is not None and any(sign in message for sign in DISPLAY_GONE):
            _leave_without_display(window)

    before = qInstallMessageHandler(handle)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _leave_without_display(window: Window) -> None:
    ending, session = window.ending, window.session
    with suppress(OSError):  # the terminal may be gone with it
        print(tr("ending.display-gone"), file=sys.stderr, flush=True)
    if ending is not None:
        ending.begin()
        ending.done.wait(END_S)
        with suppress(OSError):
            print(*final_lines(ending, session), sep="\n", flush=True)
    leave(NO_ANSWER)


def run_app(
    settings: Settings | None,
    folder: Path,
    sounds: Callable[[], list[Any]],
    *,
    settings_path: Path | None = None,
    review: Path | None = None,
    virtual: Path | None = None,
) -> int:
    """Show the window until it is closed; return its exit code.

    If closing it ended a session, the result and hints of the session are printed.

    Raises
    ------
    KeyboardInterrupt
        If Ctrl-C in the terminal closed it.

    Parameters
    ----------
    settings, folder, sounds, settings_path
        As for `Window`.
    review : Path or None
        A recording to review at once.
    virtual : Path or None
        A recording to play at once as a virtual sensor.
    """
    app = application()
    window = Window(settings, folder, sounds, QSettings("levelhips", "levelhips"), settings_path=settings_path)
    with closed_by_signals(window) as signals, display_watched(window):
        window.show()
        window.unfinished.begin()
        if review is not None:
            window.show_review(review)
        elif virtual is not None:
            window.run_virtual(virtual)
        code = app.exec()
        if window.ending is not None:  # the system made the application quit without closing its windows
            window.ending.begin()
            window.ending.done.wait(END_S)
    with suppress(OSError):  # the terminal was closed
        for line in window.final_lines:
            print(line, flush=True)
    if signal.SIGINT in signals.received:
        raise KeyboardInterrupt
    return code
