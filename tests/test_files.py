"""Files appear whole or not at all, and take the place of nothing but files."""

from __future__ import annotations

import errno
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import levelhips
from conftest import short_run
from hand_made import analysis_of, step

from levelhips import Update, open_recording
from levelhips.audio.wav import WavSink
from levelhips.cli.console import begin_log
from levelhips.errors import LevelHipsError, SettingsError
from levelhips.events import Signal, SignalKind
from levelhips.export.plot import plot_metric
from levelhips.export.tables import write_tables
from levelhips.files import make_folder, replacing, replacing_all
from levelhips.history import History
from levelhips.programme.programme import Programme
from levelhips.programme.store import load_programme, save_programme
from levelhips.recording import RecordingWriter
from levelhips.settings.store import change_settings, write_text

BUNDLED = Path(__file__).parents[1] / "recordings"


def test_a_file_is_replaced_only_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("before")
    with replacing(path) as part:
        part.write_text("after")
        assert path.read_text() == "before"
        assert part.suffix == ".txt"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_file_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("before")

    def write_half(part: Path) -> None:
        part.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), replacing(path) as part:
        write_half(part)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_symbolic_link_is_replaced_and_its_target_is_not_touched(tmp_path: Path) -> None:
    link, target = tmp_path / "x.txt", tmp_path / "y.txt"
    target.write_text("before")
    link.symlink_to(target)
    with replacing(link) as part:
        part.write_text("after")
    assert not link.is_symlink()
    assert (link.read_text(), target.read_text()) == ("after", "before")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    with replacing(tmp_path / "x") as part:
        part.write_text("health data")
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o600


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A file that is not a regular one: what /dev/full is, without the rights that a device needs."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no FIFOs")
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


def test_replay_does_not_replace_a_device_by_a_wav_file(fifo: Path) -> None:
    run = BUNDLED / "walk.mcap"
    output = levelhips("replay", run, "--speed", "max", "--wav", fifo, code=1).stderr
    assert "is not a regular file. Choose the name of a file." in " ".join(output.split())
    assert fifo.is_fifo()


def test_plot_does_not_replace_a_device(fifo: Path) -> None:
    pytest.importorskip("matplotlib")
    from levelhips.analysis import analyze
    from levelhips.export.plot import plot_metric

    with pytest.raises(LevelHipsError, match="is not a regular file"):
        plot_metric(analyze(BUNDLED / "walk.mcap"), "contralateral_drop", fifo)
    assert fifo.is_fifo()


def test_settings_do_not_replace_a_device(fifo: Path) -> None:
    with pytest.raises(LevelHipsError, match="is not a regular file"):
        write_text(fifo, "x = 1")
    assert fifo.is_fifo()


def test_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    with pytest.raises(LevelHipsError, match="is a folder"), replacing(tmp_path):
        pass


# ---- a full disk


def write_the_programme(folder: Path) -> None:
    save_programme(replace(Programme(), days=10), folder / "programme.toml")


def write_the_settings(folder: Path) -> None:
    change_settings(folder / "settings.toml", {"cues.k": 5})


def write_the_tables(folder: Path) -> None:
    write_tables(analysis_of(step(1.0), step(2.0)), folder)


def export_the_history(folder: Path) -> None:
    with History(folder.parent / "history.sqlite") as history:
        history.export(folder)


def write_the_wav(folder: Path) -> None:
    sink = WavSink(folder / "beeps.wav", 0.0)
    sink.put(Update(events=(Signal(1.0, 1.0, SignalKind.STARTED),)))
    sink.close()


def write_the_plot(folder: Path) -> None:
    pytest.importorskip("matplotlib")
    plot_metric(analysis_of(step(1.0), step(2.0)), "contralateral_drop", folder / "plot.png")


def write_the_recording(folder: Path) -> None:
    with RecordingWriter(folder / "run.mcap", {"rate_hz": "100"}):
        pass


WRITERS = [write_the_programme, write_the_settings, write_the_tables, export_the_history, write_the_wav, write_the_plot]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("write", WRITERS)
def test_a_disk_that_is_full_at_the_last_moment_leaves_every_file_as_it_was(
    write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    write(folder)
    earlier = {"programme.toml": "days = 14\n", "settings.toml": "[cues]\nk = 4\n"}
    for name in contents(folder):
        (folder / name).write_text(earlier.get(name, "earlier"))
    before = contents(folder)
    export_the_history(tmp_path / "other")  # creates the database, which syncs by itself

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LevelHipsError, match="No space left on device"):
        write(folder)
    assert contents(folder) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit for the size of files")
