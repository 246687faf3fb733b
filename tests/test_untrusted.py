"""Small files that would fill the memory or run for minutes, and names that control a terminal, are refused or cleaned."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import pytest
import zstandard
from command_line import levelhips
from conftest import short_run

from levelhips import LevelHipsError, RecordingError, RecordingWriter, SettingsError, open_recording
from levelhips.programme.store import load_programme
from levelhips.recording.event_reader import read_events
from levelhips.recording.frames import MAGIC
from levelhips.recording.importers.examples import write_phyphox
from levelhips.recording.schema import Topic, encode_samples
from levelhips.settings.store import change_settings, read_values
from levelhips.untrusted import MAX_JSON_BYTES, MAX_METADATA_RECORDS, MAX_NAME_CHARS, clean_name, may_expand_to, visible

MAX_S, MAX_MB = 2.0, 300  # each bomb is refused within this time and memory
SHARED_MB = 33  # of zeros or empty messages in a chunk: the reader takes larger chunks for damaged


def record(opcode: int, body: bytes) -> bytes:
    return bytes([opcode]) + len(body).to_bytes(8, "little") + body


def message(topic: Topic, data: bytes) -> bytes:
    return record(0x05, topic.channel.to_bytes(2, "little") + bytes(20) + data)


def words(text: str) -> bytes:
    return len(text.encode()).to_bytes(4, "little") + text.encode()


def metadata(values: dict[str, str]) -> bytes:
    entries = b"".join(words(name) + words(value) for name, value in values.items())
    return record(0x0C, words("levelhips") + len(entries).to_bytes(4, "little") + entries)


def zstd(data: bytes) -> bytes:
    return zstandard.compress(data, 19)


def zstd_without_size(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


def chunk(records: bytes, compression: str = "zstd", pack: Callable[[bytes], bytes] = zstd, size: int | None = None) -> bytes:
    packed = pack(records)
    head = bytes(16) + (len(records) if size is None else size).to_bytes(8, "little") + zlib.crc32(records).to_bytes(4, "little")
    return record(0x06, head + words(compression) + len(packed).to_bytes(8, "little") + packed)


def recording(path: Path, *parts: bytes) -> Path:
    path.write_bytes(MAGIC + metadata({"format": "1"}) + b"".join(parts) + record(0x02, bytes(20)) + MAGIC)
    return path


EMPTY = message(Topic.SAMPLES, b"")
EMPTY_MESSAGES = EMPTY * (SHARED_MB * 1_000_000 // len(EMPTY))
ZEROS = message(Topic.SAMPLES, b"\x01\x00\xff\xff" + bytes(16 + 56 * 65535)) * 8


def sparse(path: Path, beginning: bytes) -> Path:
    path.write_bytes(beginning)
    os.truncate(path, 4 << 30)
    return path


def zipped(path: Path, table: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("Accelerometer.csv", "Gyroscope.csv"):
            with archive.open(name, "w", force_zip64=True) as file:
                for _ in range(100):
                    file.write(table)
    return path


def many_names(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.csv", "")
    return path


def far_apart(folder: Path) -> Path:
    """Fifty samples a microsecond apart, and one after thirty years: evenly spaced they would be 10 to the 15."""
    folder.mkdir()
    rows = "".join(f"{k * 1e-6},{k},1,9.81\n" for k in range(50)) + "1e9,1,2,3\n"
    for name, unit in (("Accelerometer.csv", "m/s^2"), ("Gyroscope.csv", "rad/s")):
        (folder / name).write_text(f"Time (s),X ({unit}),Y ({unit}),Z ({unit})\n{rows}")
    return folder


def one_line(path: Path) -> Path:
    path.write_text("time_s,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps\n" + "1," * 10_000_000)
    return path


MANY_LISTS = message(Topic.SETTINGS, b'{"a":[' + b"[]," * 600_000 + b"1]}")
RECORDINGS: dict[str, Callable[[], list[bytes]]] = {
    "empty messages": lambda: [chunk(EMPTY_MESSAGES)] * 3,
    "empty messages, lz4": lambda: [chunk(EMPTY_MESSAGES, "lz4", lz4.frame.compress)] * 3,
    "empty messages, size not in the frame": lambda: [chunk(EMPTY_MESSAGES, pack=zstd_without_size)] * 3,
    "empty records": lambda: [chunk((b"\x0f" + bytes(8)) * 400_000)] * 20,
    "zero samples": lambda: [chunk(ZEROS)] * 10,
    "metadata": lambda: [metadata({})] * 400_000,
    "ends of the data": lambda: [record(0x0F, bytes(4))] * 400_000,
    "settings of a megabyte": lambda: [chunk(MANY_LISTS)] * 9,
}
OTHERS: dict[str, Callable[[Path], Path]] = {
    "endless recording": lambda folder: sparse(folder / "r.mcap", MAGIC),
    "endless table": lambda folder: sparse(folder / "r.csv", b"time_s,acc_x_g,acc_y_g\n"),
    "one endless line": lambda folder: one_line(folder / "r.csv"),
    "zip": lambda folder: zipped(folder / "r.zip", b"0.01,0,0,9.81\n" * 75_000),
    "zip with many names": lambda folder: many_names(folder / "r.zip"),
    "times far apart": lambda folder: far_apart(folder / "export"),
}
OPEN = """
import json, re, sys, time
from levelhips import LevelHipsError, open_recording
began_s = time.process_time()
try:
    open_recording(sys.argv[1])
