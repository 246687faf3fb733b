"""Fuzz every decoder and reader with damaged bytes, and with whole files of wrong values: only a LevelHipsError may be raised.

    python -m bench.fuzz [--seconds 60] [--seed 1]

Prints the number of inputs. An input that raises another error is saved in the current folder, and ends the run with exit code 1.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bench.fuzz_structures import Structures
from levelhips import LevelHipsError, Samples, open_recording
from levelhips.recording.recorder import Recorder
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import DOWN, LINK, UP, Profile, Write, profiles

ROOT = Path(__file__).resolve().parents[1]
console = Console()


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Return the data with bits flipped, or bytes cut out, doubled or replaced; or random bytes instead."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        if not out:
            break
        at = rng.randrange(len(out))
        damage = rng.randrange(6)
        if damage == 0:
            out[at] ^= 1 << rng.randrange(8)
        elif damage == 1:
            del out[at : at + rng.randrange(1, 40)]
        elif damage == 2:
            out[at:at] = out[at : at + rng.randrange(1, 40)]
        elif damage == 3:
            out[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif damage == 4:
            out[at : at + 8] = rng.randbytes(8)
        else:
            out = bytearray(rng.randbytes(rng.randrange(0, 300)))
    return bytes(out)


def wire_target(profile: Profile) -> Callable[[random.Random], tuple[bytes, Callable[[], None]]]:
    """Return a function that draws the packets of a session, some of them damaged, as bytes and as a call that decodes them."""
    samples = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap").samples[4000:4200]
    samples = Samples(samples.t_s - samples.t_s[0], samples.acc_mps2, samples.gyr_radps)
    firmware = profile.peripheral(profile.default_rate_hz)
    answers = [
        answer for act in profile.start(profile.default_rate_hz) if isinstance(act, Write) for answer in firmware.write(act.to, act.data, 0)
    ]
    real = [(LINK, UP), *answers, *firmware.reads.items(), *firmware.encode(samples, 247)]

    def draw(rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        packets, at_s = [], 100.0
        for source, data in real[: rng.randrange(5, len(real))]:
            at_s += rng.choice((0.0, 0.02, 0.02, 0.02, 0.5, 30.0))
            packets.append(Packet(at_s, mutated(data, rng) if rng.random() < 0.3 else data, source))
            if rng.random() < 0.02:
                packets.append(Packet(at_s, DOWN, LINK))

        def run() -> None:
            decoder, newest_s = profile.decoder(profile.default_rate_hz), -math.inf
            for packet in packets:
                try:
                    parts = decoder.push(packet)
                except LevelHipsError:
                    continue
                for part in parts:
                    Samples.checked(part.t_s, part.acc_mps2, part.gyr_radps)
                    assert part.t_s[0] > newest_s, "time went back"
                    newest_s = float(part.t_s[-1])

        return b"\n".join(packet.source.encode() + b" " + packet.data.hex().encode() for packet in packets), run

    return draw


def reader_target(folder: Path) -> Callable[[random.Random], tuple[bytes, Callable[[], None]]]:
    """Return a function that draws a damaged recording, as bytes and as a call that reads it."""
    recorder = Recorder(folder, "fuzz", {"profile": "levelhips", "asked_hz": "200"})
    samples = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap").samples[:600]
    recorder.describe({"rate_hz": "200", "outward": "+z"}, {}, None)
    for start in range(0, 600, 4):
        recorder.packet(Packet(5.0 + start / 200, bytes(56), "stream"), start / 200)
        recorder.samples(samples[start : start + 4])
    recorder.close()
    whole = recorder.paths[0].read_bytes()
    path = folder / "damaged.mcap"

    def draw(rng: random.Random) -> tuple[bytes, Callable[[], None]]:
        data = mutated(whole, rng)
        if rng.random() < 0.2:
            data = data[: rng.randrange(len(data) + 1)]
        if rng.random() < 0.9 and not data.startswith(whole[:8]):
            data = whole[:8] + data[8:]

        def run() -> None:
            path.write_bytes(data)
            with contextlib.suppress(LevelHipsError):
                open_recording(path)

        return data, run

    return draw


def main() -> None:
    """Fuzz each target for the chosen time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        targets = {name: wire_target(profile) for name, profile in profiles().items()}
        targets["recording reader"] = reader_target(Path(folder))
        targets |= Structures(Path(folder)).targets()
        for name, draw in targets.items():
            rng, end, tried = random.Random(chosen.seed), time.monotonic() + chosen.seconds, 0
            while time.monotonic() < end:
                data, run = draw(rng)
                tried += 1
                try:
                    run()
                except Exception:
                    kept = Path(f"fuzz-{name.replace(' ', '-')}-{chosen.seed}-{tried}.bin")
                    kept.write_bytes(data)
                    traceback.print_exc()
                    console.print(f"{name}: input {tried} raised this error; it is saved in {kept}")
                    sys.exit(1)
            console.print(f"{name}: {tried} inputs, no error but LevelHipsError", highlight=False)


if __name__ == "__main__":
    main()
