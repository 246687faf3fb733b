"""Decode the raw packets of a recording again, for example with a decoder that has been improved since."""

from __future__ import annotations

from dataclasses import replace

from levelhips.errors import BadInputError, RecordingError
from levelhips.recording import Recording
from levelhips.samples import Samples
from levelhips.sensors.profile import profiles
from levelhips.text import text


def redecoded(recording: Recording) -> Recording:
    """Return a recording with its samples decoded again from its packets.

    Raises
    ------
    RecordingError
        If it has no packets, or the profile of its sensor is not installed.
    """
    name = recording.metadata.get("profile")
    if not recording.packets or name is None:
        raise RecordingError("no-packets", name=recording.path.name)
    profile = profiles().get(name)
    if profile is None:
        raise RecordingError("profile-not-installed", name=name)
    try:
        asked_hz = float(recording.metadata["asked_hz"])
    except (KeyError, ValueError):
        asked_hz = profile.default_rate_hz
    decoder = profile.decoder(asked_hz)
    parts: list[Samples] = []
    damaged = 0
    for packet in recording.packets:
        try:
            parts += decoder.push(packet)
        except BadInputError:
            damaged += 1
    notes = [*recording.notes, *([text("recording.note.undecoded-packets", n=damaged)] if damaged else [])]
    return replace(recording, samples=Samples.join(parts), rate_hz=decoder.rate_hz or asked_hz, scale=decoder.scale, notes=notes)
