"""The kit for plug-in authors: everything that is installed passes, and each defect of a plug-in is named."""

from __future__ import annotations

import importlib
import itertools
import json
import math
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from conftest import ROOT, short_run

from levelhips import Analysis, LevelHipsError, RecordingError, Samples, SettingsError, open_recording
from levelhips.analysis.installed_metrics import metrics
from levelhips.cli.check_plugin import check_plugin as check_plugin_command
from levelhips.coaching.drills.counters import Band, BandMonitor, Counter, DrillSample, Excursion, Found, Repetition
from levelhips.coaching.drills.drill import Dose, Drill
from levelhips.errors import BadInputError
from levelhips.events import FormFault, Side, Step
from levelhips.export.exporter import Exporter
from levelhips.files import replacing
from levelhips.metrics import CSV, SUMMARY, Metric, Truth
from levelhips.recording.importers import Importer, Source, examples, importers
from levelhips.recording.importers.assemble import Imported
from levelhips.recording.importers.built_in import MOVELLA_DOT
from levelhips.sensors.profile import Characteristic, Profile, profiles
from levelhips.settings.installed import drills
from levelhips.testing import Result, State, check_chunk_invariance, check_drill, check_metric, check_plugin, check_sensor
from levelhips.testing.drills import Trial, check_declaration, drill_results
from levelhips.testing.exporters import exporter_results
from levelhips.testing.find import KINDS
from levelhips.testing.importers import importer_results
from levelhips.testing.metrics import metric_results
from levelhips.testing.results import CheckFailed, run_checks
from levelhips.testing.sensors import CHECKS as SENSOR_CHECKS
from levelhips.testing.sensors import sensor_results

INSTALLED = sorted(
    {f"{kind}:{entry.name}" for kind, found in KINDS.items() for entry in entry_points(group=found.group)}
    | {f"{kind}:{name}" for kind, found in KINDS.items() for name in found.built_in}
)


def failures(results: list[Result]) -> dict[str, str]:
    """The failed checks and the keys of their sentences."""
    return {result.check: result.key for result in results if result.state is State.FAILED}


@pytest.mark.parametrize("name", INSTALLED)
def test_built_in_plug_in_passes_every_check(name: str) -> None:
    (report,) = check_plugin(name)
    assert [result.line for result in report.results if result.state is State.FAILED] == []
    assert report.passed


# ---- sensors

OPEN = profiles()["levelhips"]


def decoding(change: Callable[[Samples], Samples]) -> Profile:
    """The open profile with a decoder whose samples are changed."""

    class Changed(type(OPEN.decoder(200.0))):  # type: ignore[misc]
        def push(self, packet):  # type: ignore[no-untyped-def]
            return [change(part) for part in super().push(packet)]

    return replace(OPEN, decoder=Changed)


def scaled(acc: Any = 1.0, gyr: Any = 1.0) -> Profile:
    return decoding(lambda part: Samples(part.t_s, part.acc_mps2 * acc, part.gyr_radps * gyr))


def line_of(profile: Profile, check: str) -> str:
    return next(result.line for result in run_checks(profile, [one for one in SENSOR_CHECKS if one.name == check]))


def test_sensor_in_g_is_named() -> None:
    line = line_of(scaled(acc=1 / 9.80665), "units")
    assert "expected 9.804 m/s2 for gravity at rest; found 0.9997 (is it in g?)" in line


def test_sensor_in_degrees_is_named() -> None:
    assert "found 107.2 (is it in deg/s?)" in line_of(scaled(gyr=180 / math.pi), "units")


def test_sensor_with_a_wrong_sign_is_named() -> None:
    profile = scaled(gyr=np.array([1.0, -1.0, 1.0]))
    assert failures(sensor_results(profile)) == {"units": "sensor.sign", "round-trip": "sensor.round-trip"}
    assert "a steady rotation of -1.00 rad/s along y; found +1.00" in line_of(profile, "units")


