"""The secure banks of four skills: keys worked out again, twins, cueing."""

import math
import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from curriculum.read import read_curriculum
from portal.loaders import remembered_parse

ROOT = Path(__file__).parents[2]
SKILLS = ("retrieval-and-evidence", "workflow-redesign", "ai-sense", "ai-strategy")
RETRIEVAL, WORKFLOW, SENSE, STRATEGY = SKILLS
FORMS = "abc"
ABSOLUTE = re.compile(
    r"\b(all|always|any|anyone|anything|cannot|completely|each|entirely|every|everyone|everything"
    r"|guaranteed?|impossible|mandatory|must|never|no|nobody|none|nothing|only|solely|whole)\b",
    re.IGNORECASE,
)
CURRICULUM = read_curriculum(ROOT, parse=remembered_parse)
BANKS = {
    skill: {item.id.split(".")[1]: item for item in CURRICULUM.banks[f"bank.{skill}"].items}
    for skill in SKILLS
}
EVERY = [item for skill in SKILLS for item in BANKS[skill].values()]
NUMERIC = [
    (skill, name)
    for skill in SKILLS
    for name, item in BANKS[skill].items()
    if item.type == "numeric"
]


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


def key_of(item):
    return next(choice.text for choice in item.choices if choice.right)


def wrong_of(item):
    return [choice for choice in item.choices if not choice.right]


def form_of(skill, form):
    return [item for item in BANKS[skill].values() if item.form == form.upper()]


# --- forms, twins and the blueprint ----------------------------------------------------------


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_holds_twelve_items_spread_over_levels_cells_and_desks(skill, form):
    items = form_of(skill, form)

    cells = Counter(item.cell for item in items)

    assert Counter(item.level for item in items) == {1: 3, 2: 4, 3: 4, 4: 1}
    assert cells == dict.fromkeys(CURRICULUM.registers.skills[skill].cells, 3)
    assert Counter(item.domain for item in items) == dict.fromkeys(("FRD", "CMP", "PAY", "SVC"), 3)


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("form", FORMS)
def test_the_blueprint_asks_for_exactly_what_a_form_holds(skill, form):
    picks = CURRICULUM.blueprints[f"check.{skill}"].picks

    asked = {(pick.cell, pick.level): pick.n for pick in picks}

    assert asked == Counter((item.cell, item.level) for item in form_of(skill, form))


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_can_be_worked_in_the_minutes_of_the_check(skill, form):
    minutes = CURRICULUM.blueprints[f"check.{skill}"].minutes

    assert sum(item.seconds for item in form_of(skill, form)) <= minutes * 60


@pytest.mark.parametrize("skill", SKILLS)
def test_twins_share_everything_but_their_surface(skill):
    same = ("type", "level", "cell", "difficulty", "seconds", "bloom", "ask", "scoring", "shuffle")

    for triple in twins(skill):
        assert len({tuple(getattr(item, name) for name in same) for item in triple}) == 1
        assert len({(len(item.choices), len(item.pairs)) for item in triple}) == 1
        assert len({item.domain for item in triple}) == 3
        for item in triple:
            assert item.twin == tuple(other.id for other in triple if other is not item)


@pytest.mark.parametrize("skill", SKILLS)
def test_twins_share_less_than_sixty_percent_of_their_words(skill):
    for triple in twins(skill):
        for one, other in combinations(triple, 2):
            mine, theirs = (
                words_of(" ".join([item.stem, *(choice.text for choice in item.choices)]))
                for item in (one, other)
            )
            assert len(mine & theirs) / min(len(mine), len(theirs)) < 0.6, (one.id, other.id)


@pytest.mark.parametrize("skill", SKILLS)
def test_numeric_twins_have_different_answers(skill):
    for triple in twins(skill):
        if triple[0].type == "numeric":
            assert len({item.answers[0].low for item in triple}) == 3


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


def test_each_wrong_option_names_a_belief_and_each_option_teaches():
    for item in EVERY:
        # In a highlight the ticked sentences are the faults, so the code stands on the others.
        answers = [(answer, answer.credit == 1) for answer in item.answers]
        options = [(choice, choice.right) for choice in (*item.choices, *item.reasons)]
        for option, right in (*answers, *options):
            assert len(option.feedback.split()) >= 12, (item.id, option.feedback)
            assert right == (option.misconception is None), (item.id, option.feedback)


