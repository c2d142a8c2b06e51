"""What a measurement says can be said in any language: wording, numbers and parts of parts."""

import ast
import gettext
import pickle
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from assessments.calibration import calibrate
from assessments.compare import Comparison
from assessments.force import calibrate_for_use
from assessments.item_responses import responses_from_matrix
from assessments.responses import check_response
from assessments.table_files import TableFileError, parse_table
from curriculum.importers.importing import import_file
from curriculum.phrases import Joined, Number, Phrase, text_from_plain, to_plain
from curriculum.read import read_curriculum
from portal import text
from portal.access import Refused
from portal.loaders import remembered_parse
from portal.services.stored import from_text, to_text
from portal.text import phrase_text, sentence_text
from tests.app.compared import make_compared
from tests.unit.curriculum_texts import loose_words

ROOT = Path(__file__).parents[2]


class Marked(gettext.NullTranslations):
    """A language that shows what went through its catalogue."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"


@pytest.fixture
def marked(monkeypatch):
    monkeypatch.setattr(text, "_catalogue", lambda _language: Marked())


def outside_marks(said: str) -> str:
    """What of a text went through no catalogue."""
    kept, depth = [], 0
    for letter in said:
        depth += (letter == "«") - (letter == "»")
        if depth == 0 and letter != "»":
            kept.append(letter)
    return "".join(kept)


def test_a_phrase_reads_in_english_and_keeps_its_parts():
    phrase = Phrase("{n} of {names} ({p})", n=Number(1234), names="a", p=Number(-0.25, 2))

    assert phrase == "1,234 of a (-0.25)"
    assert phrase_text(phrase) == "1,234 of a (\u22120.25)"


def test_a_phrase_within_another_is_said_in_the_same_language(marked):
    needs = Joined([Phrase("more people"), Phrase("more teams")], between="; ")

    said = phrase_text(Phrase("Not yet ({needs}).", needs=needs))

    assert said == "«Not yet («more people»; «more teams»).»"


@pytest.mark.parametrize(
    "plan",
    [
        {},
        {"assignment": "pretest", "selection": 0.1, "design": "self_selected"},
        {"assignment": "pretest", "selection": 0.9, "design": "self_selected"},
        {"teams": 4},
    ],
    ids=["lottery", "chosen", "too far apart", "too few"],
)
def test_nothing_of_a_verdict_stays_untranslated(marked, plan):
    comparison = make_compared(**plan).comparison

    for said in (comparison.sentence, *comparison.warnings):
        assert outside_marks(phrase_text(said)).strip(" ;,") == ""


def test_a_stored_comparison_can_still_be_translated(marked):
    comparison = make_compared(teams=4).comparison

    again = from_text(Comparison, to_text(comparison))

    assert again == comparison
    assert [phrase_text(one) for one in (again.sentence, *again.warnings)] == [
        phrase_text(one) for one in (comparison.sentence, *comparison.warnings)
    ]
    assert phrase_text(again.sentence).startswith("«")


def test_nothing_of_what_stands_in_the_way_of_a_calibration_stays_untranslated(marked):
    rng = np.random.default_rng(1)
    matrix = (rng.random((40, 5)) < 0.6).astype(float)
    matrix[:, 0] = 1
    matrix[:, 1] = 0
    found = responses_from_matrix(matrix, items=list("abcde"))
    nothing = responses_from_matrix(matrix[:1, :2], items=list("ab"))

    said = [
        *calibrate(found, model="rasch").warnings,
        *calibrate(nothing, model="2pl").warnings,
        *calibrate_for_use(found, live=list("abcdef"), before=None).obstacles,
        *calibrate_for_use(found, live=[], before=None).obstacles,
    ]

    assert len(said) >= 8
    assert {outside_marks(phrase_text(one)) for one in said} == {""}


@pytest.mark.parametrize(
    ("item_id", "response"),
    [
        ("workflow-redesign.a01", {"choice": "z"}),
        ("workflow-redesign.a01", {"choice": "a", "worst": "b"}),
        ("workflow-redesign.a04", {"choices": ["a", "a"]}),
        ("workflow-redesign.a05", {"text": "NaN"}),
        ("workflow-redesign.a05", {"text": "9" * 30_000}),
        ("workflow-redesign.a06", {"best": "a"}),
        ("workflow-redesign.a06", {"best": "a", "worst": "a", "text": ""}),
        ("workflow-redesign.a10", {"order": ["0"]}),
    ],
)
def test_why_an_answer_is_refused_is_said_in_the_readers_language(marked, item_id, response):
    bank = read_curriculum(ROOT, parse=remembered_parse).banks["bank.workflow-redesign"]
    item = next(one for one in bank.items if one.id == item_id)

    said = sentence_text(Refused(check_response(item, response)))

    assert outside_marks(said) == ""


def test_a_fault_in_a_file_is_said_with_its_place(marked, tmp_path):
    with pytest.raises(TableFileError) as caught:
        parse_table(b"a,a\n1,2\n", path=tmp_path / "own.csv")

    said = phrase_text(caught.value.said)
    assert "«row 1»" in said
    assert "«expected each column once, found it twice»" in said


QUESTIONS = """\
::Colours::Which two? {~%50%red#yes ~%50%blue ~%-25%green}

Once upon a time.

Name it {=One =}

No end {=a

Pick {=right#<b>x</b> ~wrong <font color="red">y</font>}
"""


def test_what_an_import_says_of_a_question_can_be_said_in_any_language(marked):
    report = import_file(QUESTIONS, kind="gift", skill="agent-operations", name="a.gift")

    said = [text for one in report.outcomes for text in (one.reason, *one.warnings) if text]
    assert len(said) >= 5
    assert not any(map(outside_marks, map(phrase_text, said)))
    assert not loose_words(Joined(said)) - loose_words(QUESTIONS)


def test_a_copy_of_a_phrase_keeps_its_parts():
    said = Phrase("{n} of {all}", n=3, all=Joined([Phrase("a"), "b"], between=", "))

    for copy in (pickle.loads(pickle.dumps(said)), text_from_plain(to_plain(said))):
        assert copy == "3 of a, b"
        assert (copy.wording, copy.values["n"]) == ("{n} of {all}", 3)
        assert copy.values["all"].parts[0].wording == "a"


def test_every_phrase_fills_exactly_the_braces_of_its_wording():
    odd = []
    for room in ("portal", "assessments", "curriculum"):
        for file in sorted((ROOT / room).rglob("*.py")):
            for call in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(call, ast.Call) or ast.unparse(call.func) != "Phrase":
                    continue
                wording = ast.literal_eval(call.args[0])
                wanted = {name for _, name, _, _ in Formatter().parse(wording) if name is not None}
                given = {word.arg for word in call.keywords}
                if wanted != given and None not in given:
                    odd.append(f"{file.name}:{call.lineno}: {wanted ^ given}")

    assert odd == []
