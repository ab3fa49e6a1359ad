"""Microphones that can be plugged and unplugged: sources of a PulseAudio server of one's own."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest

with_pulseaudio = pytest.mark.skipif(which("pulseaudio") is None, reason="no PulseAudio here")


class Microphones:
    """A sound server without any microphone, until one is plugged in."""

    def __init__(self, folder: Path) -> None:
        """Its socket lies in the folder."""
        self.environment = {"XDG_RUNTIME_DIR": str(folder), "PULSE_COOKIE": str(folder / "cookie")}

    def plug(self, name: str) -> None:
        """A microphone of that name is there."""
        described = f"source_properties=device.description={name}"
        self._pactl("load-module", "module-null-sink", f"sink_name=cable-{name}")
        of = (f"master=cable-{name}.monitor", f"source_name={name}")
        self._pactl("load-module", "module-remap-source", *of, described)

    def unplug(self, name: str) -> None:
        """It is gone, in the middle of whatever it does."""
        for line in self._pactl("list", "short", "modules").splitlines():
            number, module, *rest = line.split("\t")
            if module == "module-remap-source" and f"source_name={name}" in " ".join(rest):
                self._pactl("unload-module", number)

    def _pactl(self, *arguments: str) -> str:
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            ["pactl", *arguments], check=True, env=environment, capture_output=True, text=True
        ).stdout


@contextmanager
def microphones(folder: Path) -> Iterator[Microphones]:
    """A PulseAudio server, ended afterwards."""
    folder.mkdir(mode=0o700)
    made = Microphones(folder)
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    server = subprocess.Popen(
        [*command, "--load=module-native-protocol-unix"],
        env={**os.environ, **made.environment},
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(made, server)
        yield made
    finally:
        server.terminate()
        server.wait()


def _wait_until_ready(made: Microphones, server: subprocess.Popen[bytes]) -> None:
    environment = {**os.environ, **made.environment}
    for _try in range(500):
        asked = subprocess.run(["pactl", "info"], env=environment, capture_output=True, check=False)
        if asked.returncode == 0 or server.poll() is not None:
            break
    assert server.poll() is None, "PulseAudio did not start"
