"""Recordings: samples are read back to the last bit; truncated and damaged files give back all that is undamaged."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from conftest import run_engine, short_run
from hypothesis import example, given
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import CompressionType, Writer

from levelhips import Command, Do, LevelHipsError, RecordingError, RecordingWriter, Samples, Update, open_recording
from levelhips.errors import NewerFileError
from levelhips.events import Event, Step
from levelhips.recording.event_reader import read_events
from levelhips.recording.reader import read_mcap
from levelhips.recording.recover import copy_into, recover
from levelhips.recording.schema import (
    Packet,
    Topic,
    decode_command,
    decode_event,
    decode_packet,
    decode_samples,
    encode_event,
    encode_packet,
    encode_samples,
)
from levelhips.recording.writer import new_name
from levelhips.simulation import bundled

MADE = short_run()
META = {"rate_hz": "100", "outward": "+z", "sensor": "test"}


def write(path: Path, samples: Samples = MADE.samples, **more: object) -> Path:
    with RecordingWriter(path, META, {"threshold": {"left_deg": 3.0}}, **more) as writer:  # type: ignore[arg-type]
        writer.command(Command(5.0, Do.THRESHOLD, 3.5))
        writer.samples(samples)
    return path


@cache
def whole_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder) / "whole.mcap", scale=MADE.sensor.scale).read_bytes()


@pytest.mark.parametrize("scale", [None, MADE.sensor.scale], ids=["exact", "counts"])
def test_samples_are_read_back_to_the_last_bit(tmp_path: Path, scale: tuple[float, float] | None) -> None:
    recording = open_recording(write(tmp_path / "r.mcap", scale=scale))
    np.testing.assert_array_equal(recording.samples.acc_mps2, MADE.samples.acc_mps2)
    np.testing.assert_array_equal(recording.samples.gyr_radps, MADE.samples.gyr_radps)
    np.testing.assert_array_equal(recording.samples.t_s, MADE.samples.t_s)
    assert recording.commands == [Command(5.0, Do.THRESHOLD, 3.5)]
    assert recording.settings == {"threshold": {"left_deg": 3.0}}
    assert recording.rate_hz == 100.0
    assert recording.outward == "+z"
    assert recording.notes == []


def test_packets_are_read_back(tmp_path: Path) -> None:
    packets = [Packet(i * 0.02, bytes([i % 256] * 20), "0002") for i in range(200)]
    with RecordingWriter(tmp_path / "r.mcap", META) as writer:
        for packet in packets:
            writer.packet(packet, packet.arrival_s)
        writer.samples(MADE.samples)
    assert open_recording(tmp_path / "r.mcap").packets == packets


def test_a_recording_is_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "r.mcap")
    with pytest.raises(RecordingError, match="already exists"):
        RecordingWriter(tmp_path / "r.mcap", META)


def test_the_mcap_library_reads_a_recording(tmp_path: Path) -> None:
    from mcap.reader import make_reader

    with open(write(tmp_path / "r.mcap"), "rb") as file:
        summary = make_reader(file, validate_crcs=True).get_summary()
    assert summary is not None
    assert {channel.topic for channel in summary.channels.values()} >= {
        "/samples",
        "/events",
        "/cues",
        "/commands",
        "/settings",
        "/packets",
    }
    assert len(summary.chunk_indexes) >= MADE.samples.t_s[-1] - 1, "a chunk a second"


@given(share=st.floats(0.0, 1.0))
def test_a_truncated_file_gives_back_all_whole_seconds(share: float) -> None:
    whole = whole_file()
    data = whole[: 8 + int(share * (len(whole) - 8))]
    try:
        recording = read_mcap(Path("cut.mcap"), data)
    except RecordingError:
        assert share < 0.2
        return
    count = len(recording.samples)
    np.testing.assert_array_equal(recording.samples.acc_mps2, MADE.samples.acc_mps2[:count])
    # What was kept is at most the file's share short of one chunk; the index at the end takes some of the bytes.
    assert recording.samples.t_s[-1] >= share * 0.75 * MADE.samples.t_s[-1] - 2.5
    if len(data) < len(whole) - 37:  # the footer and the mark behind it carry nothing
        assert any("was not closed" in str(note) for note in recording.notes)


@given(at=st.integers(8, 10**9), bit=st.integers(0, 7))
@example(at=134, bit=3)  # the length of a record that is not a chunk
def test_a_flipped_bit_loses_at_most_a_second_and_changes_no_sample(at: int, bit: int) -> None:
    whole = whole_file()
    data = bytearray(whole)
    data[8 + at % (len(whole) - 8)] ^= 1 << bit
    recording = read_mcap(Path("flipped.mcap"), bytes(data))
    kept = np.isin(MADE.samples.t_s, recording.samples.t_s)
    np.testing.assert_array_equal(recording.samples.acc_mps2, MADE.samples.acc_mps2[kept])
    assert kept.sum() >= len(MADE.samples) - 101


@cache
def file_of_events() -> tuple[bytes, list[Event]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.mcap"
        with RecordingWriter(path, META) as writer:
            for step in run_engine(MADE.samples, 100.0).of(Step):
                writer.event(step)
                writer.flush()  # a chunk for each
        return path.read_bytes(), read_events(path, (Step,)).events


@given(at=st.integers(8, 10**9), bit=st.integers(0, 7))
def test_a_flipped_bit_changes_no_event_unnoticed(at: int, bit: int) -> None:
    """Events were read without looking at the CRC of their chunk."""
    whole, events = file_of_events()
    data = bytearray(whole)
    data[8 + at % (len(whole) - 8)] ^= 1 << bit
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flipped.mcap"
        path.write_bytes(data)
        try:
            found = read_events(path, (Step,))
        except NewerFileError:  # the flipped bit was in the format number
            return
    assert len(events) > 20
    assert [event for event in found.events if event not in events] == []
    assert found.events == events or not found.whole


def test_a_damaged_chunk_size_does_not_allocate_gigabytes() -> None:
    whole = whole_file()
    chunk = whole.index(b"\x04\x00\x00\x00zstd") - 12  # the size stands in front of crc and name
    data = bytearray(whole)
    data[chunk + 6] |= 0x40
    recording = read_mcap(Path("damaged.mcap"), bytes(data))
    assert len(recording.samples) >= len(MADE.samples) - 101
    assert recording.notes


def test_a_damaged_size_in_the_zstd_frame_does_not_allocate_gigabytes() -> None:
    """A chunk's data has a size of its own: a zstd frame that says 2^60 bytes (RFC 8878: magic, descriptor, size)."""
    data = bytearray(whole_file())
    mark = data.index(b"\x28\xb5\x2f\xfd")
    data[mark + 4] |= 0xC0  # the size has 8 bytes
    data[mark + 4] &= ~0x20 & 0xFF  # and a window byte stands before it
    data[mark + 6 : mark + 14] = (1 << 60).to_bytes(8, "little")
    recording = read_mcap(Path("damaged.mcap"), bytes(data))
    assert len(recording.samples) >= len(MADE.samples) - 101
    assert recording.notes


