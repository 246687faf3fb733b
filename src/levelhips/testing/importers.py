"""Checks of an importer: samples are read back, units are right, other files are refused, and damage raises a LevelHipsError."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from levelhips.errors import LevelHipsError
from levelhips.recording.importers import Importer, Source, importers
from levelhips.recording.importers.assemble import GivenUnits, assemble
from levelhips.samples import STANDARD_GRAVITY_MPS2, Samples
from levelhips.testing.results import Check, CheckSkipped, Result, fail, raise_failures, require, run_checks
from levelhips.testing.sensor_stream import running

RATE_HZ = 100.0
MAX_ERROR_MPS2, MAX_ERROR_RADPS, MAX_ERROR_S = 1e-3, 1e-4, 1e-4  # tables of text have six digits and more
TRIALS = 60  # damaged files
# Factors between m/s2, g and mg. Which of them makes another unit likely depends on the unit of the file.
OTHER_UNITS = (1 / STANDARD_GRAVITY_MPS2, STANDARD_GRAVITY_MPS2, 1 / 1000, 1000)
FOREIGN = {
    "empty.csv": b"",
    "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "letter.txt": b"Dear reader,\nthis is a letter, with commas, but without numbers.\n" * 20,
    "numbers.csv": b"a,b,c,d\n" + b"1,2,3,4\n" * 200,
}

Example = Callable[[Samples, Path], Path]


@dataclass(frozen=True, slots=True)
class _Read:
    """What an importer made of an example: samples, or the error that it raised."""

    samples: Samples | None
    error: LevelHipsError | None = None


def check_importer(importer: Importer) -> None:
    """Run every check of an importer.

    Raises
    ------
    AssertionError
        If a check fails; the message has one line for each.
    """
    raise_failures(importer.name, importer_results(importer))


def importer_results(importer: Importer) -> list[Result]:
    """Return the result of every check of an importer."""
    return run_checks(importer, CHECKS)


def _examples(importer: Importer) -> tuple[Example, ...]:
    if not importer.examples:
        raise CheckSkipped("importer.no-examples")
    return importer.examples


def _import(importer: Importer, path: Path) -> _Read:
    try:
        return _Read(assemble(path, importer.read(Source(path)), GivenUnits()).samples)
    except LevelHipsError as error:
        return _Read(None, error)
    except Exception as error:
        fail("importer.raises", file=path.name, error=repr(error))


def _written(importer: Importer, example: Example, samples: Samples) -> _Read:
    with tempfile.TemporaryDirectory(prefix="levelhips-check-") as name:
        path = example(samples, Path(name))
        require(_recognized(importer, path), "importer.own", file=path.name)
        return _import(importer, path)


def _recognized(importer: Importer, path: Path) -> bool:
    try:
        return importer.recognizes(Source(path))
    except LevelHipsError:
        return False
    except Exception as error:
        fail("importer.raises", file=path.name, error=repr(error))


def check_round_trip(importer: Importer) -> None:
    """Check that the samples of each example are read back, in SI units and along their own axes."""
    sent = running(RATE_HZ)
    for example in _examples(importer):
        read = _written(importer, example, sent)
        if read.samples is None:
            fail("importer.refuses-own", error=read.error)
        got = read.samples
        # Two sensors with clocks of their own are resampled to one: the last sample may be missing.
        require(len(sent) - 2 <= len(got) <= len(sent), "importer.samples", sent=len(sent), found=len(got))
        true = sent[: len(got)]
        for what, unit, one, other, limit in (
            ("time", "s", true.t_s - true.t_s[0], got.t_s - got.t_s[0], MAX_ERROR_S),
            ("acceleration", "m/s2", true.acc_mps2, got.acc_mps2, MAX_ERROR_MPS2),
            ("angular rate", "rad/s", true.gyr_radps, got.gyr_radps, MAX_ERROR_RADPS),
        ):
            off = float(np.abs(one - other).max())
            require(off <= limit, "importer.value", what=what, limit=limit, unit=unit, found=off)


def check_units(importer: Importer) -> None:
    """Check that a file whose numbers contradict its unit is refused: its numbers would fit another unit."""
    samples = running(RATE_HZ)
    for example in _examples(importer):
        scaled = [Samples(samples.t_s, samples.acc_mps2 * factor, samples.gyr_radps) for factor in OTHER_UNITS]
        require(any(_written(importer, example, one).samples is None for one in scaled), "importer.unit")


def check_missing(importer: Importer) -> None:
    """Check that rows with missing values and repeated times are left out, and that nothing is put in their place."""
    samples = running(RATE_HZ)
    acc, t_s = samples.acc_mps2.copy(), samples.t_s.copy()
    acc[50, 1] = np.nan
    t_s[80] = t_s[79]
    for example in _examples(importer):
        read = _written(importer, example, Samples(t_s, acc, samples.gyr_radps))
        got = read.samples
        if got is None:
            continue  # to refuse such a file is right as well
        require(bool(np.isfinite(got.acc_mps2).all()), "importer.not-finite")
        require(bool((np.diff(got.t_s) > 0).all()), "importer.time-back")


def check_foreign(importer: Importer) -> None:
    """Check that files of other programs are not recognized."""
    with tempfile.TemporaryDirectory(prefix="levelhips-check-") as name:
        for number, (file, data) in enumerate(FOREIGN.items()):
            path = Path(name) / str(number) / file
            path.parent.mkdir()
            path.write_bytes(data)
            if _recognized(importer, path):
                require(_import(importer, path).samples is None, "importer.foreign", file=file)
        if importer.general:
            return
        for other in importers():
            for number, example in enumerate(other.examples if other.name != importer.name else ()):
                folder = Path(name) / f"{other.name}-{number}"
                folder.mkdir()
                path = example(running(RATE_HZ), folder)
                require(not _recognized(importer, path), "importer.foreign", file=f"{path.name} of {other.title}")


def check_damage(importer: Importer) -> None:
    """Check that a damaged file raises nothing but a LevelHipsError, and gives no impossible samples."""
    rng = np.random.default_rng(1)
    for example in _examples(importer):
        with tempfile.TemporaryDirectory(prefix="levelhips-check-") as name:
            path = example(running(RATE_HZ)[:100], Path(name))
            files = [path] if path.is_file() else sorted(path.iterdir())
            for _ in range(TRIALS):
                file = files[rng.integers(len(files))]
                whole = file.read_bytes()
                file.write_bytes(_damaged(whole, rng))
                _recognized(importer, path)
                got = _import(importer, path).samples
                if got is not None:
                    require(bool(np.isfinite(got.acc_mps2).all() and np.isfinite(got.gyr_radps).all()), "importer.not-finite")
                    require(bool((np.diff(got.t_s) > 0).all()), "importer.time-back")
                file.write_bytes(whole)


def _damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Return bytes that are cut, changed in some places, or random."""
    kind = rng.integers(3)
    if kind == 0:
        return data[: rng.integers(len(data))]
    if kind == 1:
        changed = bytearray(data)
        for at in rng.integers(len(data), size=5):
            changed[at] = int(rng.integers(256))
        return bytes(changed)
    return rng.bytes(int(rng.integers(1, 4000)))


CHECKS: tuple[Check[Importer], ...] = (
    Check("round-trip", check_round_trip),
    Check("units", check_units),
    Check("missing-values", check_missing),
    Check("foreign-files", check_foreign),
    Check("damage", check_damage),
)
