"""A text that an author's pattern accepts, for simulated answers."""

import re

import re2

_CLASSES = {"d": "7", "w": "a", "s": " ", "b": "", "A": "", "z": "", "B": "", "S": "a", "D": "a"}
_REPEAT = re.compile(r"[*+?]\??|\{(\d+)(?:,\d*)?\}\??")


def example_of(pattern: str) -> str:
    """A text matched by the pattern: first alternatives, shortest repeats; empty if none is found.

    It reads the plain part of the re2 syntax that authors use: groups, alternatives, classes,
    repeats, escapes. The result is tried against the pattern before it is returned.
    """
    text = _alternative(pattern)
    try:
        return text if re2.search(pattern, text, _quiet()) else ""
    except re2.error:
        return ""


def _quiet() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return options


def _alternative(pattern: str) -> str:
    """The example of the first alternative that stands outside all brackets."""
    pieces: list[str] = []
    at = 0
    while at < len(pattern) and pattern[at] != "|":
        piece, at = _atom(pattern, at=at)
        repeat = _REPEAT.match(pattern, at)
        if repeat is not None:
            at = repeat.end()
            piece = piece * _times(repeat)
        pieces.append(piece)
    return "".join(pieces)


def _times(repeat: re.Match[str]) -> int:
    if repeat.group(1) is not None:
        return int(repeat.group(1))
    return int(repeat.group().startswith("+"))


def _atom(pattern: str, *, at: int) -> tuple[str, int]:
    sign = pattern[at]
    if sign == "\\" and at + 1 < len(pattern):
        letter = pattern[at + 1]
        return _CLASSES.get(letter, letter), at + 2
    if sign == "(":
        end = _closing(pattern, start=at)
        inner = re.sub(r"^\?(?:P<\w+>|[imsU-]*:|[imsU-]*$)", "", pattern[at + 1 : end])
        return _alternative(inner), end + 1
    if sign == "[":
        return _member(pattern, at=at)
    if sign in "^$":
        return "", at + 1
    return ("a" if sign == "." else sign), at + 1


def _closing(pattern: str, *, start: int) -> int:
    depth = 0
    for index in range(start, len(pattern)):
        if index > start and pattern[index - 1] == "\\":
            continue
        depth += {"(": 1, ")": -1}.get(pattern[index], 0)
        if depth == 0:
            return index
    return len(pattern)


def _member(pattern: str, *, at: int) -> tuple[str, int]:
    end = pattern.find("]", at + 2)
    inside = pattern[at + 1 : end] if end > 0 else pattern[at + 1 :]
    after = end + 1 if end > 0 else len(pattern)
    if inside.startswith("^"):
        return next(sign for sign in "a7 -x" if sign not in inside), after
    if inside.startswith("\\") and len(inside) > 1:
        return _CLASSES.get(inside[1], inside[1]), after
    return inside[:1], after
