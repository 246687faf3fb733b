"""The command line on real files: in this process, or in a process of its own if the process is the subject of the test."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from command_line import levelhips
from conftest import ROOT, rows, short_run

from levelhips import RecordingWriter, Samples, Settings, analyze, open_recording
from levelhips.cli.app import command_line
from levelhips.live.display import display_problem
from levelhips.live.replay import Replay
from levelhips.simulation import bundled
from levelhips.text import choice


def process(*arguments: object, code: int = 0, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run `levelhips ARGUMENTS` in a process of its own; fail if it prints a traceback or has another exit code."""
    command = [sys.executable, "-m", "levelhips", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, env={**os.environ, **environment}, timeout=120, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    assert done.returncode == code, done
    return done


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "run.mcap"
    with RecordingWriter(path, {"rate_hz": "100", "outward": "+z"}) as writer:
        writer.samples(short_run().samples)
    return path


def test_analyze_writes_its_tables_and_they_agree(run_file: Path, tmp_path: Path) -> None:
    done = levelhips("analyze", run_file, "--out", tmp_path / "out")
    assert "Pelvic drop" in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["angles.csv", "steps.csv", "strides.csv", "summary.json"]
    with open(tmp_path / "out" / "steps.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:4] == ["contact_s", "toe_off_s", "stance_side", "contralateral_drop_deg"]
    analysis = analyze(run_file)
    assert len(rows) == len(analysis.steps)
    assert float(rows[5]["contralateral_drop_deg"]) == pytest.approx(analysis.steps[5].drop_deg, abs=6e-4)
    angles = np.genfromtxt(tmp_path / "out" / "angles.csv", delimiter=",", names=True)
    assert angles.dtype.names == ("time_s", "obliquity_deg", "tilt_deg", "rotation_deg")
    np.testing.assert_allclose(angles["time_s"], analysis.angles.t_s, atol=1e-6)
    for name, values in (
        ("obliquity_deg", analysis.angles.obliquity_rad),
        ("tilt_deg", analysis.angles.tilt_rad),
        ("rotation_deg", analysis.angles.rotation_rad),
    ):
        np.testing.assert_allclose(angles[name], np.degrees(values), atol=6e-5)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["steps"]["all"] == len(rows)
    assert summary["versions"]["levelhips"]
    assert summary["settings"]["motion"]["outward"] == "+z"


def test_version_is_printed() -> None:
    import levelhips as package

    assert process("--version").stdout.decode().strip() == f"levelhips {package.__version__}"


def test_a_second_analysis_replaces_the_first(run_file: Path, tmp_path: Path) -> None:
    for limit_deg in (3.0, 5.0):
        levelhips("analyze", run_file, "--out", tmp_path, "--threshold", limit_deg)
        assert json.loads((tmp_path / "summary.json").read_text())["settings"]["threshold"]["left_deg"] == limit_deg
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (("analyze", "none.mcap", "--out", "o"), "File not found", 1),
        (("analyze", "empty.csv", "--out", "o"), "is empty", 1),
        (("analyze", "run.mcap", "--out", "o", "--outward", "up"), "must be one of +x, -x", 2),
        (("analyze", "run.mcap", "--out", "o", "--filter", "magic"), "must be one of vqf, madgwick", 2),
        (("analyze", "run.mcap", "--out", "o", "--threshold", "much"), "is not a number", 2),
        (("analyze", "run.mcap", "--out", "o", "--threshold", "99"), "0.2 to 30", 2),
        (("analyze", "run.mcap", "--out", "o", "--threshold-left", "nan"), "0.2 to 30", 2),
        (("analyze", "run.mcap", "--out", "o", "--settings", "none.toml"), "cannot be read", 1),
        (("analyze", "run.mcap", "--out", "empty.csv/o"), "cannot be written", 1),
        (("replay", "run.mcap", "--speed", "fast"), "is not a speed", 2),
        (("replay", "run.mcap", "--speed", "max", "--wav", "none/x.wav"), "cannot be written", 1),
        (("simulate", "--kind", "swim", "--out", "o"), "no kind", 2),
        (("convert", "run.mcap", "run.mcap"), "already exists", 1),
        (("convert", "run.mcap", "y.csv"), "name it y.mcap; for tables run: levelhips analyze RUN --out y", 2),
        (("convert", "run.mcap", "folder.v2"), "name it folder.mcap", 2),
        (("recover", "run.mcap", "whole.csv"), "name it whole.mcap", 2),
    ],
)
def test_each_mistake_is_reported_in_one_line_with_its_fix_and_an_exit_code(
    run_file: Path, tmp_path: Path, arguments: tuple[str, ...], says: str, code: int
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "run.mcap").write_bytes(run_file.read_bytes())
    before = sorted(tmp_path.rglob("*"))
    done = levelhips(*arguments, cwd=tmp_path, code=code)
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written is left"


