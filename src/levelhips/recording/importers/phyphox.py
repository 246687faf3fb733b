"""Column names and units of phyphox exports: Accelerometer.csv (with gravity) and Gyroscope.csv."""

from __future__ import annotations

SOURCE = "phyphox"
WITH_GRAVITY = ("accelerometer.csv",)
