"""Checks of `levelhips doctor`: what each finds, by value, and the fix that it names."""

from __future__ import annotations

import shutil
import sys
import time
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from levelhips.cli.doctor import doctor as command
from levelhips.errors import SensorError
from levelhips.live import display, doctor
from levelhips.live.display import display_problem
from levelhips.live.doctor import Finding
from levelhips.sensors.profile import profiles
from levelhips.text import text


def found(finding: Finding) -> tuple[str, str, str]:
    return finding.state, str(finding.message), str(finding.fix)


@pytest.fixture
def window_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "display_problem", lambda: None)


@pytest.mark.parametrize(("columns", "rows", "state"), [(40, 10, "ok"), (39, 10, "note"), (40, 9, "note"), (200, 60, "ok")])
def test_a_terminal_below_40_by_10_is_noted(
    monkeypatch: pytest.MonkeyPatch, window_opens: None, columns: int, rows: int, state: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(rows))
    finding = doctor._display()
    assert finding.state == state
    assert f"{columns}" in str(finding.message)
    if state == "note":
        expected = f"The terminal has {columns} columns and {rows} rows", "Make it 40 by 10 or larger for the live view"
        assert found(finding)[1:] == expected


@pytest.mark.parametrize(("free_mb", "state"), [(199, "bad"), (201, "ok")])
def test_a_disk_with_less_than_200_mb_is_too_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, free_mb: int, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free_mb * 1e6))
    finding = doctor._disk(tmp_path)
    assert finding.state == state
    if state == "bad":
        assert found(finding)[1:] == (f"Only 199 MB are free in {tmp_path}", "Free some space; an hour takes up to 20 MB")


def test_the_check_of_the_disk_makes_no_folder(tmp_path: Path) -> None:
    """Bug: `levelhips doctor` created the folder of the recordings."""
    assert doctor._disk(tmp_path / "levelhips" / "recordings").state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "file" / "recordings"
    finding = doctor._disk(folder)
    assert finding.state == "bad"
    assert str(folder) in str(finding.message)


def test_a_disk_that_takes_seconds_to_write_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    times = iter((10.0, 11.25))
    monkeypatch.setattr(doctor.time, "perf_counter", lambda: next(times))
    state, message, fix = found(doctor._disk(tmp_path))
    assert (state, fix) == ("note", "Record to a faster disk with --record")
    assert message == f"{tmp_path} took 1.2 s to write a tenth of a megabyte"
    assert list(tmp_path.iterdir()) == [], "the file of the check is removed"


@pytest.mark.parametrize(("jump_s", "state"), [(3600.0, "note"), (-0.06, "note"), (0.04, "ok")])
def test_a_clock_that_jumps_is_noted(monkeypatch: pytest.MonkeyPatch, jump_s: float, state: str) -> None:
    began_s = 1_790_000_000.0
    wall, steady = iter((began_s, began_s + 0.5 + jump_s)), iter((7.0, 7.5))
    stand_in = SimpleNamespace(
        time=lambda: next(wall), monotonic=lambda: next(steady), sleep=lambda s: None, localtime=time.localtime, strftime=time.strftime
    )
    monkeypatch.setattr(doctor, "time", stand_in)
    finding = doctor._clock()
    assert finding.state == state
    if state == "note":
        assert str(finding.message) == f"The clock jumped by {jump_s:.2f} s in half a second"


