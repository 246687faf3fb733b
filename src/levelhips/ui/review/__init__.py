"""The review page: a recorded session, step by step."""
