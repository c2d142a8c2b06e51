"""Faults of the front matter: at the key's own line and column."""

from pathlib import Path

import pytest

from tests.unit.curriculum_texts import (
    FRONTS,
    LESSON,
    MODULE,
    TRACK,
    content_files,
    file_text,
    problems_in,
    spoiled,
    with_keys,
)


def found(tmp_path: Path, kind: str, lines: str) -> dict[str, tuple[int, int, str]]:
    problems = problems_in(tmp_path, files=spoiled(f"front {kind}", lines))
    return {p.code: (p.line, p.column, p.message) for p in problems}


def test_a_valid_content_folder_has_no_fault(tmp_path):
    assert problems_in(tmp_path) == []


def test_yaml_that_is_not_valid_is_reported_on_its_line(tmp_path):
    line, _, message = found(tmp_path, "lesson", "summary: a: b\n")["YML001"]

    assert line == len(FRONTS["lesson"].splitlines()) + 2
    assert "YAML" in message


def test_a_key_given_twice_is_reported_at_the_second(tmp_path):
    front = FRONTS["lesson"] + "title: Again\n"

    problems = problems_in(tmp_path, files={LESSON: file_text("lesson", front=front)})

    fault = next(p for p in problems if p.code == "YML002")
    assert (fault.line, fault.column) == (front.count("\n") + 1, 1)
    assert "line 4" in fault.message


def test_an_unknown_key_comes_with_a_suggestion(tmp_path):
    line, column, message = found(tmp_path, "lesson", "titel: Limits\n")["FM002"]

    assert (line, column) == (len(FRONTS["lesson"].splitlines()) + 2, 1)
    assert "Did you mean 'title'?" in message


def test_a_key_of_another_kind_of_file_is_turned_away(tmp_path):
    assert "does not belong" in found(tmp_path, "lesson", "use: summative\n")["FM002"][2]


@pytest.mark.parametrize(
    ("kind", "lines", "code", "says"),
    [
        ("lesson", "minutes: ten\n", "FM003", "whole number"),
        ("lesson", "minutes: 2.5\n", "FM003", "whole number"),
        ("lesson", "title: [a, b]\n", "FM003", "not a list"),
        ("lesson", "objectives: Explain it\n", "FM003", "list of objectives"),
        ("lesson", "skills: {a: b}\n", "FM003", "not a map"),
        ("lesson", "reviewed: last week\n", "FM003", "date"),
        ("lesson", "reviewed: 2026-02-30\n", "FM003", "date"),
        ("lesson", "owner: Ada\n", "FM003", "e-mail"),
        ("blueprint", "shuffle: maybe\n", "FM003", "true or false"),
    ],
)
def test_a_wrong_type_is_reported_at_the_key(tmp_path, kind, lines, code, says):
    _, column, message = found(tmp_path, kind, lines)[code]

    assert column == 1
    assert says in message


@pytest.mark.parametrize(
    "lines",
    [
        "summary: a: b\n",
        "skills: [a, b\n",
        'summary: "open\n',
        "summary: @x\n",
        "words\n",
        "a: {b: c\n",
    ],
)
def test_yaml_that_is_not_valid_is_reported_at_the_key_of_its_cause(tmp_path, lines):
    front = FRONTS["lesson"].replace("title: Limits", f"{lines}title: Limits")

    problems = problems_in(tmp_path, files={LESSON: file_text("lesson", front=front)})

    assert [(p.path, p.line, p.column, p.code) for p in problems] == [(LESSON, 4, 1, "YML001")]


@pytest.mark.parametrize("kind", ["lesson", "module", "track", "bank", "blueprint"])
def test_every_required_key_is_asked_for(tmp_path, kind):
    required = {
        "lesson": ("schema", "id", "title", "owner", "minutes", "objectives"),
        "module": ("schema", "id", "title", "owner", "summary", "lessons", "objectives"),
        "track": ("schema", "id", "title", "owner", "summary", "modules"),
        "bank": ("schema", "id", "title", "owner", "use"),
        "blueprint": ("schema", "id", "title", "owner", "pick"),
    }[kind]
    for key in required:
        problems = problems_in(tmp_path, files=spoiled(f"front {kind}", f"{key}:\n"))

        assert any(p.code == "FM001" and f"'{key}'" in p.message for p in problems), key


