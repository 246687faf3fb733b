"""Mutation testing: `python -m bench.mutants`; docs/testing.md says how to read its table."""
