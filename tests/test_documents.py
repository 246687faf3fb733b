"""The documents are true: what they name exists, what they show runs, and what they promise has tests."""

from __future__ import annotations

import importlib
import math
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.__main__ import LIVE, PARTS, SCREEN, WEEKS
from bench.docs.markdown import comments, table
from bench.docs.pages import filled, pages
from bench.docs.sounds import described
from command_line import levelhips
from conftest import ROOT
from documents import (
    FORMER_NAMES,
    Span,
    features,
    name_of,
    names_in_the_code,
    names_of_tests,
    option_names,
    parse_command,
    public_names,
    shell_lines,
    spans,
    text_of,
)

import levelhips as api
from levelhips.coaching.drills.drill import Drill
from levelhips.commands import Do
from levelhips.events import Quality, Side
from levelhips.live.doctor import examine
from levelhips.recording.schema import Topic, json_schemas
from levelhips.simulation import bundled
from levelhips.words import QUALITY

# ---- parts made from the code


def test_a_part_is_made_again_and_the_rest_of_the_page_stays() -> None:
    page = "# Page\n\n<!-- made from the code: a -->\nold\n<!-- end -->\n\nEnd.\n"
    new = filled(page, {"a": lambda: "| new |\n\n"})
    assert new == "# Page\n\n<!-- made from the code: a -->\n| new |\n<!-- end -->\n\nEnd.\n"
    assert filled(new, {"a": lambda: "| new |"}) == new


