"""Pictures of lessons: kept by their bytes when a lesson is published, served from there."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from db import Connection
from db.commands.content import insert_file
from db.queries.content import find_file
from db.store import Store

PREFIX = "sha256:"
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
ReadImage = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture about to be kept; `path` is its place below the content folder."""

    sha256: str
    media_type: str
    body: bytes
    path: str


def pin_pictures(
    body: Mapping[str, Any], *, read_image: ReadImage
) -> tuple[dict[str, Any], tuple[Picture, ...]]:
    """Replace the path of every picture in a lesson by the hash of its bytes; return both.

    A picture that cannot be read keeps its path; the checker has reported it.
    """
    found: dict[str, Picture] = {}

    def pin(value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, list):
            return [pin(entry) for entry in value]
        if not isinstance(value, dict):
            return value
        if value.get("block") == "image":
            image = read_image(str(value["path"]))
            if image is not None:
                sha = hashlib.sha256(image).hexdigest()
                path = str(value["path"])
                media_type = MEDIA_TYPES[PurePosixPath(path).suffix.casefold()]
                found[path] = Picture(sha, media_type, image, path)
                return {**value, "path": PREFIX + sha}
        return {key: pin(entry) for key, entry in value.items()}

    return {key: pin(entry) for key, entry in body.items()}, tuple(found.values())


def keep_pictures(connection: Connection, pictures: tuple[Picture, ...]) -> None:
    """Keep the bytes of pictures, each once."""
    for picture in pictures:
        insert_file(
            connection,
            sha256=picture.sha256,
            media_type=picture.media_type,
            body=picture.body,
        )


def read_picture(store: Store, path: str) -> bytes | None:
    """Return the bytes of a published picture, or None."""
    if not path.startswith(PREFIX):
        return None
    found = store.read(lambda connection: find_file(connection, path.removeprefix(PREFIX)))
    return None if found is None else found[1]
