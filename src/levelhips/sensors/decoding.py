"""Decode the raw packets of a recording again: the same samples, to the bit, or better ones from a better decoder."""

from __future__ import annotations

from dataclasses import replace

from levelhips.errors import BadInputError, RecordingError
from levelhips.recording import Recording
from levelhips.samples import Samples
from levelhips.sensors.profile import profiles


def redecoded(recording: Recording) -> Recording:
    """A recording with its samples decoded anew from what the radio gave.

    Raises
    ------
    RecordingError
        If it holds no packets, or its kind of sensor is not known here.
    """
    name = recording.metadata.get("profile")
    if not recording.packets or name is None:
        raise RecordingError(f"{recording.path.name} holds no packets of a radio", fix="Leave out --raw; its samples are all there is")
    profile = profiles().get(name)
    if profile is None:
        raise RecordingError(f"The sensor profile {name!r} is not installed", fix="Install the package that brings it, or leave out --raw")
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
    notes = [*recording.notes, *([f"{damaged} packets could not be decoded"] if damaged else [])]
    return replace(recording, samples=Samples.join(parts), rate_hz=decoder.rate_hz or asked_hz, scale=decoder.scale, notes=notes)