@pytest.mark.parametrize(
    ("page", "problem"),
    [
        ("<!-- made from the code: b -->\n<!-- end -->", "no part 'b'; there are a"),
        ("<!-- made from the code: a -->\nand no end", "without its end"),
        ("<!-- made from the code: a -->\n<!-- made from the code: a -->\n<!-- end -->", "without its end"),
    ],
)
def test_damaged_markers_are_refused(page: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        filled(page, {"a": str})


def test_bars_in_cells_do_not_break_a_table() -> None:
    assert table(("a", "b"), [("x|y", "")]) == "| a | b |\n| --- | --- |\n| x\\|y | |\n"


def test_meanings_of_words_are_the_comments_of_their_members() -> None:
    assert comments(Do)["resume"] == "end a pause"
    assert comments(Side) == {"left": "", "right": ""}


@pytest.mark.parametrize(
    ("glides", "words"),
    [
        ([(400, 400, 0.1), (500, 500, 0.1)], "two notes up (400, 500 Hz)"),
        ([(500, 500, 0.1), (0, 0, 0.1), (400, 400, 0.1)], "two notes down (500, 400 Hz)"),
        ([(500, 500, 0.1)] * 3, "three equal notes (500 Hz)"),
        ([(500, 500, 0.1), (400, 400, 0.1), (500, 500, 0.1)], "three alternating notes (500, 400 Hz)"),
        ([(400, 800, 0.1)], "a rising glide (400 to 800 Hz)"),
        ([(800, 400, 0.1)] * 2, "two falling glides (800 to 400 Hz)"),
    ],
)
def test_sounds_are_described_as_they_are_heard(glides: list[tuple[float, float, float]], words: str) -> None:
    assert described(glides) == words


# ---- names

BENCHES = {*PARTS, *LIVE, *SCREEN, *WEEKS}

# Words of others, and placeholders: what they are stands beside them.
FOREIGN = {
    "uv, pip, system": {"nohup", "sudo systemctl start bluetooth", "bluetooth", "pip install -e .", "LC_ALL=C", "lint-imports"},
    "extras of pyproject.toml": {"plot", "virtual", "app"},
    "types of numbers in files": {"u8", "u16", "u32", "f32", "f64", "i16"},
    "Bluetooth controllers, for Bumble": {"usb:0", "serial:...", "hci-socket:0"},
    "headers and files of other programs": {
        "Acceleration x (m/s^2)", "Gyroscope x (rad/s)", "SampleTimeFine", "TotalAcceleration", "Accelerometer", "Gravity", "Gyroscope",
    },
    "columns that test_columns_of_the_page_are_read_with_their_units reads": {
        "time_ms", "time_us", "time_ns", "timestamp", "acc_x_g", "gyr_x_dps", "ax", "gx",
    },
    "Python": {
        "ValueError", "AssertionError", "math.nan", 'Session(lambda: ready(BleSource(Radio(), "its name")), settings, Path("recordings"))',
    },
    "folders that do not come with the project": {"Documents/levelhips", ".venv", "levelhips-demo/", ".mutants/"},
    "a command of pytest": {".venv/bin/python -m pytest tests/test_coaching.py"},
    "placeholders of an explanation": {
        "NAME", "NAME=N", "NAME=N@SECONDS", "tr(key, values)", 'SettingsError("code", values)', "error.code.what", "error.code.fix",
    },
    "wrong on purpose": {"3,5", "drill nosuch"},
    "former names": set(FORMER_NAMES),
    "keys": {"V", "D", "L", "R", "H", ","},
    "files of examples": {"acme_hip.py"},
    "an example of a new metric": {"metric.peak_before_toe_off.label", "metric.peak_before_toe_off.help"},
    "a folder beside the checkout": {"../shared/data"},
}  # fmt: skip
ALLOWED = frozenset().union(*FOREIGN.values())
FIRMWARE = "firmware_notes/README.md"  # bytes and registers: tests/test_documented_figures.py and tests/test_codec.py


def problem_of(span: Span) -> str | None:
    """What a span names that is not there; None if all is well."""
    if span.text in ALLOWED or (span.page == FIRMWARE and not span.text.startswith(("levelhips ", "codec/"))):
        return None
    check = next(check for shape, check in SHAPES if re.fullmatch(shape, span.text))
    return check(span)


def check_options(span: Span) -> str | None:
    unknown = [word for word in span.text.split() if word.startswith("--") and word not in option_names()]
    return f"no option {unknown}" if unknown else None


def check_target(span: Span) -> str | None:
    return None if re.search(rf"^{span.text.split()[1]}:", text_of("Makefile"), re.MULTILINE) else "no target of the Makefile"


def check_bench(span: Span) -> str | None:
    return None if set(span.text.split()[3:]) <= BENCHES else f"no part of the bench; there are {', '.join(sorted(BENCHES))}"


def check_setting(span: Span) -> str | None:
    name = re.split(r" ?= ?", span.text)[0]
    field = name.isidentifier() and name in names_in_the_code()
    return None if name.strip("[]") in public_names() or field else "no setting, section or field"


def check_words(span: Span) -> str | None:
    unknown = [word for word in re.findall(r"[\w./+-]+", span.text) if not known(word)]
    return f"not in the code: {', '.join(unknown)}" if unknown else None


def check_path(span: Span) -> str | None:
    return None if path_exists(span.page, span.text) else "no such file or folder"


def check_mutant(span: Span) -> str | None:
    file, name = span.text.split(":")[:2]
    return check_path(Span(span.page, file)) or (None if name.split(".")[-1] in text_of(file) else "no such function")


def check_part_of_a_name(span: Span) -> str | None:
    begin, end = span.text.removesuffix("..."), span.text if span.text.startswith("_") else ""
    there = any(name.endswith(end) if end else name.startswith(begin) for name in names_in_the_code())
    return None if there else "no name begins or ends like this"


SHAPES: list[tuple[str, Callable[[Span], str | None]]] = [
    (r"levelhips .*", lambda span: command_problem(span.text, whole=False)),
    (r"--.*", check_options),
    (r"make .*", check_target),
    (r"python -m bench.*", check_bench),
    (r"[\w./*-]+(\.py|\.md|\.c|\.h|\.po|\w\.mcap|/)|(docs|src|tests|bench)/[\w/.]+|\.ci/run", check_path),
    (r"src/[\w/]+\.py:[\w.-]+:\w+:[0-9a-f]+(-\d+)?", check_mutant),
    (r"levelhips(\.\w+)+(\(\))?", lambda span: None if importable(span.text.removesuffix("()")) else "cannot be imported"),
    (r"\[\w+\]|[\w.]+ ?= ?\S+", check_setting),
    (r"_\w+|\w+_\.\.\.", check_part_of_a_name),
    (r":\d", lambda span: None),  # retraining:1 to :8
    (r".*", check_words),
]
"""What a span can be: the first shape that fits, and what must be true of it."""


def path_exists(page: str, text: str) -> bool:
    if text in ("run.mcap", "run_part2.mcap", "run_part3.mcap", "RUN.mcap"):
        return True
    roots = (ROOT, (ROOT / page).parent, ROOT / "src" / "levelhips")
    if any(any(root.glob(text.rstrip("/"))) for root in roots):
        return True
    return any(ROOT.glob(f"src/levelhips/**/{text.rstrip('/')}"))


def importable(name: str) -> bool:
    if name in tomllib.loads(text_of("pyproject.toml"))["project"]["entry-points"] or name == "levelhips.metrics":  # a group of plug-ins
        return True
    module, _, attribute = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), attribute) or bool(importlib.import_module(name))
    except ImportError:
        return False


