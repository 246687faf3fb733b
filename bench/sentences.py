"""Find sentences for people in the source that are not in the text catalog, and keys that do not fit the catalog.

Used by tests/test_language.py; `python -m bench.sentences` lists what it finds.
"""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "levelhips"

# Two words of letters, the second in lower case: "Choose another", "not recorded". Names, keys, formats and SQL are not sentences.
SENTENCE = re.compile(r"[A-Za-z][a-z']+[,:;]? [a-z][a-z']+")
STYLE = re.compile(r"\s*(Q[A-Z]\w+ \{|<span style=|'?Inter'?, )")  # style sheets of the window, and HTML
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|PRAGMA|BEGIN|WITH|DROP|REPLACE)\b")
# Errors for programmers, logs and patterns are not for users.
NOT_FOR_USERS = {
    "ValueError", "TypeError", "KeyError", "RuntimeError", "AssertionError", "NotImplementedError", "AttributeError", "FileNotFoundError",
    "OSError", "ImportError", "debug", "info", "warning", "error", "exception", "compile", "FieldError", "TypeVar", "warn",
    "NewerVersionError", "UnknownNameError",
}  # fmt: skip
# Calls that show their argument: a single word in it is for users, too.
SHOW = {
    "setText", "setWindowTitle", "setToolTip", "setPlaceholderText", "setTitle", "addTab", "addItem", "addRow", "addAction",
    "QLabel", "QPushButton", "QCheckBox", "QAction", "FitLabel", "set_text", "say", "print", "add_column", "answer", "Text",
}  # fmt: skip
WORD = re.compile(r"\b[A-Z][a-z]+\b|\b(?!levelhips\b)[a-z]{4,}\b")  # not a unit, a name of a style or an abbreviation
WRITERS = {"tr", "text"}
# Parts of the command line; their help is the key of a message (levelhips/cli/help.py).
HELPED = {"Option", "Argument", "Typer", "command"}


@dataclass(frozen=True)
class Use:
    """A key in the source: whole, or the constant beginning of one that is put together."""

    place: str
    key: str
    is_prefix: bool
    values: frozenset[str] | None  # None: some are passed by **

    @property
    def is_error(self) -> bool:
        return self.key.startswith("error.")


def files() -> list[Path]:
    """Return the modules of the product."""
    return sorted(SOURCE.rglob("*.py"))


def sentences(path: Path) -> list[tuple[int, str]]:
    """Return line and text of each sentence in a module that is not in the catalog."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    exempt = {id(node) for top in ast.walk(tree) for node in _exempt(top)}
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if id(node) in exempt:
            continue
        if isinstance(node, ast.JoinedStr):
            words = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value
        else:
            continue
        if SENTENCE.search(words) and not SQL.match(words) and not STYLE.match(words):
            found.append((node.lineno, words))
    return sorted(set(found) | set(_labels(tree)))


def _labels(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of single words that a call shows, such as ``button.setText("Stop")``."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and _name(node.func) in SHOW):
            continue
        for argument in node.args:
            parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
            words = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
            if isinstance(argument, ast.JoinedStr | ast.Constant) and WORD.search(words) and not STYLE.match(words):
                yield argument.lineno, words


def _exempt(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is not for users in a node: docstrings, parts of f-strings (counted whole), calls for programmers."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value  # a docstring, also of an attribute
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.Constant):
                yield part
    elif isinstance(node, ast.Call) and _name(node.func) in NOT_FOR_USERS:
        yield from ast.walk(node)
    elif isinstance(node, ast.Subscript) and _name(node.value) == "Literal":
        yield from ast.walk(node.slice)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def error_classes() -> set[str]:
    """Return the names of the classes of errors for users."""
    found = {"LevelHipsError"}
    while True:
        more = {
            node.name
            for path in files()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.ClassDef) and any(_name(base) in found for base in node.bases)
        } - found
        if not more:
            return found
        found |= more


def uses() -> list[Use]:
    """Return every key in the source: of `tr` and `text`, of errors, and of tables of words."""
    errors, found = error_classes(), []
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name, place = _name(node.func), f"{path.relative_to(SOURCE)}:{node.lineno}"
            named = {keyword.arg for keyword in node.keywords}
            values = None if None in named else frozenset(part for part in named if part)
            if name in WRITERS and node.args:
                found += [Use(place, key, prefix, values) for key, prefix in _keys(node.args[0])]
            elif name in HELPED:
                helps = [keyword.value for keyword in node.keywords if keyword.arg == "help"]
                found += [Use(place, key, prefix, frozenset()) for help_ in helps for key, prefix in _keys(help_)]
            elif name == "Words" and len(node.args) > 1:
                found += [Use(place, f"{key}.", True, values) for key, _ in _keys(node.args[1])]
            elif name in errors and node.args and "fix" not in named:
                found += [Use(place, f"error.{code}", prefix, values) for code, prefix in _keys(node.args[0])]
            elif name == "__init__" and node.args and isinstance(node.func, ast.Attribute) and "fix" not in named:
                in_error = (
                    isinstance(node.func.value, ast.Call)
                    and _name(node.func.value.func) == "super"
                    and path.name in {"errors.py", "model.py"}
                )
                found += [Use(place, f"error.{code}", prefix, values) for code, prefix in _keys(node.args[0]) if in_error]
    return found


def _keys(node: ast.expr) -> Iterator[tuple[str, bool]]:
    """Yield the keys that an argument can be, and whether each is only the beginning of one."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, False
    elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        yield str(node.values[0].value), True
    elif isinstance(node, ast.IfExp):
        yield from _keys(node.body)
        yield from _keys(node.orelse)


def fields(template: str) -> frozenset[str]:
    """Return the names of the fields of a message."""
    return frozenset(re.split(r"[.\[]", name)[0] for _, name, _, _ in string.Formatter().parse(template) if name is not None)


def main() -> None:
    """List the sentences outside the catalog."""
    total = 0
    for path in files():
        for line, words in sentences(path):
            total += 1
            print(f"{path.relative_to(SOURCE)}:{line}: {words!r}")
    print(f"{total} sentences outside the catalog")


if __name__ == "__main__":
    main()
