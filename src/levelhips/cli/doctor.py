"""levelhips doctor: check what a session needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from levelhips.cli.console import console, print_json, say
from levelhips.cli.options import JsonOption, RecordOption
from levelhips.text import text
from levelhips.text.choice import in_english

if TYPE_CHECKING:
    from levelhips.live.doctor import Finding

SUBJECT_COLUMNS = 17  # columns of the longest subject in any language
STATES = {"ok": text("cli.doctor.ok"), "note": text("cli.doctor.note"), "bad": text("cli.doctor.bad")}


def doctor(
    record: RecordOption = None,
    no_bluetooth: Annotated[bool, typer.Option("--no-bluetooth", help="cli.doctor.no-bluetooth")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check Bluetooth, sound, disk and clock.

    Prints one line for each, with a fix for what does not work.
    """
    from levelhips.live.doctor import examine, worst
    from levelhips.settings.paths import documents

    found = examine(record or documents(), bluetooth=not no_bluetooth)
    findings = _print_json(found) if as_json else _print(found)
    if worst(findings) == "bad":
        raise SystemExit(1)


def _print(found: Iterable[Finding]) -> list[Finding]:
    """Print each finding as soon as it is known; return all."""
    out, findings = console(), []
    width = max(len(str(state)) for state in STATES.values())
    for finding in found:
        findings.append(finding)
        fix = f". {finding.fix}." if finding.fix else ""
        say(out, f"{STATES[finding.state]!s:{width}s}  {finding.subject!s:{SUBJECT_COLUMNS}s} {finding.message}{fix}")
    return findings


@in_english()
def _print_json(found: Iterable[Finding]) -> list[Finding]:
    """Print all findings as a JSON document; return them."""
    from levelhips.live.doctor import worst

    findings = list(found)
    print_json({"state": worst(findings), "findings": [_values(finding) for finding in findings]})
    return findings


def _values(finding: Finding) -> dict[str, str]:
    """Return a finding as plain values."""
    check = finding.subject.key.rpartition(".")[2].replace("-", "_")
    return {
        "check": check,
        "subject": str(finding.subject),
        "state": finding.state,
        "message": str(finding.message),
        "fix": str(finding.fix),
    }
