"""A small curriculum of every item type, published: what tests of the services stand on.

Every text that a learner may not see before answering holds the word CANARY.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from curriculum.model import Curriculum, Item
from curriculum.read import read_curriculum, read_image
from db.store import Store, open_store
from portal.access import Role, Viewer
from portal.loaders import remembered_parse
from portal.services import checks, learning
from portal.services.catalogue import Catalogue, read_catalogue, read_item
from portal.services.publishing import Published, publish
from tests.factories import NOW, TODAY, make_person

SKILL = "agent-operations"
LESSON, SECOND, LATER = "m1.limits", "m1.more", "m2.later"
CHECK_SIZE = 9
MINUTES = 18

_REGISTERS = {
    "skills.yml": """\
- id: agent-operations
  name: Agent operations
  description: Runs agents within limits.
  cells: {parts: Parts of an agent, tools: Tools and rights}
  levels:
    - {level: 1, name: Aware, can_do: [Names the parts], cut: null}
    - {level: 2, name: Applies, can_do: [Reads a trace], cut: -0.5,
       cut_origin: provisional, misclassified: 0.2}
    - {level: 3, name: Judges, can_do: [Sets limits], cut: 0.5,
       cut_origin: provisional, misclassified: 0.2}
    - {level: 4, name: Leads, can_do: [Writes the standard], cut: 1.5,
       cut_origin: provisional, misclassified: 0.2}
""",
    "misconceptions.yml": "M101: CANARY if it sounds sure, it is right.\n",
    "glossary.yml": "trace: The record of one run.\n",
    "people.yml": "ada@norhaven.example: Ada Obi\n",
    "roles.yml": "roles:\n  builder: {name: Builder, targets: {agent-operations: 3}}\n",
}
_FRONT = "owner: ada@norhaven.example\nstatus: published\nreviewed: 2026-03-01\n"
_CHOICES = """\
- [ ] Pay it at once {n}
  > [M101] CANARY wrong one.
- [x] Ask a person {n}
  > CANARY right one.
- [{second}] Write it down {n}
  > CANARY another one.
