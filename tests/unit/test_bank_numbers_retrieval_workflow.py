"""The secure banks on retrieval and on workflow: keys worked out again, twins, cueing."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SKILLS = ("retrieval-and-evidence", "workflow-redesign")
RETRIEVAL, WORKFLOW = SKILLS
FORMS = "abc"
ABSOLUTE = re.compile(
    r"\b(all|always|any|anyone|anything|cannot|completely|each|entirely|every|everyone|everything"
    r"|guaranteed?|impossible|mandatory|must|never|no|nobody|none|nothing|only|solely|whole)\b",
    re.IGNORECASE,
)
CHOICE = re.compile(r"- (?:\[(?P<box>[ x])\]|\*\*(?P<rating>\w+):\*\*) (?P<text>.+)")
CODE = re.compile(r"\[(M\d{3})\] ")


@dataclass(frozen=True)
class Option:
    """One choice, action, reason or answer line: `right` marks the key."""

    text: str
    right: bool
    feedback: str
    code: str | None


@dataclass(frozen=True)
class Item:
    """One item as its author wrote it."""

    id: str
    settings: dict
    stem: str
    options: tuple[Option, ...]
    reasons: tuple[Option, ...]
    answers: tuple[Option, ...]

    @property
    def type(self):
        return self.settings["type"]

    @property
    def key(self):
        return next(option.text for option in self.options if option.right)


def read_options(text):
    found = []
    for first, second in pairwise(text.splitlines()):
        choice = CHOICE.fullmatch(first)
        if choice is None:
            continue
        feedback = second.removeprefix("  > ")
        code = CODE.match(feedback)
        right = choice["box"] == "x" or choice["rating"] == "Best"
        found.append(
            Option(choice["text"], right, CODE.sub("", feedback), code[1] if code else None)
        )
    return tuple(found)


def read_answers(text):
    lines = re.findall(r"^- (\(0%\) )?([\d.]+)(?: ± [\d.]+)?\n  > (.+)$", text, re.MULTILINE)
    found = []
    for wrong, value, feedback in lines:
        code = CODE.match(feedback)
        found.append(Option(value, not wrong, CODE.sub("", feedback), code[1] if code else None))
    return tuple(found)


def read_bank(skill):
    text = (ROOT / "assessments" / "banks" / f"{skill}.md").read_text(encoding="utf-8")
    items = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        _, settings, body = re.split(r"```(?:item)?\n", part)
        parts = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", body, re.DOTALL | re.MULTILINE))
        main = body.split("\n### ")[0].strip()
        item = Item(
            id=yaml.safe_load(settings)["id"].split(".")[1],
            settings=yaml.safe_load(settings),
            stem=re.split(r"^(?:- (?:\[|\*\*)|1\. )", main, flags=re.MULTILINE)[0],
            options=read_options(main),
            reasons=read_options(parts.get("Reason", "")),
            answers=read_answers(parts.get("Answer", "")),
        )
        items[item.id] = item
    return items


BANKS = {skill: read_bank(skill) for skill in SKILLS}
EVERY = [(skill, item) for skill in SKILLS for item in BANKS[skill].values()]
NUMERIC = [(skill, item.id) for skill, item in EVERY if item.type == "numeric"]


def twins(skill):
    """Triples of parallel items, form A first."""
    bank = BANKS[skill]
    return [tuple(bank[f"{form}{number:02}"] for form in FORMS) for number in range(1, 13)]


def table_of(item):
    """Rows of the table in the stem, without its head, as lists of cells."""
    rows = [line for line in item.stem.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return cells[0], cells[2:]


def number(text):
    """The first number in a text, without signs for thousands, money or percent."""
    return float(re.search(r"\d[\d,]*(?:\.\d+)?", text)[0].replace(",", ""))


def words_of(text):
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def prose_of(item):
    """Stem without exhibits: neither tables nor quoted extracts nor table notes."""
    lines = item.stem.splitlines()
    return " ".join(line for line in lines if not line.startswith(("|", ">", "*")))


# --- forms, twins and the blueprint ----------------------------------------------------------


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_holds_twelve_items_spread_over_levels_cells_and_desks(skill, form):
    items = [item for item in BANKS[skill].values() if item.id.startswith(form)]

    levels = Counter(item.settings["level"] for item in items)
    cells = Counter(item.settings["cell"] for item in items)
    desks = Counter(item.settings["domain"] for item in items)

    assert levels == {1: 3, 2: 4, 3: 4, 4: 1}
    assert len(cells) == 4
    assert set(cells.values()) == {3}
    assert desks == {"FRD": 3, "CMP": 3, "PAY": 3, "SVC": 3}


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("form", FORMS)
def test_the_blueprint_asks_for_exactly_what_a_form_holds(skill, form):
    text = (ROOT / "assessments" / "blueprints" / f"{skill}.md").read_text(encoding="utf-8")
    picks = yaml.safe_load(text.split("---")[1])["pick"]

    asked = Counter({(pick["cell"], pick["level"]): pick["n"] for pick in picks})
    held = Counter(
        (item.settings["cell"], item.settings["level"])
        for item in BANKS[skill].values()
        if item.id.startswith(form)
    )

    assert asked == held


@pytest.mark.parametrize("skill", SKILLS)
def test_a_form_can_be_worked_in_eighteen_minutes(skill):
    seconds = Counter()
    for item in BANKS[skill].values():
        seconds[item.id[0]] += item.settings["seconds"]

    assert max(seconds.values()) <= 18 * 60


@pytest.mark.parametrize("skill", SKILLS)
def test_twins_share_everything_but_their_surface(skill):
    same = ("type", "skill", "level", "cell", "difficulty", "seconds", "bloom", "ask", "scoring")

    for triple in twins(skill):
        assert len({tuple(item.settings.get(key) for key in same) for item in triple}) == 1
        assert len({len(item.options) for item in triple}) == 1
        assert len({item.settings["domain"] for item in triple}) == 3
        for item in triple:
            others = [f"{skill}.{other.id}" for other in triple if other is not item]
            assert item.settings["twin"] == others


@pytest.mark.parametrize("skill", SKILLS)
def test_twins_share_less_than_sixty_percent_of_their_words(skill):
    for triple in twins(skill):
        for one, other in combinations(triple, 2):
            mine, theirs = (
                words_of(" ".join([item.stem, *(option.text for option in item.options)]))
                for item in (one, other)
            )
            assert len(mine & theirs) / min(len(mine), len(theirs)) < 0.6, (one.id, other.id)


@pytest.mark.parametrize("skill", SKILLS)
def test_numeric_twins_have_different_answers(skill):
    for triple in twins(skill):
        if triple[0].type == "numeric":
            assert len({item.answers[0].text for item in triple}) == 3


@pytest.mark.parametrize("skill", SKILLS)
def test_most_items_show_a_case_or_data(skill):
    items = BANKS[skill].values()

    applied = [
        item
        for item in items
        if item.type in {"scenario", "numeric"} or "|" in item.stem or item.stem.startswith(">")
    ]

    assert len(applied) / len(items) >= 0.55
    assert not [item.id for item in items if item.type == "truefalse"]


# --- wording and cueing ------------------------------------------------------------------------


def test_each_wrong_option_names_a_known_belief_and_each_option_teaches():
    text = (ROOT / "curriculum" / "misconceptions.yml").read_text(encoding="utf-8")
    known = set(yaml.safe_load(text))

    for skill, item in EVERY:
        for option in (*item.options, *item.reasons, *item.answers):
            assert len(option.feedback.split()) >= 12, (skill, item.id, option.text)
            # In a highlight the ticked sentences are the faults, so the code stands on the others.
            assert option.right == (option.code is None), (skill, item.id, option.text)
            assert option.code is None or option.code in known


def test_stems_stay_short():
    for skill, item in EVERY:
        limit = 120 if item.type == "scenario" else 60
        assert len(prose_of(item).split()) <= limit, (skill, item.id)


def single_key_items(skill):
    kinds = {"single", "scenario", "two-tier"}
    return [item for item in BANKS[skill].values() if item.type in kinds]


@pytest.mark.parametrize("skill", SKILLS)
def test_picking_the_longest_option_does_not_pay(skill):
    items = single_key_items(skill)

    hits = 0
    for item in items:
        longest_wrong = max(len(option.text) for option in item.options if not option.right)
        assert len(item.key) <= 1.2 * longest_wrong, item.id
        hits += len(item.key) >= longest_wrong

    assert hits / len(items) <= 0.43


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("size", [3, 4])
def test_the_key_stands_equally_often_in_each_place(skill, size):
    items = [item for item in single_key_items(skill) if len(item.options) == size]

    places = Counter([option.right for option in item.options].index(True) for item in items)

    for place in range(size):
        assert abs(places[place] / len(items) - 1 / size) <= 0.08


@pytest.mark.parametrize("skill", SKILLS)
def test_absolute_words_do_not_give_wrong_options_away(skill):
    options = [option for item in BANKS[skill].values() for option in item.options]

    shares = {}
    for right in (True, False):
        group = [option for option in options if option.right is right]
        shares[right] = sum(bool(ABSOLUTE.search(option.text)) for option in group) / len(group)

    assert abs(shares[True] - shares[False]) <= 0.05


# --- numeric keys from first principles ---------------------------------------------------------


def chain(total, covered, found, read):
    """Right answers left after three stages; and what each skipped stage would give."""
    key = total * covered * found * read
    return key, {total * read, total * found * read, total * covered * found}


def cost(run, check, wrong, caught, loss):
    """Mean cost of a case whose errors are partly caught; without errors; without the check."""
    escaped = wrong * (1 - caught) * loss
    return run + check + escaped, {run + check, run + escaped}


def staff(arrivals, minutes, busy):
    """People needed so that nobody is busier than `busy`; at full load; rounded down."""
    load = arrivals * minutes / 60
    return math.ceil(load / busy), {math.ceil(load), math.floor(load / busy)}


# The figures stand in the stem; `shown` is how the stem writes those that are not plain numbers.
GIVEN = {
    (RETRIEVAL, "a02"): (chain, (500, 0.90, 0.80, 0.95), "500|90 %|80 %|95 %"),
    (RETRIEVAL, "b02"): (chain, (250, 0.95, 0.80, 0.90), "250|95 %|80 %|90 %"),
    (RETRIEVAL, "c02"): (
        chain,
        (400, 0.95, 3 / 4, 4 / 5),
        "400|95 %|three times in four|four times in five",
    ),
    (WORKFLOW, "a05"): (cost, (0.40, 2.40, 0.03, 0.80, 900), "€0.40|€2.40|3 %|80 %|€900"),
    (WORKFLOW, "b05"): (cost, (0.15, 6, 0.02, 0.90, 400), "€0.15|€6|Two in 100|nine in ten|€400"),
    (WORKFLOW, "c05"): (cost, (1.20, 9, 0.05, 0.70, 160), "€1.20|€9|5 %|70 %|€160"),
    (WORKFLOW, "a07"): (staff, (84, 6, 0.80), "84|6 minutes|80 %"),
    (WORKFLOW, "b07"): (staff, (150, 4, 0.85), "150|4 minutes|85 %"),
    (WORKFLOW, "c07"): (staff, (35, 12, 0.75), "35|12 minutes|75 %"),
}


def recall_case(name):
    """Recall, precision and recall of the full list for a ranking read from its exhibit."""
    item = BANKS[RETRIEVAL][name]
    head, rows = table_of(item)
    if name == "a07":
        exist, cut, hits = 4, 5, [row[1] == "yes" for row in rows]
        said = "four relevant pages|recall at 5"
    elif name == "b07":
        wanted = set(re.findall(r"D\d+", item.stem.split("would help")[0]))
        exist, cut, hits = len(wanted), 4, [page in wanted for page in rows[0][1:]]
        said = "first four"
    else:
        exist, cut, hits = 8, 6, [cell == "x" for cell in rows[0][1:]]
        said = "eight pages|first six|recall at six"
    assert len(hits) == max(len(rows), len(head) - 1)
    assert all(words in item.stem for words in said.split("|"))
    found = sum(hits[:cut])
    return found / exist, {found / cut, sum(hits) / exist}


def rank_case(name):
    """Mean reciprocal rank, its value without the misses, and the share of hits."""
    _, rows = table_of(BANKS[RETRIEVAL][name])
    ranks = [re.match(r"\d+", row[1]) for row in rows]
    hits = [1 / int(rank[0]) for rank in ranks if rank]
    return sum(hits) / len(rows), {sum(hits) / len(hits), len(hits) / len(rows)}


def expected(skill, name):
    if (skill, name) in GIVEN:
        work, figures, _ = GIVEN[skill, name]
        return work(*figures)
    return recall_case(name) if name.endswith("07") else rank_case(name)


@pytest.mark.parametrize(("skill", "name"), NUMERIC)
def test_a_numeric_key_follows_from_the_figures_in_the_stem(skill, name):
    key, slips = expected(skill, name)

    right, *wrong = BANKS[skill][name].answers

    assert float(right.text) == pytest.approx(key, abs=0.005)
    assert sorted(float(answer.text) for answer in wrong) == pytest.approx(
        sorted(slips), abs=0.0051
    )


@pytest.mark.parametrize(("skill", "name"), list(GIVEN))
def test_the_stem_gives_each_figure_the_key_is_made_of(skill, name):
    stem = BANKS[skill][name].stem

    for words in GIVEN[skill, name][2].split("|"):
        assert words in stem


def test_each_numeric_item_is_worked_out_again():
    retrieval = {f"{form}{slot}" for form in FORMS for slot in ("02", "07", "08")}
    workflow = {f"{form}{slot}" for form in FORMS for slot in ("05", "07")}

    assert set(NUMERIC) == {(RETRIEVAL, name) for name in retrieval} | {
        (WORKFLOW, name) for name in workflow
    }


# --- keys that rest on a table ------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a09", "b09", "c09"])
def test_the_setting_to_choose_has_the_most_correct_answers_within_the_limit(name):
    item = BANKS[RETRIEVAL][name]
    limit = {"a09": 2.5, "b09": 9.0, "c09": 400.0}[name]
    _, rows = table_of(item)
    figures = {row[0]: [number(cell) for cell in row[1:]] for row in rows}
    allowed = {name: row for name, row in figures.items() if row[3] <= limit}

    best = max(allowed, key=lambda row: allowed[row][2])
    traps = {
        max(figures, key=lambda row: figures[row][0]): "M309",
        max(figures, key=lambda row: figures[row][1]): "M302",
        max(allowed, key=lambda row: allowed[row][1]): "M308",
    }

    assert f"{limit:g}" in item.stem
    assert item.key == best
    assert {option.text: option.code for option in item.options if not option.right} == traps


@pytest.mark.parametrize(
    ("name", "arrivals", "faster"), [("a02", 60, 2), ("b02", 90, 1.5), ("c02", 48, 2)]
)
def test_a_faster_first_step_leaves_the_pace_of_the_narrowest_one(name, arrivals, faster):
    item = BANKS[WORKFLOW][name]
    _, rows = table_of(item)
    steps = [float(row[1]) for row in rows]

    after = min(arrivals, steps[0] * faster, *steps[1:])
    slips = {min(arrivals, *steps) * faster, arrivals}

    assert str(arrivals) in item.stem
    assert number(item.key) == after == min(arrivals, *steps)
    assert {number(option.text) for option in item.options if not option.right} == slips


@pytest.mark.parametrize(
    ("name", "minutes", "before", "after"),
    [("a08", 10, 0.80, 0.90), ("b08", 12, 0.75, 0.95), ("c08", 6, 0.60, 0.85)],
)
def test_a_busier_server_makes_waits_grow_out_of_proportion(name, minutes, before, after):
    item = BANKS[WORKFLOW][name]

    waits = [minutes * share / (1 - share) for share in (before, after)]
    in_line = waits[0] * after / before

    assert number(item.key) == pytest.approx(waits[1], abs=0.5)
    assert sorted(number(option.text) for option in item.options if not option.right) == (
        pytest.approx([waits[0], in_line], abs=0.5)
    )


# Cases, bad ones, loss per miss, price per review, people, reviews each; then a setting's catch
# rate and false-flag rate in percent.
THRESHOLDS = {
    "a09": (40_000, 200, 900, 4, 12, 60),
    "b09": (200_000, 400, 400, 6, 10, 120),
    "c09": (300_000, 300, 1500, 24, 10, 200),
}
RATES = {
    "a09": {"P": (50, 0.5), "Q": (65, 1.2), "R": (80, 3), "S": (90, 15)},
    "b09": {"E": (92, 4), "F": (82, 1), "G": (70, 0.4), "H": (55, 0.1)},
    "c09": {"1": (85, 1), "2": (60, 0.3), "3": (95, 4), "4": (75, 0.55)},
}


def setting(cases, bad, loss, review, catch, false):
    """Alerts, missed ones, cost and precision of one setting; shares in percent."""
    caught = bad * catch / 100
    alerts = caught + (cases - bad) * false / 100
    return alerts, bad - caught, (bad - caught) * loss + alerts * review, caught / alerts


@pytest.mark.parametrize("name", list(THRESHOLDS))
def test_a_threshold_table_follows_from_its_rates_and_prices(name):
    cases, bad, loss, review, _, _ = THRESHOLDS[name]
    settings = RATES[name]
    head, rows = table_of(BANKS[WORKFLOW][name])

    for row in rows:
        shown = dict(zip(head, row, strict=True))
        alerts, missed, total, _ = setting(cases, bad, loss, review, *settings[shown["Setting"]])
        flags = next(cell for title, cell in shown.items() if re.match("Alerts|Flags", title))
        misses = next(cell for title, cell in shown.items() if "issed" in title)
        price = next(cell for title, cell in shown.items() if "ost" in title)
        caught = next(cell for title, cell in shown.items() if re.search("aught|found", title))
        assert number(flags) == round(alerts)
        assert number(misses) == round(missed)
        assert number(price) == round(total / 1000)
        assert number(caught) == settings[shown["Setting"]][0]


@pytest.mark.parametrize("name", list(THRESHOLDS))
def test_the_threshold_to_choose_is_the_cheapest_one_the_team_can_work(name):
    cases, bad, loss, review, people, each = THRESHOLDS[name]
    settings = RATES[name]
    item = BANKS[WORKFLOW][name]
    rows = {key: setting(cases, bad, loss, review, *rates) for key, rates in settings.items()}
    feasible = {key: row for key, row in rows.items() if row[0] <= people * each}

    best = min(feasible, key=lambda key: feasible[key][2])
    traps = {
        min(rows, key=lambda key: rows[key][2]): "M509",
        min(rows, key=lambda key: rows[key][1]): "M502",
        max(rows, key=lambda key: rows[key][3]): "M308",
    }

    named = {option.text.removeprefix("Setting ")[0]: option for option in item.options}
    assert named[best].right
    assert {key: named[key].code for key in traps} == traps
    for figure in (f"{cases:,}", f"{bad} ", f"€{loss:,}", f"€{review}", str(each)):
        assert figure in item.stem
