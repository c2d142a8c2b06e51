"""The newcomer's map: from an author's Markdown to a manager's chart, room by room, no browser."""

from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path

from assessments.scoring import score
from curriculum.parse import parse_lesson
from curriculum.read import read_curriculum, read_image, read_registers
from db.queries.audit import verify_answers, verify_chain
from db.queries.growth import compare_growth, select_growth
from db.store import Store
from portal.access import Viewer
from portal.charts.growth import growth_chart
from portal.charts.growth_points import shown_points
from portal.loaders import remembered_parse
from portal.services.catalogue import read_catalogue, read_item
from portal.services.checks import answer_question, read_check, start_check, submit_check
from portal.services.comparing import compare_program, read_programs
from portal.services.computing import compare_now
from portal.services.draws import Place
from portal.services.learning import answer_check, complete_lesson, explain_answer, open_lesson
from portal.services.programs import Window, create_program, draw_places
from portal.services.publishing import publish
from portal.services.questions import question
from portal.services.reporting import read_units, team_growth
from portal.services.results import read_result
from tests.factories import NOW, TODAY, lead_team, make_person, make_team
from tests.small_house import SKILL, content_files, right_answer, write_files

LESSON_FILE = "curriculum/modules/m1/10-limits.md"
LESSON = """\
---
schema: lesson/1
id: m1.limits
title: Limits of an agent
owner: ada@norhaven.example
status: published
reviewed: 2026-03-01
minutes: 2
objectives:
  - text: Explain what a limit is for
    bloom: understand
    skill: agent-operations
skills: [agent-operations]
---

# Limits of an agent

An agent stops at its limit.

## Refund outside policy

```item
id: m1.refund
type: single
skill: agent-operations
```

An agent proposes a refund of 900 EUR. Its limit is 200 EUR. What should happen next?

- [ ] Pay it, since the agent reports high confidence.
  > [M101] Confidence is not authority.
- [x] Send it to a person with authority to approve it.
  > Right: the limit marks where a person decides.
"""
TEAM_SIZE = 12
END = NOW + timedelta(days=60)


