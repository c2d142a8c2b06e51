"""One mistake is one problem, at its cause: what only follows from it is left out."""

import pytest

from curriculum.check import blocking_problems
from curriculum.read import read_curriculum
from tests.unit.curriculum_texts import (
    BANK,
    BLUEPRINT,
    LESSON,
    MODULE,
    OTHER_LESSON,
    SECURE_ITEM,
    TODAY,
    TRACK,
    content_files,
    problems_in,
    write_content,
)

SKILLS = "curriculum/skills.yml"
TEXTS = content_files()


def spoil(path: str, old: str, new: str) -> dict[str, str]:
    text = TEXTS[path]
    assert old in text
    return {path: text.replace(old, new, 1)}


MISTAKES = {
    "a lesson whose settings are no YAML": (LESSON, "minutes: 2", "minutes: [2", "YML001"),
    "a lesson without an id": (LESSON, "id: m1.limits\n", "", "FM001"),
    "a lesson whose id is no id": (LESSON, "id: m1.limits\n", "id: M1 Limits\n", "FM004"),
    "a lesson without its first line": (LESSON, "---\n", "", "FM005"),
    "a lesson with a line above its first": (LESSON, "---\n", "\n---\n", "FM005"),
    "a lesson whose settings never end": (LESSON, "\n---\n", "\n", "FM006"),
    "a lesson of a newer format": (LESSON, "lesson/1", "lesson/2", "FM007"),
    "a lesson with a line that is too long": (LESSON, "# Limits", f"# {'x' * 6000}", "FILE002"),
    "a lesson that is no text": (LESSON, "# Limits", "# \0", "FILE001"),
    "a misspelt key that is required": (LESSON, "minutes:", "minuts:", "FM002"),
    "a module whose settings are no YAML": (MODULE, "title: A", "title: [A", "YML001"),
    "a module with a misspelt list": (MODULE, "lessons:", "lesons:", "FM002"),
    "a track whose settings are no YAML": (TRACK, "title: A", "title: [A", "YML001"),
    "a bank whose settings are no YAML": (BANK, "title: A", "title: [A", "YML001"),
    "a bank without its first line": (BANK, "---\n", "", "FM005"),
    "an item with an unknown skill": (
        BANK, "skill: agent-operations", "skill: agent-operation", "REF001",
    ),
    "an item with an unknown cell": (BANK, "cell: parts", "cell: part", "REF007"),
    "an item whose settings are no YAML": (LESSON, "level: 2", "level: [2", "YML001"),
    "a blueprint with an unknown skill": (
        BLUEPRINT, "{skill: agent-operations", "{skill: agent-operation", "REF001",
    ),
    "a bold word in HTML": (LESSON, "An agent", "An <b>agent</b>", "MD004"),
    "a block of colons": (LESSON, "An agent", "::: note\nx\n:::\n\nAn agent", "MD005"),
    "quotes in quotes in quotes": (LESSON, "An agent", ">" * 70 + " An agent", "MD007"),
    "an item whose heading is one level too deep": (
        BANK, SECURE_ITEM, f"{SECURE_ITEM}\n#{SECURE_ITEM.replace('a01', 'a02')}", "ITM001",
    ),
    "an item whose block is misspelt": (BANK, "```item", "```itm", "ITM011"),
    "an item with words above its block": (BANK, "```item", "Words.\n\n```item", "ITM001"),
    "a level of a skill that is no number": (SKILLS, "{level: 1,", "{level: one,", "FM003"),
    "a register that is no YAML": (SKILLS, "- id: agent-operations", "- id: [a", "YML001"),
    "an entry of a register without an id": (SKILLS, "- id: agent-operations", "- idd: a", "FM002"),
}  # fmt: skip


@pytest.mark.parametrize("what", MISTAKES)
def test_one_mistake_is_one_problem(tmp_path, what):
    path, old, new, code = MISTAKES[what]

    found = problems_in(tmp_path, files=spoil(path, old, new))

    assert [(p.path, p.code) for p in found] == [(path, code)], found


def test_a_name_that_nothing_explains_is_still_reported(tmp_path):
    files = spoil(LESSON, "id: m1.limits\n", "")
    files |= spoil(MODULE, "[m1.limits, m1.more]", "[m1.limits, m1.moer]")

    found = {(p.path, p.code) for p in problems_in(tmp_path, files=files)}

    assert found == {(LESSON, "FM001"), (MODULE, "REF009")}


def test_a_circle_is_reported_where_an_early_lesson_asks_for_a_later_one(tmp_path):
    needs = "prerequisites: [{}]\nminutes: 2"
    files = spoil(LESSON, "minutes: 2", needs.format("m1.more"))
    files |= spoil(OTHER_LESSON, "minutes: 2", needs.format("m1.limits"))

    (found,) = problems_in(tmp_path, files=files)

    assert (found.path, found.line, found.column) == (LESSON, 6, 17)
    assert "m1.limits → m1.more → m1.limits" in found.message


@pytest.mark.parametrize(
    ("path", "old", "new", "held"),
    [
        (LESSON, "minutes: 2", "minutes: [2", "m1"),
        (LESSON, "id: m1.limits\n", "", "m1"),
        (BANK, "id: bank.agent-operations\n", "", "check.agent-operations"),
        (BANK, "title: A", "title: [A", "check.agent-operations"),
        (SKILLS, "- id: agent-operations", "- id: [a", "m1"),
    ],
)
def test_what_is_left_out_still_keeps_others_from_being_published(tmp_path, path, old, new, held):
    folder = write_content(tmp_path, {**TEXTS, **spoil(path, old, new)})

    curriculum = read_curriculum(folder, today=TODAY)

    assert {p.path for p in blocking_problems(curriculum, held)} == {path}


def test_of_three_twins_the_one_that_differs_is_named(tmp_path):
    item = TEXTS[BANK][TEXTS[BANK].index("## ") :]
    twins = {"a01": ["b01", "c01"], "b01": ["a01", "c01"], "c01": ["a01", "b01"]}
    texts = [
        item.replace("agent-operations.a01", f"agent-operations.{name}")
        .replace("form: A", f"form: {name[0].upper()}\ntwin: [{', '.join(map(full, others))}]")
        .replace("level: 2", "level: 3" if name == "c01" else "level: 2")
        for name, others in twins.items()
    ]
    text = TEXTS[BANK].replace(item, "\n".join(texts))

    found = [p for p in problems_in(tmp_path, files={BANK: text}) if p.code == "COV006"]

    line = text[: text.index("id: agent-operations.c01")].count("\n") + 1
    assert [(p.path, p.line) for p in found] == [(BANK, line - 3)] * 2


def full(name: str) -> str:
    return f"agent-operations.{name}"


def test_a_lesson_not_yet_listed_is_still_pointed_out(tmp_path):
    found = problems_in(tmp_path, files=spoil(MODULE, ", m1.more]", "]"))

    assert [(p.path, p.code) for p in found] == [(OTHER_LESSON, "REF012")]
