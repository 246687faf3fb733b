"""Options that mean the same in every command, and their former names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from command_line import levelhips
from conftest import ROOT

from levelhips.cli.app import command_line
from levelhips.cli.former_names import FORMER_COMMANDS, FORMER_OPTIONS

ROOT_COMMAND: Any = command_line()


def commands() -> dict[str, Any]:
    """Every command by its words, those of groups too."""
    found = {}
    for name, command in ROOT_COMMAND.commands.items():
        found |= {f"{name} {word}": part for word, part in command.commands.items()} if hasattr(command, "commands") else {name: command}
    return found


COMMANDS = commands()
OPTIONS = {words: {option for part in command.params for option in part.opts} for words, command in COMMANDS.items()}


def test_no_option_or_command_has_a_former_name() -> None:
    assert not {option.lstrip("-") for options in OPTIONS.values() for option in options} & set(FORMER_OPTIONS)
    assert not set(ROOT_COMMAND.commands) & set(FORMER_COMMANDS)


def test_every_former_name_stands_for_one_that_exists() -> None:
    assert {f"--{name}" for name in FORMER_OPTIONS.values()} <= set().union(*OPTIONS.values())
    assert set(FORMER_COMMANDS.values()) <= set(ROOT_COMMAND.commands)


def test_former_command_does_the_same_and_is_not_in_the_help(tmp_path: Path) -> None:
    assert levelhips("plan", "--schedules").stdout == levelhips("programme", "--protocols").stdout != ""
    assert "\n  plan " not in levelhips("--help").stdout


@pytest.mark.parametrize("option", ["--protocol", "--plan"])
@pytest.mark.parametrize("mute", ["--mute", "--no-beep"])
def test_run_protocol_is_chosen_by_its_option_and_by_the_former_one(option: str, mute: str) -> None:
    virtual = ROOT / "recordings" / "walk.mcap"
    done = levelhips("run", "--virtual", virtual, option, "retraining:9", mute, "--no-record", code=2)
    assert done.stderr.startswith("The session of --protocol is 9; it must be a whole number from 1 to 8")


def test_every_command_with_sound_has_the_option_mute() -> None:
    assert {words for words, options in OPTIONS.items() if "--mute" in options} == {"run", "drill", "app", "demo", "replay"}