"""
# What follows the settings of an item, by type.
_BODIES = {
    "single": "Which step comes next {n}?\n\n" + _CHOICES.replace("{second}", " "),
    "multiple": "Which two steps are sound {n}?\n\n" + _CHOICES.replace("{second}", "x"),
    "truefalse": "A limit stops the agent {n}.\n\n- [x] True\n  > CANARY yes.\n"
    "- [ ] False\n  > [M101] CANARY no.\n",
    "numeric": "How many of the cases {n} came late?\n\n### Answer\n\n"
    "- 471123 ± 0.5\n  > CANARY exact.\n- (50%) 882211\n  > CANARY near.\n",
    "text": "What is the record of {n} called?\n\n### Answer\n\n- CANARY trace\n  > CANARY so.\n"
    "- `/CANARY.*log/i`\n  > CANARY also.\n",
    "ordering": "Put the steps of {n} in order.\n\n1. Read the case {n}\n2. Choose a tool {n}\n"
    "3. Report back {n}\n",
    "matching": "Match each part of {n}.\n\n| Part | Job |\n|---|---|\n| Plan | Chooses {n} |\n"
    "| Tool | Acts {n} |\n|  | Sleeps {n} |\n",
    "scenario": "The agent hesitates in case {n}. What do you do?\n\n- **Best:** Stop it {n}\n"
    "  > CANARY best.\n- **Acceptable:** Watch it {n}\n  > CANARY fair.\n"
    "- **Harmful:** Raise its limit {n}\n  > [M101] CANARY harm.\n",
    "highlight": "Tick the two sentences that the source of case {n} does not support.\n\n"
    + _CHOICES.replace("{second}", "x"),
    "two-tier": "What failed in case {n}?\n\n"
    + _CHOICES.replace("{second}", " ")
    + "\n### Reason\n\n- [x] Because of the limit {n}\n  > CANARY right reason.\n"
    "- [ ] Because of the hour {n}\n  > [M101] CANARY wrong reason.\n",
    "rubric": "Write the rule of case {n}.\n\n### Rubric\n\n"
    "| Criterion | Weight | 0 | 1 | 2 | 3 | 4 |\n|---|---|---|---|---|---|---|\n"
    "| CANARY clear | 100 | no | CANARY some | half | most | CANARY all |\n"
    "\n### Model answer\n\nCANARY model.\n",
    "survey": "How sure are you of case {n}?\n\n- Not at all {n}\n- Quite {n}\n",
}
LESSON_TYPES = tuple(_BODIES)
SECURE_TYPES = tuple(
    name for name in _BODIES if name not in {"truefalse", "rubric", "survey"}
)  # fmt: skip


def content_files() -> dict[str, str]:
    """Text by path of a content folder without a fault."""
    inline = "\n".join(
        _item(f"m1.{name}", type_=name, n=number) for number, name in enumerate(LESSON_TYPES)
    )
    files = {
        "curriculum/tracks/agents.md": _file(
            "track",
            "agents",
            "summary: From prompt to process.\nmodules: [m1, m2]\n",
        ),
        "curriculum/modules/m1/module.md": _module("m1", lessons="[m1.limits, m1.more]"),
        "curriculum/modules/m1/10-limits.md": _lesson(LESSON, body=inline),
        "curriculum/modules/m1/20-more.md": _lesson(
            SECOND, body=_item("m1.extra", type_="single", n=90)
        ),
        "curriculum/modules/m2/module.md": _module(
            "m2", lessons="[m2.later]", more="prerequisites: [m1]\n"
        ),
        "curriculum/modules/m2/10-later.md": _lesson(
            LATER, body=_item("m2.later-check", type_="single", n=91)
        ),
        "assessments/banks/agent-operations.md": _bank(),
        "assessments/blueprints/agent-operations.md": _file(
            "blueprint",
            "check.agent-operations",
            "pick:\n"
            "  - {skill: agent-operations, cell: parts, n: 5, from: [bank.agent-operations]}\n"
            "  - {skill: agent-operations, cell: tools, n: 4, from: [bank.agent-operations]}\n"
            f"attempts: 1\ncooldown_days: 30\nminutes: {MINUTES}\n",
        ),
    }
    return files | {f"curriculum/{name}": text for name, text in _REGISTERS.items()}


def _file(kind: str, id_: str, settings: str, *, body: str = "") -> str:
    return (
        f"---\nschema: {kind}/1\nid: {id_}\ntitle: Title of {id_}\n{_FRONT}{settings}---\n\n"
        f"# Title of {id_}\n\nSome words about it.\n\n{body}"
    )


def _module(id_: str, *, lessons: str, more: str = "") -> str:
    settings = (
        f"summary: What {id_} is about.\nlessons: {lessons}\nskills: [agent-operations]\n"
        "objectives:\n  - {text: Explain what a limit is for, skill: agent-operations}\n" + more
    )
    return _file("module", id_, settings)


def _lesson(id_: str, *, body: str) -> str:
    settings = (
        "minutes: 20\nskills: [agent-operations]\nobjectives:\n"
        "  - {text: Explain what a limit is for, bloom: understand, skill: agent-operations}\n"
    )
    return _file("lesson", id_, settings, body=body)


def _bank() -> str:
    items = [
        _item(
            f"{SKILL}.{form.lower()}{number:02d}",
            type_=type_,
            n=f"{form}{number}",
            more=f"level: 2\ncell: {'parts' if number <= 5 else 'tools'}\nform: {form}\n"
            f"difficulty: {(number - 5) / 4}\n",
        )
        for form in "ABC"
        for number, type_ in enumerate(SECURE_TYPES, start=1)
    ]
    return _file("bank", "bank.agent-operations", "use: summative\n", body="\n".join(items))


def _item(id_: str, *, type_: str, n: object, more: str = "") -> str:
    body = _BODIES[type_].replace("{n}", str(n))
    explanation = "" if type_ == "survey" else "\n### Explanation\n\nCANARY because of the limit.\n"
    return (
        f"## Question {n}\n\n```item\nid: {id_}\ntype: {type_}\nskill: agent-operations\n{more}"
        f"```\n\n{body}{explanation}"
    )


def write_files(folder: Path, files: Mapping[str, str]) -> Path:
    """Write a content folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


