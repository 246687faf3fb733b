"""Resolve the settings from all sources: defaults < last baseline session < user file < recording < `--settings` < options.

A source further to the right wins. Layers are merged field by field, so a file with one setting leaves all others as they
were. The result records where each value came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from levelhips.bounds import FieldError, shown
from levelhips.errors import SettingsError, WrongValueError
from levelhips.settings.model import SPECS, SectionError, Settings, UnknownSettingError, WrongNameError, flat, settings_from
from levelhips.settings.store import line_of, read_values
from levelhips.text import Text, text, tr

THRESHOLD_KEYS = ("threshold.mode", "threshold.left_deg", "threshold.right_deg")
"""The settings that decide at which drop a beep sounds. If a layer sets one of them, the thresholds count as chosen."""


class Source(StrEnum):
    """Where the value of a setting came from, the weakest first."""

    DEFAULT = "default"
    BASELINE = "baseline"
    USER_FILE = "user file"
    RECORDING = "recording"
    SETTINGS_FILE = "settings file"
    OPTION = "option"

    @property
    def words(self) -> str:
        """Its name for people."""
        return tr(f"setting-source.{self.value.replace(' ', '-')}")


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings of one source, by key.

    Attributes
    ----------
    source : Source
    values : mapping of str to value
        By key, such as "threshold.left_deg". The keys exist; the values are not checked yet.
    where : str
        The file or recording.
    flags : mapping of str to str
        The command-line option that set a key.
    """

    source: Source
    values: Mapping[str, Any]
    where: Text | str = ""
    flags: Mapping[str, str] = field(default_factory=dict)

    def origin(self, key: str) -> str:
        """Return where the layer has its value of a setting from, such as "user file /home/me/settings.toml"."""
        return f"{self.source.words} {self.flags.get(key, self.where)}".strip()

    def refusal(self, key: str, problem: Text) -> SettingsError:
        """Return the error about a value of this layer that cannot be used."""
        if key in self.flags:
            return WrongValueError("wrong-option", option=self.flags[key], problem=problem)
        if self.source is Source.RECORDING:
            return SettingsError("wrong-setting-in-recording", key=key, name=self.where, problem=problem)
        return SettingsError("wrong-setting-in-file", key=key, problem=problem, place=self._place(key))

    def without(self, *prefixes: str) -> Layer:
        """Return the layer without the settings whose keys begin with one of the prefixes."""
        kept = {key: value for key, value in self.values.items() if not key.startswith(prefixes)}
        return Layer(self.source, kept, self.where, self.flags)

    def _place(self, key: str) -> Text | str:
        line = line_of(Path(str(self.where)), key) if self.source in (Source.USER_FILE, Source.SETTINGS_FILE) else None
        return self.where if line is None else text("place.line", path=self.where, line=line)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings of a session, and where each came from."""

    settings: Settings
    layers: Mapping[str, Layer]  # by key, for each setting that some source sets
    notes: tuple[Text, ...] = ()  # what the user should know about where they come from

    def source(self, key: str) -> Source:
        """Return the source of a setting.

        Raises
        ------
        SettingsError
            If there is no such setting.
        """
        if key not in SPECS:
            raise UnknownSettingError(key)
        layer = self.layers.get(key)
        return Source.DEFAULT if layer is None else layer.source

    def origin(self, key: str) -> str:
        """Return the source of a setting with the name of its file, recording or option."""
        return self.source(key).words if key not in self.layers else self.layers[key].origin(key)

    def value(self, key: str) -> Any:
        """Return the value of a setting by its key."""
        self.source(key)
        section, _, name = key.partition(".")
        return getattr(getattr(self.settings, section), name)

    def over(self, layer: Layer) -> Resolved:
        """Return these settings with one more layer on top.

        Raises
        ------
        SettingsError
            As `resolve`.
        """
        winners = dict(self.layers)
        _lay_over(winners, layer)
        return Resolved(_built(winners), winners, self.notes)

    @property
    def outward(self) -> str | None:
        """The sensor axis that faces away from the body, if anyone chose one; None: the sensor's own."""
        return self.settings.motion.outward if "motion.outward" in self.layers else None


class Carrier(Protocol):
    """The part of a recording that `recording_layer` reads."""

    @property
    def path(self) -> Path:
        """File of the recording."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that the recording carries, by section."""

    @property
    def outward(self) -> str | None:
        """Outward axis of the recording; None if it names none."""


def file_layer(path: Path, source: Source = Source.SETTINGS_FILE) -> Layer:
    """Read a settings file.

    Raises
    ------
    SettingsError
        If it cannot be read, is not TOML, or holds an unknown name or a value in place of a section.
    """
    try:
        values = flat(read_values(path))
    except WrongNameError as error:
        line = line_of(path, error.key)
        error.add_place(path if line is None else text("place.line", path=path, line=line))
        raise
    return Layer(source, _with_mode(values), str(path))


def user_layer(path: Path) -> Layer:
    """Read the user's settings file; an empty layer if there is none."""
    return file_layer(path, Source.USER_FILE) if path.exists() else Layer(Source.USER_FILE, {}, str(path))


def recording_layer(recording: Carrier) -> Layer:
    """Return the settings that a recording carries, with its outward axis.

    Raises
    ------
    SettingsError
        If it holds an unknown name.
    """
    try:
        values = flat(recording.settings)
    except SettingsError as error:
        raise SettingsError("unknown-settings-in-recording", name=recording.path.name, problem=error.what, advice=error.fix) from error
    if recording.outward is not None:
        values.setdefault("motion.outward", recording.outward)
    return Layer(Source.RECORDING, _with_mode(values), recording.path.name)