def test_an_authors_sentence_ends_in_a_managers_chart(  # noqa: PLR0915 - one path, read downwards
    sqlite_store: Store, tmp_path: Path
) -> None:
    store = sqlite_store

    # An author writes Markdown; `curriculum.parse` makes a value of it, or faults with their place.
    folder = write_files(tmp_path / "content", content_files() | {LESSON_FILE: LESSON})
    registers, _faults = read_registers(folder)
    lesson, problems = parse_lesson(LESSON, path=LESSON_FILE, registers=registers)
    assert lesson is not None
    assert problems == ()
    assert lesson.items[0].choices[1].right

    # `portal.services.publishing` turns the folder into immutable revisions.
    curriculum = read_curriculum(folder, today=TODAY, parse=remembered_parse)
    pictures = partial(read_image, folder)
    outcomes = publish(store, curriculum=curriculum, now=NOW, read_image=pictures)
    assert {outcome.outcome for outcome in outcomes} == {"published"}
    catalogue = read_catalogue(store)
    read = lru_cache(lambda revision_id: read_item(store, revision_id))

    # A learner opens the lesson, answers its check, and only then is told why.
    team = make_team(store)
    people = [_employee(store, team=team) for _ in range(TEAM_SIZE)]
    learner = people[0]
    opened = open_lesson(
        store, viewer=learner, catalogue=catalogue, lesson_id="m1.limits", seed=1, now=NOW
    )
    row = opened.answers["m1.refund"]
    item = read(row.revision_id)
    assert "Right: the limit" not in repr(question(item, seed=opened.seed))
    place = {"attempt_id": opened.attempt_id, "position": row.position}
    before = explain_answer(store, viewer=learner, read_item=read, **place)
    answer_check(
        store,
        viewer=learner,
        read_item=read,
        response={"choice": "b"},
        operation_id="first",
        now=NOW,
        **place,
    )
    after = explain_answer(store, viewer=learner, read_item=read, **place)
    assert before.lines == ()
    assert [line.message for line in after.lines if line.chosen] == [
        "Right: the limit marks where a person decides."
    ]
    assert complete_lesson(
        store, viewer=learner, catalogue=catalogue, lesson_id="m1.limits", now=NOW
    )

    # A program lead draws places by lot; everyone takes the check before and after.
    lead = _with_roles(store, "program_lead")
    program = create_program(
        store,
        viewer=lead,
        catalogue=catalogue,
        name="Spring",
        track_id="agents",
        design="lottery",
        starts_on=TODAY + timedelta(days=31),
        windows=[
            Window("baseline", TODAY, TODAY + timedelta(days=30)),
            Window("end", END.date(), END.date() + timedelta(days=30)),
        ],
        now=NOW,
    )
    arms = draw_places(
        store,
        viewer=lead,
        program=program,
        places=[Place(person.person_id, team) for person in people],
        seed=7,
        track_id="agents",
        starts_on=TODAY + timedelta(days=31),
        now=NOW,
    )

    def take_check(viewer: Viewer, *, right: int, now) -> int:
        """Answer so many questions rightly, leave the others, and hand in."""
        known = {"viewer": viewer, "catalogue": catalogue, "read_item": read}
        attempt_id = start_check(store, skill=SKILL, seed=1, now=now, **known)
        for shown in read_check(store, attempt_id=attempt_id, now=now, **known).questions[:right]:
            item = read(catalogue.item_revisions[shown.question.item_id])
            response = right_answer(item)
            assert score(item, response).correct
            answer_question(
                store,
                viewer=viewer,
                read_item=read,
                attempt_id=attempt_id,
                position=shown.position,
                response=response,
                operation_id=f"{attempt_id}-{shown.position}",
                now=now,
            )
        assert submit_check(store, attempt_id=attempt_id, now=now, **known)
        return attempt_id

    gained = {"structured": 7, "self_directed": 4}
    for person in people:
        take_check(person, right=3, now=NOW)
        last = take_check(person, right=gained[arms[person.person_id]], now=END)
        found = read_result(
            store, viewer=person, catalogue=catalogue, read_item=read, attempt_id=last
        )
        assert found.change is not None
        assert found.result.theta > found.change.before.theta
        assert found.result.se > 0

    # Every result moved the team's row in its own transaction: the sums equal a recount.
    cells = store.read(lambda connection: select_growth(connection, team_ids=[team], scope="team"))
    assert cells.groupby("occasion")["n"].sum().to_dict() == {"baseline": 12, "end": 12}
    assert store.read(compare_growth).empty
    assert store.read(verify_answers) == store.read(verify_chain) == []

    # The manager sees the team, never a person: means with their bands and n, as a chart.
    manager = _with_roles(store, "manager")
    lead_team(store, person=manager.person_id, team=team)
    assert [unit.id for unit in read_units(store, viewer=manager, now=END)] == [team]
    growth = team_growth(
        store,
        viewer=manager,
        catalogue=catalogue,
        team_id=team,
        skill=SKILL,
        reach="line",
        min_group=5,
        now=END,
    )
    points = shown_points(growth.routes, name="route")
    assert dict(zip(points["name"] + " " + points["when"], points["n"], strict=True)) == {
        "Structured Start": 6,
        "Structured End": 6,
        "Self-directed Start": 6,
        "Self-directed End": 6,
    }
    means = points.set_index(["name", "when"])["score"]
    assert means["Structured", "End"] > means["Self-directed", "End"] > means["Structured", "Start"]
    chart = growth_chart(points, low=200, high=800, height=300, dark=False)
    assert any(rows is points for rows in chart.rows.values())

    # The comparison knows that places were drawn, and that twelve people are too few.
    assert compare_now(store, catalogue=catalogue, now=END) == 1
    (offered,) = read_programs(store, viewer=lead, now=END)
    compared = compare_program(
        store,
        viewer=lead,
        catalogue=catalogue,
        program_id=offered.id,
        target="end",
        min_group=5,
        now=END,
    )
    assert offered.drawn
    assert compared.targets == ("end",)
    assert "insufficient_data" in repr(compared)


def _employee(store: Store, *, team: int) -> Viewer:
    person = make_person(store, team=team, role_profile="builder")
    return Viewer(person, "Ada Lind", frozenset({"employee"}), "builder")


def _with_roles(store: Store, role) -> Viewer:
    person = make_person(store, roles=("employee", role))
    return Viewer(person, "Joanna Weiss", frozenset({"employee", role}), "team-manager")