@given(data=st.binary(max_size=3000))
def test_any_bytes_are_read_or_raise_a_recording_error(data: bytes) -> None:
    for content in (data, b"\x89MCAP0\r\n" + data):
        with contextlib.suppress(LevelHipsError):
            read_mcap(Path("noise.mcap"), content)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_decoded_or_raise_a_value_error(data: bytes) -> None:
    for decode in (decode_samples, decode_packet, decode_event, decode_command):
        with contextlib.suppress(ValueError):
            decode(data)


@given(arrival=st.floats(0, 1e6), data=st.binary(max_size=244), source=st.text(max_size=20))
def test_a_packet_is_decoded_as_it_was_encoded(arrival: float, data: bytes, source: str) -> None:
    packet = Packet(arrival, data, source)
    assert decode_packet(encode_packet(packet)) == packet


def test_a_killed_writer_loses_at_most_the_last_second(tmp_path: Path) -> None:
    path = tmp_path / "killed.mcap"
    code = """
import sys
import numpy as np
from levelhips import RecordingWriter, Samples
writer = RecordingWriter(sys.argv[1], {"rate_hz": "100"})
t = 0.0
while True:
    times = t + np.arange(10) / 100
    writer.samples(Samples.checked(times, np.random.default_rng(0).normal(size=(10, 3)), np.ones((10, 3)) * t))
    print(times[-1], flush=True)
    t += 0.1
    sys.stdin.readline()  # written so far, and nothing is running when the signal comes
"""
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        while (last := float(child.stdout.readline())) < 8.05:
            print(file=child.stdin, flush=True)
        child.kill()
    recording = open_recording(path)
    assert recording.samples.t_s[-1] >= last - 1.11
    assert any("was not closed" in str(note) for note in recording.notes)


