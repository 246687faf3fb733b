"""The C codec of firmware_notes against the Python decoder: compiled with warnings as errors and sanitizers, fed with anything."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from levelhips import BadInputError, Samples
from levelhips.motion.alignment import AXES
from levelhips.recording.schema import Packet
from levelhips.sensors.profiles.levelhips import LevelHipsDecoder, LevelHipsPeripheral, _frames, _problem

CODEC = ROOT / "firmware_notes" / "codec"
WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow", "-O1", "-g"]
SANITIZERS = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


class Codec:
    """Return a function that asks the compiled codec, one line at a time."""

    def __init__(self, program: Path) -> None:
        self.process = subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(self, *words: object) -> list[str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise AssertionError(self.process.stderr.read())
        return answer.split()

    def close(self) -> None:
        _, errors = self.process.communicate(timeout=10)
        assert self.process.returncode == 0, errors


@pytest.fixture(scope="module")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Codec]:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler (cc, gcc or clang) to compile firmware_notes/codec with")
    program = tmp_path_factory.mktemp("codec") / "check"
    sources = [str(CODEC / name) for name in ("levelhips_wire.c", "check.c")]
    build = subprocess.run([compiler, *WARNINGS, *SANITIZERS, "-o", str(program), *sources], capture_output=True, text=True, check=False)
    if build.returncode and "sanitize" in build.stderr and "cannot find" in build.stderr:
        pytest.skip("this compiler has no sanitizers")
    assert build.returncode == 0, build.stderr
    codec = Codec(program)
    yield codec
    codec.close()


@given(
    values=st.lists(st.tuples(*[st.integers(-32768, 32767)] * 6), min_size=1, max_size=19),
    sequence=st.integers(0, 65535),
    t_us=st.integers(0, 2**32 - 1),
)
def test_c_and_python_read_the_same_packet(codec, values, sequence, t_us):
    data = struct.pack("<BBHI", 1, len(values), sequence, t_us) + np.array(values, "<i2").tobytes()
    assert codec.ask("packet", data.hex()) == ["ok", str(sequence), str(t_us), str(len(values)), data.hex()]
    assert _frames(data) == ([data], b"")


def test_packets_of_the_python_sensor_are_read_in_c(codec):
    firmware = LevelHipsPeripheral(200.0)
    n = 300
    rng = np.random.default_rng(1)
    said = Samples(np.arange(n) / 200 + 4294.0, rng.normal(0, 20, (n, 3)), rng.normal(0, 5, (n, 3)))
    for number, (_, data) in enumerate(firmware.encode(said, 247)):
        answer = codec.ask("packet", data.hex())
        assert answer[:4] == ["ok", str(number), str(round((4294.0 + number * 0.02) * 1e6) % 2**32), "4"]


@given(st.binary(max_size=600))
@settings(max_examples=300)
def test_any_bytes_are_refused_or_read_alike_in_c_and_python(codec, data):
    frames, _ = _frames(data)
    answer = codec.ask("packet", data.hex())
    assert (answer[0] == "ok") == bool(frames)
    if frames:
        assert answer[4::4] == [frame.hex() for frame in frames]


@given(
    rate=st.integers(40, 65535),
    acc=st.integers(1, 64),
    gyr=st.integers(1, 4000),
    axis=st.integers(0, 5),
    name=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=16),
)
def test_description_of_the_sensor_is_read_alike_in_c_and_python(codec, rate, acc, gyr, axis, name):
    data = LevelHipsPeripheral(float(rate), acc, gyr, axis, name).reads["info"]
    assert codec.ask("info", data.hex()) == ["ok", str(rate), str(acc), str(gyr), str(axis), data.hex()]
    decoder = LevelHipsDecoder(200.0)
    decoder.push(Packet(0.0, data, "info"))
    assert (decoder.rate_hz, decoder.outward, decoder.firmware) == (rate, tuple(AXES)[axis], name)


@given(st.binary(max_size=40))
@settings(max_examples=300)
def test_any_description_is_refused_or_read_alike_in_c_and_python(codec, data):
    answer = codec.ask("info", data.hex())
    try:
        LevelHipsDecoder(200.0).push(Packet(0.0, data, "info"))
    except BadInputError:
        rate = int.from_bytes(data[1:3], "little") if len(data) >= 3 else 0
        assert answer[0] == "error" or 0 < rate < 40  # C leaves it to the client what rate is of use
    else:
        assert answer[0] == "ok"


@given(st.binary(max_size=8))
@settings(max_examples=300)
def test_commands_and_their_answers_are_the_same_in_both(codec, data):
    firmware = LevelHipsPeripheral(200.0)
    answer = codec.ask("command", data.hex())
    said = firmware.write("control", data, 123_456_789)
    if answer[0] != "ok":
        assert not said or _problem(said[0][1]) is not None
        return
    assert answer[3] == data.hex()
    [(_, python)] = said
    assert codec.ask("answer", python[0], python[1], 123_456_789) == ["ok", python.hex()]


@pytest.mark.parametrize(("mtu", "count"), [(22, 0), (23, 1), (59, 4), (185, 14), (247, 19), (517, 40)])
def test_number_of_samples_that_fit_into_an_mtu(codec, mtu, count):
    assert codec.ask("mtu", mtu) == ["ok", str(count)]


def test_the_codec_compiles_as_cpp_too(tmp_path):
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        pytest.skip("there is no C++ compiler; Arduino sketches are C++")
    (tmp_path / "sketch.cpp").write_text('#include "levelhips_wire.h"\nint main() { return lh_samples_for_mtu(59) == 4 ? 0 : 1; }\n')
    subprocess.run(["cc", "-std=c99", "-c", "-o", str(tmp_path / "wire.o"), str(CODEC / "levelhips_wire.c")], check=True)
    program = str(tmp_path / "sketch")
    subprocess.run([compiler, "-I", str(CODEC), "-o", program, str(tmp_path / "sketch.cpp"), str(tmp_path / "wire.o")], check=True)
    subprocess.run([program], check=True)
