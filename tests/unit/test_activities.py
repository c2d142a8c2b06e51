"""The arithmetic of the guided activities: worked numbers, regions, and settings at their line."""

import math
from itertools import product
from pathlib import Path

import pytest

import curriculum
from curriculum.activities import incident, permissions, queue, raci, retrieval, threshold, value
from curriculum.activities.base import Slider, clean_state, shown_controls, start_state
from curriculum.activities.kinds import KINDS, complete
from curriculum.activities.schema import defaults
from curriculum.model import Activity
from curriculum.parse import read_file
from tests.unit.curriculum_texts import LESSON, spoiled

TRACE = """\
steps:
  - {step: Read the case, shows: Case 12}
  - {step: Choose a tool, shows: Payments, verdict: first, feedback: It was a question.}
  - {step: Pay, shows: 40 EUR, verdict: later}
"""
PERMISSIONS = """\
harm_limit: 100
asks_limit: 10
tools:
  - {tool: Read a case, calls: 60, harm: 0, value: 50}
  - {tool: Write a note, calls: 40, harm: 5, value: 30, why: A note is read by many.}
  - {tool: Release a payment, calls: 8, harm: 900, wrong: 2, value: 20, why: It is gone at once.}
"""
RACI = """\
people: [Bea, Yusuf]
steps:
  - {step: Read the message}
  - {step: Fill in the field, checks: true, why: Checking needs other eyes.}
  - {step: Release the payment, irreversible: true}
"""
INCIDENT = """\
minutes_limit: 20
harm_limit: 500
scenes:
  - shows: Two payments went out twice.
    choices:
      - {text: Stop the agent, minutes: 5, harm: 0, evidence: true, feedback: Right.}
      - {text: Restart it, minutes: 1, harm: 0, feedback: The log is gone.}
  - shows: Who is told?
    choices:
      - {text: The owner, minutes: 5}
      - {text: Nobody yet, minutes: 0, harm: 900}
"""
VALUE = """\
pilot: {before: 11.8, after: 8.4, sd: 4, n: 400}
comparison: {before: 11.6, after: 11.1, sd: 4, n: 400}
cases: 20000
hourly_cost: 40
monthly_cost: 9000
one_off: 60000
fates:
  - {name: Nothing is planned, share: 100}
  - {name: Two posts are not refilled, share: 40, signed: true}
"""
MINIMAL = {
    "threshold": "",
    "retrieval": "",
    "trace": TRACE,
    "permissions": PERMISSIONS,
    "raci": RACI,
    "queue": "",
    "incident": INCIDENT,
    "value": VALUE,
}


def read(kind, settings):
    """Parse a lesson with one activity; return it and every fault as (line in the block, code)."""
    body = f"Find it.\n\n```activity\nid: m1.bench\nkind: {kind}\n{settings}```\n"
    text = spoiled("body", body)[LESSON]
    parsed = read_file(text, path=LESSON, kind="lesson")
    first = text.split("\n").index("```activity") + 1
    blocks = parsed.value.blocks if parsed.value else ()
    found = next((one for one in blocks if isinstance(one, Activity)), None)
    faults = [(p.line - first, p.code, p.message) for p in parsed.facts.problems]
    return found, [fault for fault in faults if fault[0] >= 0]


def parameters(kind, settings=""):
    found, faults = read(kind, settings or MINIMAL[kind])
    assert faults == []
    return found.parameters


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_can_be_written_drawn_and_brought_to_its_goal(kind):
    p = parameters(kind)
    made = KINDS[kind]
    controls = made.controls(p)
    grids = [
        [c.low + (c.high - c.low) * n / 20 for n in range(21)]
        if isinstance(c, Slider)
        else [key for key, _label in c.options]
        for c in controls
    ]
    keys = [control.key for control in controls]
    states = [dict(zip(keys, values, strict=True)) for values in product(*grids)]
    outcomes = [made.outcome(p, clean_state(controls, state)) for state in states]

    assert any(one.is_goal for one in outcomes)
    assert not made.outcome(p, start_state(controls)).is_goal, "the start is not the answer"
    assert {one.region for one in outcomes} <= set(made.regions)
    assert len({one.region for one in outcomes}) >= 3, "feedback differs by where it leads"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_choices_lead_to_the_same_figures_twice(kind):
    p = parameters(kind)
    state = {c.key: c.high for c in KINDS[kind].controls(p) if isinstance(c, Slider)}

    assert KINDS[kind].outcome(p, state) == KINDS[kind].outcome(dict(p), dict(state))


def test_the_threshold_bench_counts_as_the_lesson_on_rare_events_does():
    p = parameters("threshold", "cases: 1000000\nbase_rate: 0.1\n")

    here = threshold.count(p, catch=0.9, false=0.01, base_rate=0.1)

    assert (here.caught, here.missed, here.false) == pytest.approx((900, 100, 9990))
    assert here.precision == pytest.approx(900 / 10_890)
    assert here.left == pytest.approx(989_010)