def test_stems_stay_short():
    for item in EVERY:
        limit = 120 if item.type == "scenario" else 60
        assert len(prose_of(item).split()) <= limit, item.id


def single_key_items(skill):
    kinds = {"single", "scenario", "two-tier"}
    return [item for item in BANKS[skill].values() if item.type in kinds]


@pytest.mark.parametrize("skill", SKILLS)
def test_picking_the_longest_option_does_not_pay(skill):
    items = single_key_items(skill)

    hits = 0
    for item in items:
        longest_wrong = max(len(choice.text) for choice in wrong_of(item))
        assert len(key_of(item)) <= 1.2 * longest_wrong, item.id
        hits += len(key_of(item)) >= longest_wrong

    assert hits / len(items) <= 0.43


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("size", [3, 4])
def test_the_key_stands_equally_often_in_each_place(skill, size):
    items = [item for item in single_key_items(skill) if len(item.choices) == size]

    places = Counter([choice.right for choice in item.choices].index(True) for item in items)

    for place in range(size):
        assert abs(places[place] / len(items) - 1 / size) <= 0.08


@pytest.mark.parametrize("skill", SKILLS)
def test_absolute_words_do_not_give_wrong_options_away(skill):
    choices = [choice for item in BANKS[skill].values() for choice in item.choices]

    shares = {}
    for right in (True, False):
        group = [choice for choice in choices if choice.right is right]
        shares[right] = sum(bool(ABSOLUTE.search(choice.text)) for choice in group) / len(group)

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


def flags(cases, share, caught, mistaken):
    """Per cent of flags that are right; of the bad that are caught; right to wrong; accuracy."""
    hits, false = cases * share * caught, cases * (1 - share) * mistaken
    right = hits + cases * (1 - share) - false
    ratios = (hits / (hits + false), caught, hits / false, right / cases)
    key, *slips = [round(100 * ratio) for ratio in ratios]
    return key, set(slips)


def missed(cases, share, found, times, mistaken=None):
    """Those not found; of one spell; those found; those flagged in error, or all there are."""
    there = cases * share
    others = there * times if mistaken is None else (cases - there) * mistaken * times
    one = there * (1 - found)
    return one * times, {round(one, 9), there * found * times, others}


def monthly(cases, minutes, price, run, care):
    """Money for minutes less both costs; without costs; without the one or the other."""
    gross = cases * minutes * price
    return gross - run - care, {gross, gross - run, gross - care}


def payback(price, saved, run, care):
    """Months to earn a price; without costs; without care; with one month's costs alone."""
    wrong = {price / saved, price / (saved - run), (price - run - care) / saved}
    return price / (saved - run - care), wrong


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
    (SENSE, "a04"): (flags, (50_000, 0.002, 0.80, 0.01), "50,000|2 in 1,000|80 %|1 %"),
    (SENSE, "b04"): (flags, (8_000, 1 / 400, 0.90, 0.02), "8,000|One in 400|90 %|2 %"),
    (SENSE, "c04"): (flags, (30_000, 0.005, 0.70, 0.04), "30,000|0.5 %|70 %|4 %"),
    (SENSE, "a05"): (missed, (4_000, 0.03, 0.75, 5, 0.02), "4,000|3 %|75 %|2 %|five days"),
    (SENSE, "b05"): (missed, (600, 0.05, 0.80, 4), "600|5 %|80 %|four weeks"),
    (SENSE, "c05"): (missed, (2_000, 0.01, 0.85, 10), "2,000|1 %|85 %|ten days"),
    (STRATEGY, "a04"): (monthly, (2_000, 3, 0.60, 400, 900), "2,000|3 minutes|€0.60|€0.20|€900"),
    (STRATEGY, "b04"): (
        monthly,
        (5_000, 1.5, 0.50, 1_100, 650),
        "5,000|1.5 minutes|€0.50|€1,100|€650",
    ),
    (STRATEGY, "c04"): (
        monthly,
        (3_000, 2, 0.70, 900, 1_150),
        "3,000|2 minutes|€0.70|€0.30|€1,150",
    ),
    (STRATEGY, "a05"): (payback, (48_000, 9_500, 2_600, 900), "€48,000|€9,500|€2,600|€900"),
    (STRATEGY, "b05"): (payback, (63_000, 12_000, 4_000, 1_000), "€63,000|€12,000|€4,000|€1,000"),
    (STRATEGY, "c05"): (payback, (30_000, 7_400, 1_500, 900), "€30,000|€7,400|€1,500|€900"),
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

    right, *wrong = [
        ((line.low + line.high) / 2, line.credit) for line in BANKS[skill][name].answers
    ]

    assert right == (pytest.approx(key, abs=0.005), 1)
    assert sorted(wrong) == [(pytest.approx(slip, abs=0.0051), 0) for slip in sorted(slips)]


