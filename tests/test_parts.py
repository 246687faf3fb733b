"""A session whose recorder had to begin a new file stays one session: in analysis, replay, review and history."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import levelhips
from waiting import until

from levelhips import Samples, Settings, Update, analyze, open_recording
from levelhips.events import CueOutcome, HealthChange, StandingZero, Step, ThresholdChange
from levelhips.events.codec import encode_event
from levelhips.history import History
from levelhips.live.replay import Replay
from levelhips.live.session import Session
from levelhips.recording import recorder as recorder_module
from levelhips.recording.event_reader import read_events
from levelhips.recording.frames import FileState, read_messages
from levelhips.recording.parts import by_session, session_files
from levelhips.recording.recover import recover
from levelhips.recording.writer import RecordingWriter

START = "2026-03-04T12:00:00.000+00:00"
COMPLETE = "The session is in 2 files; nothing is missing between them"


class Deleted:
    """Delete the file of a session at a time; as a sink it knows the time. The session waits until the recorder has noticed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at_s: float) -> None:
        self.at_s, self.session = at_s, None
        monkeypatch.setattr(recorder_module, "FLUSH_S", 0.01)

    def begun(self, session: Session) -> None:
        self.session = session

    def put(self, update: Update) -> None:
        if not len(update.angles) or update.angles.t_s[-1] < self.at_s:
            return
        recorder, self.at_s = self.session.recorder, float("inf")
        # All is written, so that the second file begins with the same sample in every run.
        until(lambda: not recorder._queue and recorder._busy_since_s is None)
        gone = recorder.path
        gone.unlink()
        until(lambda: not recorder.recording or recorder.path != gone)


@pytest.fixture(scope="module")
def live_run(tmp_path_factory: pytest.TempPathFactory):
    """Return a live session of 45 s whose file was deleted after 20 s."""
    if sys.platform == "win32":
        pytest.skip("Windows does not delete a file that is open")
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    from live_harness import live

    with pytest.MonkeyPatch.context() as monkeypatch:
        deleted = Deleted(monkeypatch, 20.0)
        found = live(tmp_path_factory.mktemp("runs"), sinks=[deleted], begun=deleted.begun)
    assert [path.name.removeprefix(found.recording.path.stem) for path in found.session.recorder.paths] == [".mcap", "_part2.mcap"]
    return found


@pytest.fixture
def files(live_run, tmp_path: Path) -> list[Path]:
    """Return copies of its two files, as if somebody had worn the sensor."""
    return [
        shutil.copy(path, tmp_path / f"run{path.stem.removeprefix(live_run.recording.path.stem)}.mcap")
        for path in live_run.session.recorder.paths
    ]


def of_engine(update: Update) -> Update:
    return Update(events=tuple(event for event in update.events if not isinstance(event, HealthChange | CueOutcome)))


@pytest.mark.parametrize("part", [0, 1])
def test_analysis_of_either_file_is_that_of_the_live_session(live_run, files, part):
    recording = open_recording(files[part])
    assert recording.path == files[0]
    assert list(map(str, recording.notes)) == [COMPLETE]
    found = analyze(recording)
    assert of_engine(Update(events=found.events)) == live_run.core_events()
    assert len(found.steps) == live_run.session.statistics.steps.total() > 60
    assert len(found.good()) == live_run.session.statistics.counted > 50


def test_replay_and_review_of_the_second_file_have_the_whole_session(live_run, files):
    recording = open_recording(files[1])
    replay = Replay(recording, live_run.session.settings, speed=float("inf"), sinks=[])
    heard: list[Update] = []
    replay.state.put = heard.append
    replay.run()
    assert of_engine(Update.join(heard)) == live_run.core_events()
    pytest.importorskip("PySide6")
    from levelhips.ui.review.opening import Opening

    opening = Opening(files[1])
    assert opening.done.wait(60)
    assert len(opening.steps) == live_run.session.statistics.counted


def test_command_line_analyzes_the_whole_session_from_its_second_file(live_run, files, tmp_path):
    levelhips("analyze", files[1], "--out", tmp_path / "out")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["steps"]["counted"] == live_run.session.statistics.counted
    assert (summary["recording"]["file"], summary["recording"]["notes"]) == (files[0].name, [COMPLETE])


