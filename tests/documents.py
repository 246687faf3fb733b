"""Read the documents as a test needs them: headings, prose, code spans, shell blocks, and the names that the code knows."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from bench.docs.options import all_commands
from bench.docs.pages import MARKED, pages
from conftest import ROOT

from levelhips.analysis.installed_metrics import metrics
from levelhips.cli.app import command_line
from levelhips.cli.former_names import FORMER_COMMANDS, FORMER_OPTIONS
from levelhips.events.update import EVENT_KINDS
from levelhips.metrics import CSV
from levelhips.recording.schema import Topic
from levelhips.sensors.profile import profiles
from levelhips.settings.installed import drills
from levelhips.settings.model import OLD_KEYS, OLD_SECTIONS, SECTIONS, SPECS
from levelhips.simulation.faults import FAULTS

FORMER_RESULT_NAMES = {
    "settings.plan": "settings.protocol",
    "settings.threshold.most_below_deg": "settings.threshold.max_below_deg",
    "drill.cheats": "drill.form_faults",  # lint: names of others
    "cheats": "form_faults",  # lint: names of others
}
"""Names in the result files of earlier copies, and the present names: nothing had been released. There must not be more of them."""

FORMER_NAMES = {
    **FORMER_COMMANDS,
    **{f"--{old}": f"--{now}" for old, now in FORMER_OPTIONS.items()},
    **{f"[{old}]": f"[{now}]" for old, now in OLD_SECTIONS.items()},
    **OLD_KEYS,
    **FORMER_RESULT_NAMES,
}
"""Every name that has another one now, with that."""


@dataclass(frozen=True)
class Span:
    """A few words of a page in code style."""

    page: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def without_blocks(text: str) -> str:
    """Return a page without code blocks and generated parts."""
    return re.sub(r"```.*?```", "", MARKED.sub("", text), flags=re.DOTALL)


def prose(name: str) -> str:
    """The sentences and tables of a page on one line, without code style."""
    return " ".join(re.sub(r"```.*?```", "", text_of(name), flags=re.DOTALL).replace("`", "").split())


def numbers_of(name: str) -> list[int]:
    """Return where numbers begin in `prose`, except those in code style, links, generated parts and numbered lists."""
    other = re.compile(r"(?:`[^`]*`|\]\([^)]*\)|^ *\d+\. )", re.MULTILINE)
    text = re.sub(r"```.*?```", "", text_of(name), flags=re.DOTALL)
    for part in (MARKED, other):  # a letter in place of each of their digits keeps all places
        text = part.sub(lambda found: re.sub(r"\d", "x", found[0]), text)
    line = " ".join(text.replace("`", "").split())
    return [found.start() for found in re.finditer(r"(?<![\w.#])(?<!\w-)[-+]?\d[\d,]*(?:\.\d+)?(?![\w]|\.\d)", line)]


def spans() -> Iterator[Span]:
    """Every word in code style in the documents."""
    for page in pages():
        for found in dict.fromkeys(re.findall(r"`([^`\n]+)`", without_blocks(page.read_text(encoding="utf-8")))):
            yield Span(name_of(page), found)


def shell_lines() -> Iterator[Span]:
    """Every line of the shell blocks, without comments."""
    for page in pages():
        for block in re.findall(r"```(?:sh|powershell)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL):
            for line in block.splitlines():
                if line.strip():
                    yield Span(name_of(page), line.split(" #")[0].strip())


def headings(name: str) -> list[str]:
    """The headings of the second level of a page."""
    return re.findall(r"^## (.+)$", re.sub(r"```.*?```", "", text_of(name), flags=re.DOTALL), flags=re.MULTILINE)


def features() -> list[str]:
    """Return the features of the pages: their headings of the second level, and the bold items of README."""
    found = [f"README.md: {name.rstrip('.')}" for name in re.findall(r"^(?:\d+\.|-) \*\*(.+?)\*\*", text_of("README.md"), re.MULTILINE)]
    documented = [page for page in pages() if page.name == "README.md" or page.parent == ROOT / "docs"]
    return found + [f"{name_of(page)}: {heading}" for page in documented for heading in headings(name_of(page))]


def parse_command(line: str) -> Any:
    """Parse a line of `levelhips ...` as the program would, without running it; return the context of the last command.

    Raises
    ------
    click.UsageError
        If there is no such command or option, or a value is out of range.
    """
    alone = line.replace("\\|", "|").split(" | ")[0]
    words = [word for word in shlex.split(alone)[1:] if word not in ("--help", "COMMAND")]  # help would be printed
    command: Any = command_line()
    context = None
    while True:
        context = command.make_context(
            "levelhips" if context is None else words[0], words if context is None else words[1:], parent=context
        )
        if not getattr(command, "commands", None) or not (words := [*context._protected_args, *context.args]):
            return context
        command = command.commands[words[0]] if words[0] in command.commands else command.resolve_command(context, words)[1]


@cache
def option_names() -> frozenset[str]:
    """Every option of every command."""
    root: Any = command_line()
    parameters = [one for command in [*all_commands().values(), root] for one in command.params]
    return frozenset(name for one in parameters for name in (*one.opts, *one.secondary_opts)) | {"--help"}


@cache
def public_names() -> frozenset[str]:
    """Names that stand in files, in settings, or on the command line."""
    found = {command.split()[-1] for command in all_commands()} | set(drills()) | set(profiles()) | set(FAULTS) | set(Topic)
    found |= {metric.column for metric in metrics() if metric.shown_in & CSV} | {metric.key for metric in metrics()}
    found |= {*SECTIONS, *SPECS, *(key.split(".")[1] for key in SPECS)}
    found |= {str(choice) for spec in SPECS.values() for choice in spec.choices}
    for name, kind in EVENT_KINDS.items():
        found |= {name, *(one.name for one in fields(kind))}
    found |= {source for profile in profiles().values() for source in profile.characteristics}
    return frozenset(map(str, found))


@cache
def names_in_the_code() -> frozenset[str]:
    """Every name that is defined, and every string that is a word, in `src`, `bench` and `tests`."""
    found: set[str] = set()
    for path in [*(ROOT / "src").rglob("*.py"), *(ROOT / "bench").rglob("*.py"), ROOT / "tests" / "test_laws.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 60:
                found.add(node.value)
    return frozenset(found)


@cache
def names_of_tests(file: str) -> set[str]:
    """The tests of a file, without running it."""
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")}
