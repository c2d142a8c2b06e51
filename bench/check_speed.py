"""Generate lessons and print what checking them costs, beside markdown-it-py's bare parse.

    python bench/check_speed.py [--lessons 1000]

Figures are seconds of CPU on one core; every stage runs in a process of its own.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

REGISTERS = {
    "people.yml": "ada@norhaven.example: Ada Obi\n",
    "misconceptions.yml": "M101: If it sounds sure, it is right.\n",
    "glossary.yml": "trace: The record of one run.\n",
    "sources.yml": "nist-ai-rmf:\n  title: AI RMF\n  checked_on: 2026-11-01\n",
    "roles.yml": "roles:\n  builder: {name: Builder, targets: {agent-operations: 3}}\n",
}
SENTENCES = (
    "The agent on desk {n} reads a message, picks a tool and waits for {k} minutes. ",
    "Of {k} alerts a day, {n} are real, which is why **base rates** come first. ",
    "A [trace](term:trace) holds every step with its *time* and its `cost`. ",
    "Nobody at Norhaven releases payment {n} before a second person has looked at it. ",
)


def lesson_text(number: int, *, lessons: int) -> str:
    """One lesson of about 7 KB with two items, a table, a diagram and a callout."""
    prose = [
        "".join(SENTENCES[(number + p + s) % 4].format(n=number + p, k=s + 3) for s in range(5))
        for p in range(14)
    ]
    items = "".join(
        f"""## Question {which}

```item
id: m{number // 10}.l{number}.q{which}
type: single
skill: agent-operations
level: 2
sources: [nist-ai-rmf]
```

Payment {number} has {which} matches. What should the agent do next, and why?

- [ ] Take the first match, since the model says it is sure.
  > [M101] Being sure is not being right.
- [x] Ask a person, since more than one match is left.
  > Right: two matches are a reason to stop.
- [ ] Wait for an hour and look at the queue again.
  > The matches will be the same in an hour.

### Explanation

A limit marks where a person decides.

"""
        for which in (1, 2)
    )
    return f"""---
schema: lesson/1
id: m{number // 10}.l{number}
title: Lesson {number}
owner: ada@norhaven.example
minutes: 7
objectives:
  - text: Explain step {number}
    skill: agent-operations
skills: [agent-operations]
sources: [nist-ai-rmf]
---

# Lesson {number}

{prose[0]}[^1]

{prose[1]}

> [!NOTE]
> {SENTENCES[1].format(n=number, k=4)}

## The idea

{prose[2]}

{prose[3]}

{prose[11]}

{prose[12]}

| Step | Minutes | Cost |
|---|---|---|
| read | {number % 7} | 0.10 |
| search | {number % 9} | 0.40 |
| release | {number % 5} | 0.05 |

```mermaid
flowchart LR
  A[read] --> B[search] --> C[release]
```

*Diagram: three steps from left to right.*

{prose[4]}

- First, look at run {number}.
- Then, count the matches.
- Last, [read on](../m{(number + 1) % lessons // 10}/{(number + 1) % lessons:05}.md).

{prose[5]}

## In practice

{prose[6]}

{prose[9]}

{prose[10]}

{prose[7]}

{items}## Sources

{prose[8]}

[^1]: NIST, AI Risk Management Framework.
"""


def write_lessons(folder: Path, *, lessons: int) -> int:
    """Write a content folder; return the size of all lessons in bytes."""
    base = folder / "curriculum"
    (base / "tracks").mkdir(parents=True)
    for name, text in REGISTERS.items():
        (base / name).write_text(text, encoding="utf-8")
    (base / "skills.yml").write_text(
        (ROOT / "curriculum/skills.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    size = 0
    modules = []
    for number in range(lessons):
        module = f"m{number // 10}"
        place = base / "modules" / module
        if number % 10 == 0:
            place.mkdir(parents=True)
            modules.append(module)
            inside = ", ".join(f"{module}.l{n}" for n in range(number, min(number + 10, lessons)))
            (place / "module.md").write_text(
                f"---\nschema: module/1\nid: {module}\ntitle: Module\nsummary: Words.\n"
                f"owner: ada@norhaven.example\nlessons: [{inside}]\n"
                "objectives:\n  - text: Explain steps\n---\n\n# Module\n",
                encoding="utf-8",
            )
        text = lesson_text(number, lessons=lessons)
        size += len(text.encode())
        (place / f"{number:05}.md").write_text(text, encoding="utf-8")
    (base / "tracks/t.md").write_text(
        "---\nschema: track/1\nid: t\ntitle: Track\nsummary: Words.\nowner: ada@norhaven.example\n"
        "modules:\n" + "".join(f"  - {module}\n" for module in modules) + "---\n\n# Track\n",
        encoding="utf-8",
    )
    return size


def stage_bare(folder: Path) -> None:
    """Parse every lesson with markdown-it-py alone."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    md = MarkdownIt("gfm-like2", {"linkify": False}).use(front_matter_plugin).use(footnote_plugin)
    for place in sorted((folder / "curriculum/modules").rglob("*.md")):
        md.parse(place.read_text(encoding="utf-8"))


def stage_check(folder: Path) -> None:
    """Run the command as an author does."""
    from curriculum.__main__ import main

    code = main(["check", str(folder)])
    if code:
        sys.exit(code)


def stage_read(folder: Path) -> None:
    """Read the whole curriculum as publishing does."""
    from curriculum.read import read_curriculum

    curriculum = read_curriculum(folder)
    if any(problem.level == "error" for problem in curriculum.problems):
        sys.exit(1)


STAGES = {"bare": stage_bare, "check": stage_check, "read": stage_read}


def run_stage(name: str, folder: Path) -> float:
    """Run one stage in its own process; return its CPU seconds and print its memory."""
    done = subprocess.run(
        [sys.executable, __file__, "--stage", name, "--folder", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:])
        sys.exit(f"stage {name} failed")
    line = done.stderr.strip().split("\n")[-1]
    print(f"{name:>6}: {line}")
    return float(line.split()[0])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lessons", type=int, default=1000)
    parser.add_argument("--stage", choices=STAGES)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.stage:
        STAGES[options.stage](options.folder)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{time.process_time():.2f} s CPU, {memory:.0f} MB", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = write_lessons(folder, lessons=options.lessons)
        print(f"{options.lessons} lessons, {size / options.lessons / 1000:.1f} KB each")
        bare = run_stage("bare", folder)
        cold = run_stage("check", folder)
        run_stage("check", folder)
        run_stage("read", folder)
        print(f"cold check / bare parse: {cold / bare:.2f}")


if __name__ == "__main__":
    main()
