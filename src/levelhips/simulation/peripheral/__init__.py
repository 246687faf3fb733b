"""The virtual sensor: a Bluetooth peripheral that plays a recording over a real GATT stack, with faults on demand.

In this process, a link of Bumble's connects it to the client. On a real controller, other computers can connect to it by radio.
"""

from levelhips.errors import LevelHipsError

try:
    import bumble  # noqa: F401
except ImportError as error:
    raise LevelHipsError("no-bumble") from error

from levelhips.simulation.peripheral.motion import resampled
from levelhips.simulation.peripheral.sensor import VirtualSensor
from levelhips.simulation.peripheral.serving import HOST_ADDRESS, SENSOR_ADDRESS, VirtualSource, VirtualWorld, serve, virtual_source

__all__ = [
    "HOST_ADDRESS",
    "SENSOR_ADDRESS",
    "VirtualSensor",
    "VirtualSource",
    "VirtualWorld",
    "resampled",
    "serve",
    "virtual_source",
]
