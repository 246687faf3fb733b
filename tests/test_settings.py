"""Settings: what each field accepts, and what the errors say."""

from __future__ import annotations

import json
import math
import os
import sys
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

import pytest
from conftest import ROOT, short_run
from live_harness import live
from typer.testing import CliRunner

from levelhips import Recording, SettingsError, load_settings, open_recording
from levelhips.bounds import FieldError, FieldSpec, bounded, check, choice, specs
from levelhips.cli.app import app
from levelhips.cli.options import live_settings, settings_for
from levelhips.cli.threshold import ThresholdChoice, threshold_line
from levelhips.coaching.coach import CueSettings
from levelhips.coaching.drills.drill import DrillSettings
from levelhips.coaching.run_protocol import ProtocolSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.history import History
from levelhips.history.weekly import baseline
from levelhips.motion.pipeline import MotionSettings
from levelhips.recording.writer import RecordingWriter
from levelhips.sensors.profile import profiles
from levelhips.settings import Layer, Resolved, Settings, Source, change_settings, file_layer, recording_settings, resolve, session_settings
from levelhips.settings.model import help_of
from levelhips.settings.paths import settings_path
from levelhips.settings.store import line_of, template
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait

ALL: dict[str, FieldSpec] = {
    f"{part.name}.{spec.name}": spec for part in fields(Settings) for spec in specs(type(getattr(Settings(), part.name)))
}
NUMBERS = {key: spec for key, spec in ALL.items() if spec.kind in (int, float)}


def wrong_type(spec: FieldSpec) -> Any:
    """Return a value of a wrong type."""
    return {bool: 1, int: 2.5, float: "4.0", str: 7}[spec.kind]


def toml(value: object) -> str:
    return json.dumps(value) if not isinstance(value, float) or math.isfinite(value) else str(value)


