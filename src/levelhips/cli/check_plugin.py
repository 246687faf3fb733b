"""levelhips check-plugin: run the checks of `levelhips.testing` on an installed plug-in."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from levelhips.cli.console import console, say
from levelhips.cli.options import typed_values

WIDTH = 8  # columns of the longest state (skipped) and a blank


def check_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="cli.check-plugin.name")],
    as_json: Annotated[bool, typer.Option("--json", help="cli.option.json")] = False,
) -> None:
    """Check a sensor, drill, metric, exporter or importer.

    Prints one line for each check. Exit code 1: a check failed. See docs/plugins.md.
    """
    from levelhips.testing.find import check_plugin as check

    with typed_values():
        reports = check(name)
    if as_json:
        typer.echo(json.dumps([report.as_dict() for report in reports], indent=2))
    else:
        out = console()
        for report in reports:
            say(out, f"{report.kind} {report.name}")
            for result in report.results:
                say(out, f"  {result.state:{WIDTH}s}{result.line}")
    if not all(report.passed for report in reports):
        raise SystemExit(1)
