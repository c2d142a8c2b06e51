"""The only caches: the store, and what is published; and who looks at this run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import streamlit as st

from curriculum.facts import Notes
from curriculum.model import Curriculum, Item, Lesson
from curriculum.parse import Parsed, Value
from curriculum.preview import PreviewFile, read_module
from curriculum.read import (
    SourceFile,
    content_stamp,
    parse_bytes,
    read_curriculum,
    read_image,
    read_snippets,
    source_of,
)
from db.errors import DatabaseError, Refusal
from db.store import Store, open_store
from portal import clock
from portal.access import Refused, Viewer
from portal.services.catalogue import (
    Catalogue,
    content_version,
    read_catalogue,
    read_item,
    read_lesson,
)
from portal.services.downloads import record_export
from portal.services.drafting import (
    PublishedTexts,
    author_texts,
    read_known_ids,
    read_published_texts,
)
from portal.services.limits import EXPORTS, at_most
from portal.services.people import is_synthetic, require_real_people
from portal.services.pictures import read_picture
from portal.services.reviewing import Newest
from portal.services.sessions import COOKIE, find_viewer
from portal.services.to_grade import take_work_file
from portal.services.versions import Tools
from portal.settings import Settings
from portal.text import use_language

# Pages never import the database; these are the two faults of it that they must tell apart.
StoreFault = DatabaseError
AnswerRefused = Refusal


@dataclass(frozen=True, slots=True)
class House:
    """What every page stands on."""

    settings: Settings
    store: Store
    synthetic: bool


@cache
def house() -> House:
    """Open the store once per process."""
    settings = Settings.from_env()
    store = open_store(settings.database_url)
    require_real_people(store, auth=settings.auth)
    return House(settings=settings, store=store, synthetic=is_synthetic(store))


def store() -> Store:
    """Return the store."""
    return house().store


def session_token() -> str:
    """Return the token this browser came with."""
    return str(st.context.cookies.get(COOKIE, ""))


def find_current_viewer() -> Viewer | None:
    """Return who is signed in at this moment, and speak their language; None for a stranger."""
    return _find_viewer_of(session_token())


def _find_viewer_of(token: str) -> Viewer | None:
    if not token:
        return None
    viewer = find_viewer(
        store(),
        token=token,
        now=clock.now(),
        idle_minutes=house().settings.session_idle_minutes,
    )
    if viewer is not None:
        use_language(viewer.language)
    return viewer


def current_viewer() -> Viewer:
    """Return who is signed in; callbacks and fragments, which run before any page, start here.

    Raises
    ------
    Refused
        When nobody is.
    """
    return viewer_of(session_token())


def viewer_of(token: str) -> Viewer:
    """Return whose session a token is, where there is no page: when a file is being made.

    Raises
    ------
    Refused
        When the session is over.
    """
    viewer = _find_viewer_of(token)
    if viewer is None:
        raise Refused("You are signed out. Sign in again; what was saved is still there.")
    return viewer


def record_file(token: str, name: str) -> None:
    """Write down that whoever holds a session takes a file away; refuse it where they may not.

    A download is made outside the run of a page, so the session comes as it was drawn.

    Raises
    ------
    Refused
        When the session is over, or too many files were taken within the last hour.
    """
    limit = at_most(EXPORTS, house().settings.limit_exports)
    record_export(store(), viewer=viewer_of(token), name=name, now=clock.now(), limit=limit)


def work_file(token: str, submission_id: int) -> bytes:
    """Return a file of graded work to its learner or its markers; taking it is written down.

    Raises
    ------
    Refused
        When the session is over, the file is not for them, or too many were taken.
    """
    viewer = viewer_of(token)
    file = take_work_file(store(), viewer=viewer, submission_id=submission_id)
    record_export(
        store(),
        viewer=viewer,
        name=f"submission-{submission_id}",
        now=clock.now(),
        limit=at_most(EXPORTS, house().settings.limit_exports),
    )
    return file.body


def catalogue() -> Catalogue:
    """Return what is published now; read again only when something was published."""
    return _catalogue(content_version(store()), store())


@lru_cache(maxsize=2)
def _catalogue(_version: int, store_: Store) -> Catalogue:
    return read_catalogue(store_)


# Revisions never change, so their id is the whole key. A page asks a service for the id first.


@lru_cache(maxsize=2000)
def item(revision_id: int) -> Item:
    """Return an item in one of its revisions."""
    return read_item(store(), revision_id)


@lru_cache(maxsize=300)
def lesson(revision_id: int) -> Lesson:
    """Return a lesson in one of its revisions."""
    return read_lesson(store(), revision_id)


def curriculum() -> Curriculum:
    """Return the curriculum on disk; read again only when a file was touched."""
    return curriculum_in(house().settings.content_dir)


def curriculum_in(folder: Path) -> Curriculum:
    """Return the curriculum in a folder; without the store, for those who only look at files."""
    return _curriculum(folder, content_stamp(folder), clock.now().date())


def module_in(folder: Path, module: str) -> tuple[PreviewFile, ...]:
    """Return the files of a module in a folder, faults and all; only changed ones are parsed."""
    return read_module(folder, module, curriculum=curriculum_in(folder), parse=remembered_parse)


@lru_cache(maxsize=2)
def _curriculum(folder: Path, _stamp: str, today: date) -> Curriculum:
    return read_curriculum(folder, today=today, parse=remembered_parse)


def curriculum_with(texts: Mapping[str, str]) -> Curriculum:
    """Return the curriculum on disk with some texts in place of its files; only those are parsed.

    Nothing of it is kept but the parsed files, so that a text half typed costs no memory for long.
    """
    folder = house().settings.content_dir
    return read_curriculum(folder, today=clock.now().date(), texts=texts, parse=remembered_parse)


def published_texts() -> PublishedTexts:
    """Return the newest revision of every file; read again only when something was published."""
    return _published_texts(content_version(store()), store())


@lru_cache(maxsize=1)
def _published_texts(_version: int, store_: Store) -> PublishedTexts:
    return read_published_texts(store_)


def authored_curriculum(drafts: Mapping[str, str]) -> Curriculum:
    """Return the curriculum as an author sees it: newest texts, and these drafts on top."""
    texts = author_texts(curriculum(), published=published_texts(), drafts=drafts)
    return curriculum_with(texts)


def known_ids() -> frozenset[str]:
    """Return every id that was ever published."""
    return read_known_ids(store())


def newest() -> Newest:
    """Return what people see now, and the files on disk."""
    return Newest(curriculum(), published_texts())


def tools() -> Tools:
    """Return what changing a published text needs besides the store."""
    return Tools(newest(), authored_curriculum, draft_value, draft_picture)


def draft_value(path: str, text: str) -> Value | None:
    """Return what a text half typed becomes, faults and all; None when it is past reading."""
    source = source_of(path)
    if source is None:
        return None
    snippets = read_snippets(house().settings.content_dir)
    data = text.encode("utf-8", errors="replace")
    return remembered_parse(data, source, snippets=snippets, notes=Notes(path)).value


def remembered_parse(
    data: bytes | None, source: SourceFile, *, snippets: Mapping[str, str], notes: Notes
) -> Parsed:
    """Parse what was read of one file, once: what it says follows from its bytes."""
    if data is None:
        return parse_bytes(data, source, snippets=snippets, notes=notes)
    return _parse_once(data, source, tuple(sorted(snippets.items())))


@lru_cache(maxsize=2000)
def _parse_once(data: bytes, source: SourceFile, snippets: tuple[tuple[str, str], ...]) -> Parsed:
    return parse_bytes(data, source, snippets=dict(snippets), notes=Notes(source.path))


def picture(path: str) -> bytes | None:
    """Return the bytes of a published picture by its path, or None."""
    return read_picture(store(), path)


def draft_picture(path: str) -> bytes | None:
    """Return the bytes of a picture on disk by its path below the content folder, or None."""
    return read_image(house().settings.content_dir, path)


T = TypeVar("T")


def drawn(viewer: Viewer, said: str, make: Callable[[], T]) -> T:
    """Return what `make` draws for a viewer, made once as long as it says the same.

    `said` holds, or is the fingerprint of, everything that the drawing depends on but the viewer.
    """
    found: T = _drawn(viewer, said, make)
    return found


# Who looks and what is said are the key. A drawing is never changed, so sessions share it.
@st.cache_resource(max_entries=24, show_spinner=False)
def _drawn(viewer: Viewer, said: str, _make: Callable[[], object]) -> Any:  # noqa: ANN401
    del viewer, said
    return _make()


def forget() -> None:
    """Let go of everything cached; the next call opens the store of the settings then in force."""
    for cached in (house, _catalogue, _curriculum, _published_texts, _parse_once, item, lesson):
        cached.cache_clear()
    _drawn.clear()


def warm() -> None:
    """Import what pages draw with and read what is published, before the first person comes."""
    prepare_charts()
    catalogue()


def prepare_charts() -> None:
    """Import what pages draw with."""
    for module in ("altair", "pandas", "portal.charts"):
        import_module(module)
    # Checking every part of a chart while it is built takes twice the time; the tests check them.
    import_module("altair.utils.schemapi").disable_debug_mode()


def close() -> None:
    """Finish the writes that wait and let go of the store."""
    store().close()
    forget()
