"""The engine finds in the bundled recordings what it found when the golden files were written."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench is no installed package

from bench.golden import CASES, EVERY, GOLDEN, Case, compute, differences, load

from levelhips.events import BlockChange, Cue, Pace, Rep, ThresholdChange
from levelhips.samples import Gap

# Other processors and libraries round the last bit of sines and cosines otherwise, and what is summed from them differs
# by some 1e-13. `python -m bench.golden` compares to the last bit, for one computer before and after a change.
TOLERANCE = 1e-9


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_engine_finds_what_is_in_the_golden_file(case: Case) -> None:
    assert not list(differences(load(case), compute(case), TOLERANCE))


def test_every_golden_file_has_a_case_and_every_recording_a_golden_file() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {case.path.name for case in CASES}
    assert {path.stem for path in (GOLDEN.parents[1] / "recordings").glob("*.mcap")} == {case.recording for case in CASES}


def test_golden_files_contain_what_their_cases_are_for() -> None:
    found = {case.name: load(case) for case in CASES}
    reasons = [event.reason for event in found["treadmill_fatigue-auto"].events if isinstance(event, ThresholdChange)]
    assert reasons[0] == "baseline"
    assert "shaping" in reasons
    assert any(cue.forecast for cue in found["treadmill_fatigue-forecast"].events if isinstance(cue, Cue))
    plan = found["treadmill_fatigue-plan"].events
    assert [block.feedback for block in plan if isinstance(block, BlockChange)] == [False, True, False]
    assert any(isinstance(event, Pace) for event in plan)
    assert any(isinstance(event, Gap) for event in found["radio_losses-fixed"].events)
    assert all(any(isinstance(event, Rep) and event.form_faults for event in found[name].events) for name in ("pelvic_drop", "clamshell"))
    assert all(len(result.angles) == -(-result.samples // EVERY) for result in found.values())
