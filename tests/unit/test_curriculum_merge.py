"""Two people change one text: what both did is kept, or the disagreement is named."""

import random
import shutil
import subprocess
import time

import pytest

from curriculum.merge import Conflict, diff_text, merge

BASE = "one\ntwo\nthree\nfour\nfive\n"


def test_changes_in_different_places_are_both_kept():
    ours = BASE.replace("one", "ONE")
    theirs = BASE.replace("five", "FIVE")

    assert merge(BASE, ours=ours, theirs=theirs).text == "ONE\ntwo\nthree\nfour\nFIVE\n"


def test_the_same_change_on_both_sides_is_taken_once():
    both = BASE.replace("two\n", "two\nand a half\n")

    assert merge(BASE, ours=both, theirs=both.replace("five", "5")).text == both.replace(
        "five", "5"
    )


def test_two_changes_of_one_line_are_a_conflict_and_nothing_is_merged():
    merged = merge(BASE, ours=BASE.replace("three", "drei"), theirs=BASE.replace("three", "trois"))

    assert merged.text is None
    assert merged.conflicts == (Conflict(3, "three\n", "drei\n", "trois\n"),)


def test_a_deletion_beside_a_change_of_the_same_line_is_a_conflict():
    merged = merge(BASE, ours=BASE.replace("two\n", ""), theirs=BASE.replace("two", "2"))

    assert merged.text is None


def test_a_deletion_and_a_change_elsewhere_are_both_kept():
    merged = merge(BASE, ours=BASE.replace("two\n", ""), theirs=BASE.replace("five", "5"))

    assert merged.text == "one\nthree\nfour\n5\n"


def test_both_sides_add_different_texts_to_nothing():
    assert merge("", ours="a\n", theirs="b\n").text is None


def test_one_untouched_side_gives_the_other_word_for_word():
    crlf = BASE.replace("\n", "\r\n")

    assert merge(crlf, ours=crlf, theirs="other").text == "other"
    assert merge(crlf, ours="other", theirs=crlf).text == "other"


def test_line_ends_alone_are_no_disagreement():
    ours = BASE.replace("\n", "\r\n").replace("one", "ONE")

    assert merge(BASE, ours=ours, theirs=BASE.replace("five", "5")).text == (
        "ONE\ntwo\nthree\nfour\n5\n"
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the outside judge here")
def test_clean_merges_equal_those_of_git(tmp_path):
    chance = random.Random(11)
    clean = 0
    for _round in range(60):
        base = [f"line {n} {chance.choice('abc')}\n" for n in range(24)]
        sides = []
        for side in range(2):
            lines = list(base)
            for _change in range(2):
                lines[chance.randrange(len(lines))] = f"{side} {chance.random()}\n"
            sides.append("".join(lines))
        names = [tmp_path / name for name in ("ours", "base", "theirs")]
        for name, text in zip(names, (sides[0], "".join(base), sides[1]), strict=True):
            name.write_text(text)
        git = subprocess.run(
            ["git", "merge-file", "-p", "-q", *map(str, names)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        merged = merge("".join(base), ours=sides[0], theirs=sides[1])
        if git.returncode == 0:
            clean += 1
            assert merged.text == git.stdout
        else:
            assert merged.text is None

    assert clean >= 20


def test_a_diff_names_both_sides():
    text = diff_text("a\nb", "a\nc", before_name="live", after_name="disk")

    assert text == "--- live\n+++ disk\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert diff_text("a", "a", before_name="x", after_name="y") == ""


@pytest.mark.parametrize(
    ("side", "middle"),
    [("ours", "drei\n"), ("theirs", "trois\n"), ("both", "drei\ntrois\n")],
)
def test_a_disagreement_is_settled_by_whose_lines_stay(side, middle):
    ours = BASE.replace("three", "drei").replace("one", "ONE")
    theirs = BASE.replace("three", "trois").replace("five", "FIVE")

    merged = merge(BASE, ours=ours, theirs=theirs, sides=[side])

    assert merged.text == f"ONE\ntwo\n{middle}four\nFIVE\n"


def test_a_disagreement_that_nobody_settled_stays_one():
    ours = "1\ntwo\n3\n"
    theirs = "eins\ntwo\ndrei\n"

    assert merge("one\ntwo\nthree\n", ours=ours, theirs=theirs, sides=["ours"]).text is None


def test_thousands_of_lines_that_are_all_alike_are_merged_in_no_time():
    base = ["same"] * 7000
    ours, theirs = ["mine", *base], [*base[:3500], "yours", *base[3500:]]
    started = time.process_time()

    merged = merge("\n".join(base), ours="\n".join(ours), theirs="\n".join(theirs))

    assert time.process_time() - started < 1
    assert merged.text is not None
    assert sorted(set(merged.text.split("\n"))) == ["mine", "same", "yours"]
