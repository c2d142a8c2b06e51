"""A small valid content folder, and ways to spoil one place of it."""

import re
from datetime import date
from pathlib import Path

from curriculum.command_check import check_content
from curriculum.model import Problem
from curriculum.phrases import Joined, Phrase

TODAY = date(2026, 11, 22)
LESSON = "curriculum/modules/m1/10-limits.md"
OTHER_LESSON = "curriculum/modules/m1/20-more.md"
MODULE = "curriculum/modules/m1/module.md"
TRACK = "curriculum/tracks/agents.md"
BANK = "assessments/banks/agent-operations.md"
OPEN_BANK = "assessments/banks/practice.md"
BLUEPRINT = "assessments/blueprints/agent-operations.md"
SNIPPET = "curriculum/snippets/note.md"

ITEM = """\
## Refund outside policy

```item
id: m1.refund
type: single
skill: agent-operations
level: 2
```

An agent proposes a refund of 900 EUR. Its limit is 200 EUR. What should happen next?

- [ ] Pay it, since the agent reports high confidence.
  > [M101] Confidence is not authority.
- [x] Send it to a person with authority to approve it.
  > Right: the limit marks where a person decides.
"""
SECURE_ITEM = """\
## Missing record

```item
id: agent-operations.a01
type: single
skill: agent-operations
level: 2
cell: parts
form: A
sources: [nist-ai-rmf]
checked_on: 2026-11-01
```

Every span of a run says ok, yet the wrong invoice was paid. Which part failed?

- [ ] The payment tool, because it carried out the order.
  > [M211] It did what it was told to do.
- [x] The control that should have stopped a doubtful choice.
  > Right: two suppliers matched and nobody was asked.
"""

FRONTS = {
    "lesson": """\
schema: lesson/1
id: m1.limits
title: Limits of an agent
owner: ada@norhaven.example
minutes: 2
objectives:
  - text: Explain what a limit is for
    bloom: understand
    skill: agent-operations
skills: [agent-operations]
""",
    "module": """\
schema: module/1
id: m1
title: Agents at work
summary: What an agent may do.
owner: ada@norhaven.example
lessons: [m1.limits, m1.more]
objectives:
  - text: Explain what a limit is for
    skill: agent-operations
skills: [agent-operations]
""",
    "track": """\
schema: track/1
id: agents
title: Agents
summary: From prompt to process.
owner: ada@norhaven.example
modules: [m1]
""",
    "bank": """\
schema: bank/1
id: bank.agent-operations
title: Agent operations
owner: ada@norhaven.example
use: summative
""",
    "blueprint": """\
schema: blueprint/1
id: check.agent-operations
title: Agent operations
owner: ada@norhaven.example
pick:
  - {skill: agent-operations, level: 2, cell: parts, n: 1, from: [bank.agent-operations]}
""",
}
TITLES = {
    "lesson": "# Limits\n\nAn agent stops at its limit.\n",
    "module": "# Agents at work\n\nWhat an agent may do.\n",
    "track": "# Agents\n\nFrom prompt to process.\n",
    "bank": "# Agent operations\n",
    "blueprint": "# Agent operations\n\nTwelve items.\n",
}
PATHS = {"lesson": LESSON, "module": MODULE, "track": TRACK, "bank": BANK, "blueprint": BLUEPRINT}
REGISTERS = {
    "skills.yml": """\
- id: agent-operations
  name: Agent operations
  description: Runs agents within limits.
  cells: {parts: Parts of an agent, tools: Tools and rights}
  levels:
    - {level: 1, name: Aware, can_do: [Names the parts], cut: null}
    - level: 2
      name: Applies
      can_do: [Reads a trace]
      cut: -0.5
      cut_origin: provisional
      misclassified: 0.2
    - level: 3
      name: Judges
      can_do: [Sets limits]
      cut: 0.5
      cut_origin: provisional
      misclassified: 0.2
    - level: 4
      name: Leads
      can_do: [Writes the standard]
      cut: 1.5
      cut_origin: provisional
      misclassified: 0.2
""",
    "misconceptions.yml": "M101: If it sounds sure, it is right.\nM211: Small amounts are safe.\n",
    "sources.yml": "nist-ai-rmf:\n  title: AI RMF\n  checked_on: 2026-11-01\n  url: https://www.nist.gov/\n",
    "glossary.yml": "trace: The record of one run.\n",
    "people.yml": "ada@norhaven.example: Ada Obi\n",
    "roles.yml": (
        "roles:\n  builder: {name: Builder, targets: {agent-operations: 3}}\n"
        "ai_systems: {payer: Pays.}\n"
    ),
    "retired_ids.txt": "# once used\nm0.gone\n",
}


