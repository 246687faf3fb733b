"""File names of phyphox exports: Accelerometer.csv, which includes gravity, and Gyroscope.csv."""

from __future__ import annotations

SOURCE = "phyphox"
WITH_GRAVITY = ("accelerometer.csv",)
