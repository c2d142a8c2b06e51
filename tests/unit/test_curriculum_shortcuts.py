"""The short ways of the checker see exactly what the long ways see."""

import logging
import re

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from curriculum.cache import FactsCache
from curriculum.document import markdown_parser
from curriculum.facts import Facts, Notes, Reference
from curriculum.front import _Builder, _plain_map, read_yaml
from curriculum.inline import _SPANS, _spans
from curriculum.sensitive import _emails

EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
PIECES = (
    "id", "type", ": ", ":", " ", "a", "b.c", "-1.5", "2026-11-22", "yes", "null", "~", "[", "]",
    ", ", ",", "[a, b]", "[]", "#", "\n", "\n", "- ", "'", '"', "&x", "!t", "|", ">", "0x1F", "é",
    "level: 2\n", "skill: agent-operations\n", "sources: [nist-ai-rmf, gdpr]\n", "\t", "{", "}",
    "# a: b\n",
)  # fmt: skip


def long_way(text):
    builder = _Builder(notes=Notes("x"), first_line=5)
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        builder.take(event)
    assert builder.notes.problems == []
    return builder.root


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
@settings(max_examples=500, deadline=None)
def test_plain_settings_are_read_as_the_parser_of_yaml_reads_them(text):
    short = _plain_map(text, first_line=5)

    assert short is None or short == long_way(text)


def test_the_settings_of_an_ordinary_item_take_the_short_way():
    text = "id: m1.refund\ntype: single\nskill: agent-operations\nlevel: 2\nsources: [gdpr, a]\n"

    assert _plain_map(text, first_line=5) == long_way(text)
    assert read_yaml(text, notes=Notes("x"), first_line=5) == long_way(text)


def test_the_settings_of_an_imported_item_take_the_short_way():
    text = "# imported from a.csv, question 1\nid: a.q1\ntype: single\nskill: a\n# category: b\n"

    assert _plain_map(text, first_line=5) == long_way(text)


def test_a_key_given_twice_takes_the_long_way_that_reports_it():
    notes = Notes("x")

    read_yaml("id: a\nid: b\n", notes=notes)

    assert [problem.code for problem in notes.problems] == ["YML002"]


@given(
    st.lists(
        st.sampled_from(
            ("@", "a", "b.c", ".", "-", " ", "x" * 70, "é", "\n", "ada@norhaven.example", "%+", "_")
        ),
        max_size=12,
    ).map("".join)
)
@settings(max_examples=500, deadline=None)
def test_addresses_are_found_where_the_plain_expression_finds_them(text):
    wanted = [(found.start(), found[0].rstrip(".-")) for found in EMAIL.finditer(text)]

    assert list(_emails(text)) == wanted


LINES = (
    "Plain words", "Straße é", "- a list", "> a quote", "> - both", "1. one", "a | b", "--|--",
    "===", "---", "# heading", "    code", "  indented", "\tTab", "```", "[^1]: note", "[a]: b",
    "<div>", "", "", "x", "  y", "    lazy words", "- [x] box", "Trailing  ", "\u00a0no break",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=10).map("\n".join))
@settings(max_examples=300, deadline=None)
def test_plain_paragraphs_are_read_as_the_public_parser_reads_them(text):
    short, long = markdown_parser(), markdown_parser.__wrapped__()
    long.block.ruler.disable("plain_paragraph")

    assert short.parse(text) == long.parse(text)


def test_an_ordinary_paragraph_takes_the_short_way():
    parser = markdown_parser.__wrapped__()
    parser.block.ruler.enableOnly(["plain_paragraph"])

    kinds = [token.type for token in parser.parse("One line of words,\nand a second.\n\nThird.")]

    assert kinds == 2 * ["paragraph_open", "inline", "paragraph_close"]


@given(
    st.lists(
        st.sampled_from(
            ("`", "``", "![", "[", "]", "](", "(", ")", "a.md", "item:x", " ", "!", "\\", "\n", "b")
        ),
        max_size=16,
    ).map("".join)
)
@settings(max_examples=500, deadline=None)
def test_links_and_code_are_found_where_the_plain_expression_finds_them(text):
    assert [m.span() for m in _spans(text)] == [m.span() for m in _SPANS.finditer(text)]


def test_the_parser_says_nothing_and_other_logs_are_left_alone():
    markdown_parser()

    assert logging.getLogger("markdown_it.rules_block.table").debug("x") is None
    assert "debug" not in vars(logging.getLogger("portal"))


def test_a_cached_row_of_another_length_is_read_again(tmp_path):
    cache = FactsCache(tmp_path)
    reference = Reference("term", "trace", 3, 4)
    facts = Facts("a.md", "lesson", "a", (), (), (reference,))
    cache.keep(facts, key="k")
    cache.save()
    whole = FactsCache(tmp_path)
    short = FactsCache(tmp_path)
    short._old["a.md"][5] = [["term", "trace", 3]]

    assert whole.find("a.md", key="k") == facts
    assert short.find("a.md", key="k") is None
