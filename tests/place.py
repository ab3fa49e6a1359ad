"""Where a test's server stands: on the loopback address of this machine, or in a namespace."""

import subprocess
import sys
import time
from dataclasses import dataclass

OPENS_WITHIN_S = 60  # a bound for hanging tests, never a measure
KNOCK = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close()"


@dataclass(frozen=True)
class Place:
    """An address, and what comes before a command so that it runs where that address is."""

    address: str
    prefix: tuple[str, ...] = ()

    def within(self, *command: str) -> list[str]:
        """The command line that runs this command here."""
        return [*self.prefix, *command]

    def run(self, *command: str) -> None:
        """Run a command here to its end. Raises CalledProcessError."""
        subprocess.run(self.within(*command), check=True, capture_output=True)

    def wait_until_open(self, port: int, server: subprocess.Popen[bytes]) -> None:
        """Until somebody listens on this port, or the server that should has ended."""
        knock = self.within(sys.executable, "-c", KNOCK, self.address, str(port))
        deadline = time.monotonic() + OPENS_WITHIN_S
        while time.monotonic() < deadline and server.poll() is None:
            if subprocess.run(knock, check=False, capture_output=True).returncode == 0:
                return
        raise AssertionError(f"nobody listens on {self.address}:{port}")


HERE = Place("127.0.0.1")
