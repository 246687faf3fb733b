"""Analysis of a recording in a thread of its own, with progress, while the window stays responsive."""

from __future__ import annotations

import threading
from pathlib import Path

from levelhips.analysis import Analysis, analyze
from levelhips.errors import LevelHipsError
from levelhips.events import Quality, Step, Update
from levelhips.recording import open_recording
from levelhips.settings import recording_settings


class _CancelledError(Exception):
    """Raised inside the analysis to end it early."""


class Opening:
    """A recording that is read and analyzed in a thread; its attributes may be read from any thread.

    Attributes
    ----------
    share : float
        Share that is done, 0 to 1.
    steps : list of Step
        The valid steps that have been found so far.
    done : threading.Event
        Set at the end: with a result, an error, or canceled.
    analysis : Analysis or None
        The result; None before the end, and if the analysis failed or was canceled.
    trouble : str
        Why the analysis failed, for the user; empty if it did not.
    """

    def __init__(self, path: Path, settings_file: Path | None = None) -> None:
        self.path, self.share = path, 0.0
        self._settings_file = settings_file  # the user's; None: only the settings in the recording count
        self.analysis: Analysis | None = None
        self.trouble: str = ""
        self.steps: list[Step] = []
        self.done, self._canceled = threading.Event(), threading.Event()
        threading.Thread(target=self._run, name="levelhips-analysis", daemon=True).start()

    def cancel(self) -> None:
        """Cancel the analysis without waiting for it: the thread ends after at most 20 s more of the recording, within some 0.05 s."""
        self._canceled.set()

    def _run(self) -> None:
        try:
            recording = open_recording(self.path)
            settings = recording_settings(recording, self._settings_file).settings
            self.analysis = analyze(recording, settings, self._progress, self._found)
        except _CancelledError:
            pass
        except LevelHipsError as error:
            self.trouble = str(error)
        except Exception as error:  # a bug must show a message: the progress bar would stand still for ever
            self.trouble = f"{type(error).__name__}: {error}"
            raise
        finally:
            self.done.set()

    def _progress(self, share: float) -> None:
        if self._canceled.is_set():
            raise _CancelledError
        self.share = share

    def _found(self, update: Update) -> None:
        self.steps += [step for step in update.of(Step) if step.quality is Quality.OK]