def test_a_clock_that_was_never_set_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small computer without a clock of its own starts in 1970: recordings would be named by that."""
    stand_in = SimpleNamespace(
        time=lambda: 86_400.0 * 5, monotonic=lambda: 1.0, sleep=lambda s: None, localtime=time.localtime, strftime=lambda form: "1970-01-06"
    )
    monkeypatch.setattr(doctor, "time", stand_in)
    assert found(doctor._clock()) == ("bad", "The clock shows 1970-01-06", "Set the clock: recordings are named by it")


@pytest.mark.parametrize(("version", "state"), [((3, 10), "bad"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "bad")])
def test_versions_of_python_that_were_not_tried_are_named(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], state: str) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    assert doctor._python().state == state


def test_packages_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in ("vqf", "bumble"):
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(doctor, "version", version)
    assert found(doctor._packages())[:2] == ("bad", "Not installed: vqf")
    assert found(doctor._virtual())[:2] == ("note", "Not installed; needed only by run --virtual and virtual-sensor")


def test_a_sensor_of_a_plug_in_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[levelhips.sensors]\nacme = no_such_module:SENSOR\n")
    assert doctor._sensors().state == "ok"
    monkeypatch.syspath_prepend(tmp_path)
    profiles.cache_clear()
    try:
        assert found(doctor._sensors())[:2] == ("bad", "These could not be loaded: acme")
    finally:
        profiles.cache_clear()


# ---- Bluetooth


def test_sensors_in_range_are_named_and_other_devices_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scan(radio: object) -> Any:
        known, other = SimpleNamespace(name="", profile="polar"), SimpleNamespace(name="A phone", profile=None)
        yield {"C0:02": known, "C0:03": other}
        times.append(5.0)  # the search is over
        yield {"C0:02": known, "C0:03": other, "C0:01": SimpleNamespace(name="Bella", profile="polar")}

    times = [0.0]
    monkeypatch.setattr(doctor, "scan", scan)
    monkeypatch.setattr(doctor, "time", SimpleNamespace(monotonic=lambda: times[-1]))
    assert found(doctor._bluetooth()) == ("ok", "In range: Bella, C0:02", "")


def test_a_search_without_a_sensor_is_noted_and_one_without_bluetooth_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(radio: object) -> Any:
        times.append(5.0)
        yield {}

    async def broken(radio: object) -> Any:
        raise SensorError("The radio is off", fix="Turn it on")
        yield

    times = [0.0]
    monkeypatch.setattr(doctor, "time", SimpleNamespace(monotonic=lambda: times[-1]))
    monkeypatch.setattr(doctor, "scan", nothing)
    assert found(doctor._bluetooth())[:2] == ("note", "Works; no sensor is in range")
    monkeypatch.setattr(doctor, "scan", broken)
    assert found(doctor._bluetooth()) == ("bad", "The radio is off", "Turn it on")


# ---- display


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays of X11 and Wayland")
@pytest.mark.parametrize(
    ("code", "errors", "reason"),
    [
        (134, "qt.qpa.xcb: could not connect to display :9.\nmore\n", "could not connect to display :9"),
        (134, "\n  \nqt.qpa.plugin: no platform plugin. \n", "no platform plugin"),
        (-6, "Aborted\n", "-6"),
        (139, "", "139"),
    ],
)
def test_the_first_line_of_qt_is_the_reason(monkeypatch: pytest.MonkeyPatch, code: int, errors: str, reason: str) -> None:
    pytest.importorskip("PySide6")
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.setattr(display.subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=code, stderr=errors))
    problem = display_problem()
    assert problem is not None
    assert problem.reason == reason if reason.startswith(("could", "no")) else reason in problem.reason
    assert "libxcb-cursor0" in problem.fix


def test_a_display_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A display of another computer whose link is broken: Qt waits for it for ever."""
    pytest.importorskip("PySide6")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(display, "PROBE", "import threading; threading.Event().wait()")
    monkeypatch.setattr(display, "PROBE_S", 0.2)
    problem = display_problem()
    assert problem is not None
    assert "Use the live view in the terminal" in problem.fix


# ---- the command


@pytest.mark.parametrize(("state", "code"), [("ok", None), ("note", None), ("bad", 1)])
def test_only_what_is_bad_changes_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, state: str, code: int | None
) -> None:
    findings = [Finding(text("doctor.disk"), state, "x", "y"), Finding(text("doctor.clock"), "note", "z")]
    monkeypatch.setattr(doctor, "examine", lambda folder, **_: iter(findings))
    ended = None
    try:
        command(record=tmp_path)
    except SystemExit as end:
        ended = end.code
    assert ended == code
    first, last = capsys.readouterr().out.splitlines()
    assert first.split() == [{"bad": "BAD"}.get(state, state), "Disk", "x.", "y."]
    assert last.split() == ["note", "Clock", "z"]