def test_sensor_that_is_two_counts_off_is_named() -> None:
    profile = decoding(lambda part: Samples(part.t_s, part.acc_mps2 + 0.0075, part.gyr_radps))
    assert failures(sensor_results(profile)) == {"round-trip": "sensor.round-trip"}


def test_sensor_whose_decoder_breaks_on_damage_is_named() -> None:
    class Breaks(type(OPEN.decoder(200.0))):  # type: ignore[misc]
        def push(self, packet):  # type: ignore[no-untyped-def]
            if packet.source == "stream" and len(packet.data) % 12 == 3:
                raise IndexError("out of range")
            return super().push(packet)

    profile = replace(OPEN, decoder=Breaks)
    assert failures(sensor_results(profile)) == {"damage": "sensor.raises"}
    with pytest.raises(AssertionError, match=r"levelhips, damage: .*raises IndexError\('out of range'\)"):
        check_sensor(profile)


def test_sensor_without_a_peripheral_is_still_checked_for_damage() -> None:
    class Breaks(type(OPEN.decoder(200.0))):  # type: ignore[misc]
        def push(self, packet):  # type: ignore[no-untyped-def]
            raise KeyError("any packet")

    results = sensor_results(replace(OPEN, decoder=Breaks, peripheral=None))
    assert failures(results) == {"damage": "sensor.raises"}
    assert sum(result.state is State.SKIPPED for result in results) == len(results) - 2


def test_sensor_that_stays_silent_after_damage_is_named() -> None:
    class Sulks(type(OPEN.decoder(200.0))):  # type: ignore[misc]
        broken = False

        def push(self, packet):  # type: ignore[no-untyped-def]
            if self.broken:
                raise BadInputError("Broken before", fix="None")
            try:
                return super().push(packet)
            except BadInputError:
                self.broken = True
                raise

    assert failures(sensor_results(replace(OPEN, decoder=Sulks))) == {"damage": "sensor.no-recovery"}


def test_sensor_that_averages_over_a_packet_is_named() -> None:
    profile = decoding(lambda part: Samples(part.t_s, part.acc_mps2 + 0.002 * len(part), part.gyr_radps))
    found = failures(sensor_results(profile))
    assert found["packets"] == "sensor.chunks"
    assert set(found) <= {"packets", "round-trip"}


def test_sensor_with_a_wrong_spacing_of_samples_is_named() -> None:
    profile = decoding(lambda part: Samples(1.05 * part.t_s, part.acc_mps2, part.gyr_radps))
    assert failures(sensor_results(profile)) == {"rates": "sensor.rate"}


def test_sensor_that_does_not_unwrap_its_clock_is_named() -> None:
    def wrapped(part: Samples) -> Samples:
        return Samples(part.t_s % 1.9, part.acc_mps2, part.gyr_radps)

    found = failures(sensor_results(decoding(wrapped)))
    assert found["clock-wrap"] == "sensor.wrap"


@pytest.mark.parametrize("name", profiles())
def test_sensor_that_claims_a_wrong_clock_is_named(name: str) -> None:
    profile = profiles()[name]
    assert "Correct has_clock" in line_of(replace(profile, has_clock=not profile.has_clock), "clock")


@pytest.mark.parametrize("name", profiles())
def test_sensor_that_claims_a_wrong_sequence_is_named(name: str) -> None:
    profile = profiles()[name]
    assert "Correct has_sequence" in line_of(replace(profile, has_sequence=not profile.has_sequence), "sequence")


def test_sensor_whose_start_command_is_refused_is_named() -> None:
    from levelhips.sensors.profile import Write

    def start(rate_hz: float) -> list[Any]:
        return [*OPEN.start(rate_hz), Write("control", b"\x09", answer="control", answer_begins=b"\x09")]

    assert failures(sensor_results(replace(OPEN, start=start))) == {"start-sequence": "sensor.refused", "bluetooth": "sensor.link"}