def test_recovering_either_file_joins_the_session(live_run, files):
    whole = open_recording(files[0])
    joined = open_recording(recover(open_recording(files[1])).path)
    assert joined.path.name == "run-recovered.mcap"
    assert joined.notes == []
    assert not {"part", "continues"} & joined.metadata.keys()
    assert np.array_equal(joined.samples.acc_mps2, whole.samples.acc_mps2)
    assert list(map(encode_event, joined.events)) == list(map(encode_event, whole.events))


def test_second_file_alone_keeps_the_zero_and_the_thresholds(live_run, files):
    files[0].unlink()
    recording = open_recording(files[1])
    assert list(map(str, recording.notes)) == [
        "Part 1 of the session is missing: the rest is read without it",
        "Standing zero, heading and thresholds are taken from the beginning of run_part2.mcap",
    ]
    found = analyze(recording)
    assert not list(Update(events=found.events).of(StandingZero)), "nobody stood still in it"
    live_steps = {round(step.at_s, 1): step for step in live_run.good}
    settled = [step for step in live_run.good if step.at_s > recording.samples.t_s[0] + 8.0]
    assert len([step for step in found.good() if step.at_s > recording.samples.t_s[0] + 8.0]) == len(settled) > 40
    errors = [step.drop_deg - live_steps[round(step.at_s, 1)].drop_deg for step in found.good() if round(step.at_s, 1) in live_steps]
    assert len(errors) > 40
    assert np.abs(errors).max() < 0.6, "steps are valid as soon as the vertical is known to 0.6 deg"
    assert {(change.left_rad, change.right_rad) for change in Update(events=found.events).of(ThresholdChange)} == {
        (change.left_rad, change.right_rad) for change in live_run.of(ThresholdChange)
    }
    replay, heard = Replay(recording, live_run.session.settings, speed=float("inf")), list[Update]()
    replay.state.put = heard.append
    replay.run()
    steps = list(Update.join(heard).of(Step))
    assert Update(events=tuple(steps)) == Update(events=tuple(found.steps))
    copied = open_recording(recover(recording).path)
    assert Update(events=tuple(analyze(copied).steps)) == Update(events=tuple(found.steps)), "a copy keeps them, too"


# ---- the history


def as_worn(files: list[Path]) -> None:
    """Write files again without the mark of a virtual sensor, whose figures are not the wearer's."""
    for path in files:
        state = FileState()
        messages = list(read_messages(path.read_bytes(), state))
        path.unlink()
        with RecordingWriter(path, {name: value for name, value in state.metadata.items() if name != "virtual"}, sync=False) as writer:
            for message in messages:
                writer._mcap.add_message(message.channel, message.log_time_ns, message.data, message.log_time_ns)


def rows(history: History) -> list[tuple[str, int, str]]:
    return [(Path(row.file).name, row.counted, row.note) for row in history.sessions()]


def test_session_in_two_files_is_one_row_of_the_history(live_run, files, tmp_path):
    as_worn(files)
    counted = live_run.session.statistics.counted
    with History(tmp_path / "history.sqlite") as history:
        for path in files:
            history.add(path)
            assert rows(history) == [("run.mcap", counted, "")]
        assert history.rebuild(tmp_path).unchanged == 1
        assert history.rebuild(tmp_path, reread_all=True).added == 1
        assert rows(history) == [("run.mcap", counted, "")]
        assert history.forget(files[1]) == 1
        assert rows(history) == []


def test_rebuild_notices_that_a_file_of_a_session_went_or_came_back(live_run, files, tmp_path):
    as_worn(files)
    counted = live_run.session.statistics.counted
    first, second = files
    with History(tmp_path / "history.sqlite") as history:
        history.rebuild(tmp_path)
        assert rows(history) == [("run.mcap", counted, "")]
        second.rename(tmp_path / "run_part2.away")
        history.rebuild(tmp_path)
        [(_, before, _)] = rows(history)
        (tmp_path / "run_part2.away").rename(second)
        first.rename(tmp_path / "run.away")
        done = history.rebuild(tmp_path)
        assert (done.added, done.removed) == (1, 1)
        [(name, after, note)] = rows(history)
        assert (name, note) == ("run_part2.mcap", "damaged")
        assert before + after == counted
        (tmp_path / "run.away").rename(first)
        done = history.rebuild(tmp_path)
        assert (done.added, done.removed) == (1, 1)
        assert rows(history) == [("run.mcap", counted, "")]


def test_list_of_recordings_to_open_has_a_session_once(files, tmp_path):
    pytest.importorskip("PySide6")
    from levelhips.ui.widgets.dialogs import recordings_by_date

    other = written(tmp_path / "other.mcap")
    assert set(recordings_by_date(tmp_path)) == {files[0], other}


