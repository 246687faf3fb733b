"""Tables of other programs: read with their units, or refused with what to do."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import short_run

from levelhips import BadInputError, LevelHipsError, RecordingError, UnitsError, analyze, open_recording

RUN = short_run().samples
G, DEG = 9.80665, np.pi / 180
OURS = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"


def table(path: Path, header: str, columns: list[np.ndarray], before: str = "", sep: str = ",", form: str = "%.7g") -> Path:
    lines = [sep.join(form % value for value in row) for row in zip(*columns, strict=True)]
    path.write_text(before + header + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def ours(path: Path, t: np.ndarray = RUN.t_s, acc: np.ndarray = RUN.acc_mps2, gyr: np.ndarray = RUN.gyr_radps, header: str = OURS) -> Path:
    return table(path, header, [t, *acc.T, *gyr.T])


def same(path: Path, **units: str) -> None:
    recording = open_recording(path, **units)
    np.testing.assert_allclose(recording.samples.acc_mps2, RUN.acc_mps2, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(recording.samples.gyr_radps, RUN.gyr_radps, rtol=1e-4, atol=1e-4)
    assert recording.rate_hz == pytest.approx(100, rel=1e-3)


def test_csv_with_our_column_names(tmp_path: Path) -> None:
    same(ours(tmp_path / "imu.csv"))


def test_named_units_are_converted(tmp_path: Path) -> None:
    header = "time_ms,acc_x_g,acc_y_g,acc_z_g,gyr_x_dps,gyr_y_dps,gyr_z_dps"
    same(ours(tmp_path / "imu.csv", RUN.t_s * 1000, RUN.acc_mps2 / G, RUN.gyr_radps / DEG, header))


def test_missing_units_are_refused_and_the_option_is_named(tmp_path: Path) -> None:
    path = ours(tmp_path / "imu.csv", acc=RUN.acc_mps2 / G, header="time,ax,ay,az,gx,gy,gz")
    with pytest.raises(UnitsError, match="suggests g.*--acc-unit"):
        open_recording(path)
    with pytest.raises(UnitsError, match="angular rate.*--gyr-unit"):
        open_recording(path, acc_unit="g")
    same(path, acc_unit="g", gyr_unit="radps")
    with pytest.raises(UnitsError, match="furlong"):
        open_recording(path, acc_unit="furlong")


def test_values_that_contradict_their_unit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnitsError, match="unit mps2.*suggests g"):
        open_recording(ours(tmp_path / "g.csv", acc=RUN.acc_mps2 / G))
    with pytest.raises(UnitsError, match="unit radps.*suggest dps"):
        open_recording(ours(tmp_path / "dps.csv", gyr=RUN.gyr_radps / DEG))
    same(tmp_path / "dps.csv", gyr_unit="dps")


def test_movella_dot_export(tmp_path: Path) -> None:
    before = "sep=,\nDeviceTag:,D1\nFirmwareVersion:,2.4.0\nOutputRate:,100Hz\n\n"
    header = "PacketCounter,SampleTimeFine,Acc_X,Acc_Y,Acc_Z,Gyr_X,Gyr_Y,Gyr_Z"
    wrapped = (RUN.t_s * 1e6 + 4294967296 - 9e6) % 4294967296  # the counter wraps after 9 s
    columns = [np.arange(len(RUN)), wrapped, *RUN.acc_mps2.T, *(RUN.gyr_radps / DEG).T]
    path = table(tmp_path / "dot.csv", header, columns, before, form="%.10g")
    same(path)
    recording = open_recording(path)
    np.testing.assert_allclose(np.diff(recording.samples.t_s), np.diff(RUN.t_s), atol=1e-5)
    assert recording.metadata["source"] == "movella-dot"


def test_movella_dot_without_gravity_is_refused(tmp_path: Path) -> None:
    header = "PacketCounter,SampleTimeFine,FreeAcc_X,FreeAcc_Y,FreeAcc_Z,Gyr_X,Gyr_Y,Gyr_Z"
    columns = [np.arange(len(RUN)), RUN.t_s * 1e6, *RUN.acc_mps2.T, *RUN.gyr_radps.T]
    with pytest.raises(BadInputError, match="free acceleration"):
        open_recording(table(tmp_path / "dot.csv", header, columns, form="%.10g"))


@pytest.mark.parametrize("sep", [",", ";", "\t"])
def test_phyphox_export_folder_and_zip(tmp_path: Path, sep: str) -> None:
    folder = tmp_path / "phyphox"
    folder.mkdir()
    header = sep.join(['"Time (s)"', '"X ({0})"', '"Y ({0})"', '"Z ({0})"'])
    table(folder / "Accelerometer.csv", header.format("m/s^2"), [RUN.t_s, *RUN.acc_mps2.T], sep=sep)
    later = RUN.t_s + 0.003  # the two sensors of a phone have clocks of their own
    gyr = np.stack([np.interp(later, RUN.t_s, RUN.gyr_radps[:, i]) for i in range(3)], axis=1)
    table(folder / "Gyroscope.csv", header.format("rad/s"), [later, *gyr.T], sep=sep)
    archive = tmp_path / "phyphox.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in folder.iterdir():
            packed.write(file, file.name)
    for path in (folder, archive, folder / "Accelerometer.csv"):
        recording = open_recording(path)
        assert recording.metadata["source"] == "phyphox"
        steps = [step for step in analyze(recording).steps if step.at_s > 8]
        true = [step for step in analyze(open_recording(ours(tmp_path / "o.csv"))).steps if step.at_s > 8]
        assert abs(len(steps) - len(true)) <= 2
        assert np.mean([step.drop_deg for step in steps]) == pytest.approx(np.mean([step.drop_deg for step in true]), abs=0.2)


def test_a_decimal_comma(tmp_path: Path) -> None:
    path = ours(tmp_path / "imu.csv")
    path.write_text(path.read_text().replace(",", ";").replace(".", ","))
    same(path)


def test_sensor_logger_export(tmp_path: Path) -> None:
    folder = tmp_path / "logger"
    folder.mkdir()
    gravity = np.tile([0.0, 9.5, 2.4], (len(RUN), 1))
    columns = [RUN.t_s * 1e9 + 1.7e18, RUN.t_s]
    for name, values in (("Accelerometer", RUN.acc_mps2 - gravity), ("Gravity", gravity), ("Gyroscope", RUN.gyr_radps)):
        table(folder / f"{name}.csv", "time,seconds_elapsed,z,y,x", [*columns, *values[:, ::-1].T], form="%.12g")
    recording = open_recording(folder)
    assert recording.metadata["source"] == "sensor-logger"
    inside = recording.samples.t_s < 10
    other = np.stack([np.interp(recording.samples.t_s[inside], RUN.t_s, RUN.acc_mps2[:, i]) for i in range(3)], axis=1)
    np.testing.assert_allclose(recording.samples.acc_mps2[inside], other, atol=1e-3)
    table(folder / "TotalAcceleration.csv", "time,seconds_elapsed,z,y,x", [*columns, *RUN.acc_mps2[:, ::-1].T], form="%.12g")
    again = open_recording(folder)
    np.testing.assert_allclose(again.samples.acc_mps2, recording.samples.acc_mps2, atol=1e-3)


def test_an_export_of_only_one_sensor_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "half"
    folder.mkdir()
    table(folder / "Accelerometer.csv", '"Time (s)","X (m/s^2)","Y (m/s^2)","Z (m/s^2)"', [RUN.t_s, *RUN.acc_mps2.T])
    with pytest.raises(BadInputError, match="no gyroscope"):
        open_recording(folder)


def with_cells(path: Path, rows: range, change: dict[int, str]) -> Path:
    lines = ours(path).read_text().splitlines()
    for row in rows:
        cells = lines[row].split(",")
        for column, text in change.items():
            cells[column] = text
        lines[row] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("text", ["nan", "inf", "", "oops", "-inf"])
def test_missing_values_are_skipped_and_reported_as_lost_samples(tmp_path: Path, text: str) -> None:
    recording = open_recording(with_cells(tmp_path / "imu.csv", range(900, 920), {2: text}))
    assert len(recording.samples) == len(RUN) - 20
    assert "line 901" in str(recording.notes[0])


def test_a_table_of_mostly_missing_values_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="missing values"):
        open_recording(with_cells(tmp_path / "imu.csv", range(1, 1400), {4: "nan"}))


def test_a_truncated_last_line_is_skipped(tmp_path: Path) -> None:
    path = ours(tmp_path / "imu.csv")
    path.write_text(path.read_text()[:-25])
    recording = open_recording(path)
    assert len(recording.samples) == len(RUN) - 1


def test_decreasing_time_is_refused_and_rows_with_repeated_time_are_skipped(tmp_path: Path) -> None:
    back = RUN.t_s.copy()
    back[800:] -= 3.0
    with pytest.raises(BadInputError, match="Time goes back"):
        open_recording(ours(tmp_path / "back.csv", back))
    twice = RUN.t_s.copy()
    twice[700] = twice[699]
    recording = open_recording(ours(tmp_path / "twice.csv", twice))
    assert len(recording.samples) == len(RUN) - 1
    assert "repeated time stamp" in str(recording.notes[0])


def test_time_that_jumps_is_a_gap(tmp_path: Path) -> None:
    jumped = RUN.t_s.copy()
    jumped[900:] += 100.0
    from levelhips import Gap

    analysis = analyze(ours(tmp_path / "jump.csv", jumped))
    assert any(isinstance(event, Gap) and event.to_s - event.from_s > 99 for event in analysis.events)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"a,b,c,d\n1,2,3,4\n", "no header"),
        (OURS.encode() + b"\n", "no rows"),
        (b"time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2\n0,1,2,3\n", "angular rate|both"),
        (b"\x00\x01\x02\xff" * 100, "not a levelhips recording"),
        (b"%PDF-1.7\nhello\n", "no header"),
        (b"PK\x03\x04garbage", "no recording|no header|damaged"),
    ],
)
def test_files_that_are_not_recordings_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    with pytest.raises(LevelHipsError, match=says):
        open_recording(path)


def test_too_slow_or_constant_signals_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="25 samples per second"):
        open_recording(ours(tmp_path / "slow.csv", RUN.t_s[::4], RUN.acc_mps2[::4], RUN.gyr_radps[::4]))
    with pytest.raises(BadInputError, match="acceleration in const.csv never changes"):
        open_recording(ours(tmp_path / "const.csv", acc=np.tile([0.0, 9.8, 0.0], (len(RUN), 1))))


def test_a_recording_in_which_nobody_moves_is_refused(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    tumbling = 9.8 * np.sin(np.arange(500)[:, None] / 30 + np.array([0.0, 2.0, 4.0]))
    path = ours(tmp_path / "bag.csv", RUN.t_s[:500], tumbling, rng.normal(size=(500, 3)))
    with pytest.raises(BadInputError, match="Nobody stands still, walks or runs"):
        analyze(path)


def test_missing_and_unreadable_files_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="File not found"):
        open_recording(tmp_path / "none.mcap")
    with pytest.raises(BadInputError, match="accelerometer"):
        open_recording(tmp_path)


def test_a_damaged_zip_file_is_refused_as_such(tmp_path: Path) -> None:
    """The error of zlib was taken for one of a plug-in, and reading ended in a StopIteration."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Accelerometer.csv", "time,x,y,z\n" * 100)
        archive.writestr("Gyroscope.csv", "time,x,y,z\n" * 100)
    data = bytearray(path.read_bytes())
    data[50:60] = b"\xff" * 10  # in the compressed data of the file
    path.write_bytes(data)
    with pytest.raises(RecordingError, match=r"export\.zip"):
        open_recording(path)