def test_a_file_without_front_matter_has_one_fault_for_it(tmp_path):
    problems = problems_in(tmp_path, files={LESSON: "# Limits\n\nText.\n"})

    here = [p.code for p in problems if p.path == LESSON]
    assert here == ["FM005"]


def test_front_matter_that_is_never_closed_is_reported(tmp_path):
    problems = problems_in(tmp_path, files={LESSON: "---\nid: m1.limits\n"})

    assert [(p.line, p.code) for p in problems if p.path == LESSON] == [(1, "FM006")]


@pytest.mark.parametrize(
    ("kind", "lines", "says"),
    [
        ("lesson", "minutes: 0\n", "from 1 to 240"),
        ("lesson", "minutes: 241\n", "from 1 to 240"),
        ("lesson", "id: Limits_of\n", "Did you mean 'limits-of'?"),
        ("lesson", f"title: {'x' * 121}\n", "at most 120"),
        ("module", f"summary: {'x' * 301}\n", "at most 300"),
        ("lesson", "status: publishd\n", "Did you mean 'published'?"),
        ("lesson", "review_every_days: 29\n", "from 30 to 1095"),
        ("track", "expires_after_days: 10\n", "from 90 to 1825"),
        ("lesson", "language: english\n", "en or de-AT"),
        ("lesson", "licence: CC-BY4.0\n", "Did you mean 'CC-BY-4.0'?"),
        ("bank", "use: sumative\n", "Did you mean 'summative'?"),
        ("blueprint", "markers: 3\n", "from 1 to 2"),
        ("blueprint", "show_feedback: always\n", "after-item"),
        ("lesson", "skills: [agent-operations, agent-operations]\n", "stands twice"),
    ],
)
def test_a_value_outside_its_bounds_is_reported(tmp_path, kind, lines, says):
    assert says in found(tmp_path, kind, lines)["FM004"][2]


def test_more_than_six_objectives_are_too_many(tmp_path):
    lines = "objectives:\n" + "  - text: Explain it\n" * 7

    assert "at most 6" in found(tmp_path, "lesson", lines)["FM004"][2]


@pytest.mark.parametrize(
    "text", ["The limit", "Understanding limits", "To explain it", "What a limit is"]
)
def test_an_objective_without_a_verb_is_reported(tmp_path, text):
    assert "verb" in found(tmp_path, "lesson", f"objectives:\n  - text: {text}\n")["FM009"][2]


@pytest.mark.parametrize("text", ["Explains it", "Implement it", "Bring proof", "Decide"])
def test_an_objective_with_a_verb_is_accepted(tmp_path, text):
    assert "FM009" not in found(tmp_path, "lesson", f"objectives:\n  - text: {text}\n")


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        ("schema: lesson/2\n", "FM007", "newer"),
        ("schema: leson/1\n", "FM007", "Did you mean 'lesson/1'?"),
        ("schema: module/1\n", "FM008", "lesson/1"),
    ],
)
def test_a_schema_that_does_not_fit_is_refused(tmp_path, lines, code, says):
    assert says in found(tmp_path, "lesson", lines)[code][2]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("skills: &a [agent-operations]\n", "YML003"),
        ("title: !!python/name:os.system x\n", "YML003"),
        ("title: *a\n", "YML003"),
        ("title: " + "[" * 50 + "]" * 50 + "\n", "YML004"),
    ],
)
def test_yaml_that_may_do_harm_is_refused(tmp_path, lines, code):
    assert code in found(tmp_path, "lesson", lines)


def test_an_overdue_review_is_a_warning_and_a_long_overdue_one_stops_publishing(tmp_path):
    line, column, _ = found(tmp_path, "lesson", "reviewed: 2025-09-01\n")["FM011"]
    assert (line, column) == (len(FRONTS["lesson"].splitlines()) + 2, 1)
    assert "FM012" in found(tmp_path, "lesson", "reviewed: 2024-09-01\n")
    assert not found(tmp_path, "lesson", "reviewed: 2026-09-01\n")


