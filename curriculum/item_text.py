"""Markdown of a new item of any type, and where in a text it may stand; pure."""

import re
from dataclasses import dataclass

from curriculum.model import ItemType

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^#{1,2} ")
_CHOICES = """\
- [ ] A wrong choice that somebody with a mistaken belief would take.
  > Say why it is wrong in this case.
- [x] The right choice, about as long as the others.
  > Say why it is right.
- [{second}] Another choice with a reason behind it.
  > Say what follows from it in this case.
"""
# What follows the settings of an item, by type; each passes the checker as it stands.
BODIES: dict[ItemType, str] = {
    "single": "Write the question here: what should the person do?\n\n"
    + _CHOICES.replace("{second}", " "),
    "multiple": "Write the question here: which two apply?\n\n" + _CHOICES.replace("{second}", "x"),
    "truefalse": "Write a statement here that is either right or wrong.\n\n"
    "- [x] True\n  > Say why it is right.\n- [ ] False\n  > Say why it is wrong.\n",
    "numeric": "Write the question here: how many are there?\n\n### Answer\n\n"
    "- 75 ± 0.5\n  > Say how the number comes about.\n"
    "- (50%) 70 to 74\n  > Say which step went wrong.\n",
    "text": "Write the question here: what is it called?\n\n### Answer\n\n"
    "- the exact word\n  > Say why.\n- `/another (word|term)/i`\n  > Say why.\n",
    "ordering": "Put the steps in order.\n\n1. The first step\n2. The second step\n"
    "3. The third step\n",
    "matching": "Match each part with its job.\n\n| Part | Job |\n|---|---|\n"
    "| The first part | The first job |\n| The second part | The second job |\n"
    "|  | A job that nobody here has |\n",
    "scenario": "Tell a case here. What do you do?\n\n"
    "- **Best:** The best thing to do\n  > Say why.\n"
    "- **Acceptable:** A thing that works\n  > Say what it costs.\n"
    "- **Poor:** A thing that hardly helps\n  > Say why.\n"
    "- **Harmful:** A thing that does harm\n  > Say whom it harms.\n",
    "highlight": "Tick the one sentence that the source does not support.\n\n"
    "- [ ] The first sentence of the text.\n  > The source says so.\n"
    "- [x] The second sentence of the text.\n  > The source does not say so.\n"
    "- [ ] The third sentence of the text.\n  > The source says so.\n",
    "two-tier": "Write the question here: what failed?\n\n"
    + _CHOICES.replace("{second}", " ")
    + "\n### Reason\n\n- [x] The reason that holds in this case.\n  > Say why it holds.\n"
    "- [ ] A reason that sounds good.\n  > Say why it does not hold.\n",
    "rubric": "Write the task here: what should the person write?\n\n### Rubric\n\n"
    "| Criterion | Weight | 0 | 1 | 2 | 3 | 4 |\n|---|---|---|---|---|---|---|\n"
    "| The first criterion | 60 | missing | named | described | argued | argued with a case |\n"
    "| The second criterion | 40 | missing | named | described | argued | argued with a case |\n"
    "\n### Model answer\n\nWrite an answer here that earns all points.\n",
    "survey": "Write the question here: how sure are you?\n\n- Not sure at all\n- Rather sure\n"
    "- Very sure\n",
}


@dataclass(frozen=True, slots=True)
class NewItem:
    """What an author says of an item about to be written."""

    id: str
    type: ItemType
    skill: str
    title: str
    level: int | None = None
    cell: str | None = None


def item_text(item: NewItem) -> str:
    """Return the block of an item, ready to be filled with words."""
    title = " ".join(item.title.split()) or "A new question"
    settings = [f"id: {item.id}", f"type: {item.type}", f"skill: {item.skill}"]
    if item.level is not None:
        settings.append(f"level: {item.level}")
    if item.cell:
        settings.append(f"cell: {item.cell}")
    block = "\n".join(settings)
    return f"## {title}\n\n```item\n{block}\n```\n\n{BODIES[item.type]}"


def insert_block(text: str, block: str, *, line: int) -> tuple[str, int]:
    """Put a block into a text; return the text and the line (from 1) the block starts on.

    It comes at the end of the section that holds `line`, because what followed it in the same
    section would become part of the item. Front matter and open fences are never broken.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [number for number in _section_starts(lines) if number >= line]
    at = starts[0] if starts else len(lines)
    before = "\n".join(lines[:at]).rstrip("\n")
    after = "\n".join(lines[at:]).strip("\n")
    head = f"{before}\n\n" if before else ""
    tail = f"\n\n{after}\n" if after else "\n"
    return f"{head}{block.strip(chr(10))}{tail}", head.count("\n") + 1


def _section_starts(lines: list[str]) -> list[int]:
    """Return the indices of headings of the first two levels, those in fences left out."""
    starts = []
    fence = ""
    front = 0 if lines and lines[0].strip() == "---" else None
    for index, line in enumerate(lines):
        if front is not None:
            if index > front and line.strip() == "---":
                front = None
            continue
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        elif not fence and _HEADING.match(line):
            starts.append(index)
    return starts[1:] if starts and lines[starts[0]].startswith("# ") else starts
