"""Motion: from samples to steps. Pure and incremental: no clock, no file, no screen."""
