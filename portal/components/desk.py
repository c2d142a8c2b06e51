"""What one window of the editor knows: which text is in it, and how often that was saved."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from portal import clock, loaders
from portal.components.editor import Jump, Typed, browser_rev, typed_text
from portal.components.notices import guarded
from portal.services.drafting import OpenText, drop_draft, open_text, save_draft

MOST_UNREAD = 3  # changes on their way to a browser at once, each with the text before it


class Desk:
    """The window of one file; it lives as long as the session of its tab."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.key = f"editor_text_{path}"
        self._place = f"editor_desk_{path}"

    @property
    def state(self) -> dict[str, Any]:
        """What is kept between reruns."""
        fresh = {
            "rev": 0, "was": {}, "saves": -1, "base": None, "kept": None, "is_new": True, "jumps": 0
        }  # fmt: skip
        state: dict[str, Any] = st.session_state.setdefault(self._place, fresh)
        return state

    @property
    def rev(self) -> int:
        """Which text was put into the editor last."""
        return browser_rev(self.key, rev=int(self.state["rev"]))

    @property
    def was(self) -> Mapping[int, str]:
        """The texts of earlier `rev`s that the present one grew out of, while it may be unread."""
        was: Mapping[int, str] = self.state["was"]
        return was

    @property
    def saves(self) -> int:
        """How often the draft was saved as far as this window knows."""
        return max(int(self.state["saves"]), 0)

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

    def take(self, opened: OpenText) -> OpenText:
        """Remember what this window started from, and keep what is not kept yet.

        A window may outlive the session of the server: then nobody was told of what was typed. The
        file is returned as it is kept afterwards.
        """
        if self.state["saves"] < 0:
            self.state.update(saves=opened.saves, base=opened.base, is_new=True)
        typed = typed_text(self.key, rev=self.rev)
        if typed is None or typed.text in {opened.text, self.state["kept"]}:
            return opened
        self._know(typed)
        if self.is_behind(opened):
            return opened
        self.save()
        return self.open()

    def _know(self, typed: Typed) -> None:
        """Learn from the first words typed which version their window stands on."""
        if self.state["is_new"]:
            self.state.update(saves=typed.saves, is_new=False)

    def is_behind(self, opened: OpenText) -> bool:
        """Say whether another window of the same author saved since."""
        return opened.saves != int(self.state["saves"])

    def go(self, line: int, column: int) -> None:
        """Go to a place of the text."""
        # Greater than any before, also of an earlier session: the browser goes nowhere twice.
        nonce = max(self.state["jumps"] + 1, int(clock.now().timestamp() * 1000))
        self.state.update(jumps=nonce, line=line, column=column)

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
            saves=self.saves,
            now=clock.now(),
        )
        state.update(saves=saved.saves, base=before if base is None else base, kept=text)

    @guarded
    def save(self) -> None:
        """Keep what was typed."""
        typed = typed_text(self.key, rev=self.rev)
        if typed is not None:
            self.state["was"] = {}
            self._know(typed)
            self.keep(typed.text)

    def put(self, text: str, line: int, *, was: str, base: str | None = None) -> None:
        """Put a text that grew out of another into the editor, and go to a line of it."""
        self.keep(text, base=base)
        self._renew({**self.was, self.rev: was})
        self.go(line, 1)

    def _renew(self, was: Mapping[int, str]) -> None:
        newest = dict(list(was.items())[-MOST_UNREAD:])
        self.state.update(rev=self.rev + 1, was=newest)

    @guarded
    def change(
        self, change: Callable[[str, int], tuple[str, int]], base: str | None = None
    ) -> None:
        """Change the text as it stands at the click, words typed a moment ago included.

        `change` gets the text and the line of the cursor; it returns the new text and the line to
        go to.
        """
        typed = typed_text(self.key, rev=self.rev)
        before, line = (typed.text, typed.line) if typed else (self.open().text, 1)
        text, line = change(before, line)
        self.put(text, line, was=before, base=base)

    @guarded
    def reload(self) -> None:
        """Take what is kept into this window, whatever stands in it."""
        self._renew({})
        self.state.update(saves=-1, base=None)

    def follow(self, text: str) -> None:
        """Take what is kept now and grew out of `text`; words typed meanwhile stay."""
        self._renew({**self.was, self.rev: text})
        self.state.update(saves=-1, base=None)

    @guarded
    def give_up(self) -> None:
        """Drop the draft and show the published text again."""
        drop_draft(
            loaders.store(), viewer=loaders.current_viewer(), path=self.path, now=clock.now()
        )
        self.reload()
