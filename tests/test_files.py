"""Files appear whole or not at all, and take the place of nothing but files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from command_line import levelhips

from levelhips.errors import LevelHipsError
from levelhips.files import replacing
from levelhips.settings.store import write_text

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


def test_symbolic_link_stays_a_link_when_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "x.txt", tmp_path / "there" / "y.txt"
    target.write_text("before")
    link.symlink_to(target)
    with replacing(link) as part:
        part.write_text("after")
    assert link.is_symlink()
    assert target.read_text() == "after"


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
