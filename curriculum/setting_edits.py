"""Small edits of settings that leave every other byte of a text as it is; pure."""

import re
from collections.abc import Collection

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*(\w*)")
_ENTRY = re.compile(r"^[ \t]+- |^- ")


def with_status(text: str, status: str) -> str:
    """Set the status in the front matter of a file."""
    lines = text.split("\n")
    end = _front_end(lines)
    return "\n".join(_with_setting(lines, "status", status, start=1, end=end)) if end else text


def status_of(text: str) -> str:
    """Return the status in the front matter, `draft` where there is none."""
    lines = text.split("\n")
    at = _find(lines, "status", start=1, end=_front_end(lines))
    return lines[at].partition(":")[2].split("#")[0].strip().strip("'\"") if at else "draft"


def with_item_status(text: str, item_id: str, status: str) -> str:
    """Set the status of one item; the text stays as it is where there is no such item."""
    return _with_item_setting(text, item_id, "status", status)


def with_item_id(text: str, item_id: str, new_id: str) -> str:
    """Give an item another id."""
    return _with_item_setting(text, item_id, "id", new_id)


def free_id(item_id: str, taken: Collection[str]) -> str:
    """Return an id close to a taken one that nobody ever had: `m1.limit` leads to `m1.limit-2`."""
    stem, number = (item_id, 2)
    if found := re.fullmatch(r"(.+)-(\d{1,3})", item_id):
        stem, number = found[1], int(found[2]) + 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def replaced_id(new_id: str, gone: Collection[str]) -> str | None:
    """Return which of the ids that are gone a new one took the place of, by its name."""
    stem, _dash, number = new_id.rpartition("-")
    if not stem or not number.isdecimal():
        return None
    names = [stem, *(f"{stem}-{n}" for n in range(2, int(number)))]
    return next((name for name in reversed(names) if name in gone), None)


def with_listed(text: str, key: str, id_: str) -> str:
    """Put an id at the end of a list in the front matter, whichever way the list is written."""
    lines = text.split("\n")
    end = _front_end(lines)
    at = _find(lines, key, start=1, end=end)
    if not at:
        return "\n".join([*lines[:end], f"{key}: [{id_}]", *lines[end:]]) if end else text
    head, _colon, value = lines[at].partition(":")
    flow = re.fullmatch(r"\s*\[(.*)\]\s*(#.*)?", value.rstrip("\r"))
    if flow:
        inside = flow[1].strip().rstrip(",")
        listed = f"{inside}, {id_}" if inside else id_
        note = f" {flow[2]}" if flow[2] else ""
        return "\n".join([*lines[:at], f"{head}: [{listed}]{note}", *lines[at + 1 :]])
    if value.strip().startswith("["):
        return _with_listed_across(lines, id_, at=at, end=end)
    last = at
    while last + 1 < end and _ENTRY.match(lines[last + 1]):
        last += 1
    indent = lines[last][: lines[last].index("-")] if last > at else "  "
    return "\n".join([*lines[: last + 1], f"{indent}- {id_}", *lines[last + 1 :]])


def _with_listed_across(lines: list[str], id_: str, *, at: int, end: int) -> str:
    """Add to a list in brackets that runs over several lines."""
    close = next((n for n in range(at, end) if lines[n].rstrip().endswith("]")), None)
    if close is None:
        return "\n".join(lines)
    inside = lines[close].rstrip()[:-1].rstrip().rstrip(",")
    bare = inside.strip() in {"", "["} and (close == at or lines[close - 1].rstrip().endswith(","))
    listed = f"{inside}{id_}]" if bare else f"{inside}, {id_}]"
    return "\n".join([*lines[:close], listed, *lines[close + 1 :]])


def _front_end(lines: list[str]) -> int:
    """Return the index of the line that closes the front matter, 0 where there is none."""
    if not lines or lines[0].lstrip("\ufeff").rstrip() != "---":
        return 0
    return next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)


def _find(lines: list[str], key: str, *, start: int, end: int) -> int:
    """Return the index of the line of a key, 0 where there is none."""
    return next((n for n in range(start, end) if lines[n].startswith(f"{key}:")), 0)


def _with_setting(lines: list[str], key: str, value: str, *, start: int, end: int) -> list[str]:
    at = _find(lines, key, start=start, end=end)
    if not at:
        return [*lines[:end], f"{key}: {value}", *lines[end:]]
    note = re.search(r"\s+#.*$", lines[at])
    ending = "\r" if lines[at].endswith("\r") else ""
    line = f"{key}: {value}{note[0].rstrip() if note else ''}{ending}"
    return [*lines[:at], line, *lines[at + 1 :]]


def _with_item_setting(text: str, item_id: str, key: str, value: str) -> str:
    lines = text.split("\n")
    opened, fence = 0, ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark is None:
            continue
        if not fence:
            fence, opened = mark[1], number if mark[2] == "item" else -1
        elif mark[1].startswith(fence) and not mark[2]:
            if opened >= 0 and _names(lines[opened:number], item_id):
                changed = _with_setting(lines, key, value, start=opened + 1, end=number)
                return "\n".join(changed)
            fence = ""
    return text


def _names(lines: list[str], item_id: str) -> bool:
    return any(
        line.rstrip().removeprefix("id:").strip() == item_id
        for line in lines
        if line.startswith("id:")
    )
