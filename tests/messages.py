"""`python -m tests.messages [--check]`: keep the catalogues of the interface equal to the code.

Texts are collected from the syntax tree, because Babel's own reader does not look into f-strings
on Python 3.11. Lines of the code are left out of the catalogue, so it moves only when words do.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from db.errors import Refusal

ROOT = Path(__file__).resolve().parent.parent
# How many leading arguments of each function are texts.
FUNCTIONS = {"_": 1, "plural": 2, "Refused": 1, "RosterFault": 1, "Phrase": 1}
# The database's own refusals are said to learners too.
REFUSALS = {refusal.__name__: 1 for refusal in Refusal.__subclasses__()}
# The words of the guided activities are made where their arithmetic is.
WORDS = {"Word": 1}
# What a measurement says is worded where it is judged.
PHRASES = {"Phrase": 1}
Text = str | tuple[str, ...]


class NotLiteral(ValueError):
    """A text that no catalogue can hold, because it is put together while the page is drawn."""


def main(arguments: list[str]) -> int:
    """Write every catalogue, or with --check say which one is out of date."""
    if arguments != ["--check"]:
        write_catalogues(ROOT)
        return 0
    faults = catalogue_faults(ROOT)
    print("\n".join(faults) or "Every catalogue is up to date.")
    return 1 if faults else 0


def interface_texts(root: Path) -> set[Text]:
    """Return every text that the portal asks a catalogue for."""
    return {
        text
        for room, functions in (
            ("portal", FUNCTIONS),
            ("db/commands", REFUSALS),
            ("curriculum", WORDS | PHRASES),
            ("assessments", PHRASES),
        )
        for file in sorted((root / room).rglob("*.py"))
        for text in _texts_of(file, functions)
    }


def write_catalogues(root: Path) -> None:
    """Bring each `portal.po` up to date with the code and compile its `portal.mo`."""
    found = interface_texts(root)
    for path in _catalogues(root):
        catalogue = _renewed(_read(path), found)
        with path.open("wb") as file:
            write_po(file, catalogue, sort_output=True, width=96, ignore_obsolete=True)
        path.with_suffix(".mo").write_bytes(_compiled(catalogue))


def catalogue_faults(root: Path) -> list[str]:
    """Return a sentence for each text that a catalogue lacks or holds in vain."""
    found = interface_texts(root)
    faults = []
    for path in _catalogues(root):
        catalogue, name = _read(path), path.relative_to(root)
        held = {message.id for message in catalogue if message.id}
        faults += [f"{name} lacks {text!r}: run make messages." for text in _sorted(found - held)]
        faults += [
            f"{name} holds {text!r}, which nothing says any more: run make messages."
            for text in _sorted(held - found)
        ]
        if path.with_suffix(".mo").read_bytes() != _compiled(catalogue):
            faults.append(f"{name} and its portal.mo differ: run make messages.")
    return faults


def _texts_of(file: Path, functions: Mapping[str, int]) -> Iterator[Text]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            count = functions.get(name, 0)
            if count and not _is_said_elsewhere(name, node):
                yield _text(node, count, file)


def _is_said_elsewhere(name: str, call: ast.Call) -> bool:
    """A refusal may pass a sentence on; the database fills some that no honest page causes."""
    first = call.args[0] if call.args else None
    passed_on = name in {"Refused", "RosterFault"} and isinstance(first, ast.Name | ast.Attribute)
    return passed_on or (name in REFUSALS and isinstance(first, ast.JoinedStr))


def _text(call: ast.Call, count: int, file: Path) -> Text:
    words = tuple(
        argument.value
        for argument in call.args[:count]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
    if len(words) < count:
        raise NotLiteral(
            f"{file}:{call.lineno}: the text is put together; write it out and fill it "
            "with .format() outside."
        )
    return words if count > 1 else words[0]


def _catalogues(root: Path) -> list[Path]:
    return sorted((root / "portal" / "locales").glob("*/LC_MESSAGES/portal.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain="portal")


def _renewed(before: Catalog, found: set[Text]) -> Catalog:
    after = Catalog(
        locale=before.locale,
        domain="portal",
        project="portal",
        version="1",
        header_comment=before.header_comment,
        msgid_bugs_address="the owners of this repository",
        last_translator="the authors of the portal",
        language_team="the authors of the portal",
        creation_date=before.creation_date,
        revision_date=before.revision_date,
        fuzzy=False,
    )
    for text in found:
        old = before.get(text)
        after.add(text, string=old.string if old and old.id == text else "")
    return after


def _compiled(catalogue: Catalog) -> bytes:
    file = BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _sorted(texts: set[Text]) -> list[Text]:
    return sorted(texts, key=str)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
