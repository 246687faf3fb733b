"""Events and commands are written as JSON and read back to the last bit: every kind, built from its type hints."""

from __future__ import annotations

import contextlib
import datetime as dt
import gzip
import json
import math
import struct
import tempfile
from dataclasses import MISSING, dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from levelhips import RecordingWriter, Samples, Settings, Side, open_recording
from levelhips.analysis.drill_summary import drill_lines
from levelhips.coaching.drills.result import DrillResult
from levelhips.commands import Command, Do
from levelhips.events import (
    EVENT_KINDS,
    DrillBegin,
    Event,
    FormFault,
    FormFaultDetected,
    LinkChange,
    LinkReason,
    LinkState,
    Mode,
    ModeChange,
    Notice,
    NoticeKind,
    Phase,
    PhaseChange,
    PhaseReason,
    Prompt,
    PromptKind,
    Signal,
    SignalKind,
    ThresholdChange,
    ThresholdReason,
    codec,
)
from levelhips.events.codec import UnknownNameError, decode_event, encode_event, fields_now, kind_now
from levelhips.history import History
from levelhips.programme.programme import Item, Programme
from levelhips.programme.today import todays
from levelhips.recording.event_reader import read_events
from levelhips.recording.schema import Topic, decode_command, encode_command
from levelhips.settings.installed import build_engine, drills
from levelhips.simulation.runner import SensorModel
from levelhips.simulation.wearer import WearerModel, simulate_drill
from levelhips.untrusted import visible

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json.gz"))


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Every value that a field of this type may have and a recording can keep."""
    if NoneType in get_args(hint):
        return st.one_of(st.none(), *(values_of(kind) for kind in get_args(hint) if kind is not NoneType))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return {
        float: st.floats(allow_infinity=False),
        int: st.integers(-(2**53), 2**53),
        bool: st.booleans(),
        str: st.text(max_size=40).map(visible),  # control characters are removed on reading
    }[hint]


def instances(kind: type, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(kind, **({field.name: values_of(hints[field.name]) for field in fields(kind)} | fixed))


# The writer orders the file by `known_s`, so that it must be a time; all else may be anything.
TIMES = st.floats(0, 1e5)


def recordable(kind: type) -> st.SearchStrategy[Any]:
    return instances(kind, **({"known_s": TIMES} if kind in EVENT_KINDS.values() and "known_s" in get_type_hints(kind) else {}))


ANY_EVENT = st.one_of([recordable(kind) for kind in EVENT_KINDS.values()])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def bits(record: object) -> tuple[Any, ...]:
    """Return class and fields of an event for comparison: floats by their bits, and all NaNs equal."""

    def bit(value: Any) -> Any:
        if isinstance(value, float):
            return struct.pack("<d", math.nan if math.isnan(value) else value)
        return type(value), value

    return type(record), *(bit(getattr(record, field.name)) for field in fields(record))  # type: ignore[arg-type]


# ---- round trips


@pytest.mark.parametrize("kind", EVENT_KINDS.values(), ids=EVENT_KINDS)
@given(data=st.data())
@settings(max_examples=60)
def test_an_event_of_every_kind_is_decoded_to_the_last_bit(kind: type, data: st.DataObject) -> None:
    event = data.draw(instances(kind))
    assert bits(decode_event(encode_event(event))) == bits(event)


@given(events=st.lists(ANY_EVENT, max_size=12))
@settings(max_examples=40, deadline=None)
def test_events_of_every_kind_are_read_back_from_a_recording_to_the_last_bit(events: list[Event]) -> None:
    written = recorded(events)
    assert [bits(event) for event in written.events] == [bits(event) for event in events]
    assert written.seen == [bits(event) for event in events]
    assert written.notes == []


@pytest.mark.parametrize("kind", EVENT_KINDS.values(), ids=EVENT_KINDS)
def test_the_event_reader_finds_every_kind(kind: type) -> None:
    event = _plain(kind)
    others = [_plain(other) for other in EVENT_KINDS.values() if other is not kind]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mcap"
        write(path, [*others, event])
        found = read_events(path, (kind,))
    assert [bits(one) for one in found.events] == [bits(event)]
    assert found.whole


@given(command=instances(Command, at_s=st.floats(allow_nan=False, allow_infinity=False), value=st.none() | st.floats(-1e6, 1e6)))
def test_a_command_is_decoded_to_the_last_bit(command: Command) -> None:
    assert bits(decode_command(encode_command(command))) == bits(command)


def test_an_infinite_float_is_written_as_null_and_read_as_nan() -> None:
    event = ModeChange(math.inf, -math.inf, Mode.RUNNING)
    assert encode_event(event) == b'{"kind": "ModeChange", "at_s": null, "known_s": null, "mode": "running"}'
    assert bits(decode_event(encode_event(event))) == bits(ModeChange(math.nan, math.nan, Mode.RUNNING))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name.split(".")[0])
def test_the_bytes_of_every_event_are_those_of_version_01(path: Path) -> None:
    lines = [json.dumps(event).encode() for event in json.loads(gzip.decompress(path.read_bytes()))["events"]]
    assert len(lines) > 10
    for line in lines:
        stored, again = json.loads(line), json.loads(encode_event(decode_event(line)))
        # A field that was added later is written behind those of version 0.1.
        assert json.dumps(dict(list(again.items())[: len(stored)])).encode() == line


def test_the_bytes_of_commands_are_those_of_version_01() -> None:
    assert encode_command(Command(14.015, Do.THRESHOLD, 2.5)) == b'{"at_s": 14.015, "do": "threshold", "value": 2.5}'
    assert encode_command(Command(3.0, Do.ZERO)) == b'{"at_s": 3.0, "do": "zero", "value": null}'


# ---- what is not an event


@given(value=JSON)
def test_any_json_is_an_event_or_a_value_error(value: Any) -> None:
    data = json.dumps(value).encode()
    for decode in (decode_event, decode_command):
        with contextlib.suppress(ValueError):
            decode(data)


@given(kind=st.sampled_from(sorted(EVENT_KINDS)), data=st.data())
@settings(max_examples=300)
def test_any_json_in_the_fields_is_an_event_with_fields_of_the_right_types_or_a_value_error(kind: str, data: st.DataObject) -> None:
    hints = get_type_hints(EVENT_KINDS[kind])
    values = json.loads(encode_event(_plain(EVENT_KINDS[kind])))
    for name in data.draw(st.sets(st.sampled_from(sorted(hints)), min_size=1, max_size=3)):
        values[name] = data.draw(JSON)
    try:
        event = decode_event(json.dumps(values).encode())
    except ValueError:
        return
    for name, hint in hints.items():
        assert isinstance(getattr(event, name), hint), name


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'"Step"', b"\xff", b"[" * 100_000, b'{"kind": []}', b'{"kind": "Gap", "from_s": 1' + b"0" * 400 + b"}"]
)
def test_bytes_that_are_not_an_event_are_a_value_error(data: bytes) -> None:
    for decode in (decode_event, decode_command):
        with pytest.raises(ValueError, match=r"."):
            decode(data)


def test_a_missing_field_without_a_default_is_refused() -> None:
    with pytest.raises(ValueError, match="mode"):
        decode_event(b'{"kind": "ModeChange", "at_s": 1.0, "known_s": 1.0}')
    assert decode_event(b'{"kind": "Beat", "at_s": 1.0, "known_s": 1.0, "what": "up"}') == Prompt(1.0, 1.0, PromptKind.UP)


@pytest.mark.parametrize("wrong", ["true", '"3"', "1.5", "null"])
def test_a_number_of_the_wrong_type_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"Prompt\.number"):
        decode_event(b'{"kind": "Beat", "at_s": 1.0, "known_s": 1.0, "what": "up", "number": %s}' % wrong.encode())
    with pytest.raises(ValueError, match=r"Prompt\.at_s"):
        decode_event(b'{"kind": "Beat", "at_s": "now", "known_s": 1.0, "what": "up"}')


@pytest.mark.parametrize(("at_s", "value"), [("null", "1.0"), ("NaN", "1.0"), ("1.0", "Infinity"), ('"1"', "1.0")])
def test_a_command_without_a_time_or_with_an_infinite_value_is_refused(at_s: str, value: str) -> None:
    with pytest.raises(ValueError, match="cannot read a command"):
        decode_command(f'{{"at_s": {at_s}, "do": "mark", "value": {value}}}'.encode())


# ---- newer and older files


def test_an_unknown_enum_value_skips_only_its_event_with_a_note() -> None:
    kept = [PhaseChange(1.0, 1.0, Phase.WORK, 1), PhaseChange(3.0, 3.0, Phase.DONE, 1)]
    strange = [
        b'{"kind": "PhaseChange", "at_s": 2.0, "known_s": 2.0, "phase": "levitating", "set_n": 1, "why": ""}',
        b'{"kind": "Somersault", "at_s": 2.0, "known_s": 2.0}',
    ]
    written = recorded([kept[0], *strange, kept[1]], kinds=(PhaseChange,))
    assert written.events == kept
    assert written.notes == ["Skipped 2 events or commands that this version does not know. Update levelhips to read them."]
    assert written.seen == [bits(event) for event in kept], "the rest of the chunk is still read"
    assert (written.glance_whole, written.glance_newer) == (True, 1)


def test_an_unknown_command_is_distinguished_from_invalid_bytes() -> None:
    with pytest.raises(UnknownNameError):
        decode_command(b'{"at_s": 1.0, "do": "fly", "value": null}')


class Pace3(StrEnum):
    SLOW = "slow"
    FAST = "fast"


@dataclass(frozen=True, slots=True)
class Tempo:
    """An event kind of a later version, in which kind, field and word have new names."""

    at_s: float
    known_s: float
    tempo: Pace3
    other: Pace3 | None = None


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(codec.EVENT_KINDS, "Tempo", Tempo)
    monkeypatch.setitem(codec.OLD_KINDS, "Speed", "Tempo")
    monkeypatch.setitem(codec.OLD_FIELDS, "Tempo", {"speed": "tempo"})
    monkeypatch.setitem(codec.OLD_WORDS, Pace3, {"quick": "fast", "-": None})
    monkeypatch.setattr(codec, "_SCHEMAS", {})


@pytest.mark.usefixtures("renamed")
def test_old_names_of_kinds_fields_and_words_are_read() -> None:
    assert decode_event(b'{"kind": "Speed", "at_s": 1.0, "known_s": 2.0, "speed": "quick"}') == Tempo(1.0, 2.0, Pace3.FAST)
    assert decode_event(b'{"kind": "Speed", "at_s": 1.0, "known_s": 2.0, "speed": "slow", "other": "quick"}') == Tempo(
        1.0, 2.0, Pace3.SLOW, Pace3.FAST
    )
    assert decode_event(b'{"kind": "Tempo", "at_s": 1.0, "known_s": 2.0, "tempo": "slow", "other": "-"}') == Tempo(1.0, 2.0, Pace3.SLOW)
    with pytest.raises(ValueError, match="tempo"):
        decode_event(b'{"kind": "Tempo", "at_s": 1.0, "known_s": 2.0, "tempo": "-"}')


@pytest.mark.usefixtures("renamed")
def test_the_event_reader_finds_events_under_their_old_kind() -> None:
    old = b'{"kind": "Speed", "at_s": 1.0, "known_s": 2.0, "speed": "quick"}'
    assert recorded([old], kinds=(Tempo,)).seen == [bits(Tempo(1.0, 2.0, Pace3.FAST))]


@pytest.mark.parametrize(
    ("stored", "event"),
    [
        (b'{"kind": "Beat", "at_s": 1.0, "known_s": 1.0, "what": "up", "number": 0}', Prompt(1.0, 1.0, PromptKind.UP)),
        (b'{"kind": "Notice", "at_s": 1.0, "known_s": 1.0, "what": "loose", "value": 2.0}', Notice(1.0, 1.0, NoticeKind.LOOSE, 2.0)),
        (b'{"kind": "Signal", "at_s": 1.0, "known_s": 1.0, "what": "lost"}', Signal(1.0, 1.0, SignalKind.LOST)),
        (
            b'{"kind": "Cheat", "at_s": 1.0, "known_s": 1.0, "what": "dipped", "value_rad": 0.2, "limit_rad": 0.1}',
            FormFaultDetected(1.0, 1.0, FormFault.DIPPED, 0.2, 0.1),
        ),
        (
            b'{"kind": "PhaseChange", "at_s": 1.0, "known_s": 1.0, "phase": "paused", "set_n": 2, "why": "asked"}',
            PhaseChange(1.0, 1.0, Phase.PAUSED, 2, PhaseReason.ASKED),
        ),
        (
            b'{"kind": "LinkChange", "at_s": 1.0, "known_s": 1.0, "state": "stalled", "why": "", "reason": "silent", "error": ""}',
            LinkChange(1.0, 1.0, LinkState.STALLED, reason=LinkReason.SILENT),
        ),
        (
            b'{"kind": "ThresholdChange", "at_s": 1.0, "known_s": 1.0, "left_rad": 0.1, "right_rad": 0.2, "why": "shaping"}',
            ThresholdChange(1.0, 1.0, 0.1, 0.2, ThresholdReason.SHAPING),
        ),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, bytes) else "",
)
def test_names_in_files_are_those_of_version_01(stored: bytes, event: Event) -> None:
    assert decode_event(stored) == event
    assert encode_event(event) == stored
    assert recorded([stored], kinds=(type(event),)).seen == [bits(event)]


def test_the_sentence_of_a_connection_that_version_01_recorded_is_read() -> None:
    stored = b'{"kind": "LinkChange", "at_s": 1.0, "known_s": 1.0, "state": "stalled", "why": "Clip is silent."}'
    assert decode_event(stored) == LinkChange(1.0, 1.0, LinkState.STALLED, "Clip is silent.", LinkReason.NONE, "")


def test_every_old_name_maps_to_an_existing_one() -> None:
    assert {*codec.OLD_KINDS.values(), *codec.KINDS_IN_FILES} <= set(EVENT_KINDS)
    for kind in {*codec.OLD_FIELDS, *codec.FIELDS_IN_FILES}:
        assert set(fields_now(kind).values()) <= {field.name for field in fields(EVENT_KINDS[kind])}
    for enum, words in codec.OLD_WORDS.items():
        assert not set(words) & set(enum)
        assert {word for word in words.values() if word is not None} <= set(enum)


def test_a_field_of_an_unsupported_type_is_refused_by_name() -> None:
    @dataclass
    class Bag:
        things: list[int]

    with pytest.raises(TypeError, match=r"Bag\.things"):
        codec.plain_values(Bag([1]))


# ---- a drill for any posture


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual wearer does the drill `hold`, which may be done in any posture; recorded as a session records it."""
    path = tmp_path_factory.mktemp("hold") / "hold.mcap"
    wearer = WearerModel("hold", Side.RIGHT, hold_s=6.0)
    made = simulate_drill(wearer, SensorModel(rate_hz=100.0), 3)
    config = Settings.from_dict(wearer.settings)
    engine = build_engine(100.0, config)
    events = [*engine.push(made.samples).events, *engine.finish().events]
    metadata = {"rate_hz": "100", "outward": "+z", "started_utc": "2026-03-04T12:00:00+00:00"}
    with RecordingWriter(path, metadata, config.as_dict(), SensorModel().scale, sync=False) as writer:
        writer.samples(made.samples)
        for event in events:
            writer.event(event)
    return path