@pytest.mark.parametrize(
    "arguments", [("analyze", "RUN", "--out", "o"), ("replay", "RUN", "--speed", "max", "--mute", "--threshold", "2", "--wav", "o/x.wav")]
)
def test_full_disk_leaves_no_file_that_looks_complete(run_file: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no limit on the size of files to stand for a full disk")
    (tmp_path / "o").mkdir()
    # The limit on file size is the disk's end: writing beyond it fails as on a full one.
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); from levelhips.cli.app import main; main()"
    )
    given = [str(run_file) if argument == "RUN" else argument for argument in arguments]
    unmeasured = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }  # its file cannot be written either
    done = subprocess.run([sys.executable, "-c", code, *given], capture_output=True, text=True, cwd=tmp_path, env=unmeasured, check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "o").iterdir()) == []


def test_replay_writes_the_beeps(run_file: Path, tmp_path: Path) -> None:
    done = levelhips("replay", run_file, "--speed", "max", "--mute", "--threshold", "2.5", "--wav", tmp_path / "beeps.wav")
    assert "beeps" in done.stdout
    assert (tmp_path / "beeps.wav").stat().st_size > 100_000


def test_simulate_then_convert_then_analyze(tmp_path: Path) -> None:
    levelhips("simulate", "--out", tmp_path, "--seconds", "15", "--rate", "100", "--heading", "5", "--loss", "0.02")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run_1.mcap", "run_1.truth_angles.csv", "run_1.truth_steps.csv"]
    levelhips("convert", tmp_path / "run_1.mcap", tmp_path / "copy.mcap")
    levelhips("analyze", tmp_path / "copy.mcap", "--out", tmp_path / "o")
    with open(tmp_path / "run_1.truth_steps.csv") as truth, open(tmp_path / "o" / "steps.csv") as found:
        assert abs(len(truth.readlines()) - len(found.readlines())) <= 2


@pytest.mark.parametrize("filter_", ["madgwick", "mahony", "complementary"])
def test_the_other_filters_run(run_file: Path, tmp_path: Path, filter_: str) -> None:
    levelhips("analyze", run_file, "--out", tmp_path, "--filter", filter_)
    assert json.loads((tmp_path / "summary.json").read_text())["settings"]["motion"]["filter"] == filter_


def test_demo_makes_its_report(tmp_path: Path) -> None:
    done = levelhips("demo", "--out", tmp_path / "report")
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {"steps.csv", "strides.csv", "angles.csv", "summary.json", "beeps.wav", "drops.png"}
    for name in names:
        assert name in done.stdout
    assert (tmp_path / "report" / "drops.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", [bundled.TREADMILL, bundled.WALK, bundled.LOSSES])
def test_bundled_recordings_are_measured_as_they_were_made(name: str) -> None:
    """Compare the steps found with the truth in the file next to each recording."""
    analysis = analyze(bundled.find(name))
    with open(ROOT / "recordings" / f"{name}.truth_steps.csv", newline="") as file:
        true = [(float(r["contact_s"]), r["stance_side"], float(r["contralateral_drop_deg"])) for r in csv.DictReader(file)]
    times = np.array([at for at, *_ in true])
    good = [step for step in analysis.steps if step.quality == "ok"]
    assert len(good) > 0.75 * len(true)
    nearest = [int(np.abs(times - step.at_s).argmin()) for step in good]
    assert all(abs(times[i] - step.at_s) < 0.06 for i, step in zip(nearest, good, strict=True))
    assert all(true[i][1] == step.side for i, step in zip(nearest, good, strict=True))
    error = np.array([step.drop_deg - true[i][2] for i, step in zip(nearest, good, strict=True)])
    assert np.sqrt(np.mean(error**2)) < 0.35


