"""Each rule of the house is held by a tool: a planted violation of each, and the tool names it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interface_words import bare_words

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("portal", "db", "assessments", "curriculum")
BIN = Path(sys.executable).parent


@pytest.fixture
def house(tmp_path):
    """A copy of the code, so that a violation never touches the real tree."""
    for room in ROOMS:
        shutil.copytree(
            ROOT / room,
            tmp_path / room,
            ignore=shutil.ignore_patterns("__pycache__", "modules", "banks", "static"),
        )
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "messages.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(house, path, *lines):
    """Add lines at the end of a file, or make the file."""
    file = house / path
    before = file.read_text("utf-8") if file.exists() else '"""Planted."""\n'
    file.write_text(before + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


def run(house, *command):
    """Run a tool inside the copy; return its exit code and what it printed."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(house),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "300",
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        command, cwd=house, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def lint_imports(house):
    return run(house, str(BIN / "lint-imports"), "--no-cache")


def ruff(house, *paths):
    return run(
        house, str(BIN / "ruff"), "check", "--no-cache", "--output-format", "concise", *paths
    )


def test_the_house_keeps_its_import_contract(house):
    code, said = lint_imports(house)
    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize(
    ("path", "line", "contract", "chain"),
    [
        (
            "portal/app_pages/home.py",
            "import db.store",
            "Pages never import the database",
            "portal.app_pages.home -> db.store",
        ),
        (
            "portal/components/states.py",
            "import db.tables",
            "Pages never import the database",
            "portal.components.states -> db.tables",
        ),
        (
            "db/store.py",
            "import portal.settings",
            "Imports point rightwards",
            "db.store -> portal.settings",
        ),
        (
            "curriculum/parse.py",
            "import assessments.scoring",
            "Imports point rightwards",
            "curriculum.parse -> assessments.scoring",
        ),
        (
            "portal/access.py",
            "import portal.services.learning",
            "The rooms of the portal",
            "portal.access -> portal.services.learning",
        ),
        ("portal/utils.py", "HANDY = 1", "The rooms of the portal", "portal.utils"),
        (
            "portal/services/learning.py",
            "import streamlit",
            "Streamlit stands only where pages are drawn",
            "portal.services.learning -> streamlit",
        ),
        (
            "assessments/growth.py",
            "import streamlit",
            "Streamlit stands only where pages are drawn",
            "assessments.growth -> streamlit",
        ),
        (
            "portal/services/learning.py",
            "import sqlalchemy",
            "SQL stands only in db",
            "portal.services.learning -> sqlalchemy",
        ),
        (
            "assessments/growth.py",
            "import sqlmodel",
            "SQL stands only in db",
            "assessments.growth -> sqlmodel",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "/" in value else "",
)
def test_an_import_in_the_wrong_direction_breaks_the_contract(house, path, line, contract, chain):
    plant(house, path, line)
    code, said = lint_imports(house)
    assert code != 0
    broken = [one for one in said.splitlines() if one.endswith("BROKEN")]
    assert any(one.startswith(contract) for one in broken), said
    assert chain in said


@pytest.mark.parametrize(
    ("path", "line", "rule", "words"),
    [
        ("portal/services/learning.py", "import streamlit", "TID251", "Streamlit stands only in"),
        ("portal/services/learning.py", "import sqlalchemy", "TID251", "SQL stands only in db/"),
        ("portal/services/learning.py", "import sqlmodel", "TID251", "SQL stands only in db/"),
        (
            "portal/services/people.py",
            "import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)",
            "TID251",
            "Only portal/clock.py reads the clock",
        ),
        (
            "assessments/growth.py",
            "import time\n\nNOW = time.time()",
            "TID251",
            "Only portal/clock.py reads the clock",
        ),
        ("db/store.py", "from .errors import Refusal", "TID252", "relative imports"),
        (
            "db/store.py",
            "def later(x: int) -> int:\n    # Later.\n    return x",
            "D103",
            "docstring",
        ),
        ("curriculum/parse.py", 'print("here")', "T201", "print"),
        (
            "curriculum/parse.py",
            "def odd(n: int) -> int:\n"
            '    """Return one of many numbers."""\n'
            + "".join(f"    if n == {n}:\n        n += {n}\n" for n in range(11))
            + "    return n",
            "C901",
            "too complex",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalnum() else "",
)
def test_a_line_in_the_wrong_room_is_named_by_the_linter(house, path, line, rule, words):
    assert rule not in ruff(house, path)[1]
    plant(house, path, line)
    code, said = ruff(house, path)
    assert code != 0
    assert any(rule in one and words in one and path in one for one in said.splitlines()), said


def test_the_clock_may_be_read_in_its_own_room(house):
    assert ruff(house, "portal/clock.py")[0] == 0
    assert "now(" in (house / "portal" / "clock.py").read_text("utf-8")


def test_an_untyped_function_is_named_by_the_type_check(house):
    plant(house, "planted.py", "def double(n):", '    """Return twice n."""', "    return n * 2")
    code, said = run(
        house, sys.executable, "-m", "mypy", "--cache-dir", str(house / "cache"), "planted.py"
    )
    assert code != 0
    assert "planted.py:3: error: Function is missing a type annotation" in said


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("import json",), "unused import 'json'"),
        (
            ("def early() -> int:", "    return 1", "    return 2"),
            "unreachable code after 'return'",
        ),
    ],
)
def test_dead_code_is_named(house, lines, words):
    plant(house, "assessments/growth.py", *lines)
    code, said = run(house, str(BIN / "vulture"), "assessments/growth.py")
    assert code != 0
    assert words in said


def test_a_word_outside_the_catalogues_is_named(house):
    assert bare_words(house) == []
    plant(house, "portal/components/states.py", 'st.info("Nothing here yet")')
    (fault,) = bare_words(house)
    assert fault.startswith("portal/components/states.py:")
    assert "'Nothing here yet' stands outside _() and plural()" in fault


def test_an_outdated_catalogue_is_named(house):
    plant(house, "portal/components/states.py", 'st.info(_("A planted sentence"))')
    code, said = run(house, sys.executable, "-m", "tests.messages", "--check")
    assert code == 1
    assert "portal.po lacks 'A planted sentence': run make messages." in said
