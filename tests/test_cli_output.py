"""What commands print for programs (--json), for nobody (--quiet) and for the curious (--verbose), and their help in each language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import Done, levelhips
from conftest import ROOT, short_run
from test_cli_options import COMMANDS, OPTIONS

from levelhips import RecordingWriter, analyze, open_recording, summarize
from levelhips.cli.app import command_line
from levelhips.cli.help import EXIT_CODES, GROUPS
from levelhips.cli.summary_table import summary_table
from levelhips.simulation import bundled


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("output") / "run.mcap"
    with RecordingWriter(path, {"rate_hz": "100", "outward": "+z"}) as writer:
        writer.samples(short_run().samples)
    return path


def parsed(*arguments: object, **more: Any) -> tuple[Any, Done]:
    """The one JSON document on standard output, with keys in snake_case."""
    done = levelhips(*arguments, "--json", **more)
    document = json.loads(done.stdout)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys_of(document) if "." not in key)
    return document, done


def keys_of(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            if key not in ("form_faults", "quality", "versions"):  # their keys are names: of form faults, qualities, packages
                yield key
                yield from keys_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from keys_of(part)


# ---- JSON


def test_json_of_analyze_is_the_summary_and_its_notes_go_to_standard_error(run_file: Path, tmp_path: Path) -> None:
    summary, done = parsed("analyze", run_file, "-o", tmp_path)
    assert summary == json.loads((tmp_path / "summary.json").read_text())
    assert summary["steps"]["all"] == len(analyze(run_file).steps)
    assert "Threshold: left 4.0 deg" in done.stderr
    assert "Wrote steps.csv" in done.stderr


def test_json_of_analyze_keeps_exit_code_3(tmp_path: Path) -> None:
    samples = short_run().samples
    with RecordingWriter(tmp_path / "mid.mcap", {"rate_hz": "100", "outward": "+z"}) as writer:
        writer.samples(samples[(samples.t_s > 6.0) & (samples.t_s < 10.5)])
    summary, done = parsed("analyze", tmp_path / "mid.mcap", "-o", tmp_path / "o", code=3)
    assert summary["steps"]["counted"] == 0
    assert "None of" in done.stderr


def test_json_of_settings_has_numbers_as_numbers(tmp_path: Path) -> None:
    home = {"LEVELHIPS_CONFIG": str(tmp_path)}
    levelhips("settings", "set", "threshold.left_deg", "3.5", **home)
    assert parsed("settings", "get", "threshold.left_deg", **home)[0] == {
        "key": "threshold.left_deg",
        "value": 3.5,
        "default": 4.0,
        "source": "user_file",
    }
    rows = {row["key"]: row for row in parsed("settings", "list", **home)[0]["settings"]}
    assert rows["threshold.left_deg"]["value"] == 3.5
    assert rows["threshold.right_deg"] == {"key": "threshold.right_deg", "value": 4.0, "default": 4.0, "source": "default"}
    assert rows["protocol.metronome"]["value"] is False
    assert rows["protocol.step_rate_spm"]["value"] is None


def test_json_of_history_has_sessions_and_weeks(run_file: Path, tmp_path: Path) -> None:
    assert parsed("history", home=tmp_path)[0] == {"sessions": [], "weeks": [], "retention": []}
    levelhips("history", "rebuild", run_file.parent, home=tmp_path)
    history, _ = parsed("history", home=tmp_path)
    [session] = history["sessions"]
    [week] = history["weeks"]
    assert (session["file"], session["kind"], session["steps"]) == (str(run_file), "run", len(analyze(run_file).steps))
    left = summarize(analyze(run_file))["contralateral_drop_deg"]["left"]
    assert session["sides"]["left"]["mean_deg"] == pytest.approx(left["mean"], abs=0.01)
    assert (week["runs"], week["pain"], week["left_deg"]) == (1, None, session["sides"]["left"]["mean_deg"])


def test_json_of_the_programme_is_the_list_of_the_day(tmp_path: Path) -> None:
    home = {"LEVELHIPS_CONFIG": str(tmp_path), "LEVELHIPS_DATA": str(tmp_path)}
    before, _ = parsed("programme", **home)
    assert (before["day"], before["days"]) == (None, 14)
    today, _ = parsed("programme", "--start", **home)
    assert (today["day"], today["days"], today["kind"], today["run"]) == (1, 14, "run", {"done": False})
    assert today["exercises"][0] == {"when": "daily", "drill": "clamshell", "side": "left", "sets": 2, "reps": 12, "done": False}
    assert parsed("programme", "--acute", **home)[0]["run"] is None


def test_json_of_the_drills_names_each_with_its_dose() -> None:
    drills = {row["name"]: row for row in parsed("drill", "--list")[0]["drills"]}
    assert drills["pelvic-drop"]["title"] == "Pelvic drop on a step"
    assert {"sets", "reps", "rest_s"} <= set(drills["clamshell"])
    assert len(drills) == len(levelhips("drill", "--list").stdout.splitlines())


def test_json_of_doctor_has_the_findings_of_its_lines(tmp_path: Path) -> None:
    document, _ = parsed("doctor", "--no-bluetooth", "--record", tmp_path, code=None)  # this computer may have no sound
    by_check = {finding["check"]: finding for finding in document["findings"]}
    assert (by_check["disk"]["subject"], by_check["disk"]["state"]) == ("Disk", "ok")
    assert document["state"] == ("bad" if any(finding["state"] == "bad" for finding in document["findings"]) else document["state"])
    assert set(by_check["disk"]) == {"check", "subject", "state", "message", "fix"}


def test_json_of_scan_has_the_sensors_in_range() -> None:
    pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")
    found, _ = parsed("scan", "--virtual", ROOT / "recordings" / "walk.mcap", "--profile", "polar", "--seconds", "1")
    [sensor] = found["sensors"]
    assert (sensor["name"], sensor["profile"], sensor["rssi_dbm"], sensor["battery_percent"]) == ("Polar Sense 0000VIRT", "polar", -50, 87)


def test_json_is_in_english_in_every_language(tmp_path: Path, german: None) -> None:
    """Bug: reasons, advice and notes of summary.json, and the findings of the doctor, were in the language of the user."""
    samples = open_recording(bundled.find(bundled.DRILL)).samples[:2000]
    with RecordingWriter(tmp_path / "still.mcap", {"rate_hz": "100", "outward": "+z"}) as writer:
        writer.samples(samples)
    (tmp_path / "still.mcap").write_bytes((tmp_path / "still.mcap").read_bytes()[:-40])
    done = levelhips("analyze", "still.mcap", "-o", "o", "--json", cwd=tmp_path, code=None)
    summary = json.loads(done.stdout)
    assert summary["recording"]["notes"] == ["The file was not closed, so its end is missing (skipped 23 bytes of an incomplete part)"]
    assert summary["steps"]["reason"] == "Nobody walks or runs: there is only standing"
    assert summary["steps"]["advice"] == "Run for at least half a minute after standing still"
    assert summary == json.loads((tmp_path / "o" / "summary.json").read_text())
    assert "Hinweis: Die Datei wurde nicht geschlossen" in done.stderr
    assert "Niemand geht oder läuft" in done.stderr
    findings, _ = parsed("doctor", "--no-bluetooth", "--record", tmp_path, code=None)
    assert [finding["subject"] for finding in findings["findings"][:3]] == ["System", "Versions", "Sensors"]
    assert "LevelHips open profile" in findings["findings"][2]["message"]


def test_json_is_the_same_on_a_terminal_without_our_characters(run_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Läufe"
    folder.mkdir()
    (folder / "é.mcap").write_bytes(run_file.read_bytes())
    done = levelhips("analyze", folder / "é.mcap", "-o", tmp_path / "o", "--json", encoding="ascii")
    assert json.loads(done.stdout)["recording"]["file"] == "é.mcap"


# ---- quiet and verbose


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", "RUN", "-o", "o"),
        ("replay", "RUN", "--speed", "max", "--mute"),
        ("convert", "RUN", "new.mcap"),
        ("recover", "RUN"),
        ("simulate", "-o", "s", "--seconds", "10", "--rate", "50"),
        ("history", "rebuild", "."),
    ],
    ids=lambda arguments: arguments[0],
)
def test_quiet_prints_nothing_and_does_the_same(run_file: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    made = []
    for option in ("--quiet", "-q", None):
        folder = tmp_path / str(option)
        folder.mkdir()
        given = [str(run_file) if argument == "RUN" else argument for argument in arguments]
        done = levelhips(*given, *filter(None, [option]), cwd=folder, home=tmp_path / f"home{option}")
        made.append(sorted(str(path.relative_to(folder)) for path in folder.rglob("*")))
        assert (done.text == "") is (option is not None)
    assert made[0] == made[1] == made[2]


def test_quiet_still_prints_errors(run_file: Path, tmp_path: Path) -> None:
    assert levelhips("analyze", "none.mcap", "-o", "o", "-q", cwd=tmp_path, code=1).text == "File not found: none.mcap. Check the path.\n"
    (tmp_path / "bad.mcap").write_bytes(b"\x89MCAP0\r\n" + bytes(20))
    done = levelhips("history", "rebuild", tmp_path, "-q", home=tmp_path / "home")
    assert done.stdout == ""
    assert done.stderr.startswith("Skipped: bad.mcap")


def test_verbose_prints_each_setting_that_is_not_the_default(run_file: Path, tmp_path: Path) -> None:
    """Bug: it also printed those that a recording, a file or an option sets to their default, such as the outward axis."""
    (tmp_path / "mine.toml").write_text("[threshold]\nbaseline_steps = 40\nbaseline_sd = 0.5\n")
    options = ("--settings", tmp_path / "mine.toml", "--threshold-left", "3")
    plain = levelhips("analyze", run_file, "-o", tmp_path / "o", *options).stdout.splitlines()
    verbose = levelhips("analyze", run_file, "-o", tmp_path / "o", *options, "-v").stdout.splitlines()
    assert [line for line in verbose if line not in plain] == [
        "threshold.left_deg = 3.0 (option)",
        "threshold.baseline_steps = 40 (settings file mine.toml)",
    ]
    assert [line for line in plain if line not in verbose] == []


def test_short_options_mean_the_same_everywhere() -> None:
    for words, options in OPTIONS.items():
        for long, short in (("--out", "-o"), ("--quiet", "-q"), ("--verbose", "-v")):
            assert (long in options) is (short in options), words
    assert {words for words, options in OPTIONS.items() if "--json" in options} >= {"analyze", "scan", "doctor", "programme", "drill"}


# ---- help


@pytest.mark.parametrize("words", ["", *COMMANDS])
@pytest.mark.parametrize("language", ["en", "de"])
def test_help_fits_80_columns_in_every_language(words: str, language: str, request: pytest.FixtureRequest) -> None:
    if language == "de":
        request.getfixturevalue("german")
    shown = levelhips(*words.split(), "--help", columns=80).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    assert not re.search(r"\b(cli|error)\.[a-z]", shown), "a key is shown"
    for option in OPTIONS.get(words, set()):
        assert option in shown or not option.startswith("-")


@pytest.mark.parametrize(
    ("words", "usage"),
    [
        ("", "Aufruf: levelhips [OPTIONEN] BEFEHL [ARGUMENTE]..."),
        ("history", "Aufruf: levelhips history [OPTIONEN] BEFEHL [ARGUMENTE]..."),
        ("app", "Aufruf: levelhips app [OPTIONEN] [RUN]"),
    ],
)
def test_the_usage_line_is_in_german(words: str, usage: str, german: None) -> None:
    """Bug: options, command and arguments were English in every language."""
    assert levelhips(*words.split(), "--help", columns=80).stdout.splitlines()[0] == usage


def test_the_usage_line_is_in_english() -> None:
    first = levelhips("--help", columns=80).stdout.splitlines()[0]
    assert first == "Usage: levelhips [OPTIONS] COMMAND [ARGS]..."


def test_help_lists_every_command_in_a_group() -> None:
    listed = [name for names in GROUPS.values() for name in names]
    assert sorted(listed) == sorted(command_line().commands)


def test_help_lists_the_exit_codes() -> None:
    shown = levelhips("--help", columns=80).stdout.split("Exit codes:\n")[1]
    assert [int(code) for code in re.findall(r"^  (\d+) +[a-z]", shown, re.M)] == list(EXIT_CODES)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--version",), 0, "levelhips "),
        (("run", "--foo"), 2, "There is no option --foo."),
        (("run", "--rate"), 2, "Option --rate needs a value."),
        (("run", "--mute=1"), 2, "Option --mute takes no value."),
        (("analyze", "run.mcap"), 2, "Option --out is missing."),
        (("analyze",), 2, "RUN is missing."),
        (("analyse",), 2, "There is no command analyse. Did you mean analyze?"),  # lint: names of others
        (("history", "rebuilt"), 2, "There is no command rebuilt. Did you mean rebuild?"),
        (("scan", "a", "b"), 2, "Unexpected arguments: a b"),
        (("doctor", "a"), 2, "Unexpected argument: a"),
        (("diary",), 2, "Commands:"),
        ((), 2, "Exit codes:"),
        (("analyze", "none.mcap", "-o", "o"), 1, "File not found"),
    ],
)
def test_exit_codes_of_mistakes(arguments: tuple[str, ...], code: int, message: str, tmp_path: Path) -> None:
    done = levelhips(*arguments, code=code, cwd=tmp_path)
    assert message in done.text
    assert (done.stdout == "") is (code != 0)


WRONG_VALUES = [
    "run --threshold 3,5", "run --threshold 99", "run --threshold-left x --threshold-right 3", "run --threshold auto --threshold-left 3",
    "run --protocol nosuch:1", "run --protocol retraining:99", "run --protocol retraining:x", "run --virtual RUN --fault xx",
    "run --virtual RUN --fault drop=1000", "run --outward +q", "run --filter xx", "run --profile xx", "run --rate 3", "run --raise 11",
    "run --metronome", "replay RUN --speed abc", "replay RUN --drill clamshell:up", "analyze RUN -o o --plot nosuch",
    "analyze RUN -o o --drill nosuch", "analyze RUN -o o --acc-unit furlong", "convert RUN run.txt", "drill nosuch",
    "drill clamshell --side up", "drill clamshell --band 5", "drill clamshell --sets 999", "simulate --kind nosuch -o o",
    "simulate --kind bridge --form-fault nosuch -o o", "settings get nosuch", "settings set cues.k 999", "settings set drill.name nosuch",
    "settings unset cues.nosuch", "history forget", "diary pain 99 before", "diary pain 3 noon", "diary distance -1",
    "check-plugin nosuch", "scan --profile xx", "virtual-sensor RUN --fault xx",
]  # fmt: skip
WRONG_FILES = [
    "run --virtual missing.mcap", "run --settings missing.toml", "run --settings wrong.toml", "analyze missing.mcap -o o",
    "history forget missing.mcap", "settings list",
]  # fmt: skip


@pytest.mark.parametrize(("command", "code"), [*((one, 2) for one in WRONG_VALUES), *((one, 1) for one in WRONG_FILES)])
def test_wrong_value_gives_code_2_and_a_wrong_file_code_1(command: str, code: int, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("[cues]\nk = 999\n")
    (tmp_path / "settings.toml").write_text("[cues]\nk = 999\n" if command == "settings list" else "")
    words = [str(bundled.find(bundled.DRILL)) if word == "RUN" else word for word in command.split()]
    done = levelhips(*words, code=code, cwd=tmp_path, home=tmp_path, LEVELHIPS_CONFIG=str(tmp_path))
    assert done.stderr.strip().endswith(".")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--plan", "There is no option --plan."),  # not --protocol, which is its present name
        ("scan --plan=x", "There is no option --plan."),
        ("run --no-bep", "There is no option --no-bep. Did you mean --mute?"),
        ("run --mte", "There is no option --mte. Did you mean --mute?"),
        ("run --threshold-lft 3", "There is no option --threshold-lft. Did you mean --threshold-left?"),
        ("run --xyz", "There is no option --xyz."),
    ],
)
def test_unknown_option_is_named_as_it_was_typed_with_the_closest_one(words: str, message: str) -> None:
    assert levelhips(*words.split(), code=2).stderr.splitlines()[-1] == f"Error: {message}"


def test_usage_is_printed_before_the_error() -> None:
    assert levelhips("diary", "pain", "x", "before", code=2).stderr.splitlines() == [
        "Usage: levelhips diary pain [OPTIONS] {SCORE} {WHEN}",
        "For help, run: levelhips diary pain --help",
        "",
        "Error: SCORE: 'x' cannot be used; give a whole number.",
    ]


# ---- tables


def test_rows_of_the_summary_keep_their_units(run_file: Path) -> None:
    """Brackets were taken as markup: "right minus left [deg]" lost its unit."""
    labels = list(summary_table(summarize(analyze(run_file))).columns[0].cells)
    assert "right minus left [deg]" in labels
    assert "Pelvic drop [deg]" in labels


def test_the_summary_fits_80_columns_in_german(run_file: Path, tmp_path: Path, german: None) -> None:
    shown = levelhips("analyze", run_file, "-o", tmp_path, columns=80).stdout
    assert max(map(len, shown.splitlines()[:-1])) <= 80
    assert "…" not in shown