def test_a_metric_is_plotted_on_request(run_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="plots need the extra 'plot'")
    levelhips("analyze", run_file, "--out", tmp_path, "--plot", "contact_time")
    assert (tmp_path / "contact_time.png").read_bytes().startswith(b"\x89PNG")
    assert 'There is no metric "height"' in levelhips("analyze", run_file, "--out", tmp_path, "--plot", "height", code=2).stderr


def test_growing_drop_of_the_tired_side_is_found() -> None:
    from levelhips import summarize

    summary = summarize(analyze(bundled.find(bundled.TREADMILL)))
    assert summary["drift_deg_per_10_min"]["left"]["slope"] > 1.5
    assert summary["drift_deg_per_10_min"]["right"] is None, "a change smaller than its error is not reported"


# ---- thresholds


@pytest.mark.parametrize(
    ("options", "understood"),
    [
        ((), "left 4.0 deg, right 4.0 deg (default)"),
        (("--threshold", "3.5"), "left 3.5 deg, right 3.5 deg (option)"),
        (("--threshold-left", "3", "--threshold-right", "5"), "left 3.0 deg, right 5.0 deg (option)"),
        (("--threshold", "5", "--threshold-left", "3"), "left 3.0 deg, right 5.0 deg (option)"),
        (("--threshold-right", "2.5"), "left 4.0 deg (default), right 2.5 deg (option)"),
        (("--threshold", "auto"), "from the first 60 steps of each side (option)"),
    ],
)
def test_threshold_is_printed_as_it_was_understood_and_used(
    run_file: Path, tmp_path: Path, options: tuple[str, ...], understood: str
) -> None:
    done = levelhips("analyze", run_file, "--out", tmp_path, *options)
    assert done.stdout.splitlines()[0] == f"Threshold: {understood}"
    used = json.loads((tmp_path / "summary.json").read_text())["settings"]["threshold"]
    if used["mode"] == "fixed":
        assert f"left {used['left_deg']:.1f} deg" in understood
        assert f"right {used['right_deg']:.1f} deg" in understood
    else:
        assert "first 60 steps" in understood


def test_threshold_of_a_recording_or_a_settings_file_is_printed_with_its_source(tmp_path: Path) -> None:
    kept = Settings.from_dict({"threshold": {"left_deg": 2.5, "right_deg": 3.0}}).as_dict()
    with RecordingWriter(tmp_path / "kept.mcap", {"rate_hz": "100", "outward": "+z"}, kept) as writer:
        writer.samples(short_run().samples)
    command = ("replay", tmp_path / "kept.mcap", "--speed", "max", "--mute")
    assert levelhips(*command).stdout.startswith("Threshold: left 2.5 deg, right 3.0 deg (recording)\n")
    (tmp_path / "mine.toml").write_text("[threshold]\nleft_deg = 6.0\n")
    output = levelhips(*command, "--settings", tmp_path / "mine.toml").stdout
    assert output.startswith("Threshold: left 6.0 deg")
    assert "settings file" in output.splitlines()[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--threshold", "3,5"), "--threshold 3,5 is ambiguous. Write 3.5, or --threshold-left 3 --threshold-right 5."),
        (("--threshold", "4,3.5"), "--threshold 4,3.5 is ambiguous. For two sides write --threshold-left 4 --threshold-right 3.5."),
        (("--threshold", "4,5,6"), "--threshold 4,5,6 is ambiguous. Give one number for both sides"),
        (("--threshold", "4,"), "--threshold 4, is ambiguous. Give one number for both sides"),
        (("--threshold-left", "3,5"), "--threshold-left 3,5 is ambiguous. Write 3.5."),
        (("--threshold", "auto", "--threshold-left", "3"), "Leave out --threshold-left"),
        (("--threshold-left", "auto"), "--threshold-left auto is not a number of degrees. Give a number such as 4 or 3.5."),
    ],
)
def test_a_threshold_that_can_be_read_in_two_ways_is_refused(run_file: Path, options: tuple[str, ...], message: str) -> None:
    """Bug: "3,5", which is 3.5 in much of Europe, was read as left 3 and right 5, and "4,5,6" as 4."""
    done = levelhips("replay", run_file, "--speed", "max", "--mute", *options, code=2)
    assert message in done.stderr
    assert done.stdout == ""


