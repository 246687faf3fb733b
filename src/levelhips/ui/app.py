"""Start of the window. Importing this module raises a LevelHipsError if Qt cannot be loaded."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from levelhips.errors import LevelHipsError
from levelhips.settings import Settings
from levelhips.text import tr

try:
    import pyqtgraph as pg
    from PySide6.QtCore import QSettings, QTimer
    from PySide6.QtWidgets import QApplication, QWidget
except ImportError as error:
    raise LevelHipsError("no-window", reason=str(error), advice=tr("display.no-qt.fix")) from error


from levelhips.ui import theme
from levelhips.ui.window import Window

WAKE_MS = 200  # a signal is handled within this time: nobody notices the delay, and five wake-ups a second cost nothing


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
def closed_by_signals(window: QWidget) -> Iterator[None]:
    """Let SIGTERM and SIGHUP (the terminal was closed) close the window, which ends a run cleanly; not if they are ignored (nohup)."""
    kinds = [signal.SIGTERM, *([signal.SIGHUP] if sys.platform != "win32" else [])]
    kinds = [kind for kind in kinds if signal.getsignal(kind) is not signal.SIG_IGN]
    # The window is not closed in the handler itself: that may run in the middle of any call of Qt.
    before = {kind: signal.signal(kind, lambda number, frame: QTimer.singleShot(0, window.close)) for kind in kinds}
    # Python runs handlers of signals only between its own instructions: without this timer, an idle window executes none.
    waking = QTimer()
    waking.timeout.connect(lambda: None)
    waking.start(WAKE_MS)
    try:
        yield
    finally:
        waking.stop()
        for kind, handler in before.items():
            signal.signal(kind, handler)


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
    window.show()
    if review is not None:
        window.show_review(review)
    elif virtual is not None:
        window.run_virtual(virtual)
    with closed_by_signals(window):
        code = app.exec()
    for line in window.final_lines:
        print(line)
    return code
