"""Checks of an exporter: what it writes is read back, and a full disk or a missing folder leaves nothing behind."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from levelhips.analysis import Analysis, analyze
from levelhips.analysis.installed_metrics import metrics
from levelhips.errors import LevelHipsError
from levelhips.export.exporter import Exporter
from levelhips.recording import Recording
from levelhips.settings import Settings
from levelhips.testing.metric_truth import run
from levelhips.testing.results import Check, CheckSkipped, Result, fail, raise_failures, require, run_checks

ROOM_BYTES = 64  # room on the full disk: less than any result, so that the failure comes in the middle of a file


def check_exporter(exporter: Exporter) -> None:
    """Run every check of an exporter.

    Raises
    ------
    AssertionError
        If a check fails; the message has one line for each.
    """
    raise_failures(exporter.name, exporter_results(exporter))


def exporter_results(exporter: Exporter) -> list[Result]:
    """Return the result of every check of an exporter."""
    return run_checks(exporter, CHECKS)


@cache
def _analysis() -> Analysis:
    return analyze(Recording(Path("run.mcap"), run().samples, 200.0, {"outward": "+z"}), Settings())


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _write(exporter: Exporter, folder: Path) -> list[Path]:
    try:
        return exporter.write(_analysis(), folder)
    except LevelHipsError as error:
        if isinstance(error.__cause__, ImportError):
            raise CheckSkipped("exporter.not-installed", error=error) from None
        raise


def check_files(exporter: Exporter) -> None:
    """Check that the returned files are exactly those that were written, and that writing again gives the same files."""
    with tempfile.TemporaryDirectory(prefix="levelhips-check-") as name:
        folder = Path(name)
        written = _write(exporter, folder)
        named = sorted(str(path.relative_to(folder)) for path in written)
        found = _contents(folder)
        require(bool(found) and named == list(found), "exporter.files", named=", ".join(named), found=", ".join(found))
        _write(exporter, folder)
        require(list(_contents(folder)) == list(found), "exporter.files", named=", ".join(named), found=", ".join(_contents(folder)))


def check_round_trip(exporter: Exporter) -> None:
    """Check that the values of each declared metric are read back to the last digit."""
    if exporter.read is None:
        raise CheckSkipped("exporter.not-read")
    with tempfile.TemporaryDirectory(prefix="levelhips-check-") as name:
        _write(exporter, Path(name))
        values = exporter.read(Path(name))
    for key in exporter.writes:
        require(key in metrics() and key in values, "exporter.missing", metric=key)
        metric = metrics()[key]
        events = [event for event in _analysis().events if isinstance(event, metric.of)]
        require(len(values[key]) == len(events), "exporter.length", metric=key, n=len(events), found=len(values[key]))
        digit = 0.51 * 10.0 ** -(metric.digits or 0)
        for event, found in zip(events, values[key], strict=True):
            true = metric.value(event)
            if isinstance(true, str) or isinstance(found, str):
                same = true == found
            else:
                same = abs(true - found) <= digit or (math.isnan(true) and math.isnan(found))
            require(same, "exporter.value", metric=key, expected=true, found=found)


def check_full_disk(exporter: Exporter) -> None:
    """Check that a full disk raises a LevelHipsError, leaves no new file and changes no file."""
    with tempfile.TemporaryDirectory(prefix="levelhips-check-") as name:
        empty, used = Path(name) / "empty", Path(name) / "used"
        for folder in (empty, used):
            folder.mkdir()
        _write(exporter, used)
        for folder in (empty, used):
            before = _contents(folder)
            with _full_disk():
                _expect_error(exporter, folder, "disk")
            after = _contents(folder)
            left = sorted(set(after) - set(before))
            require(not left, "exporter.left-behind", found=", ".join(left))
            changed = [path for path in before if before[path] != after.get(path)]
            require(not changed, "exporter.changed", found=", ".join(changed))


def check_no_folder(exporter: Exporter) -> None:
    """Check that a folder that cannot be created raises a LevelHipsError."""
    with tempfile.TemporaryDirectory(prefix="levelhips-check-") as name:
        taken = Path(name) / "taken"
        taken.write_text("a file, not a folder", encoding="utf-8")
        _expect_error(exporter, taken / "results", "folder")
        require(list(_contents(Path(name))) == ["taken"], "exporter.left-behind", found=", ".join(_contents(Path(name))))


def _expect_error(exporter: Exporter, folder: Path, where: str) -> None:
    try:
        _write(exporter, folder)
    except LevelHipsError:
        return
    except Exception as error:
        fail(f"exporter.{where}", found=repr(error))
    fail(f"exporter.{where}", found="no error")


@contextmanager
def _full_disk() -> Iterator[None]:
    """Limit files that this process writes to a few bytes: the system refuses to write more, as on a full disk."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        raise CheckSkipped("exporter.no-limit") from None
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM_BYTES, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


CHECKS: tuple[Check[Exporter], ...] = (
    Check("files", check_files),
    Check("round-trip", check_round_trip),
    Check("full-disk", check_full_disk),
    Check("no-folder", check_no_folder),
)
