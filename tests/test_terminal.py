"""The live view in a terminal: what is on it at each size, and what its keys do."""

from __future__ import annotations

import io
import itertools
import math
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT, short_run
from rich.console import Console

from levelhips import Side, Update, analyze
from levelhips.cli.console import progress_bar
from levelhips.cli.encoding import ERRORS
from levelhips.cli.terminal.digits import big, big_text
from levelhips.cli.terminal.layout import Frame, Section, assemble, joined
from levelhips.cli.terminal.replay_view import ReplayView
from levelhips.cli.terminal.run_screen import draw
from levelhips.cli.terminal.view import ANSWER_S, TerminalView
from levelhips.events import BlockChange
from levelhips.live.keys import KEYS, Action, Where, action_of, key_hints, keys, mark_line
from levelhips.live.replay import Replay
from levelhips.live.snapshot import SessionState, Snapshot
from levelhips.recording import Recording, open_recording
from levelhips.settings import Settings
from levelhips.text import choice
from levelhips.words import DROPPED_SIDE
from levelhips.words.session import DROP_STATES

SIZES = [(80, 24), (60, 20), (40, 10), (84, 60), (200, 50), (100, 9), (30, 30)]
LINK = "streaming   LevelHips virtual   battery 87 %   signal -50 dBm"


@cache
def a_run() -> Snapshot:
    analysis = analyze(Recording(Path("short.mcap"), short_run().samples, 100.0, {"outward": "+z"}, {}, []))
    state = SessionState()
    state.put(Update(analysis.angles, analysis.events))
    return replace(state.snapshot(), drop_deg={Side.LEFT: 5.2, Side.RIGHT: 3.0}, threshold_deg={Side.LEFT: 4.0, Side.RIGHT: 3.5})


@cache
def a_drill() -> Snapshot:
    replay = Replay(recording := open_recording(ROOT / "recordings" / "pelvic_drop.mcap"), Settings.from_dict(recording.settings))
    replay.seek(30.0)
    return replay.state.snapshot()