def test_a_drill_for_any_posture_is_read_back_from_its_recording(held: Path) -> None:
    recording = open_recording(held)
    assert recording.notes == []
    [begin] = [event for event in recording.events if isinstance(event, DrillBegin)]
    assert (begin.name, begin.side, begin.posture, begin.seconds) == ("hold", Side.RIGHT, None, 6.0)
    result = DrillResult.of(recording.events)
    assert result is not None
    assert (len(result.reps), result.held_s) == (1, pytest.approx(6.0, abs=0.05))


def test_a_drill_for_any_posture_is_a_drill_in_the_history_and_done_in_the_programme(held: Path, tmp_path: Path) -> None:
    programme = Programme(start=dt.date(2026, 3, 4), items=(Item("hold", "daily", sets=1, reps=1), Item("hold", "off", sets=1, reps=1)))
    with History(tmp_path / "history.sqlite") as history:
        row = history.add(held)
        assert (row.kind, row.note) == ("drill", "")
        assert row.drill is not None
        assert (row.drill["name"], row.drill["side"], row.drill["reps"]) == ("hold", "right", 1)
        assert drill_lines(row.drill)[0] == "Isometric hold, any posture, right hip: held for 6 s"
        day = dt.datetime.fromisoformat(row.started).astimezone().date()
        done = {(todo.item.drill, todo.side): todo.done for todo in todays(replace(programme, start=day), history, day)}
        assert done == {("hold", "left"): False, ("hold", "right"): True}