# ---- which files belong together


def written(
    path: Path,
    *,
    start: str = START,
    part: int = 0,
    first_s: float = 0.0,
    events: tuple = (),
    scale: tuple[float, float] | None = None,
) -> Path:
    """Write a file of a session with ten seconds of samples; `part` is its number if it is a later one."""
    metadata = {"rate_hz": "100", "outward": "+z", "started_utc": start}
    if part:
        metadata |= {"part": str(part), "continues": "the file before"}
    t_s = first_s + np.arange(1000) / 100
    with RecordingWriter(path, metadata, Settings().as_dict(), scale, sync=False) as writer:
        writer.samples(Samples(t_s, np.sin(t_s)[:, None] * [0.1, 9.8, 0.1], np.cos(t_s)[:, None] * [0.1, 0.1, 0.1]))
        for event in events:
            writer.event(event)
    return path


def test_parts_are_in_order_of_their_numbers(tmp_path):
    made = [written(tmp_path / "run.mcap")]
    made += [written(tmp_path / f"run_part{number}.mcap", part=number, first_s=10.0 * number) for number in range(2, 12)]
    for path in (made[0], made[4], made[10]):
        assert session_files(path) == made
    assert len(open_recording(made[7]).samples) == 11_000


def test_what_is_missing_between_the_files_is_said(tmp_path):
    written(tmp_path / "run.mcap")
    written(tmp_path / "run_part2.mcap", part=2, first_s=13.0)
    written(tmp_path / "run_part4.mcap", part=4, first_s=40.0)
    recording = open_recording(tmp_path / "run_part2.mcap")
    assert list(map(str, recording.notes)) == [
        "The session is in 3 files; 20.0 s are missing between them",
        "Part 3 of the session is missing: the rest is read without it",
    ]
    assert not read_events(tmp_path / "run.mcap", (Step,)).whole


def test_files_of_other_sessions_are_not_joined_whatever_their_names(tmp_path):
    run = written(tmp_path / "run.mcap")
    second = written(tmp_path / "run_part2.mcap", part=2, first_s=10.0)
    others = [
        written(tmp_path / "run_2.mcap"),  # another session in the same second
        written(tmp_path / "run_part3.mcap", part=3, start="2026-03-05T12:00:00.000+00:00"),
        written(tmp_path / "run_part4.mcap"),  # a recording that somebody named so
    ]
    for path in others:
        assert session_files(path) == [path]
    assert session_files(run) == session_files(second) == [run, second]
    assert sorted(by_session(tmp_path.glob("*.mcap"))) == sorted([[run, second], *([path] for path in others)])


def test_file_with_a_damaged_beginning_still_belongs_to_its_session_by_its_name(tmp_path):
    run, second = written(tmp_path / "run.mcap"), written(tmp_path / "run_part2.mcap", part=2, first_s=10.0)
    for path in (run, second):
        whole = path.read_bytes()
        at = whole.index(b"started_utc") + 20
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        recording = open_recording(second)
        assert len(recording.samples) == 2000
        assert f"{path.name}: Skipped 1 damaged part" in str(recording.notes[0])
        path.write_bytes(whole)


def test_part_that_cannot_be_read_costs_only_itself(tmp_path):
    run, second = written(tmp_path / "run.mcap"), written(tmp_path / "run_part2.mcap", part=2, first_s=10.0)
    second.write_bytes(b"")
    assert read_events(run, (Step,)).last_s > 8.0
    assert not read_events(run, (Step,)).whole
    recording = open_recording(run)
    assert len(recording.samples) == 1000
    assert "run_part2.mcap" in str(recording.notes[0])
    assert notes_of(run) == ["run_part2.mcap could not be read at all: what was recorded in it is missing"]


def notes_of(path: Path) -> list[str]:
    return list(map(str, open_recording(path).notes))


@pytest.mark.parametrize(
    "content", [b"", b"abc", b"\x89MCAP0\r\n", np.random.default_rng(1).bytes(50_000)], ids=["empty", "short", "magic", "random"]
)
def test_nothing_is_said_to_be_complete_if_a_part_cannot_be_read(tmp_path, content):
    run, second = written(tmp_path / "run.mcap"), written(tmp_path / "run_part2.mcap", part=2, first_s=10.0)
    third = written(tmp_path / "run_part3.mcap", part=3, first_s=20.0)
    third.write_bytes(content)
    assert notes_of(run) == ["run_part3.mcap could not be read at all: what was recorded in it is missing"]
    second.write_bytes(content)
    third.unlink()
    written(third, part=3, first_s=20.0)
    assert notes_of(run) == [
        "run_part2.mcap could not be read at all: what was recorded in it is missing",
        "The session is in 3 files; 10.0 s are missing between them",
    ]