def shown(snapshot: Snapshot, columns: int, rows: int, where: Where = Where.RUN, encoding: str = "utf-8", **more: object) -> list[str]:
    """The picture as it is on a screen of this size, without colors."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors=ERRORS, write_through=True)
    frame = Frame("title", where, columns, rows, link=LINK, **{"message": "Mark 3 at 2:41", **more})  # type: ignore[arg-type]
    Console(file=file, width=columns, height=rows).print(draw(snapshot, frame))
    return raw.getvalue().decode(encoding).splitlines()


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("where", [Where.RUN, Where.REPLAY])
def test_both_sides_message_and_keys_of_a_run_are_visible_at_every_size(columns: int, rows: int, where: Where) -> None:
    """Bug: at 80 by 24, the usual size, the right side, messages and keys were cut off."""
    lines = shown(a_run(), columns, rows, where)
    assert len(lines) < rows
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    for hint in key_hints(where):
        assert hint in text
    assert "Mark 3 at 2:41" in text
    assert re.search(r"Left.*\bdrops\b", text, re.S)
    assert re.search(r"Right.*\bdrops\b", text, re.S)
    assert "threshold 4.0" in text
    assert "threshold 3.5" in text
    assert text.index("Left") < text.index("Right") < text.index("Mark 3") < text.index(key_hints(where)[0])


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_count_message_and_keys_of_a_drill_are_visible_at_every_size(columns: int, rows: int) -> None:
    lines = shown(a_drill(), columns, rows, Where.DRILL)
    assert len(lines) < rows
    assert max(map(len, lines)) <= columns
    text = "\n".join(lines)
    for hint in key_hints(Where.DRILL):
        assert hint in text
    assert "Mark 3 at 2:41" in text
    assert "of 6" in text
    assert "Stand on a step" in text


def test_terminal_of_80_by_24_shows_everything() -> None:
    text = "\n".join(lines := shown(a_run(), 80, 24))
    assert len(lines) == 23
    for part in (
        "title",
        "steps/min",
        "beeps",
        LINK,
        "▲",
        "─▶",
        "Left leg on the ground",
        "Right leg on the ground",
        *DROPPED_SIDE.values(),
        "too far ▲",
        "level ✓",
    ):
        assert part in text
    assert big(5.2).split("\n")[0].split()[0] in text
    assert sum("██" in line for line in lines) >= 3


@pytest.mark.parametrize(
    ("drop_deg", "threshold_deg", "state"),
    [(3.0, 4.0, "level ✓"), (4.1, 4.0, "too far ▲"), (3.0, math.inf, "measuring"), (math.nan, 4.0, "waiting")],
)
def test_tile_calls_a_drop_level_only_if_there_is_a_threshold(drop_deg: float, threshold_deg: float, state: str) -> None:
    """Bug: "level ✓" was shown while the threshold was still being learned."""
    snapshot = replace(a_run(), drop_deg=dict.fromkeys(Side, drop_deg), threshold_deg=dict.fromkeys(Side, threshold_deg))
    text = "\n".join(shown(snapshot, 120, 30))
    assert {word for word in DROP_STATES.values() if word in text} == {state}


@pytest.mark.parametrize(("feedback", "words"), [(True, "Run with beeps"), (False, "Run without beeps")])
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 20), (40, 10)])
def test_the_run_protocol_stays_visible(columns: int, rows: int, feedback: bool, words: str) -> None:
    block = BlockChange(0.0, 0.0, number=2, count=5, until_s=a_run().now_s + 62.0, feedback=feedback, walk=False, over=False)
    lines = shown(replace(a_run(), block=block), columns, rows)
    assert len(lines) < rows
    for part in (words, "1:02 left", "2 of 5"):
        assert part in "\n".join(lines)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (60, 20), (56, 24), (40, 10)])
@pytest.mark.parametrize("level", [4.0, 12.5, float("nan")])
def test_no_word_of_a_run_is_cut_in_german(columns: int, rows: int, level: float) -> None:
    """German words are longer: the tiles are laid out by their width."""
    snapshot = replace(a_run(), threshold_deg={Side.LEFT: level, Side.RIGHT: 3.5})
    choice.choose("de")
    try:
        lines = shown(snapshot, columns, rows)
        text = "\n".join(lines)
        assert len(lines) < rows
        assert max(map(len, lines)) <= columns
        assert "5,2" in text or columns > 40  # in large digits
        assert len(re.findall(r"3,5", text)) == 1
        assert ("12,5" in text) is (level == 12.5)
        assert not re.search(r"terminal\.[a-z]", text)
    finally:
        choice.choose(None)


def test_no_part_of_the_line_about_the_sensor_is_cut_off() -> None:
    """Bug: at 60 columns the last letter of "dBm" was missing."""
    text = "\n".join(shown(a_run(), 60, 24))
    assert all(part in text for part in LINK.split("   "))
    assert "streaming   LevelHips virtual\n" in "\n".join(shown(a_run(), 40, 12))


def test_the_card_names_the_leg_on_the_ground_and_the_side_that_drops() -> None:
    """A bare "LEFT 5.2" was read as: the left side drops."""
    wide = shown(a_run(), 80, 24)
    left, right = (next(line for line in wide if words in line) for words in ("Left leg on the ground", "left side drops"))
    assert left.index("Left leg") < left.index("Right leg on the ground")
    assert right.index("right side drops") < right.index("left side drops")
    text = "\n".join(shown(a_run(), 70, 12))
    assert "Left leg: right side drops  5.2  threshold 4.0  ▲" in text
    assert re.search(r"Right leg: left side drops  3.0  threshold 3.5\s*$", text, re.M)
    assert "Left: right drops  5.2" in "\n".join(shown(a_run(), 40, 10))


def test_a_pause_and_silence_are_visible_at_the_smallest_size() -> None:
    text = "\n".join(shown(a_run(), 40, 10, paused=True, muted=True))
    assert "PAUSED" in text
    assert "muted" in text
    assert "PAUSED" not in "\n".join(shown(a_run(), 40, 10))


def test_long_message_is_wrapped_if_there_is_room_and_cut_off_if_not() -> None:
    long = "Bluetooth is off. Turn it on in the settings of this computer, then wait for the sensor to come back"
    assert long in " ".join(" ".join(shown(a_run(), 60, 30, message=long)).split())
    assert len(shown(a_run(), 40, 10, message=long)) < 10


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_the_frame_stays_closed_on_a_terminal_without_our_characters(encoding: str) -> None:
    degree = " deg" if encoding == "ascii" else "°"
    lines = shown(a_run(), 80, 24, encoding=encoding, degree=degree)
    assert len({len(line) for line in lines}) == 1
    text = "\n".join(lines)
    assert f"threshold 4.0{degree}" in text
    assert "?" not in text
    assert "#" in text


@pytest.mark.parametrize("number", [0.0, 3.6, 12.4, -1.5, float("nan")])
def test_large_numbers_are_five_even_rows(number: float) -> None:
    rows = big(number).split("\n")
    assert len(rows) == 5
    assert len({len(row) for row in rows}) == 1


def test_each_digit_has_its_own_picture() -> None:
    assert len({big_text(digit) for digit in "0123456789"}) == 10


def test_sections_grow_by_rank_and_never_beyond_the_room() -> None:
    from rich.text import Text

    def lines(letter: str, n: int) -> tuple[Text, ...]:
        return tuple(Text(letter) for _ in range(n))

    sections = [Section((lines("a", 1), lines("a", 5)), rank=1), Section(((), lines("b", 3)), rank=0), Section((lines("c", 1),))]
    for rows, expected in ((3, "ac"), (6, "abbbc"), (8, "abbbc"), (10, "aaaaabbbc")):
        out = io.StringIO()
        Console(file=out, width=40).print(assemble(sections, Frame("", Where.RUN, 40, rows)))
        assert "".join(out.getvalue().split()) == expected


@pytest.mark.parametrize(
    ("width", "expected"), [(11, ["aaa   bbb", "ccc"]), (15, ["aaa   bbb   ccc"]), (14, ["aaa   bbb", "ccc"]), (2, ["aaa", "bbb", "ccc"])]
)
def test_parts_are_joined_whole(width: int, expected: list[str]) -> None:
    assert joined(["aaa", "bbb", "ccc"], width) == expected


# ---- keys


@pytest.mark.parametrize("where", Where)
def test_no_key_means_two_things_in_one_view(where: Where) -> None:
    names = [key.name for key in keys(where)]
    assert len(set(names)) == len(names)


def test_a_key_means_the_same_in_every_view() -> None:
    for one, other in itertools.combinations(KEYS, 2):
        if one.name == other.name:
            assert one.action is other.action


def test_key_m_mutes_and_key_k_marks_in_every_view() -> None:
    """Bug: M muted in the terminal and marked in the window."""
    assert action_of("m", Where.RUN) is Action.MUTE
    assert action_of("M", Where.DRILL) is Action.MUTE
    assert action_of("k", Where.RUN) is Action.MARK
    assert action_of("k", Where.REPLAY) is None
    assert action_of("s", Where.RUN) is None
    assert action_of("up", Where.RUN) is Action.RAISE_THRESHOLD
    assert action_of("down", Where.RUN) is Action.LOWER_THRESHOLD
    assert action_of("left", Where.REPLAY) is Action.BACK
    assert action_of("right", Where.REPLAY) is Action.FORWARD


def test_every_action_has_a_key() -> None:
    assert {key.action for key in KEYS} == set(Action)


def test_a_mark_is_answered_with_its_number_and_time() -> None:
    assert mark_line(3, 161.9) == "Mark 3 at 2:41"
    assert mark_line(1, 0.0) == "Mark 1 at 0:00"


def test_answer_to_a_key_is_shown_for_some_seconds() -> None:
    now = [10.0]
    view = TerminalView(Console(file=io.StringIO()), "title", clock=lambda: now[0])
    snapshot = Snapshot(message="Running")
    assert view.message(snapshot) == "Running"
    view.answer("Mark 1 at 0:10")
    now[0] += ANSWER_S - 0.1
    assert view.message(snapshot) == "Mark 1 at 0:10"
    now[0] += 0.2
    assert view.message(snapshot) == "Running"


class Speaker:
    muted = False

    def mute(self, muted: bool) -> None:
        self.muted = muted


def test_the_keys_of_a_replay() -> None:
    speaker = Speaker()
    view = ReplayView(Console(file=io.StringIO()), "title", [speaker])
    replay = Replay(Recording(Path("short.mcap"), short_run().samples, 100.0, {"outward": "+z"}, {}, []), Settings(), float("inf"))
    assert view.press("right", replay)
    assert replay.now_s == pytest.approx(10.0, abs=0.5)
    assert view.press("left", replay)
    assert replay.now_s == pytest.approx(0.0, abs=0.5)
    assert view.press("space", replay)
    assert replay.paused
    assert view.press(" ", replay)
    assert view.press("m", replay)
    assert (speaker.muted, view.muted, view.message(replay.state.snapshot())) == (True, True, "Sound off")
    assert view.press("M", replay)
    assert (speaker.muted, view.message(replay.state.snapshot())) == (False, "Sound on")
    assert not view.press("q", replay)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Make standard input a terminal; return the end at which keys are typed."""
    pty = pytest.importorskip("pty", reason="pseudo-terminals are a matter of POSIX")
    monkeypatch.setenv("TERM", "xterm")
    master, slave = pty.openpty()
    with os.fdopen(slave, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield master
    os.close(master)


def watched(keyboard: int, typed: dict[float, bytes], until_s: float = math.inf) -> tuple[Replay, str, float]:
    """Play the short run in simulated time, with keys typed at these times; return the replay, its last picture and the time taken."""
    now, waiting = [0.0], dict(typed)

    def sleep(seconds: float) -> None:
        now[0] += seconds
        for at_s in [at_s for at_s in waiting if at_s <= now[0]]:
            os.write(keyboard, waiting.pop(at_s))

    recording = Recording(Path("short.mcap"), short_run().samples, 100.0, {"outward": "+z"}, {}, [])
    replay = Replay(recording, Settings(), clock=lambda: now[0], sleep=sleep)
    out = io.StringIO()
    view = ReplayView(Console(file=out, force_terminal=True, width=80, height=24), "short.mcap", clock=lambda: now[0])
    view.until_s = until_s
    view.play(replay)
    return replay, out.getvalue().rpartition("\x1b[2K")[2], now[0]  # after the last line that was erased


def test_keys_typed_during_a_replay_act_and_q_ends_it(keyboard: int) -> None:
    replay, picture, took_s = watched(keyboard, {1.0: b"\x1b[C", 3.0: b"mq"})
    assert took_s == pytest.approx(3.0, abs=0.1)
    assert replay.now_s == pytest.approx(13.0, abs=0.2), "ten seconds were skipped"
    assert not replay.ended
    for part in ("short.mcap", "Sound off", "q end"):
        assert part in picture


def test_a_paused_replay_goes_on_where_it_stopped_and_plays_to_its_end(keyboard: int) -> None:
    replay, picture, took_s = watched(keyboard, {2.0: b" ", 62.0: b" "})
    assert replay.ended
    assert took_s == pytest.approx(60.0 + replay.now_s, abs=0.3)
    assert "PAUSED" not in picture


def test_the_last_picture_of_a_replay_that_was_ended_in_a_pause_says_so(keyboard: int) -> None:
    replay, picture, _ = watched(keyboard, {2.0: b" ", 3.0: b"q"})
    assert "PAUSED" in picture
    assert replay.now_s == pytest.approx(2.0, abs=0.2)


def test_a_replay_stops_at_the_end_of_the_view(keyboard: int) -> None:
    replay, _, took_s = watched(keyboard, {}, until_s=4.0)
    assert replay.now_s == pytest.approx(4.0, abs=0.1)
    assert took_s == pytest.approx(4.0, abs=0.1)
    assert not replay.ended


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (40, 10)])
def test_a_view_takes_the_size_of_its_console(columns: int, rows: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=columns, height=rows)
    console.print(TerminalView(console, "title").drawn(a_run(), where=Where.RUN, paused=True))
    lines = out.getvalue().splitlines()
    assert len(lines) < rows
    assert max(map(len, lines)) <= columns
    assert "PAUSED" in out.getvalue()


def test_dumb_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    out = io.StringIO()
    view = ReplayView(Console(file=out, force_terminal=True), "title")
    assert not view.animated
    replay = Replay(Recording(Path("short.mcap"), short_run().samples[:500], 100.0, {"outward": "+z"}, {}, []), Settings(), float("inf"))
    view.play(replay)
    assert replay.ended
    assert out.getvalue() == ""
    monkeypatch.setenv("TERM", "xterm")
    assert ReplayView(Console(file=out, force_terminal=True), "title").animated


def test_progress_is_shown_only_on_a_terminal() -> None:
    for terminal in (True, False):
        out = io.StringIO()
        with progress_bar(Console(file=out, force_terminal=terminal, width=60), "Simulating") as progress:
            progress(0.5)
        assert ("Simulating" in out.getvalue()) is terminal
        assert ("50%" in out.getvalue()) is terminal
