"""Settings: what each field accepts, and what the errors say."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from levelhips import SettingsError, load_settings
from levelhips.bounds import FieldError, FieldSpec, bounded, check, choice, described, specs
from levelhips.coaching.coach import CueSettings
from levelhips.coaching.drills.drill import DrillSettings
from levelhips.coaching.run_protocol import PlanSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.motion.pipeline import MotionSettings
from levelhips.settings import Settings

ALL: dict[str, FieldSpec] = {
    f"{part.name}.{spec.name}": spec for part in fields(Settings) for spec in specs(type(getattr(Settings(), part.name)))
}
NUMBERS = {key: spec for key, spec in ALL.items() if spec.kind in (int, float)}


def wrong_type(spec: FieldSpec) -> Any:
    """A value of another type, with one letter of the right one where that is text."""
    return {bool: 1, int: 2.5, float: "4.0", str: 7}[spec.kind]


def toml(value: object) -> str:
    return json.dumps(value) if not isinstance(value, float) or math.isfinite(value) else str(value)


def refusal(values: Any, tmp_path: Path) -> set[str]:
    """What a file, plain values and a construction in Python say of settings that are refused: all must say the same."""
    [(section, setting)] = values.items()
    [(name, value)] = setting.items()
    path = tmp_path / "settings.toml"
    path.write_text(f"[{section}]\n{name} = {toml(value)}\n")
    said = set()
    with pytest.raises(SettingsError) as from_file:
        load_settings(path)
    said.add(from_file.value.what)
    with pytest.raises(SettingsError) as from_values:
        Settings.from_dict(values)
    said.add(from_values.value.what)
    with pytest.raises(FieldError) as in_python:
        replace(getattr(Settings(), section), **setting)
    said.add(f"Setting {section}.{in_python.value}")
    return said


@pytest.mark.parametrize("key", ALL)
def test_value_of_a_wrong_type_is_refused_in_plain_words(key: str, tmp_path: Path) -> None:
    (section, name), spec = key.split("."), ALL[key]
    [said] = refusal({section: {name: wrong_type(spec)}}, tmp_path)
    assert said == f"Setting {key} is {wrong_type(spec)!r}; it must be {spec.accepts}"


@pytest.mark.parametrize("key", NUMBERS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_are_refused(key: str, value: float, tmp_path: Path) -> None:
    section, name = key.split(".")
    [said] = refusal({section: {name: value}}, tmp_path)
    assert said.startswith(f"Setting {key} is {value}; it must be a ")


@pytest.mark.parametrize("key", NUMBERS)
def test_both_ends_of_a_range_are_accepted_and_nothing_beyond(key: str, tmp_path: Path) -> None:
    (section, name), spec = key.split("."), NUMBERS[key]
    step = 1 if spec.kind is int else 1e-6
    for value in (spec.low - step, spec.high + step):
        [said] = refusal({section: {name: value}}, tmp_path)
        assert said == f"Setting {key} is {value!r}; it must be {spec.accepts}"
    for value in (spec.low, spec.high):
        partner = {"k": {"n": 100}, "session": {"name": "retraining"}, "n": {"k": 1}}.get(name, {})
        assert getattr(getattr(Settings.from_dict({section: {**partner, name: value}}), section), name) == value


@pytest.mark.parametrize("key", [key for key, spec in ALL.items() if spec.choices])
def test_wrong_word_is_refused_with_the_right_ones(key: str, tmp_path: Path) -> None:
    section, name = key.split(".")
    [said] = refusal({section: {name: "sideways"}}, tmp_path)
    assert said.startswith(f"Setting {key} is 'sideways'; it must be one of ")
    assert all(word in said for word in ALL[key].choices)


def test_tau_that_aborts_the_interpreter_is_refused_everywhere() -> None:
    for tau in (0.0, -2.0, 1e-9, math.nan, math.inf):
        with pytest.raises(ValueError, match="tau_acc_s"):
            MotionSettings(tau_acc_s=tau)
        with pytest.raises(SettingsError, match=r"motion\.tau_acc_s"):
            Settings.from_dict({"motion": {"tau_acc_s": tau}})


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: CueSettings(k=6), "k is 6; it must be at most n, which is 5"),
        (lambda: DrillSettings(low_deg=20.0, high_deg=15.0), "low_deg is 20; it must be below high_deg, which is 15"),
        (lambda: DrillSettings(low_deg=15.0, high_deg=15.0), "low_deg is 15; it must be below high_deg, which is 15"),
        (lambda: PlanSettings("recall", 4), "session is 4; recall has 3 sessions"),
        (lambda: PlanSettings(session=2), "session is 2; without a protocol it must be 1"),
        (lambda: PlanSettings(metronome=True), "metronome needs step_rate_spm, your usual steps per minute"),
    ],
)
def test_fields_that_contradict_one_another_are_refused(make: Any, told: str) -> None:
    with pytest.raises(FieldError) as refused:
        make()
    assert str(refused.value) == told


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("[cues]\nwen = 'every'\n", "There is no setting cues.wen", "Did you mean cues.when?"),
        ("[threshold]\nmod = 'auto'\n", "There is no setting threshold.mod", "Did you mean threshold.mode?"),
        ("[threshhold]\nmode = 'auto'\n", "There is no section of settings 'threshhold'", "Did you mean threshold?"),
        ("colour = 'blue'\n", "There is no section of settings 'colour'", "Correct or remove it"),
        ("cues = 3\n", "Setting cues is 3; it must be a section such as [cues]", "Correct or remove it"),
        ("[[cues]]\nk = 3\n", "Setting cues is [{'k': 3}]; it must be a section such as [cues]", "Correct or remove it"),
    ],
)
def test_unknown_name_is_refused_with_the_one_it_is_close_to(tmp_path: Path, text: str, what: str, fix: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    assert refused.value.what == what
    assert refused.value.fix.startswith(fix)


def test_refused_value_is_quoted_to_a_readable_length() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_dict({"drill": {"side": "x" * 10_000}})
    assert len(str(refused.value)) < 250


def test_settings_survive_their_own_form() -> None:
    settings = Settings(threshold=ThresholdSettings(mode="auto"), cues=CueSettings(forecast=True), drill=DrillSettings("bridge", reps=3))
    assert Settings.from_dict(settings.as_dict()) == settings


def test_whole_number_in_a_file_becomes_a_float() -> None:
    left = Settings.from_dict({"threshold": {"left_deg": 3}}).threshold.left_deg
    assert (left, type(left)) == (3.0, float)


def test_number_without_a_range_cannot_be_declared() -> None:
    @dataclass(frozen=True, slots=True)
    class Unbounded:
        length_s: float = 1.0

    with pytest.raises(TypeError, match="length_s has no range"):
        specs(Unbounded)
    for low, high in ((math.nan, 1.0), (0.0, math.inf), (2.0, 2.0)):
        with pytest.raises(ValueError, match="range"):
            bounded(1.0, low, high)


def test_default_outside_of_its_own_range_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Wrong:
        length_s: float = bounded(1.0, 2.0, 3.0)
        kind: Literal["a", "b"] = choice("a")
        on: bool = described(True, help="on")

        def __post_init__(self) -> None:
            check(self)

    with pytest.raises(FieldError, match=r"length_s is 1\.0; it must be a number from 2 to 3"):
        Wrong()
    assert Wrong(length_s=2.0).kind == "a"


@pytest.mark.parametrize("key", ALL)
def test_every_setting_has_a_help_on_one_line(key: str) -> None:
    spec = ALL[key]
    assert 10 <= len(spec.help) <= 80, key
    assert "\n" not in spec.help
    if spec.default is not None:
        spec.check(spec.default)
