"""Buttons that look and speak alike on every page."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def main_button(
    label: str,
    *,
    key: str,
    icon: str = "",
    on_click: Callable[..., None] | None = None,
    args: tuple[Any, ...] = (),
    disabled: bool = False,
    help: str | None = None,
) -> bool:
    """Draw the one filled button of a page.

    Streamlit writes white on it in both themes; the reserved violet is dark ink in the dark one.
    """
    shown = f"{label} :material/{icon}:" if icon else label
    return st.button(
        shown if disabled else f":violet[{shown}]",
        key=key,
        type="primary",
        on_click=on_click,
        args=args,
        disabled=disabled,
        help=help,
    )
