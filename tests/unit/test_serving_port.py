"""A port that cannot be had is refused before anything else is done."""

import os
import socket
from pathlib import Path

import pytest

from portal.__main__ import main


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    return tmp_path


def test_a_port_in_use_is_refused_before_a_database_is_made(settings: Path, capsys) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]

        code = main(["serve", "--port", str(port)])

    told = capsys.readouterr()
    assert code == 2
    assert f"port {port} is in use by another program" in told.err
    assert "make run PORT=9000" in told.err
    assert "served" not in told.out
    assert list(settings.iterdir()) == []
