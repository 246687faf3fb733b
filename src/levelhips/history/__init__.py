"""The weeks in between: sessions and drills from recordings, trends, and the wearer's diary."""

from levelhips.history.diary import Diary
from levelhips.history.session_row import Digest, digest
from levelhips.history.store import History, Rebuilt

__all__ = ["Diary", "Digest", "History", "Rebuilt", "digest"]
