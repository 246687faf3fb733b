"""The text catalogs: keys, values, plural forms, the choice of the language."""

from __future__ import annotations

import os
import pickle
import string
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from bench import sentences
from bench import texts as catalogs

from levelhips.bounds import FieldError
from levelhips.coaching.drills.drill import DrillSettings
from levelhips.errors import LevelHipsError, NewerFileError
from levelhips.live.keys import Where, key_hints
from levelhips.metrics import BUILT_IN
from levelhips.settings.language import preferred_language
from levelhips.settings.model import SPECS
from levelhips.text import choice, number, set_loader, text, tr
from levelhips.text.catalog import DECIMAL_MARK_KEY, has

LANGUAGES = catalogs.languages()
PO = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "number.decimal-mark"
msgstr "{mark}"

msgid "steps"
msgid_plural "steps"
msgstr[0] "{one}"
msgstr[1] "{other}"
"""


@pytest.fixture
def two_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Small catalogs of two languages, compiled, and read by the program."""
    for code, mark, one, other in (
        ("en", ".", "{n} step of {of:,.1f}", "{n} steps"),
        ("de", ",", "{n} Schritt von {of:,.1f}", "{n} Schritte"),
    ):
        (tmp_path / code).mkdir()
        po = PO.format(code=code, mark=mark, one=one, other=other)
        if code == "en":
            po += '\nmsgid "only"\nmsgstr "English only"\n'
        (tmp_path / code / "a.po").write_text(po, encoding="utf-8")
    monkeypatch.setattr(catalogs, "FOLDER", tmp_path)
    monkeypatch.setattr(choice, "FOLDER", tmp_path)
    for code in ("en", "de"):
        catalogs.compile_language(code)
    yield tmp_path
    choice.choose(None)
    monkeypatch.undo()
    set_loader(choice.load)


def test_plural_forms_and_numbers_are_those_of_the_language(two_languages: Path) -> None:
    choice.choose("en")
    assert tr("steps", n=1, of=1234.56) == "1 step of 1,234.6"
    assert tr("steps", n=0) == "0 steps"
    choice.choose("de")
    assert tr("steps", n=1, of=1234.56) == "1 Schritt von 1.234,6"
    assert tr("steps", n=2) == "2 Schritte"
    assert number(-0.25, "+.2f") == "-0,25"
    assert number(2026) == "2026"


def test_a_message_without_translation_comes_from_the_english_catalog(two_languages: Path) -> None:
    choice.choose("de")
    assert tr("only") == "English only"


def test_text_is_written_in_the_language_in_use_when_it_is_shown(two_languages: Path) -> None:
    steps = text("steps", n=3)
    choice.choose("en")
    assert str(steps) == "3 steps"
    choice.choose("de")
    assert f"{steps}" == "3 Schritte"
    assert tr("steps", n=3) == str(steps)


