"""The commands check, new and format, and the example in the author's guide."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from curriculum.__main__ import main
from curriculum.cache import CACHE_FILE, FINDINGS_FILE
from curriculum.command_check import check_content
from curriculum.command_format import mended_bytes
from curriculum.parse import parse_lesson
from curriculum.read import read_curriculum, read_registers
from tests.unit.curriculum_texts import (
    BANK,
    ITEM,
    LESSON,
    content_files,
    file_text,
    write_content,
)

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "curriculum/README.md"
TODAY = "--today=2026-11-22"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    write_content(tmp_path, dict(content_files()))
    monkeypatch.setenv("PORTAL_CONTENT_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def spoil(folder: Path) -> None:
    text = content_files()[LESSON].replace("[x]", "[ ]")
    (folder / LESSON).write_text(text, encoding="utf-8")


def test_clean_content_exits_with_0(folder, capsys):
    assert main(["check", TODAY]) == 0
    assert capsys.readouterr().out == ""


def test_an_error_exits_with_1_and_names_its_place(folder, capsys):
    spoil(folder)

    assert main(["check", TODAY]) == 1

    lines = content_files()[LESSON].splitlines()
    line = next(n for n, words in enumerate(lines, start=1) if words.startswith("- ["))
    assert capsys.readouterr().out.startswith(f"{LESSON}:{line}:1: error CHO001: ")


def test_warnings_exit_with_0_and_with_strict_with_1(folder):
    text = content_files()[LESSON].replace("  > [M101] Confidence is not authority.\n", "")
    (folder / LESSON).write_text(text, encoding="utf-8")

    assert main(["check", TODAY]) == 0
    assert main(["check", TODAY, "--strict"]) == 1


@pytest.mark.parametrize("arguments", [["check", "--format", "xml"], [], ["chek"]])
def test_wrong_use_exits_with_2(folder, arguments):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)

    assert stopped.value.code == 2


def test_a_path_that_does_not_exist_exits_with_2(folder, capsys):
    assert main(["check", "curriculum/nothing.md"]) == 2
    assert "curriculum/nothing.md" in capsys.readouterr().err


def test_json_is_a_list_of_faults(folder, capsys):
    spoil(folder)

    main(["check", TODAY, "--format", "json"])

    (fault,) = json.loads(capsys.readouterr().out)
    assert set(fault) == {"path", "line", "column", "level", "code", "message"}
    assert (fault["path"], fault["level"], fault["code"]) == (LESSON, "error", "CHO001")


def test_json_of_clean_content_is_an_empty_list(folder, capsys):
    main(["check", TODAY, "--format", "json"])

    assert json.loads(capsys.readouterr().out) == []


def test_github_annotations_name_file_and_line(folder, capsys):
    spoil(folder)

    main(["check", TODAY, "--format", "github"])

    assert re.match(
        rf"::error file={LESSON},line=\d+,col=1,title=CHO001::", capsys.readouterr().out
    )


def test_sarif_points_to_rules_and_places(folder, capsys):
    spoil(folder)

    main(["check", TODAY, "--format", "sarif"])

    run = json.loads(capsys.readouterr().out)["runs"][0]
    result = run["results"][0]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "CHO001"
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == LESSON


def test_only_the_files_asked_for_are_reported(folder, capsys):
    spoil(folder)

    assert main(["check", TODAY, BANK]) == 0
    assert main(["check", TODAY, "curriculum/modules"]) == 1
    assert main(["check", TODAY, LESSON, BANK]) == 1


def test_a_file_outside_the_content_folder_can_be_checked(folder, tmp_path_factory, capsys):
    place = tmp_path_factory.mktemp("loose") / "draft.md"
    place.write_text(file_text("lesson", body=ITEM.replace("[x]", "[ ]")), encoding="utf-8")

    assert main(["check", TODAY, str(place)]) == 1
    assert "CHO001" in capsys.readouterr().out


def test_the_cache_gives_the_same_answer_and_may_be_deleted_or_spoiled(folder):
    spoil(folder)

    def check(use_cache: bool):
        return check_content(folder, paths=[], today=date(2026, 11, 22), use_cache=use_cache)

    cold, warm, bare = check(True), check(True), check(False)
    (folder / CACHE_FILE).write_text('{"version": 1, "files": [', encoding="utf-8")
    spoiled = check(True)
    (folder / CACHE_FILE).unlink()

    assert cold == warm == bare == spoiled == check(True)


def test_the_cache_keeps_the_wording_of_each_fault(folder):
    spoil(folder)

    def wordings():
        found, _ = check_content(folder, paths=[], today=date(2026, 11, 22), use_cache=True)
        return [(fault.message.wording, dict(fault.message.values)) for fault in found]

    cold, from_findings = wordings(), wordings()
    (folder / FINDINGS_FILE).unlink()
    from_facts = wordings()

    assert cold == from_findings == from_facts != []


def test_the_cache_sees_a_changed_file(folder):
    assert main(["check", TODAY]) == 0
    spoil(folder)
    assert main(["check", TODAY]) == 1


def test_unchanged_files_are_not_even_looked_up_one_by_one(folder, monkeypatch):
    main(["check", TODAY])
    monkeypatch.setattr("curriculum.findings.FactsCache", None)

    assert main(["check", TODAY]) == 0


def test_what_was_found_before_does_not_hide_a_changed_register_picture_or_day(folder):
    picture = folder / LESSON.replace("10-limits.md", "p.png")
    picture.write_bytes(b"x")
    lesson = content_files()[LESSON].replace("minutes:", "reviewed: 2026-01-01\nminutes:")
    lesson = lesson.replace("\n## ", "\n![A picture](p.png)\n\n## ", 1)
    (folder / LESSON).write_text(lesson, encoding="utf-8")

    def codes(today=date(2026, 11, 22)):
        found, _ = check_content(folder, paths=[], today=today, use_cache=True)
        return {fault.code for fault in found}

    assert codes() == codes() == set()
    assert codes(date(2027, 2, 1)) == {"FM011"}
    picture.unlink()
    assert codes() == {"IMG002"}
    (folder / "curriculum/people.yml").write_text("eve@norhaven.example: Eve\n", encoding="utf-8")
    assert {"IMG002", "REF004"} <= codes()


def test_a_new_module_lesson_bank_and_track_pass_the_checker(folder, capsys):
    title = 'A "strange": title'
    deeds = [["track", "new-track"], ["module", "m9"], ["lesson", "m9.one"], ["lesson", "m9.two"]]
    for kind, id_ in [*deeds, ["bank", "bank.new"]]:
        assert main(["new", kind, id_, "--title", title, TODAY]) == 0

    curriculum = read_curriculum(folder, today=date(2026, 11, 22))

    assert [p for p in curriculum.problems if p.level == "error"] == []
    assert curriculum.lessons["m9.one"].front.title == title
    assert (folder / "curriculum/modules/m9/20-two.md").is_file()


def test_new_never_touches_a_file_that_is_there(folder):
    before = (folder / "curriculum/tracks/agents.md").read_bytes()

    assert main(["new", "track", "agents"]) == 2
    assert main(["new", "lesson", "m7.nowhere"]) == 2
    assert main(["new", "track", "../agents"]) == 2
    assert (folder / "curriculum/tracks/agents.md").read_bytes() == before


def test_format_mends_boxes_line_ends_and_marks(folder):
    broken = (
        content_files()[LESSON]
        .replace("- [ ] Pay", "-[ ] Pay")
        .replace("- [x] Send", "-\u00a0[X]Send")
    )
    (folder / LESSON).write_bytes(b"\xef\xbb\xbf" + broken.replace("\n", "\r\n").encode())

    assert main(["format", "--check"]) == 1
    assert main(["format"]) == 0

    assert (folder / LESSON).read_text(encoding="utf-8") == content_files()[LESSON]
    assert main(["format", "--check"]) == 0


@pytest.mark.parametrize(
    "text",
    [
        content_files()[LESSON],
        file_text("lesson", body="- [1] a\n-[link](x)\n\n```text\n-[ ] code\n```\n\n\n\n"),
        "no front matter  \n\n\ttabs\n",
    ],
)
def test_format_leaves_everything_else_alone(text):
    assert mended_bytes(text.encode()) == text.encode()


def test_format_leaves_a_file_alone_that_it_would_have_to_guess():
    assert mended_bytes("Caf\u00e9".encode("cp1252")) is None


def test_the_example_in_the_guide_has_no_fault(tmp_path):
    (text,) = re.findall(r"````markdown\n(.*?)\n````", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    registers, _ = read_registers(ROOT)

    path = "curriculum/modules/a3-traces/90-first-alarm.md"
    lesson, problems = parse_lesson(f"{text}\n", path=path, registers=registers)

    assert problems == ()
    assert [item.type for item in lesson.items] == ["single", "numeric"]


def test_the_content_of_this_repository_has_no_error():
    curriculum = read_curriculum(ROOT)

    assert [p for p in curriculum.problems if p.level == "error"] == []
