"""Look words up without failing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

K = TypeVar("K", bound=StrEnum)


def words_for(table: Mapping[K, str], member: K) -> str:
    """Return the words for a member of an enum; its value with blanks for dashes if the table has none.

    A view must not stop a session because a word is missing.
    """
    return table.get(member, _plain(member.value))


def words_for_value(table: Mapping[K, str], value: str) -> str:
    """Return the words for the value of a member, as a file has it; the value itself, with blanks for dashes, if it is unknown."""
    return next((words for member, words in table.items() if member.value == value), _plain(value))


def _plain(value: str) -> str:
    return value.replace("-", " ")
