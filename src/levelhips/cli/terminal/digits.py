"""Large numbers from block characters."""

from __future__ import annotations

import math

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
    "-": ("   ", "   ", "▀▀▀", "   ", "   "),
}


def big(number: float) -> str:
    """A number of degrees in letters five rows high."""
    return big_text(f"{number:.1f}" if math.isfinite(number) else "--")


def big_text(text: str) -> str:
    """Digits, points and dashes in letters five rows high."""
    return "\n".join(" ".join(_GLYPHS[letter][row] for letter in text) for row in range(5))
