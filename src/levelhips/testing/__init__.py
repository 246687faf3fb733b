"""Checks for authors of plug-ins: what every sensor, drill, metric and processor must hold. docs/plugins.md shows them."""

from levelhips.testing.chunks import check_chunk_invariance
from levelhips.testing.drills import check_drill
from levelhips.testing.exporters import check_exporter
from levelhips.testing.find import Report, check_plugin
from levelhips.testing.importers import check_importer
from levelhips.testing.metrics import check_metric
from levelhips.testing.results import Result, State
from levelhips.testing.sensors import check_sensor

__all__ = [
    "Report",
    "Result",
    "State",
    "check_chunk_invariance",
    "check_drill",
    "check_exporter",
    "check_importer",
    "check_metric",
    "check_plugin",
    "check_sensor",
]
