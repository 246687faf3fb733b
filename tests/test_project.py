"""The project keeps its own promises: layers, examples in the docs, no leftovers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from levelhips.simulation import bundled


def test_imports_go_down_the_picture() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    if not program.exists() and shutil.which("lint-imports") is None:
        pytest.fail("import-linter is not installed: make test installs it")
    done = subprocess.run([str(program) if program.exists() else "lint-imports"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def examples(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.S)


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_the_examples_run_as_they_stand(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = examples(ROOT / page)
    assert found
    shutil.copy(bundled.find(bundled.LOSSES), tmp_path / "run.mcap")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for code in found:
        exec(compile(code, page, "exec"), names)


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "firmware_notes").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