def test_a_key_that_no_catalog_has_is_shown_as_it_is() -> None:
    assert tr("no.such-key") == "no.such-key"
    assert not has("no.such-key")
    assert has("notice.slipped")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'xx'"):
        choice.choose("xx")


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "de"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "it:de:en"}, "de"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "de_DE.UTF-8", "LANG": "en_US.UTF-8"}, "de"),
        ({"LC_ALL": "", "LANG": "de_DE"}, "de"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such variables")
def test_the_language_of_the_system_is_that_of_its_locale(variables: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert choice.system_language() == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('[display]\nlanguage = "de"\n', "de"),
        ('[display]\nlanguage = "system"\n', "system"),
        ("[display]\nlanguage = 3\n", ""),
        ("display = 3\n", ""),
        ("", ""),
        ("[display\n", ""),
    ],
)
def test_the_language_is_read_from_the_settings_file_even_if_the_rest_is_wrong(
    content: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEVELHIPS_CONFIG", str(tmp_path))
    assert preferred_language() == ""
    (tmp_path / "settings.toml").write_text(content, encoding="utf-8")
    assert preferred_language() == code


def test_settings_and_environment_choose_the_language_of_a_process(tmp_path: Path) -> None:
    program = "import levelhips; from levelhips.text import choice, tr; tr('x'); print(choice.language())"
    clean = {name: value for name, value in os.environ.items() if name not in {"LC_ALL", "LC_MESSAGES", "LANGUAGE", "LEVELHIPS_LANGUAGE"}}

    def language(**variables: str) -> str:
        given = {**clean, "LANG": "C.UTF-8", "LEVELHIPS_CONFIG": str(tmp_path), **variables}
        return subprocess.run([sys.executable, "-c", program], env=given, capture_output=True, text=True, check=True).stdout.strip()

    assert language() == "en"
    assert language(LANG="de_DE.UTF-8") == "de"
    assert [language(LEVELHIPS_LANGUAGE=name) for name in ("DE", "de_AT.UTF-8", "de-CH", "xx")] == ["de", "de", "de", "en"]
    (tmp_path / "settings.toml").write_text('[display]\nlanguage = "de"\n', encoding="utf-8")
    assert language() == "de"
    assert language(LEVELHIPS_LANGUAGE="en") == "en"


def test_an_error_has_its_sentences_from_the_catalog() -> None:
    error = NewerFileError("run.mcap")
    assert error.what == "run.mcap was written by a newer levelhips"
    assert str(error) == "run.mcap was written by a newer levelhips. Update levelhips; the file itself is fine."


def test_an_error_of_a_plug_in_brings_its_own_sentences() -> None:
    error = LevelHipsError("The 7 {sensors} are asleep", fix="Wake them up")
    assert (error.what, error.fix) == ("The 7 {sensors} are asleep", "Wake them up")


@pytest.mark.parametrize("error", [NewerFileError("a"), LevelHipsError("is-a-folder", path=Path("x")), LevelHipsError("A", fix="B")])
def test_error_can_be_sent_to_another_process(error: LevelHipsError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))


def test_the_decimal_mark_changes_with_the_language_before_the_first_sentence() -> None:
    """Bug: after German, numbers kept their comma until some sentence was written."""
    for language, written in (("de", "0,5"), (None, "0.5"), ("de", "0,5"), ("en", "0.5")):
        choice.choose(language)
        assert number(0.5, ".1f") == written
    choice.choose(None)


@pytest.mark.usefixtures("german")
def test_units_above_columns_are_in_the_language_and_those_in_files_are_not() -> None:
    by_key = {metric.key: metric for metric in BUILT_IN}
    assert by_key["cadence"].title == "Schrittfrequenz [1/min]"
    assert by_key["tilt_range"].title == "Umfang der Kippung [°]"
    assert by_key["contact_time"].title == "Kontaktzeit [ms]"
    assert (by_key["cadence"].unit, by_key["tilt_range"].column) == ("steps/min", "tilt_range_deg")


@pytest.mark.usefixtures("german")
def test_numbers_to_be_typed_have_a_decimal_point_in_every_language() -> None:
    assert str(SPECS["threshold.under_share"].accepts) == "eine Zahl von 0.5 bis 1"
    with pytest.raises(FieldError, match=r"ist 5\.5; erlaubt ist weniger als high_deg, also 5$"):
        DrillSettings(name="bridge", low_deg=5.5, high_deg=5.0)


@pytest.mark.usefixtures("german")
def test_keys_with_a_name_are_named_in_the_language() -> None:
    assert key_hints(Where.REPLAY)[0] == "Leertaste Pause"
    assert key_hints(Where.REPLAY, capitals=True)[-1] == "Q Ende"


# ---- the files


def test_a_key_in_two_files_is_refused(two_languages: Path) -> None:
    (two_languages / "en" / "b.po").write_text(PO.format(code="en", mark=".", one="a", other="b"), encoding="utf-8")
    with pytest.raises(ValueError, match="in another file too"):
        catalogs.messages("en")


