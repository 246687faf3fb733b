"""Recordings: read and write MCAP files of levelhips, and import tables of other programs."""

from levelhips.recording.opening import open_recording
from levelhips.recording.recording import Recording
from levelhips.recording.writer import RecordingWriter

__all__ = ["Recording", "RecordingWriter", "open_recording"]
