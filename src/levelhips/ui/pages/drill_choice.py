"""Page on which a drill and the hip that works are chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from levelhips.coaching.drills.counters import Hold
from levelhips.coaching.drills.drill import Drill, DrillSettings
from levelhips.events import Side
from levelhips.settings.installed import drills
from levelhips.text import tr
from levelhips.ui import theme
from levelhips.ui.widgets.fitting import FitLabel
from levelhips.ui.widgets.labels import Label, shrinkable, size_text
from levelhips.ui.widgets.wrapped_list import WrappedList
from levelhips.words import HIPS, drill_instruction, drill_title

NO_BREAK = "\u00a0"  # a space at which no line is broken: "2 x 12" stays together


def _dose(drill: Drill) -> str:
    """Return the dose of a drill in words: "2 x 12 repetitions", "2 x 30 seconds"."""
    if isinstance(drill.count, Hold):
        return tr("ui.drill-dose-hold", sets=drill.dose.sets, seconds=drill.count.seconds)
    return tr("ui.drill-dose", sets=drill.dose.sets, reps=drill.dose.reps)


class DrillChoicePage(QWidget):
    """List of the drills, a button for each hip, and the instruction and dose of the selected drill."""

    chosen, back = Signal(object), Signal()

    def __init__(self) -> None:
        super().__init__()
        self.side = Side.LEFT
        self.title, self.about, self.hint = FitLabel(tr("ui.drills")), Label(), FitLabel(tr("ui.drill-choice-hint"))
        self.about.setWordWrap(True)
        shrinkable(self.about)
        self.list = WrappedList()
        self.list.setAccessibleName(tr("ui.drills"))
        for name, drill in drills().items():
            item = QListWidgetItem(drill_title(drill.name, drill.title))
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        self.list.currentRowChanged.connect(self._describe)
        self.list.itemActivated.connect(lambda _: self.choose())
        self.sides = {side: QPushButton() for side in Side}
        sides = QHBoxLayout()
        for side, button in self.sides.items():
            button.clicked.connect(lambda _=False, side=side: self.choose_side(side))
            sides.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(60, 30, 60, 20)
        for widget in (self.title, self.list):
            layout.addWidget(widget)
        layout.addLayout(sides)
        layout.addWidget(self.about)
        layout.addWidget(self.hint)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusProxy(self.list)
        # A list uses typed letters to search its rows; shortcuts get them first.
        for key, act in (("L", lambda: self.choose_side(Side.LEFT)), ("R", lambda: self.choose_side(Side.RIGHT)), ("Esc", self.back.emit)):
            QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut).activated.connect(act)
        self.list.setCurrentRow(0)
        self.choose_side(Side.LEFT)

    def choose_side(self, side: Side) -> None:
        """Choose the hip that works."""
        self.side = side
        for one, button in self.sides.items():
            button.setText(("● " if one is side else "○ ") + HIPS[one])
        self._size_buttons()
        self._describe()

    def choose(self) -> None:
        """Emit `chosen` with the selected drill and hip."""
        name = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        self.chosen.emit(DrillSettings(name=name, side=self.side.value))

    def _describe(self, row: int = 0) -> None:
        if self.list.currentItem() is None:
            return
        drill = drills()[self.list.currentItem().data(Qt.ItemDataRole.UserRole)]
        instruction = drill_instruction(drill.name, self.side, drill.instruction_for(self.side))
        self.about.setText(f"{instruction}   {_dose(drill).replace(' ', NO_BREAK)}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Handle the keys of this page; leave all others to Qt."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.choose()
        else:
            super().keyPressEvent(event)

    def _size_buttons(self) -> None:
        for one, button in self.sides.items():
            size_text(theme.SMALL_SHARE, button, extra=f" border-color: {theme.SIDE[one]};" if one is self.side else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Set the font sizes for the new size of the window."""
        size_text(theme.TITLE_SHARE, self.title)
        size_text(theme.SMALL_SHARE, self.list)
        self._size_buttons()
        size_text(theme.HEAD_SHARE, self.about, color=theme.TEXT)
        size_text(theme.SMALL_SHARE, self.hint, color=theme.DIM)
        super().resizeEvent(event)
