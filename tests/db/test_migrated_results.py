"""Results and calibrations kept before they had versions: numbered, one in force, none lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, text

from db.engines import parse_url
from db.upgrading import make_upgrade_engine, migrate, migrate_down

BEFORE, AFTER = "0007_program_plans", "0008_regrades_and_statistics"
DAY = "'2026-03-02 09:00:00'"


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    made = make_upgrade_engine(parse_url(empty_url))
    with made.begin() as connection:
        migrate(connection, revision=BEFORE)
        fill(connection)
    yield made
    made.dispose()


def fill(connection: Connection) -> None:
    """One check scored twice, one that does not count, and two calibrations in force at once."""
    statements = [
        "INSERT INTO person (id, issuer, subject, name, email, role_profile, language, active,"
        f" created_at) VALUES (1, 'i', 's', 'Ada', 'a@x.example', 'builder', 'en', true, {DAY})",
        f"INSERT INTO content (id, kind, first_published_at) VALUES ('check', 'blueprint', {DAY})",
        "INSERT INTO revision (id, content_id, number, content_hash, key_hash, origin, path,"
        " source, body, published_at)"
        f" VALUES (1, 'check', 1, '', '', 'git', '', '', '{{}}', {DAY})",
    ]
    statements += [
        "INSERT INTO attempt (id, learner_id, kind, content_id, revision_id, form, seed,"
        f" language, started_at, submitted_at) VALUES ({n}, 1, 'check', 'check', 1, 'A', 1, 'en',"
        f" {DAY}, {DAY})"
        for n in (1, 2)
    ]
    statements += [
        "INSERT INTO calibration (id, skill, model, parameters, learners, code_version, made_at,"
        f" in_force) VALUES ({n}, 'governance', 'prior', '{{}}', 0, '1', {DAY}, {force})"
        for n, force in ((1, "true"), (2, "true"))
    ]
    statements += [
        "INSERT INTO result (id, attempt_id, calibration_id, learner_id, skill, theta, se, eap,"
        " eap_sd, items, correct, level, at_target, cells, role_profile, taken_at, scored_at,"
        f" code_version, counts_for, counted) VALUES ({n}, {attempt}, {calibration}, 1,"
        f" 'governance', 0.5, 0.5, 0.4, 0.4, 12, 6, 2, true, '{{}}', 'builder', {DAY}, {DAY}, '1',"
        f" 'month:2026-03', {counted})"
        for n, attempt, calibration, counted in (
            (1, 1, 1, "false"),
            (2, 1, 2, "true"),
            (3, 2, 1, "false"),
        )
    ]
    for statement in statements:
        connection.execute(text(statement))


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(text(sql))]


def test_old_results_are_numbered_and_one_of_each_check_is_in_force(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection, revision=AFTER)

        found = rows(
            connection, "SELECT id, number, in_force, counted, reason FROM result ORDER BY id"
        )
    assert found == [
        (1, 1, False, False, "submitted"),
        (2, 2, True, True, "calibration"),
        (3, 1, True, False, "submitted"),
    ]


def test_of_two_calibrations_in_force_the_newer_stays(engine: Engine) -> None:
    with engine.begin() as connection:
        migrate(connection, revision=AFTER)

        found = rows(
            connection, "SELECT id, version, in_force, verdict FROM calibration ORDER BY id"
        )
    assert found == [(1, 1, False, ""), (2, 2, True, "")]


def test_results_survive_the_way_down_and_up_again(engine: Engine) -> None:
    with engine.begin() as connection:
        before = rows(connection, "SELECT id, theta, counted, taken_at FROM result ORDER BY id")
    for move, revision in ((migrate, AFTER), (migrate_down, BEFORE), (migrate, AFTER)):
        with engine.begin() as connection:
            move(connection, revision=revision)

    with engine.begin() as connection:
        after = rows(connection, "SELECT id, theta, counted, taken_at FROM result ORDER BY id")
    assert after == before
