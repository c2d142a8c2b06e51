"""The command `import`: what it prints, what it writes, and what a second import changes."""

import argparse
import json
import re
from pathlib import Path

import pytest

from curriculum.command_check import check_content
from curriculum.importers.command import register
from curriculum.importers.csv_table import COLUMNS
from curriculum.importers.importing import import_file
from curriculum.model import Bank
from curriculum.parse import read_file
from tests.unit.curriculum_texts import TODAY, content_files, write_content
from tests.unit.import_texts import SKILL, TWO_CHOICES, quiz, xml_question

SOURCE = """\
$CATEGORY: top/agents

::Tools:: Which tool sends mail? {=The mailer#Yes. ~The parser#It reads.}

A model signs contracts. {FALSE}

How many spans? {#8:1}

Read this first.

Why are traces kept? {}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A content folder without faults."""
    return write_content(tmp_path / "content", dict(content_files()))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A GIFT file with five questions, one of which is none."""
    path = tmp_path / "Week 1.gift"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def run(content: Path, *arguments: object) -> int:
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers(required=True), content_dir=content)
    options = parser.parse_args(["import", *map(str, arguments)])
    code: int = options.run(options)
    return code


def bank_of(content: Path, name: str = "week-1-gift.md") -> Path:
    return content / "assessments/banks" / name


def test_every_question_is_accounted_for(content, source, capsys):
    code = run(content, "gift", source, "--skill", SKILL)

    printed = capsys.readouterr()
    assert code == 1
    assert (
        "Week 1.gift: 5 questions = 3 imported + 1 imported with warnings + 1 refused; "
        "1 category noted" in printed.out
    )
    assert "Week 1.gift:9: refused: question 4: not a question" in printed.out
    assert "4 new items, 0 there already" in printed.err


def test_the_bank_is_a_formative_draft_without_errors(content, source):
    run(content, "gift", source, "--skill", SKILL, "--licence", "CC-BY-4.0")

    text = bank_of(content).read_text(encoding="utf-8")
    bank = read_file(text, path="b.md", kind="bank").value
    problems, _ = check_content(content, paths=[], today=TODAY, use_cache=False)
    assert isinstance(bank, Bank)
    assert (bank.use, bank.front.status, bank.front.licence) == ("formative", "draft", "CC-BY-4.0")
    assert bank.front.owner == "ada@norhaven.example"
    assert [item.type for item in bank.items] == ["single", "truefalse", "numeric", "rubric"]
    assert [p for p in problems if p.level == "error"] == []


def test_a_second_import_of_the_same_file_changes_nothing(content, source, capsys):
    run(content, "gift", source, "--skill", SKILL)
    before = (bank_of(content).read_bytes(), bank_of(content).stat().st_mtime_ns)
    capsys.readouterr()

    code = run(content, "gift", source, "--skill", SKILL)

    assert (bank_of(content).read_bytes(), bank_of(content).stat().st_mtime_ns) == before
    assert code == 1
    assert "0 new items, 4 there already in week-1-gift.md" in capsys.readouterr().err


def test_what_an_author_changed_in_a_draft_is_kept(content, source):
    run(content, "gift", source, "--skill", SKILL)
    edited = bank_of(content).read_text(encoding="utf-8").replace("sends mail", "may send mail")
    bank_of(content).write_text(edited, encoding="utf-8")

    run(content, "gift", source, "--skill", SKILL)

    assert bank_of(content).read_text(encoding="utf-8") == edited


def test_new_questions_of_a_source_follow_at_the_end(content, source):
    run(content, "gift", source, "--skill", SKILL)
    before = bank_of(content).read_text(encoding="utf-8")
    source.write_text(f"{SOURCE}\n::Late:: Late? {{T}}\n", encoding="utf-8")

    run(content, "gift", source, "--skill", SKILL)

    after = bank_of(content).read_text(encoding="utf-8")
    assert after.startswith(before)
    assert after[len(before) :].startswith("\n## Late\n")


def test_an_item_that_moved_to_another_file_is_not_imported_again(content, source, capsys):
    run(content, "gift", source, "--skill", SKILL)
    text = bank_of(content).read_text(encoding="utf-8")
    bank_of(content).unlink()
    moved = bank_of(content, "mine.md")
    moved.write_text(text.replace("id: imported.", "id: mine."), encoding="utf-8")
    capsys.readouterr()

    run(content, "gift", source, "--skill", SKILL)

    assert not bank_of(content).exists()
    assert "4 there already in assessments/banks/mine.md" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(content, source, tmp_path, capsys):
    run(content, "gift", source, "--skill", SKILL, "--into", tmp_path / "new", "--dry-run")

    assert not (tmp_path / "new").exists()
    assert f"would write {tmp_path / 'new' / 'week-1-gift.md'}" in capsys.readouterr().err


def test_a_file_of_refusals_only_leaves_no_trace(content, tmp_path):
    path = tmp_path / "talk.gift"
    path.write_text("Only talk.\n\n}", encoding="utf-8")

    code = run(content, "gift", path, "--skill", SKILL, "--into", tmp_path / "new")

    assert code == 1
    assert not (tmp_path / "new").exists()


def test_a_file_that_is_no_text_leaves_no_trace(content, tmp_path, capsys):
    path = tmp_path / "picture.gift"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")

    code = run(content, "gift", path, "--skill", SKILL, "--into", tmp_path / "new")

    assert code == 1
    assert "picture.gift:1:1: refused: the file is not text" in capsys.readouterr().out
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--skill", "agent-operation"], "Did you mean 'agent-operations'?"),
        (["--skill", SKILL, "--owner", "ada@norhaven.exampel"], "Did you mean"),
        (["--skill", SKILL, "--licence", "CC-BY-40"], "Did you mean 'CC-BY-4.0'?"),
    ],
)
def test_options_that_cannot_be_used_are_refused_before_anything_is_read(
    content, source, capsys, options, reason
):
    code = run(content, "gift", source, *options)

    assert code == 2
    assert reason in capsys.readouterr().err
    assert not bank_of(content).exists()


def test_a_missing_file_and_a_folder_in_the_way(content, source, tmp_path, capsys):
    assert run(content, "gift", tmp_path / "none.gift", "--skill", SKILL) == 2
    assert run(content, "gift", source, "--skill", SKILL, "--into", source) == 2
    assert "is no folder" in capsys.readouterr().err


def test_the_skill_must_be_named(content, source, capsys):
    with pytest.raises(SystemExit):
        run(content, "gift", source)

    assert "--skill" in capsys.readouterr().err


def test_drafts_of_two_licences_do_not_share_a_file(content, source, capsys):
    run(content, "gift", source, "--skill", SKILL)
    before = bank_of(content).read_bytes()
    source.write_text(f"{SOURCE}\nLate? {{T}}\n", encoding="utf-8")

    code = run(content, "gift", source, "--skill", SKILL, "--licence", "MIT")

    assert code == 1
    assert "stands under the licence internal, not MIT" in capsys.readouterr().err
    assert bank_of(content).read_bytes() == before


def test_a_bank_that_an_author_broke_is_not_written_to(content, source, capsys):
    run(content, "gift", source, "--skill", SKILL)
    broken = bank_of(content).read_text(encoding="utf-8").replace("type: single", "type: sinle")
    bank_of(content).write_text(broken, encoding="utf-8")
    source.write_text(f"{SOURCE}\nLate? {{T}}\n", encoding="utf-8")

    code = run(content, "gift", source, "--skill", SKILL)

    assert code == 1
    assert "ITM002" in capsys.readouterr().err
    assert bank_of(content).read_text(encoding="utf-8") == broken


def test_a_link_in_place_of_the_bank_is_not_followed(content, source, tmp_path):
    target = tmp_path / "elsewhere.md"
    target.write_text("mine\n", encoding="utf-8")
    bank_of(content).symlink_to(target)

    code = run(content, "gift", source, "--skill", SKILL)

    assert code == 1
    assert target.read_text(encoding="utf-8") == "mine\n"


def test_a_large_source_is_divided_over_several_banks(content, tmp_path):
    words = "long words " * 60
    path = tmp_path / "big.gift"
    path.write_text("\n\n".join(f"::N{n}:: {n} {words} {{T}}" for n in range(400)), "utf-8")

    assert run(content, "gift", path, "--skill", SKILL) == 0
    names = sorted(p.name for p in (content / "assessments/banks").glob("big-gift*"))
    before = {name: bank_of(content, name).read_bytes() for name in names}
    run(content, "gift", path, "--skill", SKILL)

    assert names == ["big-gift-part2.md", "big-gift-part3.md", "big-gift.md"]
    assert {name: bank_of(content, name).read_bytes() for name in names} == before
    ids = re.findall(rb"^id: (\S+)", b"".join(before.values()), re.MULTILINE)
    assert len(ids) == len(set(ids)) == 403


def test_the_report_as_json_holds_every_outcome(content, tmp_path, capsys):
    path = tmp_path / "quiz.xml"
    path.write_text(quiz(xml_question("multichoice", rest=TWO_CHOICES), xml_question("cloze")))

    code = run(content, "moodle-xml", path, "--skill", SKILL, "--format", "json")

    report = json.loads(capsys.readouterr().out)
    assert code == 1
    assert report["counts"] == {
        "questions": 2, "imported": 1, "imported_with_warnings": 0, "refused": 1,
    }  # fmt: skip
    assert [o["result"] for o in report["outcomes"]] == ["imported", "refused"]


def test_a_table_is_imported_from_a_path_as_from_its_text(content, tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("question,choice_1,choice_2,right\nMail?,yes,no,1\n", encoding="utf-8")

    from_path = import_file(path, kind="csv", skill=SKILL)
    from_text = import_file(
        path.read_text(encoding="utf-8"), kind="csv", skill=SKILL, name=path.name
    )

    assert run(content, "csv", path, "--skill", SKILL) == 0
    assert from_path == from_text
    assert from_path.outcomes[0].item_id in bank_of(content, "table-csv.md").read_text("utf-8")


def test_two_sources_with_long_names_do_not_share_a_bank(content, tmp_path):
    for part in (1, 2):
        path = tmp_path / f"Questions for the autumn course on agents, part {part}.gift"
        path.write_text(f"::Q:: Part {part}? {{T}}", encoding="utf-8")
        run(content, "gift", path, "--skill", SKILL)

    assert len(list((content / "assessments/banks").glob("questions-for*.md"))) == 2


def test_the_help_names_every_column_of_a_table(content, capsys):
    with pytest.raises(SystemExit):
        run(content, "--help")

    printed = capsys.readouterr().out
    names = {re.sub(r"_\d+$", "_1", name) for name in COLUMNS}
    assert [name for name in names if f"`{name}`" not in printed] == []