def known(word: str) -> bool:
    parts = [word, *word.split(".")] if not word.startswith(".") else [word]
    return (
        word in public_names()
        or word in names_in_the_code()
        or bool(re.fullmatch(r"[A-Z]+|[\d.]+", word))
        or (len(parts) > 1 and all(part in names_in_the_code() or part in public_names() for part in parts[1:]))
    )


def command_problem(line: str, *, whole: bool) -> str | None:
    """What is wrong with a command; in running text required parts may be missing."""
    try:
        parse_command(line)
    except Exception as error:
        if type(error).__name__ in ("NoArgsIsHelpError", "MissingParameter") and not whole:
            return None
        return str(error)
    return None


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_name_in_the_documents_exists(page: Path) -> None:
    wrong = {span.text: problem for span in spans() if span.page == name_of(page) and (problem := problem_of(span))}
    assert not wrong


@pytest.mark.parametrize(
    "text",
    [
        "levelhips analise RUN", "levelhips run --tresh 3", "levelhips run --raise 50", "levelhips settings sett a", "--mutes", "make fun",
        "python -m bench nothing", "src/levelhips/no.py", "levelhips.nothing.at_all", "[cue]", "cue.k = 3", "contralateral_dropp_deg",
    ],
)  # fmt: skip
def test_a_name_that_does_not_exist_is_found(text: str) -> None:
    assert problem_of(Span("README.md", text))


def test_changelog_lists_every_former_name_with_its_present_one() -> None:
    changes = " ".join(text_of("CHANGELOG.md").partition("### Changed")[2].partition("### Fixed")[0].split()).split(" - ")
    missing = [(old, now) for old, now in FORMER_NAMES.items() if not any(f"{old}`" in one and f"{now}`" in one for one in changes)]
    assert not missing


# ---- what is shown


@pytest.mark.parametrize("line", [line for line in shell_lines() if line.text.startswith("levelhips ")], ids=str)
def test_every_command_that_is_shown_can_be_typed(line: Span) -> None:
    assert command_problem(line.text, whole=True) is None