@pytest.mark.parametrize(
    ("name", "command"), [("programme.toml", ["programme", "--acute"]), ("settings.toml", ["settings", "set", "threshold.left_deg", "4"])]
)
def test_a_command_without_room_on_the_disk_keeps_the_file(tmp_path: Path, name: str, command: list[str]) -> None:
    """The programme went from 1,143 bytes to none, and the next start used the default one without a word."""
    import resource

    whole = "# comments of the user\n" * 50 + ("days = 9\n" if name == "programme.toml" else "[cues]\nk = 4\n")
    (tmp_path / name).write_text(whole)
    done = subprocess.run(
        [sys.executable, "-m", "levelhips", *command],
        env={**os.environ, "LEVELHIPS_DATA": str(tmp_path), "LEVELHIPS_CONFIG": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert f"{name} cannot be written" in " ".join(done.stderr.split())
    assert (tmp_path / name).read_text() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
    if name == "programme.toml":
        assert load_programme(tmp_path / name).days == 9


# ---- whose files they are


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.usefixtures("usual_umask")
@pytest.mark.parametrize("write", [*WRITERS, write_the_recording])
def test_only_the_owner_can_read_what_is_written(write: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "out" / "of" / "mine"
    make_folder(folder)
    write(folder)
    found = modes(folder)
    assert len(found) > 1
    assert found.pop("mine") == 0o700
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("write", WRITERS)
def test_no_writer_follows_a_symbolic_link(write: Callable[[Path], None], tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    write(folder)
    target = tmp_path / "of somebody else"
    for name in contents(folder):
        target.write_bytes(b"")
        (folder / name).unlink()
        (folder / name).symlink_to(target)
    write(folder)
    assert target.read_bytes() == b""
    assert not any(path.is_symlink() for path in folder.iterdir())


def write_together(folder: Path, text: str) -> None:
    with replacing_all(folder, last="a.txt") as staging:
        for name in ("a.txt", "b.txt", "c.txt"):
            (staging / name).write_text(text)


def test_files_written_together_replace_all_or_none(tmp_path: Path) -> None:
    write_together(tmp_path / "out", "first")
    assert contents(tmp_path / "out") == dict.fromkeys(("a.txt", "b.txt", "c.txt"), b"first")
    (tmp_path / "out" / "c.txt").unlink()
    (tmp_path / "out" / "c.txt").mkdir()
    with pytest.raises(LevelHipsError, match="is a folder"):
        write_together(tmp_path / "out", "second")
    (tmp_path / "out" / "c.txt").rmdir()
    assert contents(tmp_path / "out") == dict.fromkeys(("a.txt", "b.txt"), b"first")


def test_the_last_file_is_moved_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order, move = [], os.replace
    monkeypatch.setattr(os, "replace", lambda source, target: (order.append(Path(target).name), move(source, target)))
    with replacing_all(tmp_path, last="b") as staging:
        for name in "cba":
            (staging / name).write_text(name)
    assert order == ["a", "c", "b"]


def test_a_name_of_the_greatest_length_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / f"{'x' * 251}.txt"
    with replacing(path) as part:
        part.write_text("whole")
    assert path.read_text() == "whole"


@pytest.mark.parametrize("arguments", [("convert", "whole.mcap", "new.mcap"), ("simulate", "--seconds", "10", "--out", ".")])
def test_a_recording_that_cannot_be_written_completely_is_not_there_and_the_command_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """Bug: half a recording was left, and a second try refused to replace it."""
    samples = short_run().samples
    with RecordingWriter(tmp_path / "whole.mcap", {"rate_hz": "100", "outward": "+z"}) as writer:
        writer.samples(samples)
    with monkeypatch.context() as full:
        full.setattr(RecordingWriter, "flush", lambda writer: writer._fail(OSError(errno.ENOSPC, "No space left on device")))
        failed = levelhips(*arguments, code=1, cwd=tmp_path)
    assert "cannot be written (No space left on device)" in failed.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["whole.mcap"]
    levelhips(*arguments, cwd=tmp_path)
    [new] = [path for path in tmp_path.glob("*.mcap") if path.name != "whole.mcap"]
    assert open_recording(new).notes == []


@pytest.fixture
def root_log() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield root
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.stream.close()
    root.setLevel(level)


def test_a_log_is_for_its_owner_only_and_is_continued(tmp_path: Path, root_log: logging.Logger) -> None:
    path = tmp_path / "run.log"
    path.write_text("before\n")
    begin_log(path)
    begin_log(tmp_path / "new.log")
    root_log.info("a message")
    assert path.read_text().startswith("before\n")
    assert path.read_text().endswith(" root INFO a message\n")
    assert stat.S_IMODE((tmp_path / "new.log").stat().st_mode) == 0o600


def test_a_log_does_not_follow_a_link(tmp_path: Path, root_log: logging.Logger) -> None:
    (tmp_path / "diary").write_text("kept")
    (tmp_path / "run.log").symlink_to(tmp_path / "diary")
    with pytest.raises(SettingsError, match="run.log"):
        begin_log(tmp_path / "run.log")
    root_log.warning("a message")
    assert (tmp_path / "diary").read_text() == "kept"
