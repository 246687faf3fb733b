"""Read and write settings files (TOML); writing keeps comments and changes nothing else."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from levelhips.errors import SettingsError
from levelhips.files import read_limited, write_bytes
from levelhips.settings.model import OLD_KEYS, OLD_SECTIONS, SPECS, Settings, current_key, help_of
from levelhips.text import tr
from levelhips.untrusted import MAX_SETTINGS_BYTES, MAX_SETTINGS_LINE

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def read_text(path: Path) -> str:
    """Return the text of a settings or programme file. Its size and lines are limited: parsing a long line can take minutes.

    Raises
    ------
    SettingsError
        If it cannot be read, or is larger than any of ours.
    UnicodeDecodeError
        If it is not UTF-8.
    """
    try:
        content = read_limited(path, MAX_SETTINGS_BYTES, SettingsError).decode("utf-8-sig")
    except OSError as error:
        raise SettingsError("cannot-read", path=path, reason=error.strerror) from error
    for number, line in enumerate(content.split("\n"), start=1):
        if len(line) > MAX_SETTINGS_LINE:
            raise SettingsError("line-too-long", path=path, line=number, letters=MAX_SETTINGS_LINE)
    return content.replace("\r\n", "\n")


def read_values(path: Path) -> dict[str, Any]:
    """Return the plain values of a TOML file, unchecked.

    Raises
    ------
    SettingsError
        If it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(read_text(path))
    except ValueError as error:  # TOML, UTF-8, or a number of more digits than Python reads
        raise SettingsError("not-toml", path=path, reason=error) from error
    except RecursionError as error:
        raise SettingsError("nested-too-deeply", path=path) from error


def line_of(path: Path, key: str) -> int | None:
    """Return the line of a settings file with a section or a setting such as "cues.k", or None.

    If the file has it under this name and under another one, earlier or present, the line is the one with this name.
    """
    here, otherwise = "", None
    try:
        lines = read_text(path).splitlines()
    except (SettingsError, ValueError):
        return None
    for number, line in enumerate(lines, start=1):
        header = re.match(r"\s*\[+\s*[\"']?([\w.-]+)[\"']?\s*\]", line)
        if header:
            here = header[1]
        found = here if header else ".".join(filter(None, (here, *re.findall(r"[\w-]+", line.split("=")[0])))) if "=" in line else ""
        if found == key:
            return number
        if otherwise is None and found and current_key(found) == current_key(key):
            otherwise = number
    return otherwise


def changed_text(text: str, changes: Mapping[str, Any]) -> str:
    """Return the text of a settings file with some settings changed, by key; None removes a setting. Comments stay."""
    import tomlkit  # 0.05 s to import, needed only to write

    document = tomlkit.parse(text)
    for key, value in changes.items():
        _change(document, key, value)
    return tomlkit.dumps(document)


def _change(document: TOMLDocument, key: str, value: Any) -> None:
    import tomlkit

    section, _, name = key.partition(".")
    spellings = [section, *(old for old, now in OLD_SECTIONS.items() if now == section)]
    names = [name, *(old.partition(".")[2] for old, now in OLD_KEYS.items() if now == key)]
    present = [spelling for spelling in spellings if spelling in document]
    if value is not None:
        if not present:
            document[section] = tomlkit.table()
        # A section or setting with an earlier name keeps it: the file stays as the user wrote it.
        table = document[present[0] if present else section]
        table[next((known for known in names if known in table), name)] = value
        return
    for spelling in present:
        found = [known for known in names if known in document[spelling]]
        for known in found:
            del document[spelling][known]
        if found and not document[spelling] and not document[spelling].as_string().strip():
            del document[spelling]  # no setting and no comment is left in it


def change_settings(path: Path, changes: Mapping[str, Any]) -> None:
    """Change settings of a file, by key; None removes one. Nothing is written unless the whole file is valid afterwards.

    Raises
    ------
    SettingsError
        If the file cannot be read or written, or would not be valid.
    """
    text = ""
    if path.exists():
        wrong = [name for name, part in read_values(path).items() if not isinstance(part, dict)]
        if wrong:  # a section must be a table before a setting can be put into it
            raise SettingsError("not-a-section", path=path, section=wrong[0])
        text = read_text(path)
    try:
        after = changed_text(text, changes)
    except (ValueError, RecursionError) as error:  # tomlkit refuses some files that tomllib reads: more than 100 levels
        raise SettingsError("not-toml", path=path, reason=error) from error
    Settings.from_dict(tomllib.loads(after))
    write_text(path, after)


def template() -> str:
    """Return a settings file that lists every setting as a comment, with its default and its meaning."""
    lines, section = [f"# {tr('settings-template.head')}"], ""
    for key, spec in SPECS.items():
        if key.partition(".")[0] != section:
            section = key.partition(".")[0]
            lines += ["", f"[{section}]"]
        default = "" if spec.default is None else json.dumps(spec.default)
        lines.append(f"# {spec.name} = {default}  # {help_of(key)}; {spec.accepts}")
    return "\n".join(lines) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write one of the user's files atomically, readable by its owner only.

    Raises
    ------
    SettingsError
        If it cannot be written.
    """
    try:
        write_bytes(path, text.encode())
    except OSError as error:
        raise SettingsError("cannot-write", path=path, reason=error.strerror) from error
