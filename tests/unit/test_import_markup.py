"""Texts of other systems become our Markdown and say the same."""

import time
from contextlib import suppress

import pytest
from markdown_it import MarkdownIt

from curriculum.document import markdown_parser
from curriculum.importers.html_tree import html_tree
from curriculum.importers.markup import has_markup, to_line, to_markdown
from curriculum.importers.question import Refusal, Text


def markdown(html: str, *, form="html") -> str:
    return to_markdown(Text(html, form), notes=[])


def notes_of(html: str) -> list[str]:
    notes: list[str] = []
    to_markdown(Text(html, "html"), notes=notes)
    return notes


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One</p><p>Two<br>three</p>", "One\n\nTwo\\\nthree"),
        ("<div>One<div>Two</div></div>Three", "One\n\nTwo\n\nThree"),
        ("a&nbsp;&amp;\n b &lt;c&gt;", "a & b \\<c>"),
        ("<b> Bold </b>and <i>thin</i>", "**Bold** and *thin*"),
        ("<b>a</b><b>b</b>", "**ab**"),
        ("<b><strong>once</strong></b>", "**once**"),
        ("<b><i>both</i></b>", "***both***"),
        ("<code>a*b`c</code>", "``a*b`c``"),
        ("<pre>if x:\n    y &lt; 1\n</pre>", "```\nif x:\n    y < 1\n```"),
        ('<pre><code class="language-py">x = "```"</code></pre>', '````py\nx = "```"\n````'),
        ('<pre><code class="language-item">id: x</code></pre>', "```\nid: x\n```"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", "* a\n* b\n  * c"),
        ("<ol start=3><li>a</li><li><p>b</p><p>c</p></li></ol>", "3) a\n4) b\n\n   c"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<h2>Head <b>line</b></h2>text", "**Head line**\n\ntext"),
        ("<table><tr><th>a<th>b<tr><td>1|2<td>3</table>", "| a | b |\n|---|---|\n| 1\\|2 | 3 |"),
        ("<table><tr><td>1</td></tr></table>", "|  |\n|---|\n| 1 |"),
        ('<a href="https://x.eu/a_(b)">see</a>', "[see](https://x.eu/a_%28b%29)"),
        ("H<sub>2</sub>O, 5 m<sup>2</sup>", "H₂O, 5 m²"),
        ("<s>gone</s>", "~~gone~~"),
        ("<!-- note --><style>p{}</style><span lang=en>kept</span>", "kept"),
        ("a <b>open", "a **open**"),
        ("1 < 2 and <3", "1 \\< 2 and \\<3"),
        ("<math><annotation>x^2</annotation></math>", "$x^2$"),
        ("\\(a<b\\), $$c$$ and \\(\\)", "$a\\lt b$, $$c$$ and"),
        ("It costs $5 and $6, $x_1$ too", "It costs \\$5 and \\$6, $x_1$ too"),
    ],
)
def test_html_becomes_markdown(html, expected):
    assert markdown(html).replace("\\lt  ", "\\lt ") == expected


@pytest.mark.parametrize(
    "words",
    ["# one", "- one", "+ one", "1. one", "1) one", "> one", "---", "***", "___", "| a |", "::: x",
     "```item", "~~~", "[!NOTE]", "[x] a", "![a](b)", "<b>", "a * b_c_", "&amp;", "\\",
     "[^1]", "==="],
)  # fmt: skip
def test_plain_words_are_never_taken_for_markdown(words):

    written = markdown(words, form="plain")

    assert [t.type for t in markdown_parser().parse(written, {})] == [
        "paragraph_open", "inline", "paragraph_close",
    ]  # fmt: skip
    shown = html_tree(MarkdownIt("commonmark").enable("strikethrough").render(written)).text()
    assert shown.strip() == words


@pytest.mark.parametrize(
    ("html", "note"),
    [
        ("<iframe src=x></iframe>", "<iframe> is not kept"),
        ("<script>f()</script>a", "<script> is not kept"),
        ("<u>a</u>", "<u> was turned into emphasis"),
        ("<blink>a</blink>", "<blink>"),
        ('<a href="javascript:f()">a</a>', "the link to 'javascript:f()'"),
        ('<a href="@@PLUGINFILE@@/a.pdf">a</a>', "the link to"),
        ("x<sup>th</sup>", "'th' stood lower or higher"),
        ("<table><tr><td colspan=2>a</table>", "cells of a table"),
        ("<math><mi>x</mi></math>", "MathML"),
        ('<img src="data:image/png;base64,AA=">', "picture inside the text"),
    ],
)
def test_what_html_loses_is_noted(html, note):
    (found,) = notes_of(html)

    assert note in found


def test_layout_without_a_meaning_is_dropped_without_a_word():
    assert notes_of('<p style="x"><font><o:p>a</o:p></font><center>b</center></p><hr>') == []


def test_markdown_is_written_anew_without_headings_and_html():
    source = "## Head\n\n*a* and <b>b</b> $x_1 * y_2$\n\n- one\n- two\n\n```py\nx\n```\n"

    assert markdown(source, form="markdown") == (
        "**Head**\n\n*a* and **b** $x_1 * y_2$\n\n* one\n* two\n\n```py\nx\n```"
    )


@pytest.mark.parametrize(
    ("words", "is_html"),
    [
        ("Which <b>one</b>?", True),
        ("One<br>two", True),
        ("Does <body> hold <div>?", False),
        ("a < b", False),
        ("An <i> alone", False),
    ],
)
def test_text_without_a_format_is_html_only_where_a_tag_is_closed(words, is_html):
    assert has_markup(words) is is_html


def test_everything_fits_in_one_line_for_a_cell():
    html = "<p>One</p><ul><li>two</li></ul><pre>three\nfour</pre>"

    assert to_line(Text(html, "html"), notes=[]) == "One two `three four`"


def test_a_text_without_end_is_refused():
    with pytest.raises(Refusal, match="at most"):
        markdown("word " * 20_000)


@pytest.mark.parametrize(
    "sign", ["<", "<!--", "<a ", "<![", "<b>", "<ul><li>", "\\(", "$", "[", "&"]
)
@pytest.mark.parametrize("form", ["html", "moodle", "markdown", "plain"])
def test_signs_without_an_end_take_no_time(sign, form):
    started = time.process_time()

    with suppress(Refusal):
        markdown((sign * 19_000)[:19_000], form=form)

    assert time.process_time() - started < 2
