"""End sessions in every way and phase: how long it takes, whether the file is whole, and whether the session is in the history.

    python -m bench.ends [PROGRAM or WAY ...]

A way is a key, a signal, a closed terminal or window, an X server that ends, or a computer that sleeps for ten minutes (the process is
stopped, and its sensor with it) and is then ended by Ctrl-C. The phases are scanning, connecting, streaming and ending; in the last,
what ends the process comes while another end has begun that takes two seconds.
"""

from __future__ import annotations

import argparse
import os
import pty
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from levelhips import LevelHipsError, RecordingWriter, open_recording
from levelhips.history import History

ROOT = Path(__file__).resolve().parents[1]
ASLEEP_S = 600.0
LIMIT_S = 10.0  # the process must be gone after this
PHASES = {"scanning": "taken=3600@0", "connecting": "slow=60", "streaming": "", "ending": "leaving"}
"""Each phase with the fault of the virtual sensor that lets it last."""


def until(condition: Callable[[], object], within_s: float) -> bool:
    end_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end_s:
            return False
        time.sleep(0.01)
    return True


def short_run(path: Path) -> Path:
    """Write 40 s of the bundled run from shortly before its first steps: a session of it has steps after some seconds."""
    recording = open_recording(ROOT / "recordings" / "treadmill_fatigue.mcap")
    with RecordingWriter(path, {"rate_hz": "200", "outward": "+z"}, sync=False) as writer:
        writer.samples(recording.samples[1600:9600])
    return path


@dataclass
class Ended:
    """What is left of a session that was ended."""

    seconds: float  # from the last event that should end it; infinite if the process had to be killed
    code: int
    output: str
    files: list[Path]
    whole: bool  # all of them are closed and undamaged
    stopped: bool  # the sensor got the command to stop, or had not been started
    remembered: int  # sessions in the history
    afterwards: int = -1  # sessions in the history after the next start; -1: not tried

    @property
    def clean(self) -> bool:
        signs = ("Traceback", "Fatal Python error", "Segmentation", "Exception ignored", "QThread")
        return self.code >= 0 and not any(sign in self.output for sign in signs)


