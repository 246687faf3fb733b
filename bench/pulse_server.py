"""A real PulseAudio server with a silent device, for tests and measurements of what happens when it fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

INSTALLED = shutil.which("pulseaudio") is not None and shutil.which("pactl") is not None


class PulseServer:
    """A PulseAudio server with a null sink, reached by `address` in the environment variable PULSE_SERVER.

    Parameters
    ----------
    folder : Path
        For its socket and files; nothing else uses it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "native"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Its address for clients."""
        return f"unix:{self.socket}"

    def start(self) -> None:
        """Start it; `socket` exists when it can be reached."""
        environment = {**os.environ, "HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.folder), "PULSE_RUNTIME_PATH": str(self.folder)}
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"]
        command += ["-L", "module-null-sink sink_name=ears", "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.socket}"]
        self.socket.unlink(missing_ok=True)
        self._server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def hang(self) -> None:
        """Let it stop answering."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def suspend(self, suspended: bool) -> None:
        """Suspend its device, or resume it."""
        command = ["pactl", "-s", self.address, "suspend-sink", "ears", str(int(suspended))]
        subprocess.run(command, check=True, capture_output=True, timeout=20)

    def kill(self) -> None:
        """End it at once."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None
