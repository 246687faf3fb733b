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
    return table.get(member, member.value.replace("-", " "))
