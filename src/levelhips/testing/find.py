"""Find plug-ins by the name of their entry point, in any group, and run all checks that apply."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from levelhips.analysis.installed_metrics import GROUP as METRICS
from levelhips.coaching.drills.drill import Drill
from levelhips.errors import SettingsError
from levelhips.metrics import BUILT_IN, Metric
from levelhips.sensors.profile import GROUP as SENSORS
from levelhips.sensors.profile import Profile
from levelhips.settings.installed import DRILLS
from levelhips.testing import sentences
from levelhips.testing.drills import drill_results
from levelhips.testing.metrics import metric_results
from levelhips.testing.results import Result, State
from levelhips.testing.sensors import sensor_results


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of plug-in: its entry-point group, its class, and the function that checks one."""

    group: str
    cls: type
    check: Callable[[Any], list[Result]]


KINDS: dict[str, Kind] = {
    "sensor": Kind(SENSORS, Profile, sensor_results),
    "drill": Kind(DRILLS, Drill, drill_results),
    "metric": Kind(METRICS, Metric, metric_results),
}


@dataclass(frozen=True, slots=True)
class Report:
    """The results of all checks of one plug-in.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    name : str
        Of its entry point.
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
        Name of an entry point; with its kind or group before a colon (``drill:bridge``, ``levelhips.drills:bridge``) only that.

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
    if "metric" in kinds and short in BUILT_IN:
        reports.append(Report("metric", short, metric_results(BUILT_IN[short])))
    if not reports:
        raise _not_installed(short, kinds)
    return reports


def _report(kind: str, entry: EntryPoint) -> Report:
    found = KINDS[kind]
    try:
        plugin = entry.load()
    except Exception as error:  # whatever a plug-in raises while it is imported is what its author has to see
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
    names = sorted({entry.name for kind in kinds.values() for entry in entry_points(group=kind.group)})
    if "metric" in kinds:
        names += [metric.key for metric in BUILT_IN]
    near = difflib.get_close_matches(name, names) or names
    return SettingsError(sentences.NOT_INSTALLED.format(name=name), fix=sentences.CHOOSE.format(names=", ".join(near)))
