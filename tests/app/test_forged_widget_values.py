"""A browser that says of a widget what no page sends: a sentence, and a row for auditors."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.state.session_state import WStates
from streamlit.testing.v1 import AppTest

from portal.access import Refused
from portal.components import notices
from portal.components.widget_kinds import refuse_other_kinds

REFUSAL = "The page was sent a value that it does not offer. Reload it and choose again."


def page() -> None:
    import streamlit as st

    from portal.components.notices import told

    with told():
        st.date_input("Date", key="day")
        st.slider("Slider", 0.0, 1.0, key="size")


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The refusals that would be written down."""
    kept: list[str] = []
    monkeypatch.setattr(notices, "note_refused", lambda refusal: kept.append(str(refusal)))
    return kept


@pytest.mark.parametrize(("kind", "key"), [("date_input", "day"), ("slider", "size")])
def test_a_forged_value_of_a_widget_is_refused_and_written_down(
    noted: list[str], kind: str, key: str
) -> None:
    honest = AppTest.from_function(page, default_timeout=30).run()
    states = WidgetStates()
    states.widgets.add(id=getattr(honest, kind)(key=key).proto.id, int_value=-99)

    # A browser that forges needs no run before: the numbers of widgets are the same for everybody.
    at = AppTest.from_function(page, default_timeout=30)._run(states)

    assert [one.value for one in at.info] == [REFUSAL]
    assert len(noted) == 1
    assert not at.exception
    assert not at.error


def fields() -> None:
    import streamlit as st

    from portal.components.notices import told

    with told():
        text = st.text_input("Text", key="text")
        number = st.number_input("Whole number", value=1, key="number")
        sure = st.checkbox("Sure", key="sure")
        some = st.multiselect("Some", ["a", "b"], key="some")
        st.button("Go", key="go")
        st.markdown(f"{text.strip()}, {number:d}, {sure}, {','.join(some)}")


@pytest.fixture
def own_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's rule for the values of widgets, until the end of the test."""
    monkeypatch.setattr(WStates, "__getitem__", WStates.__getitem__)
    refuse_other_kinds()


FIELDS = [
    ("text_input", "text", "string_value", "Ada"),
    ("number_input", "number", "int_value", 7),
    ("checkbox", "sure", "bool_value", True),
    ("multiselect", "some", "string_array_value", ["a"]),
    ("button", "go", "trigger_value", True),
]


def said(states: WidgetStates, *, widget: str, kind: str, value: object) -> WidgetStates:
    """Let a browser say one more thing of a widget."""
    state = states.widgets.add(id=widget)
    if isinstance(value, list):
        getattr(state, kind).data.extend(value)
    else:
        setattr(state, kind, value)
    return states


@pytest.mark.usefixtures("own_kinds")
@pytest.mark.parametrize("forged", FIELDS)
@pytest.mark.parametrize(("element", "key"), [field[:2] for field in FIELDS])
def test_a_value_of_another_kind_than_the_widget_is_refused_and_written_down(
    noted: list[str], element: str, key: str, forged: tuple[str, str, str, object]
) -> None:
    own = key == forged[1]
    honest = AppTest.from_function(fields, default_timeout=30).run()
    widget = getattr(honest, element)(key=key).proto.id
    states = said(WidgetStates(), widget=widget, kind=forged[2], value=forged[3])

    at = AppTest.from_function(fields, default_timeout=30)._run(states)

    assert [one.value for one in at.info] == ([] if own else [REFUSAL])
    assert len(noted) == (0 if own else 1)
    assert not at.exception
    assert not at.error


@pytest.mark.usefixtures("own_kinds")
def test_after_a_field_was_cleared_a_text_is_read_and_a_number_still_refused(
    noted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    at = AppTest.from_function(fields, default_timeout=30).run()
    widget = at.text_input(key="text").proto.id
    cleared = WidgetStates()
    cleared.widgets.add(id=widget)
    at._run(cleared)

    at._run(said(WidgetStates(), widget=widget, kind="string_value", value="Ada"))
    assert at.markdown[0].value == "Ada, 1, False,"
    assert noted == []
    at._run(cleared)

    at._run(said(WidgetStates(), widget=widget, kind="int_value", value=7))
    # It is read before the page begins, where the server tells a refusal as anywhere else.
    [told] = [record.exc_info for record in caplog.records if record.exc_info]
    assert isinstance(told[1], Refused)
    assert not at.markdown


def width() -> None:
    import streamlit as st

    from portal.components.notices import told
    from portal.components.viewport import is_narrow

    with told():
        st.markdown("narrow" if is_narrow() else "wide")


@pytest.mark.parametrize(
    ("value", "drawn"),
    [
        ('{"narrow": true}', "narrow"),
        ('{"narrow": false}', "wide"),
        ('{"narrow": "no"}', "wide"),
        ('{"other": 1}', "wide"),
        ("[true]", "wide"),
    ],
)
def test_what_a_browser_says_of_its_width_is_yes_or_no_and_nothing_else(
    value: str, drawn: str
) -> None:
    at = AppTest.from_function(width, default_timeout=30).run()
    [component] = at.get("bidi_component")
    states = WidgetStates()
    states.widgets.add(id=component.proto.id, json_value=value)

    at._run(states)

    assert not at.exception
    assert not at.error
    assert [one.value for one in at.markdown] == [drawn]


def refused_outside() -> None:
    from portal.components.notices import tell_fault
    from portal.components.widget_kinds import unoffered_value

    assert tell_fault(unoffered_value())


def test_what_is_refused_before_a_page_begins_is_told_and_written_down(noted: list[str]) -> None:
    at = AppTest.from_function(refused_outside, default_timeout=30).run()

    assert [one.value for one in at.info] == noted == [REFUSAL]
    assert not at.exception


def outside() -> None:
    from portal.components.notices import tell_fault

    assert tell_fault(ValueError("a secret"))


def test_what_fails_before_a_page_begins_is_told_with_a_number(noted: list[str]) -> None:
    at = AppTest.from_function(outside, default_timeout=30).run()

    assert "give the help desk the number" in at.error[0].value
    assert "secret" not in at.error[0].value
    assert noted == []
    assert not at.exception
