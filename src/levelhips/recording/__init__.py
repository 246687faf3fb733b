"""Recordings: our MCAP files, and the tables of other programs with their units."""

from levelhips.recording.opening import open_recording
from levelhips.recording.recording import Recording
from levelhips.recording.writer import RecordingWriter

__all__ = ["Recording", "RecordingWriter", "open_recording"]
