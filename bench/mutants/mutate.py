"""Make mutants of a source file: the same file with one small fault in it.

The faults are those of mutmut (`mutmut.mutation.mutators`). This module leaves out the places where a fault cannot matter to
anyone, and gives each mutant an id that does not change when lines move.
"""

from __future__ import annotations

import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

# Messages of these are for programmers, who read the line that raised them.
PROGRAMMER_ERRORS = ("ValueError", "TypeError", "NotImplementedError", "AssertionError", "RuntimeError")
LOGGERS = ("log", "_log", "logger", "_logger", "logging")
UNTESTED_NAMES = ("__all__", "__slots__")

_LOG_LINE = m.Expr(m.Call(func=m.Attribute(value=m.OneOf(*(m.Name(name) for name in LOGGERS)))))
_DOCSTRING = m.SimpleStatementLine(body=[m.Expr(m.OneOf(m.SimpleString(), m.ConcatenatedString()))])
_PROGRAMMER_ERROR = m.Raise(exc=m.Call(func=m.OneOf(*(m.Name(name) for name in PROGRAMMER_ERRORS))))
_UNTESTED_ASSIGNMENT = m.Assign(targets=[m.AssignTarget(m.OneOf(*(m.Name(name) for name in UNTESTED_NAMES)))])
_FOR_TYPES = m.OneOf(
    m.Annotation(),
    m.If(test=m.Name("TYPE_CHECKING")),
    m.Assert(),  # in the package they narrow a type for mypy
    m.Call(func=m.Name("cast")),
    m.Call(func=m.Name("TypeVar")),
    m.Arg(keyword=m.Name("strict")),  # of zip: an assertion
)
_FALSE_VALUE = m.OneOf(m.Assign(value=m.Name("False")), m.AnnAssign(value=m.Name("False")))
# Options of a decorator (frozen, slots) change no result.
_SKIPPED = m.OneOf(
    _FOR_TYPES, _DOCSTRING, _LOG_LINE, _PROGRAMMER_ERROR, _UNTESTED_ASSIGNMENT, m.Decorator(), m.FunctionDef(name=m.Name("__repr__"))
)


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One fault at one place.

    Attributes
    ----------
    id : str
        `path:function:operator:hash`; the hash is that of the code before and after the fault, with a count if the function
        holds the same code several times.
    path : str
        File, relative to the root of the project.
    function : str
        Qualified name of the enclosing function or class; `-` at module level.
    operator : str
        Name of mutmut's operator.
    lines : tuple of int
        First and last line of the changed code.
    run_lines : tuple of int
        First and last line of what a test must run to execute the fault: for a default of a parameter the body of the function,
        else the same.
    at_import : bool
        Whether the code runs when the module is imported, not when a test calls something.
    group : str
        The same for all faults of one operator at one place; a sample takes one of each group.
    """

    id: str
    path: str
    function: str
    operator: str
    lines: tuple[int, int]
    run_lines: tuple[int, int]
    at_import: bool
    group: str
    _module: cst.Module = field(repr=False)
    _before: cst.CSTNode = field(repr=False)
    _after: cst.CSTNode = field(repr=False)

    def source(self) -> str | None:
        """Return the text of the file with the fault, or None if Python could not compile it."""
        mutated = self._module.deep_replace(self._before, self._after)
        assert isinstance(mutated, cst.Module)
        try:
            compile(mutated.code, self.path, "exec", dont_inherit=True)
        except SyntaxError:
            return None
        return mutated.code

    def diff(self) -> str:
        """Return the fault as a unified diff."""
        before, after = self._module.code.splitlines(), (self.source() or "").splitlines()
        return "\n".join(difflib.unified_diff(before, after, self.path, self.path, lineterm="", n=1))


class _Finder(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: str, module: cst.Module) -> None:
        super().__init__()
        self.found: list[Mutant] = []
        self._path, self._module = path, module
        self._scopes: list[cst.CSTNode] = []
        self._defaults_of: cst.FunctionDef | None = None
        self._seen: Counter[str] = Counter()
        self._ids: set[str] = set()

    def on_visit(self, node: cst.CSTNode) -> bool:
        if m.matches(node, _SKIPPED):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda):
            self._scopes.append(node)
        elif isinstance(node, cst.Parameters) and isinstance(self._scopes[-1], cst.FunctionDef):
            self._defaults_of = self._scopes[-1]
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self._add(node, operator.__name__.removeprefix("operator_"), list(operator(node)))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.Parameters) and self._defaults_of is self._scopes[-1]:
            self._defaults_of = None
        if self._scopes and self._scopes[-1] is original_node:
            self._scopes.pop()

    def _lines_of(self, node: cst.CSTNode) -> tuple[int, int]:
        position = self.get_metadata(PositionProvider, node)
        return position.start.line, position.end.line

    def _add(self, node: cst.CSTNode, operator: str, faults: Sequence[cst.CSTNode]) -> None:
        before, lines = self._module.code_for_node(node), self._lines_of(node)
        run_lines = lines if self._defaults_of is None else self._lines_of(self._defaults_of.body)
        named = [scope.name.value for scope in self._scopes if isinstance(scope, cst.FunctionDef | cst.ClassDef)]
        function = ".".join(named) or "-"
        start = f"{self._path}:{function}:{operator}"
        place = f"{start}:{before}"
        self._seen[place] += 1
        for fault in faults:
            after = self._module.code_for_node(fault)
            if after == before or (operator == "assignment" and m.matches(node, _FALSE_VALUE)):  # None is as false as False
                continue
            name = f"{start}:{hashlib.sha256((before + chr(0) + after).encode()).hexdigest()[:8]}"
            if (count := self._seen[place]) > 1:
                name += f"-{count}"
            if name in self._ids:  # removing one of two equal arguments gives the same code twice
                continue
            self._ids.add(name)
            self.found.append(
                Mutant(
                    name,
                    self._path,
                    function,
                    operator,
                    lines,
                    run_lines,
                    not any(isinstance(scope, cst.FunctionDef | cst.Lambda) for scope in self._scopes),
                    f"{place}-{self._seen[place]}",
                    self._module,
                    node,
                    fault,
                )
            )


def mutants_of(root: Path, path: str) -> list[Mutant]:
    """Return every mutant of a file, in the order of its lines."""
    wrapper = MetadataWrapper(cst.parse_module((root / path).read_text(encoding="utf-8")))
    finder = _Finder(path, wrapper.module)
    wrapper.visit(finder)
    return finder.found


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> Iterator[Mutant]:
    """Yield a random sample, one mutant of each group at most.

    The order follows from the ids and the seed alone, so that a change of one file leaves the mutants of all others in the
    sample.
    """
    groups: set[str] = set()
    for mutant in sorted(mutants, key=lambda mutant: hashlib.sha256(f"{seed}:{mutant.id}".encode()).digest()):
        if mutant.group in groups:
            continue
        groups.add(mutant.group)
        if mutant.source() is None:
            continue
        yield mutant
        count -= 1
        if not count:
            return
