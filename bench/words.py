"""Record the clips of the voice (`make words`): needs flite (voice slt, free to use and share) and oggenc."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np

from levelhips.events import Side
from levelhips.settings.installed import drills
from levelhips.words import spoken

FOLDER = Path(__file__).resolve().parents[1] / "src" / "levelhips" / "audio" / "clips" / "en"
TEXTS_FILE = "texts.json"  # what each clip says: a test compares it with the texts of today
SILENT = 0.01  # of the loudest sample


def main() -> None:
    """Record all clips again."""
    for program, package in (("flite", "flite"), ("oggenc", "vorbis-tools")):
        if shutil.which(program) is None:
            sys.exit(f"{program} is missing. Debian and Ubuntu: apt install {package}")
    texts = texts_today()
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.ogg"):
        old.unlink()
    for name, text in texts.items():
        make(name, text)
    (FOLDER / TEXTS_FILE).write_text(json.dumps(texts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in FOLDER.glob("*.ogg"))
    print(f"{len(texts)} clips, {size / 1e3:.0f} kB in {FOLDER}")


def texts_today() -> dict[str, str]:
    """Return what each clip should say, by its name: the words of the voice and the instructions of the drills."""
    instructions = {f"{drill.name}_{side.value}": drill.instruction_for(side) for drill in drills().values() for side in Side}
    return spoken() | instructions


def make(name: str, text: str) -> None:
    """Record one clip: spoken a little slowly, trimmed of silence at both ends, as loud as the others."""
    with tempfile.TemporaryDirectory() as folder:
        raw, cut = Path(folder) / "raw.wav", Path(folder) / "cut.wav"
        subprocess.run(["flite", "-voice", "slt", "--setf", "duration_stretch=1.1", "-t", text, "-o", str(raw)], check=True)
        with wave.open(str(raw), "rb") as file:
            rate = file.getframerate()
            sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float) / 32768
        loud = np.flatnonzero(np.abs(sound) > SILENT * np.abs(sound).max())
        sound = sound[max(loud[0] - rate // 100, 0) : loud[-1] + rate // 50]
        sound *= min(0.12 / np.sqrt(np.mean(sound**2)), 0.95 / np.abs(sound).max())
        ramp = np.linspace(0, 1, rate // 100)
        sound[: len(ramp)] *= ramp
        sound[-len(ramp) :] *= ramp[::-1]
        with wave.open(str(cut), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes((sound * 32767).astype("<i2").tobytes())
        # A fixed serial number: the same texts give the same bytes.
        subprocess.run(["oggenc", "--quiet", "-q", "1", "--serial", "1", str(cut), "-o", str(FOLDER / f"{name}.ogg")], check=True)


if __name__ == "__main__":
    main()
