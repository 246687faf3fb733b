"""Check whether a window can be opened on this computer."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import NamedTuple

from levelhips.text import tr

# Qt aborts the process if it cannot reach the display or lacks a library; that cannot be caught, so another process tries.
PROBE = "import sys; from PySide6.QtGui import QGuiApplication; QGuiApplication(sys.argv)"
NO_CORE_DUMP = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))"  # systems keep and report core dumps
PROBE_S = 20.0  # a slow disk takes some seconds to load Qt for the first time
LINUX_LIBRARIES = (
    "libegl1 libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-image0 libxcb-render-util0"  # docs/screen.md
)


class DisplayProblem(NamedTuple):
    """Why no window can be opened, and what to do about it."""

    reason: str
    fix: str


def display_problem() -> DisplayProblem | None:
    """Try to reach the display with Qt; return the problem, None if there is none. Takes up to a second."""
    if find_spec("PySide6") is None or find_spec("pyqtgraph") is None:
        return DisplayProblem(tr("display.no-qt"), tr("display.no-qt.fix"))
    if sys.platform.startswith("linux") and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        return DisplayProblem(tr("display.none"), tr("display.use-terminal"))
    try:
        probe = PROBE if sys.platform == "win32" else f"{NO_CORE_DUMP}; {PROBE}"
        tried = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=PROBE_S, check=False)
    except subprocess.TimeoutExpired:
        return DisplayProblem(tr("display.no-answer"), tr("display.use-terminal"))
    if tried.returncode == 0:
        return None
    lines = [line for line in tried.stderr.splitlines() if line.strip()]
    named = bool(lines) and lines[0].startswith("qt.")
    reason = lines[0].partition(": ")[2].rstrip(". ") if named else tr("display.qt-ended", code=tried.returncode)
    if sys.platform.startswith("linux"):
        return DisplayProblem(reason, tr("display.check", libraries=LINUX_LIBRARIES))
    return DisplayProblem(reason, tr("display.use-terminal"))