def test_a_key_twice_in_one_file_is_refused(two_languages: Path) -> None:
    with (two_languages / "en" / "a.po").open("a", encoding="utf-8") as file:
        file.write('\nmsgid "only"\nmsgstr "again"\n')
    with pytest.raises(ValueError, match='twice: msgid "only"'):
        catalogs.messages("en")


def test_updating_keeps_translations_adds_new_keys_and_removes_old_ones(two_languages: Path) -> None:
    english = two_languages / "en" / "a.po"
    english.write_text(english.read_text(encoding="utf-8") + '\nmsgid "new"\nmsgstr "New one"\n', encoding="utf-8")
    german = two_languages / "de" / "a.po"
    german.write_text(german.read_text(encoding="utf-8") + '\nmsgid "gone"\nmsgstr "weg"\n', encoding="utf-8")
    catalogs.update()
    updated = german.read_text(encoding="utf-8")
    assert '#. New one\nmsgid "new"\nmsgstr ""' in updated
    assert "#. {n} step of {of:,.1f}" in updated
    assert 'msgstr[1] "{n} Schritte"' in updated
    assert "gone" not in updated
    catalogs.update()
    assert german.read_text(encoding="utf-8") == updated


def test_a_new_language_gets_all_messages_and_its_own_plural_forms(two_languages: Path) -> None:
    (two_languages / "pl").mkdir()
    catalogs.update()
    polish = two_languages / "pl" / "a.po"
    written = polish.read_text(encoding="utf-8")
    assert "nplurals=3;" in written
    assert 'msgid "only"\nmsgstr ""' in written
    for form, words in enumerate(("{n} krok", "{n} kroki", "{n} kroków")):
        written = written.replace(f'msgstr[{form}] ""', f'msgstr[{form}] "{words}"')
    polish.write_text(written, encoding="utf-8")
    catalogs.update()
    file = catalogs.compile_language("pl")
    with file.open("rb") as data:
        polish_steps = GNUTranslations(data).ngettext
    assert [polish_steps("steps", "steps", n) for n in (1, 2, 5, 22)] == ["{n} krok", "{n} kroki", "{n} kroków", "{n} kroki"]


