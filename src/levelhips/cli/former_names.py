"""Former names of commands and options: they still work, but help does not list them."""

from __future__ import annotations

FORMER_COMMANDS = {"plan": "programme"}
FORMER_OPTIONS = {
    "anew": "all",  # lint: names of others
    "cheat": "form-fault",  # lint: names of others
    "no-beep": "mute",
    "plan": "protocol",
    "practise": "practice",  # lint: names of others
    "schedules": "protocols",
}
"""Without the dashes. No command may have an option with one of the former names."""


def current_option(name: str) -> str:
    """Return the present name of an option, without dashes."""
    return FORMER_OPTIONS.get(name, name)