def test_sensor_that_is_never_started_is_named() -> None:
    profile = replace(OPEN, start=lambda rate_hz: OPEN.start(rate_hz)[:-1])
    assert failures(sensor_results(profile)) == {"start-sequence": "sensor.start", "bluetooth": "sensor.link"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"name": "My sensor"}, "sensor.name"),
        ({"default_rate_hz": 123.0}, "sensor.rates"),
        ({"rates_hz": (25.0, 200.0)}, "sensor.rates"),
        ({"outward": "up"}, "sensor.outward"),
        ({"characteristics": {**OPEN.characteristics, "more": Characteristic("2a19", ("read",))}}, "sensor.uuid"),
        ({"characteristics": {**OPEN.characteristics, "more": OPEN.characteristics["info"]}}, "sensor.uuid"),
    ],
)
def test_sensor_with_a_wrong_declaration_is_named(changes: dict[str, Any], key: str) -> None:
    assert failures(sensor_results(replace(OPEN, **changes)))["declaration"] == key


def test_sensor_that_reads_what_cannot_be_read_is_named() -> None:
    info = replace(OPEN.characteristics["info"], properties=("notify",))
    profile = replace(OPEN, characteristics={**OPEN.characteristics, "info": info})
    assert failures(sensor_results(profile))["start-sequence"] == "sensor.property"


# ---- drills

DROP = drills()["pelvic-drop"]


def test_drill_that_corrects_a_good_wearer_is_named() -> None:
    strict = (Band("tilt", low_deg=-0.1, high_deg=0.1, below=FormFault.LEANED, above=FormFault.LEANED),)
    with pytest.raises(AssertionError, match=r"pelvic-drop, good-form: expected no form fault of a good wearer \(left\); found leaned"):
        check_drill(replace(DROP, keep=strict))


class Counts(Excursion):
    """Counter of excursions that changes every repetition."""

    change: ClassVar[Callable[[Repetition], list[Repetition]]]

    def start(self, still_dps: float) -> Counter:
        counter, change = Excursion.start(self, still_dps), type(self).change

        class Changed:
            def push(self, sample: DrillSample) -> list[Found]:
                found: list[Found] = []
                for one in counter.push(sample):
                    found += change(one) if isinstance(one, Repetition) else [one]
                return found

            def interrupt(self) -> None:
                counter.interrupt()

        return Changed()


def counting(change: Callable[[Repetition], list[Repetition]]) -> Drill:
    count = DROP.count
    assert isinstance(count, Excursion)
    kind = type("Broken", (Counts,), {"change": staticmethod(change)})
    return replace(DROP, count=kind(count.signal, count.low_deg, count.high_deg, count.back_deg, count.min_rep_s))


def test_drill_that_counts_each_repetition_twice_is_named() -> None:
    results = drill_results(counting(lambda repetition: [repetition, repetition]))
    assert failures(results)["repetitions"] == "drill.repetitions"
    line = next(result.line for result in results if result.check == "repetitions")
    assert line.startswith("repetitions: expected 4 repetitions counted after 4 were done (left); found 8.")


def test_drill_that_counts_nothing_is_named() -> None:
    found = failures(drill_results(counting(lambda repetition: [])))
    assert found["repetitions"] == "drill.repetitions"
    assert found["dose"] == "drill.dose"


def test_drill_whose_result_is_not_the_same_twice_is_named() -> None:
    calls = itertools.count()
    results = drill_results(counting(lambda repetition: [replace(repetition, mean_deg=float(next(calls)))]))
    assert failures(results) == {"chunks": "drill.chunks"}


