"""A desk for tests of reviews: write, send, approve, look back, as the pages do."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import text as sql

from curriculum.facts import Notes
from curriculum.read import read_curriculum, read_image, read_snippets, source_of
from portal.access import Viewer
from portal.loaders import remembered_parse
from portal.services import approving, beginning, drafting, reviewing, sending, versions
from portal.services.catalogue import read_catalogue
from tests.factories import NOW, TODAY
from tests.small_house import House

LIMITS = "curriculum/modules/m1/10-limits.md"
MORE = "curriculum/modules/m1/20-more.md"
MODULE = "curriculum/modules/m1/module.md"
TRACK = "curriculum/tracks/agents.md"
BANK = "assessments/banks/agent-operations.md"
LATER = NOW + timedelta(hours=1)


@dataclass
class Desk:
    """The small house with what authors and approvers do in it."""

    house: House

    @property
    def newest(self) -> reviewing.Newest:
        disk = read_curriculum(self.house.folder, today=TODAY, parse=remembered_parse)
        return reviewing.Newest(disk, drafting.read_published_texts(self.house.store))

    def read_texts(self, texts: Any) -> Any:
        """Read the newest texts with some in their place."""
        newest = self.newest
        merged = drafting.author_texts(
            newest.curriculum, published=newest.published, drafts=dict(texts)
        )
        return read_curriculum(self.house.folder, today=TODAY, texts=merged, parse=remembered_parse)

    def parse(self, path: str, text: str) -> Any:
        source = source_of(path)
        assert source is not None
        snippets = read_snippets(self.house.folder)
        data = text.encode()
        return remembered_parse(data, source, snippets=snippets, notes=Notes(path)).value

    @property
    def tools(self) -> versions.Tools:
        return versions.Tools(
            self.newest, self.read_texts, self.parse, partial(read_image, self.house.folder)
        )

    def text(self, path: str) -> str:
        return self.newest.text(path)

    def save(
        self, viewer: Viewer, path: str, text: str, *, saves: int = 0, base: Any = None
    ) -> None:
        """Keep a draft that grows out of the newest text."""
        drafting.save_draft(
            self.house.store,
            viewer=viewer,
            path=path,
            text=text,
            base=self.text(path) if base is None else base,
            saves=saves,
            now=NOW,
        )

    def send(
        self, viewer: Viewer, *paths: str, why: str = "It reads better.", **choices: str
    ) -> int:
        """Send drafts and return the review."""
        drafts = drafting.read_own_drafts(self.house.store, viewer=viewer)
        texts = {one.path: sending.sent_text(one.text) for one in drafts if one.path in paths}
        sent = sending.send_for_review(
            self.house.store,
            viewer=viewer,
            paths=paths,
            why=why,
            key_choices=choices,
            curriculum=self.read_texts(texts),
            now=NOW,
        )
        return sent.review_id

    def change(self, viewer: Viewer, path: str, *, old: str, new: str, **choices: str) -> int:
        """Write a change of the newest text and send it."""
        text = self.text(path)
        assert old in text
        self.save(viewer, path, text.replace(old, new, 1))
        return self.send(viewer, path, **choices)

    def read(self, viewer: Viewer, review_id: int) -> reviewing.OpenReview:
        return reviewing.read_review(
            self.house.store,
            viewer=viewer,
            review_id=review_id,
            newest=self.newest,
            read_texts=self.read_texts,
            parse=self.parse,
        )

    def approve(self, viewer: Viewer, review_id: int, **changed: Any) -> Any:
        """Approve a review as its page shows it."""
        self.house.published_something = True
        values: dict[str, Any] = {"key_choices": {}, "now": LATER}
        if "seen" not in changed:
            opened = self.read(viewer, review_id)
            values["seen"] = {file.path: file.sha for file in opened.files}
        outcomes = approving.approve(
            self.house.store,
            viewer=viewer,
            review_id=review_id,
            newest=self.newest,
            read_texts=self.read_texts,
            parse=self.parse,
            read_image=partial(read_image, self.house.folder),
            **(values | changed),
        )
        self.house.catalogue = read_catalogue(self.house.store)
        return outcomes

    def begin(self, viewer: Viewer, kind: str, name: str, **changed: Any) -> str:
        """Begin a new text and return its path."""
        values = {"title": "", "skill": "agent-operations", "into": ""} | changed
        return beginning.begin_text(
            self.house.store,
            viewer=viewer,
            wish=beginning.Wish(kind, name, **values),
            newest=self.newest,
            read_texts=self.read_texts,
            now=NOW,
        )

    def history(self, viewer: Viewer, path: str) -> versions.History:
        return versions.read_history(self.house.store, viewer=viewer, path=path, newest=self.newest)

    def roll_back(self, viewer: Viewer, path: str, number: int, **changed: Any) -> str:
        self.house.published_something = True
        values: dict[str, Any] = {
            "why": "The older one was right.",
            "key_choices": {},
            "now": LATER,
        }
        done = versions.roll_back(
            self.house.store, viewer=viewer, path=path, number=number, tools=self.tools,
            **(values | changed),
        )  # fmt: skip
        self.house.catalogue = read_catalogue(self.house.store)
        return done

    def set_status(self, viewer: Viewer, path: str, status: Any, *, item_id: str = "") -> str:
        self.house.published_something = True
        values: dict[str, Any] = {"viewer": viewer, "path": path, "status": status}
        values |= {"why": "Out of date.", "tools": self.tools, "now": LATER}
        if item_id:
            done = versions.set_item_status(self.house.store, item_id=item_id, **values)
        else:
            done = versions.set_status(self.house.store, **values)
        self.house.catalogue = read_catalogue(self.house.store)
        return done

    def audited(self, deed: str) -> list[Any]:
        query = sql("SELECT object, payload FROM audit WHERE deed = :deed ORDER BY seq")
        return list(self.house.store.read(lambda c: c.execute(query, {"deed": deed}).all()))