def test_threshold_of_one_side_alone_is_refused_if_the_settings_say_auto(run_file: Path, tmp_path: Path) -> None:
    (tmp_path / "auto.toml").write_text('[threshold]\nmode = "auto"\n')
    options = ("--settings", tmp_path / "auto.toml", "--speed", "max", "--mute")
    assert "Give --threshold-right too" in levelhips("replay", run_file, *options, "--threshold-left", "3", code=2).stderr
    output = levelhips("replay", run_file, *options, "--threshold-left", "3", "--threshold-right", "4")
    assert output.stdout.startswith("Threshold: left 3.0 deg, right 4.0 deg (option)")


def test_outward_axis_is_printed_if_it_is_not_the_default(run_file: Path, tmp_path: Path) -> None:
    """A wrong axis exchanges left and right."""
    assert "Outward axis" not in levelhips("analyze", run_file, "--out", tmp_path / "o").stdout
    output = levelhips("analyze", run_file, "--out", tmp_path / "o", "--outward", "-z").stdout
    assert output.startswith("Outward axis: -z (option)")


# ---- nothing counts


def test_run_without_valid_steps_is_explained_and_ends_with_code_3(tmp_path: Path) -> None:
    """Six seconds cut from the middle of a run: nobody stands still in them."""
    samples = short_run().samples
    with RecordingWriter(tmp_path / "mid.mcap", {"rate_hz": "100", "outward": "+z"}) as writer:
        writer.samples(samples[(samples.t_s > 6.0) & (samples.t_s < 10.5)])
    done = levelhips("analyze", tmp_path / "mid.mcap", "--out", tmp_path / "o", code=3)
    assert re.search(r"None of \d+ running steps counts: .+\. [A-Z].+\.$", done.stderr.strip())
    assert len(done.stderr.strip().splitlines()) == 1
    assert json.loads((tmp_path / "o" / "summary.json").read_text())["steps"]["counted"] == 0


def test_walk_without_valid_steps_is_explained_and_ends_with_code_0(tmp_path: Path) -> None:
    """A minute cut from the middle of a walk: contacts and sides are results, drops are not."""
    walk = open_recording(bundled.find(bundled.WALK))
    middle = walk.samples[round(30 * walk.rate_hz) : round(90 * walk.rate_hz)]
    path = tmp_path / "walk.mcap"
    with RecordingWriter(path, {"rate_hz": f"{walk.rate_hz:g}", "outward": "+z"}, sync=False) as writer:
        writer.samples(Samples.checked(middle.t_s - middle.t_s[0], middle.acc_mps2, middle.gyr_radps))
    done = levelhips("analyze", path, "--out", tmp_path / "out", code=0)
    assert re.search(r"None of \d+ walking steps counts: nobody stood still", done.stderr)
    assert len(rows(tmp_path / "out" / "steps.csv")) > 80


def test_a_drill_without_a_repetition_ends_with_code_3(tmp_path: Path) -> None:
    """Pelvic drops are done standing; a clamshell is counted only when lying on the side."""
    done = levelhips("analyze", bundled.find("pelvic_drop"), "--drill", "clamshell:left", "--out", tmp_path, code=3)
    assert "No repetition was found. Stand still for 3 s" in done.stderr


# ---- help


def commands() -> dict[str, Any]:
    """All commands by the words that call them."""
    found: dict[str, Any] = {}

    def add(command: Any, words: tuple[str, ...]) -> None:
        found[" ".join(words)] = command
        for name, one in getattr(command, "commands", {}).items():
            add(one, (*words, name))

    add(command_line(), ())
    return found


