"""The small house as the portal's own store, for pages that are drawn without a browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from portal import loaders
from tests.small_house import House


@pytest.fixture(scope="session", autouse=True)
def components_found_once() -> Iterator[None]:
    """Look through the installed packages for components once.

    AppTest does so for each page it draws, which took most of the time of these tests.
    """
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture
def house(
    tmp_path: Path,
    sqlite_house_template: Path,
    small_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """The small house as the portal's own store, its folder as the content folder."""
    shutil.copy(sqlite_house_template, tmp_path / "portal.db")
    shutil.copytree(small_folder, tmp_path / "content")
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'portal.db'}")
    monkeypatch.setenv("PORTAL_CONTENT_DIR", str(tmp_path / "content"))
    loaders.forget()
    yield House(loaders.store(), tmp_path / "content", loaders.catalogue())
    loaders.close()
