"""A flipped bit in a recording never changes what is read without a note: chunks, metadata and the whole file have checksums."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from bench.bit_flips import live_recording, outcomes, row_of
from conftest import short_run

from levelhips import RecordingWriter
from levelhips.events import Step
from levelhips.recording.event_reader import read_events
from levelhips.recording.frames import FileState, read_messages
from levelhips.recording.reader import read_mcap
from levelhips.recording.schema import metadata_crc

META = {"rate_hz": "100", "outward": "+z", "sensor": "test"}
MADE = short_run()
DATA_END, MESSAGE_INDEX = 0x0F, 0x07


@pytest.fixture(scope="module")
def live_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return live_recording(tmp_path_factory.mktemp("live"), seconds=14.0)


@pytest.fixture
def small(tmp_path: Path) -> bytes:
    """A recording of 2 s."""
    with RecordingWriter(tmp_path / "small.mcap", META) as writer:
        writer.samples(MADE.samples[:200])
        writer.note({"clock_drift_ppm": "12.5"})
    return (tmp_path / "small.mcap").read_bytes()


def records_of(data: bytes) -> list[tuple[int, int, int]]:
    """Return the opcode of each record of an MCAP file, and where its body begins and ends."""
    found, at = [], 8
    while at + 9 <= len(data) - 8:
        opcode, length = struct.unpack_from("<BQ", data, at)
        found.append((opcode, at + 9, at + 9 + length))
        at += 9 + length
    return found


def state_of(data: bytes) -> FileState:
    state = FileState()
    list(read_messages(data, state))
    return state


def test_no_flipped_bit_of_a_live_recording_goes_unnoticed(live_file: Path, tmp_path: Path) -> None:
    data = live_file.read_bytes()
    row = row_of(live_file)
    assert row is not None
    assert (row.kind, row.note) == ("run", "")
    assert row.steps >= 10
    counts, unnoticed = outcomes(data, tmp_path, flips=200, seed=12)
    assert unnoticed == []
    # The simulated session is so fast that nearly all of it may be in one chunk. If that is lost, there is nothing to make a row of.
    assert counts["row noted"] + counts["row error"] > 150, counts
    assert counts["reader noted"] + counts["reader error"] > 150, counts


def test_no_flipped_bit_of_the_metadata_of_a_file_that_was_not_closed_is_believed(small: bytes) -> None:
    """A killed program leaves no checksum of the whole file: metadata needs its own."""
    records = records_of(small)
    end = next(start for opcode, start, _ in records if opcode == DATA_END) - 9
    bodies = [(start, stop) for opcode, start, stop in records if opcode == 0x0C]
    assert len(bodies) == 2
    whole = state_of(small[:end]).metadata
    assert whole == {**META, "format": "1", "clock_drift_ppm": "12.5"}
    dropped = 0
    for start, stop in bodies:
        for bit in range(8 * start, 8 * stop):
            data = bytearray(small[:end])
            data[bit // 8] ^= 1 << bit % 8
            found = state_of(bytes(data))
            named = {name: value for name, value in found.metadata.items() if name in whole}
            assert named.items() <= whole.items(), f"byte {bit // 8} bit {bit % 8}"
            dropped += len(named) < len(whole)
    assert dropped > 1000


def test_crc_of_metadata_is_that_of_its_entries_in_the_order_of_their_names() -> None:
    assert (
        metadata_crc({"b": "2", "a": "1", "crc32": "of another record"})
        == f"{zlib.crc32(b'a' + bytes(1) + b'1' + bytes(1) + b'b' + bytes(1) + b'2' + bytes(1)):08x}"
    )
    assert metadata_crc({}) == "00000000"


def test_metadata_without_a_crc_is_read() -> None:
    """Recordings from before metadata had one."""
    from levelhips.simulation import bundled

    data = bundled.find("treadmill_fatigue").read_bytes()
    assert b"crc32" not in data
    recording = read_mcap(Path("old.mcap"), data)
    assert recording.notes == []
    assert recording.outward is not None


def test_change_in_a_part_that_is_not_read_is_noted(small: bytes, tmp_path: Path) -> None:
    """The index of messages is not read, but a file in which it has changed is failing."""
    start = next(start for opcode, start, _ in records_of(small) if opcode == MESSAGE_INDEX)
    data = bytearray(small)
    data[start + 7] ^= 1
    recording = read_mcap(Path("changed.mcap"), bytes(data))
    assert [note.key for note in recording.notes] == ["recording.note.wrong-crc"]
    (tmp_path / "changed.mcap").write_bytes(data)
    assert not read_events(tmp_path / "changed.mcap", (Step,)).whole
    (tmp_path / "changed.mcap").write_bytes(small)
    assert read_events(tmp_path / "changed.mcap", (Step,)).whole


def test_file_whose_writer_computed_no_crc_is_whole(small: bytes) -> None:
    """0 means "not computed" (MCAP specification): other tools write that when they copy a recording."""
    data = bytearray(small)
    start = next(start for opcode, start, _ in records_of(small) if opcode == DATA_END)
    data[start : start + 4] = bytes(4)
    assert state_of(bytes(data)).whole
    data[start : start + 4] = b"\1\0\0\0"
    assert not state_of(bytes(data)).whole


def test_time_in_the_head_of_a_chunk_is_not_believed(small: bytes) -> None:
    """It is outside the CRC of the chunk; the duration in the history was computed from it."""
    end = next(start for opcode, start, _ in records_of(small) if opcode == DATA_END) - 9
    last_s = state_of(small[:end]).last_s
    assert last_s == pytest.approx(1.0, abs=0.03)  # the last block of samples begins there
    chunk = next(start for opcode, start, _ in records_of(small) if opcode == 0x06)
    data = bytearray(small[:end])
    data[chunk + 8 + 6] ^= 0x10  # 2^52 ns
    assert state_of(bytes(data)).last_s == last_s
