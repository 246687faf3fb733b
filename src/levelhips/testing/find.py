"""Find plug-ins by the name of their entry point, in any group, and run all checks that apply."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from levelhips.analysis.installed_metrics import GROUP as METRICS
from levelhips.coaching.drills.drill import Drill
from levelhips.errors import SettingsError
from levelhips.export.exporter import BUILT_IN as EXPORTERS
from levelhips.export.exporter import GROUP as EXPORTER_GROUP
from levelhips.export.exporter import Exporter
from levelhips.metrics import BUILT_IN, Metric
from levelhips.recording.importers import BUILT_IN as IMPORTERS
from levelhips.recording.importers import GROUP as IMPORTER_GROUP
from levelhips.recording.importers import Importer
from levelhips.sensors.profile import GROUP as SENSORS
from levelhips.sensors.profile import Profile
from levelhips.settings.installed import DRILLS
from levelhips.testing import sentences
from levelhips.testing.drills import drill_results
from levelhips.testing.exporters import exporter_results
from levelhips.testing.importers import importer_results
from levelhips.testing.metrics import metric_results
from levelhips.testing.results import Result, State
from levelhips.testing.sensors import sensor_results


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of plug-in, such as sensors.

    Attributes
    ----------
    group : str
        Entry-point group.
    cls : type
        Class of its declarations.
    check : callable
        Returns the results of all checks of one declaration.
    built_in : mapping
        Declarations of levelhips by name that have no entry points, because their order matters.
    """

    group: str
    cls: type
    check: Callable[[Any], list[Result]]
    built_in: Mapping[str, Any] = field(default_factory=dict)


KINDS: dict[str, Kind] = {
    "sensor": Kind(SENSORS, Profile, sensor_results),
    "drill": Kind(DRILLS, Drill, drill_results),
    "metric": Kind(METRICS, Metric, metric_results, {metric.key: metric for metric in BUILT_IN}),
    "exporter": Kind(EXPORTER_GROUP, Exporter, exporter_results, {exporter.name: exporter for exporter in EXPORTERS}),
    "importer": Kind(IMPORTER_GROUP, Importer, importer_results, {importer.name: importer for importer in IMPORTERS}),
}


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all checks of one plug-in.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    name : str
        Name of its entry point.
    results : list of Result
    """

    kind: str
    name: str
    results: list[Result]

    @property
    def passed(self) -> bool:
        """Whether no check failed."""
        return not any(result.state is State.FAILED for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"kind": self.kind, "name": self.name, "passed": self.passed, "checks": [result.as_dict() for result in self.results]}


def check_plugin(name: str) -> list[Report]:
    """Run every check on the installed plug-ins of a name.

    Parameters
    ----------
    name : str
        Name of an entry point. With its kind or group in front (``drill:bridge``, ``levelhips.drills:bridge``), only that is checked.

    Raises
    ------
    SettingsError
        If there is no such plug-in.
    """
    group, colon, short = name.rpartition(":")
    kinds = {kind: found for kind, found in KINDS.items() if not colon or group in (kind, found.group)}
    if not kinds:
        raise SettingsError(sentences.UNKNOWN_KIND.format(kind=group), fix=sentences.CHOOSE.format(names=", ".join(KINDS)))
    reports = [_report(kind, entry) for kind, found in kinds.items() for entry in entry_points(group=found.group, name=short)]
    seen = {report.kind for report in reports}
    for kind, found in kinds.items():
        if short in found.built_in and kind not in seen:
            reports.append(Report(kind, short, found.check(found.built_in[short])))
    if not reports:
        raise _not_installed(short, kinds)
    return reports


def _report(kind: str, entry: EntryPoint) -> Report:
    found = KINDS[kind]
    try:
        plugin = entry.load()
    except Exception as error:  # whatever a plug-in raises while it is imported, its author should see it
        return Report(kind, entry.name, [Result("load", State.FAILED, "plugin.load", {"target": entry.value, "error": repr(error)})])
    if not isinstance(plugin, found.cls):
        values = {"target": entry.value, "kind": found.cls.__name__, "found": type(plugin).__name__}
        return Report(kind, entry.name, [Result("load", State.FAILED, "plugin.kind", values)])
    results = [Result("load", State.OK)]
    own = plugin.key if isinstance(plugin, Metric) else getattr(plugin, "name", entry.name)
    if own != entry.name:
        results = [Result("load", State.FAILED, "plugin.name", {"name": own, "entry": entry.name})]
    return Report(kind, entry.name, [*results, *found.check(plugin)])


def _not_installed(name: str, kinds: dict[str, Kind]) -> SettingsError:
    groups = kinds.values()
    names = sorted({entry.name for kind in groups for entry in entry_points(group=kind.group)}.union(*(kind.built_in for kind in groups)))
    near = difflib.get_close_matches(name, names) or names
    return SettingsError(sentences.NOT_INSTALLED.format(name=name), fix=sentences.CHOOSE.format(names=", ".join(near)))
