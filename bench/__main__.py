"""Print the figures: accuracy on real and simulated runs, speed, memory, delays, and the filters side by side.

Timings are medians or percentiles of this run on this machine; machines are noisy, so compare ratios within one run.
"""

from __future__ import annotations

import argparse
import math
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from scipy.interpolate import CubicSpline
from scipy.spatial.transform import Rotation

from bench.audio_capture import AudioCapture
from bench.live import LIVE
from bench.screen import SCREEN
from bench.weeks import WEEKS
from levelhips import Quality, Recording, Samples, Settings, Update, analyze, open_recording
from levelhips.audio.player import Player
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.engine import Engine
from levelhips.events import Cue, Step
from levelhips.motion.contacts import RunningContacts
from levelhips.motion.gravity import GravityCorrection
from levelhips.motion.orientation import VqfFilter, orientation_filter
from levelhips.motion.pipeline import MotionSettings
from levelhips.motion.travel import Travel
from levelhips.recording import RecordingWriter
from levelhips.simulation.runner import RunnerModel, SensorModel, simulate_gait

ROOT = Path(__file__).resolve().parents[1]
REAL = ROOT.parent / "shared" / "data"
RUNS = ("runner_a_2p5_turned", "runner_a_2p5_upright", "runner_b_2p5_52hz", "runner_c_2p8_plate")
console = Console(width=150)


def table(title: str, *columns: str) -> Table:
    """Return an empty table; all columns but the first are aligned to the right."""
    made = Table(title=escape(title), title_justify="left")
    for number, name in enumerate(columns):
        made.add_column(name, justify="left" if number == 0 else "right")
    return made


def real_cases() -> None:
    """Print the scores of the installed command on the real cases, from the scorer next to the data."""
    scorer = REAL.parent / "tools" / "score.py"
    if not scorer.exists():
        console.print("Real cases: skipped, because there is no folder ../shared next to this checkout")
        return
    program = Path(sys.executable).parent / "levelhips"
    done = subprocess.run([sys.executable, str(scorer), "--run", "--cmd", str(program)], capture_output=True, text=True, check=False)
    console.print("Real cases (found, extra, ms, share, deg)", style="italic")
    console.print(done.stdout + done.stderr, soft_wrap=True, highlight=False)


