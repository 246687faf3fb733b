"""Write samples in the file formats of the supported programs, to check the importers and as examples of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from levelhips.samples import Array, Samples


def write_csv(samples: Samples, folder: Path) -> Path:
    """Write a CSV of both sensors with named units."""
    header = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"
    return _table(folder / "imu.csv", header, [samples.t_s, *samples.acc_mps2.T, *samples.gyr_radps.T])


def write_movella_dot(samples: Samples, folder: Path) -> Path:
    """Write an export of Movella DOT: microseconds, m/s2 and deg/s, without units in the header."""
    header = "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"
    counter = np.arange(len(samples), dtype=np.float64)
    columns = [counter, np.rint(samples.t_s * 1e6), *samples.acc_mps2.T, *np.degrees(samples.gyr_radps).T]
    return _table(folder / "dot.csv", header, columns)


def write_phyphox(samples: Samples, folder: Path) -> Path:
    """Write an export of phyphox: a folder with a file for each sensor, units in the header."""
    header = '"Time (s)","X ({0})","Y ({0})","Z ({0})"'
    _table(folder / "Accelerometer.csv", header.format("m/s^2"), [samples.t_s, *samples.acc_mps2.T])
    _table(folder / "Gyroscope.csv", header.format("rad/s"), [samples.t_s, *samples.gyr_radps.T])
    return folder


def write_sensor_logger(samples: Samples, folder: Path) -> Path:
    """Write an export of Sensor Logger: a folder with a file for each sensor, columns in the order z, y, x, without units."""
    times = [samples.t_s * 1e9 + 1.7e18, samples.t_s]
    for name, values in (("TotalAcceleration", samples.acc_mps2), ("Gyroscope", samples.gyr_radps)):
        _table(folder / f"{name}.csv", "time,seconds_elapsed,z,y,x", [*times, *values[:, ::-1].T])
    return folder


def _table(path: Path, header: str, columns: Sequence[Array]) -> Path:
    np.savetxt(path, np.stack(columns, axis=1), fmt="%.10g", delimiter=",", header=header, comments="")
    return path
