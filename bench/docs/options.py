"""Parts for settings and the command line: every setting, command, option, default and range."""

from __future__ import annotations

import json
from typing import Any

from bench.docs.markdown import number, table
from levelhips.bounds import specs
from levelhips.cli.app import command_line
from levelhips.cli.help import EXIT_CODES, GROUPS, default_of, first_line
from levelhips.settings.model import SECTIONS, help_of
from levelhips.text import tr


def settings(section: str) -> str:
    """Return the settings of a section."""
    return table(
        ("name", "default", "accepts", "meaning"),
        [
            (
                f"`{spec.name}`",
                "" if spec.default is None else f"`{json.dumps(spec.default)}`",
                spec.accepts,
                help_of(f"{section}.{spec.name}"),
            )
            for spec in specs(SECTIONS[section])
        ],
    )


def all_commands() -> dict[str, Any]:
    """Return every command by its full name, such as ``history rebuild``: first those of the groups of the help, in their order."""
    root: Any = command_line()
    grouped = [name for names in GROUPS.values() for name in names]
    found = {}
    for name in [*grouped, *(name for name in root.commands if name not in grouped)]:
        found[name] = root.commands[name]
        found |= {f"{name} {part}": command for part, command in getattr(root.commands[name], "commands", {}).items()}
    return found


def commands() -> str:
    """Return every command with its arguments and options."""
    parts = []
    for name, command in all_commands().items():
        shown = [parameter for parameter in command.params if not parameter.hidden]
        arguments = "".join(f" {_argument(one)}" for one in shown if one.param_type_name == "argument")
        options = "".join(" COMMAND" if getattr(command, "commands", None) else "")
        parts.append(f"### levelhips {name}\n\n`levelhips {name}{arguments}{options}`: {first_line(command)}\n")
        if shown:
            parts.append(table(("option", "default", "from, to", "what it is"), map(_row, shown)))
    return "\n".join(parts)


def exit_codes() -> str:
    """Return the exit codes as the help lists them."""
    return table(("code", "meaning"), [(str(code), tr(f"cli.exit-code.{name}")) for code, name in EXIT_CODES.items()])


def _argument(parameter: Any) -> str:
    name = parameter.metavar or parameter.name.upper()
    return name if parameter.required else f"[{name}]"


def _row(parameter: Any) -> tuple[str, str, str, str]:
    if parameter.param_type_name == "argument":
        name = f"`{_argument(parameter).strip('[]')}`"
    else:
        names = ", ".join((*parameter.opts, *parameter.secondary_opts))
        name = f"`{names}`" if parameter.is_flag else f"`{names} {parameter.metavar}`"
    given = default_of(parameter)
    default = "required" if parameter.required else f"`{given}`" * bool(given)
    ends = (parameter.min, parameter.max)
    range_ = "" if ends == (None, None) else ", ".join("" if end is None else number(end) for end in ends)
    return name, default, range_, " ".join((parameter.help or "").split())
