"""levelhips settings: list, read, change and edit the settings file."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import console, print_json, say
from levelhips.cli.help import Command, Group
from levelhips.cli.options import JsonOption, typed_values
from levelhips.cli.setting_words import source_words, written
from levelhips.errors import SettingsError, WrongValueError
from levelhips.text import tr

if TYPE_CHECKING:
    from levelhips.bounds import FieldSpec
    from levelhips.settings import Resolved

settings_app = typer.Typer(cls=Group, no_args_is_help=True, help="cli.settings.help", rich_markup_mode=None)
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="cli.option.key")]


@settings_app.command("list", cls=Command, help="cli.settings.list.help")
def list_(as_json: JsonOption = False) -> None:
    """List every setting: value, source, accepted values and meaning."""
    from levelhips.settings.model import SPECS, help_of

    resolved, out, section = _resolved(), console(), ""
    if as_json:
        print_json({"settings": [_values(resolved, key) for key in SPECS]})
        return
    for key, spec in SPECS.items():
        if key.partition(".")[0] != section:
            section = key.partition(".")[0]
            say(out, f"[{section}]")
        value = written(resolved.value(key)) or tr("cli.settings.not-set")
        say(out, f"  {key} = {value}  ({source_words(resolved, key)})")
        say(out, f"      {help_of(key)}; {spec.accepts}")


@settings_app.command(cls=Command, help="cli.settings.get.help")
def get(key: KeyArgument, as_json: JsonOption = False) -> None:
    """Print the value of one setting."""
    key, _ = _setting(key)
    if as_json:
        print_json(_values(_resolved(), key))
    else:
        say(console(), written(_resolved().value(key)))


def _values(resolved: Resolved, key: str) -> dict[str, Any]:
    """Return a setting as plain values."""
    from levelhips.settings.model import SPECS

    source = resolved.source(key).value.replace(" ", "_")
    return {"key": key, "value": resolved.value(key), "default": SPECS[key].default, "source": source}


@settings_app.command("set", cls=Command, help="cli.settings.set.help")
def set_(key: KeyArgument, value: Annotated[str, typer.Argument(metavar="VALUE", help="cli.settings.set.value")]) -> None:
    """Change one setting in the settings file."""
    from levelhips.settings import change_settings
    from levelhips.settings.paths import settings_path

    (key, spec), path = _setting(key), settings_path()
    new = read(spec, key, value)
    change_settings(path, {key: new})
    out = console()
    say(out, tr("cli.settings.changed", key=key, value=written(new), path=path))
    if key in ("threshold.left_deg", "threshold.right_deg") and _resolved().settings.threshold.mode == "auto":
        say(out, tr("cli.settings.not-used-with-auto"))


@settings_app.command(cls=Command, help="cli.settings.unset.help")
def unset(key: KeyArgument) -> None:
    """Remove one setting, so that its default counts again."""
    from levelhips.settings import change_settings
    from levelhips.settings.model import current_sections
    from levelhips.settings.paths import settings_path
    from levelhips.settings.store import read_values

    (key, spec), path, out = _setting(key), settings_path(), console()
    section, _, name = key.partition(".")
    values = current_sections(read_values(path)).get(section, {}) if path.exists() else {}
    if not isinstance(values, dict) or name not in values:
        say(out, tr("cli.settings.nothing-to-remove", key=key, path=path))
        return
    change_settings(path, {key: None})
    default = written(spec.default) or tr("cli.settings.not-set")
    say(out, tr("cli.settings.removed", key=key, path=path, default=default))


@settings_app.command(cls=Command, help="cli.settings.path.help")
def path() -> None:
    """Print the path of the settings file."""
    from levelhips.settings.paths import settings_path

    say(console(), str(settings_path()))


@settings_app.command(cls=Command, help="cli.settings.edit.help")
def edit() -> None:
    """Open the settings file in your editor ($EDITOR), and check it."""
    from levelhips.settings.paths import settings_path
    from levelhips.settings.resolve import resolve, user_layer
    from levelhips.settings.store import template, write_text

    target = settings_path()
    # The file itself is valid at any moment: a draft is edited, and replaces the file when it has no error.
    draft = target.with_name("settings-draft.toml")
    if not draft.exists():
        write_text(draft, target.read_text(encoding="utf-8") if target.exists() else template())
    _open_editor(draft)
    try:
        resolve(user_layer(draft))
    except SettingsError as error:
        raise SettingsError("bad-draft", problem=error.what, advice=error.fix, path=target) from error
    write_text(target, draft.read_text(encoding="utf-8"))
    draft.unlink()
    say(console(), tr("cli.settings.saved", path=target))


def _open_editor(file: Path) -> None:
    usual = "notepad" if sys.platform == "win32" else "vi"
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or usual
    try:
        done = subprocess.run([*shlex.split(editor, posix=sys.platform != "win32"), str(file)], check=False)
    except (OSError, ValueError) as error:
        raise SettingsError("editor-not-started", editor=editor, reason=error) from error
    if done.returncode:
        raise SettingsError("editor-failed", editor=editor, code=done.returncode)


def _resolved() -> Resolved:
    from levelhips.settings.paths import settings_path
    from levelhips.settings.resolve import resolve, user_layer

    return resolve(user_layer(settings_path()))


def _setting(key: str) -> tuple[str, FieldSpec]:
    """Return the present key of a setting, which may be given under an earlier name, and what it accepts."""
    from levelhips.settings.model import SPECS, UnknownSettingError, current_key

    now = current_key(key)
    if now not in SPECS:
        raise WrongValueError.of(UnknownSettingError(now))
    return now, SPECS[now]


def read(spec: FieldSpec, key: str, text: str) -> Any:
    """Return the value that a text means for a setting.

    Raises
    ------
    WrongValueError
        If the setting does not accept it.
    """
    from levelhips.bounds import FieldError
    from levelhips.settings.model import help_of

    value: Any = text
    if spec.kind is bool:
        value = {"true": True, "false": False}.get(text.lower(), text)
    elif spec.kind in (int, float):
        try:
            value = spec.kind(text)
        except ValueError:
            value = text
    try:
        spec.check(value)
    except FieldError as error:
        raise WrongValueError("wrong-setting-value", key=key, problem=error.problem, meaning=help_of(key)) from error
    if key == "drill.name" and value:
        from levelhips.settings.installed import drill_named

        with typed_values():
            drill_named(value)
    return value
