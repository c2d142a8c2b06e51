"""The command `new`: a file to start from, with its id, owner and place filled in."""

import argparse
import json
import re
import sys
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path

from curriculum.fields import EMAIL, ID, MAX_ID

CREATED, REFUSED = 0, 2
# Words that YAML surely reads as text; others stand in quotes.
_PLAIN = re.compile(r"[A-Za-z][\w ,.()-]*[\w.)]")
KINDS = ("module", "lesson", "bank", "track")

_ITEM = """\
## {heading}

```item
id: {id}
type: single
skill: {skill}
level: 1
```

Write the question here: what should the person do?

- [ ] A wrong choice that somebody with a mistaken belief would take.
  > Say why it is wrong in this case.
- [x] The right choice, about as long as the others.
  > Say why it is right.
- [ ] Another wrong choice with a reason behind it.
  > Say why it is wrong in this case.
"""
_OBJECTIVES = """\
objectives:
  - text: Explain one thing that a colleague can do afterwards
    bloom: understand
    skill: {skill}
skills: [{skill}]
"""
_HEAD = """\
---
schema: {kind}/1
id: {id}
title: {yaml_title}
owner: {owner}
reviewed: {today}
status: draft
"""
TEMPLATES = {
    "track": _HEAD
    + "summary: One sentence that says whom this track is for.\nmodules: []\n"
    + "---\n\n# {title}\n\nSay what a colleague can do at the end of this track.\n",
    "module": _HEAD
    + "summary: One sentence that says what this module is about.\nlessons: []\n"
    + _OBJECTIVES
    + "---\n\n# {title}\n\nSay in two sentences what this module is about.\n",
    "lesson": _HEAD
    + "minutes: 5\n"
    + _OBJECTIVES
    + "---\n\n# {title}\n\n**Promise.** Say in one sentence what the reader can do afterwards.\n\n"
    + "## The decision\n\nTell a case with a number in it.\n\n"
    + "> [!NOTE]\n> Ask for a prediction before you explain.\n\n"
    + _ITEM,
    "bank": _HEAD
    + "use: formative\n---\n\n# {title}\n\nWords below the title are fine; headings are items.\n\n"
    + _ITEM,
}


def add_new(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", *, content_dir: Path
) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("new", help="start a module, lesson, bank or track")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("id", help="the id; of a lesson: module.name")
    parser.add_argument("--title", help="the title (default: made from the id)")
    parser.add_argument("--owner", default="", help="e-mail address of the owner")
    parser.add_argument("--skill", default="", help="the skill it is about")
    parser.add_argument("--today", type=date.fromisoformat)
    parser.set_defaults(run=run_new, content_dir=content_dir)


def run_new(options: argparse.Namespace) -> int:
    """Write the file and print its path; refuse to touch one that is there."""
    if not ID.fullmatch(options.id) or len(options.id) > MAX_ID:
        return _refuse(f"'{options.id}' is no id: small letters, digits, '-' and '.'")
    if options.owner and not EMAIL.fullmatch(options.owner):
        return _refuse(f"'{options.owner}' is no e-mail address")
    place = place_of(options.content_dir, kind=options.kind, id_=options.id)
    if place is None:
        return _refuse("a lesson's id is module.name, and the module must be there: new module ...")
    # The portal's clock stands to the left of this package.
    today = options.today or datetime.now(UTC).date()  # noqa: TID251
    text = filled_template(
        options.kind,
        id_=options.id,
        title=options.title or "",
        owner=options.owner or _first(options.content_dir / "curriculum/people.yml", "@"),
        skill=options.skill or _first_skill(options.content_dir),
        today=today,
    )
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return _refuse(f"{place} is there already")
    sys.stdout.write(f"{place}\n")
    return CREATED


def filled_template(kind: str, *, id_: str, title: str, owner: str, skill: str, today: date) -> str:
    """The text of a new file, which the checker accepts."""
    name = id_.rpartition(".")[2].replace("-", " ").capitalize()
    words = " ".join(title.split()) or name
    text = TEMPLATES[kind].replace("id: {id}\ntype", "id: {item}\ntype")
    return text.format(
        kind=kind,
        id=id_,
        item=f"{id_}.first",
        title=words,
        yaml_title=words if _PLAIN.fullmatch(words) else json.dumps(words, ensure_ascii=False),
        heading="Check: first question",
        owner=owner,
        skill=skill,
        today=today.isoformat(),
    )


def place_of(content_dir: Path, *, kind: str, id_: str) -> Path | None:
    """Where a new file belongs; None when a lesson has no module yet."""
    module = id_.partition(".")[0]
    folder = content_dir / f"curriculum/modules/{module}"
    taken = [f"curriculum/modules/{module}/{found.name}" for found in folder.glob("*.md")]
    path = path_of(kind, id_, taken=taken)
    return None if path is None else content_dir / path


def path_of(kind: str, id_: str, *, taken: Collection[str]) -> str | None:
    """Where a new file belongs below the content folder, given the paths that are taken.

    None when a lesson has no module yet, or its id does not name one.
    """
    if kind == "track":
        return f"curriculum/tracks/{id_}.md"
    if kind == "bank":
        return f"assessments/banks/{id_.removeprefix('bank.')}.md"
    if kind == "module":
        return f"curriculum/modules/{id_}/module.md"
    module, _, name = id_.partition(".")
    folder = f"curriculum/modules/{module}/"
    if not name or f"{folder}module.md" not in taken:
        return None
    # Numbers only order the files; steps of ten leave room between two lessons.
    names = [path.removeprefix(folder) for path in taken if path.startswith(folder)]
    numbers = [
        int(head)
        for head, dash, _rest in (n.partition("-") for n in names)
        if dash and head.isascii() and head.isdecimal()
    ]
    return f"{folder}{max(numbers, default=0) // 10 * 10 + 10}-{name.replace('.', '-')}.md"


def _first(register: Path, sign: str) -> str:
    if not register.is_file():
        return ""
    keys = (line.partition(":")[0] for line in register.read_text(encoding="utf-8").split("\n"))
    return next((key for key in keys if sign in key and not key.startswith("#")), "")


def _first_skill(content_dir: Path) -> str:
    register = content_dir / "curriculum/skills.yml"
    if not register.is_file():
        return ""
    rows = register.read_text(encoding="utf-8").split("\n")
    return next((row[6:].strip() for row in rows if row.startswith("- id: ")), "")


def _refuse(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return REFUSED
