"""The project keeps its own promises: layers, examples in the docs, no leftovers."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bench import language_lint
from bench.coverage_table import CORE, Branches, below_goal, by_package, total
from bench.docs.pages import filled, pages, part_names
from bench.docs.parts import PARTS
from conftest import ROOT

from levelhips import RecordingWriter, open_recording
from levelhips.events import Quality
from levelhips.simulation import bundled
from levelhips.words import QUALITY


def test_imports_follow_the_layers_of_the_architecture() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    if not program.exists() and shutil.which("lint-imports") is None:
        pytest.fail("import-linter is not installed: make test installs it")
    done = subprocess.run([str(program) if program.exists() else "lint-imports"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


MAX_FILE_LINES, MAX_FUNCTION_LINES = 350, 60  # what can be read in one go, and on one screen


def test_files_and_functions_are_short() -> None:
    too_long = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > MAX_FILE_LINES:
            too_long.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    too_long.append(f"{path.relative_to(ROOT)}: {node.name} has {lines} lines")
    assert not too_long


def test_every_file_begins_with_a_docstring() -> None:
    for path in sorted((ROOT / "src").rglob("*.py")):
        first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
        assert re.fullmatch(r"[A-Zl`].*[.:]|.*,", first), f"{path.relative_to(ROOT)}: {first!r}"


def test_no_banned_phrase_or_british_spelling_is_in_the_tree() -> None:
    assert language_lint.findings() == []


def examples(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.S)


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_examples_of_the_documents_run_unchanged(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = examples(ROOT / page)
    assert found
    whole = open_recording(bundled.find(bundled.LOSSES))
    with RecordingWriter(tmp_path / "run.mcap", {"rate_hz": f"{whole.rate_hz:g}", "outward": "+z"}, sync=False) as writer:
        writer.samples(whole.samples[: round(30 * whole.rate_hz)])  # 9 s of standing and 21 of running are enough
    (tmp_path / "recordings").mkdir()  # as in a clone; the beginning of a run is enough here, too
    shutil.copy(tmp_path / "run.mcap", tmp_path / "recordings" / "treadmill_fatigue.mcap")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in found:
        exec(compile(code, page, "exec"), names)


def test_no_test_sleeps_for_a_fixed_time() -> None:
    """A fixed wait is too short on a busy computer and too long on any other: wait for the condition (tests/waiting.py)."""
    waits = re.compile(r"\btime\.sleep\b|\bfrom time import .*\bsleep\b|\bqtbot\.wait\(|\bqWait\(")
    for path in sorted((ROOT / "tests").rglob("*.py")):
        if path.name not in ("waiting.py", Path(__file__).name):
            assert not waits.search(path.read_text(encoding="utf-8")), f"{path.name}: use until() of tests/waiting.py"


REPORT = {
    "files": {
        "src/levelhips/engine.py": {"summary": {"covered_branches": 9, "num_branches": 10}},
        "src/levelhips/motion/gait.py": {"summary": {"covered_branches": 70, "num_branches": 70}},
        "src/levelhips/motion/stages/feet.py": {"summary": {"covered_branches": 17, "num_branches": 20}},
        "src/levelhips/ui/window.py": {"summary": {"covered_branches": 60, "num_branches": 100}},
    }
}


def test_branch_coverage_is_added_up_by_package_and_held_to_its_goals() -> None:
    found = by_package(REPORT)
    assert found == {"engine": Branches(9, 10), "motion": Branches(87, 90), "ui": Branches(60, 100)}
    assert total(found, CORE).share == pytest.approx(0.96)
    assert below_goal(found) == ["Branch coverage of all is 78.0%; the goal is 85%."]
    assert below_goal(found | {"motion": Branches(80, 90)})[0] == "Branch coverage of core is 89.0%; the goal is 95%."
    assert below_goal({"engine": Branches(95, 100), "ui": Branches(75, 100)}) == [], "the goal itself is enough"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_parts_made_from_the_code_are_up_to_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert filled(text, PARTS) == text, "run: make docs"


def test_every_part_made_from_the_code_is_in_a_page() -> None:
    used = [name for page in pages() for name in part_names(page.read_text(encoding="utf-8"))]
    assert sorted(used) == sorted(PARTS)


def test_links_in_the_documents_have_a_target() -> None:
    pages = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "GLOSSARY.md")]
    for page in [*pages, *(ROOT / "docs").glob("*.md"), *(ROOT / "firmware_notes").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_glossary_names_what_the_code_defines() -> None:
    missing, found = [], 0
    for line in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        place = re.fullmatch(r"`([\w/]+\.py)`", cells[-1].removesuffix("|").strip())
        if place is None:
            continue
        path = ROOT / "src" / "levelhips" / place[1]
        code = path.read_text(encoding="utf-8") if path.exists() else ""
        for name in re.findall(r"`-*([^`]+)`", cells[1]):
            found += 1
            if re.search(rf"\b{re.escape(name)}\b", code) is None:
                missing.append(f"{cells[0]}: {name} is not in {place[1]}")
    assert found > 50  # the tables were read
    assert not missing


@pytest.mark.parametrize("page", ["GLOSSARY.md", "docs/recording-format.md"])
def test_every_quality_is_documented_with_its_word_on_screens(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for quality in Quality:
        assert f"| `{quality.value}` | {QUALITY[quality]} |" in text