@dataclass
class Process:
    """A levelhips process with its own folder, terminal and, for the window, X server."""

    program: str
    folder: Path
    hangs: str = ""
    sound: bool = False
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data, self.kept, self.notes = self.folder / "data", self.folder / "recordings", self.folder / "notes.txt"
        self.server: subprocess.Popen[bytes] | None = None
        played = ROOT / "recordings" / "pelvic_drop.mcap" if self.program == "drill" else short_run(self.folder / "played.mcap")
        arguments = [self.program, *(["pelvic-drop"] if self.program == "drill" else []), "--virtual", str(played)]
        arguments += ["--record", str(self.kept), *([] if self.sound else ["--mute"])]
        here = {"LEVELHIPS_DATA": str(self.data), "LEVELHIPS_CONFIG": str(self.data), "LEVELHIPS_LANGUAGE": "en", "TERM": "xterm"}
        self.env = {**os.environ, **here, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "LINES": "30", "PYTHONFAULTHANDLER": "1"}
        if self.program == "app":
            self.server, display = x_server()
            self.env |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        self.env |= self.environment
        self.master, slave = pty.openpty()
        command = [sys.executable, "-m", "bench.ends_child", str(self.notes), self.hangs, "--", *arguments]
        self.errors = open(self.folder / "stderr.txt", "wb")  # noqa: SIM115  # also if the terminal is closed
        self.running = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=self.errors,
            env=self.env,
            cwd=self.folder,
            preexec_fn=_own_terminal,  # noqa: PLW1509
        )
        os.close(slave)
        os.set_blocking(self.master, False)
        self.printed = b""

    def read(self) -> None:
        """Read what was printed: a terminal that is full would stop the process."""
        if self.master >= 0:
            with suppress(OSError):
                while part := os.read(self.master, 65536):
                    self.printed += part

    @property
    def state(self) -> list[str]:
        """State of the link, sensor time, steps, and whether it is ending."""
        self.read()
        with suppress(OSError):
            return self.notes.read_text().split()
        return []

    def reach(self, phase: str, within_s: float = 60.0, *, steps: bool = True) -> None:
        """Wait for a phase; for that of streaming also until there are steps, with which the session is kept."""

        def reached() -> bool:
            if self.running.poll() is not None:
                raise AssertionError(f"ended before {phase}: {self.text()}")
            if not (state := self.state):
                return False
            if phase == "streaming":
                return state[0] == phase and (not steps or self.program == "drill" or int(state[2]) > 0)
            return state[0] == phase or state[3] == phase

        if not until(reached, within_s):
            raise AssertionError(f"{phase} was not reached: {self.state}, {self.text()}")

    def freeze(self) -> None:
        """Let what should hang begin to hang."""
        self.notes.with_suffix(".hang").write_text("")

    def close_terminal(self) -> None:
        os.close(self.master)
        self.master = -1

    def close_window(self) -> None:
        self.notes.with_suffix(".close").write_text("")

    def suspend(self, seconds: float) -> None:
        self.running.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.running.send_signal(signal.SIGCONT)

    def press(self, keys: bytes) -> None:
        os.write(self.master, keys)

    def gone(self, *, read: bool = True, began_s: float | None = None) -> Ended:
        """Wait for the end of the process, and look at what it left."""
        began_s = time.monotonic() if began_s is None else began_s

        def over() -> bool:
            if read:
                self.read()
            return self.running.poll() is not None

        ended = until(over, 2 * LIMIT_S)
        seconds = time.monotonic() - began_s if ended else float("inf")
        if not ended:
            self.running.kill()
            self.running.wait()
        if self.master >= 0:
            self.read()
            self.close_terminal()
        self.errors.close()
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        self.notes.with_suffix(".hang").unlink(missing_ok=True)
        files = sorted(self.kept.glob("*.mcap"))
        return Ended(seconds, self.running.returncode, self.text(), files, all(map(is_whole, files)), is_stopped(files), self.remembered())

    def remembered(self) -> int:
        """Return how many sessions the history has."""
        if not (self.data / "history.sqlite").exists():
            return 0
        with History(self.data / "history.sqlite") as history:
            return len(history.sessions())

    def start_again(self) -> str:
        """Start levelhips once more, as the user would some time; return what it prints."""
        command = [sys.executable, "-m", "levelhips", "history"]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=60, check=True).stdout

    def text(self) -> str:
        with suppress(OSError):
            return self.printed.decode(errors="replace") + (self.folder / "stderr.txt").read_text(errors="replace")
        return ""


def _own_terminal() -> None:
    """Make the terminal the controlling one of a new session, as a terminal emulator does: closing it sends SIGHUP."""
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # ignored if this program runs under nohup


