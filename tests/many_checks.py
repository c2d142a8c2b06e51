"""Many checks of the small house handed in at once, by people whose true skill is known."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import insert

from curriculum.model import Item
from db import Connection
from db.columns import table
from db.commands.results import NewResult, insert_result
from db.queries.scoring import GivenRow
from db.tables import Answer, Attempt, AttemptItem, Person
from portal.services.results import figures
from portal.services.scoring import read_scale, score_check
from tests.factories import NOW, next_number
from tests.small_house import SKILL, House, right_answer


def wrong_answer(item: Item) -> Mapping[str, object]:
    """Return an admissible response that earns no full credit."""
    wrong = [one.key for one in item.choices if not (one.right or one.rating == "best")]
    if item.type in {"multiple", "highlight"}:
        return {"choices": wrong[:1]}
    if item.type == "scenario":
        return {"best": wrong[0]}
    if item.type == "two-tier":
        return {"choice": wrong[0], "reason": item.reasons[0].key}
    if item.type == "numeric":
        return {"text": "1"}
    if item.type == "text":
        return {"text": "no idea"}
    if item.type == "ordering":
        return {"order": [str(index) for index in reversed(range(len(item.ordering)))]}
    if item.type == "matching":
        return {"pairs": {}}
    return {"choice": wrong[0]}


def hand_in_many(
    house: House,
    *,
    forms: str = "ABC",
    people: int = 210,
    right: Callable[[Item, float, float], bool] | None = None,
    seed: int = 1,
    team: int | None = None,
    at: datetime = NOW,
    **of_attempt: Any,
) -> list[int]:
    """Hand in one check of each form by as many new people; return the attempts.

    `right` says from item, true skill and a number drawn from 0 to 1 whether it is answered
    rightly; without it a Rasch model with the experts' difficulties does.
    """
    draw = np.random.default_rng(seed)
    check = house.catalogue.check_of(SKILL)
    assert check is not None
    by_form: dict[str, list[tuple[int, Item]]] = {}
    for revision_id in check.item_revisions.values():
        item = house.read_item(revision_id)
        by_form.setdefault(item.form or "", []).append((revision_id, item))
    judge = right or follows_the_model

    def write(connection: Connection) -> list[int]:
        made = []
        scale = read_scale(connection, skill=SKILL, read_item=house.read_item)
        for form in forms:
            for _ in range(people):
                learner = _insert_person(connection)
                skill = float(draw.normal())
                outcomes = [
                    (revision, item, judge(item, skill, float(draw.random())))
                    for revision, item in by_form[form]
                ]
                attempt = _insert_attempt(
                    connection, learner, form, check.id, check.revision_id, team, at, of_attempt
                )
                rows = _insert_answers(connection, attempt, outcomes, at=at)
                scored = score_check(rows, scale=scale)
                values = figures(
                    scored, catalogue=house.catalogue, skill=SKILL, role_profile="builder"
                )
                result = NewResult(
                    attempt_id=attempt,
                    learner_id=learner,
                    skill=SKILL,
                    role_profile="builder",
                    taken_at=at + timedelta(minutes=9),
                    scored_at=at + timedelta(minutes=9),
                    team_at_taking_id=team,
                    **values,
                )
                insert_result(connection, result=result)
                made.append(attempt)
        return made

    house.published_something = True
    return house.store.write(write)


def follows_the_model(item: Item, skill: float, drawn: float) -> bool:
    """Say whether somebody of this skill is right, by the experts' difficulties."""
    return drawn < 1 / (1 + np.exp(-1.1 * (skill - item.difficulty)))


def _insert_person(connection: Connection) -> int:
    number = next_number()
    people = table(Person)
    return connection.execute(
        insert(people)
        .values(
            issuer="many",
            subject=f"many-{number}",
            name=f"Person {number}",
            email=f"many{number}@norhaven.example",
            role_profile="builder",
            language="en",
            active=True,
            created_at=NOW,
        )
        .returning(people.c.id)
    ).scalar_one()


def _insert_attempt(
    connection: Connection,
    learner: int,
    form: str,
    content_id: str,
    revision_id: int,
    team: int | None,
    at: datetime,
    more: Mapping[str, Any],
) -> int:
    attempts = table(Attempt)
    values = {
        "learner_id": learner,
        "kind": "check",
        "content_id": content_id,
        "revision_id": revision_id,
        "skill": SKILL,
        "form": form,
        "seed": 7,
        "language": "en",
        "team_at_taking_id": team,
        "started_at": at,
        "submitted_at": at + timedelta(minutes=9),
    }
    return connection.execute(
        insert(attempts).values(**(values | dict(more))).returning(attempts.c.id)
    ).scalar_one()


def _insert_answers(
    connection: Connection,
    attempt: int,
    outcomes: list[tuple[int, Item, bool]],
    *,
    at: datetime,
) -> list[GivenRow]:
    connection.execute(
        insert(table(AttemptItem)),
        [
            {"attempt_id": attempt, "position": n, "revision_id": revision, "flagged": False}
            for n, (revision, _item, _right) in enumerate(outcomes)
        ],
    )
    rows = [
        GivenRow(n, revision, json.dumps(right_answer(item) if right else wrong_answer(item)))
        for n, (revision, item, right) in enumerate(outcomes)
    ]
    connection.execute(
        insert(table(Answer)),
        [
            {
                "attempt_id": attempt,
                "seq": row.position + 1,
                "position": row.position,
                "operation_id": f"many-{attempt}-{row.position}",
                "response": row.response,
                "answered_at": at,
            }
            for row in rows
        ],
    )
    return rows
