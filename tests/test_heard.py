"""The history counts what was heard: beeps, faults of each part, and steps with, without and between beeps."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import command_line
import pytest
from hand_made import LEFT, RIGHT, saved, step, stride
from rich.console import Console
from test_replay import Clock, Keep, recording

from levelhips import Recording, RecordingWriter, Update, analyze, summarize
from levelhips.analysis import settings_of
from levelhips.cli.terminal.replay_view import ReplayView
from levelhips.events import (
    BlockChange,
    BlockPurpose,
    Cue,
    CueOutcome,
    Event,
    HealthChange,
    HealthReason,
    HealthState,
    Mode,
    ModeChange,
    Outcome,
    Part,
    Signal,
    SignalKind,
)
from levelhips.history import History, session_row
from levelhips.history.heard import FaultRow, beeps_heard, faults
from levelhips.history.weekly import beeps_of, faults_of, retention, weeks
from levelhips.live.replay import Replay
from levelhips.live.snapshot import SessionState
from levelhips.metrics import Feedback, Statistics
from levelhips.simulation.runner import SensorModel

DROP = "contralateral_drop"
BASELINE_DAY, TRAINING_DAY = "2026-03-02T12:00:00+00:00", "2026-03-04T12:00:00+00:00"  # of one week
RUNNING = ModeChange(0.0, 0.0, Mode.RUNNING)


def sound(at_s: float, state: HealthState, reason: HealthReason = HealthReason.NONE, lasted_s: float = math.nan) -> HealthChange:
    return HealthChange(at_s, at_s, Part.SOUND, state, reason, lasted_s)


def fault(at_s: float, part: Part = Part.SOUND) -> HealthChange:
    return HealthChange(at_s, at_s, part, HealthState.FAULT)


def block(at_s: float, *, feedback: bool, over: bool = False) -> BlockChange:
    purpose = BlockPurpose.FEEDBACK if feedback else BlockPurpose.RETENTION
    return BlockChange(at_s, at_s, 1, 4, walk=False, feedback=feedback, over=over, until_s=math.nan, purpose=purpose)


def cue(at_s: float) -> Cue:
    return Cue(at_s, at_s, at_s - 0.1, LEFT, 0.5, 0.09, 0.07)


def outcome(at_s: float, outcome: Outcome) -> CueOutcome:
    return CueOutcome(at_s, at_s, at_s - 0.1, LEFT, outcome)


def steps(from_s: float, count: int, drop_deg: float) -> list[Event]:
    """Return steps of both sides with the same drop, a second apart."""
    return [step(from_s + k, side, drop_deg) for k in range(count) for side in (LEFT, RIGHT)]


OK, MUTED = sound(0.0, HealthState.OK), sound(0.0, HealthState.OFF, HealthReason.MUTED)


def means(*events: Event) -> dict[str, float]:
    """Return the mean drop of the left steps by feedback, for each kind that occurred."""
    statistics = Statistics()
    for event in events:
        statistics.add(event)
    found = {each.value: statistics.spread(DROP, LEFT, feedback=each) for each in Feedback}
    return {name: round(spread.mean, 3) for name, spread in found.items() if spread.n}


# ---- with, without and between


def test_minutes_without_beeps_after_the_first_ones_are_between_beeps() -> None:
    fading = [
        *(block(0.0, feedback=False), *steps(1.0, 9, 1.0)),
        *(block(10.0, feedback=True), *steps(11.0, 9, 2.0)),
        *(block(20.0, feedback=False), *steps(21.0, 9, 3.0)),
        *(block(30.0, feedback=True), *steps(31.0, 9, 4.0)),
        *(block(40.0, feedback=False), *steps(41.0, 9, 5.0)),
    ]
    assert means(RUNNING, OK, *fading) == {"without": 1.0, "with": 3.0, "between": 4.0}


def test_a_sound_that_works_before_the_first_block_is_not_feedback() -> None:
    """Bug: the steps between the report that the sound works and the first block counted as steps with beeps."""
    assert means(OK, RUNNING, block(2.0, feedback=False), step(1.5), step(3.0)) == {"without": 3.0}


@pytest.mark.parametrize("feedback", [True, False], ids=["a protocol with sound throughout", "a protocol without sound"])
def test_steps_after_the_end_of_a_run_protocol_are_compared_with_nothing(feedback: bool) -> None:
    run = [RUNNING, OK, block(0.0, feedback=feedback), *steps(1.0, 9, 3.0), block(10.0, feedback=False, over=True), *steps(11.0, 9, 6.0)]
    assert means(*run) == {"with" if feedback else "without": 3.0, "unknown": 6.0}


@pytest.mark.parametrize(
    "silence",
    [
        sound(10.0, HealthState.OFF, HealthReason.MUTED),
        sound(10.0, HealthState.FAULT, HealthReason.NO_DEVICE),
        sound(10.0, HealthState.FAULT, HealthReason.DEVICE_STALLED),
    ],
    ids=["key M", "no device", "device stalled"],
)
def test_a_run_whose_sound_is_off_for_a_while_has_no_beeps_then(silence: HealthChange) -> None:
    heard, silent = steps(1.0, 9, 3.0), steps(10.0, 9, 6.0)
    back = sound(19.5, HealthState.OK, lasted_s=9.5)
    assert means(RUNNING, OK, *heard, silence, *silent, back, *steps(20.0, 9, 3.0)) == {"with": 3.0, "between": 6.0}


@pytest.mark.parametrize("reason", [HealthReason.NOT_WANTED, HealthReason.MUTED, HealthReason.NO_DEVICE])
def test_a_run_without_sound_from_the_start_is_a_run_without_beeps(reason: HealthReason) -> None:
    state = HealthState.FAULT if reason is HealthReason.NO_DEVICE else HealthState.OFF
    assert means(sound(0.0, state, reason), RUNNING, *steps(1.0, 9, 3.0)) == {"without": 3.0}


def test_a_fault_of_another_part_does_not_silence_the_beeps() -> None:
    assert means(OK, RUNNING, fault(0.5, Part.RECORDING), *steps(1.0, 9, 3.0)) == {"with": 3.0}


def test_no_step_of_walking_has_beeps() -> None:
    statistics = Statistics()
    for event in (OK, step(1.0, mode=Mode.WALKING), stride(1.0, mode=Mode.WALKING), step(2.0, mode=Mode.WALKING)):
        statistics.add(event)
    assert statistics.spread(DROP, feedback=Feedback.WITHOUT).n == 2
    assert statistics.spread("cadence", feedback=Feedback.WITHOUT).n == 1
    assert statistics.spread(DROP, feedback=Feedback.WITH).n == 0


def test_an_excluded_step_with_sound_is_the_first_with_sound() -> None:
    from levelhips import Quality

    start_up = step(1.0, LEFT, 9.0, Quality.SETTLING)
    assert means(RUNNING, OK, start_up, sound(2.0, HealthState.OFF, HealthReason.MUTED), *steps(3.0, 3, 3.0)) == {"between": 3.0}


def test_a_pause_is_compared_with_nothing_whatever_the_sound() -> None:
    paused, resumed = Signal(5.0, 5.0, SignalKind.PAUSED), Signal(8.0, 8.0, SignalKind.STARTED)
    assert means(RUNNING, MUTED, *steps(1.0, 4, 3.0), paused, *steps(5.0, 3, 9.0), resumed, *steps(8.0, 3, 3.0)) == {
        "without": 3.0,
        "unknown": 9.0,
    }


# ---- one session


def test_beeps_without_outcomes_count_as_heard_and_others_by_their_outcome() -> None:
    asked: list[Event] = [cue(float(k)) for k in range(5)]
    assert beeps_heard(asked) == 5
    found = [outcome(float(k), which) for k, which in enumerate(Outcome)]
    assert beeps_heard([*asked, *found]) == 1, "the only one that was rendered"
    assert beeps_heard([*asked, outcome(0.0, Outcome.MUTED)]) == 0, "a cue without an outcome was cut off by a crash"
    assert beeps_heard([]) == 0


def test_faults_are_counted_by_part_with_their_seconds_on_the_clock_of_the_host() -> None:
    events = [
        *(OK, fault(10.0), fault(12.0), sound(15.0, HealthState.OK, lasted_s=6.5)),  # another reason is the same fault
        *(fault(20.0), HealthChange(21.0, 21.0, Part.SOUND, HealthState.OFF, HealthReason.MUTED)),
        *(fault(30.0, Part.SENSOR), HealthChange(30.0, 30.0, Part.SENSOR, HealthState.OK, lasted_s=42.0)),
        fault(50.0, Part.RECORDING),
    ]
    assert faults(events, 60.25) == {
        "sound": FaultRow("sound", 2, 7.5),
        "sensor": FaultRow("sensor", 1, 42.0),
        "recording": FaultRow("recording", 1, 10.2),
    }
    assert faults([OK, MUTED], 60.0) == {}


def run_with_a_dead_device(path: Path) -> Path:
    """Save a run whose sound failed for 12 s: of four beeps, two were heard."""
    beeps: list[Event] = [cue(2.0), outcome(2.0, Outcome.RENDERED), cue(12.0), outcome(12.0, Outcome.NO_DEVICE)]
    beeps += [cue(14.0), outcome(14.0, Outcome.NO_DEVICE), cue(26.0), outcome(26.0, Outcome.RENDERED)]
    silent = [fault(10.0), *steps(11.0, 9, 5.0), sound(22.0, HealthState.OK, lasted_s=12.0)]
    return saved(path, TRAINING_DAY, OK, RUNNING, *steps(1.0, 9, 2.0), *silent, *steps(23.0, 9, 2.0), *beeps)


def test_a_session_has_the_beeps_heard_the_faults_and_the_drop_between_beeps(tmp_path: Path) -> None:
    row = session_row(run_with_a_dead_device(tmp_path / "a.mcap"))
    assert (row.cues, row.heard) == (4, 2)
    assert row.faults == {"sound": FaultRow("sound", 1, 12.0)}
    left = row.sides["left"]
    assert (left.with_n, left.with_deg, left.between_n, left.between_deg, left.without_n) == (18, 2.0, 9, 5.0, 0)
    assert {(one.feedback, one.n) for one in row.figures if (one.metric, one.side) == (DROP, "left")} == {
        ("all", 27),
        ("with", 18),
        ("between", 9),
    }
    assert (beeps_of(row), faults_of(row)) == ("2 of 4", "sound for 12 s")


def test_beeps_are_written_as_one_number_if_all_were_heard(tmp_path: Path) -> None:
    row = session_row(saved(tmp_path / "a.mcap", TRAINING_DAY, RUNNING, *steps(1.0, 9, 2.0), cue(2.0), fault(5.0), fault(6.0)))
    assert beeps_of(row) == "1"
    assert faults_of(row) == "sound for 3595 s", "it had not ended at the end of the recording"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "data" / "history.sqlite") as store:
        yield store


def test_the_history_keeps_what_was_heard_and_exports_it(tmp_path: Path, history: History) -> None:
    added = history.add(run_with_a_dead_device(tmp_path / "a.mcap"))
    [row] = history.sessions()
    assert (row.heard, row.faults, row.sides) == (added.heard, added.faults, added.sides)
    history.export(tmp_path / "out")
    assert list(csv.DictReader((tmp_path / "out" / "faults.csv").read_text().splitlines())) == [
        {"file": added.file, "part": "sound", "n": "1", "seconds": "12.0"}
    ]
    history.forget(None)
    assert history.rows("SELECT * FROM faults") == []


def test_the_command_shows_beeps_heard_and_faults(tmp_path: Path) -> None:
    run_with_a_dead_device(tmp_path / "a.mcap")
    home = tmp_path / "home"
    command_line.levelhips("history", "rebuild", tmp_path, home=home)
    [row] = json.loads(command_line.levelhips("history", "--json", home=home).text)["sessions"]
    assert (row["cues"], row["heard"]) == (4, 2)
    assert row["faults"] == {"sound": {"part": "sound", "n": 1, "seconds": 12.0}}
    assert (row["sides"]["left"]["between_n"], row["sides"]["left"]["between_deg"]) == (9, 5.0)
    shown = command_line.levelhips("history", home=home, columns=140).text
    assert "2 of 4" in shown
    assert "sound for 12 s" in shown


# ---- weeks and retention


def protocol(name: str, session: int = 1) -> dict[str, object]:
    return {"protocol": {"name": name, "session": session}}


def test_baseline_runs_are_not_averaged_with_training(tmp_path: Path, history: History) -> None:
    base = [RUNNING, block(0.0, feedback=False), *steps(1.0, 70, 6.0)]
    history.add(saved(tmp_path / "a.mcap", BASELINE_DAY, *base, settings=protocol("baseline")))
    [week] = weeks(history)
    assert (week.runs, week.left_deg, week.with_feedback_deg, week.without_feedback_deg) == (1, None, None, None)
    faded = [block(0.0, feedback=False), *steps(1.0, 30, 3.0), block(40.0, feedback=True), *steps(41.0, 30, 2.0)]
    faded += [block(80.0, feedback=False), *steps(81.0, 30, 2.5), block(120.0, feedback=False, over=True), *steps(121.0, 30, 9.0)]
    history.add(saved(tmp_path / "b.mcap", TRAINING_DAY, RUNNING, *faded, settings=protocol("retraining", 5)))
    [week] = weeks(history)
    assert week.runs == 2
    assert (week.without_feedback_deg, week.with_feedback_deg, week.between_feedback_deg) == (3.0, 2.0, 2.5)
    assert week.left_deg == pytest.approx((3.0 + 2.0 + 2.5 + 9.0) / 4)
    assert [(row.protocol, row.without_deg, row.change_deg) for row in retention(history)] == [
        ("baseline", {"left": 6.0, "right": 6.0}, {"left": 0.0, "right": 0.0}),
        ("retraining", {"left": 3.0, "right": 3.0}, {"left": -3.0, "right": -3.0}),
    ]


def test_a_protocol_with_sound_throughout_says_nothing_about_retention(tmp_path: Path, history: History) -> None:
    """Bug: the steps after its end were the retention of a run that had beeps all the time."""
    run = [RUNNING, block(0.0, feedback=True), *steps(1.0, 50, 3.0), block(60.0, feedback=False, over=True), *steps(61.0, 50, 3.5)]
    history.add(saved(tmp_path / "a.mcap", TRAINING_DAY, *run, settings=protocol("retraining", 1)))
    assert retention(history) == []


def test_a_recall_run_is_retention_as_a_whole_and_a_muted_training_run_is_too(tmp_path: Path, history: History) -> None:
    recall = [OK, RUNNING, block(0.0, feedback=False), *steps(1.0, 50, 3.5)]
    history.add(saved(tmp_path / "a.mcap", BASELINE_DAY, *recall, settings=protocol("recall")))
    muted = [MUTED, RUNNING, block(0.0, feedback=True), *steps(1.0, 50, 4.5)]
    history.add(saved(tmp_path / "b.mcap", TRAINING_DAY, *muted, settings=protocol("retraining", 1)))
    assert [(row.protocol, row.without_deg["left"]) for row in retention(history)] == [("recall", 3.5), ("retraining", 4.5)]


# ---- analysis and replay of a live recording


def muted_for_a_while() -> Recording:
    """Return a live run of 20 s: muted from 12 s to 16 s, with the outcome of each beep and one of a beep that is not found again."""
    found = analyze(recording())
    events: list[Event] = [OK, sound(12.0, HealthState.OFF, HealthReason.MUTED), sound(16.0, HealthState.OK)]
    events += [fault(13.0, Part.RECORDING), outcome(15.01, Outcome.MUTED)]
    for one in found.cues:
        known_s = one.known_s if 14.0 < one.at_s < 15.0 else one.known_s + 0.3  # those that were late were known at once
        which = Outcome.MUTED if 12.0 < one.at_s < 16.0 else Outcome.RENDERED
        events.append(CueOutcome(one.at_s, known_s, one.contact_s, one.side, which))
    return replace(recording(), events=events)


def test_an_analysis_has_the_recorded_events_of_the_sound_at_their_times() -> None:
    found, plain = analyze(muted_for_a_while()), analyze(recording())
    assert [event for event in found.events if not isinstance(event, HealthChange | CueOutcome)] == list(plain.events)
    changes = [event for event in found.events if isinstance(event, HealthChange)]
    assert [(change.at_s, change.part) for change in changes] == [(0.0, Part.SOUND), (12.0, Part.SOUND), (16.0, Part.SOUND)]
    outcomes = [event for event in found.events if isinstance(event, CueOutcome)]
    assert [event.at_s for event in outcomes] == [event.at_s for event in found.cues], "one for each beep, in their order"
    known = [event.known_s for event in found.events if isinstance(event, Cue | CueOutcome | HealthChange)]
    assert known == sorted(known)
    statistics = found.statistics()
    drops = {each: statistics.spread(DROP, feedback=each).n for each in Feedback}
    silent = [event for event in found.good() if 12.0 <= event.at_s < 16.0]
    assert drops == {
        Feedback.WITH: len(found.good()) - len(silent),
        Feedback.BETWEEN: len(silent),
        Feedback.WITHOUT: 0,
        Feedback.UNKNOWN: 0,
    }
    assert len(silent) > 5


@pytest.mark.parametrize("speed", [1.0, 7.0, math.inf])
def test_a_replay_shows_what_the_analysis_has_and_plays_only_the_beeps(speed: float) -> None:
    live_run, clock, played = muted_for_a_while(), Clock(), Keep()
    replay = Replay(live_run, settings_of(live_run), speed, [played], clock, clock.sleep)
    shown = replay.state = Keep()
    replay.run()
    found = analyze(live_run)
    assert shown.whole == Update(found.angles, found.events)
    assert played.whole == Update(found.angles, analyze(recording()).events)


def test_the_summary_has_the_beeps_that_were_heard_and_the_drop_with_and_between_beeps() -> None:
    found = analyze(muted_for_a_while())
    summary = summarize(found)
    silent = [event for event in found.cues if 12.0 < event.at_s < 16.0]
    assert summary["cues"]["heard"] == summary["cues"]["all"] - len(silent) > 0
    by_feedback = summary["drop_by_feedback_deg"]
    assert {name for name, sides in by_feedback.items() if sides is not None} == {"with", "between"}
    between = [event.drop_deg for event in found.good(LEFT) if 12.0 <= event.at_s < 16.0]
    assert by_feedback["between"]["left"]["n"] == len(between)
    assert by_feedback["between"]["left"]["mean"] == pytest.approx(sum(between) / len(between), abs=0.001)
    plain = summarize(analyze(recording()))
    assert plain["cues"]["heard"] is None
    assert {name for name, sides in plain["drop_by_feedback_deg"].items() if sides is not None} == {"with"}


def test_a_recording_without_steps_keeps_what_was_heard_when_it_is_analyzed_for_the_history(tmp_path: Path) -> None:
    """Bug: where the engine had failed in the live session, the new analysis for the history had beeps throughout."""
    run, samples = recording(), recording().samples
    with RecordingWriter(tmp_path / "a.mcap", {"rate_hz": "100", "outward": "+z"}, run.settings, SensorModel().scale) as writer:
        writer.event(sound(0.0, HealthState.OFF, HealthReason.NOT_WANTED))
        writer.samples(samples)
    left = session_row(tmp_path / "a.mcap").sides["left"]
    assert left.without_n == left.n > 5
    assert left.with_n == 0


def test_a_fault_of_the_live_session_does_not_stay_in_the_message_line_of_its_replay() -> None:
    view, state = ReplayView(Console(width=80), "test"), SessionState()
    state.put(Update(events=(HealthChange(1.0, 1.0, Part.SOUND, HealthState.FAULT, HealthReason.NO_DEVICE),)))
    assert view.message(state.snapshot()).startswith("No sound: no device")
    state.put(Update(events=(Signal(2.0, 2.0, SignalKind.STARTED),)))
    assert view.message(state.snapshot()) == "Running"
