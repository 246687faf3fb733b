"""The file of the history: who can read it, what its errors advise, and what several programs do with it at once."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from levelhips import RecordingError
from levelhips.history import Diary, History, database
from levelhips.history.migrations import MIGRATIONS

POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="Windows has neither modes nor limits")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A history with one entry of pain."""
    path = tmp_path / "data" / "history.sqlite"
    with History(path) as history:
        Diary(history).add_pain(3, "before")
    return path


def scores(path: Path) -> list[int]:
    with History(path) as history:
        return sorted(row.score for row in Diary(history).pains())


def add_many_pains(path: Path) -> None:
    with History(path) as history:
        for _ in range(200):
            Diary(history).add_pain(5, "after", "x" * 1000)


def add_in_one_transaction(history: History, count: int) -> None:
    with history._changing():
        for _ in range(count):
            history.change("INSERT INTO pain VALUES ('2026-01-01', 'after', 5, ?)", ("x" * 1000,))


# ---- what each error advises: "move it aside" only for a file that cannot be whole


def test_full_disk_advises_to_free_space_and_loses_nothing(file: Path) -> None:
    with History(file) as history:
        (pages,) = history.rows("PRAGMA page_count")
        history.rows(f"PRAGMA max_page_count={pages['page_count']}")  # SQLite reports the same for a disk without room
        with pytest.raises(RecordingError) as caught:
            add_in_one_transaction(history, 200)
    assert caught.value.what == f"There is no space left on the disk of the history {file}"
    assert caught.value.fix == "Free some disk space, then try again; what is in the history is safe"
    assert scores(file) == [3]


def test_transaction_that_sqlite_has_rolled_back_itself_reports_why(file: Path) -> None:
    """A second ROLLBACK fails: its error hid that the disk was full."""

    class RolledBack(History):
        def rows(self, query: str, *values: object) -> list[dict[str, object]]:
            self._db.execute("ROLLBACK")  # as SQLite does after some errors
            raise RecordingError("history-disk-full", path=self.path)

    with RolledBack(file) as history, pytest.raises(RecordingError) as caught, history._changing():
        history.rows("")
    assert caught.value.code == "history-disk-full"


@POSIX_ONLY
def test_disk_that_fails_advises_to_copy_the_file_and_loses_nothing(file: Path) -> None:
    done = limited(file, f"from test_history_file import add_many_pains; add_many_pains(Path({str(file)!r}))")
    assert done.stderr.strip().endswith(
        f"The disk failed to read or write the history {file} (disk I/O error). Try again; if it fails again, copy the file to another "
        "disk (keep it: pain and shoes are stored only there)."
    )
    found = scores(file)
    assert found[0] == 3
    assert set(found[1:]) == {5}, "each entry before the error is kept"


def limited(file: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that cannot write more than 100 kB into one file."""
    import resource

    return subprocess.run(
        [sys.executable, "-c", f"from pathlib import Path; {code}"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        capture_output=True,
        text=True,
        check=False,
    )


def test_error_of_a_disk_without_room_is_a_full_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite reports an I/O error if there is no room for the memory that its programs share."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
    with History(file) as history:
        free = partial(SimpleNamespace, total=10**9, used=10**9)
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: free(free=50_000 if folder == file.parent else 10**9))
        assert history._unusable(error).code == "history-disk-full"
        monkeypatch.setattr(shutil, "disk_usage", lambda folder: free(free=200_000))
        assert history._unusable(error).code == "history-disk-failed"
        assert history._unusable(OSError(errno.ENOSPC, "No space left on device")).code == "history-disk-full"


def test_file_that_another_program_holds_advises_to_wait(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other, History(file) as history:
        history.rows("PRAGMA busy_timeout=20")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RecordingError) as caught:
            Diary(history).add_pain(4, "after")
    assert caught.value.what == f"The history {file} is in use by another program"
    assert caught.value.fix == "Close other windows and commands of levelhips, then try again; nothing in the history is lost"


@pytest.mark.parametrize("damage", [b"not a database", b""], ids=["head", "pages"])
def test_damaged_file_advises_a_backup_and_is_not_changed(file: Path, damage: bytes) -> None:
    data = bytearray(file.read_bytes())
    if damage:
        data[: len(damage)] = damage
    else:
        data[100:200] = bytes(100)  # the first page: its list of tables
    file.write_bytes(data)
    with pytest.raises(RecordingError, match="is damaged") as caught:
        History(file)
    assert caught.value.fix.startswith("Restore it from a backup; without one, move it aside")
    assert file.read_bytes() == data


@POSIX_ONLY
def test_folder_that_cannot_be_written_advises_to_check_permissions(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the place of the folder")
    with pytest.raises(RecordingError) as caught:
        History(tmp_path / "data" / "history.sqlite")
    assert caught.value.what == f"The history {tmp_path / 'data' / 'history.sqlite'} cannot be opened or written (File exists)"
    assert caught.value.fix == "Check the permissions of the file and its folder"
    (tmp_path / "folder").mkdir()
    with pytest.raises(RecordingError, match=r"cannot be opened or written \(unable to open database file\)"):
        History(tmp_path / "folder")


def test_database_of_another_program_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "music.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.executescript("CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES ('one')")
    with pytest.raises(RecordingError, match=r"music\.sqlite is a database of another program"):
        History(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]


# ---- several programs


def test_three_programs_that_start_at_once_share_a_new_history(tmp_path: Path) -> None:
    """Each of them found no tables and created them: two of three ended with "table sessions already exists"."""
    path = tmp_path / "data" / "history.sqlite"
    code = (
        "import sys; from pathlib import Path; from levelhips.history import Diary, History\n"
        "print('ready', flush=True); sys.stdin.read(1)\n"
        f"with History(Path({str(path)!r})) as history: Diary(history).add_pain(int(sys.argv[1]), 'after')"
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(score)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for score in range(3)
    ]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("x")
        program.stdin.flush()
    assert [(program.communicate()[1], program.returncode) for program in programs] == [("", 0)] * 3
    assert scores(path) == [0, 1, 2]
    with History(path) as history:
        assert history.rows("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]


def test_new_file_that_another_program_holds_is_opened_as_soon_as_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite does not wait when two programs choose the journal of a new file: 4 of 900 starts failed."""
    path = tmp_path / "history.sqlite"
    monkeypatch.setattr(database, "TIMEOUT_S", 0.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RecordingError, match="is in use by another program"):
            History(path)
        slept = []
        connect = partial(sqlite3.connect, timeout=0.0)
        monkeypatch.setattr(sqlite3, "connect", lambda file, timeout, isolation_level: connect(file, isolation_level=isolation_level))
        monkeypatch.setattr(database, "TIMEOUT_S", 10.0)
        monkeypatch.setattr(time, "sleep", lambda seconds: (slept.append(seconds), other.execute("ROLLBACK")))
        with History(path) as history:
            assert history.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]
        assert slept == [database.RETRY_S]


# ---- whose file it is


@POSIX_ONLY
def test_only_the_owner_can_read_a_history(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with History(tmp_path / "data" / "history.sqlite") as history:
            Diary(history).add_pain(3, "before")
            found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    finally:
        os.umask(before)
    assert found == dict.fromkeys(("history.sqlite", "history.sqlite-wal", "history.sqlite-shm"), 0o600)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@POSIX_ONLY
def test_history_of_an_earlier_version_is_closed_to_others(file: Path) -> None:
    file.chmod(0o644)
    History(file).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o440)
    with History(file) as history:
        assert len(Diary(history).pains()) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o400, "a file that is read only stays so"
