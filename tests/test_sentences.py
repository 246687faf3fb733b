"""The sentences of errors and notes, each in full: what happened, what to do, and the values in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from levelhips import Samples, Settings, load_settings, open_recording
from levelhips.errors import BluetoothProblem, BluetoothUnavailableError, LevelHipsError, SensorError
from levelhips.events import LinkReason, Side
from levelhips.history import Diary, History
from levelhips.programme.hints import load_hint, pain_hint, shoe_hint
from levelhips.programme.store import load_programme
from levelhips.recording.event_reader import read_events
from levelhips.recording.file_series import check_folder
from levelhips.recording.recover import recover
from levelhips.recording.schema import Packet
from levelhips.recording.writer import RecordingWriter
from levelhips.samples import Array
from levelhips.sensors.decoding import redecoded
from levelhips.sensors.profile import profiles
from levelhips.settings.installed import drills
from levelhips.simulation.faults import parse_fault
from levelhips.words import drill_instruction, drill_title, link_message, sensor_title

OURS = "time_s,acc_x_mps2,acc_y_mps2,acc_z_mps2,gyr_x_radps,gyr_y_radps,gyr_z_radps"


def sentences_of(call: object, *arguments: object, **named: object) -> tuple[str, str]:
    """Return the two sentences of the error that a call raises: what happened and what to do."""
    assert callable(call)
    with pytest.raises(LevelHipsError) as caught:
        call(*arguments, **named)
    return caught.value.what, caught.value.fix


def table(path: Path, header: str = OURS, *, t_s: Array | None = None, gyr: float = 0.5, acc: float = 9.81) -> Path:
    """A CSV file of two seconds at 100 Hz: an acceleration and an angular rate that swing a little."""
    t_s = np.arange(200) / 100 if t_s is None else t_s
    swing = np.sin(np.arange(len(t_s)))
    columns = [t_s, 0 * swing, acc * (1 + 0.1 * swing), 0 * swing, gyr * swing, 0 * swing, 0 * swing]
    np.savetxt(path, np.stack(columns, axis=1), delimiter=",", header=header, comments="", fmt="%.4f")
    return path


# ---- recordings


@pytest.mark.parametrize(
    ("header", "values", "what", "fix"),
    [
        (
            OURS.replace("mps2", "g"),
            {},
            "The acceleration columns of run.csv name the unit g, but a median of 9.82 suggests mps2",
            "Give the right unit with --acc-unit: g, mps2 or mg",
        ),
        (
            OURS.replace("_mps2", ""),
            {"acc": 1.0},
            "The acceleration columns of run.csv have no unit; a median of 1 suggests g",
            "Give the unit with --acc-unit: g, mps2 or mg",
        ),
        (
            OURS,
            {"gyr": 400.0},
            "The angular rate columns of run.csv name the unit radps, but values up to 400 suggest dps",
            "Give the right unit with --gyr-unit: dps or radps",
        ),
        (
            OURS.replace("gyr_y", "other"),
            {},
            "run.csv has no angular rate columns (found: time_s, acc_x_mps2, acc_y_mps2, acc_z_mps2, gyr_x_radps, other_radps, "
            "gyr_z_radps)",
            "Name them gyr_x_radps, gyr_y_radps and gyr_z_radps (or gyr_x_dps ...)",
        ),
        (
            OURS,
            {"t_s": np.r_[0:1:0.01, 0.5:1:0.01]},
            "Time goes back in run.csv: 0.990 s, then 0.500 s",
            "Sort the rows, or split the file there into two recordings",
        ),
        (
            OURS,
            {"t_s": np.arange(200) / 25},
            "run.csv has 25 samples per second: a landing would fall between two of them",
            "Record at 40 Hz or more; 100-200 Hz is good",
        ),
    ],
)
def test_error_of_an_implausible_table(header: str, values: dict[str, object], what: str, fix: str, tmp_path: Path) -> None:
    path = table(tmp_path / "run.csv", header, **values)  # type: ignore[arg-type]
    assert sentences_of(open_recording, path) == (what, fix)


def test_errors_of_missing_foreign_and_existing_files(tmp_path: Path) -> None:
    assert sentences_of(open_recording, tmp_path / "none.mcap") == (f"File not found: {tmp_path}/none.mcap", "Check the path")
    (tmp_path / "hello.csv").write_text("hello", encoding="utf-8")
    assert sentences_of(open_recording, tmp_path / "hello.csv") == (
        "hello.csv has no header with columns for time and sensor values",
        f"Begin it with a line such as {OURS}",
    )
    assert sentences_of(read_events, tmp_path / "hello.csv", ()) == (
        "hello.csv is not a levelhips recording",
        "Choose another file; if it is a table of another program, end its name with .csv",
    )
    assert sentences_of(RecordingWriter, tmp_path / "hello.csv", {}) == (
        f"{tmp_path}/hello.csv already exists",
        "Choose another name; recordings are never overwritten",
    )
    assert sentences_of(check_folder, tmp_path / "hello.csv" / "runs") == (
        f"No recordings can be written into {tmp_path}/hello.csv/runs (Not a directory)",
        "Choose another folder with --record, or free some disk space",
    )


def test_errors_of_a_recording_without_damage_or_packets(tmp_path: Path) -> None:
    recording = open_recording(table(tmp_path / "run.csv"))
    assert sentences_of(recover, recording) == ("run.csv is not damaged", "Use it as it is")
    assert sentences_of(redecoded, recording) == ("run.csv has no Bluetooth packets", "Leave out --raw to use its samples")


def test_errors_of_wrong_samples() -> None:
    t_s, acc, gyr = np.arange(3) / 100, np.ones((3, 3)), np.ones((3, 3))
    assert sentences_of(Samples.checked, t_s[:2], acc, gyr)[0] == (
        "Samples must be arrays of shape (n,), (n, 3) and (n, 3), not (2,), (3, 3) and (3, 3)"
    )
    acc[1, 2] = np.nan
    assert sentences_of(Samples.checked, t_s, acc, gyr)[0] == "The acceleration of sample 1 is not a number"
    assert sentences_of(Samples.checked, t_s[::-1], gyr, gyr) == (
        "Time does not increase at sample 1 (0.020 s, then 0.010 s)",
        "Sort the samples, or split the recording there",
    )


def test_notes_on_skipped_rows_of_a_table(tmp_path: Path) -> None:
    path = table(tmp_path / "run.csv", t_s=np.repeat(np.arange(100) / 100, 2))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines[:41], "x,x,x,x,x,x,x", *lines[41:]]), encoding="utf-8")
    assert [str(note) for note in open_recording(path).notes] == [
        "Skipped 1 row with missing values (line 42); treated as a lost sample",
        "Skipped 100 of 200 rows with a repeated time stamp. Are there two sensors in this file?",
    ]


# ---- sensors


def test_sentences_of_a_lost_connection() -> None:
    assert link_message(LinkReason.NONE) == ""
    assert link_message(LinkReason.SILENT_TOO_LONG) == "The sensor sends no data. Connecting again."
    assert link_message(LinkReason.NONE, message="LevelHips virtual is silent.") == "LevelHips virtual is silent."


@pytest.mark.parametrize(
    ("error", "sentences"),
    [
        (
            SensorError("no-answer", name="Clip"),
            "Clip does not answer. Switch the sensor off and on again.",
        ),
        (
            BluetoothUnavailableError("bluetooth-off", reason=BluetoothProblem.OFF),
            "Bluetooth is switched off. Switch it on in the system's settings.",
        ),
        (
            SensorError("cannot-start-sensor", name="Polar", problem=profiles()["polar"].problem(bytes((0xF0, 2, 2, 13)))),
            "Polar cannot be started: it is charging; take it off the charger. Switch the sensor off and on again, or charge it.",
        ),
        (SensorError("The 7 {sensors} are asleep", fix="Wake them up"), "The 7 {sensors} are asleep. Wake them up."),
    ],
)
def test_an_error_of_the_connection_is_recorded_by_its_code_and_values(error: SensorError, sentences: str) -> None:
    assert str(error) == sentences
    assert link_message(LinkReason.ERROR, error.to_json()) == sentences


def test_an_error_that_only_a_newer_version_knows_is_shown_by_its_code() -> None:
    assert link_message(LinkReason.ERROR, '{"code": "no-answer", "values": {"renamed": 1}}') == "no-answer"


def test_errors_of_impossible_packets() -> None:
    decode = {name: profile.decoder(profile.default_rate_hz).push for name, profile in profiles().items()}
    assert sentences_of(decode["movella_dot"], Packet(0.0, bytes(20), "long")) == (
        "The sensor sent a packet of 20 bytes instead of 44",
        "Use a Bluetooth adapter that supports a larger MTU, or move the sensor nearer",
    )
    assert sentences_of(decode["levelhips"], Packet(0.0, bytes(20), "stream")) == (
        "The sensor sends samples but has not stated its ranges",
        "Check that its firmware implements version 1 of the open profile",
    )
    assert sentences_of(decode["thingy52"], Packet(0.0, bytes(7), "raw")) == (
        "The sensor sent a damaged packet",
        "Move the sensor nearer to the computer",
    )


# ---- settings and programme


@pytest.mark.parametrize(
    ("content", "what", "fix"),
    [
        (
            "[cues]\nk = 999\n",
            "Setting cues.k is 999; it must be a whole number from 1 to 100 ({path}, line 2)",
            "Correct or remove it; levelhips settings list shows every setting",
        ),
        (
            "[cues]\nwen = 'every'\n",
            "There is no setting cues.wen ({path}, line 2)",
            "Did you mean cues.when? levelhips settings list shows every setting",
        ),
        (
            "cues = 3\n",
            "Setting cues is 3; it must be a section such as [cues] ({path}, line 1)",
            "Correct or remove it; levelhips settings list shows every setting",
        ),
    ],
)
def test_error_of_a_wrong_settings_file(content: str, what: str, fix: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(content, encoding="utf-8")
    assert sentences_of(load_settings, path) == (what.replace("{path}", str(path)), fix)


def test_errors_of_wrong_settings_without_a_file() -> None:
    assert sentences_of(Settings.from_dict, {"sound": {"words": 1}})[0] == "Setting sound.words is 1; it must be true or false"
    assert sentences_of(Settings.from_dict, {"cues": {"k": 4, "n": 3}})[0] == "Setting cues.k is 4; it must be at most n, which is 3"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("days = 0\n", "{path}, line 1: days is 0; it must be a whole number from 1 to 365"),
        ("run_days = [9]\n", "{path}, line 1: run_days is [9]; it must be weekdays such as [0, 2, 4]: 0 is Monday, 6 is Sunday"),
        (
            "[[item]]\ndrill = 'clamshel'\nwhen = 'daily'\n",
            "{path}, line 2: drill is 'clamshel', which is not installed; did you mean clamshell",
        ),
        ("[[item]]\ndrill = 'clamshell'\n", "{path}, line 1: when is missing in an [[item]]"),
        ("dais = 3\n", "{path}, line 1: dais is not known. Did you mean days"),
    ],
)
def test_error_of_a_wrong_programme_file(content: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "programme.toml"
    path.write_text(content, encoding="utf-8")
    fix = "Correct it there; levelhips programme --reset writes the default programme"
    assert sentences_of(load_programme, path) == (problem.replace("{path}", str(path)), fix)


def test_sentences_of_hints_after_a_run() -> None:
    assert load_hint(32.0, 30.0) is None
    assert str(load_hint(45.0, 30.0)) == (
        "45 min is 50 % longer than your longest run of the last 30 days (30 min). A single run that is much longer raises the risk of "
        "injury; stay within 10 %."
    )
    assert str(pain_hint(3, None)).startswith("Pain of 3 before the run: better not run today.")
    assert str(pain_hint(1, 3)) == "Your pain rose during the run. Skip the next run; if the pain stays, ask a professional."
    assert str(shoe_hint("Ghost", 646.2)) == "Ghost: 646 km. Most shoes are replaced around 640 km."


# ---- history and simulation


def test_errors_of_impossible_diary_entries(tmp_path: Path) -> None:
    with History(tmp_path / "history.sqlite") as history:
        diary = Diary(history)
        assert sentences_of(diary.add_pain, 11, "before") == ("Pain of 11 is not on the scale", "Give a number from 0 (none) to 10 (worst)")
        assert sentences_of(diary.add_pain, 1, "noon") == ('"noon" is not a time for a pain score', "Say when: before, after or morning")
        assert sentences_of(diary.retire_shoes, "Ghost") == (
            'There are no shoes named "Ghost"',
            "Add shoes first: levelhips diary shoes NAME",
        )
        diary.add_shoes("Pegasus")
        assert sentences_of(diary.retire_shoes, "Ghost")[1] == "Choose one of: Pegasus"
        assert sentences_of(diary.add_distance, 5.0, "Ghost")[1] == 'Add them with: levelhips diary shoes "Ghost"'
        assert sentences_of(history.rebuild, tmp_path / "none") == (
            f"Folder not found: {tmp_path}/none",
            "Give the folder that contains your recordings",
        )


def test_errors_of_unknown_faults_of_the_virtual_sensor() -> None:
    assert sentences_of(parse_fault, "stal=3")[0] == 'There is no fault "stal"'
    assert sentences_of(parse_fault, "stall=x") == ('Fault "stall=x" is not valid', "Write it as drop, drop=20 or stall=3@15")
    assert sentences_of(parse_fault, "drop=120") == (
        'Fault "drop=120" is out of range',
        "drop: loses N % of the notifications; N is from 0 to 100",
    )


# ---- drills


@pytest.mark.parametrize("name", drills())
def test_the_english_catalog_has_the_words_of_every_bundled_drill(name: str) -> None:
    drill = drills()[name]
    assert drill_title(name, "recorded") == drill.title
    for side in Side:
        assert drill_instruction(name, side, "recorded") == drill.instruction_for(side)


def test_a_sensor_is_named_in_the_language_and_one_of_a_plug_in_as_it_is_declared(request: pytest.FixtureRequest) -> None:
    assert sensor_title("levelhips", "declared") == profiles()["levelhips"].title == "LevelHips open profile"
    request.getfixturevalue("german")
    assert sensor_title("levelhips", "declared") == "LevelHips (offenes Profil)"
    assert sensor_title("polar", "Polar Verity Sense") == "Polar Verity Sense"
    assert sensor_title("mine", "My sensor") == "My sensor"


def test_a_drill_of_a_plug_in_or_an_old_recording_keeps_its_own_words() -> None:
    assert drill_title("mine", "Mine") == "Mine"
    assert drill_instruction("mine", Side.LEFT, "Lift the left leg.") == "Lift the left leg."