@pytest.mark.parametrize("language", choice.LANGUAGES)
@pytest.mark.parametrize("words", commands())
def test_help_fits_80_columns_with_one_line_for_each_option(words: str, language: str) -> None:
    choice.choose(language)
    try:
        lines = levelhips(*words.split(), "--help", columns=80).stdout.splitlines()
    finally:
        choice.choose(None)
    assert max(map(len, lines)) <= 80
    assert not [line for line in lines[1:] if "..." in line], "nothing is cut"  # the first line is the usage
    indented = [line for line in lines if line.startswith(" " * 8) and "customize the installation" not in line]
    assert indented == [], "an option takes two lines"


NUMBERS = [
    (words, parameter)
    for words, command in commands().items()
    for parameter in command.params
    if parameter.type_descriptor.annotation in (int, float)
]


def test_numeric_options_are_found() -> None:
    assert {"raise_", "seconds", "reps", "last", "score"} <= {parameter.name for _, parameter in NUMBERS}


@pytest.mark.parametrize("value", ["abc", "3,5", "-1e9", "1e9"])
@pytest.mark.parametrize(("words", "parameter"), NUMBERS, ids=[f"{words} {parameter.name}" for words, parameter in NUMBERS])
def test_a_number_that_cannot_be_used_is_refused_in_plain_words(words: str, parameter: Any, value: str) -> None:
    """The wording of pydantic, with which Typer checks numbers, reached users: "Input should be less than or equal to 10"."""
    bound = parameter.min if value == "-1e9" else parameter.max if value == "1e9" else None
    if value.endswith("e9") and bound is None:
        return  # any number goes
    option = parameter.opts[0].startswith("-")
    said = levelhips(*words.split(), f"{parameter.opts[0]}={value}" if option else value, code=2).stderr.splitlines()[-1]
    whole = parameter.type_descriptor.annotation is int
    kind = "a whole number" if whole else "a number"
    expected = f"{value!r} cannot be used; give {kind}."
    if bound is not None:
        expected = f"{value} is out of range; it must be at {'least' if value == '-1e9' else 'most'} {bound:g}."
    assert said.endswith((expected, f"{value!r} cannot be used; give a whole number.") if whole else expected), said
    assert "Input should" not in said


@pytest.mark.parametrize("words", commands())
def test_help_texts_begin_with_a_capital_and_every_option_has_one(words: str) -> None:
    command = commands()[words]
    assert re.match(r"[A-Z][a-z]+[ ,]", command.help)
    for parameter in command.params:
        if not getattr(parameter, "hidden", False) and parameter.name not in ("install_completion", "show_completion"):
            assert parameter.help, f"{words} {parameter.name}"
            assert re.match(r"[A-Z0-9]|run, walk|vqf|before", parameter.help), f"{words} {parameter.name}: {parameter.help}"
            assert not parameter.help.startswith("Of "), parameter.help


def test_every_command_is_in_a_group_of_the_help() -> None:
    shown = levelhips("--help", columns=80).stdout
    for name in commands()[""].commands:
        assert re.search(rf"^  {name}  +[A-Z].*\.$", shown, re.M), name
    assert re.findall(r"^([A-Z]\w+):$", shown, re.M) == ["Options", "Run", "Exercises", "Data", "Setup"]


