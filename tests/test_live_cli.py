"""The commands of the live side as a user types them: in this process, or in their own where keys and signals are tested."""

from __future__ import annotations

import io
import json
import math
import os
import re
import select
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import Any

import command_line
import pytest
from conftest import ROOT

pytest.importorskip("bumble", reason="the virtual sensor needs the extra 'virtual'")

from live_harness import command_line_at, run_of
from rich.console import Console
from waiting import until

from levelhips import LevelHipsError, RecordingWriter, Settings, Update, open_recording
from levelhips.cli.live_session import follow
from levelhips.cli.scan import scan
from levelhips.cli.terminal.live_view import LiveView
from levelhips.live.doctor import Finding, examine, worst
from levelhips.live.session import Session
from levelhips.recording.schema import Packet
from levelhips.sensors.profile import profiles
from levelhips.sensors.profiles.levelhips import TIME
from levelhips.simulation.peripheral import virtual_source
from levelhips.simulation.time_loop import SimulatedTimeLoop
from levelhips.text import text

PROGRAM = [sys.executable, "-m", "levelhips"]
RUN = ROOT / "recordings" / "treadmill_fatigue.mcap"


def levelhips(*arguments: object, code: int = 0, **more: Any) -> str:
    """Run a command in this process and return what it prints."""
    return command_line.levelhips(*arguments, code=code, **more).text


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a recording of four seconds of running, from 10 s after the start of the bundled run."""
    path = tmp_path_factory.mktemp("short") / "short.mcap"
    samples = run_of(14.0).samples[2000:]
    with RecordingWriter(path, {"rate_hz": "200", "outward": "+z"}) as writer:
        writer.samples(samples)
    return path


def test_scan_lists_what_is_in_range(short):
    output = levelhips("scan", "--virtual", short, "--profile", "polar", "--seconds", 1)
    assert re.search(r"Polar Sense 0000VIRT\s+Polar Verity Sense\s+-50 dBm\s+87 %\s+C0:DE", output)


class Terminal(io.StringIO):
    """A terminal at which Ctrl-C is pressed as soon as a sensor is listed."""

    pressed = False

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "dBm" in text and not self.pressed:
            self.pressed = True
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    for name, value in (("TERM", "xterm"), ("COLUMNS", "100")):
        monkeypatch.setenv(name, value)
    return Terminal()


def test_the_sensors_stay_on_the_terminal_when_ctrl_c_ends_the_scan(short, terminal):
    """Bug: Ctrl-C, the only end of a scan on a terminal, also erased the list."""
    with redirect_stdout(terminal):
        scan(virtual=short, profile="polar")
    assert terminal.pressed
    left = terminal.getvalue().rpartition("\x1b[2K")[2]  # after the last line that was erased
    assert re.search(r"Polar Sense 0000VIRT\s+Polar Verity Sense\s+-50 dBm\s+87 %\s+C0:DE", left)


def test_json_of_a_scan_is_complete_when_ctrl_c_ends_it(short, terminal, capsys):
    """Bug: nothing was printed, with exit code 0."""
    with redirect_stderr(terminal):
        scan(virtual=short, profile="polar", as_json=True)
    assert terminal.pressed
    [sensor] = json.loads(capsys.readouterr().out)["sensors"]
    assert (sensor["name"], sensor["profile"], sensor["rssi_dbm"], sensor["battery_percent"]) == ("Polar Sense 0000VIRT", "polar", -50, 87)


def test_scan_and_virtual_sensor_name_the_kind_of_sensor_in_german(short, german):
    """Bug: the kind of sensor was English in every language."""
    assert re.search(r"LevelHips virtual\s+LevelHips \(offenes Profil\)\s", levelhips("scan", "--virtual", short, "--seconds", 1))
    assert "als LevelHips (offenes Profil)" in levelhips("virtual-sensor", short)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a missing D-Bus is a matter of Linux")
@pytest.mark.parametrize("command", ["scan", "run"])
def test_computer_without_bluetooth_is_reported_with_a_fix(command, tmp_path):
    options = ["--record", tmp_path, "--mute"] if command == "run" else []
    output = levelhips(command, *options, code=1, DBUS_SYSTEM_BUS_ADDRESS="unix:path=/nonexistent/bus")
    assert "Bluetooth cannot be used" in output
    assert "apt install bluez" in output


def test_run_plays_a_virtual_sensor_to_its_end_and_prints_the_result(short, tmp_path):
    with command_line_at(math.inf):  # on an ASCII terminal a run ended with UnicodeEncodeError before it recorded
        output = levelhips("run", "--virtual", short, "--record", tmp_path, "--mute", "--threshold", "3", encoding="ascii")
    assert re.search(r"0\.1 min, \d+ steps", output)
    assert output.startswith("Threshold: left 3.0 deg, right 3.0 deg (option)\n")
    [path] = tmp_path.glob("*.mcap")
    assert str(path) in output.replace("\n", "")
    recording = open_recording(path)
    assert len(recording.samples) == 800
    assert recording.notes == []
    assert recording.settings["threshold"]["left_deg"] == 3


def test_each_state_of_the_connection_is_a_line_without_a_terminal(short):
    out = io.StringIO()
    console = Console(file=out, width=120)

    class HoldsUntilShown:
        """The view reads the state ten times a second: wait until it has shown this state."""

        def put(self, update: Update) -> None:
            if len(update.angles) and update.angles.t_s[-1] > 1.0:
                until(lambda: "streaming" in out.getvalue())

    source = partial(virtual_source, open_recording(short), profiles()["levelhips"])
    session = Session(source, Settings(), None, [HoldsUntilShown()], new_loop=lambda: SimulatedTimeLoop(math.inf))
    follow(console, session, LiveView(console, "title"))
    lines = out.getvalue().splitlines()
    assert "streaming   LevelHips virtual   battery 87 %   signal -50 dBm" in lines
    assert len([line for line in lines if line.startswith("streaming")]) == 1, "a line for each change, and only then"


def test_a_quiet_run_is_recorded_and_prints_nothing(short, tmp_path):
    with command_line_at(math.inf):
        assert levelhips("run", "--virtual", short, "--record", tmp_path, "--mute", "--quiet") == ""
    [path] = tmp_path.glob("*.mcap")
    assert len(open_recording(path).samples) == 800


def test_quiet_session_prints_problems_on_standard_error(short, capsys):
    class Broken:
        """A sink that fails."""

        def put(self, update: Update) -> None:
            raise OSError("unplugged")

    source = partial(virtual_source, open_recording(short), profiles()["levelhips"])
    session = Session(source, Settings(), None, [Broken()], new_loop=lambda: SimulatedTimeLoop(math.inf))
    console = Console(quiet=True)
    follow(console, session, LiveView(console, "title"))
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "unplugged" in " ".join(printed.err.split())


def packets_so_far(folder: Path) -> list[Packet]:
    """Return the packets of the recording that is being written."""
    with suppress(LevelHipsError):  # it has no samples yet
        return [packet for path in folder.glob("*.mcap") for packet in open_recording(path).packets]
    return []


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a child is a matter of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_a_run_cleanly(tmp_path, how):
    command = [*PROGRAM, "run", "--virtual", str(RUN), "--record", str(tmp_path), "--mute"]
    # If the tests run in the background, SIGINT may be ignored, and child processes inherit that.
    listen = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=listen)  # noqa: PLW1509
    assert running.stdout is not None
    assert any(line.startswith("streaming") for line in running.stdout), "it never began to stream"
    # The first poll of the sensor's clock is over: its late answer would be taken for that of the stop.
    until(lambda: any(packet.data[:2] == bytes((TIME, 0)) for packet in packets_so_far(tmp_path)))
    running.send_signal(how)
    output, _ = running.communicate(timeout=30)
    assert running.returncode == 0, output
    assert "Traceback" not in output
    assert "Recorded" in output
    [path] = tmp_path.glob("*.mcap")
    recording = open_recording(path)
    assert recording.notes == [], "the file was not closed"
    assert [packet for packet in recording.packets if packet.source == "control"][-1].data == b"\x00\x00", "the stream was not stopped"


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are a matter of POSIX")
def test_keys_in_the_live_view(tmp_path):
    import pty

    master, slave = pty.openpty()
    command = [*PROGRAM, "run", "--virtual", str(RUN), "--record", str(tmp_path), "--mute", "--threshold", "3"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "30", "PYTHONIOENCODING": "ascii"}
    running = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    seen, read = b"", 0

    def shown(*parts: bytes) -> bool:
        """Read what the program has drawn; return whether all parts were drawn since the last key."""
        nonlocal seen
        if select.select([master], [], [], 0.0)[0]:
            with suppress(OSError):  # the program has ended
                seen += os.read(master, 65536)
        return all(part in seen[read:] for part in parts) or running.poll() is not None

    until(lambda: shown(b"streaming", b"0:0"))
    for key, answer in ((b" ", b"PAUSED"), (b"\x1b[A", b"3.5"), (b"k", b"Mark 1"), (b"m", b"Sound off")):
        read = len(seen)
        os.write(master, key)
        until(partial(shown, answer), message=f"{key!r} was not answered with {answer!r}")
    os.write(master, b"q")
    until(lambda: shown() and running.poll() is not None)
    assert running.wait(30) == 0, seen[-2000:]
    os.close(master)
    assert b"PAUSED" in seen
    assert seen.isascii()
    assert b"+- Left leg on the ground -" in seen
    assert re.search(rb"Mark 1 at 0:0\d", seen), "a mark was not answered"
    assert b"Sound off" in seen
    [path] = tmp_path.glob("*.mcap")
    assert [command.do for command in open_recording(path).commands] == ["pause", "move-threshold", "mark", "mute"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a controlling terminal is chosen differently elsewhere")
def test_run_whose_terminal_is_closed_ends_as_with_ctrl_c(tmp_path):
    """Bug: a terminal that is gone can be neither restored nor written to; either error ended the program before the history."""
    import fcntl
    import pty
    import termios

    master, slave = pty.openpty()
    command = [*PROGRAM, "run", "--virtual", str(RUN), "--record", str(tmp_path / "runs"), "--mute"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "30", "LEVELHIPS_DATA": str(tmp_path)}
    terminal = {"stdin": slave, "stdout": slave, "stderr": slave, "start_new_session": True}
    control = partial(fcntl.ioctl, 0, termios.TIOCSCTTY, 0)  # only the terminal that controls a process sends it SIGHUP
    running = subprocess.Popen(command, env=environment, preexec_fn=control, **terminal)  # noqa: PLW1509
    os.close(slave)
    seen = b""
    while b"streaming" not in seen or b"0:0" not in seen:
        assert select.select([master], [], [], 60.0)[0], seen[-2000:]
        seen += os.read(master, 65536)
    os.close(master)
    assert running.wait(30) == 0
    [path] = (tmp_path / "runs").glob("*.mcap")
    assert open_recording(path).notes == [], "the file was not closed"


@pytest.mark.parametrize(
    ("count", "lines"),
    [
        (1, ["0.0 min, 1 step (0 counted), 1 beep", "Lost: 0.5 s in 1 gap, 1 damaged packet, the sensor went silent once, 1 reconnection"]),
        (
            2,
            [
                "0.0 min, 2 steps (0 counted), 2 beeps",
                "Lost: 0.5 s in 2 gaps, 2 damaged packets, the sensor went silent 2 times, 2 reconnections",
            ],
        ),
    ],
)
def test_the_summary_counts_in_the_right_number(count, lines):
    from levelhips.cli.live_session import summarize
    from levelhips.sensors.source import LinkStatus

    session = Session(lambda: None, Settings())
    session._status = LinkStatus(reconnects=count)
    statistics = session.statistics
    statistics.steps["settling"] = statistics.cues = statistics.gaps = statistics.damaged = statistics.stalls = count
    statistics.gaps_s = 0.5
    out = io.StringIO()
    summarize(Console(file=out, width=200), session)
    printed = out.getvalue().splitlines()
    assert [printed[0], printed[-1]] == lines


def test_virtual_sensor_without_a_controller_connects_within_this_computer(short):
    with command_line_at(math.inf):
        output = levelhips("virtual-sensor", short, "--profile", "witmotion", "--fault", "drop=5")
    assert "--transport usb:0" in output
    assert f"{short.name} as a WitMotion" in output
    assert re.search(r"0\.1 min, [1-9]\d* steps", output)


def test_missing_controller_is_reported(short):
    output = levelhips("virtual-sensor", short, "--transport", "serial:/dev/nonexistent", code=1)
    assert "cannot be opened" in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--fault", "gremlins"], 'There is no fault "gremlins"'),
        (["--fault", "drop=500"], "out of range"),
        (["--fault", "drop=much"], "is not valid. Write it as"),
        (["--profile", "abacus"], "There is no kind of sensor 'abacus'"),
        (["--threshold", "99"], "--threshold 99 is out of range. Give degrees from 0.2 to 30"),
        (["--record", "/dev/null/folder"], "No recordings can be written into"),
    ],
)
def test_impossible_arguments_are_refused_with_a_fix(short, arguments, said):
    output = levelhips("run", "--virtual", short, "--mute", *arguments, code=1 if arguments[0] == "--record" else 2)
    assert said in " ".join(output.split())


def test_virtual_sensor_without_bumble_is_refused_with_a_fix(short):
    code = "import sys; sys.modules['bumble'] = None; sys.argv[0] = 'levelhips'; from levelhips.cli.app import main; main()"
    command = [sys.executable, "-c", code, "run", "--virtual", str(short), "--mute", "--no-record"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "pip install 'levelhips[virtual]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_damaged_recording_is_recovered_and_raw_packets_are_decoded_again(short, tmp_path):
    with command_line_at(math.inf):
        levelhips("run", "--virtual", short, "--record", tmp_path, "--mute")
    [path] = tmp_path.glob("*.mcap")
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(path.read_bytes()[:-100])  # without its end; at infinite speed, chunks are of any length
    output = levelhips("recover", cut)
    assert "Wrote" in output
    assert "was not closed" in output
    output = levelhips("recover", cut, code=1)
    assert "already exists" in output
    again = tmp_path / "again.mcap"
    levelhips("recover", path, again, "--raw")
    assert open_recording(again).samples.t_s.tolist() == open_recording(path).samples.t_s.tolist()
    before = sorted(tmp_path.iterdir())
    assert "is not damaged; nothing was written" in levelhips("recover", path)
    assert sorted(tmp_path.iterdir()) == before


def test_doctor_checks_bluetooth_sound_disk_and_clock(tmp_path):
    done = subprocess.run(
        [*PROGRAM, "doctor", "--no-bluetooth", "--record", str(tmp_path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in done.stderr
    for what in ("System", "Versions", "Sensors", "Virtual sensor", "Sound", "Display", "Disk", "Clock"):
        assert re.search(rf"^(ok|note|BAD) +{what}", done.stdout, re.M), what
    assert done.returncode == (1 if "BAD" in done.stdout else 0)


def test_doctor_plays_a_tone_to_each_ear(tmp_path):
    [sound] = [finding for finding in examine(tmp_path, null_sound=True, bluetooth=False) if str(finding.subject) == "Sound"]
    assert sound.state == "ok"


def test_doctor_finds_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    findings = list(examine(tmp_path / "file" / "sub", null_sound=True, bluetooth=False))
    [disk] = [finding for finding in findings if str(finding.subject) == "Disk"]
    assert disk.state == "bad"
    assert "--record" in str(disk.fix)
    assert worst(findings) == "bad"
    assert worst([Finding(text("doctor.disk"), "ok", ""), Finding(text("doctor.clock"), "note", "")]) == "note"