def varied(samples: Samples, rng: np.random.Generator, disturbance: str, amount: float) -> Samples:
    """Return a real run as another clip would have measured it: turned at random, and resampled, with losses or another heading."""
    t, acc, gyr = samples.t_s.copy(), samples.acc_mps2.copy(), samples.gyr_radps.copy()
    if disturbance == "rate":
        even = np.arange(t[0], t[-1], 1 / amount)
        t, acc, gyr = even, CubicSpline(t, acc)(even), CubicSpline(t, gyr)(even)
    elif disturbance == "loss":
        keep = np.repeat(rng.random(len(t) // 4 + 1) >= amount, 4)[: len(t)]
        keep[:10] = True
        t, acc, gyr = t[keep], acc[keep], gyr[keep]
    turn = Rotation.from_euler("z", rng.uniform(-180, 180), degrees=True)
    if disturbance == "askew":
        up = turn.apply(acc[t < t[0] + 7].mean(axis=0))
        turn = Rotation.from_rotvec(math.radians(amount) * up / np.linalg.norm(up)) * turn
    return Samples.checked(t, turn.apply(acc), turn.apply(gyr))


def variations() -> None:
    """Print the error of the drop in real runs with other mountings, rates and losses."""
    if not REAL.is_dir():
        return
    out = table(
        "Real runs varied, each at 6 random turns of the clip: drop RMSE [deg] of all steps after 3 s", "variation", *RUNS, "found", "side"
    )
    rng = np.random.default_rng(0)
    every = []
    for disturbance, amount in (
        ("turn", 0.0), ("rate", 60.0), ("rate", 104.0), ("askew", -6.0), ("askew", 6.0),
        ("loss", 0.02), ("loss", 0.05), ("loss", 0.10), ("loss", 0.20),
    ):  # fmt: skip
        cells, found, sides = [], [], []
        for case in RUNS:
            recording = open_recording(REAL / case / "imu.csv")
            truth = np.genfromtxt(REAL / case / "truth_steps.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
            truth = truth[truth["contact_s"] > truth["contact_s"][0] + 3]
            errors = []
            for _ in range(6):
                if disturbance == "rate" and amount > recording.rate_hz:
                    continue
                samples = varied(recording.samples, rng, disturbance, amount)
                rate = amount if disturbance == "rate" else recording.rate_hz
                engine = Engine(rate)
                steps = list(Update.join([engine.push(samples), engine.finish()]).of(Step))
                times = np.array([step.at_s for step in steps])
                nearest = np.abs(times[None] - truth["contact_s"][:, None]).argmin(axis=1)
                hit = np.abs(times[nearest] - truth["contact_s"]) < 0.06
                found.append(hit.mean())
                sides += [steps[i].side == side for i, side in zip(nearest[hit], truth["stance_side"][hit], strict=True)]
                off = [steps[i].drop_deg - drop for i, drop in zip(nearest[hit], truth["contralateral_drop_deg"][hit], strict=True)]
                errors.append(math.sqrt(np.mean(np.square(off))))
            every += errors
            cells.append(f"{np.median(errors):.2f} ({max(errors):.2f})" if errors else "-")
        out.add_row(f"{disturbance} {amount:g}", *cells, f"{np.mean(found):.3f}", f"{np.mean(sides):.3f}")
    out.add_row("all", f"median {np.median(every):.2f}", f"p90 {np.quantile(every, 0.9):.2f}", "", "", "", "")
    console.print(out)


def real_force() -> None:
    """Print the contacts found in sacral accelerations, against those in the measured ground force."""
    folder = REAL / "sacral_accelerometer_grf"
    if not folder.is_dir():
        return
    out = table("Sacral accelerometers against measured force, 16 runners", "trial", "contacts", "found", "extra", "median ms", "SD ms")
    sds = []
    for path in sorted(folder.glob("*.csv")):
        data = np.genfromtxt(path, delimiter=",", names=True)
        t, force = data["time_s"], data["ground_force_bodyweights"]
        rises = np.flatnonzero((force[:-1] < 0.05) & (force[1:] >= 0.05))
        true = t[rises[np.concatenate([[True], np.diff(t[rises]) > 0.15])]]
        true = true[(true > 0.25) & (true < t[-1] - 0.1)]
        got = np.array([event.at_s for event in RunningContacts(500.0).push(t, data["acc_vertical_g"]) if event.kind == "contact"])
        inside = got[(got > true[0] - 0.05) & (got < true[-1] + 0.05)]
        error = (got[np.abs(got[None] - true[:, None]).argmin(axis=1)] - true) * 1e3
        hit = np.abs(error) < 60
        sds.append(error[hit].std())
        out.add_row(
            path.stem,
            str(len(true)),
            f"{hit.mean():.2f}",
            f"{(len(inside) - hit.sum()) / len(true):.2f}",
            f"{np.median(error[hit]):+.1f}",
            f"{sds[-1]:.1f}",
        )
    out.add_row("all", "", "", "", "", f"median {np.median(sds):.1f}, worst {max(sds):.1f}")
    console.print(out)


def simulated() -> None:
    """Print the error of the drop in simulated runs, by sensor."""
    out = table(
        "Simulated runs, 60 s each: error of the drop per good step [deg]",
        "sensor",
        "RMSE",
        "worst step",
        "found",
        "side",
        "good steps",
        "contact SD ms",
    )
    sensors = {
        "200 Hz, straight": SensorModel(),
        "200 Hz, turned 90, askew 8": SensorModel(turn_deg=90, heading_deg=8),
        "52 Hz, upside down, askew -8": SensorModel(rate_hz=52, turn_deg=180, pitch_deg=-10, heading_deg=-8),
        "416 Hz, askew 4": SensorModel(rate_hz=416, heading_deg=4),
        "200 Hz, 5 % of packets lost": SensorModel(loss=0.05),
        "200 Hz, 20 % of packets lost": SensorModel(loss=0.20),
        "200 Hz, gaps of 0.3 s and 3 s": SensorModel(gaps_s=((35.0, 35.3), (50.0, 53.0))),
        "104 Hz, bias 2 deg/s, noise x 5": SensorModel(rate_hz=104, gyr_bias_dps=(2.0, -1.5, 1.0), gyr_noise_dps_rthz=0.05),
    }
    for name, sensor in sensors.items():
        made = simulate_gait(RunnerModel(), sensor, seed=3)
        engine = Engine(sensor.rate_hz)
        steps = list(Update.join([engine.push(made.samples), engine.finish()]).of(Step))
        true = np.array([contact for contact, *_ in made.steps])
        nearest = [int(np.abs(true - step.at_s).argmin()) for step in steps]
        errors = np.array([s.drop_deg - made.steps[i][3] for s, i in zip(steps, nearest, strict=True) if s.quality is Quality.OK])
        sides = np.mean([s.side is made.steps[i][2] for s, i in zip(steps, nearest, strict=True)])
        times = np.array([s.at_s - true[i] for s, i in zip(steps, nearest, strict=True)]) * 1e3
        out.add_row(
            name,
            f"{math.sqrt(np.mean(errors**2)):.3f}",
            f"{np.abs(errors).max():.2f}",
            f"{len(set(nearest)) / len(true):.3f}",
            f"{sides:.3f}",
            f"{len(errors)} of {len(true)}",
            f"{times.std():.1f}",
        )
    console.print(out)


def hour_recording() -> Recording:
    """Return a recording of one hour at 200 Hz: ten simulated minutes, six times."""
    made = simulate_gait(RunnerModel(move_s=587.0), SensorModel(), seed=1).samples
    span = made.t_s[-1] + 0.005
    t = np.concatenate([made.t_s + lap * span for lap in range(6)])
    t = np.rint(t * 1e6) * 1e-6
    samples = Samples.checked(t, np.tile(made.acc_mps2, (6, 1)), np.tile(made.gyr_radps, (6, 1)))
    return Recording(Path("hour.mcap"), samples, 200.0, {"rate_hz": "200", "outward": "+z"})


ANALYZE = """
import sys, time, resource
import levelhips.cli.app
begin = time.perf_counter()
sys.argv = ["levelhips", "analyze", sys.argv[1], "--out", sys.argv[2]]
try:
    levelhips.cli.app.main()
except SystemExit:
    pass
print("TOOK", time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def speed_of_an_hour() -> None:
    """Print how long an hour takes to analyze, to write and to read, and how much memory."""
    hour = hour_recording()
    out = table(f"One hour at 200 Hz ({len(hour.samples)} samples)", "", "seconds", "memory MB")
    begin = time.perf_counter()
    engine = Engine(200.0)
    steps = 0
    for item in hour.items():
        steps += sum(1 for _ in engine.push(item).of(Step))
    out.add_row(f"engine alone ({steps} steps)", f"{time.perf_counter() - begin:.2f}", "")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hour.mcap"
        begin = time.perf_counter()
        with RecordingWriter(path, hour.metadata, None, SensorModel().scale, sync=False) as writer:
            writer.samples(hour.samples)
        out.add_row(f"write the recording ({path.stat().st_size / 1e6:.1f} MB)", f"{time.perf_counter() - begin:.2f}", "")
        begin = time.perf_counter()
        open_recording(path)
        out.add_row("read it", f"{time.perf_counter() - begin:.2f}", "")
        took = []
        for _ in range(3):
            done = subprocess.run([sys.executable, "-c", ANALYZE, str(path), folder], capture_output=True, text=True, check=False)
            _, seconds, memory = next(line for line in done.stdout.splitlines() if line.startswith("TOOK")).split()
            took.append((float(seconds), float(memory)))
        best = min(took)
        out.add_row("levelhips analyze: read, engine, all tables (best of 3)", f"{best[0]:.2f}", f"{best[1]:.0f}")
    console.print(out)


def delay_of_a_push() -> None:
    """Print how long the engine takes for a packet of 4 samples."""
    made = simulate_gait(RunnerModel(move_s=90.0), SensorModel(), seed=2).samples
    engine = Engine(200.0, Settings(threshold=ThresholdSettings(left_deg=3.0, right_deg=3.0)))
    took = []
    for start in range(0, len(made), 4):
        part = made[start : start + 4]
        begin = time.perf_counter()
        engine.push(part)
        took.append((time.perf_counter() - begin) * 1e3)
    p50, p99, worst = np.percentile(took, [50, 99, 100])
    out = table("A push of 4 samples in the live path [ms]", "pushes", "p50", "p99", "worst", "share of a core at 200 Hz")
    out.add_row(str(len(took)), f"{p50:.3f}", f"{p99:.3f}", f"{worst:.2f}", f"{np.mean(took) / 20:.1%}")
    console.print(out)


def delay_of_a_beep() -> None:
    """Print the delay from the arrival of the sample over the threshold to the start of its beep, in real time on a null device."""
    made = simulate_gait(RunnerModel(move_s=40.0), SensorModel(), seed=2).samples
    engine = Engine(200.0, Settings(threshold=ThresholdSettings(left_deg=2.0, right_deg=2.0)))
    capture = AudioCapture()
    player = Player(null=True, rendered=capture.add_block)
    crossed: list[float] = []
    start = int(made.t_s.searchsorted(8.0))
    engine.push(made[:start])
    begin = time.monotonic()
    for at in range(start, len(made) - 4, 4):
        due = begin + (at + 3 - start) / 200
        threading.Event().wait(max(0.0, due - time.monotonic()))
        arrival = time.monotonic()
        update = engine.push(made[at : at + 4])
        if any(True for _ in update.of(Cue)):
            crossed.append(arrival)
            player.put(Update(events=tuple(update.of(Cue))))
    time.sleep(0.3)
    player.close()
    delays = [
        min(h for h in capture.sound_starts_s if h >= c) - c for c in crossed if any(0 <= h - c < 0.2 for h in capture.sound_starts_s)
    ]
    p50, p99 = np.percentile(np.array(delays) * 1e3, [50, 99])
    out = table(
        "Arrival of the sample over the threshold to the first sample of the beep rendered, null device [ms]", "beeps", "p50", "p99"
    )
    out.add_row(f"{len(delays)} of {len(crossed)}", f"{p50:.1f}", f"{p99:.1f}")
    console.print(out)


def filters() -> None:
    """Print the error of each filter on the real runs, and its time per sample in batches of 200."""
    rows: dict[str, MotionSettings] = {
        "ours: VQF, stride-synchronous": MotionSettings(),
        "VQF tuned (tau 2 s)": MotionSettings(gravity=False),
        "VQF default (tau 3 s)": MotionSettings(gravity=False, tau_acc_s=3.0),
        **{name: MotionSettings(filter=name) for name in ("madgwick", "mahony", "ekf", "complementary")},
    }
    out = table(
        "Filters side by side: RMSE on the four real runs [deg], the same alignment for all", "filter", "obliquity", "tilt", "us a sample"
    )
    for name, motion in rows.items():
        obliquity, tilt = [], []
        for case in RUNS if REAL.is_dir() else ():
            recording = open_recording(REAL / case / "imu.csv")
            analysis = analyze(recording, replace(Settings(), motion=motion))
            truth = np.genfromtxt(REAL / case / "truth_angles.csv", delimiter=",", names=True)
            inside = (truth["time_s"] > 12) & (truth["time_s"] < truth["time_s"][-1] - 1)
            for values, key, into in (
                (analysis.angles.obliquity_rad, "obliquity_deg", obliquity),
                (analysis.angles.tilt_rad, "tilt_deg", tilt),
            ):
                error = np.degrees(np.interp(truth["time_s"][inside], analysis.angles.t_s, values)) - truth[key][inside]
                into.append(math.sqrt(np.mean(error**2)))
        cells = (" ".join(f"{value:.2f}" for value in values) for values in (obliquity, tilt))
        out.add_row(name, *cells, f"{cost(motion):.2f}")
    console.print(out)


def cost(motion: MotionSettings) -> float:
    """Return the time that a filter takes per sample [us]."""
    rng = np.random.default_rng(1)
    gyr, acc = rng.normal(size=(2000, 3)), rng.normal(size=(2000, 3)) + [0, 9.8, 0]
    filter_ = orientation_filter(motion.filter, 200.0, motion.tau_acc_s)
    gravity = GravityCorrection()
    ours = isinstance(filter_, VqfFilter) and motion.gravity

    def second(part: slice) -> None:
        filter_.push(gyr[part], acc[part])
        if ours and isinstance(filter_, VqfFilter):  # three steps and an update boundary a second
            for step in range(3):
                gravity.push(part.start / 200 + step / 3, 0.7, (0.01, 0.02), Travel(0.0, 0.01))
            (east, north), _ = gravity.take(part.start / 200 + 1)
            filter_.turn_world(east, north)

    return best_of(lambda: [second(slice(i, i + 200)) for i in range(0, 2000, 200)]) / 2000 * 1e6


def best_of(work: Callable[[], object], times: int = 3) -> float:
    """Return the shortest of several durations of some work [s]."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return min(took)


PARTS = {
    "real": real_cases,
    "force": real_force,
    "variations": variations,
    "simulated": simulated,
    "filters": filters,
    "push": delay_of_a_push,
    "beep": delay_of_a_beep,
    "hour": speed_of_an_hour,
}


def live(name: str) -> None:
    """Print one of the figures of live sessions or of the window."""
    out = table("The screen, offscreen" if name in SCREEN else "Live, over the virtual sensor", "what", "measured", "target")
    (LIVE | SCREEN)[name](out)
    console.print(out)


def weeks(name: str) -> None:
    """Print the table of drills, of severity, of the history, of late cues or of faults."""
    out = Table(title_justify="left")
    WEEKS[name](out)
    console.print(out)


def main() -> None:
    """Print the chosen parts; without arguments all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, *LIVE, *SCREEN, *WEEKS, []], help="only these")
    for name in parser.parse_args().parts or [*PARTS, *LIVE, *SCREEN, *WEEKS]:
        if name in LIVE or name in SCREEN:
            live(name)
        elif name in WEEKS:
            weeks(name)
        else:
            PARTS[name]()


if __name__ == "__main__":
    main()
