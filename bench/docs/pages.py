"""Pages with generated parts: find the markers, fill them, write the pages that changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARKED = re.compile(r"<!-- made from the code: (?P<name>[\w.-]+) -->\n(?P<text>.*?)<!-- end -->", re.DOTALL)

Parts = Mapping[str, Callable[[], str]]


def pages() -> list[Path]:
    """Return every document of the project."""
    at_root = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md") if (ROOT / name).exists()]
    return [*at_root, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "firmware_notes").glob("*.md"))]


def part_names(text: str) -> list[str]:
    """Return the names of the generated parts of a page."""
    return [found["name"] for found in MARKED.finditer(text)]


def filled(text: str, parts: Parts) -> str:
    """Return a page with each generated part made again.

    Raises
    ------
    ValueError
        If a marker is damaged, or names a part that is not there.
    """
    if text.count("<!-- made from the code") != len(part_names(text)):
        raise ValueError("a marker without its end: write <!-- made from the code: NAME -->, the part, <!-- end -->")

    def part(found: re.Match[str]) -> str:
        name = found["name"]
        if name not in parts:
            raise ValueError(f"there is no part {name!r}; there are {', '.join(sorted(parts))}")
        return f"<!-- made from the code: {name} -->\n{parts[name]().rstrip()}\n<!-- end -->"

    return MARKED.sub(part, text)


def write(parts: Parts) -> list[Path]:
    """Make all generated parts again; return the pages that changed."""
    changed = []
    for page in pages():
        before = page.read_text(encoding="utf-8")
        if (after := filled(before, parts)) != before:
            page.write_text(after, encoding="utf-8")
            changed.append(page)
    return changed
