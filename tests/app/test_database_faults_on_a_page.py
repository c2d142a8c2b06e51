"""What a learner reads when the database breaks: which fault it is, never its address."""

import pytest
from streamlit.testing.v1 import AppTest

from db.errors import (
    DatabaseDamaged,
    DatabaseFull,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOlder,
    DatabaseReadOnly,
    DatabaseUnreachable,
)


def page(fault) -> None:
    import streamlit as st

    from portal.components.notices import guarded, show_notice, told

    def fail() -> None:
        raise fault("the database /secret/portal.db broke")

    show_notice()
    st.button("Save", on_click=guarded(fail))
    with told():
        fail()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (DatabaseReadOnly, "not written"),
        (DatabaseFull, "is full"),
        (DatabaseLocked, "busy"),
        (DatabaseMissing, "is missing"),
        (DatabaseNewer, "newer version"),
        (DatabaseOlder, "brought up to date"),
        (DatabaseDamaged, "damaged"),
        (DatabaseUnreachable, "cannot reach"),
    ],
)
def test_a_broken_database_is_named_and_its_address_is_not(fault, says):
    at = AppTest.from_function(page, kwargs={"fault": fault}, default_timeout=30).run()
    at.button[0].click().run()

    assert says in at.error[0].value
    assert "Not saved" in at.warning[0].value
    assert says in at.warning[0].value
    assert "/secret" not in at.warning[0].value + at.error[0].value
    assert not at.exception
