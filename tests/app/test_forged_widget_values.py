"""A browser that says of a widget what no page sends: a sentence, and a row for auditors."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from portal.components import notices


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
    monkeypatch.setattr(notices, "_note_refusal", lambda refusal: kept.append(str(refusal)))
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

    assert [one.value for one in at.info] == [
        "The page was sent a value that it does not offer. Reload it and choose again."
    ]
    assert len(noted) == 1
    assert not at.exception
    assert not at.error


def outside() -> None:
    from portal.components.notices import tell_fault

    assert tell_fault(ValueError("a secret"))


def test_what_fails_before_a_page_begins_is_told_with_a_number(noted: list[str]) -> None:
    at = AppTest.from_function(outside, default_timeout=30).run()

    assert "give the help desk the number" in at.error[0].value
    assert "secret" not in at.error[0].value
    assert noted == []
    assert not at.exception
