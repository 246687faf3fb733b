"""Compile the text catalogs, and bring those of other languages up to date with the English one (`make texts`).

The English files are written by hand. In the others each message has the English one as a comment; a message that is new has no
translation yet, and one that is gone is removed.
"""

from __future__ import annotations

import datetime as dt
import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

FOLDER = Path(__file__).resolve().parents[1] / "src" / "levelhips" / "text" / "languages"
SOURCE = "en"
DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the same messages give the same bytes: compiled catalogs are under version control
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural_forms};\\n"

"""


def languages() -> list[str]:
    """Return the codes of all languages, the English one first."""
    found = {path.name for path in FOLDER.iterdir() if path.is_dir()}
    return [SOURCE, *sorted(found - {SOURCE})]


def read(path: Path) -> Catalog:
    """Read a .po file.

    Raises
    ------
    ValueError
        If it is not valid, or has a message twice.
    """
    text = path.read_text(encoding="utf-8")
    ids = [line for line in text.splitlines() if line.startswith('msgid "') and line != 'msgid ""']
    if twice := sorted({line for line in ids if ids.count(line) > 1}):
        raise ValueError(f"{path}: twice: {', '.join(twice)}")
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name, abort_invalid=True)


def messages(language: str) -> dict[str, Message]:
    """Return all messages of a language by their keys.

    Raises
    ------
    ValueError
        If two files have the same key.
    """
    found: dict[str, Message] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        for message in read(path):
            if not message.id:
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            if key in found:
                raise ValueError(f"{path}: {key} is in another file too")
            found[key] = message
    return found


def compile_language(language: str) -> Path:
    """Write the catalog that the program reads, levelhips.mo, from all files of a language."""
    whole = Catalog(locale=language, charset="utf-8", creation_date=DATE, revision_date=DATE)
    for message in messages(language).values():
        if translated(message):
            whole.add(message.id, message.string)
    target = FOLDER / language / "LC_MESSAGES" / "levelhips.mo"
    target.parent.mkdir(exist_ok=True)
    data = BytesIO()
    write_mo(data, whole)
    target.write_bytes(data.getvalue())
    return target


def translated(message: Message) -> bool:
    """Whether all forms of a message have text."""
    return bool(message.string) and (isinstance(message.string, str) or all(message.string))


def updated(source: Path, language: str) -> str:
    """Return the file of another language for an English one: its keys in their order, with the translations that there are."""
    target = FOLDER / language / source.name
    known = {message.id: message for message in read(target)} if target.is_file() else {}
    by_key = {key if isinstance(key, str) else key[0]: message for key, message in known.items()}
    result = Catalog(locale=language, charset="utf-8")
    for message in read(source):
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        old = by_key.get(key)
        same_form = old is not None and isinstance(old.id, str) == isinstance(message.id, str)
        english = [message.string] if isinstance(message.string, str) else list(message.string)
        result.add(message.id, old.string if same_form else None, auto_comments=[*message.user_comments, *english])
    data = BytesIO()
    write_po(data, result, width=140, omit_header=True)
    return HEADER.format(language=language, plural_forms=result.plural_forms.rstrip(";")) + data.getvalue().decode("utf-8")


def update() -> None:
    """Bring the files of all other languages up to date."""
    sources = sorted((FOLDER / SOURCE).glob("*.po"))
    for language in languages()[1:]:
        for old in set((FOLDER / language).glob("*.po")) - {FOLDER / language / source.name for source in sources}:
            old.unlink()
        for source in sources:
            (FOLDER / language / source.name).write_text(updated(source, language), encoding="utf-8", newline="\n")


def main() -> None:
    """Update and compile; with --compile only compile."""
    if "--compile" not in sys.argv:
        update()
    for language in languages():
        missing = sorted(key for key, message in messages(language).items() if not translated(message))
        print(f"{compile_language(language)}: {len(messages(language))} messages, {len(missing)} without translation")
        for key in missing[:10]:
            print(f"  {key}")


if __name__ == "__main__":
    main()
