"""Live sessions and replay: what runs, and what user interfaces see of it."""
