"""Checks for authors of plug-ins: the laws that every drill, sensor, metric and processor must hold. docs/library.md shows them."""

from levelhips.testing.chunks import check_chunk_invariance
from levelhips.testing.drills import check_drill
from levelhips.testing.metrics import check_metric
from levelhips.testing.sensors import check_sensor

__all__ = ["check_chunk_invariance", "check_drill", "check_metric", "check_sensor"]
