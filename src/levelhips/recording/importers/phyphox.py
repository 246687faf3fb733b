"""What is particular to exports of phyphox: Accelerometer.csv (with gravity) and Gyroscope.csv, with units in their headers."""

from __future__ import annotations

SOURCE = "phyphox"
WITH_GRAVITY = ("accelerometer.csv",)
