"""One door for all commands of `python -m assessments`."""

import json

import pytest

from assessments.__main__ import main

COMMANDS = ("calibrate", "link", "items", "compare", "growth", "attrition", "simulate")


def test_every_command_of_the_measurement_is_offered(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])

    shown = capsys.readouterr().out
    assert left.value.code == 0
    assert all(command in shown for command in COMMANDS)


def test_an_answer_goes_out_and_the_code_is_zero(capsys, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("learner_id,item_id,correct\n1,x,1\n2,x,0\n1,y,1\n2,y,0\n", encoding="utf-8")

    code = main(["items", str(path), "--format", "json"])

    assert code == 0
    assert len(json.loads(capsys.readouterr().out)["items"]) == 2


def test_a_file_that_cannot_be_used_ends_with_code_two_and_prints_no_answer(capsys, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text("learner_id,item_id,correct\n1,x,maybe\n", encoding="utf-8")

    code = main(["calibrate", str(path)])

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert "row 2, column correct" in captured.err


def test_an_unknown_command_is_refused_with_the_usage(capsys):
    with pytest.raises(SystemExit) as left:
        main(["rank-people"])

    assert left.value.code == 2
    assert "usage" in capsys.readouterr().err
