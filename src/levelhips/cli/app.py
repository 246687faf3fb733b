"""The command line: a thin face over the library."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.weeks import check_plan, diary_app, history_app
from levelhips.cli.weeks import plan as plan_command
from levelhips.errors import LevelHipsError, RecordingError, SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from levelhips.events import Side
    from levelhips.recording import Recording
    from levelhips.sensors.profile import Profile
    from levelhips.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Pelvic drop from one clip-on sensor.",
)

app.add_typer(history_app, name="history")
app.add_typer(diary_app, name="diary")
app.command("plan")(plan_command)

FileArgument = Annotated[Path, typer.Argument(readable=False, help="A recording (.mcap), or a CSV, folder or zip of another program.")]
OutwardOption = Annotated[
    str | None,
    typer.Option("--outward", help="Sensor axis that faces away from the body: +x, -x, +y, -y, +z, -z.  [default: as recorded, else +z]"),
]
FilterOption = Annotated[
    str | None, typer.Option("--filter", help="Orientation filter: vqf, madgwick, mahony, ekf or complementary.  [default: vqf]")
]
SettingsOption = Annotated[Path | None, typer.Option("--settings", help="A TOML file with settings.")]
PlanOption = Annotated[
    str | None,
    typer.Option("--plan", help="A schedule: baseline, retraining:1 to 8, recall:1 to 3, walk-run:1 to 6. levelhips plan shows them."),
]
ThresholdOption = Annotated[
    str | None, typer.Option("--threshold", help="Degrees of drop (both sides, or LEFT,RIGHT), or auto: from the runner's own baseline.")
]
DrillOption = Annotated[
    str | None, typer.Option("--drill", help="As this drill, NAME or NAME:left or NAME:right, whatever the recording says of itself.")
]
AccUnitOption = Annotated[str | None, typer.Option("--acc-unit", help="Of a table that does not name it: mps2, g or mg.")]
GyrUnitOption = Annotated[str | None, typer.Option("--gyr-unit", help="Of a table that does not name it: radps or dps.")]
VirtualOption = Annotated[Path | None, typer.Option("--virtual", help="Instead of a real sensor, one that plays this recording.")]
ProfileOption = Annotated[str, typer.Option("--profile", help="The kind of sensor that the virtual one is.")]
FaultOption = Annotated[
    list[str] | None,
    typer.Option(
        "--fault", help="Of the virtual sensor: NAME, NAME=VALUE or NAME=VALUE@SECONDS; again for more. docs/sensors.md lists them."
    ),
]
RawOption = Annotated[bool, typer.Option("--raw", help="Decode the packets of the radio anew, instead of the samples they gave then.")]


def main() -> None:
    """Run the command line; our own errors are one line and exit code 1. Anything else is a bug and keeps its traceback."""
    try:
        app()
    except LevelHipsError as error:
        _errors().print(f"[bold]{_escape(error.what)}.[/] {_escape(error.fix)}.", soft_wrap=True, highlight=False)
        raise SystemExit(1) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:  # the reader of our output went away: nobody is left to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(141) from None


def _say_version(asked: bool) -> None:
    if asked:
        from levelhips import __version__

        typer.echo(f"levelhips {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version, and end.")] = False,
) -> None:
    """Pelvic drop from one clip-on sensor."""


@app.command()
def analyze(
    file: FileArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for steps.csv, strides.csv, angles.csv and summary.json.")],
    outward: OutwardOption = None,
    filter: FilterOption = None,
    threshold: ThresholdOption = None,
    settings: SettingsOption = None,
    drill: DrillOption = None,
    acc_unit: AccUnitOption = None,
    gyr_unit: GyrUnitOption = None,
    raw: RawOption = False,
) -> None:
    """Find every step in a recording, and what the pelvis did in it."""
    from levelhips.analysis import analyze as analyze_recording
    from levelhips.export.tables import write_tables
    from levelhips.recording import open_recording

    recording = _decoded(open_recording(file, acc_unit=acc_unit, gyr_unit=gyr_unit), raw=raw)
    chosen = _as_drill(_settings(recording, settings, outward, filter, threshold), drill)
    console = _console()
    if console.is_terminal:
        from rich.progress import Progress

        with Progress(console=console, transient=True) as bar:
            task = bar.add_task("Analysing", total=1.0)
            analysis = analyze_recording(recording, chosen, lambda share: bar.update(task, completed=share))
    else:
        analysis = analyze_recording(recording, chosen)
    summary = write_tables(analysis, out)
    _show(console, summary, out)


@app.command()
def replay(
    file: FileArgument,
    speed: Annotated[str, typer.Option("--speed", help="1 is real time, 8 eight times as fast, max as fast as it goes.")] = "1",
    wav: Annotated[Path | None, typer.Option("--wav", help="Write the beeps into this WAV file.")] = None,
    mute: Annotated[bool, typer.Option("--mute", help="No sound.")] = False,
    outward: OutwardOption = None,
    filter: FilterOption = None,
    threshold: ThresholdOption = None,
    settings: SettingsOption = None,
    drill: DrillOption = None,
    acc_unit: AccUnitOption = None,
    gyr_unit: GyrUnitOption = None,
) -> None:
    """Play a recording as if it came from the sensor now, with beeps and a live view."""
    from levelhips.cli.terminal import TerminalFace
    from levelhips.live.replay import Replay
    from levelhips.recording import open_recording

    factor = _speed(speed)
    recording = open_recording(file, acc_unit=acc_unit, gyr_unit=gyr_unit)
    chosen = _as_drill(_settings(recording, settings, outward, filter, threshold), drill)
    console = _console()
    sounds: list[Any] = [] if mute or factor > 16 else _player(chosen)
    sink = _wav(wav, recording, chosen)
    playing = Replay(recording, chosen, factor, [*sounds, *([sink] if sink else [])])
    face = TerminalFace(console, file.name, sounds)
    try:
        face.play(playing)
        if sink is not None:
            if sink not in playing.sinks:
                raise RecordingError(f"{wav} cannot be written any more ({playing.troubles[0]})", fix="Make room on the disk")
            sink.close()
    except BaseException:
        if sink is not None:
            sink.abandon()
        raise
    finally:
        for sound in sounds:
            sound.close()
    picture = playing.view.look()
    for trouble in playing.troubles:
        _errors().print(trouble, soft_wrap=True, highlight=False)
    came = f"{picture.steps} steps, {picture.cues} beeps"
    if picture.drill is not None:
        came = f"{picture.drill.good} repetitions without fault, {picture.drill.cheated} with one"
    console.print(f"Played {playing.now_s - float(recording.samples.t_s[0]):.1f} s: {came}", highlight=False)
    _say_notes(console, recording.notes)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option("--out", help="Folder for the recording and its truth.")],
    kind: Annotated[str, typer.Option("--kind", help="run, walk, or the name of a drill.")] = "run",
    seconds: Annotated[float, typer.Option("--seconds", help="Time in motion.", min=10.0, max=36000.0)] = 60.0,
    drop_left: Annotated[float, typer.Option("--drop-left", help="Mean drop in left stance [deg].", min=0.0, max=15.0)] = 3.2,
    drop_right: Annotated[float, typer.Option("--drop-right", help="Mean drop in right stance [deg].", min=0.0, max=15.0)] = 3.0,
    fatigue: Annotated[float, typer.Option("--fatigue", help="Growth of the left drop up to the end [deg].", min=0.0, max=10.0)] = 0.0,
    camber: Annotated[float, typer.Option("--camber", help="Slope of the road to the left [deg].", min=-10.0, max=10.0)] = 0.0,
    cadence: Annotated[
        float | None, typer.Option("--cadence", help="Steps a minute.  [default: 166 running, 110 walking]", min=60.0, max=240.0)
    ] = None,
    rate: Annotated[float, typer.Option("--rate", help="Samples a second.", min=40.0, max=1000.0)] = 200.0,
    turn: Annotated[float, typer.Option("--turn", help="Turn of the clip in its plane [deg].")] = 0.0,
    pitch: Annotated[float, typer.Option("--pitch", help="Slope of the clip [deg].", min=-45.0, max=45.0)] = 15.0,
    heading: Annotated[float, typer.Option("--heading", help="How far the clip sits askew [deg].", min=-45.0, max=45.0)] = 0.0,
    bias: Annotated[float, typer.Option("--bias", help="Bias of the gyroscope, each axis [deg/s].", min=0.0, max=20.0)] = 0.5,
    noise: Annotated[float, typer.Option("--noise", help="Noise, as a multiple of a common sensor's.", min=0.0, max=100.0)] = 1.0,
    acc_range: Annotated[float, typer.Option("--acc-range", help="Range of the accelerometer [g].", min=1.0, max=64.0)] = 16.0,
    gyr_range: Annotated[float, typer.Option("--gyr-range", help="Range of the gyroscope [deg/s].", min=50.0, max=4000.0)] = 2000.0,
    loss: Annotated[float, typer.Option("--loss", help="Share of packets lost.", min=0.0, max=0.9)] = 0.0,
    side: Annotated[str, typer.Option("--side", help="Of a drill: the hip that works, left or right.")] = "left",
    reps: Annotated[int, typer.Option("--reps", help="Of a drill.", min=1, max=100)] = 8,
    tempo: Annotated[float, typer.Option("--tempo", help="Of a drill: seconds a repetition.", min=1.5, max=20.0)] = 4.0,
    cheat: Annotated[str, typer.Option("--cheat", help="Of a drill: how some repetitions go wrong; docs/drills.md lists them.")] = "",
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same samples.")] = 1,
) -> None:
    """Make a recording of a virtual runner, with the truth beside it."""
    from levelhips.settings.installed import drills
    from levelhips.simulation import bundled
    from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
    from levelhips.simulation.wearer import WearerModel, simulate_drill

    usual = SensorModel()
    sensor = SensorModel(
        rate_hz=rate,
        turn_deg=turn,
        pitch_deg=pitch,
        heading_deg=heading,
        acc_range_g=acc_range,
        gyr_range_dps=gyr_range,
        gyr_bias_dps=(bias, -bias, bias),
        gyr_noise_dps_rthz=noise * usual.gyr_noise_dps_rthz,
        acc_noise_mps2_rthz=noise * usual.acc_noise_mps2_rthz,
        loss=loss,
    )
    carried: dict[str, Any] = {}
    if kind in ("run", "walk"):
        from levelhips.events import Side

        runner = RunnerModel(
            gait="run" if kind == "run" else "walk",
            cadence_spm=cadence or (166.0 if kind == "run" else 110.0),
            drop_left_deg=drop_left,
            drop_right_deg=drop_right,
            fatigue_side=Side.LEFT if fatigue else None,
            fatigue_deg=fatigue,
            fatigue_onset_s=0.3 * seconds,
            camber_deg=camber,
            move_s=seconds,
        )
        made = simulate_gait(runner, sensor, seed)
    elif kind not in drills():
        raise SettingsError(f"There is no kind {kind!r}", fix="Choose run, walk, or a drill that levelhips drill --list names")
    else:
        wearer = WearerModel(kind, _side(side), reps=reps, rep_s=tempo, cheat=cheat)
        made, carried = simulate_drill(wearer, sensor, seed), wearer.settings
    for path in bundled.write(made, out, f"{kind}_{seed}", angles=True, settings=carried):
        _console().print(f"Wrote {path}", soft_wrap=True, highlight=False)


@app.command()
def convert(
    file: FileArgument,
    to: Annotated[Path, typer.Argument(help="The new recording, .mcap.")],
    outward: OutwardOption = None,
    acc_unit: AccUnitOption = None,
    gyr_unit: GyrUnitOption = None,
) -> None:
    """Bring a table of another program, or what is whole of a damaged recording, into a new recording."""
    from levelhips.recording import open_recording
    from levelhips.recording.recover import copy_into

    recording = open_recording(file, acc_unit=acc_unit, gyr_unit=gyr_unit)
    metadata = {**recording.metadata, "rate_hz": f"{recording.rate_hz:.6g}", "converted_from": file.name}
    metadata.pop("version", None)
    if outward is not None:
        from levelhips.motion.alignment import outward_axis

        outward_axis(outward)
        metadata["outward"] = outward
    copy_into(to, recording, metadata)
    console = _console()
    console.print(f"Wrote {to}: {len(recording.samples)} samples at {recording.rate_hz:g} Hz", soft_wrap=True, highlight=False)
    _say_notes(console, recording.notes)


@app.command()
def recover(
    file: FileArgument,
    to: Annotated[Path | None, typer.Argument(help="The new recording.  [default: beside it, with -recovered in its name]")] = None,
    raw: RawOption = False,
) -> None:
    """Bring what is whole of a cut or damaged recording into a new one; the old one stays as it is."""
    from levelhips.recording import open_recording
    from levelhips.recording.recover import recover as recover_recording

    done = recover_recording(_decoded(open_recording(file), raw=raw), to)
    console = _console()
    console.print(
        f"Wrote {_escape(str(done.path))}: {done.samples} samples, {done.packets} packets, {done.events} events",
        soft_wrap=True,
        highlight=False,
    )
    _say_notes(console, done.notes)


@app.command()
def scan(
    all: Annotated[bool, typer.Option("--all", help="List other devices too.")] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", help="End after so long.  [default: Ctrl-C; 5 s without a terminal]", min=0.0)
    ] = 0.0,
    virtual: VirtualOption = None,
    profile: ProfileOption = "levelhips",
) -> None:
    """List the sensors in range."""
    from levelhips.cli.scanning import list_sensors

    list_sensors(_console(), all=all, seconds=seconds, virtual=virtual, profile=_profile(profile))


@app.command()
def run(
    sensor: Annotated[str | None, typer.Option("--sensor", help="Name or address.  [default: the only one in range]")] = None,
    virtual: VirtualOption = None,
    threshold: ThresholdOption = None,
    record: Annotated[Path | None, typer.Option("--record", help="Folder for the recording.  [default: Documents/levelhips]")] = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="Keep nothing.")] = False,
    no_beep: Annotated[bool, typer.Option("--no-beep", help="No sound.")] = False,
    rate: Annotated[
        float | None, typer.Option("--rate", help="Samples a second.  [default: the sensor's usual]", min=40.0, max=1000.0)
    ] = None,
    outward: OutwardOption = None,
    filter: FilterOption = None,
    settings: SettingsOption = None,
    profile: ProfileOption = "levelhips",
    fault: FaultOption = None,
    plan: PlanOption = None,
    step_rate: Annotated[float | None, typer.Option("--step-rate", help="Your own steps a minute.", min=100.0, max=240.0)] = None,
    raise_: Annotated[float, typer.Option("--raise", help="By how much to raise it, in percent.", min=0.0, max=10.0)] = 0.0,
    metronome: Annotated[bool, typer.Option("--metronome", help="Tick at that step rate.")] = False,
    log: Annotated[Path | None, typer.Option("--log", help="Write what happens with the radio into this file.")] = None,
) -> None:
    """Connect to a sensor, record, and beep when the pelvis drops too far. Ctrl-C ends it."""
    from levelhips.settings import Settings

    _begin_log(log)
    chosen = _settings(None, settings, outward, filter, threshold)
    values = chosen.as_dict()
    asked = {"step_rate_spm": step_rate, "raise_percent": raise_, "metronome": metronome}
    values["plan"] |= check_plan(plan) | {name: value for name, value in asked.items() if value}  # what is not said, is the file's
    if plan is not None and threshold is None:
        values["threshold"] |= _from_baseline(chosen)
    chosen = Settings.from_dict(values)
    folder = None if no_record else (record or _documents())
    _run_live(chosen, folder, virtual, sound=not no_beep, sensor=sensor, rate=rate, outward=outward, profile=profile, fault=fault)


@app.command()
def drill(
    name: Annotated[str | None, typer.Argument(help="Which one; --list names them.")] = None,
    side: Annotated[str | None, typer.Option("--side", help="The hip that works: left or right.  [default: left]")] = None,
    list_: Annotated[bool, typer.Option("--list", help="Name all drills, and end.")] = False,
    sets: Annotated[int | None, typer.Option("--sets", help="How many sets.  [default: the drill's own]")] = None,
    reps: Annotated[int | None, typer.Option("--reps", help="Repetitions a set.  [default: the drill's own]")] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", help="Of a hold.  [default: the drill's own]")] = None,
    rest: Annotated[float | None, typer.Option("--rest", help="Seconds between sets.  [default: the drill's own]")] = None,
    pace: Annotated[float | None, typer.Option("--pace", help="Seconds a paced repetition.  [default: the drill's own]")] = None,
    band: Annotated[str | None, typer.Option("--band", help="LOW,HIGH in degrees.  [default: the drill's own]")] = None,
    sensor: Annotated[str | None, typer.Option("--sensor", help="Name or address.  [default: the only one in range]")] = None,
    virtual: VirtualOption = None,
    practise: Annotated[
        bool, typer.Option("--practise", help="No sensor: a virtual wearer does five repetitions. Nothing is kept.")
    ] = False,
    record: Annotated[Path | None, typer.Option("--record", help="Folder for the recording.  [default: Documents/levelhips]")] = None,
    no_record: Annotated[bool, typer.Option("--no-record", help="Keep nothing.")] = False,
    no_beep: Annotated[bool, typer.Option("--no-beep", help="No sound.")] = False,
    outward: OutwardOption = None,
    settings: SettingsOption = None,
    profile: ProfileOption = "levelhips",
    fault: FaultOption = None,
    log: Annotated[Path | None, typer.Option("--log", help="Write what happens with the radio into this file.")] = None,
) -> None:
    """Do a drill, led by sound: stand still, take the position, repeat. Ctrl-C ends it."""
    from levelhips.settings import Settings
    from levelhips.settings.installed import drills

    console = _console()
    if list_ or name is None:
        for one in drills().values():
            console.print(f"{one.name:22s} {one.title}", highlight=False)
        return
    _begin_log(log)
    base = _settings(None, settings, outward, None, None)
    asked: dict[str, Any] = {"name": _drill_name(name), "side": _side(side).value if side else None, "sets": sets, "reps": reps}
    asked |= {"seconds": seconds, "rest_s": rest, "pace_s": pace}
    if band is not None:
        asked["low_deg"], asked["high_deg"] = _band(band)
    values = base.as_dict()
    values["drill"] |= {name: value for name, value in asked.items() if value is not None}  # what is not said, is the file's
    chosen = Settings.from_dict(values)
    played: Path | Recording | None = virtual
    if practise:
        from levelhips.simulation import bundled

        played, easy = bundled.practice(chosen.drill)
        chosen = replace(chosen, drill=easy)
    folder = None if no_record or practise else (record or _documents())
    _run_live(chosen, folder, played, sound=not no_beep, sensor=sensor, rate=None, outward=outward, profile=profile, fault=fault)


def _run_live(
    settings: Settings,
    folder: Path | None,
    virtual: Path | Recording | None,
    *,
    sound: bool,
    sensor: str | None,
    rate: float | None,
    outward: str | None,
    profile: str,
    fault: list[str] | None,
) -> None:
    from levelhips.cli.live import run_live

    sounds: list[Any] = _player(settings) if sound else []
    try:
        run_live(
            _console(),
            settings,
            folder,
            sounds,
            sensor=sensor,
            rate_hz=rate,
            outward=outward,
            virtual=virtual,
            profile=_profile(profile),
            faults=fault or [],
        )
    finally:
        for one in sounds:
            one.close()


@app.command("virtual-sensor")
def virtual_sensor(
    file: FileArgument,
    profile: ProfileOption = "levelhips",
    transport: Annotated[
        str | None,
        typer.Option("--transport", help="A Bluetooth controller that Bumble knows, such as usb:0, to be a sensor over the air."),
    ] = None,
    fault: FaultOption = None,
    rate: Annotated[
        float | None, typer.Option("--rate", help="Samples a second.  [default: the recording's]", min=40.0, max=1000.0)
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Begin anew at the end of the recording.")] = False,
    log: Annotated[Path | None, typer.Option("--log", help="Write what happens with the radio into this file.")] = None,
) -> None:
    """Serve a recording as a sensor: over the air with --transport; without it, try the whole way once in this computer."""
    from levelhips.cli.live import serve_virtual

    _begin_log(log)
    serve_virtual(_console(), file, _profile(profile), transport, fault or [], rate_hz=rate, loop=loop)


@app.command()
def doctor(
    record: Annotated[Path | None, typer.Option("--record", help="Folder for recordings.  [default: Documents/levelhips]")] = None,
    no_bluetooth: Annotated[bool, typer.Option("--no-bluetooth", help="Do not look for sensors.")] = False,
) -> None:
    """Look at Bluetooth, sound, disk and the rest, and say how to mend what is not well."""
    from levelhips.live.doctor import examine, worst

    console, findings = _console(), []
    for finding in examine(record or _documents(), bluetooth=not no_bluetooth):
        findings.append(finding)
        mark = {"ok": "ok   ", "note": "note ", "bad": "BAD  "}[finding.state]
        fix = f". {finding.fix}." if finding.fix else ""
        console.print(f"{mark} {finding.what:14s} {_escape(finding.told)}{_escape(fix)}", soft_wrap=True, highlight=False)
    if worst(findings) == "bad":
        raise SystemExit(1)


@app.command("app")
def app_(
    file: Annotated[Path | None, typer.Argument(readable=False, help="A recording to review.")] = None,
    virtual: VirtualOption = None,
    record: Annotated[Path | None, typer.Option("--record", help="Folder for recordings.  [default: Documents/levelhips]")] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", help="The settings file; made when settings are kept.  [default: in the user's folder]")
    ] = None,
) -> None:
    """The screen: run with large numbers, and review afterwards."""
    from levelhips.settings import load_settings

    path = settings or _settings_path()
    _begin_log(None)
    raise SystemExit(_run_app(load_settings(path if path.exists() else None), record or _documents(), path, file, virtual))


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the report.")] = Path("levelhips-demo"),
    fast: Annotated[bool, typer.Option("--fast", help="Do not play a minute of it in real time first.")] = False,
    terminal: Annotated[bool, typer.Option("--terminal", help="In the terminal, even where there is a screen.")] = False,
) -> None:
    """Show what it is: a bundled run with beeps, then a report of it. Where there is a screen, in a window."""
    from levelhips.cli.demo import run_demo

    if not (fast or terminal) and _has_screen():
        from levelhips.settings import Settings
        from levelhips.simulation import bundled

        _run_app(Settings(), out, _settings_path(), None, bundled.find(bundled.TREADMILL))
        fast = True
    run_demo(_console(), out, fast=fast, player=_player)


def _run_app(settings: Settings, folder: Path, path: Path, review: Path | None, virtual: Path | None) -> int:
    from levelhips.ui.app import run_app

    return run_app(settings, folder, lambda: _player(settings), settings_path=path, review=review, virtual=virtual)


def _has_screen() -> bool:
    """Whether a window can be shown, and is wanted: not over a wire, not by a machine."""
    from importlib.util import find_spec

    if find_spec("PySide6") is None or find_spec("pyqtgraph") is None or find_spec("bumble") is None or not sys.stdout.isatty():
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return not os.environ.get("SSH_CONNECTION")


def _settings_path() -> Path:
    from platformdirs import user_config_path

    return user_config_path("levelhips") / "settings.toml"


def _console() -> Console:
    from rich.console import Console

    return Console()


def _errors() -> Console:
    from rich.console import Console

    return Console(stderr=True)


def _escape(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _speed(text: str) -> float:
    if text == "max":
        return float("inf")
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.05 <= speed <= 1000:
        raise SettingsError(f"Speed {text!r} is not known", fix="Give a number from 0.05 to 1000, or max")
    return speed


def _settings(recording: Recording | None, path: Path | None, outward: str | None, filter: str | None, threshold: str | None) -> Settings:
    """What the options say, else the settings file, else the recording, else the defaults."""
    from levelhips.analysis import settings_of
    from levelhips.settings import Settings, load_settings

    checked = load_settings(path) if path is not None or recording is None else settings_of(recording)
    if path is not None and outward is None and recording is not None:
        outward = recording.outward
    changes = {name: value for name, value in (("outward", outward), ("filter", filter)) if value is not None}
    if changes:
        values = checked.as_dict()
        values["motion"] |= changes
        checked = Settings.from_dict(values)
    if threshold is None:
        return checked
    if threshold == "auto":
        return replace(checked, threshold=replace(checked.threshold, mode="auto"))
    try:
        sides = [float(part) for part in threshold.split(",")]
        left, right = sides if len(sides) == 2 else (sides[0], sides[0])
        return replace(checked, threshold=replace(checked.threshold, mode="fixed", left_deg=left, right_deg=right))
    except ValueError as error:
        raise SettingsError(
            f"Threshold {threshold!r} is not understood", fix="Give degrees from 0.2 to 30 such as 4, or 4,3.5 for left and right, or auto"
        ) from error


def _as_drill(settings: Settings, drill: str | None) -> Settings:
    if drill is None:
        return settings
    from levelhips.coaching.drills.drill import DrillSettings

    name, _, side = drill.partition(":")
    return replace(settings, drill=DrillSettings(name=_drill_name(name), side=_side(side or "left").value))


def _drill_name(name: str) -> str:
    from levelhips.settings.installed import drill_named

    return drill_named(name).name


def _from_baseline(settings: Settings) -> dict[str, Any]:
    """The limits that the last baseline asks for; from the run itself, if there is none."""
    from levelhips.history import History
    from levelhips.programme.remember import thresholds_from
    from levelhips.settings.paths import history_path

    with History(history_path()) as store:
        found = thresholds_from(store, settings)
    if found is None:
        return {"mode": "auto"}
    _console().print(f"Limits from your baseline: left {found['left_deg']:.1f}, right {found['right_deg']:.1f} deg", highlight=False)
    return found


def _band(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise SettingsError(f"Band {text!r} is not understood", fix="Give two numbers of degrees such as 5,15") from error
    return low, high


def _side(text: str) -> Side:
    from levelhips.events import Side

    try:
        return Side(text)
    except ValueError as error:
        raise SettingsError(f"There is no side {text!r}", fix="Give left or right") from error


def _decoded(recording: Recording, *, raw: bool) -> Recording:
    if not raw:
        return recording
    from levelhips.sensors.decoding import redecoded

    return redecoded(recording)


def _profile(name: str) -> Profile:
    from levelhips.sensors.profile import profiles

    known = profiles()
    if name not in known:
        raise SettingsError(f"There is no kind of sensor {name!r}", fix=f"Choose of {', '.join(known)}")
    return known[name]


def _documents() -> Path:
    from levelhips.settings.paths import documents

    return documents()


def _begin_log(path: Path | None) -> None:
    """Into a file, or nowhere: a live view and a log do not share a terminal."""
    import logging

    if path is None:
        logging.getLogger().addHandler(logging.NullHandler())
        return
    try:
        logging.basicConfig(filename=path, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    except OSError as error:
        raise SettingsError(f"The log {path} cannot be written ({error.strerror})", fix="Choose another file") from error


def _player(settings: Settings) -> list[Any]:
    """The sound device, or nothing after saying so once."""
    from levelhips.audio.player import Player
    from levelhips.errors import SoundError

    try:
        return [Player(settings.sound)]
    except SoundError as error:
        _errors().print(f"{_escape(str(error))}", soft_wrap=True, highlight=False)
        return []


def _wav(path: Path | None, recording: Recording, settings: Settings) -> Any:
    if path is None:
        return None
    from levelhips.audio.wav import WavSink

    return WavSink(path, float(recording.samples.t_s[0]), settings.sound)


def _say_notes(console: Console, notes: list[str]) -> None:
    for note in notes:
        console.print(f"Note: {_escape(note)}", soft_wrap=True, highlight=False)


def _show(console: Console, summary: dict[str, Any], out: Path) -> None:
    from levelhips.cli.summary_table import summary_table

    if "drill" in summary:
        from levelhips.analysis.drill_summary import drill_lines

        for line in drill_lines(summary["drill"]):
            console.print(line, highlight=False)
        _say_notes(console, summary["recording"]["notes"])
        console.print(f"Wrote reps.csv, angles.csv and summary.json into {_escape(str(out))}", soft_wrap=True, highlight=False)
        return
    console.print(summary_table(summary))
    if not summary["steps"]["all"]:
        console.print("No steps were found; angles.csv has the pelvis over time.", highlight=False)
    _say_notes(console, summary["recording"]["notes"])
    console.print(f"Wrote steps.csv, strides.csv, angles.csv and summary.json into {_escape(str(out))}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    main()
