"""Look up sentences for people by their key, in the language of the user, and fill in values.

The catalogs are gettext files (``text/languages/<language>/*.po``): a message's ``msgid`` is its key, such as
``cli.replay.help``. Values are named fields of `str.format`; numbers get the decimal mark of the language.

This module reads no files: the function given to `set_loader` does, when the first sentence is needed.
"""

from __future__ import annotations

import numbers
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from gettext import NullTranslations
from typing import Any

from levelhips.untrusted import visible

DECIMAL_MARK_KEY = "number.decimal-mark"


class Catalog:
    """The messages of a language, and its decimal mark."""

    def __init__(self, messages: NullTranslations) -> None:
        mark = messages.gettext(DECIMAL_MARK_KEY)
        self.messages, self.decimal_mark = messages, "." if mark == DECIMAL_MARK_KEY else mark


_loader: Callable[[], NullTranslations] = NullTranslations
_loaded: Catalog | None = None
_other: ContextVar[Catalog | None] = ContextVar("_other", default=None)


def set_loader(loader: Callable[[], NullTranslations]) -> None:
    """Set the function that returns the catalog; it is called when a sentence is needed next."""
    global _loader, _loaded
    _loader, _loaded = loader, None


def reload() -> None:
    """Load the catalog again before the next sentence: the language has changed."""
    set_loader(_loader)


@contextmanager
def written_with(catalog: Catalog) -> Iterator[None]:
    """Context manager in which sentences come from another catalog; other threads go on with theirs."""
    token = _other.set(catalog)
    try:
        yield
    finally:
        _other.reset(token)


def tr(key: str, /, **values: Any) -> str:
    """Return the sentence with this key, with its values filled in.

    Parameters
    ----------
    key : str
        Key of the message. A key that no catalog has is returned as it is.
    **values
        Named fields of the message. A whole number `n` also selects its plural form.

    Raises
    ------
    KeyError
        If the message has a field without a value.
    """
    template = _template(key, values.get("n"))
    return _FORMATTER.vformat(template, (), values) if "{" in template else template


def has(key: str) -> bool:
    """Return whether the catalog has a message with this key."""
    return _template(key, None) != key


def number(value: float, spec: str = "") -> str:
    """Return a number in a `format` specification, with the decimal mark of the language."""
    return _FORMATTER.format_field(value, spec)


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence to be written later, kept as its key and values. `str` writes it in the language that is then in use.

    Attributes
    ----------
    key : str
    values : mapping
        Named fields of the message; one may be a `Text` itself.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return tr(self.key, **self.values)


def text(key: str, /, **values: Any) -> Text:
    """Return a sentence whose language is chosen only when it is shown."""
    return Text(key, values)


class _Formatter(string.Formatter):
    """`str.format` with the decimal mark of the language in numbers."""

    def format_field(self, value: Any, format_spec: str) -> str:
        written = str(super().format_field(value, format_spec)) if format_spec or not isinstance(value, Text) else str(value)
        written = visible(written)  # a name of a file or a sensor may contain commands to the terminal
        if _catalog().decimal_mark == "." or isinstance(value, bool) or not isinstance(value, numbers.Real):
            return written
        return written.translate(_EXCHANGED)


_FORMATTER = _Formatter()
_EXCHANGED = str.maketrans(".,", ",.")


def _template(key: str, n: Any) -> str:
    translations = _catalog().messages
    if isinstance(n, int):
        plural = translations.ngettext(key, key, n)
        if plural != key:
            return plural
    return translations.gettext(key)


def _catalog() -> Catalog:
    global _loaded
    if (other := _other.get()) is not None:
        return other
    if _loaded is None:
        _loaded = Catalog(_loader())
    return _loaded
