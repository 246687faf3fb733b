"""The command line as a user types it: real processes, real files."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, short_run

from levelhips import RecordingWriter, analyze
from levelhips.simulation import bundled


def levelhips(*arguments: object, cwd: Path | None = None, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "120", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "levelhips", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="module")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "run.mcap"
    with RecordingWriter(path, {"rate_hz": "100", "outward": "+z"}) as writer:
        writer.samples(short_run().samples)
    return path


def test_analyze_writes_its_tables_and_they_agree(run_file: Path, tmp_path: Path) -> None:
    done = levelhips("analyze", run_file, "--out", tmp_path / "out")
    assert "drop from standing" in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["angles.csv", "steps.csv", "strides.csv", "summary.json"]
    with open(tmp_path / "out" / "steps.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:4] == ["contact_s", "toe_off_s", "stance_side", "contralateral_drop_deg"]
    analysis = analyze(run_file)
    assert len(rows) == len(analysis.steps)
    assert float(rows[5]["contralateral_drop_deg"]) == pytest.approx(analysis.steps[5].drop_deg, abs=6e-4)
    angles = np.genfromtxt(tmp_path / "out" / "angles.csv", delimiter=",", names=True)
    assert angles.dtype.names == ("time_s", "obliquity_deg", "tilt_deg", "rotation_deg")
    np.testing.assert_allclose(angles["time_s"], analysis.angles.t_s, atol=1e-6)
    for name, values in (
        ("obliquity_deg", analysis.angles.obliquity_rad),
        ("tilt_deg", analysis.angles.tilt_rad),
        ("rotation_deg", analysis.angles.rotation_rad),
    ):
        np.testing.assert_allclose(angles[name], np.degrees(values), atol=6e-5)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["steps"]["all"] == len(rows)
    assert summary["versions"]["levelhips"]
    assert summary["settings"]["motion"]["outward"] == "+z"


def test_the_version_is_said() -> None:
    import levelhips as package

    assert levelhips("--version").stdout.strip() == f"levelhips {package.__version__}"


def test_a_second_analysis_replaces_the_first(run_file: Path, tmp_path: Path) -> None:
    for _ in range(2):
        levelhips("analyze", run_file, "--out", tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("analyze", "none.mcap", "--out", "o"), "File not found"),
        (("analyze", "empty.csv", "--out", "o"), "is empty"),
        (("analyze", "run.mcap", "--out", "o", "--outward", "up"), "must be one of +x, -x"),
        (("analyze", "run.mcap", "--out", "o", "--filter", "magic"), "must be one of vqf, madgwick"),
        (("analyze", "run.mcap", "--out", "o", "--threshold", "much"), "is not understood"),
        (("analyze", "run.mcap", "--out", "o", "--threshold", "99"), "is not understood"),
        (("analyze", "run.mcap", "--out", "o", "--settings", "none.toml"), "cannot be read"),
        (("analyze", "run.mcap", "--out", "empty.csv/o"), "cannot be written"),
        (("replay", "run.mcap", "--speed", "fast"), "is not known"),
        (("replay", "run.mcap", "--speed", "max", "--wav", "none/x.wav"), "cannot be written"),
        (("simulate", "--kind", "swim", "--out", "o"), "no kind"),
        (("convert", "run.mcap", "run.mcap"), "exists already"),
    ],
)
def test_each_mistake_is_one_line_with_its_fix_and_a_failing_exit(
    run_file: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "run.mcap").write_bytes(run_file.read_bytes())
    before = sorted(tmp_path.rglob("*"))
    done = levelhips(*arguments, cwd=tmp_path, code=1)
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before, "nothing half-written is left"


@pytest.mark.parametrize(
    "arguments", [("analyze", "RUN", "--out", "o"), ("replay", "RUN", "--speed", "max", "--mute", "--threshold", "2", "--wav", "o/x.wav")]
)
def test_a_full_disk_leaves_nothing_that_looks_whole(run_file: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no limit on the size of files to stand for a full disk")
    (tmp_path / "o").mkdir()
    # The limit on file size is the disk's end: writing beyond it fails as on a full one.
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)); from levelhips.cli.app import main; main()"
    )
    given = [str(run_file) if argument == "RUN" else argument for argument in arguments]
    done = subprocess.run([sys.executable, "-c", code, *given], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "o").iterdir()) == []


def test_replay_writes_the_beeps(run_file: Path, tmp_path: Path) -> None:
    done = levelhips("replay", run_file, "--speed", "max", "--mute", "--threshold", "2.5", "--wav", tmp_path / "beeps.wav")
    assert "beeps" in done.stdout
    assert (tmp_path / "beeps.wav").stat().st_size > 100_000


def test_simulate_then_convert_then_analyze(tmp_path: Path) -> None:
    levelhips("simulate", "--out", tmp_path, "--seconds", "15", "--rate", "100", "--heading", "5", "--loss", "0.02")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run_1.mcap", "run_1.truth_angles.csv", "run_1.truth_steps.csv"]
    levelhips("convert", tmp_path / "run_1.mcap", tmp_path / "copy.mcap")
    levelhips("analyze", tmp_path / "copy.mcap", "--out", tmp_path / "o")
    with open(tmp_path / "run_1.truth_steps.csv") as truth, open(tmp_path / "o" / "steps.csv") as found:
        assert abs(len(truth.readlines()) - len(found.readlines())) <= 2


@pytest.mark.parametrize("filter_", ["madgwick", "mahony", "complementary"])
def test_the_other_filters_run(run_file: Path, tmp_path: Path, filter_: str) -> None:
    levelhips("analyze", run_file, "--out", tmp_path, "--filter", filter_)
    assert json.loads((tmp_path / "summary.json").read_text())["settings"]["motion"]["filter"] == filter_


def test_demo_makes_its_report(tmp_path: Path) -> None:
    done = levelhips("demo", "--out", tmp_path / "report")
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {"steps.csv", "strides.csv", "angles.csv", "summary.json", "beeps.wav", "drops.png"}
    for name in names:
        assert name in done.stdout
    assert (tmp_path / "report" / "drops.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", [bundled.TREADMILL, bundled.WALK, bundled.LOSSES])
def test_bundled_recordings_are_measured_as_they_were_made(name: str) -> None:
    """Golden: found steps against the truth that lies beside each recording."""
    analysis = analyze(bundled.find(name))
    with open(ROOT / "recordings" / f"{name}.truth_steps.csv", newline="") as file:
        true = [(float(r["contact_s"]), r["stance_side"], float(r["contralateral_drop_deg"])) for r in csv.DictReader(file)]
    times = np.array([at for at, *_ in true])
    good = [step for step in analysis.steps if step.quality == "ok"]
    assert len(good) > 0.75 * len(true)
    nearest = [int(np.abs(times - step.at_s).argmin()) for step in good]
    assert all(abs(times[i] - step.at_s) < 0.06 for i, step in zip(nearest, good, strict=True))
    assert all(true[i][1] == step.side for i, step in zip(nearest, good, strict=True))
    error = np.array([step.drop_deg - true[i][2] for i, step in zip(nearest, good, strict=True)])
    assert np.sqrt(np.mean(error**2)) < 0.35


def test_the_growth_of_the_tired_side_is_found() -> None:
    from levelhips import summarize

    summary = summarize(analyze(bundled.find(bundled.TREADMILL)))
    assert summary["drift_deg_per_10_min"]["left"]["slope"] > 1.5
    assert abs(summary["drift_deg_per_10_min"]["right"]["slope"]) < 0.4