def test_drill_that_measures_the_sides_differently_is_named() -> None:
    """The counter takes the side from the sign of the acceleration to the right, which changes in the mirror."""

    class OneSided(Excursion):
        def start(self, still_dps: float) -> Counter:
            counter = Excursion.start(self, still_dps)

            class Changed:
                lateral = 0.0

                def push(self, sample: DrillSample) -> list[Found]:
                    self.lateral += sample.lateral_mps2
                    more = 5.0 if self.lateral > 0 else 0.0
                    found = counter.push(sample)
                    return [replace(one, range_deg=one.range_deg + more) if isinstance(one, Repetition) else one for one in found]

                def interrupt(self) -> None:
                    counter.interrupt()

            return Changed()

    count = DROP.count
    assert isinstance(count, Excursion)
    broken = replace(DROP, count=OneSided(count.signal, count.low_deg, count.high_deg, count.back_deg, count.min_rep_s))
    assert failures(drill_results(broken)) == {"sides": "drill.mirror-range"}


def test_drill_whose_limit_finds_nothing_is_named() -> None:
    class Deaf(Band):
        def start(self) -> BandMonitor:
            return Band(self.signal).start()

    keep = (Deaf("tilt", low_deg=-15.0, below=FormFault.LEANED),)
    assert failures(drill_results(replace(DROP, keep=keep))) == {"form-faults": "drill.fault-missed"}


def test_drill_whose_fault_comes_late_is_named() -> None:
    keep = (Band("tilt", low_deg=-15.0, below=FormFault.LEANED, linger_s=0.4),)
    assert failures(drill_results(replace(DROP, keep=keep))) == {"form-faults": "drill.fault-late"}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"instruction": "Lift the {hip}"}, "drill.instruction"),
        ({"instruction": "Lift the {side"}, "drill.instruction"),
        ({"band_deg": (8.0, 2.0)}, "drill.range"),
        ({"dose": Dose(sets=0, reps=10)}, "drill.dose-range"),
        ({"title": ""}, "drill.words"),
    ],
)
def test_drill_with_a_wrong_declaration_is_named(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        check_declaration(Trial(replace(DROP, **changes), 100.0))
    assert failed.value.key == key


# ---- metrics


def metric(field: Any, **changes: Any) -> Metric:
    values = {"key": "mine", "of": Step, "field": field, "label": "Mine", "help": "Mine.", "truth": "not simulated"}
    return Metric(**values | changes)  # type: ignore[arg-type]


TRUE_DROP = Truth(lambda step: float(step.drop_deg.max()), bias=0.2, sd=0.2)
GOOD: dict[str, Any] = {"unit": "deg", "scale": 180 / math.pi, "by_side": True, "truth": TRUE_DROP}


def test_metric_of_a_plug_in_passes() -> None:
    assert failures(metric_results(metric("drop_rad", **GOOD))) == {}


def left_twice(step: Step) -> float:
    return (2 if step.side is Side.LEFT else 1) * step.drop_rad


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (metric("drop_rad", **GOOD | {"scale": -180 / math.pi}), {"truth": "metric.bias"}),
        (metric("drop_rad", **GOOD | {"scale": 1.0}), {"truth": "metric.bias"}),
        (metric("drop_rad", **GOOD | {"truth": None}), {"truth": "metric.no-truth"}),
        (metric("contact_time_s", unit="s", scale=1000.0), {"values": "metric.implausible"}),
        (metric("contact_time_s", unit="s", digits=0), {"declaration": "metric.too-few-digits"}),
        (metric("contact_time_s", unit="s", digits=9), {"declaration": "metric.digits"}),
        (metric("drop_rad", **GOOD | {"column": "contact_s"}), {"declaration": "metric.taken"}),
        (metric(left_twice, **GOOD | {"truth": "none"}), {"sides": "metric.mirror"}),
        (metric(lambda step: step.drop_rad if step.drop_rad == step.drop_rad else 0.0, **GOOD), {"unmeasured": "metric.invented"}),
        (metric(lambda step: step.side.value + "\r\nfoot", digits=None, shown_in=CSV), {}),
    ],
    ids=["sign", "unit", "no-truth", "milliseconds", "digits", "many-digits", "taken", "one-sided", "invented", "word"],
)  # fmt: skip
def test_broken_metric_is_named(broken: Metric, found: dict[str, str]) -> None:
    assert failures(metric_results(broken)) == found


