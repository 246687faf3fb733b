"""Settings: what a user may choose, and where it is read from."""

from levelhips.settings.model import Settings, load_settings

__all__ = ["Settings", "load_settings"]
