"""What one window of the editor knows: which text is in it, and how often that was saved."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from portal import clock, loaders
from portal.components.editor import Jump, typed_text
from portal.components.notices import guarded
from portal.services.drafting import OpenText, drop_draft, open_text, save_draft


class Desk:
    """The window of one file; it lives as long as the session of its tab."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.key = f"editor_text_{path}"
        self._place = f"editor_desk_{path}"

    @property
    def state(self) -> dict[str, Any]:
        """What is kept between reruns."""
        fresh = {"rev": 0, "saves": -1, "base": None, "jumps": 0, "line": 1, "column": 1}
        state: dict[str, Any] = st.session_state.setdefault(self._place, fresh)
        return state

    @property
    def rev(self) -> int:
        """Which text was put into the editor last."""
        return int(self.state["rev"])

    @property
    def jump(self) -> Jump | None:
        """Where to go in the text, once for each request."""
        state = self.state
        return Jump(state["line"], state["column"], state["jumps"]) if state["jumps"] else None

    def open(self) -> OpenText:
        """Return the file as it is kept now."""
        return open_text(
            loaders.store(),
            viewer=loaders.current_viewer(),
            path=self.path,
            curriculum=loaders.curriculum(),
            published=loaders.published_texts(),
        )

    def take(self, opened: OpenText) -> None:
        """Remember what this window started from, when it is drawn for the first time."""
        if self.state["saves"] < 0:
            self.state.update(saves=opened.saves, base=opened.base)

    def is_behind(self, opened: OpenText) -> bool:
        """Say whether another window of the same author saved since."""
        return opened.saves != int(self.state["saves"])

    def go(self, line: int, column: int) -> None:
        """Go to a place of the text."""
        self.state.update(jumps=self.state["jumps"] + 1, line=line, column=column)

    def keep(self, text: str, *, base: str | None = None) -> None:
        """Save a text where it differs from what is kept, as this window's next version.

        It grows out of what the window showed first: a version published since is not its base.
        """
        state, kept = self.state, self.open()
        if text == kept.text and base is None:
            return
        before = kept.base if state["base"] is None else str(state["base"])
        saved = save_draft(
            loaders.store(),
            viewer=loaders.current_viewer(),
            path=self.path,
            text=text,
            base=before if base is None else base,
            saves=max(int(state["saves"]), 0),
            now=clock.now(),
        )
        state.update(saves=saved.saves, base=before if base is None else base)

    @guarded
    def save(self) -> None:
        """Keep what was typed."""
        typed = typed_text(self.key, rev=self.rev)
        if typed is not None:
            self.keep(typed.text)

    def put(self, text: str, line: int, base: str | None = None) -> None:
        """Put another text into the editor, and go to a line of it."""
        self.keep(text, base=base)
        self.state["rev"] += 1
        self.go(line, 1)

    @guarded
    def change(
        self, change: Callable[[str, int], tuple[str, int]], base: str | None = None
    ) -> None:
        """Change the text as it stands at the click, words typed a moment ago included.

        `change` gets the text and the line of the cursor; it returns the new text and the line to
        go to.
        """
        typed = typed_text(self.key, rev=self.rev)
        text, line = (typed.text, typed.line) if typed else (self.open().text, 1)
        self.put(*change(text, line), base)

    @guarded
    def reload(self) -> None:
        """Take what is kept into this window, whatever stands in it."""
        self.state.update(rev=self.rev + 1, saves=-1, base=None)

    @guarded
    def give_up(self) -> None:
        """Drop the draft and show the published text again."""
        drop_draft(
            loaders.store(), viewer=loaders.current_viewer(), path=self.path, now=clock.now()
        )
        self.reload()
