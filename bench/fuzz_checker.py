"""Feed thousands of random and spoiled files to the checker: it must answer, and soon.

    python bench/fuzz_checker.py [--files 5000] [--seed 1] [--slow 1.0]

Exit code 1 when a file made it crash, or took longer than the limit (seconds of CPU).
"""

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from curriculum.facts import Notes  # noqa: E402
from curriculum.parse import (  # noqa: E402
    parse_bank,
    parse_blueprint,
    parse_lesson,
    parse_module,
    parse_track,
)
from curriculum.read import read_registers  # noqa: E402
from curriculum.registers import parse_roles, parse_skills, parse_sources  # noqa: E402
from curriculum.text import decode  # noqa: E402

PIECES = [
    "```item\n", "```", "~~~", "````", "---\n", "- [x] ", "- [ ] ", "-[ ] ", "- [X]x", "  > ",
    "> ",
    "> [!NOTE]\n", "### Answer\n", "### Reason\n", "### Rubric\n", "## ", "# ", "####### ",
    "| a | b |\n",
    "|---|---|\n", "| |\n", "<details><summary>", "</details>\n", "<!-- tabs -->\n",
    "<!-- /tabs -->\n",
    "<!--", "-->", "[!INCLUDE [x](../../snippets/x.md)]\n", "[a](item:b)", "![](",
    "![a](../../b.png)",
    "[^1]", "[^1]: ", "*a **b `", "`/(a|b)*/i`", "`/((((/`", "- 5 ± 1%\n", "- 9 to 1\n",
    "(50%) ", "1. ",
    "999999999. ", "- **Best:** ", "- **Worst:** ", ":::", "\t", "\u00a0", "\u2028", "\r",
    "\x0b", "\x85",
    "&a ", "*a ", "!!python/object ", "{", "}", "[", "]", "? ", ": ", "|\n", ">-\n", "'", '"',
    "\\",
    "type: ", "id: ", "pick: ", "n: 99999999999999999999", "minutes: 1e999", "level: -0", "€",
    "🙂", "\ud7ff",
    "DE89370400440532013000", "4111111111111111", "a@b.cd", "password=abc12345", "\n\n", "\n",
    " " * 40,
]  # fmt: skip
HARD = [
    "[" * 20_000, "![" * 9_000, "*" * 19_000, "_a_ " * 4_000, "`" * 19_999, ("`" * 50 + " ") * 300,
    "> " * 9_000, "- " * 9_000, ">" * 19_000 + "\n", "a" * 1_000_000, "\n" * 400_000,
    "- a\n" * 60_000,
    "| a " * 4_000 + "|\n" + "|---" * 4_000 + "|\n", "<a " * 6_000, "<" * 19_000, "&" * 19_000,
    "[a](" * 4_000, "[^" * 9_000, "[a][" * 5_000, "```\n" * 60_000, "## a\n```item\n```\n" * 4_000,
    "  " * 300 + "- x\n", "\n".join("  " * n + "- x" for n in range(300)), "<details>\n\n" * 3_000,
    "<details><summary>a</summary>\n\n" * 500, "<!-- tabs -->\n\n" * 2_000,
    "\n".join("> " * n + "a" for n in range(90)),
    "[a]: b\n" * 20_000, "[^a]: b\n" * 20_000, "1. a\n\n   " * 2_000, "***bold** " * 2_000,
    "a@" * 9_000,
    "a@b." * 4_000, "AA00 " * 3_000, "1234 " * 4_000, "x: " * 6_000, "- [x] a\n  > b\n" * 20_000,
    "\x00" * 50,
    "word [a](term:b) ![c](d.png) `e` " * 500, ("![a](" + "(" * 50) * 300, "<!-" * 6_000,
    "<!--" * 4_000, "$" * 15_000,
]  # fmt: skip


PATH = "curriculum/modules/m/10-x.md"
PARSERS = [parse_lesson, parse_bank, parse_module, parse_track, parse_blueprint]
KINDS = ("lesson", "bank", "module", "track", "blueprint")


def random_bytes(rng: random.Random, samples: list[bytes]) -> bytes:
    """One file: random, put together of pieces, or a sample spoiled in some places."""
    kind = rng.random()
    if kind < 0.05:
        return rng.randbytes(rng.randrange(4000))
    if kind < 0.25:
        text = "".join(rng.choice(PIECES) for _ in range(rng.randrange(1, 300)))
        return ("---\nschema: lesson/1\n---\n" * rng.randrange(2) + text).encode("utf-8", "ignore")
    data = bytearray(rng.choice(samples))
    for _ in range(rng.randrange(1, 12)):
        place = rng.randrange(len(data) + 1)
        deed = rng.random()
        if deed < 0.35:
            data[place:place] = rng.choice(PIECES).encode("utf-8", "ignore")
        elif deed < 0.6:
            del data[place : place + rng.randrange(1, 200)]
        elif deed < 0.8:
            end = place + rng.randrange(1, 400)
            data[place:place] = data[place:end]
        elif deed < 0.95:
            other = rng.choice(samples)
            start = rng.randrange(len(other))
            data[place:place] = other[start : start + rng.randrange(1, 500)]
        else:
            data[place:place] = rng.randbytes(rng.randrange(1, 8))
    return bytes(data)


