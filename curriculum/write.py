"""Writes a folder of content: nothing foreign is touched, each file arrives whole or not at all."""

import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from curriculum.read import source_files

ROOTS = ("curriculum", "assessments")
# What tells a content folder from any other folder.
_MARK = "curriculum/skills.yml"


class FolderRefused(Exception):
    """The folder cannot take the files; nothing was written. The text says what to do."""


@dataclass(frozen=True, slots=True)
class FolderWritten:
    """What became of the folder; `extra` are content files that were there and stay as they are."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    extra: tuple[str, ...]


def write_folder(
    folder: Path, files: Mapping[str, bytes], *, may_replace: Callable[[str, bytes], bool]
) -> FolderWritten:
    """Write files below a folder that is new, empty or a content folder already.

    `may_replace` is asked, with the path and what stands there, before a file is overwritten.

    Raises
    ------
    FolderRefused
        For any other folder, for symbolic links, for files that may not be replaced, and where
        the disk refuses. In all but the last case nothing at all was written.
    """
    _refuse_foreign(folder)
    places = {path: folder / _checked(path) for path in files}
    waiting, unchanged = [], []
    for path, place in places.items():
        found = _standing(folder, path)
        if found is None:
            waiting.append(path)
        elif found == files[path]:
            unchanged.append(path)
        elif may_replace(path, found):
            waiting.append(path)
        else:
            raise FolderRefused(
                f"{place} holds a text that the portal does not know. Publish it first, or name "
                "an empty folder."
            )
    _write(folder, {path: files[path] for path in waiting})
    extra = [one.path for one in source_files(folder) if one.path not in files]
    return FolderWritten(tuple(sorted(waiting)), tuple(sorted(unchanged)), tuple(extra))


def _refuse_foreign(folder: Path) -> None:
    try:
        about = folder.lstat()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as fault:
        raise FolderRefused(f"{folder} cannot be used: {fault}.") from fault
    if stat.S_ISLNK(about.st_mode):
        raise FolderRefused(f"{folder} is a symbolic link. Name the folder itself.")
    if not stat.S_ISDIR(about.st_mode):
        raise FolderRefused(f"{folder} is no folder. Name an empty or a new one.")
    try:
        is_empty = next(folder.iterdir(), None) is None
    except OSError as fault:
        raise FolderRefused(f"{folder} cannot be read: {fault.strerror}.") from fault
    if not is_empty and not (folder / _MARK).is_file():
        raise FolderRefused(
            f"{folder} is not empty and holds no curriculum. Name an empty or a new folder."
        )


def _checked(path: str) -> PurePosixPath:
    place = PurePosixPath(path)
    if place.is_absolute() or ".." in place.parts or place.parts[0] not in ROOTS or "\0" in path:
        raise FolderRefused(f"{path!r} is no place for content.")
    return place


def _standing(folder: Path, path: str) -> bytes | None:
    """Return what stands at a path, None for nothing; links on the way are refused."""
    place = folder
    for part in PurePosixPath(path).parts:
        place = place / part
        if place.is_symlink():
            raise FolderRefused(f"{place} is a symbolic link. Put the file or folder itself there.")
        if not place.exists():
            return None
    if not place.is_file():
        raise FolderRefused(f"{place} is no ordinary file. Take it away, or name another folder.")
    try:
        return place.read_bytes()
    except OSError as fault:
        raise FolderRefused(f"{place} cannot be read: {fault.strerror}.") from fault


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write everything beside its place first, so that a full disk leaves what was there."""
    waiting: list[tuple[Path, Path]] = []
    try:
        for path, data in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            waiting.append((_write_beside(place, data), place))
        for temporary, place in waiting:
            temporary.replace(place)
    except OSError as fault:
        where = fault.filename or folder
        raise FolderRefused(f"{where} cannot be written: {fault.strerror}.") from fault
    finally:
        for temporary, _place in waiting:
            temporary.unlink(missing_ok=True)


def _write_beside(place: Path, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".export-", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        temporary.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o644)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