# ---- encodings


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
@pytest.mark.parametrize("command", ["analyze", "replay", "history"])
def test_output_has_substitutes_on_a_terminal_without_our_characters(run_file: Path, tmp_path: Path, encoding: str, command: str) -> None:
    """Bug: a UnicodeEncodeError ended the command."""
    home = tmp_path / "data"
    if command == "history":
        (tmp_path / "runs").mkdir()
        shutil.copy(run_file, tmp_path / "runs" / "Läufe 日.mcap")
        output = levelhips("history", "rebuild", tmp_path / "runs", encoding=encoding, home=home).text
        assert "1 added" in output
        output = levelhips("history", encoding=encoding, home=home).stdout
        assert re.search(r"\d\.\d \+- \d\.\d" if encoding == "ascii" else r"\d\.\d ± \d\.\d", output)
        return
    more = {"analyze": ("--out", tmp_path / "Überblick ✓"), "replay": ("--speed", "max", "--mute")}[command]
    output = levelhips(command, run_file, *more, encoding=encoding).text
    assert "?" not in output
    if command == "analyze":
        assert ("Ueberblick" if encoding == "ascii" else "Überblick") in output
        assert (" +- " if encoding == "ascii" else " ± ") in output


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_tables_stay_aligned_if_a_substitute_is_longer(run_file: Path, tmp_path: Path, encoding: str) -> None:
    output = levelhips("analyze", run_file, "--out", tmp_path, encoding=encoding, columns=80).stdout
    rows = [line for line in output.splitlines() if line.startswith(("|", "│", "+-", "└"))]
    assert len(rows) > 8
    assert len({len(row.rstrip()) for row in rows}) == 1


def test_process_on_an_ascii_terminal_prints_substitutes(run_file: Path, tmp_path: Path) -> None:
    """One command in a process of its own; the tests above hold what the others print."""
    done = process("analyze", run_file, "--out", tmp_path / "ü", PYTHONIOENCODING="ascii", LEVELHIPS_DATA=str(tmp_path))
    assert b" +- " in done.stdout


def test_doctor_names_a_folder_with_an_umlaut_on_an_ascii_terminal(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = levelhips("doctor", "--no-bluetooth", "--record", tmp_path / "file" / "ü", encoding="ascii", code=1)
    assert f"cannot be written to {tmp_path / 'file' / 'u'}" in done.stdout
    assert "Clock" in done.stdout


def test_interrupting_a_replay_leaves_no_part_of_a_wav_file(run_file: Path, tmp_path: Path) -> None:
    from levelhips.cli.terminal.replay_view import ReplayView

    def interrupted(view: ReplayView, replay: Replay) -> None:
        (part,) = tmp_path.iterdir()
        assert part.name.startswith(".b.")
        raise KeyboardInterrupt

    with patch.object(ReplayView, "play", interrupted):
        levelhips("replay", run_file, "--mute", "--wav", tmp_path / "b.wav", code=130)
    assert list(tmp_path.iterdir()) == []


def test_command_ends_quietly_when_the_reader_of_a_pipe_has_gone(run_file: Path, tmp_path: Path) -> None:
    command = f"{sys.executable} -m levelhips programme --protocols; echo code $? >&2"
    done = subprocess.run(["sh", "-c", f"({command}) | true"], capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == "code 141\n"


def test_home_that_cannot_be_written_is_named_when_completion_is_installed(tmp_path: Path) -> None:
    def refused(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    with (
        patch.object(Path, "mkdir", refused),
        patch.dict(os.environ, {"HOME": str(tmp_path), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}),
    ):
        output = levelhips("--install-completion", "bash", code=1).stderr
    assert "cannot be written. Check the permissions of your home folder." in output


# ---- display


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays of X11")
@pytest.mark.parametrize("display", [":97", ""])
def test_display_that_cannot_be_reached_is_an_error_and_does_not_abort_the_process(monkeypatch: pytest.MonkeyPatch, display: str) -> None:
    """Qt aborts the process (code 134) if it finds no display."""
    pytest.importorskip("PySide6.QtGui", exc_type=ImportError)
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", display)
    output = levelhips("app", code=1).stderr
    assert output.startswith("The window cannot be opened (")
    assert ("sudo apt install libegl1" if display else "There is no display). Use the live view in the terminal") in output


def test_a_display_without_a_screen_is_accepted() -> None:
    pytest.importorskip("PySide6.QtGui", exc_type=ImportError)
    with patch.dict(os.environ, {"QT_QPA_PLATFORM": "offscreen"}):
        assert display_problem() is None


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_settings_are_listed_on_a_terminal_without_our_characters(encoding: str) -> None:
    assert "threshold" in levelhips("settings", "list", encoding=encoding, columns=80).stdout
