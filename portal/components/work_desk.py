"""Writing graded work in one window: what was typed, what is kept, and handing it in."""

from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from portal import clock, loaders
from portal.access import Refused
from portal.components.editor import browser_rev, typed_text
from portal.components.notices import guarded
from portal.services.handing_in import hand_in_file, hand_in_text, save_work_draft
from portal.services.own_work import OwnWork

HANDED_IN = "work_handed_in"


class WorkDesk:
    """The window of one piece of work; it lives as long as the session of its tab."""

    def __init__(self, own: OwnWork) -> None:
        self.work_id = own.work.id
        self.key = f"work_text_{own.work.id}"
        self.file_key = f"work_file_{own.work.id}"
        self._kind = own.kind
        self._place = f"work_desk_{own.work.id}"
        draft = own.draft
        fresh = {
            "rev": int(st.session_state.get(f"{self._place}_rev", 0)),
            "saves": draft.saves if draft else 0,
            "base": draft.text if draft else "",
            "is_new": True,
        }
        self.state: dict[str, Any] = st.session_state.setdefault(self._place, fresh)

    def catch_up(self, own: OwnWork) -> None:
        """Keep what was typed in a window that outlived the session of the server."""
        typed = typed_text(self.key, rev=self.rev)
        kept = own.draft.text if own.draft else ""
        if typed is None or typed.text in {kept, self.state.get("kept")}:
            return
        self._know()
        if self.is_behind(own):
            return
        self.save()
        if self.state.get("kept") == typed.text:
            st.rerun()

    def _know(self) -> None:
        """Learn from the first words typed which version their window stands on."""
        typed = typed_text(self.key, rev=self.rev)
        if typed is not None and self.state["is_new"]:
            self.state.update(saves=typed.saves, is_new=False)

    @property
    def saves(self) -> int:
        """How often the draft was saved as far as this window knows."""
        return int(self.state["saves"])

    @property
    def rev(self) -> int:
        """Which text was put into the editor last."""
        return browser_rev(self.key, rev=int(self.state["rev"]))

    @property
    def base(self) -> str:
        """The text that this window was opened with."""
        return str(self.state["base"])

    @property
    def text(self) -> str:
        """What stands in the window now."""
        if self._kind == "url":
            return str(st.session_state.get(self.key, self.base) or "")
        typed = typed_text(self.key, rev=self.rev)
        return self.base if typed is None else typed.text

    def is_behind(self, own: OwnWork) -> bool:
        """Say whether another window of the same learner saved since."""
        return (own.draft.saves if own.draft else 0) != self.saves

    @guarded
    def save(self) -> None:
        """Keep what was typed; a text that stands as it was kept is not sent again."""
        text = self.text
        if text == self.state.get("kept", self.base):
            return
        self._know()
        self.state["saves"] = save_work_draft(
            loaders.store(),
            viewer=loaders.current_viewer(),
            catalogue=loaders.catalogue(),
            work_id=self.work_id,
            text=text,
            saves=self.saves,
            now=clock.now(),
        )
        self.state["kept"] = text

    @guarded
    def reload(self) -> None:
        """Take what is kept into this window, whatever stands in it."""
        self._forget()

    @guarded
    def hand_in(self) -> None:
        """Hand the text or link in."""
        hand_in_text(
            loaders.store(),
            viewer=loaders.current_viewer(),
            catalogue=loaders.catalogue(),
            read_item=loaders.item,
            work_id=self.work_id,
            text=self.text,
            now=clock.now(),
        )
        self._forget()
        st.session_state[HANDED_IN] = self.work_id

    @guarded
    def hand_in_file(self) -> None:
        """Hand in the file that is there at the click, drawn with this button or come since."""
        brought = st.session_state.get(self.file_key)
        if isinstance(brought, DeletedFile):
            # The server was started again since, or somebody names a file that never came.
            raise Refused("The file is not here any more. Choose it again.")
        hand_in_file(
            loaders.store(),
            viewer=loaders.current_viewer(),
            catalogue=loaders.catalogue(),
            read_item=loaders.item,
            work_id=self.work_id,
            name=brought.name if brought else "",
            body=brought.getvalue() if brought else b"",
            now=clock.now(),
        )
        self._forget()
        st.session_state[HANDED_IN] = self.work_id

    def _forget(self) -> None:
        """Let the next run open the window anew; the editor takes a text only with a new `rev`."""
        rev = self.rev + 1
        st.session_state.pop(self._place, None)
        st.session_state.pop(self.key, None)
        st.session_state[f"{self._place}_rev"] = rev
