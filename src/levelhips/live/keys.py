"""Keys of a running session and of a replay: one table for the terminal and the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from levelhips.text import Text, text, tr


class Action(StrEnum):
    """What a key does."""

    PAUSE = "pause"  # pauses the beeps of a session, or the replay; pressed again, continues
    RAISE_THRESHOLD = "raise-threshold"
    LOWER_THRESHOLD = "lower-threshold"
    BACK = "back"
    FORWARD = "forward"
    NEXT = "next"  # ends the set of a drill, or the rest
    ZERO = "zero"
    MARK = "mark"
    MUTE = "mute"
    END = "end"


class Where(StrEnum):
    """Where a key is valid."""

    RUN = "run"
    DRILL = "drill"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes
    ----------
    name : str
        ``space``, ``up``, ``down``, ``left``, ``right`` or a lower-case letter.
    action : Action
    label : Text
        One or two words for the line of keys; neighboring keys with the same label share it.
    help : Text
        What it does, for the documentation; shared in the same way.
    where : frozenset of Where
    """

    name: str
    action: Action
    label: Text
    help: Text
    where: frozenset[Where]


_RUN, _DRILL, _REPLAY = (frozenset({where}) for where in Where)
_SESSION = _RUN | _DRILL
# M mutes, as in video players. A mark is therefore K: the other letters of "mark" could be taken for another action.
KEYS = (
    Key("space", Action.PAUSE, text("key.pause"), text("key-help.pause-beeps"), _RUN),
    Key("space", Action.PAUSE, text("key.pause"), text("key-help.pause-drill"), _DRILL),
    Key("space", Action.PAUSE, text("key.pause"), text("key-help.pause-replay"), _REPLAY),
    Key("up", Action.RAISE_THRESHOLD, text("key.threshold"), text("key-help.threshold"), _RUN),
    Key("down", Action.LOWER_THRESHOLD, text("key.threshold"), text("key-help.threshold"), _RUN),
    Key("left", Action.BACK, text("key.skip"), text("key-help.skip"), _REPLAY),
    Key("right", Action.FORWARD, text("key.skip"), text("key-help.skip"), _REPLAY),
    Key("n", Action.NEXT, text("key.next-set"), text("key-help.next-set"), _DRILL),
    Key("z", Action.ZERO, text("key.zero"), text("key-help.zero-run"), _RUN),
    Key("z", Action.ZERO, text("key.zero"), text("key-help.zero-drill"), _DRILL),
    Key("k", Action.MARK, text("key.mark"), text("key-help.mark"), _SESSION),
    Key("m", Action.MUTE, text("key.mute"), text("key-help.mute"), _SESSION | _REPLAY),
    Key("q", Action.END, text("key.end"), text("key-help.end"), _SESSION | _REPLAY),
)
SYMBOLS = {"space": text("key-name.space"), "up": "↑", "down": "↓", "left": "←", "right": "→"}


def keys(where: Where) -> list[Key]:
    """Return the keys that are valid there, in the order in which they are shown."""
    return [key for key in KEYS if where in key.where]


def action_of(name: str, where: Where) -> Action | None:
    """Return what a key does there; None if it does nothing. Upper-case letters are the same keys."""
    return next((key.action for key in keys(where) if key.name == name.lower()), None)


def key_hints(where: Where, *, capitals: bool = False) -> list[str]:
    """Return each key with its label, such as ``space pause`` and ``↑ ↓ threshold``."""
    hints = []
    for group in _groups(where):
        names = [name.capitalize() if capitals else name for name in (str(SYMBOLS.get(key.name, key.name)) for key in group)]
        hints.append(f"{' '.join(names)} {group[0].label}")
    return hints


def keys_line(where: Where, *, capitals: bool = False) -> str:
    """Return the line of keys at the foot of a view, such as ``space pause   ↑ ↓ threshold   q end``."""
    return "   ".join(key_hints(where, capitals=capitals))


STILL_LEARNING = text("live.still-learning")
"""The answer to the keys that move the threshold, before there is one."""


def mark_line(number: int, at_s: float) -> str:
    """Return the answer to a mark, such as ``Mark 3 at 2:41``."""
    minutes, seconds = divmod(int(max(at_s, 0.0)), 60)
    return tr("live.mark", number=number, time=f"{minutes}:{seconds:02d}")


def help_rows(where: Where) -> list[str]:
    """Return the rows of a Markdown table of keys."""
    rows = []
    for group in _groups(where):
        names = [key.name.upper() if len(key.name) == 1 else key.name for key in group]
        rows.append(f"| {', '.join(names)} | {group[0].help} |")
    return rows


def _groups(where: Where) -> Iterator[list[Key]]:
    group: list[Key] = []
    for key in keys(where):
        if group and key.label != group[0].label:
            yield group
            group = []
        group.append(key)
    if group:
        yield group
