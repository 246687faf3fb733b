"""Compile the text catalogs when the package is built."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTexts(BuildHookInterface[Any]):
    """Write levelhips.mo of each language from its .po files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Run before the files are collected."""
        sys.path.insert(0, str(Path(self.root)))
        from bench import texts

        for language in texts.languages():
            texts.compile_language(language)
