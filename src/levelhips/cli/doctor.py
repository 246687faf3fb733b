"""levelhips doctor: check what a session needs."""

from __future__ import annotations

from typing import Annotated

import typer

from levelhips.cli.console import console, say
from levelhips.cli.options import RecordOption
from levelhips.text import text

STATES = {"ok": text("cli.doctor.ok"), "note": text("cli.doctor.note"), "bad": text("cli.doctor.bad")}


def doctor(
    record: RecordOption = None,
    no_bluetooth: Annotated[bool, typer.Option("--no-bluetooth", help="cli.doctor.no-bluetooth")] = False,
) -> None:
    """Check Bluetooth, sound, disk and clock.

    Prints one line for each, with a fix for what does not work.
    """
    from levelhips.live.doctor import examine, worst
    from levelhips.settings.paths import documents

    out, findings = console(), []
    width = max(len(str(state)) for state in STATES.values())
    for finding in examine(record or documents(), bluetooth=not no_bluetooth):
        findings.append(finding)
        fix = f". {finding.fix}." if finding.fix else ""
        say(out, f"{STATES[finding.state]!s:{width}s}  {finding.subject!s:14s} {finding.message}{fix}")
    if worst(findings) == "bad":
        raise SystemExit(1)
