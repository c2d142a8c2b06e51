"""Typed reading of settings: each value is checked, and each fault has its line and column."""

import re
from collections.abc import Sequence as Several
from datetime import date

from curriculum.facts import MAX_GUESSES, Notes, did_you_mean, find_nearest
from curriculum.front import Mapping, Node, Scalar, Sequence
from curriculum.phrases import Phrase, Said

ID = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
MAX_ID = 80
EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_INTEGER = re.compile(r"[+-]?\d{1,12}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,12}(?:\.\d{1,12})?|\.\d{1,12})")
# Made once: they are handed on for each key of each file.
_TEXT, _ID, _IDS = Phrase("text"), Phrase("an id"), Phrase("a list of ids")
_WHOLE, _NUMBERS = Phrase("a whole number"), Phrase("a number")
_BOOLEAN, _DATE, _ADDRESS = Phrase("true or false"), Phrase("a date"), Phrase("an e-mail address")


class Fields:
    """Reads the keys of one map; every key not in `known` is a fault."""

    def __init__(
        self,
        node: Mapping,
        *,
        notes: Notes,
        known: Several[str],
        what: Said,
        elsewhere: Several[str] = (),
    ) -> None:
        self.notes = notes
        self.node = node
        self.what = what
        self.faulty = False
        self._meant: set[str] = set()
        self._unknown = 0
        for name, (key, _) in node.entries.items():
            if name not in known:
                self._note_unknown(key, known=known, elsewhere=elsewhere)

    def _note_unknown(self, key: Scalar, *, known: Several[str], elsewhere: Several[str]) -> None:
        if key.text in elsewhere:
            message = Phrase(
                "'{text}' does not belong in {what}; remove it", text=key.text, what=self.what
            )
        else:
            self._unknown += 1
            meant = find_nearest(key.text, known) if self._unknown <= MAX_GUESSES else None
            # A misspelt key is the cause; that the right one is missing only follows from it.
            self._meant |= {meant} if meant else set()
            rest = (
                Phrase(" Did you mean '{meant}'?", meant=meant)
                if meant
                else Phrase(" Known are {known}", known=", ".join(known))
            )
            message = Phrase(
                "unknown key '{text}' in {what}.{rest}", text=key.text, what=self.what, rest=rest
            )
        self.fault("FM002", key, message)

    def fault(self, code: str, node: Node, message: Said) -> None:
        """Note a fault at a key or value."""
        self.faulty = True
        self.notes.add(code, node.line, node.column, message)

    def _mistyped(self, name: str, message: Said) -> None:
        """Note a value of another type, at its key."""
        said = Phrase("'{name}' {message}", name=name, message=message)
        self.fault("FM003", self.key(name) or self.node, said)

    def key(self, name: str) -> Scalar | None:
        """The key itself, for its place."""
        entry = self.node.entries.get(name)
        return entry[0] if entry else None

    def value(self, name: str) -> Node | None:
        """The value as it stands; None when the key is missing or has no value."""
        entry = self.node.entries.get(name)
        if entry is None or (isinstance(entry[1], Scalar) and entry[1].is_null):
            return None
        return entry[1]

    def require(self, *names: str) -> None:
        """Note each of these keys that is missing or has no value."""
        for name in names:
            if self.value(name) is None and name not in self._meant:
                key = self.key(name)
                place: Node = key if key is not None else self.node
                said = (
                    Phrase("'{name}' has no value", name=name)
                    if key
                    else Phrase("'{name}' is missing", name=name)
                )
                self.fault(
                    "FM001",
                    place,
                    Phrase(
                        "{said} in {what}; add `{name}: ...`", said=said, what=self.what, name=name
                    ),
                )

    def scalar(self, name: str, *, expected: Said) -> Scalar | None:
        """A single value, or None with a fault noted when a list or map stands there."""
        node = self.value(name)
        if node is None or isinstance(node, Scalar):
            return node
        self._note_several(name, node, expected=expected)
        return None

    def _note_several(self, name: str, node: Node, *, expected: Said) -> None:
        """Note a list or map where one value should stand."""
        came = Phrase("a list") if isinstance(node, Sequence) else Phrase("a map")
        self._mistyped(
            name, Phrase("should be {expected}, not {came}", expected=expected, came=came)
        )

    def text(self, name: str, *, limit: int, default: str = "") -> str:
        """One line or block of text."""
        node = self.scalar(name, expected=_TEXT)
        if node is None:
            return default
        if len(node.text) > limit:
            self.fault(
                "FM004",
                node,
                Phrase(
                    "'{name}' has {size} characters; at most {limit} are allowed",
                    name=name,
                    size=len(node.text),
                    limit=limit,
                ),
            )
        return node.text.strip()

    def slug(self, name: str) -> Scalar | None:
        """An id."""
        node = self.scalar(name, expected=_ID)
        return node if node is not None and self.is_slug(node, name=name) else None

    def is_slug(self, node: Scalar, *, name: str) -> bool:
        """Whether the value is a well-formed id; notes a fault when not."""
        if len(node.text) <= MAX_ID and ID.fullmatch(node.text):
            return True
        mended = re.sub(r"[^a-z0-9.]+", "-", node.text.strip().casefold())[:MAX_ID].strip("-.")
        hint = Phrase(" Did you mean '{mended}'?", mended=mended) if ID.fullmatch(mended) else ""
        self.fault(
            "FM004",
            node,
            Phrase(
                "'{name}' should be an id of small letters, digits, '-' and '.', "
                "at most {most} long, not '{text}'.{hint}",
                name=name,
                most=MAX_ID,
                text=node.text[:100],
                hint=hint,
            ),
        )
        return False

    def slugs(self, name: str) -> tuple[Scalar, ...]:
        """A list of ids; a single id counts as a list of one."""
        found: dict[str, Scalar] = {}
        for node in self.scalars(name, expected=_IDS):
            if node.text in found:
                self.fault(
                    "FM004",
                    node,
                    Phrase(
                        "'{text}' stands twice in '{name}'; keep one", text=node.text, name=name
                    ),
                )
            elif self.is_slug(node, name=name):
                found[node.text] = node
        return tuple(found.values())

    def scalars(self, name: str, *, expected: Said) -> tuple[Scalar, ...]:
        """A list of single values; one value alone counts as a list of one."""
        node = self.value(name)
        if node is None:
            return ()
        if isinstance(node, Scalar):
            return (node,)
        if isinstance(node, Mapping):
            self._mistyped(name, Phrase("should be {expected}, not a map", expected=expected))
            return ()
        for item in node.items:
            if not isinstance(item, Scalar):
                self.fault(
                    "FM003",
                    item,
                    Phrase(
                        "'{name}' should be {expected} of single values",
                        name=name,
                        expected=expected,
                    ),
                )
        return tuple(i for i in node.items if isinstance(i, Scalar) and not i.is_null)

    def maps(self, name: str, *, expected: Said) -> tuple[Mapping, ...]:
        """A list of maps."""
        node = self.value(name)
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self._mistyped(name, Phrase("should be a list of {expected}", expected=expected))
            return ()
        for item in node.items:
            if not isinstance(item, Mapping):
                self.fault(
                    "FM003",
                    item,
                    Phrase("'{name}' should be a list of {expected}", name=name, expected=expected),
                )
        return tuple(item for item in node.items if isinstance(item, Mapping))

    def integer(self, name: str, *, low: int, high: int) -> int | None:
        """A whole number within bounds."""
        node = self.scalar(name, expected=_WHOLE)
        if node is None:
            return None
        if not (node.plain and _INTEGER.fullmatch(node.text)):
            self._mistyped(
                name, Phrase("should be a whole number, not '{value}'", value=_short(node))
            )
            return None
        number = int(node.text)
        if not low <= number <= high:
            self._outside(node, name, low=low, high=high, number=number)
            return None
        return number

    def number(self, name: str, *, low: float, high: float) -> float | None:
        """A number within bounds."""
        node = self.scalar(name, expected=_NUMBERS)
        if node is None:
            return None
        if not (node.plain and _NUMBER.fullmatch(node.text)):
            self._mistyped(name, Phrase("should be a number, not '{value}'", value=_short(node)))
            return None
        number = float(node.text)
        if not low <= number <= high:
            self._outside(node, name, low=f"{low:g}", high=f"{high:g}", number=f"{number:g}")
            return None
        return number

    def _outside(
        self, node: Scalar, name: str, *, low: int | str, high: int | str, number: int | str
    ) -> None:
        said = Phrase(
            "'{name}' should lie from {low} to {high}, not {number}",
            name=name,
            low=low,
            high=high,
            number=number,
        )
        self.fault("FM004", node, said)

    def boolean(self, name: str, *, default: bool) -> bool:
        """True or false."""
        node = self.scalar(name, expected=_BOOLEAN)
        if node is None:
            return default
        word = node.text.casefold()
        if not node.plain or word not in {"true", "false"}:
            self._mistyped(
                name, Phrase("should be true or false, not '{value}'", value=_short(node))
            )
            return default
        return word == "true"

    def option(self, name: str, options: Several[str], *, code: str = "FM004") -> str | None:
        """One of a fixed set of words."""
        node = self.value(name)
        if not isinstance(node, Scalar):
            if node is not None:
                one = Phrase("one of {options}", options=", ".join(options))
                self._note_several(name, node, expected=one)
            return None
        if node.text in options:
            return node.text
        guess = did_you_mean(node.text, options)
        self.fault(
            code,
            node,
            Phrase(
                "'{name}' should be one of {options}, not '{value}'.{guess}",
                name=name,
                options=", ".join(options),
                value=_short(node),
                guess=guess,
            ),
        )
        return None

    def day(self, name: str) -> date | None:
        """A date written as year-month-day."""
        node = self.scalar(name, expected=_DATE)
        if node is None:
            return None
        found = _day(node.text)
        if found is None:
            self._mistyped(
                name,
                Phrase("should be a date such as 2026-11-22, not '{value}'", value=_short(node)),
            )
        return found

    def email(self, name: str) -> Scalar | None:
        """An e-mail address."""
        node = self.scalar(name, expected=_ADDRESS)
        if node is None or EMAIL.fullmatch(node.text):
            return node
        self._mistyped(
            name, Phrase("should be an e-mail address, not '{value}'", value=_short(node))
        )
        return None

    def is_email(self, node: Scalar, *, name: str) -> bool:
        """Whether the value is an e-mail address; notes a fault when not."""
        if EMAIL.fullmatch(node.text):
            return True
        self.fault(
            "FM003",
            node,
            Phrase(
                "'{name}' should be an e-mail address, not '{value}'", name=name, value=_short(node)
            ),
        )
        return False


def _day(text: str) -> date | None:
    # date.fromisoformat reads week dates and dates without hyphens too.
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _short(node: Scalar) -> str:
    return node.text if len(node.text) <= 60 else node.text[:57] + "..."