def test_a_hit_that_nobody_has_time_for_costs_like_a_miss():
    p = parameters("threshold", "cases: 1000\nbase_rate: 10\ncapacity: 100\nalarm_cost: 0\n")

    here = threshold.count(p, catch=1.0, false=100 / 900, base_rate=10)

    assert here.alerts == pytest.approx(200)
    assert here.cost == pytest.approx(50 * 100)


def test_the_best_setting_on_paper_is_not_the_best_one_that_people_can_work_off():
    settings = """\
cases: 10000
base_rate: 2
miss_cost: 400
alarm_cost: 2
capacity: 700
settings:
  - {name: A, catch: 60, false: 2}
  - {name: B, catch: 80, false: 5}
  - {name: C, catch: 95, false: 15}
"""
    p = parameters("threshold", settings)

    regions = [threshold.outcome(p, {"setting": str(n)}).region for n in range(3)]

    assert regions == ["too-strict", "goal", "over-capacity"]


def test_a_rarer_event_makes_more_false_alarms_for_each_real_one():
    p = parameters("threshold", "base_rate: 0.1\nbase_rate_to: 5\nprecision_goal: 30\n")

    found = [
        threshold.outcome(p, {"threshold": 60.0, "base_rate": rate}).figures[0].value
        for rate in (0.1, 1.0, 5.0)
    ]

    assert found == sorted(found)


@pytest.mark.parametrize(("people", "load"), [(1, 0.5), (5, 3.0), (12, 10.0), (40, 33.3)])
def test_erlang_c_agrees_with_its_sum(people, load):
    top = load**people / math.factorial(people) * people / (people - load)
    below = sum(load**n / math.factorial(n) for n in range(people))

    assert queue.waiting_share(people, load=load) == pytest.approx(top / (below + top))


def test_one_server_waits_as_the_textbook_says():
    p = parameters("queue", "arrivals: 6\nminutes: 5\n")

    here = queue.load_of(p, people=1, ai_share=0)

    assert here.busy == pytest.approx(0.5)
    assert here.wait == pytest.approx(5.0), "one server: use / (1 - use) service times"


def test_more_load_than_people_means_overtime_and_no_end_of_waiting():
    p = parameters("queue")

    here = queue.load_of(p, people=6, ai_share=0)

    assert here.busy == pytest.approx(8 / 6)
    assert math.isinf(here.wait)
    assert here.overtime == pytest.approx(2 * 7.5)


def test_an_ai_that_errs_sends_its_errors_back():
    p = parameters("queue")

    here = queue.load_of(p, people=12, ai_share=50)

    assert here.errors == pytest.approx(60 * 0.5 * 0.05 * 7.5)
    assert here.busy == pytest.approx(60 * (1 - 0.5 * 0.95) * 8 / 60 / 12)


def test_recall_and_first_place_are_those_of_the_lesson():
    found = ((1, 4), (3, 9))

    assert retrieval.recall(found, k=3) == pytest.approx(0.5)
    assert retrieval.recall(found, k=4) == pytest.approx(0.75)
    assert retrieval.mean_reciprocal_rank(found, k=3) == pytest.approx((1 + 1 / 3) / 2)
    assert retrieval.mean_reciprocal_rank(found, k=2) == pytest.approx(0.5)


def test_searching_for_words_too_and_ranking_again_find_more():
    plain, hybrid, both = (
        retrieval.recall(
            retrieval.ranks(retrieval.Setting(400, words, again), seed=7, questions=200), k=5
        )
        for words, again in ((False, False), (True, False), (True, True))
    )

    assert plain < hybrid < both


def test_other_seeds_give_other_draws():
    one, other = (
        retrieval.ranks(retrieval.Setting(400, False, False), seed=seed, questions=50)
        for seed in (7, 8)
    )

    assert one != other


def test_what_a_person_misses_of_requests_still_does_harm():
    p = parameters("permissions")

    here = permissions.board(p, ["free", "free", "ask"])

    assert here.harm == pytest.approx(40 * 0.01 * 5 + 8 * 0.02 * 900 * 0.1)
    assert here.asks == 8
    assert here.kept == 1.0


def test_the_board_names_the_heaviest_mistake():
    p = parameters("permissions")
    state = {"tool0": "free", "tool1": "free", "tool2": "free"}

    found = permissions.outcome(p, state)

    assert found.region == "too-open"
    assert found.notes[0] == "It is gone at once."


def test_who_does_what_flags_every_gap():
    p = parameters("raci")
    state = {"doer0": "both", "owner0": "person0", "doer1": "ai", "owner1": "nobody"}
    state |= {"doer2": "ai", "owner2": "ai"}

    found = raci.outcome(p, state)

    assert [(n, str(gap)) for n, gap in raci.gaps(p, state)] == [
        (1, "nobody answers for it"),
        (1, "the AI checks its own work"),
        (2, "the AI cannot answer for it"),
        (2, "the AI alone takes a step that cannot be undone"),
    ]
    assert found.region == "gaps"
    assert found.notes == ("Checking needs other eyes.",)