@pytest.mark.parametrize(("skill", "name"), list(GIVEN))
def test_the_stem_gives_each_figure_the_key_is_made_of(skill, name):
    stem = BANKS[skill][name].stem

    for words in GIVEN[skill, name][2].split("|"):
        assert words in stem


def test_each_numeric_item_is_worked_out_again():
    retrieval = {f"{form}{slot}" for form in FORMS for slot in ("02", "07", "08")}
    workflow = {f"{form}{slot}" for form in FORMS for slot in ("05", "07")}
    others = {f"{form}{slot}" for form in FORMS for slot in ("04", "05")}

    assert set(NUMERIC) == {
        *((RETRIEVAL, name) for name in retrieval),
        *((WORKFLOW, name) for name in workflow),
        *((skill, name) for skill in (SENSE, STRATEGY) for name in others),
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
    assert key_of(item) == best
    assert {choice.text: choice.misconception for choice in wrong_of(item)} == traps


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
    assert number(key_of(item)) == after == min(arrivals, *steps)
    assert {number(choice.text) for choice in wrong_of(item)} == slips


@pytest.mark.parametrize(
    ("name", "minutes", "before", "after"),
    [("a08", 10, 0.80, 0.90), ("b08", 12, 0.75, 0.95), ("c08", 6, 0.60, 0.85)],
)
def test_a_busier_server_makes_waits_grow_out_of_proportion(name, minutes, before, after):
    item = BANKS[WORKFLOW][name]

    waits = [minutes * share / (1 - share) for share in (before, after)]
    in_line = waits[0] * after / before

    assert number(key_of(item)) == pytest.approx(waits[1], abs=0.5)
    assert sorted(number(choice.text) for choice in wrong_of(item)) == (
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

    named = {choice.text.removeprefix("Setting ")[0]: choice for choice in item.choices}
    assert named[best].right
    assert {key: named[key].misconception for key in traps} == traps
    named_people = {10: "ten ", 12: "twelve "}[people]
    assert named_people in item.stem.lower()
    for figure in (f"{cases:,}", str(bad), f"€{loss:,}", f"€{review}", str(each)):
        assert re.search(rf"(?<!\w){figure}(?!\d|,\d)", item.stem), figure


def counts(cell):
    """All numbers of a cell, without signs for thousands."""
    return [float(found.replace(",", "")) for found in re.findall(r"[\d,]+(?:\.\d+)?", cell)]


def test_a_good_sum_hides_a_group_that_gets_worse():
    _, rows = table_of(BANKS[SENSE]["a06"])
    (young, young_now, young_new), (rest, rest_now, rest_new) = (
        [number(cell) for cell in row[1:]] for row in rows
    )
    assert (young_now + rest_now, young_new + rest_new) == (1_300, 1_150)
    assert young_new / young == pytest.approx(0.0055)
    assert young_new / young / (rest_new / rest) == pytest.approx(5, abs=0.05)

    _, rows = table_of(BANKS[SENSE]["b06"])
    may, june = ([counts(row[column]) for row in rows] for column in (1, 2))
    right = [sum(cell[0] for cell in month) for month in (may, june)]
    assert [round(hits / 10_000, 3) for hits in right] == [0.96, 0.968]
    assert [10_000 - hits for hits in right] == [398, 318]
    (_, (may_right, may_all)), (_, (june_right, june_all)) = may, june
    assert 1 - may_right / may_all == pytest.approx(1 / 5)
    assert 1 - june_right / june_all == pytest.approx(1 / 3, abs=0.01)

    _, rows = table_of(BANKS[SENSE]["c06"])
    asked, found = ([number(row[column]) for row in rows] for column in (1, 2))
    assert sum(found) / sum(asked) == 0.84
    assert [1 - f / a for f, a in zip(found, asked, strict=True)] == pytest.approx([0.1, 0.4, 0.4])


@pytest.mark.parametrize("name", ["a10", "b10", "c10"])
def test_one_step_alone_meets_the_three_conditions_of_the_rule(name):
    _, rows = table_of(BANKS[SENSE][name])
    limit = {"a10": 10, "b10": 10, "c10": 20}[name]
    undone = {"in seconds", "within a day", "with a click", "yes"}
    seen = {"at once", "the same day", "within minutes", "within hours"}

    fit = [
        row[0]
        for row in rows
        if number(row[1]) < limit and {row[2], row[3]} & undone and {row[2], row[3]} & seen
    ]

    assert fit == [
        {"a10": "Sort a payment into a queue", "b10": "Add a topic label"}.get(
            name, "Attach past alerts"
        )
    ]


@pytest.mark.parametrize("name", ["a07", "b07", "c07"])
def test_the_change_to_credit_is_what_goes_beyond_the_other_team(name):
    item = BANKS[STRATEGY][name]
    _, ((_, before, after), (_, other_before, other_after)) = table_of(item)
    own = number(after) - number(before)
    other = number(other_after) - number(other_before)

    key, slips = own - other, [own, number(after) - number(other_after), other]

    assert -number(key_of(item)) == pytest.approx(key)
    assert sorted(-number(choice.text) for choice in wrong_of(item)) == pytest.approx(sorted(slips))


@pytest.mark.parametrize(
    ("name", "rate", "cash"), [("a06", 30, 12), ("b06", 44, 10), ("c06", 36, 20)]
)
def test_money_is_the_hours_that_are_paid_no_longer(name, rate, cash):
    item = BANKS[STRATEGY][name]
    _, rows = table_of(item)
    hours = [number(row[0]) for row in rows]

    assert f"€{rate}" in item.stem
    assert cash in hours
    assert number(key_of(item)) == rate * cash
    assert rate * sum(hours) in {number(choice.text) for choice in wrong_of(item)}


@pytest.mark.parametrize(
    ("name", "rule", "first"),
    [
        ("a11", lambda value, ready, risk: 2 * value + ready - risk, "Route messages"),
        ("b11", lambda value, ready, risk: value * ready / risk, "Search past decisions"),
        ("c11", lambda value, ready, risk: value + ready - 2 * risk, "Look up bank codes"),
    ],
)
def test_the_idea_that_comes_first_has_most_points_and_not_most_value(name, rule, first):
    _, rows = table_of(BANKS[STRATEGY][name])
    scores = {row[0]: [number(cell) for cell in row[1:]] for row in rows}

    points = {idea: rule(*figures) for idea, figures in scores.items()}

    assert max(points, key=points.__getitem__) == first
    assert len(set(points.values())) == 3
    assert max(scores, key=lambda idea: scores[idea][0]) != first


@pytest.mark.parametrize(
    ("name", "shown", "left", "said"),
    [
        ("a09", "33|40|35|41", -1, "one minute"),
        ("b09", "22|19|21.0|18.5", 0.5, "Half an alert"),
        ("c09", "8.1|7.4|7.9|7.3", 0.1, "A tenth"),
    ],
)
def test_what_people_brought_along_is_not_the_gain(name, shown, left, said):
    item = BANKS[STRATEGY][name]
    after, other_after, before, other_before = (float(figure) for figure in shown.split("|"))

    assert all(f"{figure}" in item.stem for figure in shown.split("|"))
    assert (after - other_after) - (before - other_before) == pytest.approx(left)
    assert said in key_of(item)


def test_a_fall_in_the_mean_can_be_the_mix_alone():
    stem = BANKS[STRATEGY]["b08"].stem
    before, after, simple, share_before, share_after, rest = (12, 9, 6, 40, 70, 16)

    assert f"from {before} to {after}" in stem
    assert f"from {share_before} % to {share_after} %" in stem
    for share, mean in ((share_before, before), (share_after, after)):
        assert share / 100 * simple + (1 - share / 100) * rest == pytest.approx(mean)


def test_a_mean_of_weeks_hides_that_the_gain_fades():
    stem = BANKS[STRATEGY]["c08"].stem
    weeks = [int(found) for found in re.findall(r"(\d+) %", stem.split("weeks one")[0])]

    assert weeks == sorted(weeks, reverse=True)
    assert f"{sum(weeks) / len(weeks):.0f} %, the mean" in stem
