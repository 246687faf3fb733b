"""Parts for sensors: the supported kinds, and the faults of the virtual sensor."""

from __future__ import annotations

from bench.docs.markdown import number, table
from levelhips.sensors.profile import profiles
from levelhips.simulation.faults import FAULTS


def sensors() -> str:
    """Return every kind of sensor with its rates, its axis and how it is found."""
    return table(
        ("`--profile`", "sensor", "rates [Hz]", "default", "outward axis"),
        [
            (f"`{one.name}`", one.title, ", ".join(map(number, one.rates_hz)), number(one.default_rate_hz), f"`{one.outward}`")
            for one in profiles().values()
        ],
    )


def faults() -> str:
    """Return every fault of the virtual sensor."""
    return table(
        ("fault", "default N", "from, to", "what the virtual sensor does"),
        [(f"`{name}`", number(usual), f"{low:g}, {high:g}", about) for name, (usual, low, high, about) in FAULTS.items()],
    )