def test_minutes_far_from_the_length_are_a_warning(tmp_path):
    assert "200 a minute" in found(tmp_path, "lesson", "minutes: 60\n")["FM010"][2]


def test_imported_items_need_a_licence(tmp_path):
    text = content_files()[LESSON].replace("level: 2", "level: 2\ntags: [imported]")

    codes = {p.code for p in problems_in(tmp_path, files={LESSON: text})}
    licensed = {
        p.code
        for p in problems_in(
            tmp_path, files={LESSON: text.replace("minutes", "licence: CC-BY-4.0\nminutes")}
        )
    }

    assert "FM013" in codes
    assert "FM013" not in licensed


@pytest.mark.parametrize(
    ("kind", "lines", "code"),
    [
        ("lesson", "skills: [agent-operation]\n", "REF001"),
        ("lesson", "sources: [nist-ai-rfm]\n", "REF002"),
        ("lesson", "audience: [bilder]\n", "REF003"),
        ("lesson", "owner: ida@norhaven.example\n", "REF004"),
        ("lesson", "ai_systems: [payr]\n", "REF008"),
        ("module", "lessons: [m1.limits, m1.mroe]\n", "REF009"),
        ("track", "modules: [m11]\n", "REF009"),
        ("lesson", "translation_of: m1.moore\n", "REF009"),
        ("blueprint", "tests_out_of: [m11]\n", "REF009"),
        ("lesson", "prerequisites: [m1.moree]\n", "REF009"),
    ],
)
def test_a_reference_to_something_unknown_is_reported(tmp_path, kind, lines, code):
    assert "Did you mean" in found(tmp_path, kind, lines)[code][2]


def test_an_unknown_owner_is_reported_once(tmp_path):
    problems = problems_in(tmp_path, files=spoiled("front lesson", "owner: ida@norhaven.example\n"))

    assert [p.code for p in problems] == ["REF004"]


def test_an_id_used_twice_is_reported_in_both_places(tmp_path):
    problems = problems_in(tmp_path, files=spoiled("front track", "id: m1.more\n"))

    paths = {p.path for p in problems if p.code == "ID001"}
    assert paths == {TRACK, "curriculum/modules/m1/20-more.md"}


def test_a_retired_id_may_not_come_back(tmp_path):
    text = content_files()[LESSON].replace("id: m1.refund", "id: m0.gone")

    assert "ID002" in {p.code for p in problems_in(tmp_path, files={LESSON: text})}


def test_a_circle_of_prerequisites_is_printed(tmp_path):
    first = with_keys("lesson", "prerequisites: [m1.more]\n")
    second = with_keys("lesson", "id: m1.more\nprerequisites: [m1.limits]\n")
    files = {
        LESSON: file_text("lesson", front=first),
        "curriculum/modules/m1/20-more.md": file_text("lesson", front=second),
    }

    messages = [p.message for p in problems_in(tmp_path, files=files) if p.code == "REF010"]

    assert messages == ["prerequisites run in a circle: m1.limits → m1.more → m1.limits"]


def test_a_module_in_no_track_and_a_lesson_in_no_module_are_named(tmp_path):
    no_track = problems_in(tmp_path / "a", files={TRACK: None})
    no_module = problems_in(tmp_path / "b", files=spoiled("front module", "lessons: [m1.limits]\n"))

    assert [(p.path, p.line, p.code) for p in no_track] == [(MODULE, 3, "REF011")]
    assert [(p.path[-10:], p.line, p.code) for p in no_module] == [("20-more.md", 3, "REF012")]


def test_a_lesson_listed_by_two_modules_is_an_error(tmp_path):
    other = with_keys("module", "id: m2\nlessons: [m1.more]\n")
    files = {
        "curriculum/modules/m2/module.md": file_text("module", front=other),
        TRACK: file_text("track", front=with_keys("track", "modules: [m1, m2]\n")),
    }

    assert [p.code for p in problems_in(tmp_path, files=files)] == ["REF013"]