def file_text(kind: str, *, front: str | None = None, body: str = "") -> str:
    """A whole file: front matter, title and some body."""
    return f"---\n{FRONTS[kind] if front is None else front}---\n\n{TITLES[kind]}\n{body}"


def with_keys(kind: str, lines: str) -> str:
    """The front matter of a kind with the top-level keys in `lines` put in place of its own."""
    blocks: dict[str, str] = {}
    for text in (FRONTS[kind], lines):
        key = ""
        fresh: dict[str, str] = {}
        for line in text.splitlines(keepends=True):
            if not line.startswith((" ", "-", "}", "]")):
                key = line.partition(":")[0].strip()
                key = key + "'" if key in fresh else key
            fresh[key] = fresh.get(key, "") + (line if line.endswith("\n") else line + "\n")
        blocks.update(fresh)
    return "".join(blocks.values())


def content_files() -> dict[str, str]:
    """Text by path of a content folder without a fault."""
    second = with_keys("lesson", "id: m1.more\ntitle: More\n")
    practice = with_keys("bank", "id: bank.practice\nuse: formative\n")
    open_item = ITEM.replace("m1.refund", "practice.one").replace("900 EUR", "950 EUR")
    return {
        LESSON: file_text("lesson", body=ITEM),
        OTHER_LESSON: file_text(
            "lesson", front=second, body=ITEM.replace("m1.refund", "m1.second")
        ),
        MODULE: file_text("module"),
        TRACK: file_text("track"),
        BANK: file_text("bank", body=SECURE_ITEM),
        OPEN_BANK: file_text("bank", front=practice, body=open_item),
        BLUEPRINT: file_text("blueprint"),
        SNIPPET: "Norhaven is invented for teaching.\n",
        **{f"curriculum/{name}": text for name, text in REGISTERS.items()},
    }


def write_content(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write a content folder."""
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def problems_in(folder: Path, **changed: object) -> list[Problem]:
    """Faults of a valid content folder in which some files were changed (None: deleted)."""
    files: dict[str, str | bytes] = dict(content_files())
    for path, text in (changed.pop("files", {}) or {}).items():  # type: ignore[attr-defined]
        if text is None:
            del files[path]
        else:
            files[path] = text
    write_content(folder, files)
    problems, _ = check_content(folder, paths=[], today=TODAY, use_cache=False)
    root = f"{folder.absolute()}/"
    return [
        Problem(p.path.removeprefix(root), p.line, p.column, p.level, p.code, p.message)
        for p in problems
    ]


def spoiled(kind: str, snippet: str) -> dict[str, str | bytes | None]:
    """Files to change so that `snippet` stands in the place that `kind` names.

    `item`, `body`, `module`, `track`: in the body; `secure`: an item of the summative bank;
    `front KIND`: keys of the front matter; `KIND file`: the whole file.
    """
    first, _, second = kind.partition(" ")
    if first == "front":
        front = with_keys(second, snippet)
        body = {"lesson": ITEM, "bank": SECURE_ITEM}.get(second, "")
        return {PATHS[second]: file_text(second, front=front, body=body)}
    if first == "item":
        keep = snippet.replace("```item\n", "```item\nid: m1.refund\nskill: agent-operations\n")
        return {LESSON: file_text("lesson", body=keep)}
    if first == "secure":
        return {BANK: file_text("bank", body=f"{snippet}\n{SECURE_ITEM}")}
    if first == "body":
        return {LESSON: file_text("lesson", body=f"{snippet}\n{ITEM}")}
    if first in {"module", "track"} and second == "body":
        return {PATHS[first]: file_text(first, body=snippet)}
    if first == "snippet":
        return {SNIPPET: snippet}
    if second == "file":
        return {PATHS[first]: snippet}
    return {f"curriculum/{first}": snippet}


def loose_words(said: object) -> set[str]:
    """Words of what is said that stand in no wording of the catalogue, nor in one within it."""
    if isinstance(said, Phrase):
        return set().union(*map(loose_words, said.values.values()))
    if isinstance(said, Joined):
        return set().union(*map(loose_words, said.parts))
    return set(re.findall(r"[a-z]{3,}", str(said).casefold()))
