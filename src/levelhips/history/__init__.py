"""The history: past sessions summarized from their recordings, weekly figures, and the diary of pain, shoes and distances."""

from levelhips.history.diary import Diary
from levelhips.history.session_row import SessionKind, SessionRow, session_row
from levelhips.history.store import History, Rebuilt

__all__ = ["Diary", "History", "Rebuilt", "SessionKind", "SessionRow", "session_row"]