def refusal(values: Any, tmp_path: Path) -> set[str]:
    """Return the error of refused settings, which a file, plain values and a construction in Python must raise alike."""
    [(section, setting)] = values.items()
    [(name, value)] = setting.items()
    path = tmp_path / "settings.toml"
    path.write_text(f"[{section}]\n{name} = {toml(value)}\n")
    said = set()
    with pytest.raises(SettingsError) as from_file:
        load_settings(path)
    place = f" ({path}, line 2)"
    assert from_file.value.what.endswith(place)
    said.add(from_file.value.what.removesuffix(place))
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
    ("make", "message"),
    [
        (lambda: CueSettings(k=6), "k is 6; it must be at most n, which is 5"),
        (lambda: DrillSettings(low_deg=20.0, high_deg=15.0), "low_deg is 20; it must be below high_deg, which is 15"),
        (lambda: DrillSettings(low_deg=15.0, high_deg=15.0), "low_deg is 15; it must be below high_deg, which is 15"),
        (lambda: ProtocolSettings("recall", 4), "session is 4; recall has 3 sessions"),
        (lambda: ProtocolSettings("baseline", 2), "session is 2; baseline has 1 session"),
        (lambda: ProtocolSettings(session=2), "session is 2; without a run protocol it must be 1"),
        (lambda: ProtocolSettings(metronome=True), "metronome needs step_rate_spm, your usual steps per minute"),
    ],
)
def test_fields_that_contradict_one_another_are_refused(make: Any, message: str) -> None:
    with pytest.raises(FieldError) as refused:
        make()
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("[cues]\nwen = 'every'\n", "There is no setting cues.wen", "Did you mean cues.when?"),
        ("[threshold]\nmod = 'auto'\n", "There is no setting threshold.mod", "Did you mean threshold.mode?"),
        ("[threshhold]\nmode = 'auto'\n", 'There is no section of settings "threshhold"', "Did you mean threshold?"),
        ("colour = 'blue'\n", 'There is no section of settings "colour"', "Check its spelling, or remove it"),  # lint: names of others
        ("cues = 3\n", "Setting cues is 3; it must be a section such as [cues]", "Correct or remove it"),
        ("[[cues]]\nk = 3\n", "Setting cues is [{'k': 3}]; it must be a section such as [cues]", "Correct or remove it"),
    ],
)
def test_unknown_name_is_refused_with_the_one_it_is_close_to(tmp_path: Path, text: str, what: str, fix: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    line = 2 if text.startswith("[") and text[1] != "[" and "There is no setting " in what else 1
    assert refused.value.what == f"{what} ({path}, line {line})"
    assert refused.value.fix.startswith(fix)


def test_refused_value_is_quoted_to_a_readable_length() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_dict({"drill": {"side": "x" * 10_000}})
    assert len(str(refused.value)) < 250


def test_settings_are_equal_after_writing_and_reading() -> None:
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
        on: bool = True

        def __post_init__(self) -> None:
            check(self)

    with pytest.raises(FieldError, match=r"length_s is 1\.0; it must be a number from 2 to 3"):
        Wrong()
    assert Wrong(length_s=2.0).kind == "a"


@pytest.mark.parametrize("key", ALL)
def test_every_setting_has_a_help_on_one_line(key: str) -> None:
    spec = ALL[key]
    assert 10 <= len(help_of(key)) <= 80, key
    assert "\n" not in help_of(key)
    if spec.default is not None:
        spec.check(spec.default)


# ---- where a value comes from


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for the settings file and another for the history."""
    monkeypatch.setenv("LEVELHIPS_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("LEVELHIPS_DATA", str(tmp_path / "data"))
    (tmp_path / "config").mkdir()
    return tmp_path


def keep(home: Path, text: str) -> Path:
    path = home / "config" / "settings.toml"
    path.write_text(text)
    return path


def recorded(settings: dict[str, Any], outward: str | None = None) -> Recording:
    made = short_run()
    return Recording(Path("run.mcap"), made.samples, 100.0, {"outward": outward} if outward else {}, settings)


@pytest.mark.parametrize("key", ["motion.outward", "cues.k", "sound.volume"])
def test_stronger_source_wins_and_is_named(key: str, tmp_path: Path) -> None:
    steps = {"motion.outward": ["-x", "+x", "-y", "+y"], "cues.k": [2, 4, 5, 1], "sound.volume": [0.1, 0.2, 0.3, 0.4]}[key]
    layers = [
        Layer(source, {key: value}, f"{source}.toml")
        for source, value in zip((Source.USER_FILE, Source.RECORDING, Source.SETTINGS_FILE, Source.OPTION), steps, strict=True)
    ]
    assert resolve().source(key) is Source.DEFAULT
    for count, (layer, value) in enumerate(zip(layers, steps, strict=True), start=1):
        resolved = resolve(*layers[:count])
        assert (resolved.value(key), resolved.source(key)) == (value, layer.source)
        assert resolved.origin(key) == f"{layer.source} {layer.source}.toml"
        others = [other for other in ALL if other != key]
        assert all(resolved.source(other) is Source.DEFAULT for other in others)


def test_file_with_one_setting_resets_no_other(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[cues]\nspacing_s = 2.0\n")
    own = Layer(Source.RECORDING, {"cues.k": 2, "cues.when": "k-of-n", "threshold.left_deg": 3.0, "threshold.mode": "fixed"})
    settings = resolve(own, file_layer(path)).settings
    assert settings.cues == CueSettings("k-of-n", k=2, spacing_s=2.0)
    assert settings.threshold.left_deg == 3.0


def test_threshold_in_degrees_is_fixed_even_over_a_recording_that_learns_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[threshold]\nleft_deg = 3.0\n")
    threshold = recording_settings(recorded({"threshold": {"mode": "auto"}}), None, file=path).settings.threshold
    assert (threshold.mode, threshold.left_deg, threshold.right_deg) == ("fixed", 3.0, 4.0)


def test_another_drill_or_protocol_does_not_inherit_the_dose_below_it() -> None:
    below = Layer(Source.USER_FILE, {"drill.name": "bridge", "drill.sets": 7, "protocol.name": "retraining", "protocol.session": 5})
    resolved = resolve(below, Layer(Source.OPTION, {"drill.name": "clamshell", "protocol.name": "recall"}))
    assert (resolved.settings.drill, resolved.settings.protocol) == (DrillSettings("clamshell"), ProtocolSettings("recall"))
    same = resolve(below, Layer(Source.OPTION, {"drill.name": "bridge", "drill.reps": 3}))
    assert same.settings.drill == DrillSettings("bridge", sets=7, reps=3)


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            Layer(Source.OPTION, {"motion.filter": "magic"}, flags={"motion.filter": "--filter"}),
            "--filter is 'magic'; it must be one of vqf",
        ),
        (Layer(Source.RECORDING, {"motion.tau_acc_s": 0.0}, "old.mcap"), "Setting motion.tau_acc_s in old.mcap is 0.0; it must be a"),
        (Layer(Source.SETTINGS_FILE, {"cues.k": 9}, "none.toml"), "Setting cues.k is 9; it must be at most n, which is 5 (none.toml)"),
    ],
)
def test_error_names_the_source_of_the_wrong_value(layer: Layer, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        resolve(layer)
    assert refused.value.what.startswith(message)


def test_wrong_value_that_a_stronger_source_replaces_does_no_harm() -> None:
    broken = Layer(Source.RECORDING, {"motion.tau_acc_s": 0.0}, "old.mcap")
    assert resolve(broken, Layer(Source.SETTINGS_FILE, {"motion.tau_acc_s": 3.0})).settings.motion.tau_acc_s == 3.0


@pytest.mark.parametrize("key", NUMBERS)
def test_value_outside_of_its_range_in_a_recording_is_refused(key: str) -> None:
    section, name = key.split(".")
    for value in (math.nan, math.inf, NUMBERS[key].high + 1):
        with pytest.raises(SettingsError, match=rf"Setting {key} in run\.mcap is "):
            recording_settings(recorded({section: {name: value}}), None)


def test_default_that_contradicts_a_setting_names_that_setting(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[cues]\nn = 2\n")
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    assert refused.value.what == "Setting cues.k is 3; it must be at most n, which is 2"
    assert f"cues.n = 2 (settings file {path})" in refused.value.fix


# ---- the commands


def replayed(recording: Recording, *, file: Path | None = None, outward: str | None = None, threshold: str | None = None) -> Resolved:
    """The settings of `levelhips replay` and `levelhips analyze`."""
    return settings_for(recording, file, outward, None, ThresholdChoice(threshold), None)


def run_settings(
    *given: tuple[str, Any, str],
    virtual: Recording | None = None,
    file: Path | None = None,
    threshold: str | None = None,
    kind: str = "levelhips",
) -> Resolved:
    """The settings of `levelhips run` and `levelhips drill`."""
    return live_settings(file, virtual, profiles()[kind], given, ThresholdChoice(threshold))


def test_settings_kept_by_the_window_count_in_every_command(home: Path) -> None:
    keep(home, "[threshold]\nleft_deg = 2.5\n\n[cues]\nspacing_s = 2.0\n")
    for resolved in (
        replayed(recorded({})),
        run_settings(),
        run_settings(virtual=recorded({})),
        run_settings(("drill.name", "bridge", "NAME")),
    ):
        assert resolved.settings.cues.spacing_s == 2.0
        assert resolved.source("cues.spacing_s") is Source.USER_FILE
        assert resolved.settings.threshold.left_deg == 2.5


def test_outward_axis_of_the_settings_file_counts_live_after_options_and_before_the_sensors_own(home: Path) -> None:
    assert run_settings().outward is None, "nobody chose one: the sensor's own"
    keep(home, "[motion]\noutward = '-x'\n")
    assert run_settings().outward == "-x"
    file = home / "mine.toml"
    file.write_text("[motion]\noutward = '+y'\n")
    assert run_settings(file=file).outward == "+y"
    assert run_settings(("motion.outward", "-z", "--outward"), file=file).outward == "-z"
    assert replayed(recorded({}, "+x")).outward == "+x", "the recording knows better than the user's file"
    assert replayed(recorded({}, "+x"), file=file).outward == "+y"
    assert replayed(recorded({})).outward == "-x"
    assert run_settings(virtual=recorded({}, "+x")).outward == "+z", "a virtual sensor is worn as its profile says"
    assert session_settings(home / "none.toml", virtual=recorded({}, "+x")).settings.motion.outward == "+z", "or outward along z"


def test_settings_option_replaces_what_the_recording_of_a_virtual_sensor_carries(home: Path) -> None:
    file = home / "mine.toml"
    file.write_text("[cues]\nk = 4\n")
    carried = recorded({"cues": {"k": 2, "n": 6}})
    assert (run_settings(virtual=carried).settings.cues.k, run_settings(virtual=carried, file=file).settings.cues.k) == (2, 4)
    assert (replayed(carried).settings.cues.k, replayed(carried, file=file).settings.cues.k) == (2, 4)
    assert run_settings(virtual=carried, file=file).settings.cues.n == 6


def test_outward_axis_of_the_settings_reaches_a_live_session(tmp_path: Path) -> None:
    settings = replace(Settings(), motion=replace(Settings().motion, outward="-x"))
    session = live(tmp_path, settings=settings, seconds=6.0).session
    assert session.settings.motion.outward == "-x"


def test_drill_of_the_settings_file_does_not_turn_a_run_into_a_drill(home: Path) -> None:
    keep(home, "[drill]\nname = 'bridge'\nsets = 7\n")
    assert run_settings().settings.drill == DrillSettings()
    assert replayed(recorded({})).settings.drill == DrillSettings()
    keep(home, "[protocol]\nname = 'retraining'\nsession = 3\n")
    assert replayed(recorded({})).settings.protocol == ProtocolSettings(), "nor a recorded run into one with a protocol"
    assert run_settings().settings.protocol.session == 3
    keep(home, "[drill]\nname = 'bridge'\nsets = 7\n")
    assert run_settings(("drill.name", "bridge", "NAME")).settings.drill == DrillSettings("bridge", sets=7)
    assert run_settings(("drill.name", "clamshell", "NAME")).settings.drill == DrillSettings("clamshell")


def test_a_baseline_run_says_that_it_has_no_beeps_instead_of_a_threshold(home: Path) -> None:
    baseline = ("protocol.name", "baseline", "--protocol")
    assert threshold_line(run_settings(baseline)) == "No beeps: this run measures your baseline"
    assert threshold_line(run_settings()).startswith("Threshold: ")


def test_run_without_a_chosen_threshold_learns_it_from_its_own_first_steps(home: Path) -> None:
    resolved = run_settings()
    assert resolved.settings.threshold.mode == "auto"
    assert "no baseline session yet" in threshold_line(resolved)
    assert run_settings(threshold="3.5").settings.threshold == ThresholdSettings(left_deg=3.5, right_deg=3.5)
    keep(home, "[threshold]\nmode = 'fixed'\n")
    assert run_settings().settings.threshold == ThresholdSettings(), "who writes fixed means the usual degrees"
    assert replayed(recorded({})).settings == Settings(), "a recording without settings keeps the defaults"


def test_run_takes_the_thresholds_of_the_last_baseline_session(home: Path) -> None:
    (home / "data").mkdir()
    with History(home / "data" / "history.sqlite") as history:
        add_baseline(history, home)
        base = baseline(history)
    assert base is not None
    resolved = run_settings()
    assert resolved.source("threshold.left_deg") is Source.BASELINE
    for side in ("left", "right"):
        mean, sd = base[side]
        assert resolved.value(f"threshold.{side}_deg") == pytest.approx(mean + 0.5 * sd, abs=0.005)
    keep(home, "[threshold]\nbaseline_sd = 1.0\n")
    assert run_settings().value("threshold.left_deg") == pytest.approx(base["left"][0] + base["left"][1], abs=0.005)
    assert run_settings(virtual=recorded({})).settings.threshold.mode == "fixed", "a virtual runner is not the user"


def add_baseline(history: History, home: Path) -> None:
    """Add a simulated baseline session to the history."""
    runner = RunnerModel(drop_left_deg=4.0, drop_right_deg=3.0, stand_s=4.0, move_s=75.0)
    made = simulate_gait(runner, SensorModel(rate_hz=100.0), seed=2)
    settings = replace(Settings(), protocol=ProtocolSettings("baseline"))
    path = home / "baseline.mcap"
    metadata = {"rate_hz": "100", "outward": "+z", "started": "2026-03-02T10:00:00+00:00"}
    with RecordingWriter(path, metadata, settings.as_dict(), SensorModel().scale, sync=False) as writer:
        writer.samples(made.samples)
    history.add(path)


def test_history_that_cannot_be_read_is_reported_and_does_not_stop_a_run(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data" / "history.sqlite").write_bytes(b"not a database" * 100)
    resolved = run_settings()
    assert resolved.settings.threshold.mode == "auto"
    assert "Your baseline session was not used" in str(resolved.notes[0])


@pytest.mark.parametrize("kept", ["", "[threshold]\nleft_deg = 1.0\nright_deg = 1.0\n"])
@pytest.mark.parametrize("name", ["treadmill_fatigue", "radio_losses", "walk"])
def test_same_recording_has_the_same_thresholds_in_replay_virtual_run_and_demo(home: Path, kept: str, name: str) -> None:
    keep(home, kept)
    recording = open_recording(ROOT / "recordings" / f"{name}.mcap")
    if kept:
        assert run_settings().settings.threshold.left_deg == 1.0
    thresholds = replayed(recording).settings.threshold
    assert run_settings(virtual=recording).settings.threshold == thresholds
    assert recording_settings(recording, settings_path()).settings.threshold == thresholds


# ---- files


COMMENTED = """# mine
[threshold]  # thresholds
left_deg = 3.0 # physio said so
mode = "fixed"

[cues]
k = 2
"""


def test_changed_setting_keeps_comments_and_all_other_lines(home: Path) -> None:
    path = keep(home, COMMENTED)
    change_settings(path, {"threshold.left_deg": 3.5, "cues.k": None, "sound.words": False})
    assert (
        path.read_text()
        == COMMENTED.replace("3.0 #", "3.5 #").replace("k = 2\n", "").replace("\n[cues]\n", "") + "\n[sound]\nwords = false\n"
    )
    assert load_settings(path).threshold.left_deg == 3.5


def test_change_that_is_not_valid_leaves_the_file_as_it_was(home: Path) -> None:
    path = keep(home, COMMENTED)
    for wrong in ({"cues.k": 9}, {"threshold.left_deg": math.nan}):
        with pytest.raises(SettingsError):
            change_settings(path, wrong)
    assert path.read_text() == COMMENTED
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"], "nothing is left beside it"


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_settings_file_is_readable_by_its_owner_only(home: Path) -> None:
    path = home / "new" / "settings.toml"
    change_settings(path, {"cues.k": 2})
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_link_to_a_settings_file_is_replaced_and_its_target_left_alone(home: Path) -> None:
    real, link = home / "dotfiles.toml", home / "config" / "settings.toml"
    real.write_text("[cues]\nk = 2\n")
    link.symlink_to(real)
    change_settings(link, {"cues.k": 3})
    assert not link.is_symlink()
    assert real.read_text() == "[cues]\nk = 2\n"
    assert load_settings(link).cues.k == 3


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        (COMMENTED, "cues.k", 7),
        (COMMENTED, "threshold.left_deg", 3),
        (COMMENTED, "threshold", 2),
        (COMMENTED, "sound.volume", None),
        ("cues.n = 2\nthreshold.left_deg = 3\n", "threshold.left_deg", 2),
    ],
)
def test_line_of_a_setting_is_found(tmp_path: Path, text: str, key: str, line: int | None) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    assert line_of(path, key) == line


BOTH_NAMES = """[plan]
session = 99
[protocol]
session = 2
"""


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("\nthreshold = 3\n", "Setting threshold is 3; it must be a section such as [threshold]", 2),
        ("\nplan = 3\n", "Setting plan is 3; it must be a section such as [plan]", 2),
        ("[protocol]\nsession = 2\n[plan]\nsession = 99\n", "Setting protocol.session is 2; without a run protocol it must be 1", 2),
        (BOTH_NAMES, "Setting protocol.session is 2; without a run protocol it must be 1", 4),
        ("[plan]\nsession = 99\n", "Setting protocol.session is 99; it must be", 2),
    ],
)
def test_error_of_a_settings_file_names_the_line_of_the_value_that_is_used(tmp_path: Path, text: str, what: str, line: int) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    assert refused.value.what.startswith(what)
    assert refused.value.what.endswith(f" ({path}, line {line})")


def test_template_is_valid_as_it_is_and_when_uncommented(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(template())
    assert load_settings(path) == Settings()
    lines = [line.removeprefix("# ") for line in template().splitlines()[1:]]
    path.write_text("\n".join(line for line in lines if " =   #" not in line))
    assert load_settings(path) == Settings()


# ---- levelhips settings


def settings_command(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["settings", *arguments])
    assert done.exit_code == code, done.output
    return str(done.exception) if code and done.exception else done.output


def test_settings_command_lists_every_setting_with_value_source_range_and_help(home: Path) -> None:
    keep(home, "[cues]\nk = 2\n")
    listed = settings_command("list")
    for key, spec in ALL.items():
        assert f"  {key} = " in listed
        assert f"{help_of(key)}; {spec.accepts}" in listed
    assert "cues.k = 2  (your settings)" in listed
    assert "cues.n = 5  (default)" in listed


def test_settings_command_sets_gets_and_unsets(home: Path) -> None:
    path = settings_command("path").strip()
    assert path == str(home / "config" / "settings.toml")
    assert path in settings_command("set", "threshold.left_deg", "3.5")
    settings_command("set", "sound.words", "false")
    settings_command("set", "cues.when", "k-of-n")
    assert settings_command("get", "threshold.left_deg") == "3.5\n"
    assert settings_command("get", "sound.words") == "false\n"
    assert settings_command("get", "cues.when") == '"k-of-n"\n'
    assert load_settings(Path(path)).cues.when == "k-of-n"
    assert "default is 4.0" in settings_command("unset", "threshold.left_deg")
    assert settings_command("get", "threshold.left_deg") == "4.0\n"
    assert "nothing to remove" in settings_command("unset", "threshold.left_deg")


def test_settings_command_reports_a_threshold_that_is_not_used(home: Path) -> None:
    settings_command("set", "threshold.mode", "auto")
    assert "not used while threshold.mode is auto" in settings_command("set", "threshold.left_deg", "3")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("set", "threshold.left_deg", "3,5"), "Setting threshold.left_deg is '3,5'; it must be a number from 0.2 to 30"),
        (("set", "threshold.left_deg", "99"), "Setting threshold.left_deg is 99.0; it must be a number from 0.2 to 30"),
        (("set", "motion.tau_acc_s", "nan"), "Setting motion.tau_acc_s is nan; it must be"),
        (("set", "cues.k", "2.5"), "Setting cues.k is '2.5'; it must be a whole number"),
        (("set", "cues.k", "9"), "Setting cues.k is 9; it must be at most n, which is 5"),
        (("set", "sound.words", "yes"), "Setting sound.words is 'yes'; it must be true or false"),
        (("set", "drill.name", "clamshel"), 'There is no drill "clamshel"'),
        (("set", "cues.wen", "every"), "There is no setting cues.wen. Did you mean cues.when?"),
        (("get", "volume"), 'There is no section of settings "volume"'),
        (("unset", "cues.wen"), "There is no setting cues.wen"),
    ],
)
def test_settings_command_refuses_what_cannot_be_set(home: Path, arguments: tuple[str, ...], message: str) -> None:
    assert message in settings_command(*arguments, code=1)
    assert not (home / "config" / "settings.toml").exists()


def editor(home: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Make $EDITOR a program that writes this text into the file."""
    script = home / "editor.py"
    script.write_text(f"import sys\nopen(sys.argv[1], 'w').write({text!r})\n")
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {script}")


def test_edited_settings_with_an_error_name_the_line_and_leave_the_file_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = keep(home, COMMENTED)
    editor(home, monkeypatch, "[cues]\n\nk = 2\nspacing_s = -1\n")
    output = settings_command("edit", code=1)
    assert "line 4" in output
    assert "cues.spacing_s is -1" in output
    assert path.read_text() == COMMENTED
    editor(home, monkeypatch, "[cues]\nspacing_s = 1.0\n")
    assert "Saved" in settings_command("edit")
    assert path.read_text() == "[cues]\nspacing_s = 1.0\n"
    assert [file.name for file in path.parent.iterdir()] == ["settings.toml"]


@pytest.mark.parametrize("command", [("list",), ("set", "cues.k", "2")])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = " + "[\n" * 3000 + "]" * 900, "is nested too deeply for a settings file"),
        ("cues = 3", "cues"),
        ("[[cues]]\nk = 2", "cues"),
    ],
)
def test_file_whose_sections_are_not_sections_is_named_by_every_command(
    home: Path, command: tuple[str, ...], text: str, message: str
) -> None:
    settings_path().parent.mkdir(parents=True, exist_ok=True)
    settings_path().write_text(text)
    done = CliRunner().invoke(app, ["settings", *command])
    assert isinstance(done.exception, SettingsError)
    assert message in str(done.exception)
    assert settings_path().read_text() == text