def test_sensors_recorded_at_different_times_are_refused(tmp_path: Path) -> None:
    header = '"Time (s)","X ({0})","Y ({0})","Z ({0})"'
    table(tmp_path / "Accelerometer.csv", header.format("m/s^2"), [RUN.t_s, *RUN.acc_mps2.T])
    table(tmp_path / "Gyroscope.csv", header.format("rad/s"), [RUN.t_s + 1000.0, *RUN.gyr_radps.T])
    with pytest.raises(BadInputError, match="different times|same time|overlap"):
        open_recording(tmp_path)


def test_a_folder_with_one_file_of_both_sensors_is_read(tmp_path: Path) -> None:
    ours(tmp_path / "imu.csv")
    same(tmp_path)


def test_angular_rate_columns_are_not_taken_for_acceleration(tmp_path: Path) -> None:
    header = (
        "time_s,"
        + ",".join(f"angular rate {axis} (rad/s)" for axis in "xyz")
        + ","
        + ",".join(f"acceleration {axis} (m/s2)" for axis in "xyz")
    )
    same(table(tmp_path / "imu.csv", header, [RUN.t_s, *RUN.gyr_radps.T, *RUN.acc_mps2.T]))


@pytest.mark.parametrize("interval_s", [0.0001, 0.2])
def test_time_without_a_unit_at_an_implausible_interval_is_refused(tmp_path: Path, interval_s: float) -> None:
    header = OURS.replace("time_s", "time")
    with pytest.raises(UnitsError, match="time"):
        open_recording(ours(tmp_path / "imu.csv", np.arange(len(RUN)) * interval_s, header=header))


def test_time_without_a_unit_gets_the_unit_in_which_its_interval_is_plausible(tmp_path: Path) -> None:
    header = OURS.replace("time_s", "time")
    for factor in (1.0, 1e3, 1e6):
        path = table(tmp_path / f"{factor:g}.csv", header, [RUN.t_s * factor, *RUN.acc_mps2.T, *RUN.gyr_radps.T], form="%.10g")
        np.testing.assert_allclose(open_recording(path).samples.t_s, RUN.t_s - RUN.t_s[0], atol=1e-5)
