"""The fourteen-day exercise programme: its items, today's list and hints."""