def test_metric_whose_errors_scatter_is_named() -> None:
    """The metric is right on average, but each step has the drop of the step before."""
    before = {"drop_rad": math.nan}

    def late(step: Step) -> float:
        value, before["drop_rad"] = before["drop_rad"], step.drop_rad
        return value

    assert failures(metric_results(metric(late, **GOOD | {"by_side": False})))["truth"] in {"metric.scatter", "metric.bias"}


def test_metric_that_raises_or_has_no_value_is_named() -> None:
    assert failures(metric_results(metric("no_such_field")))["values"] == "metric.raises"
    words = metric(lambda step: step.side.value, shown_in=CSV)
    assert failures(metric_results(words))["values"] == "metric.raises"
    empty = metric(lambda step: math.nan, shown_in=CSV | SUMMARY)
    with pytest.raises(AssertionError, match="mine, values: expected a value for nearly all of the .* events that count; found 0 numbers"):
        check_metric(empty)


# ---- exporters


def exporter(write: Callable[[Analysis, Path], list[Path]], **changes: Any) -> Exporter:
    return Exporter(**{"name": "mine", "title": "Mine", "write": write} | changes)


def write_cadence(analysis: Analysis, folder: Path) -> list[Path]:
    path = folder / "cadence.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part:
            part.write_text("\n".join(f"{stride.cadence_spm:.2f}" for stride in analysis.strides), encoding="utf-8")
    except OSError as error:
        raise RecordingError(f"{path} cannot be written", fix="Free some space") from error
    return [path]


def read_cadence(folder: Path) -> dict[str, list[float | str]]:
    return {"cadence": [float(line) for line in (folder / "cadence.txt").read_text(encoding="utf-8").splitlines()]}


def exporter_failures(broken: Exporter) -> dict[str, str]:
    return failures(exporter_results(broken))


def test_exporter_of_a_plug_in_passes() -> None:
    results = exporter_results(exporter(write_cadence, writes=("cadence",), read=read_cadence))
    assert [result.state for result in results] == [State.OK] * 4


def test_exporter_that_leaves_a_partial_file_is_named() -> None:
    def write(analysis: Analysis, folder: Path) -> list[Path]:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "mine.txt").write_text("0123456789" * 1000, encoding="utf-8")
        except OSError as error:
            raise RecordingError("Disk full", fix="Free some space") from error
        return [folder / "mine.txt"]

    assert exporter_failures(exporter(write)) == {"full-disk": "exporter.left-behind"}


def test_exporter_with_a_bare_exception_is_named() -> None:
    def write(analysis: Analysis, folder: Path) -> list[Path]:
        with replacing(folder / "mine.txt") as part:
            part.write_text("0123456789" * 1000, encoding="utf-8")
        return [folder / "mine.txt"]

    assert exporter_failures(exporter(write)) == {"full-disk": "exporter.disk", "no-folder": "exporter.folder"}


def test_exporter_that_hides_a_failure_is_named() -> None:
    def write(analysis: Analysis, folder: Path) -> list[Path]:
        with suppress(LevelHipsError):
            return write_cadence(analysis, folder)
        return []

    assert exporter_failures(exporter(write)) == {"full-disk": "exporter.disk", "no-folder": "exporter.folder"}


def test_exporter_that_removes_earlier_results_is_named() -> None:
    def write(analysis: Analysis, folder: Path) -> list[Path]:
        (folder / "cadence.txt").unlink(missing_ok=True) if folder.is_dir() else None
        return write_cadence(analysis, folder)

    assert exporter_failures(exporter(write)) == {"full-disk": "exporter.changed"}