except LevelHipsError as error:
    code = error.code
seconds = time.process_time() - began_s
# Not ru_maxrss, which begins with the memory of the process that started this one.
peak_kb = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
print(json.dumps([code, seconds, peak_kb / 1024]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has the peak memory in a file")
@pytest.mark.parametrize("name", [*RECORDINGS, *OTHERS])
def test_a_bomb_is_refused_in_two_seconds_and_300_mb(tmp_path: Path, name: str) -> None:
    path = OTHERS[name](tmp_path) if name in OTHERS else recording(tmp_path / "r.mcap", *RECORDINGS[name]())
    done = subprocess.run([sys.executable, "-c", OPEN, str(path)], capture_output=True, text=True, check=True)
    code, seconds, megabytes = json.loads(done.stdout)
    assert code in ("no-whole-second", "expands-too-much", "file-too-large", "not-a-recording", "mostly-gaps")
    assert seconds < MAX_S
    assert megabytes < MAX_MB


def test_a_recording_may_expand_sixteen_times(tmp_path: Path) -> None:
    """The limit counts all chunks together: each alone is allowed."""
    part = chunk(bytes.fromhex("0f0000100000000000") + bytes(1 << 20))  # one record of a megabyte
    with pytest.raises(RecordingError, match="one complete second"):
        open_recording(recording(tmp_path / "four.mcap", *[part] * 3))
    with pytest.raises(RecordingError, match="expands"):
        open_recording(recording(tmp_path / "five.mcap", *[part] * 5))
    assert may_expand_to(1 << 20) == 20 << 20


def test_a_damaged_size_in_a_small_recording_is_not_taken_for_a_bomb(tmp_path: Path) -> None:
    """A flipped bit in the head of a zstd frame makes its size 16 MB: that chunk is damaged, and the next one is read."""
    good = chunk(message(Topic.EVENTS, b"{}"))
    frame = bytearray(zstandard.compress(bytes(300)))
    assert frame[4] >> 6 == 1, "the size is in two bytes"
    frame[4] = frame[4] & 0x3F | 0x80  # it is now read from four bytes
    damaged = chunk(bytes(300), pack=lambda data: bytes(frame))
    with pytest.raises(RecordingError, match="one complete second"):
        open_recording(recording(tmp_path / "r.mcap", damaged, good))


def test_metadata_is_cleaned_where_it_is_read(tmp_path: Path) -> None:
    path = recording(tmp_path / "r.mcap", metadata({"sensor": "\x1b[2Jleft\u202e", "kit": "a" * 5000}))
    found = read_events(path, ()).metadata
    assert found["sensor"] == "[2Jleft"
    assert len(found["kit"]) == 1000


def test_a_recording_has_room_for_its_metadata_records(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="one complete second"):
        open_recording(recording(tmp_path / "r.mcap", metadata({}) * (MAX_METADATA_RECORDS - 1)))
    with pytest.raises(RecordingError, match="expands"):
        open_recording(recording(tmp_path / "more.mcap", metadata({}) * MAX_METADATA_RECORDS))


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("Hips 12", "Hips 12"),
        ("\x1b]0;title\x07Hips", "]0;titleHips"),
        ("[/] sensor", "[/] sensor"),
        ("two\r\nlines\tand  blanks ", "two lines and blanks"),
        ("\u202ecba\u2028\ud800\x9b1m", "cba1m"),
        ("Hüfte 骨盤 😀", "Hüfte 骨盤 😀"),
        ("x" * 300, "x" * MAX_NAME_CHARS),
    ],
)
def test_names_are_one_line_of_visible_characters(given: str, clean: str) -> None:
    assert clean_name(given) == clean


def test_line_breaks_of_a_text_stay() -> None:
    assert visible("a\n\tb\x1b[1m") == "a\n\tb[1m"


