"""One answer through the whole page: websocket, script run, service, commit, "Saved" on screen.

Starts a server of its own on a free loopback port with an invented organisation, opens many
sessions that each answer a secure check, and prints how long an answer took from the click to
the end of the run, and what the server's memory came to. Bounded in time; stops by itself.

    python -m bench.page_answers [--sessions 100] [--seconds 60] [--period 5]
"""

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from db.store import open_store
from portal import clock
from portal.access import Viewer
from portal.services.catalogue import read_catalogue, read_item
from portal.services.checks import start_check
from portal.services.sessions import COOKIE, start_session

ROOT = Path(__file__).resolve().parent.parent
SKILL = "governance"


@dataclass
class Tab:
    """One browser tab: a websocket and the widget states it would hold."""

    port: int
    attempt_id: int
    token: str
    socket: ClientConnection | None = None
    page_hash: str = ""
    states: dict[str, WidgetState] = field(default_factory=dict)
    widgets: dict[str, tuple[str, object, str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    async def open(self) -> float:
        """Connect and draw the check; return the seconds of the first run."""
        self.socket = await connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream",
            subprotocols=["streamlit", "PLACEHOLDER"],
            origin=f"http://127.0.0.1:{self.port}",
            additional_headers={"Cookie": f"{COOKIE}={self.token}"},
            max_size=None,
            compression=None,
            ping_interval=None,
        )
        return await self.run()

    async def run(self, *, fragment_id: str = "", trigger: WidgetState | None = None) -> float:
        """Ask for a run and wait for its end; return the seconds."""
        message = BackMsg()
        ask = message.rerun_script
        ask.query_string = f"attempt={self.attempt_id}"
        if self.page_hash:
            ask.page_script_hash = self.page_hash
        else:
            ask.page_name = "check"
        ask.fragment_id = fragment_id
        ask.context_info.timezone, ask.context_info.locale = "UTC", "en-GB"
        ask.context_info.url = f"http://127.0.0.1:{self.port}/check"
        ask.widget_states.widgets.extend(self.states.values())
        if trigger is not None:
            ask.widget_states.widgets.append(trigger)
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await asyncio.wait_for(self._until_finished(), 60)
        return time.perf_counter() - began

    async def _until_finished(self) -> None:
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self.socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                self.page_hash = answer.navigation.page_script_hash
            elif kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
                self._note(answer)
            elif (
                kind == "script_finished"
                and answer.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return

    def _note(self, answer: ForwardMsg) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        inner = getattr(element, kind) if kind else None
        if kind in {"exception", "alert"}:
            self.faults.append(str(inner)[:200])
        identity = getattr(inner, "id", "")
        if isinstance(identity, str) and identity.startswith("$$ID"):
            self.widgets[identity] = (kind, inner, answer.delta.fragment_id)

    def find(self, part: str, kind: str) -> tuple[str, object, str] | None:
        """Return the id, proto and fragment of the last widget whose key holds a part."""
        found = [
            (identity, inner, fragment)
            for identity, (name, inner, fragment) in self.widgets.items()
            if part in identity and name == kind
        ]
        return found[-1] if found else None

    async def to_a_choice(self) -> bool:
        """Go on until a question with one choice is on screen."""
        for _ in range(12):
            if self.find(f"check_answer_{self.attempt_id}_", "radio"):
                return True
            onward = self.find("check_next", "button")
            if onward is None:
                return False
            await self.run(trigger=WidgetState(id=onward[0], trigger_value=True))
        return False

    async def answer(self, draw: random.Random) -> float:
        """Choose another option of the question on screen; return the seconds."""
        identity, radio, fragment = self.find(f"check_answer_{self.attempt_id}_", "radio")
        state = WidgetState(id=identity)
        state.string_value = draw.choice(list(radio.options))
        self.states[identity] = state
        return await self.run(fragment_id=fragment)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(folder: Path, sessions: int) -> list[tuple[int, str]]:
    """Fill a database and open a session and a check for every tab."""
    environ = {**os.environ, "PORTAL_DATA_DIR": str(folder)}
    subprocess.run(
        [sys.executable, "-m", "portal", "demo", "--people", str(max(sessions, 40))],
        cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    store = open_store(f"sqlite:///{folder / 'portal.db'}")
    catalogue = read_catalogue(store)
    tabs = []
    for person_id in range(1, sessions + 1):
        viewer = Viewer(person_id, "", frozenset({"employee"}), "all-staff")
        attempt_id = start_check(
            store,
            viewer=viewer,
            catalogue=catalogue,
            read_item=lambda revision: read_item(store, revision),
            skill=SKILL,
            seed=person_id,
            now=clock.now(),
        )
        token = start_session(store, person_id=person_id, now=clock.now(), hours=8)
        tabs.append((attempt_id, token))
    store.close()
    return tabs


def serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    environ = {**os.environ, "PORTAL_DATA_DIR": str(folder)}
    server = subprocess.Popen(
        [sys.executable, "-m", "portal", "serve", "--port", str(port)],
        cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return server
        except OSError:
            time.sleep(0.5)
    server.kill()
    raise SystemExit("the server did not become ready within a minute")


async def use(tab: Tab, *, number: int, options: argparse.Namespace, until: float,
              first: list[float], answers: list[float]) -> None:  # fmt: skip
    draw = random.Random(number)
    await asyncio.sleep(options.ramp * number / options.sessions)
    first.append(await tab.open())
    if not await tab.to_a_choice():
        tab.faults.append("no question with one choice")
        return
    begin = until - options.seconds
    while time.monotonic() < until:
        await asyncio.sleep(options.period * (0.5 + draw.random()))
        seconds = await tab.answer(draw)
        # Only once every tab is open is the load the one that was asked for.
        if time.monotonic() >= begin:
            answers.append(seconds)
    await tab.socket.close()


async def load(tabs: list[Tab], options: argparse.Namespace) -> tuple[list[float], list[float]]:
    first: list[float] = []
    answers: list[float] = []
    until = time.monotonic() + options.ramp + options.seconds
    await asyncio.gather(
        *(
            use(tab, number=number, options=options, until=until, first=first, answers=answers)
            for number, tab in enumerate(tabs)
        )
    )
    return first, answers


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--period", type=float, default=5)
    parser.add_argument("--ramp", type=float, default=25, help="seconds to open every tab in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        opened = prepare(folder, options.sessions)
        server = serve(folder, port)
        try:
            process = psutil.Process(server.pid)
            before = process.memory_info().rss / 2**20
            tabs = [Tab(port, attempt_id, token) for attempt_id, token in opened]
            first, answers = asyncio.run(load(tabs, options))
            after = process.memory_info().rss / 2**20
        finally:
            server.terminate()
            server.wait(20)
    faults = [fault for tab in tabs for fault in tab.faults]
    print(f"{options.sessions} sessions, one answer each {options.period:g} s, one process")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"first page: p50 {1000 * statistics.median(first):.0f} ms")
    print(
        f"answers: {len(answers)}, p50 {1000 * percentile(answers, 0.5):.0f} ms (at most 60), "
        f"p95 {1000 * percentile(answers, 0.95):.0f} ms (at most 400), "
        f"worst {1000 * max(answers):.0f} ms"
    )
    print(f"server memory: {before:.0f} MB before, {after:.0f} MB after (at most 250)")
    print(f"faults: {len(faults)} {faults[:2]}")


if __name__ == "__main__":
    main()
