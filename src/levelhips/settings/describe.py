"""Write the tables of docs/settings.md from the settings themselves: python -m levelhips.settings.describe docs/settings.md."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from levelhips.bounds import specs
from levelhips.settings.model import SECTIONS


def table(section: str) -> str:
    """Return the Markdown table of the settings of a section."""
    rows = ["| name | default | accepts | meaning |", "| --- | --- | --- | --- |"]
    for spec in specs(SECTIONS[section]):
        default = "" if spec.default is None else f"`{json.dumps(spec.default)}`"
        rows.append(f"| `{spec.name}` | {default} | {spec.accepts} | {spec.help} |")
    return "\n".join(rows)


def page_with_tables(page: str) -> str:
    """Return a Markdown page with the first table under each section's heading replaced."""
    for section in SECTIONS:
        before, heading, after = page.partition(f"## {section}\n")
        rest = re.sub(r"^\n(\|[^\n]*\n)*", "", after)
        page = f"{before}{heading}\n{table(section)}\n{rest}"
    return page


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(page_with_tables(file.read_text(encoding="utf-8")), encoding="utf-8")
