"""No beep is heard after the true toe-off of its stance: a bad radio and a stream that stalls, in simulated time."""

from __future__ import annotations

import pytest

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual' (make test installs it)")

from bench.late_cues import Link, timings

from levelhips.sensors.profile import profiles

BAD = Link("20 % of events fail, held back 2 s", ("hold=2@14",), failing=0.2)


@pytest.mark.parametrize("name", ["levelhips", "witmotion"])
def test_no_beep_is_heard_after_toe_off_and_beeps_go_on_after_a_stall(name: str) -> None:
    """Bug: after packets were held back, all beeps of a sensor without a clock were refused."""
    found = timings(profiles()[name], BAD, seconds=14.0)
    assert found.after_toe_off_s
    assert max(found.after_toe_off_s) < 0.0
    assert 0 < found.suppressed <= 6, "those of two seconds"
    assert found.cues == len(found.after_toe_off_s) + found.suppressed + found.other
    assert max(found.heard_s) > 18.0