def test_an_incident_goes_on_scene_by_scene_and_loses_evidence_for_good():
    p = parameters("incident")
    controls = incident.controls(p)

    assert [c.key for c in shown_controls(controls, {})] == ["scene0"]
    assert clean_state(controls, {"scene1": "0"}) == {}, "no scene before its turn"
    lost = incident.outcome(p, {"scene0": "1", "scene1": "0"})
    kept = incident.outcome(p, {"scene0": "0", "scene1": "0"})
    assert (lost.region, kept.region) == ("evidence-lost", "goal")
    assert incident.outcome(p, {"scene0": "1"}).notes == ("The log is gone.",)
    assert incident.outcome(p, {"scene0": "0", "scene1": "1"}).region == "harm"


def test_the_effect_is_the_change_beyond_the_comparison():
    p = parameters("value")

    alone, compared = (value.effect(p, compared=which) for which in (False, True))

    assert alone.minutes == pytest.approx(3.4)
    assert compared.minutes == pytest.approx(2.9)
    half = 1.959964 * math.sqrt(4 * 16 / 400)
    assert (compared.low, compared.high) == pytest.approx((2.9 - half, 2.9 + half), rel=1e-5)


def test_freed_time_that_nobody_uses_is_worth_nothing():
    p = parameters("value")

    assert value.monthly_value(p, minutes=3.0, share=0) == -9000
    assert value.monthly_value(p, minutes=3.0, share=100) == pytest.approx(40_000 - 9000)


def test_a_sheet_that_shows_no_profit_is_an_honest_one_too():
    p = {**parameters("value"), "monthly_cost": 100_000.0}

    found = value.outcome(p, {"compare": "yes", "fate": "1"})

    assert (found.region, found.is_goal) == ("does-not-pay", True)


@pytest.mark.parametrize(
    "given",
    [
        {"threshold": float("nan")},
        {"threshold": 101.0},
        {"threshold": "40"},
        {"threshold": True},
        {"threshold": [40]},
        {"nothing": 1.0},
    ],
)
def test_a_value_that_no_control_offers_counts_as_not_given(given):
    controls = threshold.controls(parameters("threshold"))

    assert clean_state(controls, given) == start_state(controls)


@pytest.mark.parametrize(
    ("kind", "settings", "line", "code", "words"),
    [
        ("threshold", "cases: 100\ncapasity: 5\n", 4, "FM002", "Did you mean 'capacity'?"),
        ("threshold", "cases: many\n", 3, "FM003", "whole number"),
        ("threshold", "base_rate: 80\n", 3, "FM004", "0.001 to 50"),
        ("threshold", "precision_goal: 99\nkeep_catch: 100\n", 0, "ACT003", "no threshold"),
        ("trace", "", 1, "FM001", "'steps' is missing"),
        ("trace", TRACE.replace("verdict: later", "verdict: last"), 6, "FM004", "ok, first, later"),
        ("trace", TRACE.replace("verdict: first, ", ""), 0, "ACT003", "exactly one step"),
        ("trace", TRACE.replace("shows: 40 EUR, ", ""), 6, "FM001", "'shows' is missing"),
        ("permissions", PERMISSIONS.replace("harm_limit: 100", "harm_limit: 0"), 0, "ACT003", "no"),
        ("raci", RACI.replace("[Bea, Yusuf]", "[Bea, Bea]"), 0, "ACT003", "stands twice"),
        ("raci", RACI.replace("[Bea, Yusuf]", "[Bea]"), 3, "FM004", "2 to 6 entries"),
        ("queue", "people_to: 3\n", 0, "ACT003", "even with all people"),
        ("incident", INCIDENT.replace("minutes_limit: 20", "minutes_limit: 9"), 0, "ACT003", "no"),
        ("incident", INCIDENT.replace("choices:", "chioces:", 1), 7, "FM002", "'choices'"),
        ("value", VALUE.replace(", signed: true", ""), 0, "ACT003", "signed: true"),
        ("value", VALUE.replace("pilot: {before: 11.8, ", "pilot: {"), 3, "FM001", "'before'"),
        ("retrieval", "token_budget: 100\nrecall_goal: 99\n", 0, "ACT003", "no setting"),
        ("queue", "feedback: {goal: Well done., sloow: Too slow.}\n", 3, "FM002", "'sloow'"),
    ],
)
def test_a_fault_in_an_activity_is_told_at_its_line(kind, settings, line, code, words):
    _found, faults = read(kind, settings)

    assert any(
        place == line and found == code and words in message for place, found, message in faults
    ), faults


def test_parameters_published_before_a_new_one_was_known_get_its_default():
    assert complete("queue", {"arrivals": 5.0}) == {
        **defaults(KINDS["queue"].whole_schema),
        "arrivals": 5.0,
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_key_and_outcome_stands_in_the_guide_for_authors(kind):
    guide = Path(curriculum.__file__).with_name("README.md").read_text("utf-8")
    row = next(line for line in guide.split("\n") if line.startswith(f"| `{kind}` |"))
    _kind, _what, keys, outcomes = row.strip("| ").split(" | ")

    missing = [name for name in KINDS[kind].schema if f"`{name}`" not in keys + _what]
    assert missing == []
    assert outcomes.split(", ") == list(KINDS[kind].regions)