def test_file_with_a_byte_order_mark_is_read(home: Path) -> None:
    """Editors on Windows write a byte order mark."""
    settings_path().write_bytes(b"\xef\xbb\xbf[cues]\nk = 2\n")
    assert load_settings(settings_path()).cues.k == 2
    change_settings(settings_path(), {"cues.n": 4})
    assert load_settings(settings_path()).cues.n == 4


@pytest.mark.parametrize("command", [("get", "threshold"), ("set", "threshold", "4"), ("unset", "threshold")])
def test_section_in_place_of_a_setting_is_reported_as_such(home: Path, command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["settings", *command])
    assert "threshold is a section, not a setting. Name a setting in it" in str(done.exception)


# ---- earlier names


def test_old_settings_file_with_a_plan_section_is_read_as_the_protocol(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text('[plan]\nname = "retraining"\nsession = 5\n')
    assert load_settings(path).protocol == ProtocolSettings("retraining", 5)
    assert Settings.from_dict({"plan": {"name": "recall"}}).protocol == ProtocolSettings("recall")
    assert recording_settings(recorded({"plan": {"name": "recall", "session": 2}}), None).settings.protocol == ProtocolSettings("recall", 2)


@pytest.mark.parametrize("order", [("plan", "protocol"), ("protocol", "plan")])
def test_present_name_wins_over_the_earlier_one_whatever_their_order(order: tuple[str, str]) -> None:
    parts = {"plan": {"name": "retraining", "session": 6}, "protocol": {"session": 3}}
    assert Settings.from_dict({name: parts[name] for name in order}).protocol == ProtocolSettings("retraining", 3)


@pytest.mark.parametrize("values", [{"plan": 3}, {"plan": 3, "protocol": {}}, {"plan": {}, "protocol": 3}, {"protocol": 3, "plan": {}}])
def test_section_with_a_value_is_refused_under_the_name_that_the_file_has(values: dict[str, Any]) -> None:
    [wrong] = [name for name, value in values.items() if value == 3]
    with pytest.raises(SettingsError, match=f"Setting {wrong} is 3; it must be a section"):
        Settings.from_dict(values)


def test_setting_the_protocol_in_a_file_with_a_plan_section_loses_nothing(home: Path) -> None:
    kept = keep(home, '# mine\n[plan]\nname = "retraining"  # since March\nsession = 5\n')
    change_settings(kept, {"protocol.session": 6})
    assert kept.read_text() == '# mine\n[plan]\nname = "retraining"  # since March\nsession = 6\n'
    assert load_settings(kept).protocol == ProtocolSettings("retraining", 6)
    change_settings(kept, {"protocol.session": None})
    assert load_settings(kept).protocol == ProtocolSettings("retraining", 1)


def test_removing_a_setting_removes_it_under_both_names(home: Path) -> None:
    kept = keep(home, '[plan]\nname = "retraining"\nsession = 5\n\n[protocol]\nsession = 3\n')
    change_settings(kept, {"protocol.session": None})
    assert load_settings(kept).protocol == ProtocolSettings("retraining", 1)


@pytest.mark.parametrize("key", ["plan.session", "protocol.session"])
def test_settings_commands_know_a_setting_by_both_names(home: Path, key: str) -> None:
    keep(home, '[plan]\nname = "retraining"\nsession = 5\n')
    runner = CliRunner()
    assert runner.invoke(app, ["settings", "get", key]).stdout == "5\n"
    assert runner.invoke(app, ["settings", "set", key, "7"]).stdout.startswith("protocol.session = 7, in ")
    assert runner.invoke(app, ["settings", "unset", key]).stdout.startswith("Removed protocol.session")
    assert load_settings(settings_path()).protocol == ProtocolSettings("retraining", 1)


def test_wrong_value_in_an_old_section_names_its_line(home: Path) -> None:
    kept = keep(home, "[plan]\nsession = 9\n")
    with pytest.raises(SettingsError, match=rf"protocol\.session is 9.*{kept.name}, line 2"):
        run_settings()


def test_setting_under_its_earlier_key_is_read_from_files_and_recordings(tmp_path: Path) -> None:
    path = tmp_path / "old.toml"
    path.write_text("[threshold]\nmost_below_deg = 2.5\n")
    assert load_settings(path).threshold.max_below_deg == 2.5
    carried = recorded({"threshold": {"most_below_deg": 2.0}})
    assert recording_settings(carried, None).settings.threshold.max_below_deg == 2.0


@pytest.mark.parametrize("order", [("most_below_deg", "max_below_deg"), ("max_below_deg", "most_below_deg")])
def test_present_key_wins_over_the_earlier_one_whatever_their_order(order: tuple[str, str]) -> None:
    part = {"most_below_deg": 1.0, "max_below_deg": 2.0}
    assert Settings.from_dict({"threshold": {name: part[name] for name in order}}).threshold.max_below_deg == 2.0


def test_setting_with_its_earlier_key_is_changed_in_its_line_and_removed_under_both(home: Path) -> None:
    kept = keep(home, "[threshold]\nmost_below_deg = 2.5  # my coach\n")
    runner = CliRunner()
    assert runner.invoke(app, ["settings", "set", "threshold.max_below_deg", "1.5"]).exit_code == 0
    assert kept.read_text() == "[threshold]\nmost_below_deg = 1.5  # my coach\n"
    assert runner.invoke(app, ["settings", "get", "threshold.most_below_deg"]).stdout == "1.5\n"
    kept.write_text("[threshold]\nmost_below_deg = 1.5\nmax_below_deg = 2.0\n")
    change_settings(kept, {"threshold.max_below_deg": None})
    assert kept.read_text() == ""


def test_wrong_value_under_an_earlier_key_names_its_line(home: Path) -> None:
    kept = keep(home, "[threshold]\nmost_below_deg = 99\n")
    with pytest.raises(SettingsError, match=rf"threshold\.max_below_deg is 99.*{kept.name}, line 2"):
        run_settings()


def test_unknown_setting_in_a_section_with_an_earlier_key_is_named_as_written(home: Path) -> None:
    with pytest.raises(SettingsError, match=r"threshold\.most_below\b"):
        Settings.from_dict({"threshold": {"most_below": 2.0}})
