"""Any text gets an answer, and every value survives its way through JSON."""

import json
import subprocess
import sys
from dataclasses import fields
from datetime import date
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curriculum import model
from curriculum.inline_tokens import parsed_tokens, plain_tokens
from curriculum.parse import (
    bank_from_json,
    bank_to_json,
    blueprint_from_json,
    blueprint_to_json,
    item_from_json,
    item_to_json,
    lesson_from_json,
    lesson_to_json,
    module_from_json,
    module_to_json,
    parse_bank,
    parse_blueprint,
    parse_lesson,
    parse_module,
    parse_track,
    track_from_json,
    track_to_json,
)
from curriculum.registers import EMPTY_REGISTERS
from tests.unit.any_text import CHARACTERS
from tests.unit.curriculum_texts import BANK, BLUEPRINT, LESSON, MODULE, TRACK, content_files

ROOT = Path(__file__).parents[2]
PARSERS = (parse_lesson, parse_module, parse_track, parse_bank, parse_blueprint)
SAMPLES = tuple(content_files()[path] for path in (LESSON, MODULE, TRACK, BANK, BLUEPRINT))

texts = st.text(CHARACTERS)
st.register_type_strategy(str, texts)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=5,
)
blocks = st.deferred(
    lambda: st.one_of(
        st.builds(model.Heading),
        st.builds(model.Prose),
        st.builds(model.Callout),
        st.builds(model.Diagram),
        st.builds(model.Image),
        st.builds(model.Check),
        st.builds(model.Link),
        st.builds(
            model.Activity,
            parameters=st.dictionaries(texts, values, max_size=3).map(MappingProxyType),
        ),
        st.builds(model.Transfer),
        st.builds(model.Reveal, blocks=st.lists(blocks, max_size=2).map(tuple)),
        st.builds(
            model.Tabs,
            tabs=st.lists(
                st.tuples(texts, st.lists(blocks, max_size=2).map(tuple)), max_size=2
            ).map(tuple),
        ),
    )
)
short = {"max_size": 3}
fronts = st.builds(model.Front, reviewed=st.none() | st.dates())
items = st.builds(
    model.Item,
    choices=st.lists(st.builds(model.Choice), **short).map(tuple),
    answers=st.lists(st.builds(model.AnswerLine), **short).map(tuple),
    rubric=st.lists(st.builds(model.RubricRow), **short).map(tuple),
    pairs=st.lists(st.builds(model.Pair), **short).map(tuple),
    twin=st.lists(texts, **short).map(tuple),
    checked_on=st.none() | st.dates(),
    level=st.none() | st.integers(1, 4),
)
lessons = st.builds(
    model.Lesson,
    front=fronts,
    blocks=st.lists(blocks, **short).map(tuple),
    items=st.lists(items, max_size=1).map(tuple),
    footnotes=st.dictionaries(texts, texts, max_size=2).map(MappingProxyType),
)
quick = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@given(items)
@quick
def test_an_item_survives_json(item):
    assert item_from_json(json.loads(json.dumps(item_to_json(item)))) == item


@given(lessons)
@quick
def test_a_lesson_survives_json(lesson):
    assert lesson_from_json(json.loads(json.dumps(lesson_to_json(lesson)))) == lesson


@given(
    st.builds(model.Module, front=fronts, blocks=st.lists(blocks, **short).map(tuple)),
    st.builds(model.Track, front=fronts, blocks=st.lists(blocks, **short).map(tuple)),
    st.builds(model.Bank, front=fronts, items=st.lists(items, max_size=1).map(tuple)),
    st.builds(model.Blueprint, front=fronts),
)
@quick
def test_modules_tracks_banks_and_blueprints_survive_json(module, track, bank, blueprint):
    assert module_from_json(json.loads(json.dumps(module_to_json(module)))) == module
    assert track_from_json(json.loads(json.dumps(track_to_json(track)))) == track
    assert bank_from_json(json.loads(json.dumps(bank_to_json(bank)))) == bank
    assert blueprint_from_json(json.loads(json.dumps(blueprint_to_json(blueprint)))) == blueprint


@pytest.mark.parametrize("data", [{}, {"id": "x"}, {"block": "prose"}, [], None, {"choices": 3}])
def test_json_that_is_no_item_is_refused(data):
    with pytest.raises(ValueError, match="Item"):
        item_from_json(data)


def test_every_field_of_an_item_is_stored():
    lesson, _ = parse_lesson(SAMPLES[0], path=LESSON, registers=EMPTY_REGISTERS)
    assert lesson is None

    names = {field.name for field in fields(model.Item)}
    stored = item_to_json(
        model.Item(
            id="a", type="single", skill="s", title="t", stem="q", checked_on=date(2026, 1, 1)
        )
    )
    assert set(stored) == names


@given(st.text(CHARACTERS, max_size=400), st.sampled_from(PARSERS))
@settings(max_examples=150, deadline=None)
def test_any_text_gets_an_answer(text, parse):
    value, problems = parse(text, path=LESSON, registers=EMPTY_REGISTERS)

    assert value is None
    assert problems


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_spoiled_file_gets_an_answer_within_its_lines(data):
    text = data.draw(st.sampled_from(SAMPLES))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 60)))
    text = text[:start] + data.draw(st.text(CHARACTERS, max_size=20)) + text[end:]

    for parse in PARSERS:
        _, problems = parse(text, path=LESSON, registers=EMPTY_REGISTERS)

        lines = text.count("\n") + text.count("\r") + 2
        assert all(1 <= p.line <= lines and p.column >= 1 for p in problems)


def test_the_fuzzer_finds_no_crash_in_a_short_run():
    done = subprocess.run(
        [sys.executable, "bench/fuzz_checker.py", "--files", "120", "--no-hard", "--slow", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


PIECES = (
    "word ", "[a](term:b)", "[a b](x.md#c)", "[^1]", "[^2]", "[^", "[", "]", "(", ")", "!", "*a*",
    "[*a*](item:b)", "[a] (b)", "[a][b]", "[]", "[](b)", "[^a](b)", "&amp;", "[a](b&c)", "\n", "_",
    "`", "``", "`c`", "[`c`](d)", "`[a](b)`", "~", "[a](b 'c')", "[a]()", "[ ](b)", "[a\nb](c)",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@settings(max_examples=400, deadline=None)
def test_the_short_way_through_a_paragraph_sees_what_the_parser_sees(text):
    short = plain_tokens(text)
    long = parsed_tokens(text, env={})

    def essence(found):
        return [(t.type, t.attrs.get("href"), t.meta.get("label"), words) for t, words in found]

    assert short is None or "![" in text or essence(short) == essence(long)