def test_exporter_with_a_file_that_it_does_not_name_is_named() -> None:
    def write(analysis: Analysis, folder: Path) -> list[Path]:
        written = write_cadence(analysis, folder)
        (folder / "more.txt").write_text("", encoding="utf-8")
        return written

    assert exporter_failures(exporter(write))["files"] == "exporter.files"


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda values: [-value for value in values], "exporter.value"),
        (lambda values: [value / 60 for value in values], "exporter.value"),
        (lambda values: [float(round(value)) for value in values], "exporter.value"),
        (lambda values: values[1:], "exporter.length"),
    ],
    ids=["sign", "unit", "digits", "row"],
)
def test_exporter_that_writes_other_values_is_named(change: Callable[[list[Any]], list[Any]], key: str) -> None:
    broken = exporter(write_cadence, writes=("cadence",), read=lambda folder: {"cadence": change(read_cadence(folder)["cadence"])})
    assert exporter_failures(broken) == {"round-trip": key}


def test_exporter_that_does_not_write_what_it_claims_is_named() -> None:
    broken = exporter(write_cadence, writes=("cadence", "turn"), read=read_cadence)
    assert exporter_failures(broken) == {"round-trip": "exporter.missing"}


# ---- importers


def reading(change: Callable[[Imported], Imported | None], **changes: Any) -> Importer:
    """The importer of Movella DOT, whose signals are changed."""

    def read(source: Source) -> Imported:
        imported = MOVELLA_DOT.read(source)
        return change(imported) or imported

    return replace(MOVELLA_DOT, read=read, **changes)


def importer_failures(broken: Importer) -> dict[str, str]:
    return failures(importer_results(broken))


def test_importer_with_a_wrong_sign_is_named() -> None:
    def negate(imported: Imported) -> None:
        imported.gyr = -imported.gyr

    assert importer_failures(reading(negate)) == {"round-trip": "importer.value"}


@pytest.mark.parametrize(("signal", "off"), [("acc", 0.01), ("gyr", 0.05), ("t_s", None)])
def test_importer_that_is_a_little_off_is_named(signal: str, off: float | None) -> None:
    def shift(imported: Imported) -> None:
        values = getattr(imported, signal)
        setattr(imported, signal, values * 1.0005 if off is None else values + off)

    assert importer_failures(reading(shift)) == {"round-trip": "importer.value"}


def test_importer_with_a_wrong_unit_is_named() -> None:
    def claim_radians(imported: Imported) -> None:
        imported.gyr_unit = "radps"

    assert importer_failures(reading(claim_radians)) == {"round-trip": "importer.refuses-own"}


def test_importer_that_guesses_the_unit_is_named() -> None:
    def guess(imported: Imported) -> None:
        size = float(np.nanmedian(np.linalg.norm(imported.acc, axis=1)))
        imported.acc_unit = "g" if size < 5 else "mps2"

    assert importer_failures(reading(guess)) == {"units": "importer.unit"}


def test_importer_that_leaves_out_rows_is_named() -> None:
    def skip(imported: Imported) -> None:
        imported.keep(np.arange(len(imported.t_s)) % 10 != 3)

    assert importer_failures(reading(skip)) == {"round-trip": "importer.samples"}


def test_importer_that_breaks_on_garbage_is_named() -> None:
    def read(source: Source) -> Imported:
        source.data.decode("ascii")
        return MOVELLA_DOT.read(source)

    assert importer_failures(replace(MOVELLA_DOT, read=read)) == {"damage": "importer.raises"}


def test_importer_that_recognizes_files_of_others_is_named() -> None:
    broken = replace(MOVELLA_DOT, recognizes=lambda source: True)
    assert importer_failures(broken) == {"foreign-files": "importer.foreign"}


def test_importer_that_does_not_recognize_its_own_is_named() -> None:
    assert importer_failures(replace(MOVELLA_DOT, recognizes=lambda source: False))["round-trip"] == "importer.own"


