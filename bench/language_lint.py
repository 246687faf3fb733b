"""Find words and phrases that plain American English does without: `python -m bench.language_lint`; tests/test_project.py runs it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = ("*.py", "*.md", "*.c", "*.h", "*.toml", "Makefile", "src/levelhips/text/languages/en/*.po")
THIS = Path(__file__).name

# Each with what to write instead.
BANNED = {
    r"\banew\b": "again",
    r"\bbel(ie|ies|ied|ying)\b": "contradict",
    r"\bmend(s|ed|ing)?\b": "fix",
    r"\b(heed|obey)\w*": "apply, follow",
    r"\bfares?\b|\bfared\b": "say what happens",
    r"\bhow it fares\b": "its state",
    r"\btold\b": "say who does what: reported, named, set",
    r"(?<!there )\bis no(?! (longer|more|\w+er|zero|single|one|need|use)\b) (a |an )?[a-z]+(?=[.,;:)]|$)": "is not a",
    r"\b(of|for) a hold\b": "hold time",
    r"\bfor so long\b": "that long",
    r"\bgoes by\b": "uses",
    r"\bwhat is whole of\b|\bwhat is not said\b|\bas it likes\b|\bin vain\b": "rewrite the sentence",
    r"\bwho(m|se)?soever\b|\bthither\b|\bthence\b|\bhence\b|\bwhence\b|\bupon\b": "plain words",
    r"\bcheat\w*": "form fault",
    # British spellings; "programme" is a term of ours.
    r"\b(behaviour|colour|favour|neighbour|honour|rumour|vapour|labour)\w*": "-or",
    r"\b(centre[ds]?|metres?|kilometres?|litres?|fibres?|centimetres?|millimetres?)\b": "-er",
    r"\b\w*(analys|recognis|normalis|organis|initialis|synchronis|optimis|summaris|serialis|standardis)(e|ed|es|ing|ation)\b": "-ze",
    r"\b(practis\w+|grey\w*|labell\w+|travell\w+|(mod|canc|lev|sign)ell(ed|ing)|signall(ed|ing))\b": "American spelling",
    r"\b(whilst|amongst|towards)\b": "while, among, toward",
}  # fmt: skip

# Names that others chose (Python, Bleak, Qt, Rich), names inside recordings, and former names of options.
ALLOWED = re.compile(
    r"analyses\b|Bleak\w+Cancelled|\.cancelling\(\)|cancelled\(\)|\.cancelled|CancelledError|setGreyscale|grey\d\d"
    r"|`--(practise|cheat|anew)`|`Cheat(\.what)?`|\"kind\": \"Cheat\"|`(drill\.)?cheats`|replace\(values_json, .*"
)


def tracked() -> list[Path]:
    """Return the files that are checked: those under version control."""
    done = subprocess.run(["git", "ls-files", "-z", *FILES], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name and not name.endswith(THIS) and "/data/" not in name]


def find(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield line, words and advice for each banned phrase of a text."""
    for number, line in enumerate(text.splitlines(), 1):
        if "lint: names of others" in line:
            continue
        plain = ALLOWED.sub("", line)
        for pattern, advice in BANNED.items():
            for match in re.finditer(pattern, plain, re.IGNORECASE):
                yield number, match.group(), advice


def findings() -> list[str]:
    """Return a line for each banned phrase in the project."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {words!r}: {advice}"
        for path in tracked()
        for number, words, advice in find(path.read_text(encoding="utf-8"))
    ]


if __name__ == "__main__":
    found = findings()
    print("\n".join(found))
    print(f"{len(found)} phrases")
