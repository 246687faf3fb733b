"""The screen: Qt pages that ask a session how it fares, sixty times a second, and are never called by it."""
