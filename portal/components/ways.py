"""Ways between pages that have keys in their addresses, so that the browser's Back finds home."""

import streamlit as st


def go_to(page: str, **keys: str | None) -> None:
    """Go to a page under these keys, and carry those of the page left behind; None leaves one out.

    Streamlit writes the new keys into the address of the old page before it opens the new one, and
    the browser remembers both. With its own keys still there, Back finds the old page as it was.
    """
    carried: dict[str, str | None] = {**st.query_params.to_dict(), **keys}
    st.switch_page(
        f"app_pages/{page}.py",
        query_params={key: value for key, value in carried.items() if value is not None},
    )
