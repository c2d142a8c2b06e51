"""The secure banks on agents and on governance: keys worked out again, twins, cueing."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SKILLS = ("agent-operations", "governance")
FORMS = "abc"
SCENARIO_OR_DATA = {"scenario", "numeric", "two-tier"}
ABSOLUTE = re.compile(
    r"\b(all|always|any|anyone|cannot|completely|entirely|every|everyone|guaranteed?|impossible"
    r"|mandatory|must|never|nobody|none|nothing|only|solely|surely?)\b",
    re.IGNORECASE,
)
BANNED = re.compile(r"(all|none|both) of (the above|these)|A and B|A and C", re.IGNORECASE)
CHOICE = re.compile(
    r"^- (?:\[(?P<box>[ x])\]|\*\*(?P<rating>\w+):\*\*) (?P<text>.+)\n(?P<quote>(?:  > .*\n?)+)",
    re.MULTILINE,
)
ANSWER = re.compile(
    r"^- (?P<wrong>\(0%\) )?(?P<low>[\d.]+)(?: to (?P<high>[\d.]+))?\n(?P<quote>(?:  > .*\n?)+)",
    re.MULTILINE,
)
# The items that rest on the law as it stood on the day they were checked.
LAW_ITEMS = {f"governance.{form}{number}" for form in FORMS for number in ("04", "06", "10")}
STEPS = {"five": 5, "seven": 7, "eight": 8}


@dataclass(frozen=True)
class Option:
    """One choice, action, reason or answer line: `right` marks the key."""

    text: str
    right: bool
    feedback: str
    low: float = 0.0
    high: float = 0.0

    @property
    def code(self):
        found = re.match(r"\[(M\d{3})\] ", self.feedback)
        return found[1] if found else None


@dataclass(frozen=True)
class Item:
    """One item as its author wrote it."""

    settings: dict
    stem: str
    options: tuple[Option, ...]
    reasons: tuple[Option, ...]
    answers: tuple[Option, ...]

    @property
    def id(self):
        return self.settings["id"].split(".")[1]

    @property
    def type(self):
        return self.settings["type"]

    @property
    def rows(self):
        """Cells of the table in the stem, without its head."""
        lines = [line for line in self.stem.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]

    @property
    def prose(self):
        """The stem without its table and without a numbered list."""
        lines = self.stem.splitlines()
        return " ".join(line for line in lines if not re.match(r"\||\d\. ", line))

    @property
    def key_lists(self):
        """The lists of options of which exactly one is right."""
        if self.type == "multiple":
            return []
        return [options for options in (self.options, self.reasons) if options]

    @property
    def surface(self):
        return " ".join([self.stem, *(o.text for o in (*self.options, *self.reasons))])


def unquoted(quote):
    return " ".join(line.removeprefix("  > ") for line in quote.splitlines())


def read_options(text):
    joined = re.sub(r"\n  (?=[^\s>])", " ", text)
    return tuple(
        Option(
            found["text"],
            found["box"] == "x" or found["rating"] == "Best",
            unquoted(found["quote"]),
        )
        for found in CHOICE.finditer(joined)
    )


def read_answers(text):
    return tuple(
        Option(
            found[0],
            found["wrong"] is None,
            unquoted(found["quote"]),
            low=float(found["low"]),
            high=float(found["high"] or found["low"]),
        )
        for found in ANSWER.finditer(text)
    )


def read_bank(skill):
    text = (ROOT / "assessments" / "banks" / f"{skill}.md").read_text(encoding="utf-8")
    items = {}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        _, settings, body = re.split(r"```(?:item)?\n", part)
        main, *others = re.split(r"^### ", body, flags=re.MULTILINE)
        parts = dict(other.split("\n", 1) for other in others)
        item = Item(
            settings=yaml.safe_load(settings),
            stem=re.split(r"^- (?:\[|\*\*)", main, flags=re.MULTILINE)[0].strip(),
            options=read_options(main),
            reasons=read_options(parts.get("Reason", "")),
            answers=read_answers(parts.get("Answer", "")),
        )
        items[item.id] = item
    return items


BANKS = {skill: read_bank(skill) for skill in SKILLS}
EVERY = [item for bank in BANKS.values() for item in bank.values()]


def twins(skill, number):
    """The parallel items of one number, form A first."""
    return [BANKS[skill][f"{form}{number:02}"] for form in FORMS]


def key_of(options):
    return next(option for option in options if option.right)


def numbers(text):
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def words_of(text):
    return set(re.findall(r"[a-z]{4,}", text.lower()))


# --- forms, twins and the blueprint ----------------------------------------------------------


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("form", FORMS)
def test_a_form_holds_twelve_items_spread_over_levels_cells_and_desks(skill, form):
    items = [item.settings for item in BANKS[skill].values() if item.id.startswith(form)]

    assert Counter(item["level"] for item in items) == {1: 3, 2: 4, 3: 4, 4: 1}
    assert set(Counter(item["cell"] for item in items).values()) == {3}
    assert Counter(item["domain"] for item in items) == dict.fromkeys(
        ("FRD", "CMP", "PAY", "SVC"), 3
    )
    assert {item["form"] for item in items} == {form.upper()}


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("number", range(1, 13))
def test_twins_measure_the_same_with_another_surface(skill, number):
    triple = twins(skill, number)

    for name in ("type", "level", "cell", "difficulty", "seconds", "bloom", "scoring", "ask"):
        assert len({item.settings.get(name) for item in triple}) == 1, name
    assert len({item.settings["domain"] for item in triple}) == 3
    assert len({len(item.options) for item in triple}) == 1
    for item in triple:
        others = {other.settings["id"] for other in triple} - {item.settings["id"]}
        assert set(item.settings["twin"]) == others
    for first, second in combinations(triple, 2):
        one, two = words_of(first.surface), words_of(second.surface)
        assert len(one & two) / len(one | two) < 0.6


@pytest.mark.parametrize("skill", SKILLS)
def test_the_blueprint_takes_exactly_what_each_form_holds(skill):
    text = (ROOT / "assessments" / "blueprints" / f"{skill}.md").read_text(encoding="utf-8")
    front = yaml.safe_load(text.split("---\n")[1])
    picked = {(pick["cell"], pick["level"]): pick["n"] for pick in front["pick"]}

    for form in FORMS:
        items = [item.settings for item in BANKS[skill].values() if item.id.startswith(form)]
        assert Counter((item["cell"], item["level"]) for item in items) == picked
    assert {tuple(pick["from"]) for pick in front["pick"]} == {(f"bank.{skill}",)}


@pytest.mark.parametrize("skill", SKILLS)
@pytest.mark.parametrize("form", FORMS)
def test_the_time_for_the_items_fits_the_time_for_the_check(skill, form):
    text = (ROOT / "assessments" / "blueprints" / f"{skill}.md").read_text(encoding="utf-8")
    minutes = yaml.safe_load(text.split("---\n")[1])["minutes"]
    items = [item.settings for item in BANKS[skill].values() if item.id.startswith(form)]

    assert sum(item["seconds"] for item in items) <= 60 * minutes


@pytest.mark.parametrize("skill", SKILLS)
def test_more_than_half_of_the_items_are_scenarios_or_rest_on_data(skill):
    items = BANKS[skill].values()
    rich = [item for item in items if item.type in SCENARIO_OR_DATA or "|" in item.stem]

    assert len(rich) / len(items) >= 0.55


@pytest.mark.parametrize("skill", SKILLS)
def test_difficulty_rises_with_the_level(skill):
    means = []
    for level in (1, 2, 3, 4):
        of_level = [i.settings for i in BANKS[skill].values() if i.settings["level"] == level]
        means.append(sum(item["difficulty"] for item in of_level) / len(of_level))

    assert means == sorted(means)
    assert means[0] < -1 < 1 < means[-1]


# --- keys from first principles --------------------------------------------------------------


@pytest.mark.parametrize("item", twins("agent-operations", 8), ids=lambda item: item.id)
def test_the_chance_of_a_run_without_a_wrong_step_is_a_product(item):
    steps = next(STEPS[word] for word in item.prose.lower().split() if word in STEPS)
    right = next(n for n in numbers(item.prose) if 90 < n < 100)
    percent = 100.0
    for _ in range(steps):
        percent *= right / 100

    accepted, *wrong = item.answers
    assert accepted.low <= round(percent) <= accepted.high
    assert accepted.high - accepted.low <= 0.5
    assert accepted.low - 0.01 <= percent <= accepted.high + 0.5
    one_step, subtracted, opposite = wrong
    assert one_step.low == right
    assert subtracted.low == 100 - steps * (100 - right)
    assert opposite.low <= 100 - percent <= opposite.high + 0.5


@pytest.mark.parametrize("item", twins("governance", 8), ids=lambda item: item.id)
def test_what_slips_through_is_what_was_wrong_minus_what_was_noticed(item):
    cases = next(n for n in numbers(item.prose) if n > 1000)
    percents = [float(found) for found in re.findall(r"(\d+) %", item.prose)]
    error, sample, noticed = (value / 100 for value in percents)
    wrong = cases * error
    found = wrong * sample * noticed

    accepted, *others = item.answers
    assert accepted.low == accepted.high == round(wrong - found)
    missed_inside = wrong * sample - found
    expected = {round(found), round(wrong * (1 - sample)), round(missed_inside)}
    assert {option.low for option in others} == expected


@pytest.mark.parametrize(("skill", "number"), [("agent-operations", 8), ("governance", 8)])
def test_numeric_twins_have_different_answers(skill, number):
    assert len({item.answers[0].low for item in twins(skill, number)}) == 3


def test_no_other_item_asks_for_a_number():
    assert Counter(item.type for item in EVERY)["numeric"] == 6


@pytest.mark.parametrize("item", twins("agent-operations", 9), ids=lambda item: item.id)
def test_one_alarm_level_alone_parts_good_days_from_the_fault(item):
    good, fault = ([numbers(cell)[0] for cell in row[1:]] for row in item.rows)
    levels = [numbers(option.text)[0] for option in item.options]

    parting = [level for level in levels if good[-1] < level < fault[0]]
    assert parting == [numbers(key_of(item.options).text)[0]]
    assert levels == sorted(levels)
    assert good == sorted(good)
    assert fault == sorted(fault)


def is_inside(value, limit):
    bounds = numbers(limit)
    if " to " in limit:
        return bounds[0] <= value <= bounds[1]
    return value >= bounds[0] if limit.endswith("more") else value <= bounds[0]


@pytest.mark.parametrize("item", twins("agent-operations", 10), ids=lambda item: item.id)
def test_the_dashboards_show_a_running_machine_with_failing_results(item):
    before = [is_inside(numbers(row[2])[0], row[1]) for row in item.rows]
    now = [is_inside(numbers(row[3])[0], row[1]) for row in item.rows]

    assert before == [True] * 5
    assert now == [True, True, True, False, False]


@pytest.mark.parametrize("item", twins("governance", 5), ids=lambda item: item.id)
def test_tiers_follow_from_impact_autonomy_and_duration(item):
    start = {"Low": 4, "Moderate": 3, "Serious": 2, "Severe": 1}
    tiers = []
    for use, tier in item.rows:
        tiers.append(numbers(tier)[0])
        if use:
            raised = ("by itself" in use) + ("lasts" in use)
            assert tiers[-1] == max(1, start[use.split()[0]] - raised), use

    assert sorted(tiers) == [1, 2, 3, 4]


@pytest.mark.parametrize("item", twins("governance", 10), ids=lambda item: item.id)
def test_the_first_notice_is_due_at_the_earlier_of_both_limits(item):
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat")

    def moment(text):
        day, hour, minute = re.search(r"(\w{3})\w* (\d\d):(\d\d)", text).groups()
        return datetime(2026, 11, 2 + days.index(day), int(hour), int(minute))  # noqa: DTZ001

    aware, rated = moment(item.rows[0][0]), moment(item.rows[-1][0])
    due = min(rated + timedelta(hours=4), aware + timedelta(hours=24))

    offered = [moment(option.text) for option in item.options]
    assert moment(key_of(item.options).text) == due
    assert offered == sorted(offered)
    assert rated < due


# --- options, feedback and cueing ------------------------------------------------------------


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.settings["id"])
def test_options_teach_and_wrong_ones_rest_on_a_named_belief(item):
    beliefs = yaml.safe_load((ROOT / "curriculum" / "misconceptions.yml").read_text("utf-8"))
    series = "M2" if item.settings["skill"] == "agent-operations" else "M4"

    for option in (*item.options, *item.reasons, *item.answers):
        words = re.sub(r"^\[M\d{3}\] ", "", option.feedback).split()
        assert len(words) >= 12, option.feedback
        if option.right:
            assert option.code is None
        else:
            assert option.code in {code for code in beliefs if code.startswith(series)}
    if item.type == "multiple":
        assert "**three**" in item.stem
        assert [option.right for option in item.options].count(True) == 3
    for options in item.key_lists:
        assert [option.right for option in options].count(True) == 1


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.settings["id"])
def test_the_key_does_not_stand_out(item):
    texts = [option.text for option in (*item.options, *item.reasons)]
    assert not [text for text in texts if ABSOLUTE.search(text) or BANNED.search(text)]
    for options in item.key_lists:
        lengths = [len(option.text) for option in options if not option.right]
        assert len(key_of(options).text) <= 1.2 * max(lengths)


@pytest.mark.parametrize("skill", SKILLS)
def test_the_key_is_seldom_the_longest_and_stands_in_each_place_alike(skill):
    lists = [options for item in BANKS[skill].values() for options in item.key_lists]
    longest = 0
    for options in lists:
        lengths = [len(option.text) for option in options if not option.right]
        longest += len(key_of(options).text) > max(lengths)

    assert longest / len(lists) <= 0.43
    for size in (3, 4):
        places = [options.index(key_of(options)) for options in lists if len(options) == size]
        for place in range(size):
            assert abs(places.count(place) / len(places) - 1 / size) <= 0.08


def syllables(word):
    groups = len(re.findall(r"[aeiouy]+", word.lower()))
    silent = word.lower().endswith("e") and not word.lower().endswith("le") and groups > 1
    return max(1, groups - silent)


def reading_grade(text):
    """Flesch-Kincaid grade (Kincaid et al. 1975) with a rough count of syllables."""
    words = re.findall(r"[A-Za-z']+", text)
    sentences = max(1, len(re.findall(r"[.?!:](?:[\s\"]|$)", text)))
    per_word = sum(syllables(word) for word in words) / len(words)
    return 0.39 * len(words) / sentences + 11.8 * per_word - 15.59


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.settings["id"])
def test_stems_are_short_and_plain(item):
    words = re.findall(r"\w[\w',.-]*", item.prose)

    assert len(words) <= (120 if item.type == "scenario" else 60)
    assert reading_grade(item.prose) <= 10


# --- sources and dates -----------------------------------------------------------------------


@pytest.mark.parametrize("item", EVERY, ids=lambda item: item.settings["id"])
def test_sources_are_registered_and_law_items_state_their_date(item):
    registered = yaml.safe_load((ROOT / "curriculum" / "sources.yml").read_text("utf-8"))
    settings = item.settings

    assert set(settings["sources"]) <= set(registered)
    assert settings["checked_on"].isoformat() == "2026-11-20"
    if settings["id"] in LAW_ITEMS:
        assert settings["review_by"] > settings["checked_on"]
        assert "November 2026" in item.stem


def test_forms_a_b_and_c_follow_one_another():
    for bank in BANKS.values():
        forms = [item.settings["form"] for item in bank.values()]
        assert all(first <= second for first, second in pairwise(forms))