def test_an_error_shows_no_control_characters_of_a_file_name(tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as caught:
        open_recording(tmp_path / "a\x1b[2Jb.mcap")
    assert "\x1b" not in str(caught.value)
    assert "a[2Jb.mcap" in str(caught.value)


def test_json_longer_than_any_of_ours_is_not_parsed() -> None:
    from levelhips.events.codec import json_object

    assert json_object(b'{"a": "%s"}' % (b"x" * 1000)) == {"a": "x" * 1000}
    with pytest.raises(ValueError, match="bytes of JSON"):
        json_object(b'{"a": "%s"}' % (b"x" * MAX_JSON_BYTES))


# ---- files that are not what their name says


@pytest.mark.parametrize("content", [bytes(range(256)) * 50, b"time_s,acc_x_g,acc_y_g,acc_z_g\n0,0,0,1\n" * 9], ids=["bytes", "table"])
def test_a_file_that_only_has_the_name_of_a_recording_is_not_taken_for_a_table(tmp_path: Path, content: bytes) -> None:
    """Bug: a damaged recording was reported as a table without a header."""
    path = tmp_path / "r.mcap"
    path.write_bytes(content)
    for read in (open_recording, lambda path: read_events(path, ())):
        with pytest.raises(RecordingError) as caught:
            read(path)
        assert str(caught.value) == (
            "r.mcap is not a levelhips recording. Choose another file; if it is a table of another program, end its name with .csv."
        )


def test_a_recording_whose_first_bytes_are_damaged_is_read_with_a_note(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r.mcap", {"rate_hz": "100", "sensor": "s"}) as writer:
        writer.samples(short_run().samples)
    data = bytearray((tmp_path / "r.mcap").read_bytes())
    data[0] ^= 1
    (tmp_path / "r.mcap").write_bytes(data)
    found = open_recording(tmp_path / "r.mcap")
    assert len(found.samples) == len(short_run().samples)
    assert [note.key for note in found.notes] == ["recording.note.damaged-parts"]
    events = read_events(tmp_path / "r.mcap", ())
    assert (events.metadata["sensor"], events.whole) == ("s", False)


@pytest.mark.parametrize("compression", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_damaged_zip_file_ends_in_an_error_of_ours(tmp_path: Path, compression: int) -> None:
    """Bug: damaged LZMA data ended in an LZMAError."""
    folder, path, rng = tmp_path / "export", tmp_path / "r.zip", random.Random(1)
    folder.mkdir()
    write_phyphox(short_run().samples[:200], folder)
    with zipfile.ZipFile(path, "w", compression) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    data = path.read_bytes()
    codes = set()
    for _ in range(60):
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        try:
            open_recording(path)
        except LevelHipsError as error:
            codes.add(error.code)
    usual = compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED)
    assert ("damaged-zip" if usual else "unusual-zip") in codes


# ---- settings and programme


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# " + "a" * (1 << 16), "has more than 64 kB"),
        ("[cues]\n" + ".".join("a" * 501) + " = 1", "has more than 1000 characters in line 2"),
    ],
)
def test_a_settings_file_that_would_take_minutes_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """A line of 64,000 characters with a dot at every second one took 20 s."""
    path = tmp_path / "own.toml"
    path.write_text(text)
    for use in (read_values, load_programme, lambda path: change_settings(path, {"cues.k": 4})):
        with pytest.raises(SettingsError, match=problem):
            use(path)
    assert path.read_text() == text


def test_a_settings_file_that_only_one_of_two_parsers_reads_is_refused(tmp_path: Path) -> None:
    """Bug: setting a value in a file of more than 100 levels ended in a ParseError."""
    path = tmp_path / "own.toml"
    path.write_text("[cues]\nk = " + "[" * 200 + "]" * 200)
    with pytest.raises(SettingsError, match="not a TOML file"):
        change_settings(path, {"cues.k": 4})


WRONG_SETTINGS = [
    b"[1, 2]",
    b"3",
    b"null",
    b'{"motion": null}',
    b'{"motion": {"tau_acc_s": -1}}',
    b'{"cues": {"k": 1e400}}',
    b"[" * 200_000,
]


@pytest.mark.parametrize("settings", WRONG_SETTINGS, ids=lambda settings: settings[:30].decode())
@pytest.mark.parametrize("command", ["analyze", "replay", "recover"])
def test_wrong_settings_in_a_recording_end_no_command(tmp_path: Path, command: str, settings: bytes) -> None:
    samples = [message(Topic.SAMPLES, encode_samples(short_run().samples[at : at + 100])) for at in range(0, 1900, 100)]
    about = metadata({"rate_hz": "100", "outward": "+z", "sensor": "s"})
    path = recording(tmp_path / "r.mcap", about, chunk(message(Topic.SETTINGS, settings)), *map(chunk, samples))
    options = {"analyze": ["-o", tmp_path / "out"], "replay": ["--speed", "1000", "--mute"], "recover": []}[command]
    done = levelhips(command, path, *options, code=None, home=tmp_path)
    assert "Traceback" not in done.text
    assert len(done.stderr) < 400, "a line or two: an error quotes no more than a part of a value"
