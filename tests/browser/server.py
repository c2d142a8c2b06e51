"""A portal of its own for the browser: demo data, a free port, started and stopped by its id."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds until a server must be ready, on a machine that does much else


class NotServed(Exception):
    """The portal did not start; the text ends with what it printed."""


@dataclass
class PortalServer:
    """A portal in a process group of its own."""

    data_dir: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the first page, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the server printed."""
        return self.data_dir / "server.log"

    def start(self) -> None:
        """Start serving and wait until `/readyz` answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal", "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for _attempt in range(PATIENCE * 5):
            if self.process.poll() is not None:
                raise NotServed(f"the portal ended at once:\n{self._last_lines()}")
            if self._is_ready():
                return
            time.sleep(0.2)
        self.stop()
        raise NotServed(f"not ready after {PATIENCE} seconds:\n{self._last_lines()}")

    def stop(self) -> None:
        """End the server and all it started, in an orderly way."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the server and all it started, as a broken machine would."""
        self._signal(signal.SIGKILL)

    def restart(self) -> None:
        """Stop the server and start it again on the same port and data."""
        self.stop()
        self.start()

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        group = self.process.pid
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(group, signal.SIGKILL)
            self.process.wait()
        # The server itself is a grandchild: wait until its port is free again.
        for _attempt in range(75):
            if not _is_open(self.port):
                break
            time.sleep(0.2)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        self.process = None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def _environment(self) -> dict[str, str]:
        others = {
            name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")
        }
        return {**others, "PORTAL_DATA_DIR": str(self.data_dir), **self.settings}

    def _last_lines(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-25:])


def fill_with_demo(data_dir: Path, *, people: int = 60, seed: int = 7) -> None:
    """Fill a folder with the demonstration organisation."""
    server = PortalServer(data_dir=data_dir, port=0)
    done = subprocess.run(
        [sys.executable, "-m", "portal", "demo", "--people", str(people), "--seed", str(seed)],
        cwd=ROOT,
        env=server._environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotServed(f"the demonstration could not be made:\n{done.stdout}{done.stderr}")


@contextlib.contextmanager
def serving(data_dir: Path, **settings: str) -> Iterator[PortalServer]:
    """Serve a data folder on a free port for as long as the block lasts."""
    server = PortalServer(data_dir=data_dir, port=free_port(), settings=settings)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