def test_the_empty_posture_of_earlier_recordings_is_any_posture() -> None:
    begin = DrillBegin(0.0, 0.0, "hold", "Hold", Side.LEFT, None, 2, 1, 30.0, 30.0, 0.0, 0.1, "lean", "Hold still.")
    assert json.loads(encode_event(begin))["posture"] is None
    old = encode_event(begin).replace(b'"posture": null', b'"posture": ""')
    assert decode_event(old) == begin


def test_only_an_optional_posture_may_be_empty() -> None:
    with pytest.raises(UnknownNameError):
        decode_event(b'{"kind": "PostureChange", "at_s": 1.0, "known_s": 1.0, "posture": ""}')


@pytest.mark.parametrize("side", Side)
def test_the_posture_of_every_drill_is_decoded_as_encoded(side: Side) -> None:
    for drill in drills().values():
        begin = DrillBegin(0.0, 0.0, drill.name, drill.title, side, drill.posture(side), 1, 1, 1.0, 1.0, 0.0, 1.0, "lean", "")
        assert decode_event(encode_event(begin)) == begin


# ---- help


def _plain(kind: type) -> Event:
    """One event of a kind, with plain values."""
    hints = get_type_hints(kind)

    def value(hint: Any) -> Any:
        if NoneType in get_args(hint):
            return None
        return next(iter(hint)) if issubclass(hint, StrEnum) else hint(1)

    event: Event = kind(**{field.name: value(hints[field.name]) for field in fields(kind)})
    return event