def x_server() -> tuple[subprocess.Popen[bytes], str]:
    """Start an X server; return it and its display."""
    heard, said = os.pipe()
    command = ["Xvfb", "-displayfd", str(said), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[said], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(said)
    with open(heard, "rb") as numbers:
        return server, f":{int(numbers.readline())}"


def is_whole(path: Path) -> bool:
    try:
        return open_recording(path).notes == []
    except LevelHipsError:
        return False


def is_stopped(files: list[Path]) -> bool:
    """Return whether the sensor that was recorded answered the command to stop."""
    for path in files[-1:]:
        with suppress(LevelHipsError):
            packets = [packet for packet in open_recording(path).packets if packet.source == "control"]
            return bool(packets) and packets[-1].data == b"\x00\x00"
    return True


def send(kind: signal.Signals) -> Callable[[Process], None]:
    return lambda process: process.running.send_signal(kind)


def sleep_then_end(process: Process) -> None:
    process.suspend(ASLEEP_S)
    process.running.send_signal(signal.SIGINT)


def end_server(process: Process) -> None:
    assert process.server is not None
    process.server.kill()


ANYWHERE = {
    "Ctrl-C": send(signal.SIGINT),
    "SIGTERM": send(signal.SIGTERM),
    "terminal closed": Process.close_terminal,
    "10 minutes asleep, then Ctrl-C": sleep_then_end,
}
IN_WINDOW = {"window closed": Process.close_window, "X server gone": end_server}
WAYS = {"run": {"Q": lambda process: process.press(b"qq"), **ANYWHERE}, "drill": ANYWHERE, "app": {**IN_WINDOW, **ANYWHERE}}
HANGS = ["disk", "radio", "engine", "sound", "history"]


def end(program: str, way: str, phase: str) -> Ended:
    """Start a program, end it in a way and phase, and start it again."""
    with tempfile.TemporaryDirectory() as folder:
        process = Process(program, Path(folder), PHASES[phase])
        process.reach("streaming" if phase == "ending" else phase)
        if phase == "ending":
            process.running.send_signal(signal.SIGINT)
            process.reach(phase)
        WAYS[program][way](process)
        return finished(process)


def end_with_hang(program: str, kind: str) -> Ended:
    """Start a program, let a part of it hang, end it by Ctrl-C, and start it again."""
    with tempfile.TemporaryDirectory() as folder:
        process = Process(program, Path(folder), kind, sound=kind == "sound")
        process.reach("streaming")
        process.freeze()
        process.running.send_signal(signal.SIGINT)
        ended = finished(process)
        ended.stopped |= kind in {
            "disk",
            "radio",
            "engine",
        }  # which keep the sensor from being stopped, or its answer from the file
        return ended


def finished(process: Process) -> Ended:
    ended = process.gone()
    process.start_again()
    ended.afterwards = process.remembered()
    return ended


def shown(ended: Ended) -> str:
    """Return an end in a few words; those in capitals should not be there."""
    words = [f"{ended.seconds:.1f} s" if ended.seconds < LIMIT_S else f"{ended.seconds:.1f} S"]
    if not ended.files:
        words.append("no file")
    else:
        words.append("whole" if ended.whole else "NOT CLOSED")
        if ended.remembered:
            words.append("in history")
        else:
            words.append("in history at the next start" if ended.afterwards else "NOT IN HISTORY")
    words += [word for word, is_wrong in (("SENSOR RUNS", not ended.stopped), ("NOT CLEAN", not ended.clean)) if is_wrong]
    return ", ".join(words)


def all_of(cases: dict[tuple[str, str], Callable[[], Ended]], at_once: int) -> dict[tuple[str, str], str]:
    """Run all cases, some of them at once."""
    with ThreadPoolExecutor(at_once) as pool:
        running = {case: pool.submit(work) for case, work in cases.items()}
        return {case: shown(one.result()) for case, one in running.items()}


def table(program: str, wanted: list[str], at_once: int) -> Table:
    """Return one row for each way and for each part that hangs, and one column for each phase."""
    ways = [way for way in WAYS[program] if not wanted or way in wanted]
    hangs = [kind for kind in HANGS if not wanted or kind in wanted]
    cases = {(way, phase): partial(end, program, way, phase) for way in ways for phase in PHASES}
    cases |= {(kind, "streaming"): partial(end_with_hang, program, kind) for kind in hangs}
    ends = all_of(cases, at_once)
    out = Table(f"levelhips {program}", *PHASES, title="", box=None)
    for row in [*ways, *hangs]:
        title = row if row in ways else f"Ctrl-C while the {row} hangs"
        out.add_row(title, *(ends.get((row, phase), "") for phase in PHASES))
    return out


def main() -> None:
    """Print a table for each program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="programs (run, drill, app), ways and parts that hang; all if none is named")
    parser.add_argument("--at-once", type=int, default=4, help="number of processes at once")
    arguments = parser.parse_args()
    programs = [program for program in WAYS if program in arguments.only] or list(WAYS)
    wanted = [word for word in arguments.only if word not in WAYS]
    for program in programs:
        Console(width=200).print(table(program, wanted, arguments.at_once))


if __name__ == "__main__":
    main()
