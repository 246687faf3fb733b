"""Tables of words for the members of an enum, or for other fixed values, from the text catalog."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from levelhips.text import has, tr

K = TypeVar("K", bound=str)


class Words(Mapping[K, str], Generic[K]):
    """Words for some values, in the language in use: the messages ``<topic>.<value>``.

    Parameters
    ----------
    values : iterable
        Usually an enum of strings: then every member has words.
    topic : str
        The beginning of the keys.
    empty : collection
        Members whose words are empty.
    without : collection
        Members that the table does not have.
    ending : str
        Added to each of the words.
    """

    def __init__(
        self, values: Iterable[K], topic: str, *, empty: Collection[K] = (), without: Collection[K] = (), ending: str = ""
    ) -> None:
        self._topic, self._empty, self._ending = topic, empty, ending
        self._members = [member for member in values if member not in without]

    def __getitem__(self, member: K) -> str:
        if member not in self._members:
            raise KeyError(member)
        if member in self._empty:
            return ""
        key = f"{self._topic}.{member}"
        if not has(key):
            raise KeyError(key)
        return tr(key) + self._ending

    def __iter__(self) -> Iterator[K]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def words_for(table: Mapping[K, str], member: K) -> str:
    """Return the words for a member of an enum; its value with blanks for dashes if the table has none.

    A view must not stop a session because a word is missing.
    """
    return table.get(member, _plain(member))


def words_for_value(table: Mapping[K, str], value: str) -> str:
    """Return the words for the value of a member, as a file has it; the value itself, with blanks for dashes, if it is unknown."""
    return next((words for member, words in table.items() if member == value), _plain(value))


def _plain(value: str) -> str:
    return value.replace("-", " ")
