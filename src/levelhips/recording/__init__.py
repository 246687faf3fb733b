"""Recordings: our MCAP files, written so that nothing is lost, and tables of others, read with their units."""

from levelhips.recording.reader import Recording, open_recording
from levelhips.recording.writer import RecordingWriter

__all__ = ["Recording", "RecordingWriter", "open_recording"]
