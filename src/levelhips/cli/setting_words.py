"""The value of a setting, and where it comes from, as text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from levelhips.text import tr

if TYPE_CHECKING:
    from levelhips.settings import Resolved


def written(value: object) -> str:
    """Return a value as it stands in the settings file; nothing for None."""
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def source_words(resolved: Resolved, key: str) -> str:
    """Return in a few words where a value comes from."""
    from levelhips.settings import Source

    layer = resolved.layers.get(key)
    if layer is None:
        return tr("cli.source.default")
    file = Path(str(layer.where)).name
    return {
        Source.DEFAULT: str(layer.where) or tr("cli.source.default"),
        Source.BASELINE: tr("cli.source.baseline"),
        Source.USER_FILE: tr("cli.source.user-file"),
        Source.RECORDING: tr("cli.source.recording"),
        Source.SETTINGS_FILE: tr("cli.source.settings-file", name=file),
        Source.OPTION: tr("cli.source.option"),
    }[layer.source]
