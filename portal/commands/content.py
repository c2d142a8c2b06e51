"""Commands about texts: publish the Markdown, write the live one out again."""

import argparse
import sys
from functools import partial

from curriculum.read import read_curriculum, read_image
from curriculum.write import FolderRefused, write_folder
from db.store import Store, open_store
from portal import clock
from portal.services.exporting import ExportRefused, file_hash, read_live_files
from portal.services.inserting import Published
from portal.services.publishing import publish
from portal.settings import Settings


def publish_folder(settings: Settings, _options: argparse.Namespace) -> int:
    """Publish the content folder; return 1 when a part is blocked."""
    store = open_store(settings.database_url)
    try:
        return publish_content(settings, store)
    finally:
        store.close()


def publish_content(settings: Settings, store: Store) -> int:
    """Publish the content folder into an open store and tell what became of each part."""
    now = clock.now()
    curriculum = read_curriculum(settings.content_dir, today=now.date())
    outcomes = publish(
        store,
        curriculum=curriculum,
        now=now,
        read_image=partial(read_image, settings.content_dir),
        reread=lambda texts: read_curriculum(settings.content_dir, today=now.date(), texts=texts),
    )
    for outcome in outcomes:
        _tell(outcome)
    blocked = sum(outcome.outcome == "blocked" for outcome in outcomes)
    changed = sum(outcome.changed for outcome in outcomes)
    print(f"{changed} new revisions, {blocked} of {len(outcomes)} parts blocked.")
    return 1 if blocked else 0


def _tell(outcome: Published) -> None:
    if outcome.outcome != "unchanged":
        print(f"{outcome.kind} {outcome.id}: {outcome.outcome}")
    for problem in outcome.problems:
        print(
            f"  {problem.path}:{problem.line}:{problem.column}: "
            f"{problem.level} {problem.code}: {problem.message}"
        )
    for content_id in outcome.stale:
        print(f"  {content_id}: this text is older than the published one; left as it is")
    for content_id in outcome.merged:
        print(f"  {content_id}: changed here and in the browser; both changes are live now")
    for conflict in outcome.conflicts:
        print(
            f"  {conflict.path}: changed here and in the browser in the same lines; left as it is. "
            "Put both together in this file and publish again:"
        )
        print(conflict.diff)


def export_curriculum(settings: Settings, options: argparse.Namespace) -> int:
    """Write the live texts into a folder; return 2 when it is refused."""
    store = open_store(settings.database_url)
    try:
        live = {file.path: file for file in read_live_files(store)}
    except ExportRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    finally:
        store.close()
    try:
        done = write_folder(
            options.folder,
            {path: file.data for path, file in live.items()},
            may_replace=lambda path, found: file_hash(found) in live[path].earlier,
        )
    except FolderRefused as refused:
        print(refused, file=sys.stderr)
        return 2
    for path in done.written:
        print(f"wrote {path}")
    for path in done.extra:
        print(f"left {path}: the portal does not know this file")
    print(f"{len(done.written)} files written, {len(done.unchanged)} were the same already.")
    return 0