def test_importer_without_examples_is_not_compared() -> None:
    results = importer_results(replace(MOVELLA_DOT, examples=()))
    assert {result.check: result.state for result in results} == {
        "round-trip": State.SKIPPED,
        "units": State.SKIPPED,
        "missing-values": State.SKIPPED,
        "foreign-files": State.OK,
        "damage": State.SKIPPED,
    }


ACME_IMPORTER = """
from levelhips.recording.importers.importer import Importer
from levelhips.recording.importers import named_units

def recognizes(source):
    if b"broken" in source.data:
        raise KeyError("a bug")
    return source.data.startswith(b"# acme")

def read(source):
    if b"no samples" in source.data:
        raise IndexError("another bug")
    imported = named_units.read(source.table)
    imported.source = "acme"
    return imported

IMPORTER = Importer(name="acme", title="Acme", recognizes=recognizes, read=read)
"""


def test_importer_of_a_plug_in_reads_its_files_and_its_bugs_affect_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", ACME_IMPORTER, importers="acme = acme_plugins:IMPORTER")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "acme_plugins", raising=False)
    importers.cache_clear()
    try:
        path = examples.write_csv(short_run().samples[:800], tmp_path)
        text = path.read_text(encoding="utf-8")
        assert open_recording(path).metadata["source"] == "csv"
        path.write_text("# acme\n" + text, encoding="utf-8")
        assert open_recording(path).metadata["source"] == "acme"
        path.write_text("# broken\n" + text, encoding="utf-8")
        assert open_recording(path).metadata["source"] == "csv"
        path.write_text("# acme, no samples\n", encoding="utf-8")
        with pytest.raises(RecordingError, match=r"The importer for Acme cannot read imu.csv \(IndexError\('another bug'\)\)"):
            open_recording(path)
    finally:
        importers.cache_clear()


# ---- chunks


def test_processor_that_depends_on_chunks_fails() -> None:
    run = short_run().samples[:500]
    check_chunk_invariance(lambda parts: sum(len(part) for part in parts), run)
    with pytest.raises(AssertionError, match="it depends on the chunks"):
        check_chunk_invariance(lambda parts: [float(part.acc_mps2[:, 1].mean()) for part in parts if len(part)], run)


# ---- the command


def install(folder: Path, code: str, **entries: str) -> None:
    """Make a package with a module `acme_plugins` and entry points, as pip leaves it."""
    info = folder / "acme_plugins-1.0.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_plugins.py").write_text(code, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-plugins\nVersion: 1.0\n", encoding="utf-8")
    lines = [f"[levelhips.{group}]\n{line}\n" for group, line in entries.items()]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "levelhips", "check-plugin", *words]
    return subprocess.run(program, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False)


CODE = """
from dataclasses import replace
from levelhips.events import Step
from levelhips.metrics import Metric, Truth
from levelhips.sensors.profiles.levelhips import PROFILE as OPEN

ACME = replace(OPEN, name="acme", has_sequence=False)
METRIC = Metric(key="acme", of=Step, field="step_time_s", unit="s", label="Acme", help="Time since the contact before.",
    truth=Truth(lambda step: step.contact_s - step.before_s, bias=0.001, sd=0.004))
NOT_A_PROFILE = "text"
"""


def test_command_prints_a_line_for_each_check_of_every_plug_in_of_that_name(tmp_path: Path) -> None:
    install(tmp_path, CODE, sensors="acme = acme_plugins:ACME", metrics="acme = acme_plugins:METRIC")
    done = command(tmp_path, "acme")
    assert done.returncode == 1
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "sensor acme"
    assert (
        "  failed  sequence: expected has_sequence=False to match what the decoder does; found two packets in the wrong order are "
        "put in order. Correct has_sequence, or put packets in order by their number."
    ) in lines
    assert "metric acme" in lines
    assert lines[-1] == "  ok      unmeasured"
    assert sum(line.startswith("  failed") for line in lines) == 1


