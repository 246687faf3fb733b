"""Faults of the virtual sensor, by name."""

from __future__ import annotations

from dataclasses import dataclass

from levelhips.errors import SettingsError

USUALLY_AT_S = 20.0


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: what, how much, and when (seconds after the stream began).

    Attributes
    ----------
    name : str
        One of `FAULTS`.
    value : float
        How much, in the unit that `FAULTS` names.
    at_s : float
        When; those that go on all the time do not look at it.
    """

    name: str
    value: float
    at_s: float = USUALLY_AT_S


# name: (usual value, lowest, highest, what it does)
FAULTS: dict[str, tuple[float, float, float, str]] = {
    "refuse": (2, 1, 100, "refuses the first N connections"),
    "slow": (5, 0, 60, "needs N s to list its services"),
    "small-mtu": (23, 23, 247, "allows an MTU of only N bytes"),
    "drop": (5, 0, 100, "loses N % of the notifications"),
    "duplicate": (5, 0, 100, "sends N % of the notifications twice"),
    "reorder": (5, 0, 100, "sends N % of the notifications after the next one"),
    "split": (5, 0, 100, "cuts N % of the notifications in two"),
    "join": (5, 0, 100, "sends N % of the notifications together with the next one"),
    "stall": (3, 0, 3600, "is silent for N s without disconnecting"),
    "disconnect": (10, 0, 3600, "disconnects, and can be connected again after N s"),
    "clock-jump": (100, -1000, 1000, "its clock jumps by N s"),
    "clock-wrap": (5, 0, 3600, "its 32-bit clock wraps after N s"),
    "drift": (200, -20000, 20000, "its clock runs fast by N ppm"),
    "garbage": (5, 0, 100, "sends random bytes before N % of the notifications"),
    "truncate": (5, 0, 100, "cuts off the end of N % of the notifications"),
    "battery": (8, 1, 100, "its battery starts at N % and is empty at SECONDS"),
    "taken": (10, 0, 3600, "is held by another app for N s (@0: from the start)"),
    "adapter": (5, 0, 3600, "the computer's Bluetooth is off for N s"),
}


def parse_fault(text: str) -> Fault:
    """A fault from NAME, NAME=VALUE or NAME=VALUE@SECONDS.

    Raises
    ------
    SettingsError
        If there is no such fault, or its value is out of range.
    """
    name, _, rest = text.partition("=")
    if "@" in name:
        name, _, when = name.partition("@")
        value = ""
    else:
        value, _, when = rest.partition("@")
    if name not in FAULTS:
        raise SettingsError(f"There is no fault {name!r}", fix=f"Choose of {', '.join(FAULTS)}")
    usual, low, high, what = FAULTS[name]
    try:
        fault = Fault(name, float(value) if value else usual, float(when) if when else USUALLY_AT_S)
    except ValueError as error:
        raise SettingsError(f"Fault {text!r} is not understood", fix="Write it as drop, drop=20 or stall=3@15") from error
    if not (low <= fault.value <= high and 0 <= fault.at_s <= 36000):
        raise SettingsError(f"Fault {text!r} is out of range", fix=f"{name}: {what}; N is from {low:g} to {high:g}")
    return fault