def hard_files(samples: list[bytes]) -> list[bytes]:
    """Files made to be slow or deep, in a body and in settings."""
    lesson = next(sample for sample in samples if b"schema: lesson/1" in sample[:200])
    head = lesson.split(b"\n---\n", 1)[0] + b"\n---\n\n# Title\n\n"
    files = [head + text.encode() for text in HARD]
    # The same within the limits on lines and paragraphs, once and until the file is full.
    short = [text[:4_900] for text in HARD]
    files += [head + text.encode() for text in short]
    files += [head + "\n\n".join([text] * (250_000 // len(text) + 1)).encode() for text in short]
    files += [b"---\nid: " + text.encode() + b"\n---\n\n# A\n" for text in HARD]
    bomb = "\n".join(f"a{n}: &a{n} [" + f"*a{n - 1}," * 9 + "]" for n in range(1, 30))
    deep = "a: " + "[" * 20_000
    files += [
        f"---\n{text}\n---\n\n# A\n".encode() for text in (bomb, deep, "a: {" * 9_000, "- " * 9_000)
    ]
    return files


class Fuzzer:
    """Counts what the checker makes of one file after the other."""

    def __init__(self, *, slow: float, rng: random.Random) -> None:
        self.slow, self.rng = slow, rng
        self.registers, _ = read_registers(ROOT)
        self.counts: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.slowest = 0.0

    def try_file(self, data: bytes, *, number: int) -> None:
        """Read one file; keep it where it made the checker crash or crawl."""
        started = time.process_time()
        try:
            self._read(data)
        except Exception:  # noqa: BLE001
            self.counts["CRASHED"] += 1
            self._keep(data, name=f"crash-{number}.md")
            traceback.print_exc(limit=-3)
        took = time.process_time() - started
        self.slowest = max(self.slowest, took)
        if took > self.slow:
            self.counts["SLOW"] += 1
            self._keep(data, name=f"slow-{number}.md")
            print(f"slow: file {number}, {took:.1f} s, {len(data)} bytes")

    def _keep(self, data: bytes, *, name: str) -> None:
        folder = ROOT / "var/fuzz"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    def _read(self, data: bytes) -> None:
        text = decode(data, notes=Notes("fuzz.md"))
        if text is None:
            self.counts["no text"] += 1
            return
        # A file is mostly read as what its schema says, sometimes as something else.
        likely = next((n for n, kind in enumerate(KINDS) if f"schema: {kind}" in text[:200]), 0)
        parse = PARSERS[likely] if self.rng.random() < 0.9 else self.rng.choice(PARSERS)
        value, problems = parse(text, path=PATH, registers=self.registers)
        if self.rng.random() < 0.1:
            for read in (parse_skills, parse_sources, parse_roles):
                read(text, notes=Notes("fuzz.yml"))
        self.counts["refused" if value is None else "read"] += 1
        self.codes.update({problem.code for problem in problems})
        lines = text.count("\n") + text.count("\r") + 1
        if any(not 1 <= problem.line <= lines + 1 for problem in problems):
            self.counts["place outside the file"] += 1


def sample_files() -> list[bytes]:
    """All content of this repository."""
    places = [*(ROOT / "curriculum").rglob("*.md"), *(ROOT / "assessments").rglob("*.md")]
    return [place.read_bytes() for place in sorted(places) if place.name != "README.md"]


def main() -> int:
    """Run the fuzzer and print its counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=1.0, help="CPU seconds a file may take")
    parser.add_argument("--no-hard", action="store_true", help="skip the files made to be slow")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    samples = sample_files()
    hard = [] if options.no_hard else hard_files(samples)
    fuzzer = Fuzzer(slow=options.slow, rng=rng)
    for number, data in enumerate(hard):
        fuzzer.try_file(data, number=number)
    for number in range(len(hard), len(hard) + options.files):
        fuzzer.try_file(random_bytes(rng, samples), number=number)
    counts = fuzzer.counts
    print(f"files {options.files + len(hard)}, seed {options.seed}: {dict(counts)}")
    print(f"slowest {fuzzer.slowest:.2f} s CPU; {len(fuzzer.codes)} codes seen")
    return 1 if counts["CRASHED"] or counts["SLOW"] or counts["place outside the file"] else 0


if __name__ == "__main__":
    sys.exit(main())
