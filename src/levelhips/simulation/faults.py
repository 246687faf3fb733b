"""Faults that the virtual sensor can simulate: names, ranges and parsing."""

from __future__ import annotations

from dataclasses import dataclass

from levelhips.errors import SettingsError
from levelhips.text import Text, text

DEFAULT_AT_S = 20.0  # of the bundled runs: the runner has run for some 10 s


@dataclass(frozen=True, slots=True)
class Fault:
    """One simulated fault: its name, its size and when it begins.

    Attributes
    ----------
    name : str
        One of `FAULTS`.
    value : float
        Size of the fault, in the unit that its text in `FAULTS` names.
    at_s : float
        When it begins [s after the stream began]; ignored by faults that last for the whole stream.
    """

    name: str
    value: float
    at_s: float = DEFAULT_AT_S


# name: (default value, lowest, highest, what it does)
FAULTS: dict[str, tuple[float, float, float, Text]] = {
    "refuse": (2, 1, 100, text("fault.refuse")),
    "slow": (5, 0, 60, text("fault.slow")),
    "small-mtu": (23, 23, 247, text("fault.small-mtu")),
    "drop": (5, 0, 100, text("fault.drop")),
    "duplicate": (5, 0, 100, text("fault.duplicate")),
    "reorder": (5, 0, 100, text("fault.reorder")),
    "split": (5, 0, 100, text("fault.split")),
    "join": (5, 0, 100, text("fault.join")),
    "stall": (3, 0, 3600, text("fault.stall")),
    "hold": (2, 0, 30, text("fault.hold")),
    "disconnect": (10, 0, 3600, text("fault.disconnect")),
    "clock-jump": (100, -1000, 1000, text("fault.clock-jump")),
    "clock-wrap": (5, 0, 3600, text("fault.clock-wrap")),
    "drift": (200, -20000, 20000, text("fault.drift")),
    "garbage": (5, 0, 100, text("fault.garbage")),
    "truncate": (5, 0, 100, text("fault.truncate")),
    "battery": (8, 1, 100, text("fault.battery")),
    "taken": (10, 0, 3600, text("fault.taken")),
    "adapter": (5, 0, 3600, text("fault.adapter")),
}


def parse_fault(written: str) -> Fault:
    """Parse a fault that is written as NAME, NAME=VALUE, NAME@SECONDS or NAME=VALUE@SECONDS.

    Raises
    ------
    SettingsError
        If there is no such fault, or its value is out of range.
    """
    name, _, rest = written.partition("=")
    if "@" in name:
        name, _, when = name.partition("@")
        value = ""
    else:
        value, _, when = rest.partition("@")
    if name not in FAULTS:
        raise SettingsError("no-such-fault", name=name, known=", ".join(FAULTS))
    usual, low, high, meaning = FAULTS[name]
    try:
        fault = Fault(name, float(value) if value else usual, float(when) if when else DEFAULT_AT_S)
    except ValueError as error:
        raise SettingsError("fault-not-a-number", fault=written) from error
    if not (low <= fault.value <= high and 0 <= fault.at_s <= 36000):
        raise SettingsError("fault-out-of-range", fault=written, name=name, meaning=meaning, low=f"{low:g}", high=f"{high:g}")
    return fault