def test_a_full_disk_raises_and_what_was_written_is_readable(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full to stand for a full disk")
    path = tmp_path / "r.mcap"
    writer = RecordingWriter(path, META)
    writer.samples(MADE.samples[:500])
    writer.flush()
    with open(full, "wb") as nowhere:
        os.dup2(nowhere.fileno(), writer._file.fileno())
        with pytest.raises(RecordingError, match="No space left"):
            writer.samples(MADE.samples[500:])
    assert len(open_recording(path).samples) >= 400


def test_an_mcap_file_of_another_program_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "foreign.mcap"
    with open(path, "wb") as file:
        writer = Writer(file)
        writer.start()
        channel = writer.register_channel("/camera", "json", 0)
        writer.add_message(channel, 0, b"{}", 0)
        writer.finish()
    with pytest.raises(RecordingError, match="is an MCAP file of another program"):
        open_recording(path)


def test_invalid_blocks_of_samples_are_refused() -> None:
    block = encode_samples(MADE.samples[:10], MADE.sensor.scale)
    for wrong in (b"", block[:-1], block + b"x", b"\x02" + block[1:], block[:1] + b"\x07" + block[2:]):
        with pytest.raises(ValueError, match="block"):
            decode_samples(wrong)


def test_unknown_fields_of_a_newer_event_are_ignored() -> None:
    event = next(iter(run_engine(MADE.samples, 100.0).events))
    data = encode_event(event).replace(b'"kind"', b'"color": "blue", "kind"', 1)
    assert Update(events=(decode_event(data),)) == Update(events=(event,))


def test_file_names_have_time_and_sensor_and_only_safe_characters() -> None:
    assert new_name("Polar/Sense ä:1", 0.0).endswith("_Polar-Sense-ä-1.mcap")


def test_the_bundled_recordings_are_those_that_the_simulation_makes() -> None:
    simulations = bundled.simulations()
    for name, (made, settings) in simulations.items():
        recording = open_recording(bundled.find(name))
        np.testing.assert_array_equal(recording.samples.acc_mps2, made.samples.acc_mps2)
        np.testing.assert_array_equal(recording.samples.gyr_radps, made.samples.gyr_radps)
        np.testing.assert_array_equal(recording.samples.t_s, made.samples.t_s)
        assert recording.settings == settings
    assert sum(bundled.find(name).stat().st_size for name in simulations) < 8e6


# ---- files of a newer levelhips


def newer(path: Path, topic: Topic | None = None, data: bytes = b"", **metadata: str) -> Path:
    """A file as a newer levelhips might write it: other metadata, and perhaps a message that is not of today."""
    with RecordingWriter(path, META) as writer:
        writer.samples(MADE.samples)
        if topic is not None:
            writer._write(topic, 30.0, data)
        writer.note(metadata)
    return path


def test_the_format_number_is_in_the_metadata(tmp_path: Path) -> None:
    assert open_recording(write(tmp_path / "r.mcap")).metadata["format"] == "1"


@pytest.mark.parametrize("name", ["format", "version"])
def test_a_file_of_a_newer_format_is_refused_as_such(tmp_path: Path, name: str) -> None:
    path = newer(tmp_path / "future.mcap", **{name: "2", "format": "2"})
    before = path.read_bytes()
    for read in (open_recording, lambda path: read_events(path, (Step,))):
        with pytest.raises(NewerFileError, match="future.mcap was written by a newer levelhips. Update levelhips"):
            read(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("topic", "data"),
    [
        (Topic.SAMPLES, b"\x02" + encode_samples(MADE.samples[:10])[1:]),
        (Topic.PACKETS, b"\x02" + encode_packet(Packet(1.0, b"raw", "stream"))[1:]),
    ],
    ids=["samples", "packets"],
)
def test_blocks_of_a_newer_version_are_refused_as_written_by_a_newer_levelhips(tmp_path: Path, topic: Topic, data: bytes) -> None:
    with pytest.raises(NewerFileError, match="update levelhips|Update levelhips"):
        open_recording(newer(tmp_path / "future.mcap", topic, data))


def test_a_file_with_only_newer_samples_is_not_reported_as_truncated(tmp_path: Path) -> None:
    path = tmp_path / "future.mcap"
    with RecordingWriter(path, META) as writer:
        writer._write(Topic.SAMPLES, 0.0, b"\x02" + encode_samples(MADE.samples[:200])[1:])
    with pytest.raises(NewerFileError):
        open_recording(path)


@pytest.mark.parametrize("data", [b'{"kind": "Mood", "at_s": 1.0}', b'{"kind": "ModeChange", "at_s": 1.0, "known_s": 1.0, "mode": "x"}'])
def test_events_of_an_unknown_kind_are_skipped_with_a_note_and_such_a_file_is_not_copied(tmp_path: Path, data: bytes) -> None:
    path = newer(tmp_path / "future.mcap", Topic.EVENTS, data)
    before = path.read_bytes()
    recording = open_recording(path)
    assert len(recording.samples) == len(MADE.samples)
    assert recording.unknown_events == 1
    assert [str(note) for note in recording.notes] == [
        "Skipped 1 event or command that this version does not know. Update levelhips to read it."
    ]
    with pytest.raises(NewerFileError):
        recover(recording)
    with pytest.raises(NewerFileError):
        copy_into(tmp_path / "copy.mcap", recording, {})
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_copy_has_the_current_format_number_and_names_its_original(tmp_path: Path) -> None:
    whole = whole_file()
    (tmp_path / "cut.mcap").write_bytes(whole[: len(whole) // 2])
    cut = open_recording(tmp_path / "cut.mcap")
    cut.metadata |= {"version": "0", "format": "0"}
    metadata = open_recording(recover(cut).path).metadata
    assert metadata == {**META, "format": "1", "recovered_from": "cut.mcap"}


def test_settings_that_are_not_an_object_are_skipped_with_a_note(tmp_path: Path) -> None:
    recording = open_recording(newer(tmp_path / "r.mcap", Topic.SETTINGS, b"[1, 2]"))
    assert recording.settings == {}
    assert [str(note) for note in recording.notes] == ["Skipped 1 message that could not be read"]


def test_event_reader_skips_settings_that_are_not_an_object(tmp_path: Path) -> None:
    """It returned the list, and a rebuild of the history ended in an AttributeError."""
    found = read_events(newer(tmp_path / "r.mcap", Topic.SETTINGS, b"[1, 2]"), (Step,))
    assert found.settings == {}
    assert not found.whole


@pytest.mark.parametrize("compression", [CompressionType.LZ4, CompressionType.NONE])
def test_a_copy_by_another_mcap_tool_is_read_in_any_compression(tmp_path: Path, compression: CompressionType) -> None:
    path, copy = write(tmp_path / "r.mcap"), tmp_path / "copy.mcap"
    with path.open("rb") as original, copy.open("wb") as file:
        writer = Writer(file, compression=compression, enable_crcs=True)
        writer.start("levelhips")
        for record in list(make_reader(original).iter_metadata()):
            writer.add_metadata(record.name, record.metadata)
        original.seek(0)
        for topic in Topic:
            writer.register_channel(str(topic), "levelhips", 0)
        for _, channel, message in make_reader(original).iter_messages():
            writer.add_message(channel.id, message.log_time, message.data, message.publish_time, message.sequence)
        writer.finish()
    recording = open_recording(copy)
    np.testing.assert_array_equal(recording.samples.acc_mps2, open_recording(path).samples.acc_mps2)
    assert recording.metadata["sensor"] == "test"
    assert recording.notes == []


def test_a_block_takes_at_most_65535_samples() -> None:
    t_s = np.arange(65536) * 0.001
    zeros = np.zeros((65536, 3))
    assert decode_samples(encode_samples(Samples.checked(t_s, zeros, zeros)[:65535]))[0][-1] == t_s[65534]
    with pytest.raises(ValueError, match="65536 samples"):
        encode_samples(Samples.checked(t_s, zeros, zeros))


def test_a_format_number_that_is_not_a_number_is_taken_for_the_current_one(tmp_path: Path) -> None:
    assert len(open_recording(newer(tmp_path / "r.mcap", format="unknown")).samples) == len(MADE.samples)
