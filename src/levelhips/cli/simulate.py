"""levelhips simulate: a recording of a simulated runner, walker or drill, with its truth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from levelhips.cli.console import progress_bar, say, talk
from levelhips.cli.options import QuietOption, side_of, typed_values
from levelhips.errors import WrongValueError
from levelhips.text import tr

if TYPE_CHECKING:
    from levelhips.simulation.runner import SensorModel, Simulation
    from levelhips.simulation.wearer import WearerModel

CADENCE_SPM = {"run": 166.0, "walk": 110.0}  # usual steps per minute at 2.5 m/s and at 1.2 m/s


def simulate(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="cli.simulate.out")],
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="cli.simulate.kind")] = "run",
    seconds: Annotated[float, typer.Option("--seconds", metavar="S", help="cli.simulate.seconds", min=10.0, max=36000.0)] = 60.0,
    drop_left: Annotated[float, typer.Option("--drop-left", metavar="DEG", help="cli.simulate.drop-left", min=0.0, max=15.0)] = 3.2,
    drop_right: Annotated[float, typer.Option("--drop-right", metavar="DEG", help="cli.simulate.drop-right", min=0.0, max=15.0)] = 3.0,
    fatigue: Annotated[float, typer.Option("--fatigue", metavar="DEG", help="cli.simulate.fatigue", min=0.0, max=10.0)] = 0.0,
    camber: Annotated[float, typer.Option("--camber", metavar="DEG", help="cli.simulate.camber", min=-10.0, max=10.0)] = 0.0,
    cadence: Annotated[float | None, typer.Option("--cadence", metavar="N", help="cli.simulate.cadence", min=60.0, max=240.0)] = None,
    rate: Annotated[float, typer.Option("--rate", metavar="HZ", help="cli.simulate.rate", min=40.0, max=1000.0)] = 200.0,
    turn: Annotated[float, typer.Option("--turn", metavar="DEG", help="cli.simulate.turn")] = 0.0,
    pitch: Annotated[float, typer.Option("--pitch", metavar="DEG", help="cli.simulate.pitch", min=-45.0, max=45.0)] = 15.0,
    heading: Annotated[float, typer.Option("--heading", metavar="DEG", help="cli.simulate.heading", min=-45.0, max=45.0)] = 0.0,
    bias: Annotated[float, typer.Option("--bias", metavar="DPS", help="cli.simulate.bias", min=0.0, max=20.0)] = 0.5,
    noise: Annotated[float, typer.Option("--noise", metavar="FACTOR", help="cli.simulate.noise", min=0.0, max=100.0)] = 1.0,
    acc_range: Annotated[float, typer.Option("--acc-range", metavar="G", help="cli.simulate.acc-range", min=1.0, max=64.0)] = 16.0,
    gyr_range: Annotated[float, typer.Option("--gyr-range", metavar="DPS", help="cli.simulate.gyr-range", min=50.0, max=4000.0)] = 2000.0,
    loss: Annotated[float, typer.Option("--loss", metavar="SHARE", help="cli.simulate.loss", min=0.0, max=0.9)] = 0.0,
    side: Annotated[str, typer.Option("--side", metavar="SIDE", help="cli.simulate.side")] = "left",
    reps: Annotated[int, typer.Option("--reps", metavar="N", help="cli.simulate.reps", min=1, max=100)] = 8,
    tempo: Annotated[float, typer.Option("--tempo", metavar="S", help="cli.simulate.tempo", min=1.5, max=20.0)] = 4.0,
    form_fault: Annotated[str, typer.Option("--form-fault", metavar="NAME", help="cli.simulate.form-fault")] = "",
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="cli.simulate.seed")] = 1,
    quiet: QuietOption = False,
) -> None:
    """Simulate a runner; write a recording and its truth."""
    from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait
    from levelhips.simulation.wearer import WearerModel

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
    if kind in CADENCE_SPM:
        runner = RunnerModel(
            gait="run" if kind == "run" else "walk",
            cadence_spm=cadence or CADENCE_SPM[kind],
            drop_left_deg=drop_left,
            drop_right_deg=drop_right,
            fatigue_side=side_of("left") if fatigue else None,
            fatigue_deg=fatigue,
            fatigue_onset_s=0.3 * seconds,
            camber_deg=camber,
            move_s=seconds,
        )
        with progress_bar(talk(quiet=quiet), tr("cli.simulate.progress")) as progress:
            made = simulate_gait(runner, sensor, seed, progress)
        _write(made, out, f"{kind}_{seed}", {}, quiet=quiet)
        return
    wearer = WearerModel(_drill_name(kind), side_of(side), reps=reps, rep_s=tempo, form_fault=form_fault)
    _write(_worn(wearer, sensor, seed), out, f"{kind}_{seed}", wearer.settings, quiet=quiet)


def _worn(wearer: WearerModel, sensor: SensorModel, seed: int) -> Simulation:
    from levelhips.simulation.wearer import simulate_drill

    with typed_values():
        return simulate_drill(wearer, sensor, seed)


def _drill_name(kind: str) -> str:
    from levelhips.settings.installed import drills

    if kind not in drills():
        raise WrongValueError("no-such-simulation", kind=kind)
    return kind


def _write(made: Simulation, folder: Path, name: str, settings: dict[str, Any], *, quiet: bool) -> None:
    from levelhips.simulation import bundled

    for path in bundled.write(made, folder, name, angles=True, settings=settings):
        say(talk(quiet=quiet), tr("cli.wrote", path=path))
