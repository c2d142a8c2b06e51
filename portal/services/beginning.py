"""A new module, lesson, bank or track begun in the browser: a draft made from a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from curriculum.command_new import KINDS, filled_template, path_of
from curriculum.fields import ID, MAX_ID
from curriculum.setting_edits import with_listed
from curriculum.text import content_hash
from db import Connection
from db.commands.authoring import DraftText, upsert_draft
from db.commands.reviews import decide_review
from db.queries.authoring import DraftRow, find_draft, select_drafts
from db.queries.content import select_known_ids
from db.queries.people import find_person
from db.store import Store
from portal import access
from portal.access import Refused, Viewer
from portal.services.evidence import record_deed
from portal.services.reviewing import Newest, ReadTexts
from portal.text import storable


@dataclass(frozen=True, slots=True)
class Wish:
    """What an author wants to begin.

    `into` is the id of the track a module joins, or of the module a lesson joins; empty for none.
    The id of a lesson is only its own part: it is joined to that of its module.
    """

    kind: str
    name: str
    title: str
    skill: str
    into: str = ""


def begin_text(
    store: Store,
    *,
    viewer: Viewer,
    wish: Wish,
    newest: Newest,
    read_texts: ReadTexts,
    now: datetime,
) -> str:
    """Keep a draft of a new file, and one of the list it joins; return the path of the new file.

    Raises
    ------
    Refused
        When the viewer writes no lessons, the id is no id, or was used before by anybody.
    """
    access.require(viewer, "publish lessons")
    id_ = _full_id(wish)
    drafts = store.read(select_drafts)
    own = {draft.path: draft.text for draft in drafts if draft.author_id == viewer.person_id}
    # Ids and paths of everybody's drafts are taken too: two files would meet at review.
    everything = read_texts({draft.path: draft.text for draft in reversed(drafts)} | own)
    path = path_of(wish.kind, id_, taken=set(everything.sources))
    if path is None:
        raise Refused("Choose the module that this lesson belongs to.")
    if path in everything.sources or id_ in everything.paths:
        raise Refused("There is a text with the id {id} already. Choose another id.", id=id_)
    if wish.skill not in everything.registers.skills:
        raise Refused("Choose the skill that this text is about.")

    def begin(connection: Connection) -> str:
        taken = select_known_ids(connection) | everything.registers.retired_ids
        if id_ in taken or f"{id_}.first" in taken:
            raise Refused("The id {id} was used before. Ids are never used twice.", id=id_)
        text = filled_template(
            wish.kind,
            id_=id_,
            title=storable(wish.title),
            owner=_owner(connection, viewer, everything.registers.people),
            skill=wish.skill,
            today=now.date(),
        )
        draft = DraftText(path, viewer.person_id, text, "", content_hash(""))
        if upsert_draft(connection, draft=draft, saves=0, now=now) is None:
            raise Refused("There is a text with the id {id} already. Choose another id.", id=id_)
        _list_it(connection, viewer, wish, id_=id_, newest=newest, now=now)
        record_deed(
            connection,
            viewer=viewer,
            deed="began a text",
            object_=f"file:{path}",
            payload={"id": id_},
            now=now,
        )
        return path

    return store.write(begin)


def _full_id(wish: Wish) -> str:
    name = wish.name.strip()
    if wish.kind not in KINDS:
        raise Refused("Choose what to begin: a module, a lesson, a bank or a track.")
    if wish.kind == "lesson" and not wish.into:
        raise Refused("Choose the module that this lesson belongs to.")
    id_ = {"lesson": f"{wish.into}.{name}", "bank": f"bank.{name}"}.get(wish.kind, name)
    if not ID.fullmatch(id_) or len(id_) > MAX_ID - len(".first") or "." in name:
        raise Refused("An id has small letters, digits and hyphens, such as reading-traces.")
    return id_


def _owner(connection: Connection, viewer: Viewer, people: Mapping[str, str]) -> str:
    """Return the viewer's address where the register of people has it, else its first."""
    person = find_person(connection, viewer.person_id)
    if person is not None and person.email in people:
        return person.email
    return next(iter(people), "")


def _list_it(
    connection: Connection, viewer: Viewer, wish: Wish, *, id_: str, newest: Newest, now: datetime
) -> None:
    """Add the new id to the list of its module or track, in a draft of that file."""
    if not wish.into or wish.kind not in {"lesson", "module"}:
        return
    key = "lessons" if wish.kind == "lesson" else "modules"
    path = _path_of_list(connection, viewer, wish, newest=newest)
    draft = find_draft(connection, path=path, author_id=viewer.person_id)
    text, base, saves = _as_it_stands(draft, newest.text(path))
    listed = DraftText(
        path, viewer.person_id, with_listed(text, key, id_), base, content_hash(base)
    )
    if draft is not None and draft.review_id is not None:
        decide_review(connection, draft.review_id, decision="withdrawn", now=now)
    upsert_draft(connection, draft=listed, saves=saves, now=now)


def _path_of_list(connection: Connection, viewer: Viewer, wish: Wish, *, newest: Newest) -> str:
    row = newest.published.get(wish.into)
    path = newest.curriculum.paths.get(wish.into, row.path if row else "")
    folder = "modules/{}/module.md" if wish.kind == "lesson" else "tracks/{}.md"
    path = path or f"curriculum/{folder.format(wish.into)}"
    if newest.text(path) or find_draft(connection, path=path, author_id=viewer.person_id):
        return path
    # Also a file that cannot be read: an empty draft would stand in place of all it says.
    if wish.kind == "lesson":
        raise Refused("Choose the module that this lesson belongs to.")
    raise Refused("There is no track {id}. Choose one from the list.", id=wish.into)


def _as_it_stands(draft: DraftRow | None, newest: str) -> tuple[str, str, int]:
    """Return text, base and number of saves of a file, whether it has a draft or not."""
    return (draft.text, draft.base, draft.saves) if draft else (newest, newest, 0)
