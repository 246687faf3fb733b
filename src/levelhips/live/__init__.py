"""Live sessions and replays, and the snapshots of them that user interfaces show."""
