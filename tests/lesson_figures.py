"""What tests of lesson figures share: reading a lesson's figures and keys, and the formulas."""

import re
from dataclasses import dataclass
from itertools import pairwise
from math import comb, log2, sqrt
from pathlib import Path

# Lessons print the multiplication and the minus sign; tests are typed with x and the hyphen.
SIGNS = str.maketrans({"\u00d7": "x", "\u2212": "-"})
NUMBER = r"-?\d+(?:\.\d+)?"
ANSWER = re.compile(
    rf"^- (?:\((?P<credit>\d+)%\) )?(?P<first>{NUMBER})"
    rf"(?: ± (?P<margin>{NUMBER})| to (?P<last>{NUMBER}))$"
)


FIGURE = r"€?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?: [%k](?![a-z]))?"
OPERATOR = r" ?[x÷+/-] ?"
GROUP = rf"\({FIGURE}(?:{OPERATOR}{FIGURE})*\)"
TERM = rf"√?(?:{FIGURE}|{GROUP})"
SUM = rf"{TERM}(?:{OPERATOR}{TERM})*"
EQUATION = re.compile(rf"(?<![\w@.,(√])({SUM}(?: (?:=|≈|is) {SUM})+)")


def plain_text(path: Path) -> str:
    """The lesson on one line, with neither emphasis nor quote marks and with typed signs."""
    text = path.read_text(encoding="utf-8").replace("*", "").replace("> ", "")
    return " ".join(text.translate(SIGNS).split())


def equations(path: Path) -> list[str]:
    """Every printed equation between figures that holds at least one sum, product or root."""
    found = [match[1] for match in EQUATION.finditer(plain_text(path))]
    return [equation for equation in found if re.search(r" [x÷+-] |√|\d/\d", equation)]


def equation_holds(equation: str) -> bool:
    """Whether each side equals the next one, up to the rounding of the last figure printed."""
    sides = re.split(r" (?:=|≈|is) ", equation)
    return all(
        abs(worked_out(left) - worked_out(right)) <= rounding(right) * 0.5001
        for left, right in pairwise(sides)
    )


def worked_out(side: str) -> float:
    """The value of one side; the grammar of `EQUATION` lets nothing but arithmetic through."""
    code = side.replace("€", "").replace(",", "").replace("÷", "/")
    code = re.sub(r"√([\d.]+)", r"√(\1)", code).replace("√", "sqrt")
    code = re.sub(r"([\d.]+) %", r"(\1/100)", code)
    code = re.sub(r"([\d.]+) k", r"(\1*1000)", code).replace("x", "*")
    return float(eval(code, {"__builtins__": {}, "sqrt": sqrt}))


def rounding(side: str) -> float:
    """The unit in which the last figure of a side is given: 0.01 for 0.62, 0.001 for 49.5 %."""
    figure = re.findall(FIGURE, side)[-1]
    decimals = re.search(r"\.(\d+)", figure)
    unit = 10.0 ** -len(decimals[1]) if decimals else 1.0
    return unit * {"%": 0.01, "k": 1000}.get(figure[-1], 1)


def says(path: Path, *figures: str) -> None:
    """Fail with the figures that do not stand in the lesson, whatever their emphasis or line."""
    text = plain_text(path)
    missing = [figure for figure in figures if figure not in text]
    assert not missing


def answer_ranges(path: Path, slug: str) -> list[tuple[float, float, float]]:
    """The answer lines of a numeric item as (credit, low, high), in the authored order."""
    text = path.read_text(encoding="utf-8")
    item_id = f"id: {path.parent.name}.{slug}\n"
    assert text.count(item_id) == 1
    section = re.split(r"^#{2,3} ", text.split(item_id)[1], maxsplit=1, flags=re.MULTILINE)[0]
    answers = section.split("#### Answer")[1].splitlines()
    return [range_of(match) for line in answers if (match := ANSWER.match(line))]


def range_of(match: re.Match[str]) -> tuple[float, float, float]:
    credit = float(match["credit"] or 100) / 100
    first = float(match["first"])
    if match["last"]:
        return credit, first, float(match["last"])
    margin = float(match["margin"])
    return credit, first - margin, first + margin


def assert_keyed(path: Path, slug: str, *, right: float, mistakes: tuple[float, ...] = ()) -> None:
    """The key accepts the right value and no mistake; each mistake has a line of its own."""
    key, *others = answer_ranges(path, slug)
    assert key[0] == 1
    assert key[1] <= right <= key[2]
    assert len(others) == len(mistakes)
    for mistake, (credit, low, high) in zip(mistakes, others, strict=True):
        assert credit == 0
        assert low <= mistake <= high
        assert not key[1] <= mistake <= key[2]


def recall_at(k: int, ranks: list[int], *, relevant: int) -> float:
    return sum(rank <= k for rank in ranks) / relevant


def precision_at(k: int, ranks: list[int]) -> float:
    return sum(rank <= k for rank in ranks) / k


def gain(ranks: list[int]) -> float:
    return sum(1 / log2(rank + 1) for rank in ranks)


def ndcg_at(k: int, ranks: list[int], *, relevant: int) -> float:
    ideal = list(range(1, min(k, relevant) + 1))
    return gain([rank for rank in ranks if rank <= k]) / gain(ideal)


def reciprocal_mean(first_ranks: list[int | None]) -> float:
    return sum(1 / rank if rank else 0 for rank in first_ranks) / len(first_ranks)


def half_width(share: float, *, n: int) -> float:
    return 2 * sqrt(share * (1 - share) / n)


def ratio(*, gained: int, lost: int) -> float:
    return (gained - lost) / sqrt(gained + lost)


def sign_test(*, gained: int, lost: int) -> float:
    """The two-sided chance of a split at least this uneven among fair coin tosses."""
    n = gained + lost
    uneven = sum(comb(n, i) for i in range(min(gained, lost) + 1))
    return min(1.0, 2.0 * uneven / float(2**n))


@dataclass(frozen=True)
class Setting:
    """What a threshold does in a day."""

    catch: float
    false_flags: float
    payments: float = 1_000_000
    frauds: float = 1_000

    @property
    def caught(self) -> float:
        return self.frauds * self.catch

    @property
    def missed(self) -> float:
        return self.frauds - self.caught

    @property
    def false_alerts(self) -> float:
        return (self.payments - self.frauds) * self.false_flags

    @property
    def alerts(self) -> float:
        return self.caught + self.false_alerts

    @property
    def precision(self) -> float:
        return self.caught / self.alerts

    def cost(self, *, miss: float = 400) -> float:
        return self.missed * miss + self.alerts * 6 + self.false_alerts * 2