def option_layer(given: Iterable[tuple[str, Any, str]]) -> Layer:
    """Return the settings of options, each with its key, value and option; an option that was not given (None) is left out."""
    chosen = [(key, value, flag) for key, value, flag in given if value is not None]
    return Layer(Source.OPTION, {key: value for key, value, _ in chosen}, flags={key: flag for key, _, flag in chosen})


OwnThresholds = Callable[[Settings], tuple[Layer, tuple[Text, ...]]]
"""Returns a layer with the thresholds of the pelvic drop, computed from the settings so far, and notes for the user."""


def session_settings(
    user: Path,
    *,
    file: Path | None = None,
    virtual: Carrier | None = None,
    outward: str | None = None,
    options: Layer | None = None,
    thresholds: OwnThresholds | None = None,
) -> Resolved:
    """Resolve the settings of a live session.

    Parameters
    ----------
    user : Path
        The user's settings file; it cannot turn a run into a drill.
    file : Path or None
        The file of `--settings`.
    virtual : recording or None
        The recording that a virtual sensor plays: its settings are used, as in a replay, except its drill.
    outward : str or None
        The outward axis of the virtual sensor, into whose axes the samples of the recording are turned.
    options : Layer or None
    thresholds : callable or None
        As in `resolve`; not called with a virtual sensor, whose wearer is not the user.

    Raises
    ------
    SettingsError
        As `resolve`, or if a file cannot be read.
    """
    recorded = None
    if virtual is not None:
        recorded = recording_layer(virtual).without("drill.")
        recorded = replace(recorded, values={**recorded.values, "motion.outward": outward or "+z"})
    own, explicit = user_layer(user), file_layer(file) if file is not None else None
    drill = options.values.get("drill.name", "") if options is not None else ""
    if own.values.get("drill.name", drill) != drill:
        own = own.without("drill.")  # dose of another drill, or a run
    return resolve(own, recorded, explicit, options, thresholds=thresholds if virtual is None else None)


def recording_settings(recording: Carrier, user: Path | None, *, file: Path | None = None, options: Layer | None = None) -> Resolved:
    """Resolve the settings with which a recording is replayed or analyzed.

    Parameters
    ----------
    recording : recording
    user : Path or None
        The user's settings file; it does not decide whether the recording is of a drill or a run protocol.
    file : Path or None
        The file of `--settings`.
    options : Layer or None

    Raises
    ------
    SettingsError
        As `resolve`, or if a file cannot be read.
    """
    own = user_layer(user).without("drill.", "protocol.") if user is not None else None
    return resolve(own, recording_layer(recording), file_layer(file) if file is not None else None, options)


def resolve(*layers: Layer | None, thresholds: OwnThresholds | None = None) -> Resolved:
    """Merge layers of settings field by field; a later layer wins.

    Parameters
    ----------
    *layers : Layer or None
        From the weakest (the user's file) to the strongest (options).
    thresholds : callable or None
        Gives the thresholds of the pelvic drop if no layer sets them, from the settings so far; with notes for the user.

    Raises
    ------
    SettingsError
        If a value that is used has the wrong type, is out of range, or contradicts another. The error names its source.
    """
    winners: dict[str, Layer] = {}
    for layer in layers:
        if layer is not None:
            _lay_over(winners, layer)
    settings, notes = _built(winners), tuple[Text, ...]()
    if thresholds is not None and not winners.keys() & set(THRESHOLD_KEYS):
        layer, notes = thresholds(settings)
        winners = {**winners, **dict.fromkeys(layer.values, layer)}
        settings = _built(winners)
    return Resolved(settings, winners, notes)


def _lay_over(winners: dict[str, Layer], layer: Layer) -> None:
    """Put a layer over those below it. Another drill or run protocol does not inherit the dose or session of the one below."""
    for name, belongings in (("drill.name", "drill."), ("protocol.name", "protocol.session")):
        below = winners[name].values[name] if name in winners else ""
        if below and layer.values.get(name, below) != below:
            for key in [key for key in winners if key.startswith(belongings)]:
                del winners[key]
    winners.update(dict.fromkeys(layer.values, layer))


def _built(winners: Mapping[str, Layer]) -> Settings:
    values = {key: layer.values[key] for key, layer in winners.items()}
    for key, layer in winners.items():
        try:
            SPECS[key].check(values[key])
        except FieldError as error:
            raise layer.refusal(key, error.problem) from error
    try:
        return settings_from(values)
    except SectionError as error:
        if error.key not in winners:  # the default of one field contradicts a value of another
            section = error.key.partition(".")[0]
            others = [f"{key} = {shown(values[key])} ({winners[key].origin(key)})" for key in winners if key.startswith(f"{section}.")]
            raise SettingsError("contradictory-settings", key=error.key, problem=error.problem, others=", ".join(others)) from error
        raise winners[error.key].refusal(error.key, error.problem) from error


def _with_mode(values: dict[str, Any]) -> dict[str, Any]:
    """Add the mode "fixed" if a threshold in degrees is set without a mode, so that the mode of a weaker layer is not used."""
    if "threshold.mode" not in values and values.keys() & {"threshold.left_deg", "threshold.right_deg"}:
        return {"threshold.mode": "fixed", **values}
    return values
