"""The committed editor is what its sources say, and its colours can be read."""

import hashlib
import json
import re
from itertools import product
from pathlib import Path

import pytest

EDITOR = Path(__file__).resolve().parents[2] / "portal" / "components" / "editor"
COLORS = json.loads((EDITOR / "src" / "colors.json").read_text("utf-8"))
GROUNDS = {"background", "activeLine", "selection", "panel"}
SHAPES = {"border", "caret"}


def hash_of_sources():
    digest = hashlib.sha256()
    names = (path.name for path in (EDITOR / "src").iterdir() if path.suffix in {".js", ".json"})
    for name in sorted(names):
        digest.update(f"{name}\0".encode() + (EDITOR / "src" / name).read_bytes())
    return digest.hexdigest()


def test_the_built_editor_belongs_to_its_sources():
    head, body = (EDITOR / "built" / "editor.js").read_bytes().split(b"\n", 1)
    found = re.fullmatch(r"/\* sources ([0-9a-f]{64}) body ([0-9a-f]{64}) \*/", head.decode())

    assert found is not None
    assert found[1] == hash_of_sources(), "run npm ci && npm run build in the editor's src"
    assert found[2] == hashlib.sha256(body).hexdigest(), "the built file was changed by hand"


def test_every_version_that_is_built_in_is_pinned():
    wanted = json.loads((EDITOR / "src" / "package.json").read_text("utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}

    assert versions["codemirror"] == "6.0.2"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())


def test_the_built_editor_asks_nobody_for_anything():
    body = (EDITOR / "built" / "editor.js").read_text("utf-8")

    assert not re.search(r"\b(fetch|XMLHttpRequest|importScripts|eval)\(", body)


def luminance(color):
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_colour_of_text_is_readable_on_every_ground(mode):
    colors = COLORS[mode]
    words = colors.keys() - GROUNDS - SHAPES

    poor = [
        (word, ground, round(contrast(colors[word], colors[ground]), 2))
        for word, ground in product(sorted(words), sorted(GROUNDS))
        if contrast(colors[word], colors[ground]) < 4.5
    ]

    assert poor == []
    assert contrast(colors["border"], colors["panel"]) >= 3
