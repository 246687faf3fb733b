"""Benchmarks: accuracy and speed, as tables (`make bench`)."""
