"""The drills that come with levelhips: one declaration per file."""
