"""Limits for what comes from elsewhere: files that others made or damaged, and names that a sensor or a file brings.

Every file is read within these limits, and every name is cleaned where it enters. Whatever exceeds a limit is refused with an
error of ours before it costs time or memory: a small file must not fill the memory or run for minutes.
"""

from __future__ import annotations

import unicodedata

# A day at 200 Hz with its raw packets takes 540 MB.
MAX_RECORDING_BYTES = 1 << 30
# A recording expands to 1.1 to 2 times its size, an idle sensor's to 5 times. A bomb of zeros expands 10,000 times.
MAX_EXPANSION = 16
# A small file may expand further: the chunk of one second, the largest there is in a live recording, has less than 1 MB.
SPARE_BYTES = 4 << 20
# A record takes 100 bytes in a file, compressed; an empty one of a bomb less than a hundredth of a byte.
MIN_RECORD_BYTES, SPARE_RECORDS = 16, 50_000
# A recording has one metadata record when it begins, one when the sensor is known and one for each fault.
MAX_METADATA_RECORDS = 1000
MAX_METADATA_CHARS = 1000  # of one value; the longest of ours is a file name
# An event has 500 bytes of JSON, the settings have 4 kB.
MAX_JSON_BYTES = 1 << 18

# Ten hours at 100 Hz as a CSV of 70 bytes a line.
MAX_TABLE_BYTES = 256 << 20
MAX_TABLE_LINE = 4000  # characters; thirty columns take 600
# Numbers as text compress to a third or a fifth, columns of zeros to a thousandth.
MAX_ZIP_EXPANSION, SPARE_ZIP_BYTES = 8, 1 << 20
# A phone writes a dozen files; a list of a million names takes a gigabyte.
MAX_ZIP_LIST_BYTES = 1 << 20

# The template with all settings has 9 kB, and its longest line 200 characters. The TOML library needs a time that grows with
# the square of a line's length: 0.2 s for a line of 1,000 characters, minutes for one of 64,000.
MAX_SETTINGS_BYTES, MAX_SETTINGS_LINE = 1 << 16, 1000

MAX_NAME_CHARS = 100  # a Bluetooth name has at most 248 bytes, that of a sensor less than 30

# Control characters (ESC begins a command to the terminal), invisible ones that change the direction of writing, halves of
# character pairs, which no encoding can write, characters that are not assigned, and separators of lines and paragraphs.
_NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """Return a text without the characters that are not shown but can control a terminal. Line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in _NOT_SHOWN)


def clean_name(name: str) -> str:
    """Return a name in one line of visible characters, cut to a length that fits on a screen."""
    return " ".join(visible(name).split())[:MAX_NAME_CHARS].rstrip()


def may_expand_to(size: int) -> int:
    """Return how many bytes a recording of this size may have when it is uncompressed."""
    return SPARE_BYTES + MAX_EXPANSION * size


def may_have_records(size: int) -> int:
    """Return how many records a recording of this size may have in its chunks."""
    return SPARE_RECORDS + size // MIN_RECORD_BYTES
