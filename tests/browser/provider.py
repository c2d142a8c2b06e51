"""An OpenID provider of its own for the browser, and a portal that lets people sign in there."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from db.store import open_store
from tests.browser.server import ROOT, NotServed, PortalServer, _is_open, free_port
from tests.browser.visits import PATIENCE, settle
from tests.factories import make_person
from tests.small_house import content_files, write_files

SECRET = "a-cookie-secret-for-tests-alone-0123456789"


@dataclass
class Signing:
    """A portal with real sign-in and the provider it trusts."""

    portal: PortalServer
    issuer: str
    address: str = ""

    def add_person(self, subject: str, *, name: str, roles: Sequence[str] = ("employee",)) -> None:
        """Put somebody on the roster."""
        store = open_store(f"sqlite:///{self.portal.data_dir / 'portal.db'}")
        make_person(
            store,
            issuer=self.issuer,
            subject=subject,
            name=name,
            email=f"{subject}@norhaven.example",
            role_profile="builder",
            roles=roles,
        )
        store.close()


@contextlib.contextmanager
def signing(folder: Path, *, subjects: Sequence[str]) -> Iterator[Signing]:
    """Run a provider that knows these subjects, and a portal that trusts it."""
    with _provider(folder, subjects=subjects) as issuer:
        yield from _serve(folder, issuer=issuer, port=free_port())


@contextlib.contextmanager
def strictly_signing(folder: Path, *, role_map: Path) -> Iterator[Signing]:
    """Run a provider that forgives nothing, and a portal that trusts it and maps its groups."""
    port = free_port()
    words = ["-m", "tests.browser.strict_provider"]
    with _running(folder, [*words, "{port}", f"http://127.0.0.1:{port}"]) as issuer:
        yield from _serve(folder, issuer=issuer, port=port, PORTAL_ROLE_MAP=str(role_map))


@contextlib.contextmanager
def strictly_signing_behind_tls(folder: Path) -> Iterator[Signing]:
    """The same behind a proxy that speaks TLS, as people reach it; `address` is the proxy's."""
    port = free_port()
    words = ["-m", "tests.browser.strict_provider"]
    proxy = ["-m", "tests.browser.tls", "{port}", str(port), str(folder)]
    with (
        _running(folder, proxy, name="proxy") as outside,
        _running(folder, [*words, "{port}", address := outside.replace("http", "https")]) as issuer,
    ):
        for running in _serve(folder, issuer=issuer, port=port, PORTAL_PUBLIC_URL=address):
            running.address = address
            yield running


def _serve(folder: Path, *, issuer: str, port: int, **more: str) -> Iterator[Signing]:
    settings = {
        "PORTAL_AUTH": "oidc",
        "PORTAL_OIDC_METADATA_URL": f"{issuer}/.well-known/openid-configuration",
        "PORTAL_OIDC_CLIENT_ID": "portal",
        "PORTAL_OIDC_CLIENT_SECRET": "a-client-secret",
        "PORTAL_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PORTAL_COOKIE_SECRET": SECRET,
        # Who comes in does not depend on how much there is to read.
        "PORTAL_CONTENT_DIR": str(write_files(folder / "content", content_files())),
        **more,
    }
    portal = PortalServer(data_dir=folder, port=port, settings=settings)
    portal.start()
    try:
        yield Signing(portal=portal, issuer=issuer)
    finally:
        portal.stop()


@contextlib.contextmanager
def _provider(folder: Path, *, subjects: Sequence[str]) -> Iterator[str]:
    users = [
        word
        for subject in subjects
        for word in ("--user-claims", json.dumps({"sub": subject, "name": subject}))
    ]
    words = ["-m", "oidc_provider_mock", "-p", "{port}", "-n", "true", *users]
    with _running(folder, words) as issuer:
        yield issuer


@contextlib.contextmanager
def _running(folder: Path, words: Sequence[str], *, name: str = "provider") -> Iterator[str]:
    """Run a server on a free port, which stands for `{port}`, and give its address."""
    port = free_port()
    command = [sys.executable, *(str(port) if word == "{port}" else word for word in words)]
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        for _attempt in range(150):
            if _is_open(port):
                break
            time.sleep(0.2)
        else:
            raise NotServed((folder / f"{name}.log").read_text("utf-8", "replace"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=15)


def sign_in(page: Page, subject: str) -> None:
    """Go from the entry page to the provider and say there who one is."""
    page.locator(".st-key-entry_sign_in button").click()
    page.get_by_role("button", name=subject, exact=True).click()
    expect(page.get_by_test_id("stApp")).to_be_visible(timeout=PATIENCE)
    settle(page)
