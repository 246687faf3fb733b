"""Words that users read, by what they stand for."""
