"""Start the screen."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from levelhips.errors import LevelHipsError
from levelhips.settings import Settings

try:
    import pyqtgraph as pg
    from PySide6.QtCore import QSettings
    from PySide6.QtWidgets import QApplication
except ImportError as error:
    raise LevelHipsError(
        f"The screen cannot be shown ({error})", fix="Run: pip install 'levelhips[app]'; docs/screen.md names what Linux needs beside"
    ) from error


from levelhips.ui import theme
from levelhips.ui.window import Window


def application() -> QApplication:
    """The one application of this process, dressed."""
    made = QApplication.instance()
    app = made if isinstance(made, QApplication) else QApplication([sys.argv[0]])
    app.setStyle("Fusion")
    app.setStyleSheet(theme.STYLE)
    app.setApplicationName("levelhips")
    pg.setConfigOptions(antialias=True, background=theme.BACK, foreground=theme.TEXT)
    return app


def run_app(
    settings: Settings,
    folder: Path,
    sounds: Callable[[], list[Any]],
    *,
    settings_path: Path | None = None,
    review: Path | None = None,
    virtual: Path | None = None,
) -> int:
    """Show the window until it is closed.

    Raises
    ------
    LevelHipsError
        If the screen's packages are missing.
    """
    app = application()
    window = Window(settings, folder, sounds, QSettings("levelhips", "levelhips"), settings_path=settings_path)
    window.show()
    if review is not None:
        window.show_review(review)
    elif virtual is not None:
        window.run_virtual(virtual)
    return app.exec()
