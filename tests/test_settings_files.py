"""Settings files to the letter: what is written after a change, what an unreadable file is called, and who set a value."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from levelhips import Settings, SettingsError
from levelhips.settings import Layer, Source
from levelhips.settings.resolve import THRESHOLD_KEYS, option_layer, resolve, user_layer
from levelhips.settings.store import change_settings, changed_text, read_values

MINE = "# mine\n[cues]\nk = 2  # two\n\n[sound]\nvolume = 0.5\n"


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"cues.k": 3}, MINE.replace("k = 2", "k = 3")),
        ({"sound.volume": None}, "# mine\n[cues]\nk = 2  # two\n\n"),
        ({"cues.n": 4}, MINE.replace("k = 2  # two\n", "k = 2  # two\nn = 4\n")),
        ({"sound.words": False}, MINE + "words = false\n"),
        ({"motion.filter": "vqf"}, MINE + '\n[motion]\nfilter = "vqf"\n'),
        ({"motion.filter": None}, MINE),
        ({}, MINE),
    ],
)
def test_only_the_lines_of_a_changed_setting_change(changes: dict[str, Any], after: str) -> None:
    assert changed_text(MINE, changes).strip() == after.strip()


def test_a_section_with_a_comment_in_it_stays_when_its_last_setting_goes() -> None:
    assert changed_text("[cues]\n# how often\nk = 2\n", {"cues.k": None}) == "[cues]\n# how often\n"


def test_a_changed_file_is_new_private_and_in_new_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "settings.toml"
    change_settings(path, {"cues.k": 4})
    assert path.read_bytes() == b"[cues]\nk = 4\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.write_text("cues = 3\n")
    with pytest.raises(SettingsError, match="cues"):
        change_settings(path, {"cues.k": 4})
    assert path.read_text() == "cues = 3\n"


@pytest.mark.parametrize("content", [None, b"a = = 1\n", b"a = 1 # \xff\n", b"a = " + b"[" * 3000 + b"]" * 3000])
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "settings.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError) as error:
        read_values(path)
    assert str(path) in error.value.what
    assert error.value.fix


def test_options_that_were_not_given_set_nothing_and_those_that_were_are_named() -> None:
    layer = option_layer([("cues.k", 3, "-k"), ("cues.n", None, "-n"), ("sound.words", False, "--no-words")])
    assert (layer.source, dict(layer.values)) == (Source.OPTION, {"cues.k": 3, "sound.words": False})
    assert dict(layer.flags) == {"cues.k": "-k", "sound.words": "--no-words"}
    resolved = resolve(layer)
    assert resolved.origin("cues.k") == "option -k"
    assert resolved.origin("cues.n") == "default"
    with pytest.raises(SettingsError, match=r"cues\.kk"):
        resolved.source("cues.kk")


def test_one_more_layer_wins_and_the_others_stay(tmp_path: Path) -> None:
    below = resolve(Layer(Source.USER_FILE, {"cues.k": 2, "sound.volume": 0.5}, "mine.toml"))
    above = below.over(Layer(Source.OPTION, {"cues.k": 3}))
    assert (above.value("cues.k"), above.source("cues.k")) == (3, Source.OPTION)
    assert (above.value("sound.volume"), above.origin("sound.volume")) == (0.5, "user file mine.toml")
    assert below.value("cues.k") == 2
    assert dict(user_layer(tmp_path / "missing.toml").values) == {}


@pytest.mark.parametrize("key", THRESHOLD_KEYS)
def test_own_thresholds_are_used_only_if_none_were_chosen(key: str) -> None:
    asked: list[Settings] = []

    def own(settings: Settings) -> tuple[Layer, tuple[Any, ...]]:
        asked.append(settings)
        return Layer(Source.BASELINE, {"threshold.left_deg": 3.5}, "the last baseline"), ()

    found = resolve(Layer(Source.USER_FILE, {"cues.k": 2}), thresholds=own)
    assert (found.value("threshold.left_deg"), found.source("threshold.left_deg")) == (3.5, Source.BASELINE)
    assert asked[0].cues.k == 2, "the settings so far"
    value = "fixed" if key == "threshold.mode" else 5.0
    chosen = resolve(Layer(Source.USER_FILE, {key: value}), thresholds=own)
    assert (chosen.value(key), len(asked)) == (value, 1)


@pytest.mark.parametrize(("outward", "expected"), [({}, None), ({"motion.outward": "-x"}, "-x")])
def test_outward_axis_is_set_only_if_it_was_chosen(outward: dict[str, str], expected: str | None) -> None:
    assert resolve(Layer(Source.USER_FILE, outward)).outward == expected