def test_command_prints_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    install(tmp_path, CODE, sensors="acme = acme_plugins:ACME", metrics="acme = acme_plugins:METRIC")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_plugins", raising=False)
    check_plugin_command("metric:acme", as_json=True)
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["kind"], report["name"], report["passed"]) == ("metric", "acme", True)
    assert {check["state"] for check in report["checks"]} == {"ok"}
    with pytest.raises(SystemExit) as ended:
        check_plugin_command("sensor:acme", as_json=True)
    assert ended.value.code == 1
    (report,) = json.loads(capsys.readouterr().out)
    (failed,) = [check for check in report["checks"] if check["state"] == "failed"]
    assert failed == {
        "check": "sequence",
        "state": "failed",
        "key": "sensor.sequence",
        "expected": "has_sequence=False to match what the decoder does",
        "found": "two packets in the wrong order are put in order",
        "fix": "Correct has_sequence, or put packets in order by their number",
    }


def test_entry_point_that_cannot_be_loaded_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, CODE, sensors="other = acme_plugins:ACME\nmissing = acme_plugins:MISSING\ntext = acme_plugins:NOT_A_PROFILE")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_plugins", raising=False)
    (missing,), (text,), (other,) = (check_plugin(name) for name in ("missing", "sensor:text", "levelhips.sensors:other"))
    assert missing.results[0].line.startswith("load: expected the entry point acme_plugins:MISSING to load; found AttributeError")
    assert text.results[0].line.startswith("load: expected the entry point acme_plugins:NOT_A_PROFILE to be a Profile; found a str")
    assert other.results[0].line.startswith("load: expected the entry point to have the plug-in's own name, 'acme'; found 'other'")
    assert not missing.passed
    assert len(other.results) > 2, "all else is checked"


def test_unknown_plug_in_or_kind_is_refused_with_those_that_are_near() -> None:
    with pytest.raises(SettingsError, match="No plug-in named 'brigde' is installed. Choose one of: bridge"):
        check_plugin("brigde")
    with pytest.raises(SettingsError, match="There is no kind of plug-in 'drills'. Choose one of: sensor, drill"):
        check_plugin("drills:bridge")


# ---- docs/plugins.md

PAGE = ROOT / "docs" / "plugins.md"


def block(language: str) -> str:
    """The first code block of a language on the page."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.S)
    assert found is not None
    return found[1]


def test_complete_example_of_the_page_passes_every_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads(block("toml"))["project"]
    groups = {group.removeprefix("levelhips."): entries for group, entries in project["entry-points"].items()}
    lines = {group: "\n".join(f"{name} = {target}" for name, target in entries.items()) for group, entries in groups.items()}
    install(tmp_path, "", **lines)
    (tmp_path / "acme_hip.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_hip", raising=False)
    importers.cache_clear()
    metrics.cache_clear()
    try:
        reports = [report for entries in groups.values() for name in entries for report in check_plugin(name)]
    finally:
        importers.cache_clear()
        metrics.cache_clear()
    assert [report.kind for report in reports] == ["importer", "exporter", "metric"]
    assert {(report.name, result.line) for report in reports for result in report.results if result.state is not State.OK} == set()


def test_page_names_every_kind_with_its_class_and_group() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for kind, found in KINDS.items():
        row = re.search(rf"^\| {kind} \| `([\w.]+)\.(\w+)` \| `([\w.]+)` \|$", text, flags=re.M)
        assert row is not None, kind
        assert getattr(importlib.import_module(row[1]), row[2]) is found.cls
        assert row[3] == found.group
        assert f"`check_{kind}`" in text


def test_page_shows_what_the_command_prints() -> None:
    line = line_of(scaled(acc=1 / 9.80665), "units")
    assert f"  failed  {line}\n" in PAGE.read_text(encoding="utf-8")