NOT_RUN = {
    "app": "needs a display: test_screen.py",
    "scan": "needs a sensor: test_weeks_cli.py and test_air.py",
    "run": "needs a sensor, or minutes: test_live_cli.py",
    "virtual-sensor": "needs a Bluetooth controller: test_air.py",
    "replay": "plays in real time: test_cli.py",
    "demo": "plays for 45 s: test_cli.py",
    "doctor": "looks at this computer: test_doctor_checks_what_the_documents_say",
}
NOT_RUN_AS_SHOWN = {
    "levelhips drill clamshell --side left": "needs a sensor: test_weeks_cli.py",
    "levelhips drill clamshell --practice": "plays for half a minute: test_weeks_cli.py",
    "levelhips drill": "needs a sensor: test_weeks_cli.py",
    "levelhips settings list | head -1": "needs a shell: test_cli.py",
    "levelhips check-plugin acme": "needs the plug-in of the page: test_testing.py",
    "levelhips check-plugin metric:acme": "needs the plug-in of the page: test_testing.py",
    "levelhips check-plugin NAME": "needs a plug-in: test_testing.py",
    "levelhips settings edit": "needs an editor: test_settings.py",
    "levelhips analyze RUN --out DIR --plot early_drop": "needs the plug-in of the page: test_metrics.py",
}
SAMPLE = {
    "RUN": "run.mcap",
    "DIR": "out",
    "TABLE": "table.csv",
    "RUN.mcap": "cut.mcap",
    "FOLDER": ".",
    "RECORDING": "run.mcap",
    "FILE": "cut.mcap",
    "NAME": "bridge",
}


def runnable() -> list[Span]:
    """Commands of the documents that need no sensor, display or editor."""
    shown = [*shell_lines(), *spans()]
    lines = [one for one in shown if one.text.startswith("levelhips ") and "--help" not in one.text and "COMMAND" not in one.text]
    lines = [one for one in lines if one.text.split()[1] not in NOT_RUN and one.text not in NOT_RUN_AS_SHOWN]
    return [one for one in lines if command_problem(one.text, whole=True) is None]  # in running text required parts may be missing


def test_reasons_not_to_run_a_command_are_of_commands_that_are_shown() -> None:
    shown = {one.text for one in (*shell_lines(), *spans())}
    assert set(NOT_RUN_AS_SHOWN) <= shown
    assert set(NOT_RUN) <= public_names()


