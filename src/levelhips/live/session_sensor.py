"""The sensor of a session, once its kind is known: its source, profile and decoder."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from levelhips.errors import BadInputError
from levelhips.recording.schema import Packet
from levelhips.samples import Samples
from levelhips.sensors.profile import Decoder, Profile
from levelhips.sensors.source import Source

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SessionSensor:
    """The sensor of a session."""

    source: Source
    profile: Profile
    decoder: Decoder

    @classmethod
    def of(cls, source: Source | None) -> SessionSensor | None:
        """Return the sensor of a source; None while its kind is not known."""
        if source is None or source.profile is None:
            return None
        return cls(source, source.profile, source.profile.decoder(source.asked_hz))

    @property
    def rate_hz(self) -> float:
        """Sampling rate: the one that the sensor reported, else the one that was asked for [Hz]."""
        return self.decoder.rate_hz or self.source.asked_hz

    def decode(self, packet: Packet) -> list[Samples]:
        """Return the samples that a packet completes.

        Raises
        ------
        BadInputError
            If the bytes are invalid, or the decoder raises anything else: the radio's callback would silently drop such an
            exception.
        """
        try:
            return self.decoder.push(packet)
        except BadInputError as error:
            log.info("Invalid packet: %s", error)
            raise
        except Exception as error:
            log.exception("A packet could not be decoded")
            raise BadInputError("packet-not-decoded", error=f"{type(error).__name__}: {error}") from error