def test_every_language_has_a_name_and_a_folder() -> None:
    assert set(LANGUAGES) == set(choice.LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogs_are_those_of_their_files(language: str) -> None:
    """They are under version control: a checkout runs without being built."""
    with (catalogs.FOLDER / language / "LC_MESSAGES" / "levelhips.mo").open("rb") as file:
        compiled = GNUTranslations(file)
    for key, message in catalogs.messages(language).items():
        if isinstance(message.string, str):
            assert compiled.gettext(key) == message.string, "run: make texts"
        else:
            assert [compiled.ngettext(key, key, n) for n in (1, 2)] == list(message.string), "run: make texts"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_files_of_other_languages_are_up_to_date(language: str) -> None:
    for source in sorted((catalogs.FOLDER / catalogs.SOURCE).glob("*.po")):
        target = catalogs.FOLDER / language / source.name
        assert target.read_text(encoding="utf-8") == catalogs.updated(source, language), "run: make texts"


# ---- catalogs and source together

MESSAGES = {language: catalogs.messages(language) for language in LANGUAGES}
USES = sentences.uses()
ALLOWED = {
    line
    for line in (Path(__file__).parent / "data" / "outside_catalog.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}
# The kit for authors of plug-ins speaks to programmers. Drills are data in English, as those of plug-ins; drills.po translates ours.
FOR_PROGRAMMERS, DRILLS = "testing/", "coaching/drills/catalog/"


def formats(template: str) -> dict[str, str]:
    return {name: spec or "" for _, name, spec, _ in string.Formatter().parse(template) if name is not None}


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def test_every_key_in_the_source_is_in_the_english_catalog() -> None:
    keys = set(MESSAGES["en"])
    missing = []
    for use in USES:
        if use.is_prefix:
            missing += [] if any(key.startswith(use.key) for key in keys) else [f"{use.place}: {use.key}"]
        else:
            wanted = [f"{use.key}.{part}" for part in ("what", "fix")] if use.is_error else [use.key]
            missing += [f"{use.place}: {key}" for key in wanted if key not in keys]
    assert not missing


def test_every_message_is_used() -> None:
    whole = {use.key for use in USES if not use.is_prefix}
    whole |= {f"{key}.{part}" for key in whole for part in ("what", "fix") if key.startswith("error.")}
    prefixes = tuple(use.key for use in USES if use.is_prefix)
    constants = {"number.decimal-mark"}
    assert [key for key in MESSAGES["en"] if key not in whole | constants and not key.startswith(prefixes)] == []


def test_every_field_of_a_message_gets_a_value() -> None:
    wrong = []
    for use in USES:
        keys = [f"{use.key}.what", f"{use.key}.fix"] if use.is_error else [use.key]
        for message in (MESSAGES["en"][key] for key in keys if key in MESSAGES["en"] and not use.is_prefix):
            for form in forms(message):
                if use.values is not None and (missing := sentences.fields(form) - use.values):
                    wrong.append(f"{use.place}: {message.id} needs {sorted(missing)}")
    assert not wrong


def test_no_sentence_for_people_is_outside_the_catalog() -> None:
    found: dict[str, str] = {}
    for path in sentences.files():
        place = path.relative_to(sentences.SOURCE).as_posix()
        if not place.startswith((FOR_PROGRAMMERS, DRILLS)):
            found |= {f"{place}: {words}": f"{place}:{line}" for line, words in sentences.sentences(path)}
    assert {sentence: place for sentence, place in found.items() if sentence not in ALLOWED} == {}
    assert set(found) >= ALLOWED, "no longer there: remove the line"


def test_the_lint_finds_sentences_and_leaves_names_logs_and_docstrings_alone(tmp_path: Path) -> None:
    module = tmp_path / "m.py"
    module.write_text(
        '"""A docstring of words."""\n'
        'say(f"No sensor {name} was found")\n'
        'raise ValueError("not for users at all")\n'
        'log.debug("connected to %s again", x)\n'
        'db.execute("SELECT name from sessions")\n'
        'x = tr("cli.run.help")\n'
        'y: Literal["walk run"]\n'
        'label = "drop of a step"\n'
        'button.setText("Stop")\n'
        'cell.setText(f"{n} steps")\n'
        'set_text(clock, f"{minutes}:{seconds}")\n'
        'box.setText("levelhips")\n'
    )
    assert [(line, words) for line, words in sentences.sentences(module)] == [
        (2, "No sensor {} was found"), (8, "drop of a step"), (9, "Stop"), (10, "{} steps"),
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_translations_have_the_fields_and_plural_forms_of_the_english_messages(language: str) -> None:
    for key, message in MESSAGES[language].items():
        english = MESSAGES["en"][key]
        if key == DECIMAL_MARK_KEY:
            continue
        assert isinstance(message.string, str) == isinstance(english.string, str), key
        wanted = frozenset().union(*(sentences.fields(form) for form in forms(english)))
        for form in filter(None, forms(message)):
            assert sentences.fields(form) <= wanted, key
            if isinstance(message.string, str):
                assert sentences.fields(form) == wanted, key
                assert formats(form) == formats(forms(english)[0]), key
            assert form.endswith(".") == forms(english)[0].endswith("."), f"{key}: a full stop in one language only"
            assert form == form.strip() or forms(english)[0] != forms(english)[0].strip(), key


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_no_message_is_without_translation(language: str) -> None:
    assert [key for key, message in MESSAGES[language].items() if not catalogs.translated(message)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_of_a_setting_has_at_most_80_letters(language: str) -> None:
    """As in `levelhips settings list`, where it follows an indent and comes before what is accepted."""
    explained = {key: message.string for key, message in MESSAGES[language].items() if key.startswith("setting.")}
    assert explained
    assert {key: words for key, words in explained.items() if len(words) > 80} == {}
