"""The checks for plug-in authors: all that is built in passes, and what is broken is named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import short_run

from levelhips import Samples
from levelhips.coaching.drills.counters import Band
from levelhips.events import FormFault, Step
from levelhips.metrics import BUILT_IN, CSV, SUMMARY, Metric
from levelhips.sensors.profile import profiles
from levelhips.settings.installed import drills
from levelhips.testing import check_chunk_invariance, check_drill, check_metric, check_sensor


@pytest.mark.parametrize("name", ["bridge", "hold", "clamshell"])
def test_built_in_drills_pass(name: str) -> None:
    check_drill(drills()[name])


def test_drill_that_corrects_a_good_wearer_fails() -> None:
    strict = (Band("tilt", low_deg=-0.1, high_deg=0.1, below=FormFault.LEANED, above=FormFault.LEANED),)
    with pytest.raises(AssertionError, match="pelvic-drop, left: faults were reported that nobody made: leaned"):
        check_drill(replace(drills()["pelvic-drop"], keep=strict))


@pytest.mark.parametrize("name", profiles())
def test_built_in_sensors_pass(name: str) -> None:
    check_sensor(profiles()[name])


def test_sensor_whose_decoder_scales_wrongly_fails() -> None:
    good = profiles()["levelhips"]

    class Doubles(type(good.decoder(200.0))):  # type: ignore[misc]
        def push(self, packet):
            return [Samples(part.t_s, 2 * part.acc_mps2, part.gyr_radps) for part in super().push(packet)]

    with pytest.raises(AssertionError, match="accelerations differ by"):
        check_sensor(replace(good, decoder=Doubles))


def test_sensor_whose_decoder_breaks_on_damage_fails() -> None:
    good = profiles()["levelhips"]

    class Breaks(type(good.decoder(200.0))):  # type: ignore[misc]
        def push(self, packet):
            if len(packet.data) % 7 == 3:
                raise IndexError("out of range")
            return super().push(packet)

    with pytest.raises(AssertionError, match=r"raises IndexError\('out of range'\)"):
        check_sensor(replace(good, decoder=Breaks))


def test_sensor_without_a_peripheral_is_checked_for_damage_only() -> None:
    check_sensor(replace(profiles()["thingy52"], peripheral=None))


@pytest.mark.parametrize("metric", BUILT_IN, ids=lambda metric: metric.key)
def test_built_in_metrics_pass(metric: Metric) -> None:
    check_metric(metric)


def _metric(field: object, **changes: object) -> Metric:
    return Metric(key="mine", of=Step, field=field, label="Mine", help="Mine.", **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("metric", "problem"),
    [
        (_metric("no_such_field"), "mine: its function fails on a Step"),
        (_metric(lambda step: step.side.value, shown_in=CSV), "mine: its function fails on a Step .*could not convert"),
        (_metric(lambda step: float("nan"), shown_in=CSV | SUMMARY), "mine: none of [0-9]+ values is a number"),
    ],
)
def test_broken_metric_fails(metric: Metric, problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        check_metric(metric)


def test_processor_that_depends_on_chunks_fails() -> None:
    run = short_run().samples[:500]
    check_chunk_invariance(lambda parts: sum(len(part) for part in parts), run)
    with pytest.raises(AssertionError, match="it depends on the chunks"):
        check_chunk_invariance(lambda parts: [float(part.acc_mps2[:, 1].mean()) for part in parts if len(part)], run)
