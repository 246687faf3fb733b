"""Health of the parts of a live session, what becomes of each beep, and an engine that fails."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual' (make test installs it)")

import command_line
from hand_made import step
from live_harness import command_line_at, live, run_of, truth_of
from rich.console import Console

from levelhips import Cue, Do, Side, Update, analyze
from levelhips.cli.terminal.view import TerminalView
from levelhips.engine import Engine
from levelhips.errors import LevelHipsError
from levelhips.events import (
    CueOutcome,
    Event,
    HealthChange,
    HealthReason,
    HealthState,
    Mode,
    ModeChange,
    Outcome,
    Part,
    PartHealth,
    Signal,
    SignalKind,
)
from levelhips.live.cue_outcomes import CueOutcomes
from levelhips.live.dispatcher import Dispatcher
from levelhips.live.fault_lines import fault_lines
from levelhips.live.health import HealthMonitor
from levelhips.live.late_cues import EARLY_S, LateCues
from levelhips.live.session_statistics import SessionStatistics
from levelhips.live.snapshot import SessionState
from levelhips.metrics import Feedback, Statistics
from levelhips.recording.recorder import Recorder
from levelhips.recording.writer import RecordingWriter
from levelhips.sensors.clock import Sync
from levelhips.words import fault_message, health_message, sound_state

OK, OFF = PartHealth(HealthState.OK), PartHealth()
FULL = PartHealth(HealthState.FAULT, HealthReason.CANNOT_WRITE, "No space left on device")


class Sound:
    """A sound device that plays everything at once, and answers for each cue."""

    def __init__(self) -> None:
        self.state, self.muted = OK, False
        self.played: list[Cue] = []
        self.waits_s: list[float] = []  # of each update
        self._answers: list[tuple[Cue, Outcome]] = []

    def put(self, update: Update, waits_s: float = math.inf) -> None:
        self.waits_s.append(waits_s)
        for cue in update.of(Cue):
            self.played.append(cue)
            self._answers.append((cue, Outcome.MUTED if self.muted else Outcome.RENDERED))

    def health(self) -> PartHealth:
        return PartHealth(HealthState.OFF, HealthReason.MUTED) if self.muted else self.state

    def take_outcomes(self, now_s: float) -> list[CueOutcome]:
        found = [CueOutcome(cue.at_s, now_s, cue.contact_s, cue.side, outcome) for cue, outcome in self._answers]
        self._answers.clear()
        return found

    def mute(self, muted: bool) -> None:
        self.muted = muted


def cue(contact_s: float, known_s: float | None = None) -> Cue:
    return Cue(contact_s + 0.08, contact_s + 0.1 if known_s is None else known_s, contact_s, Side.LEFT, 0.5, 0.09, 0.07)


def outcomes(events: Sequence[object]) -> list[Outcome]:
    return [event.outcome for event in events if isinstance(event, CueOutcome)]


# ---- the monitor


def test_a_fault_is_reported_once_counted_and_timed_to_its_end():
    monitor = HealthMonitor()
    assert monitor.changes({Part.RECORDING: OK}, 10.0, 0.0) == [HealthChange(0.0, 0.0, Part.RECORDING, HealthState.OK)]
    [failed] = monitor.changes({Part.RECORDING: FULL}, 12.0, 1.5)
    assert failed == HealthChange(
        1.5, 1.5, Part.RECORDING, HealthState.FAULT, HealthReason.CANNOT_WRITE, failed.lasted_s, "No space left on device"
    )
    assert math.isnan(failed.lasted_s)
    assert monitor.changes({Part.RECORDING: FULL}, 13.0, 2.5) == []
    assert monitor.fault_s(Part.RECORDING) == 1.0
    [back] = monitor.changes({Part.RECORDING: OK}, 15.5, 5.0)
    assert (back.state, back.reason, back.lasted_s) == (HealthState.OK, HealthReason.NONE, 3.5)
    assert monitor.faults == {Part.RECORDING: 1}
    assert monitor.fault_s(Part.RECORDING) == 3.5
    assert monitor.fault_s(Part.SOUND) == 0.0


def test_another_reason_for_a_fault_that_lasts_is_reported_but_is_the_same_fault():
    monitor = HealthMonitor()
    monitor.changes({Part.SOUND: PartHealth(HealthState.FAULT, HealthReason.DEVICE_STALLED)}, 1.0, 0.0)
    [change] = monitor.changes({Part.SOUND: PartHealth(HealthState.FAULT, HealthReason.NO_DEVICE)}, 3.0, 2.0)
    assert change.reason is HealthReason.NO_DEVICE
    assert monitor.faults[Part.SOUND] == 1
    [back] = monitor.changes({Part.SOUND: OK}, 6.0, 5.0)
    assert back.lasted_s == 5.0


def test_the_last_sign_of_life_is_kept_while_a_part_gives_none():
    monitor = HealthMonitor()
    monitor.changes({Part.SOUND: PartHealth(HealthState.OK, alive_s=4.0)}, 5.0, 0.0)
    monitor.changes({Part.SOUND: PartHealth(HealthState.FAULT, HealthReason.NO_DEVICE)}, 9.0, 4.0)
    assert monitor.parts[Part.SOUND].alive_s == 4.0
    assert math.isnan(monitor.parts[Part.SENSOR].alive_s)


# ---- late cues


@pytest.mark.parametrize("since_contact_s", [0.10, 0.22, 0.24, 1.9])
def test_a_cue_may_wait_until_thirty_ms_before_the_end_of_the_usual_stance(since_contact_s):
    left_s = LateCues().left_s(cue(20.0), Sync(offset_s=1000.0, drift_ppm=math.nan), 1020.0 + since_contact_s)
    assert left_s == pytest.approx(0.25 - 0.03 - since_contact_s)


def test_the_runners_own_contact_time_of_that_side_decides_once_steps_are_known():
    late, sync = LateCues(), Sync(offset_s=0.0, drift_ppm=0.0)
    for k in range(16):  # a limp: the left foot stays longer on the ground
        side, contact_time_s = (Side.LEFT, 0.30 + 0.001 * (k % 3)) if k % 2 else (Side.RIGHT, 0.20)
        late.put(step(k, side, toe_off_s=k + contact_time_s))
        late.put(step(k, side, toe_off_s=math.nan))
    assert (late.contact_time_s(Side.LEFT), late.contact_time_s(Side.RIGHT)) == (pytest.approx(0.301), pytest.approx(0.2))
    right = replace(cue(20.0), side=Side.RIGHT)
    assert late.left_s(cue(20.0), sync, 20.1) == pytest.approx(0.301 - EARLY_S - 0.1)
    assert late.left_s(right, sync, 20.1) == pytest.approx(0.2 - EARLY_S - 0.1)


def test_a_sensor_whose_clock_drifts_is_compared_with_its_own_line():
    sync = Sync(offset_s=50.0, drift_ppm=200.0)
    at_s = 3600.0  # after an hour 200 ppm are 0.72 s, three stances
    now_s = 50.0 + (at_s + 0.19) * (1 + 200e-6)
    assert LateCues().left_s(cue(at_s), sync, now_s) == pytest.approx(0.03, abs=1e-6)


def test_no_cue_is_late_before_the_clock_of_the_sensor_is_known():
    assert LateCues().left_s(cue(1.0), Sync(), 1e9) == math.inf


@pytest.mark.parametrize(("since_contact_s", "outcome"), [(0.2, None), (0.21, Outcome.LATE)])
def test_a_cue_is_refused_if_the_sound_would_begin_too_late_and_else_the_sound_knows_how_long_it_may_wait(since_contact_s, outcome):
    sound = Sound()
    cues = CueOutcomes(Dispatcher([sound]))
    passed_on = cues.dispatch(Update(events=(cue(20.0),)), Sync(offset_s=0.0), 20.0 + since_contact_s, paused=False)
    assert outcomes(passed_on.events) == [outcome] * (outcome is not None)
    assert len(sound.played) == (outcome is None)
    assert sound.waits_s == [pytest.approx(0.02) if outcome is None else math.inf]


# ---- outcomes


def test_each_cue_has_one_outcome_and_only_those_to_be_heard_reach_the_sound():
    sound = Sound()
    dispatcher = Dispatcher([sound])
    cues, sync = CueOutcomes(dispatcher), Sync(offset_s=0.0)
    good, late, paused = cue(10.0), cue(8.0), cue(10.2)
    passed_on = cues.dispatch(Update(events=(late, good)), sync, 10.11, paused=False)
    assert [type(event) for event in passed_on.events] == [Cue, CueOutcome, Cue]
    assert passed_on.events[1] == CueOutcome(late.at_s, late.known_s, 8.0, Side.LEFT, Outcome.LATE)
    assert outcomes(cues.dispatch(Update(events=(paused,)), sync, 10.3, paused=True).events) == [Outcome.PAUSED]
    assert sound.played == [good]
    assert cues.take(10.5) == [CueOutcome(good.at_s, 10.5, 10.0, Side.LEFT, Outcome.RENDERED)]
    assert cues.take(10.6) == cues.take_all(10.7) == []


def test_a_cue_that_the_sound_never_answered_was_not_heard():
    sound = Sound()
    cues = CueOutcomes(Dispatcher([sound]))
    cues.dispatch(Update(events=(cue(1.0),)), Sync(), 0.0, paused=False)
    sound.take_outcomes(0.0)  # lost on the way
    assert outcomes(cues.take_all(2.0)) == [Outcome.NO_DEVICE]


def test_without_a_sound_in_the_session_every_cue_is_muted():
    cues = CueOutcomes(Dispatcher([]))
    assert outcomes(cues.dispatch(Update(events=(cue(1.0),)), Sync(), 0.0, paused=False).events) == [Outcome.MUTED]
    assert cues.sound_health() == PartHealth(HealthState.OFF, HealthReason.NOT_WANTED)


def test_a_sound_that_raises_is_a_fault_and_its_cues_are_not_heard():
    class Broken(Sound):
        def put(self, update: Update, waits_s: float = math.inf) -> None:
            raise OSError("gone")

    dispatcher = Dispatcher([Broken()])
    cues = CueOutcomes(dispatcher)
    cues.dispatch(Update(events=(cue(1.0),)), Sync(), 0.0, paused=False)
    assert cues.sound_health() == PartHealth(HealthState.FAULT, HealthReason.SOUND_ERROR)
    assert outcomes(cues.take_all(1.5)) == [Outcome.NO_DEVICE]
    assert outcomes(cues.dispatch(Update(events=(cue(2.0),)), Sync(), 0.0, paused=False).events) == [Outcome.NO_DEVICE]


# ---- sessions over the virtual sensor


def test_a_session_records_the_health_of_its_parts_and_the_outcome_of_every_cue(tmp_path):
    live_run = live(tmp_path, sinks=[Sound()])
    first = {part: [change.state for change in live_run.of(HealthChange) if change.part is part] for part in Part}
    assert first[Part.SOUND] == [HealthState.OK]  # it worked before the file was begun
    assert first[Part.SENSOR] == [HealthState.OFF, HealthState.OK, HealthState.OFF]
    assert first[Part.ENGINE] == first[Part.RECORDING] == [HealthState.OFF, HealthState.OK]
    found = live_run.of(CueOutcome)
    assert [(one.at_s, one.side) for one in found] == [(one.at_s, one.side) for one in live_run.of(Cue)]
    assert {one.outcome for one in found} == {Outcome.RENDERED}
    assert live_run.session.statistics.outcomes == {Outcome.RENDERED: len(found)}
    assert not live_run.session.health.faults


def test_when_packets_were_held_back_no_cue_sounds_for_a_stance_that_is_over(tmp_path):
    sound = Sound()
    live_run = live(tmp_path, "hold=2@20", sinks=[sound])
    late = [one for one in live_run.of(CueOutcome) if one.outcome is Outcome.LATE]
    assert len(live_run.of(CueOutcome)) == len(live_run.of(Cue)) == len(sound.played) + len(late)
    assert late
    assert all(19.9 < one.at_s < 22.5 for one in late)


def test_mute_is_a_recorded_command_and_counts_as_without_sound(tmp_path):
    class Muting(Sound):
        session = None

        def put(self, update: Update, waits_s: float = math.inf) -> None:
            super().put(update)
            if len(update.angles) and update.angles.t_s[-1] > 30.0 and not self.muted:
                self.session.mute(True)

    def begin(session):
        sound.session = session

    sound = Muting()
    live_run = live(tmp_path, sinks=[sound], begun=begin)
    assert [command.do for command in live_run.recording.commands] == [Do.MUTE]
    muted = [one for one in live_run.of(CueOutcome) if one.outcome is Outcome.MUTED]
    assert muted
    assert min(one.at_s for one in muted) > 29.9
    off = [change for change in live_run.of(HealthChange) if change.part is Part.SOUND][-1]
    assert off.reason is HealthReason.MUTED
    assert 30.0 < off.at_s < 30.6
    statistics = Statistics()
    for event in live_run.recording.events:
        statistics.add(event)
    with_sound = statistics.spread("contralateral_drop", feedback=Feedback.WITH).n
    silent = statistics.spread("contralateral_drop", feedback=Feedback.BETWEEN).n
    assert silent == len([step for step in live_run.good if step.at_s > off.at_s])
    assert with_sound + silent == len(live_run.good)


def test_an_engine_that_fails_is_said_and_the_recording_goes_on(tmp_path, monkeypatch):
    whole, push = Engine.push, Engine.push

    def failing(self, item):
        if not isinstance(item, type(None)) and getattr(item, "t_s", [0.0])[-1] > 20.0:
            raise ZeroDivisionError("stride of no time")
        return whole(self, item)

    monkeypatch.setattr(Engine, "push", failing)
    with pytest.raises(LevelHipsError) as caught:
        live(tmp_path, sinks=[Sound()])
    assert caught.value.code == "engine-failed"
    assert "ZeroDivisionError: stride of no time in test_health.py:" in str(caught.value)
    monkeypatch.setattr(Engine, "push", push)
    [path] = tmp_path.glob("*.mcap")
    found = analyze(path)
    assert len(found.good()) == len(truth_of(45.0).good()), "samples after the failure are missing"
    changes = [event for event in found.recording.events if isinstance(event, HealthChange) and event.part is Part.ENGINE]
    assert [change.state for change in changes] == [HealthState.OFF, HealthState.OK, HealthState.FAULT]
    assert changes[2].reason is HealthReason.ENGINE_ERROR
    assert 20.0 < changes[2].known_s < 22.0
    states = [event.state for event in found.recording.events if type(event).__name__ == "LinkChange"]
    assert states.count("reconnecting") == 0


def failing_between(monkeypatch, method: str, whole, first_s: float, last_s: float) -> None:
    """Let a method raise while the newest sample that it is given is in a span of the run."""
    newest_s = [0.0]

    def failing(self, item, *rest, **named):
        angles = getattr(item, "angles", item)
        newest_s[0] = float(angles.t_s[-1]) if hasattr(angles, "t_s") and len(angles) else newest_s[0]
        if first_s < newest_s[0] < last_s and hasattr(angles, "t_s"):
            raise ZeroDivisionError("a mean of nothing")
        return whole(self, item, *rest, **named)

    monkeypatch.setattr(method, failing)


@pytest.mark.parametrize(
    ("method", "whole", "part", "reason"),
    [
        ("levelhips.live.session.SessionState.put", SessionState.put, Part.ENGINE, HealthReason.SESSION_ERROR),
        ("levelhips.live.session.CueOutcomes.dispatch", CueOutcomes.dispatch, Part.ENGINE, HealthReason.SESSION_ERROR),
        ("levelhips.recording.recorder.Recorder.samples", Recorder.samples, Part.RECORDING, HealthReason.RECORDER_ERROR),
    ],
)
def test_an_unforeseen_error_is_a_fault_of_its_part_and_the_session_goes_on(tmp_path, monkeypatch, method, whole, part, reason):
    failing_between(monkeypatch, method, whole, 20.0, 22.0)
    run = live(tmp_path, sinks=[Sound()])
    [trouble] = run.session.troubles
    assert "ZeroDivisionError: a mean of nothing in test_health.py:" in str(trouble)
    assert run.session.health.lost == [part]
    assert run.session.health.faults[part] == 1
    changes = [event for event in run.recording.events if isinstance(event, HealthChange) and event.part is part]
    [failed] = [change for change in changes if change.state is HealthState.FAULT]
    [back] = [change for change in changes if change.state is HealthState.OK and math.isfinite(change.lasted_s)]
    assert failed.reason is reason
    assert 20.0 < failed.known_s < 22.5
    assert 2.0 <= back.lasted_s < 5.0
    states = [event.state for event in run.recording.events if type(event).__name__ == "LinkChange"]
    assert states.count("reconnecting") == 0
    if part is Part.ENGINE:
        assert len(analyze(run.recording).good()) == len(truth_of(45.0).good()), "samples are missing in the recording"


def test_a_run_with_an_unforeseen_error_ends_with_code_4_and_says_what_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing_between(monkeypatch, "levelhips.live.session.SessionState.put", SessionState.put, 20.0, 21.0)
    short = tmp_path / "short.mcap"
    with RecordingWriter(short, {"rate_hz": "200", "outward": "+z"}, sync=False) as writer:
        writer.samples(run_of(40.0).samples)
    with command_line_at(math.inf):
        output = command_line.levelhips("run", "--virtual", short, "--record", tmp_path, "--threshold", "3", "--mute", code=4).text
    assert re.search(r"analysis: failed once, for \d+ s", output)
    assert "An error happened during the session (ZeroDivisionError: a mean of nothing" in output


# ---- what the user interfaces say


def change(part: Part, state: HealthState, reason: HealthReason = HealthReason.NONE, lasted_s: float = math.nan) -> HealthChange:
    return HealthChange(1.0, 1.0, part, state, reason, lasted_s)


NO_DEVICE = change(Part.SOUND, HealthState.FAULT, HealthReason.NO_DEVICE)
SILENT_SENSOR = change(Part.SENSOR, HealthState.FAULT, HealthReason.NO_SAMPLES)


@pytest.mark.parametrize(
    ("last", "muted", "words"),
    [
        (change(Part.SOUND, HealthState.OK), False, "sound on"),
        (change(Part.SOUND, HealthState.OK), True, "muted"),
        (change(Part.SOUND, HealthState.OFF, HealthReason.MUTED), False, "muted"),
        (change(Part.SOUND, HealthState.OFF, HealthReason.NOT_WANTED), False, "no sound"),
        (NO_DEVICE, False, "NO SOUND"),
        (NO_DEVICE, True, "NO SOUND"),
        (None, False, "no sound"),
    ],
)
def test_the_state_of_the_sound_is_that_of_the_device_and_not_of_the_key(last: HealthChange | None, muted: bool, words: str) -> None:
    assert sound_state({} if last is None else {Part.SOUND: last}, muted=muted) == words


def test_a_fault_is_shown_until_it_ends_and_its_end_is_said() -> None:
    state = SessionState()
    state.put(Update(events=(NO_DEVICE, ModeChange(1.0, 1.0, Mode.RUNNING), Signal(2.0, 2.0, SignalKind.STARTED))))
    snapshot = state.snapshot()
    assert fault_message(snapshot.health) == "No sound: no device to play on. Check the headphones or loudspeakers."
    state.put(Update(events=(change(Part.SOUND, HealthState.OK, lasted_s=4.0),)))
    assert fault_message(state.snapshot().health) == ""
    assert state.snapshot().message == "The sound is back."


def test_a_part_that_works_from_the_start_is_not_mentioned_and_the_sensor_has_words_of_its_own() -> None:
    assert health_message(change(Part.SOUND, HealthState.OK)) == ""
    assert health_message(SILENT_SENSOR) == fault_message({Part.SENSOR: SILENT_SENSOR}) == ""


def test_a_late_cue_is_not_flashed_and_counts_as_not_heard() -> None:
    state, late, good = SessionState(), cue(1.0), cue(2.0)
    state.put(Update(events=(late, CueOutcome(late.at_s, 3.0, 1.0, Side.LEFT, Outcome.LATE))))
    assert (state.snapshot().last_cue, state.snapshot().cues, state.snapshot().not_heard) == (None, 1, 1)
    state.put(Update(events=(good, CueOutcome(good.at_s, 3.0, 2.0, Side.LEFT, Outcome.RENDERED))))
    assert (state.snapshot().last_cue, state.snapshot().cues, state.snapshot().not_heard) == (good, 2, 1)


def test_the_terminal_shows_what_fails_instead_of_what_happened_last() -> None:
    view = TerminalView(Console(width=80), "test")
    state = SessionState()
    state.put(Update(events=(NO_DEVICE, Signal(2.0, 2.0, SignalKind.STARTED))))
    assert view.message(state.snapshot()).startswith("No sound: no device")
    view.answer("Mark 1 at 0:02")
    assert view.message(state.snapshot()) == "Mark 1 at 0:02"


def test_a_fault_that_begins_takes_the_place_of_the_answer_to_a_key() -> None:
    view, state = TerminalView(Console(width=80), "test"), SessionState()
    view.message(state.snapshot())
    view.answer("Mark 1 at 0:02")
    assert view.message(state.snapshot()) == "Mark 1 at 0:02"
    state.put(Update(events=(NO_DEVICE,)))
    assert view.message(state.snapshot()).startswith("No sound: no device")
    view.answer("Mark 2 at 0:03")
    state.put(Update(events=(change(Part.RECORDING, HealthState.FAULT, HealthReason.CANNOT_WRITE),)))
    assert "Not recording" in view.message(state.snapshot())


def ended_session(*found: tuple[float, dict[Part, PartHealth]], events: Sequence[Event] = ()) -> Any:
    """Return what is read of a session that has ended: the health of its parts at host times, and its events."""
    health, statistics = HealthMonitor(), SessionStatistics()
    for host_s, parts in found:
        health.changes(parts, host_s, host_s)
    for event in events:
        statistics.count(event)
    return SimpleNamespace(health=health, statistics=statistics)


def test_the_end_of_a_session_says_which_parts_failed_for_how_long_and_which_beeps_were_not_heard() -> None:
    fault = PartHealth(HealthState.FAULT)
    faults = ((10.0, dict.fromkeys(Part, fault)), (14.0, dict.fromkeys(Part, OK)), (20.0, {Part.SOUND: fault}), (21.0, {Part.SOUND: OK}))
    beeps = [cue(float(k)) for k in range(3)]
    became = [
        CueOutcome(one.at_s, 9.0, 1.0, Side.LEFT, which) for one, which in zip(beeps, (Outcome.LATE, Outcome.NO_DEVICE), strict=False)
    ]
    assert fault_lines(ended_session(*faults, events=[*beeps, *became])) == [
        "sensor: failed once, for 4 s",
        "analysis: failed once, for 4 s",
        "recording: failed once, for 4 s",
        "sound: failed 2 times, for 5 s in all",
        "2 of 3 beeps were not heard: 1 too late, 1 no sound device",
    ]
    assert fault_lines(ended_session((1.0, dict.fromkeys(Part, OK)))) == []


def test_a_run_that_lost_its_sound_says_so_and_ends_with_code_4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead(Sound):
        """A sound whose device is gone for the whole run."""

        def __init__(self, settings: object = None) -> None:
            super().__init__()
            self.state = PartHealth(HealthState.FAULT, HealthReason.NO_DEVICE)

        def put(self, update: Update, waits_s: float = math.inf) -> None:
            self._answers += [(one, Outcome.NO_DEVICE) for one in update.of(Cue)]

        def close(self) -> None:
            pass

    monkeypatch.setattr("levelhips.cli.live_session.open_player", lambda settings: [Dead()])
    short = tmp_path / "short.mcap"
    with RecordingWriter(short, {"rate_hz": "200", "outward": "+z"}, sync=False) as writer:
        writer.samples(run_of(40.0).samples)
    with command_line_at(math.inf):
        output = command_line.levelhips("run", "--virtual", short, "--record", tmp_path, "--threshold", "3", code=4).text
    assert re.search(r"sound: failed once, for \d+ s", output)
    silent, beeps = map(int, re.search(r"(\d+) of (\d+) beeps were not heard: \1 no sound device", output).groups())
    assert silent == beeps > 3


def test_without_beeps_on_purpose_a_run_ends_with_code_0(tmp_path: Path) -> None:
    short = tmp_path / "short.mcap"
    with RecordingWriter(short, {"rate_hz": "200", "outward": "+z"}, sync=False) as writer:
        writer.samples(run_of(40.0).samples)
    with command_line_at(math.inf):
        output = command_line.levelhips("run", "--virtual", short, "--record", tmp_path, "--threshold", "3", "--mute").text
    assert re.search(r"\d+ of \d+ beeps were not heard: \d+ muted", output)
