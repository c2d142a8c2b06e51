"""Every word of the interface can be translated, and the catalogues know it."""

from pathlib import Path

import pytest

from tests.interface_words import bare_words
from tests.messages import NotLiteral, catalogue_faults, interface_texts, write_catalogues

ROOT = Path(__file__).resolve().parents[2]
PAGE = "import streamlit as st\n\nfrom portal.text import _, plural\n\n"


@pytest.fixture
def small_portal(tmp_path):
    """A portal of one page with an up-to-date English catalogue."""
    (tmp_path / "portal" / "app_pages").mkdir(parents=True)
    catalogue = tmp_path / "portal" / "locales" / "en" / "LC_MESSAGES" / "portal.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('msgid ""\nmsgstr ""\n"Language: en\\n"\n', encoding="utf-8")
    write_page(tmp_path, 'st.title(_("Home"))')
    write_catalogues(tmp_path)
    return tmp_path


def write_page(root, *lines):
    path = root / "portal" / "app_pages" / "home.py"
    path.write_text(PAGE + "\n".join(lines) + "\n", encoding="utf-8")


def test_no_word_of_the_interface_stands_outside_the_catalogues():
    assert bare_words(ROOT) == []


def test_the_catalogues_are_up_to_date():
    assert catalogue_faults(ROOT) == []


@pytest.mark.parametrize(
    "line",
    [
        'st.title("Welcome back")',
        'st.button("Go", key="home_go")',
        'st.info("saved", icon=":material/info:")',
        'st.markdown(f"**{name}** has finished")',
        'st.markdown(":small[very small]")',
        'st.metric("Learners", 12)',
        'words.markdown("in a column")',
        'st.sidebar.markdown("at the side")',
        'main_button("Continue", key="home_continue")',
        'draw_empty("Nothing here", _("Home"))',
        'st.dataframe(rows, column_config={"n": "Learners"})',
        'st.dataframe(rows, column_config={"n": st.column_config.NumberColumn(label="people")})',
        'st.altair_chart(chart, alt="a rising line")',
        'alt.Tooltip("score:Q", title="mean")',
        'st.button(_("Open") if done else "closed")',
        'label = "Ready to start"',
    ],
)
def test_a_bare_word_is_found(small_portal, line):
    write_page(small_portal, line)
    (fault,) = bare_words(small_portal)
    assert fault.startswith("portal/app_pages/home.py:5: ")


@pytest.mark.parametrize(
    "line",
    [
        'st.title(_("Welcome back"))',
        'st.button(_("Go"), key="home_go", icon=":material/arrow_forward:", type="primary")',
        "st.markdown(f\"**{_('Done')}** · {name}\")",
        'st.markdown(f":small[:material/{icon}: {words}]")',
        'st.switch_page("app_pages/home.py", query_params={"module": module_id})',
        'st.Page(PAGES / "entry.py", title=_("Home"))',
        'alt.Tooltip("score:Q", title=" ")',
        'LOG.warning("Refused: %s", refusal)',
        'raise ValueError("A program passed no rows")',
        'is_open = state == "in progress"',
        'st.markdown(plural("{n} minute", "{n} minutes", 3))',
    ],
)
def test_what_nobody_reads_is_let_through(small_portal, line):
    write_page(small_portal, line)
    assert bare_words(small_portal) == []


def test_words_inside_an_f_string_reach_the_catalogue(small_portal):
    write_page(small_portal, "st.markdown(f\"**{_('Home')}** {plural('{n} day', '{n} days', 3)}\")")
    assert interface_texts(small_portal) == {"Home", ("{n} day", "{n} days")}


def test_a_refusal_reaches_the_catalogue(small_portal):
    write_page(small_portal, 'raise Refused("Come back on {day}.", day=day)')
    assert interface_texts(small_portal) == {"Come back on {day}."}


@pytest.mark.parametrize(
    "line", ['st.title(_(f"Hello {name}"))', "st.title(_(title))", 'raise Refused(f"Not {name}")']
)
def test_a_text_that_is_put_together_is_named_with_its_line(small_portal, line):
    write_page(small_portal, line)
    with pytest.raises(NotLiteral, match=r"home\.py:5: the text is put together"):
        interface_texts(small_portal)


def test_a_new_word_makes_the_catalogue_out_of_date(small_portal):
    write_page(small_portal, 'st.title(_("Home"))', 'st.header(_("Due"))')
    assert catalogue_faults(small_portal) == [
        "portal/locales/en/LC_MESSAGES/portal.po lacks 'Due': run make messages."
    ]
    write_catalogues(small_portal)
    assert catalogue_faults(small_portal) == []


def test_a_word_that_nothing_says_any_more_makes_the_catalogue_out_of_date(small_portal):
    write_page(small_portal, 'st.title(_("Start"))')
    assert [fault.split(":")[0] for fault in catalogue_faults(small_portal)] == [
        "portal/locales/en/LC_MESSAGES/portal.po lacks 'Start'",
        "portal/locales/en/LC_MESSAGES/portal.po holds 'Home', which nothing says any more",
    ]


def test_a_translation_that_was_not_compiled_is_out_of_date(small_portal):
    catalogue = small_portal / "portal" / "locales" / "en" / "LC_MESSAGES" / "portal.po"
    text = catalogue.read_text("utf-8")
    catalogue.write_text(text.replace('"Home"\nmsgstr ""', '"Home"\nmsgstr "First page"'), "utf-8")
    assert catalogue_faults(small_portal) == [
        "portal/locales/en/LC_MESSAGES/portal.po and its portal.mo differ: run make messages."
    ]


def test_a_translation_survives_a_new_word(small_portal):
    catalogue = small_portal / "portal" / "locales" / "en" / "LC_MESSAGES" / "portal.po"
    text = catalogue.read_text("utf-8")
    catalogue.write_text(text.replace('"Home"\nmsgstr ""', '"Home"\nmsgstr "First page"'), "utf-8")
    write_page(small_portal, 'st.title(_("Home"))', 'st.header(_("Due"))')
    write_catalogues(small_portal)
    assert 'msgstr "First page"' in catalogue.read_text("utf-8")