def test_nothing_is_said_to_be_complete_if_all_samples_of_a_part_are_damaged(tmp_path):
    run, second = written(tmp_path / "run.mcap"), written(tmp_path / "run_part2.mcap", part=2, first_s=10.0)
    whole = second.read_bytes()
    starts = [at for at in range(len(whole)) if whole.startswith(b"\x04\x00\x00\x00zstd", at)]
    damaged = bytearray(whole)
    for at in starts[:10]:  # the others are in the index of the chunks
        damaged[at + 40] ^= 1
    second.write_bytes(damaged)
    assert notes_of(run) == ["run_part2.mcap: Skipped 10 damaged parts; each holds about a second"]
    second.write_bytes(whole[: starts[0] + 40])
    [note] = notes_of(run)
    assert note.startswith("run_part2.mcap: The file was not closed, so its end is missing")


@pytest.mark.parametrize("size", [0, 3, 8])
def test_number_of_skipped_bytes_is_never_negative(size):
    state = FileState()
    assert list(read_messages(b"\x89MCAP0\r\n"[:size], state)) == []
    assert state.unread_bytes == 0


def test_renamed_part_is_known_by_its_metadata(tmp_path):
    run = written(tmp_path / "run.mcap", part=2, first_s=10.0)
    assert notes_of(run) == ["Part 1 of the session is missing: the rest is read without it"]
    assert not read_events(run, (Step,)).whole


def test_whole_recording_with_the_name_of_a_part_misses_nothing(tmp_path):
    named = written(tmp_path / "run_part3.mcap")
    assert notes_of(named) == []
    assert read_events(named, (Step,)).whole


def test_parts_whose_names_were_swapped_are_read_in_their_right_order(tmp_path):
    second = written(tmp_path / "run.mcap", part=2, first_s=10.0)
    first = written(tmp_path / "run_part2.mcap")
    for path in (first, second):
        assert session_files(path) == [first, second]
        recording = open_recording(path)
        assert list(map(str, recording.notes)) == [COMPLETE]
        assert np.allclose(recording.samples.t_s, np.arange(2000) / 100)
        assert "part" not in recording.metadata


def test_copy_of_a_part_is_named_and_not_counted(tmp_path):
    run, second = written(tmp_path / "run.mcap"), written(tmp_path / "run_part2.mcap", part=2, first_s=10.0)
    copy = shutil.copy(second, tmp_path / "run_part3.mcap")
    assert session_files(run) == [run, second, copy]
    assert notes_of(run) == ["Skipped run_part3.mcap: it is a copy of part 2 of the session", COMPLETE]
    assert len(open_recording(run).samples) == 2000
    second.unlink()
    assert notes_of(run) == [COMPLETE], "the copy has all of part 2"


def test_scale_of_a_session_is_known_only_if_its_parts_agree(tmp_path):
    first, other = (2.0**-10, 2.0**-11), (2.0**-9, 2.0**-11)
    run, second = written(tmp_path / "run.mcap", scale=first), written(tmp_path / "run_part2.mcap", part=2, first_s=10.0, scale=first)
    assert open_recording(run).scale == first
    second.unlink()
    written(second, part=2, first_s=10.0, scale=other)
    assert open_recording(run).scale is None


def test_part_that_repeats_what_the_part_before_has_is_not_a_copy(tmp_path):
    """If syncing fails, the recorder writes the same samples into the next file."""
    run = written(tmp_path / "run.mcap")
    for part in (2, 3):
        written(tmp_path / f"run_part{part}.mcap", part=part, first_s=10.0)
    assert notes_of(run) == ["The session is in 3 files; nothing is missing between them"]
    assert len(open_recording(run).samples) == 2000


def test_file_with_a_damaged_beginning_belongs_to_the_session_with_the_lowest_name(tmp_path):
    run = tmp_path / "run.mcap"
    run.write_bytes(b"damaged")
    second = written(tmp_path / "run_part2.mcap", part=2, first_s=10.0)
    other = written(tmp_path / "run_part4.mcap", start="2026-03-05T12:00:00.000+00:00")
    assert sorted(by_session([run, second, other])) == [[run, second], [other]]