@dataclass
class Written:
    """What was read back from a recording by the reader (`events`, `notes`) and by the event reader (`seen`, `glance_`)."""

    events: list[Event]
    notes: list[str]
    seen: list[tuple[Any, ...]]
    glance_whole: bool
    glance_newer: int


def recorded(events: list[Any], kinds: tuple[type, ...] = tuple(EVENT_KINDS.values())) -> Written:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.mcap"
        write(path, events)
        recording, found = open_recording(path), read_events(path, kinds)
    return Written(
        recording.events, [str(note) for note in recording.notes], [bits(event) for event in found.events], found.whole, found.newer
    )


def write(path: Path, events: list[Any]) -> None:
    """A recording of two seconds with these events; bytes are written as they are."""
    rng = np.random.default_rng(1)
    samples = Samples.checked(np.arange(200) / 100, rng.normal(size=(200, 3)), rng.normal(size=(200, 3)))
    with RecordingWriter(path, {"rate_hz": "100"}, sync=False) as writer:
        writer.samples(samples)
        for event in events:
            if isinstance(event, bytes):
                writer._write(Topic.EVENTS, 2.0, event)
            else:
                writer.event(event)


@pytest.mark.parametrize("kind", EVENT_KINDS.values(), ids=EVENT_KINDS)
def test_fields_that_recordings_of_version_01_lack_have_a_default(kind: type[Event]) -> None:
    """Without one, every event of that kind in an old recording would be unreadable."""
    stored = FIELDS_OF_VERSION_01.get(kind.__name__)
    if stored is None:
        return  # a kind of a later version
    for field in fields(kind):
        assert field.name in stored or field.default is not MISSING, f"{kind.__name__}.{field.name} needs a default"


def _fields_of_version_01() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "tests" / "golden").glob("*.json.gz")):
        for event in json.loads(gzip.decompress(path.read_bytes()))["events"]:
            kind = event.pop("kind")
            now = kind_now(kind)
            found.setdefault(now, set()).update(fields_now(now).get(name, name) for name in event)
    return found


FIELDS_OF_VERSION_01 = _fields_of_version_01()
