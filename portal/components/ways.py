"""Ways between pages by their addresses: going with keys that Back finds home by, reading them."""

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


def number_in_address(key: str) -> int:
    """Return a number that stands in the address, or 0: whatever else stands there names nothing.

    Seventeen digits fit the integers of both databases.
    """
    text = st.query_params.get(key, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