@pytest.mark.parametrize("page", list(dict.fromkeys(one.page for one in runnable())))
def test_commands_that_are_shown_run(page: str, tmp_path: Path) -> None:
    """Those of a page in their order, in a folder with a recording and a table; settings, programme and diary are those of a new user."""
    shutil.copy(bundled.find(bundled.DRILL), tmp_path / "run.mcap")
    (tmp_path / "recordings").mkdir()
    shutil.copy(ROOT / "recordings" / "clamshell.mcap", tmp_path / "recordings")
    cut = bundled.find(bundled.DRILL).read_bytes()
    rows = "\n".join(f"{k / 100},{0.01 * (k % 7)},9.81,0,{0.001 * (k % 5)},0,0" for k in range(300))
    columns = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"
    for one in dict.fromkeys(line.text for line in runnable() if line.page == page):
        words = [SAMPLE.get(word, word) for word in shlex.split(one)[1:]]
        (tmp_path / "table.csv").write_text(f"{columns}\n{rows}\n", encoding="utf-8")
        (tmp_path / "cut.recovered.mcap").unlink(missing_ok=True)
        (tmp_path / "cut.mcap").write_bytes(cut[: len(cut) * 2 // 3])
        if words[0] == "convert":
            (tmp_path / "cut.mcap").unlink()
        code = 0
        levelhips(*words, cwd=tmp_path, home=tmp_path, code=code, LEVELHIPS_CONFIG=str(tmp_path / "config"))
        if words[0] == "analyze":
            assert {path.name for path in (tmp_path / "out").iterdir()} >= {"angles.csv", "summary.json"}


# ---- what is promised, by page


EXITS = {
    0: ("settings", "list"),
    1: ("analyze", "missing.mcap", "--out", "out"),
    2: ("settings", "list", "--nothing"),
    3: ("analyze", bundled.find(bundled.DRILL), "--drill", "clamshell:left", "--out", "out"),  # a recording of another drill
}
EXITS_ELSEWHERE = {4, 130, 141}  # a part that fails, Ctrl-C, a closed pipe: their tests are in documented.toml


def test_exit_codes_of_the_page_are_those_of_the_help_and_of_real_commands(tmp_path: Path) -> None:
    page = text_of("docs/command-line.md").split("## Exit codes")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", page, re.MULTILINE)
    listed = levelhips("--help", columns=120).stdout.split("Exit codes:\n")[1]
    assert rows == re.findall(r"^ +(\d+) +(.+)$", listed, re.MULTILINE)
    assert {int(code) for code, _ in rows} | {141} == EXITS.keys() | EXITS_ELSEWHERE, "141 is that of the shell for a closed pipe"
    for code, words in EXITS.items():
        levelhips(*words, cwd=tmp_path, home=tmp_path, code=code, LEVELHIPS_CONFIG=str(tmp_path / "config"))


def test_doctor_checks_what_the_documents_say(tmp_path: Path) -> None:
    found = {str(finding.subject) for finding in examine(tmp_path, null_sound=True)}
    for page in ("README.md", "docs/sensors.md"):
        [sentence] = re.findall(r"`levelhips doctor` checks (.*?), and tells", " ".join(text_of(page).split()))
        promised = re.findall(r"(?:^|, | and )(?:the )?(\w+)", re.sub(r" \(.*?\)", "", sentence))
        assert len(promised) >= 4
        assert {name[0].upper() + name[1:] for name in promised} <= found


def summary_keys() -> dict[str, set[str]]:
    """The parts of summary.json with the keys in them, of a run and a drill together."""
    found: dict[str, set[str]] = {}
    for name in (bundled.TREADMILL, bundled.DRILL):  # the first is long enough for a trend
        analysis = api.analyze(bundled.find(name))
        values = api.summarize(analysis)
        for part, value in values.items():
            found.setdefault(part, set()).update(keys_in(value))
    return found


def keys_in(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(keys_in, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    return set(value).union(*map(keys_in, value.values()))


def test_parts_of_summary_json_are_those_of_the_page() -> None:
    page = text_of("docs/recording-format.md")
    rows = re.findall(r"^\| (`.*) \| (.*) \|$", page.split("### summary.json")[1].split("\n## ")[0], re.MULTILINE)
    stated = {part: set(re.findall(r"`(\w+)`", about)) for parts, about in rows for part in re.findall(r"`(\w+)`", parts)}
    found = summary_keys()
    assert set(stated) == set(found) | {"drill"}
    for part, names in stated.items():
        known = found.get(part, set()) | {"walking", "running", "reason", "advice", "uncertainty_of_one", "quality"}
        assert names <= known, f"{part}: {sorted(names - known)}"


def test_qualities_of_the_page_are_in_the_order_in_which_the_code_chooses_them() -> None:
    page = text_of("docs/recording-format.md").split("### Quality")[1].split("\n### ")[0]
    rows = re.findall(r"^\| `([\w-]+)` \| ([^|]+) \|", page, re.MULTILINE)
    chosen = re.findall(r"^ +\(.*, Quality\.(\w+)\),$", text_of("src/levelhips/motion/quality.py"), re.MULTILINE)
    assert [value for value, _ in rows] == [*(Quality[name].value for name in chosen), "ok"]
    assert dict(rows) == {quality.value: str(QUALITY[quality]) for quality in Quality}


def test_channels_of_the_page_are_those_of_a_recording() -> None:
    rows = re.findall(r"^\| (\d) \| `(/\w+)` \| `?(\w+)`? \|", text_of("docs/recording-format.md"), re.MULTILINE)
    schemas = json_schemas()
    assert rows == [(str(topic.channel), topic.value, "JSON" if schemas[topic][1] else "levelhips") for topic in Topic]


SI, G_DPS = (1.0, 1.0), (9.80665, math.pi / 180)


@pytest.mark.parametrize(
    ("time", "per_s", "acc", "gyr", "units"),
    [
        ("time_s", 1, "acc_{}_mps2", "gyr_{}_radps", SI),
        ("time_ms", 1e3, "acc_{}_g", "gyr_{}_dps", G_DPS),
        ("time_us", 1e6, "a{}", "g{}", SI),
        ("time_ns", 1e9, "Acceleration {} (m/s^2)", "Gyroscope {} (rad/s)", SI),
        ("time", 1e3, "acc_{}_g", "gyr_{}_dps", G_DPS),
        ("timestamp", 1, "acc_{}_mps2", "gyr_{}_radps", SI),
        ("t", 1, "a{}", "g{}", SI),
    ],
)
def test_columns_of_the_page_are_read_with_their_units(
    time: str, per_s: float, acc: str, gyr: str, units: tuple[float, float], tmp_path: Path
) -> None:
    page = text_of("docs/recording-format.md")
    assert all(f"`{name}`" in page for name in (time, acc.format("x"), gyr.format("x")))
    t = np.arange(400) / 100
    wave = np.sin(7 * t)
    acc_mps2 = np.column_stack([0.3 * wave, 9.80665 + 0 * t, 0.2 * wave])
    gyr_radps = np.column_stack([wave, 0.1 * wave, 0 * t])
    columns = np.column_stack([t * per_s, acc_mps2 / units[0], gyr_radps / units[1]])
    header = ",".join([time, *(acc.format(axis) for axis in "xyz"), *(gyr.format(axis) for axis in "xyz")])
    np.savetxt(tmp_path / "table.csv", columns, delimiter=",", header=header, comments="", fmt="%.9g")
    given = {"acc_unit": "mps2", "gyr_unit": "radps"} if acc == "a{}" else {}
    samples = api.open_recording(tmp_path / "table.csv", **given).samples
    assert samples.t_s[-1] == pytest.approx(3.99)
    assert samples.acc_mps2 == pytest.approx(acc_mps2, abs=1e-6)
    assert samples.gyr_radps == pytest.approx(gyr_radps, abs=1e-6)


def test_drill_of_the_page_is_a_drill() -> None:
    [code] = re.findall(r"```python\n(.*?)```", text_of("docs/drills.md"), flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "docs/drills.md", "exec"), names)
    assert any(isinstance(value, Drill) for value in names.values())


# ---- every feature has its tests

REGISTRY = ROOT / "tests" / "documented.toml"
NOT_TESTED = "not tested: "


def registered(text: str) -> dict[str, list[str]]:
    """The tests of each feature of the registry."""
    return {f"{page}: {heading}": tests for page, headings in tomllib.loads(text).items() for heading, tests in headings.items()}


def missing_tests(entries: dict[str, list[str]]) -> list[str]:
    """The entries whose tests are not there, or that have none and do not say why."""
    wrong = []
    for feature, tests in entries.items():
        if len(tests) == 1 and tests[0].startswith(NOT_TESTED) and len(tests[0]) > len(NOT_TESTED) + 10:
            continue
        files = {test.partition("::")[0] for test in tests}
        known = {f"{file}::{name}" for file in files if (ROOT / "tests" / file).exists() for name in names_of_tests(file)}
        wrong += [f"{feature}: {test}" for test in tests if test not in known]
        if not tests:
            wrong.append(f"{feature}: no test")
    return wrong


def test_every_documented_feature_names_its_tests() -> None:
    promised, entries = set(features()), set(registered(REGISTRY.read_text(encoding="utf-8")))
    assert promised - entries == set(), "name their tests in tests/documented.toml"
    assert entries - promised == set(), "no page promises this any more: remove or rename the entry in tests/documented.toml"


def test_tests_of_every_documented_feature_are_there() -> None:
    assert missing_tests(registered(REGISTRY.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("tests", [[], ["test_documents.py::test_of_nothing"], ["test_nothing.py::test_x"], ["not tested: "]])
def test_a_feature_without_a_real_test_is_found(tests: list[str]) -> None:
    assert missing_tests({"docs/a.md: B": tests})
