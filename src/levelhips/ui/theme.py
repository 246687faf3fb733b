"""Colors, sizes and style of the window; docs/design-of-the-screen.md gives the reasons."""

from __future__ import annotations

from levelhips.events import Side

BACK, CARD, LINE = "#0f1419", "#171d25", "#2a333e"
TEXT, DIM = "#e8edf2", "#93a0ad"
# Okabe and Ito's sky blue and orange: distinct in every common color blindness.
SIDE = {Side.LEFT: "#56b4e9", Side.RIGHT: "#e69f00"}
SHADE_SHARE = 0.13  # share of a side's color in the background of its stances: visible, but darker than the line
# Font sizes as shares of the window's height. Capital letters have 0.73 of the font size (DejaVu and similar fonts): the digits of
# the large number take 1/6 of the height, and the smallest font is 19 px in a window of 800 px.
NUMBER_SHARE = 0.24
TITLE_SHARE, HEAD_SHARE, WORD_SHARE, SMALL_SHARE = 0.05, 0.036, 0.034, 0.024
MIN_FONT_PX = 11  # below this letters run together
READABLE_PX = 14  # the smallest size that is read without effort in a window of 800 px: an axis has it
FAMILY = "Inter, Segoe UI, SF Pro Text, DejaVu Sans, sans-serif"

STYLE = f"""
QWidget {{ background: {BACK}; color: {TEXT}; font-family: {FAMILY}; }}
QPushButton {{ background: {CARD}; border: 2px solid {LINE}; border-radius: 12px; padding: 10px 18px; }}
QPushButton:focus, QPushButton:hover {{ border-color: {TEXT}; }}
QPushButton:disabled {{ color: {DIM}; }}
QListWidget, QTableWidget, QTabWidget::pane {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 8px; }}
QListWidget::item {{ padding: 12px; }}
QListWidget::item:selected {{ background: {LINE}; color: {TEXT}; }}
QComboBox, QSpinBox {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 6px; padding: 6px 10px; }}
QComboBox QAbstractItemView {{ background: {CARD}; }}
QHeaderView::section {{ background: {BACK}; color: {DIM}; border: none; padding: 6px; }}
QTabBar::tab {{ background: {BACK}; color: {DIM}; padding: 8px 18px; }}
QTabBar::tab:selected {{ color: {TEXT}; border-bottom: 2px solid {TEXT}; }}
QProgressBar {{ background: {CARD}; border: 1px solid {LINE}; border-radius: 6px; text-align: center; }}
QProgressBar::chunk {{ background: {SIDE[Side.LEFT]}; }}
"""


def pixels(height: int, share: float) -> int:
    """Return a font size [px] as a share of a window's height."""
    return max(MIN_FONT_PX, round(height * share))
