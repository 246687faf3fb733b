"""Output on terminals and pipes: characters that their encoding lacks (ASCII, Latin-1, Windows code pages) or that control them."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from levelhips.untrusted import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.segment import Segment

ERRORS = "levelhips-ascii"
# What reads best in ASCII. Characters of pictures keep their width, so that frames stay closed.
SUBSTITUTES = {
    "°": " deg",
    "±": "+-",
    "…": "~",
    "–": "-",
    "—": "-",
    "·": "-",
    "•": "-",
    "²": "2",
    "µ": "u",
    "✓": " ",
    "▲": "^",
    "▶": ">",
    "●": "O",
    **dict(zip("äöüÄÖÜß", ["ae", "oe", "ue", "Ae", "Oe", "Ue", "ss"], strict=True)),
    "█": "#",
    "▀": '"',
    "▄": "_",
    "━": "=",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    **dict.fromkeys("▁▂▃", "."),
    **dict.fromkeys("▅▆▇", "="),
    **dict.fromkeys("─╌┄╸╺", "-"),
    **dict.fromkeys("│┃╎", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼┏┓┗┛", "+"),
    **dict(zip("↑↓←→", "^v<>", strict=True)),
}


def _substituted(error: UnicodeError) -> tuple[str, int]:
    """Handle characters that an encoding lacks: our substitute, else the letter without its accent, else a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_in_ascii, error.object[error.start : error.end])), error.end


def _in_ascii(character: str) -> str:
    if character in SUBSTITUTES:
        return SUBSTITUTES[character]
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or "?"


codecs.register_error(ERRORS, _substituted)


def tolerate_any_encoding() -> None:
    """Let standard output and error substitute characters that their encoding lacks, instead of raising UnicodeEncodeError."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None without a console on Windows
            stream.reconfigure(errors=ERRORS)


def writable(text: str, encoding: str) -> str:
    """Return the text as it will appear in this encoding."""
    return text.encode(encoding, ERRORS).decode(encoding)


def make_console(**options: Any) -> Console:
    """Return a console for texts that can contain names of sensors and files; with options of rich's `Console`.

    It prints texts as they are, without markup or emoji codes, and no characters that control the terminal. It substitutes
    characters before it lays out a table: a substitute may be longer.
    """
    from rich.console import Console
    from rich.segment import Segment

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            """Raise an error that main turns into exit code 141, the code of a program that SIGPIPE ends."""
            raise BrokenPipeError

        def render_str(self, text: str, **kwargs: Any) -> Any:
            return super().render_str(writable(text, self.encoding), **kwargs)

        def render(self, *args: Any, **kwargs: Any) -> Iterable[Segment]:
            # Colors and movements of the cursor are not in the text of a segment.
            for one in super().render(*args, **kwargs):
                yield one if one.control or one.text == "\n" else Segment(visible(one.text), one.style)

    return _Console(markup=False, emoji=False, **options)