@dataclass
class House:
    """A store with the small curriculum published, and the services with what they ask for."""

    store: Store
    folder: Path
    catalogue: Catalogue
    published_something: bool = False

    def publish(self, **changed: Any) -> dict[str, Published]:
        """Publish the folder as it stands; return what became of each part, by id."""
        self.published_something = True
        curriculum = self.reread({})
        values = {"read_image": partial(read_image, self.folder), "now": NOW}
        outcomes = publish(self.store, curriculum=curriculum, **(values | changed))
        self.catalogue = read_catalogue(self.store)
        return {outcome.id: outcome for outcome in outcomes}

    def reread(self, texts: Mapping[str, str]) -> Curriculum:
        """Read the folder with some texts in place of its files."""
        return read_curriculum(self.folder, today=TODAY, texts=texts, parse=remembered_parse)

    def edit(self, path: str, *, old: str, new: str) -> None:
        """Change the text of a file."""
        place = self.folder / path
        text = place.read_text()
        assert old in text
        place.write_text(text.replace(old, new))

    def read_item(self, revision_id: int) -> Item:
        """Read an item as pages do: once."""
        return self._items(revision_id)

    def __post_init__(self) -> None:
        self._items = lru_cache(maxsize=500)(lambda revision: read_item(self.store, revision))

    def viewer(self, *roles: Role, **values: Any) -> Viewer:
        """Add a person and return how the services see them; an employee where no role is given."""
        roles = roles or ("employee",)
        values = {"role_profile": "builder"} | values
        person_id = make_person(self.store, roles=roles, **values)
        return Viewer(person_id, "Ada Lind", frozenset(roles), values["role_profile"])

    def start(self, viewer: Viewer, **changed: Any) -> int:
        """Start the skill check."""
        values = {"skill": SKILL, "seed": 7, "now": NOW}
        return checks.start_check(self.store, **self._both(viewer), **(values | changed))

    def read(self, viewer: Viewer, attempt_id: int, *, now: datetime = NOW) -> checks.OpenCheck:
        """Read a check as its page does."""
        return checks.read_check(self.store, **self._both(viewer), attempt_id=attempt_id, now=now)

    def answer(self, viewer: Viewer, attempt_id: int, position: int = 0, **changed: Any) -> Any:
        """Answer a question of a check, rightly where no response is given."""
        values = {
            "response": self.right_response(
                attempt_id, position, viewer=viewer, now=changed.get("now", NOW)
            )
            if "response" not in changed
            else None,
            "operation_id": f"{attempt_id}-{position}",
            "now": NOW + timedelta(minutes=1),
        }
        return checks.answer_question(
            self.store,
            viewer=viewer,
            read_item=self.read_item,
            attempt_id=attempt_id,
            position=position,
            **(values | changed),
        )

    def submit(self, viewer: Viewer, attempt_id: int, **changed: Any) -> bool:
        """Hand a check in."""
        values = {"attempt_id": attempt_id, "now": NOW + timedelta(minutes=5)}
        return checks.submit_check(self.store, **(self._both(viewer) | values | changed))

    def take_check(self, viewer: Viewer, **changed: Any) -> int:
        """Start a check, answer every question rightly and hand it in."""
        now = changed.get("now", NOW)
        attempt_id = self.start(viewer, **changed)
        for shown in self.read(viewer, attempt_id).questions:
            self.answer(viewer, attempt_id, shown.position, now=now + timedelta(minutes=1))
        self.submit(viewer, attempt_id, now=now + timedelta(minutes=5))
        return attempt_id

    def open(self, viewer: Viewer, lesson_id: str = LESSON, **changed: Any) -> learning.OpenLesson:
        """Open a lesson."""
        return learning.open_lesson(
            self.store,
            viewer=viewer,
            catalogue=self.catalogue,
            lesson_id=lesson_id,
            **({"seed": 7, "now": NOW} | changed),
        )

    def right_response(
        self, attempt_id: int, position: int, *, viewer: Viewer, now: datetime = NOW
    ) -> Mapping[str, object]:
        """Return the answer an author holds for right."""
        questions = self.read(viewer, attempt_id, now=now).questions
        shown = next((one for one in questions if one.position == position), questions[0])
        return right_answer(self.read_item(self.catalogue.item_revisions[shown.question.item_id]))

    def _both(self, viewer: Viewer) -> dict[str, Any]:
        return {"viewer": viewer, "catalogue": self.catalogue, "read_item": self.read_item}


def right_answer(item: Item) -> Mapping[str, object]:
    """Return a response that earns full credit; surveys and rubrics get any admissible one."""
    right = [choice.key for choice in item.choices if choice.right or choice.rating == "best"]
    if item.type in {"multiple", "highlight"}:
        return {"choices": right}
    if item.type == "scenario":
        return {"best": right[0]}
    if item.type == "two-tier":
        return {"choice": right[0], "reason": next(one.key for one in item.reasons if one.right)}
    if item.type == "numeric":
        return {"text": f"{(item.answers[0].low or 0) + 0.25}"}
    if item.type in {"text", "rubric"}:
        return {"text": item.answers[0].literal if item.answers else "A rule."}
    if item.type == "ordering":
        return {"order": [str(index) for index in range(len(item.ordering))]}
    if item.type == "matching":
        return {"pairs": {str(row): str(row) for row, pair in enumerate(item.pairs) if pair.prompt}}
    return {"choice": right[0] if right else item.choices[0].key}


def copy_house(folder: Path, *, template: Path, content: Path) -> House:
    """Open a copy of a published SQLite file and of its texts; its caller closes the store."""
    shutil.copy(template, folder / "portal.db")
    shutil.copytree(content, folder / "content")
    store = open_store(f"sqlite:///{folder / 'portal.db'}")
    return House(store, folder / "content", read_catalogue(store))
