"""Help of the commands, in the language of the user.

Commands and options are declared with the key of a message as their help (``help="cli.run.help"``), because Typer reads it when
the modules are imported. `written` replaces the keys when the command line is built.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from typer.core import TyperCommand, TyperGroup

from levelhips.cli.former_names import FORMER_COMMANDS
from levelhips.text import has, text, tr

GROUPS = {
    "run": ("run", "replay", "app", "demo"),
    "exercises": ("drill", "programme"),
    "data": ("analyze", "history", "diary", "convert", "recover"),
    "setup": ("doctor", "scan", "settings", "simulate", "virtual-sensor", "check-plugin"),
}
"""The commands in each group of the help. The titles of the groups are the messages ``cli.group.<name>``."""

EXIT_CODES = {0: "done", 1: "error", 2: "usage", 3: "nothing-counts", 4: "lost", 130: "interrupted"}
"""The exit codes that the help lists: the messages ``cli.exit-code.<name>``. 141 is in docs/command-line.md only."""

COMPLETION = {"install_completion": text("cli.option.install-completion"), "show_completion": text("cli.option.show-completion")}
"""Help of the options that Typer adds to `levelhips`."""


def written(command: Any) -> Any:
    """Replace the keys in the help of a command, its options and its subcommands by messages; return the command."""
    command.help = _words(command.help)
    for parameter in command.params:
        parameter.help = str(COMPLETION.get(parameter.name) or _words(parameter.help))
    command.options_metavar = f"[{tr('cli.usage.options')}]"
    if subcommands := getattr(command, "commands", {}):
        command.subcommand_metavar = tr("cli.usage.command-and-arguments")
    for subcommand in subcommands.values():
        written(subcommand)
    return command


def _words(key: str | None) -> str:
    return tr(key) if key and has(key) else key or ""


class _Written:
    """Mixin that writes usage and options with words of the catalog instead of Typer's."""

    allow_extra_args = True  # `parse_args` refuses them, with a message of the catalog

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = tr("cli.option.help")
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=f"{tr('cli.usage.usage')} ")  # type: ignore[attr-defined]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        for kind, title in (("argument", tr("cli.help.arguments")), ("option", tr("cli.help.options"))):
            parameters = [one for one in self.get_params(ctx) if one.param_type_name == kind and not one.hidden]  # type: ignore[attr-defined]
            if parameters:
                with formatter.section(title):
                    formatter.write_dl([_row(one, ctx) for one in parameters])


class Command(_Written, TyperCommand):
    """A command whose help is in the language of the user."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments; refuse those that the command does not have."""
        more = super().parse_args(ctx, args)
        if more and not ctx.resilient_parsing:
            ctx.fail(tr("cli.usage.unexpected", n=len(more), arguments=" ".join(more)))
        return more


class Group(_Written, TyperGroup):
    """A command with subcommands, which may also be called by their former names."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command of this name; None if there is none."""
        return super().get_command(ctx, FORMER_COMMANDS.get(cmd_name, cmd_name))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name; suggest another one if there is none."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(" ".join([tr("cli.usage.no-such-command", name=name), *suggestions(get_close_matches(name, self.commands))]))
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, each with the first paragraph of its help."""
        _write_commands(formatter, tr("cli.help.commands"), self.commands)


class RootGroup(Group):
    """The command `levelhips`: its commands are listed in groups, and the exit codes after them."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands group by group; those without a group are listed in the last one."""
        named = {name for names in GROUPS.values() for name in names}
        for group, names in GROUPS.items():
            more = [name for name in self.commands if name not in named] if group == list(GROUPS)[-1] else []
            _write_commands(formatter, tr(f"cli.group.{group}"), {name: self.commands[name] for name in (*names, *more)})

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the exit codes."""
        with formatter.section(tr("cli.help.exit-codes")):
            formatter.write_dl([(str(code), tr(f"cli.exit-code.{name}")) for code, name in EXIT_CODES.items()])


def first_line(command: Any) -> str:
    """Return what a command does, in one line."""
    return str(command.help).split("\n\n", maxsplit=1)[0]


def suggestions(names: list[str]) -> list[str]:
    """Return a question that suggests these names, as a list: empty if there are none."""
    return [tr("cli.usage.did-you-mean", names=", ".join(names))] if names else []


def _write_commands(formatter: Any, title: str, commands: Any) -> None:
    with formatter.section(title):
        formatter.write_dl([(name, first_line(command)) for name, command in commands.items() if not command.hidden])


def _row(parameter: Any, ctx: Any) -> tuple[str, str]:
    """Return the names of an argument or an option, and its help with default and range."""
    argument = parameter.param_type_name == "argument"
    name = parameter.metavar if argument else parameter.get_help_record(ctx)[0]
    details = [tr("cli.help.required")] if parameter.required else []
    if parameter.show_default and (default := default_of(parameter)):
        details.append(tr("cli.help.default", value=default))
    if limits := _range(parameter):
        details.append(limits)
    return name, f"{parameter.help}  [{'; '.join(details)}]" if details else parameter.help


def default_of(parameter: Any) -> str:
    """Return the default of an argument or an option as it is typed; empty if it has none."""
    return "" if parameter.default in (None, "", [], ()) or parameter.default is False else plain(parameter.default)


def _range(parameter: Any) -> str:
    low, high = parameter.min, parameter.max
    if low is None and high is None:
        return ""
    if high is None:
        return tr("cli.help.at-least", low=plain(low))
    return tr("cli.help.at-most", high=plain(high)) if low is None else tr("cli.help.range", low=plain(low), high=plain(high))


def plain(value: object) -> str:
    """Return a value as it is typed: numbers without needless zeros, with a point in every language."""
    return f"{value:g}" if isinstance(value, float) else str(value)
