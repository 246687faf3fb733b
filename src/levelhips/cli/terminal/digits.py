"""Large numbers from block characters."""

from __future__ import annotations

import math

from levelhips.text import number

_GLYPHS = {
    "0": ("█▀█", "█ █", "█ █", "█ █", "▀▀▀"),
    "1": (" ▄█", "  █", "  █", "  █", "  ▀"),
    "2": ("▀▀█", "  █", "█▀▀", "█  ", "▀▀▀"),
    "3": ("▀▀█", "  █", " ▀█", "  █", "▀▀▀"),
    "4": ("█ █", "█ █", "▀▀█", "  █", "  ▀"),
    "5": ("█▀▀", "█  ", "▀▀█", "  █", "▀▀▀"),
    "6": ("█▀▀", "█  ", "█▀█", "█ █", "▀▀▀"),
    "7": ("▀▀█", "  █", "  █", "  █", "  ▀"),
    "8": ("█▀█", "█ █", "█▀█", "█ █", "▀▀▀"),
    "9": ("█▀█", "█ █", "▀▀█", "  █", "▀▀▀"),
    ".": ("  ", "  ", "  ", "  ", " ▀"),
    ",": ("  ", "  ", "  ", "  ", "▄▀"),
    "-": ("   ", "   ", "▀▀▀", "   ", "   "),
}


def big(degrees: float) -> str:
    """Return a number of degrees in digits five rows high."""
    return big_text(number(degrees, ".1f") if math.isfinite(degrees) else "--")


def big_text(text: str) -> str:
    """Return digits, decimal marks and dashes five rows high."""
    return "\n".join(" ".join(_GLYPHS[letter][row] for letter in text) for row in range(5))
