"""Which parameters an activity takes, and how they are read, each fault at its line."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

from curriculum.facts import Notes
from curriculum.fields import Fields
from curriculum.front import Mapping, Node, Scalar, Sequence
from curriculum.phrases import Phrase, Said

MAX_TEXT = 600


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds; without a default it must be given, unless it is optional."""

    low: float
    high: float
    default: float | None = None
    optional: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text; without a default it must be given."""

    limit: int = MAX_TEXT
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false, false where nothing stands."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of a few words."""

    options: tuple[str, ...]
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """A list of short texts."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of maps."""

    fields: "Schema"
    low: int
    high: int
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A map of its own; an optional one that is missing has its defaults."""

    fields: "Schema"
    optional: bool = False


Spec = Number | Words | Flag | Option | Names | Rows | Group
Schema = Map[str, Spec]


def read_values(
    node: Mapping, schema: Schema, *, notes: Notes, what: Said, elsewhere: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return the values of a map with defaults filled in; every fault is noted."""
    fields = Fields(node, notes=notes, known=(*elsewhere, *schema), what=what)
    fields.require(*(name for name, spec in schema.items() if _is_required(spec)))
    return {name: _read(fields, name, spec, what=what) for name, spec in schema.items()}


def defaults(schema: Schema) -> dict[str, Any]:
    """Return what stands where nothing was written."""
    return {name: _default(spec) for name, spec in schema.items()}


def _is_required(spec: Spec) -> bool:
    if isinstance(spec, (Number, Rows, Group)) and spec.optional:
        return False
    if isinstance(spec, (Number, Words, Option)):
        return spec.default is None
    return not isinstance(spec, Flag)


def _default(spec: Spec) -> Any:  # noqa: ANN401 - any value of YAML
    if isinstance(spec, Group):
        return defaults(spec.fields)
    if isinstance(spec, (Rows, Names)):
        return ()
    if isinstance(spec, Flag):
        return False
    return spec.default


def _read(fields: Fields, name: str, spec: Spec, *, what: Said) -> Any:  # noqa: ANN401
    node = fields.value(name)
    if node is None:
        return _default(spec)
    if isinstance(spec, Number):
        number = _number(fields, name, spec)
        return spec.default if number is None else number
    if isinstance(spec, Words):
        return fields.text(name, limit=spec.limit)
    if isinstance(spec, Flag):
        return fields.boolean(name, default=False)
    if isinstance(spec, Option):
        return fields.option(name, spec.options) or spec.default
    return _read_many(fields, name, spec, node=node, what=what)


def _number(fields: Fields, name: str, spec: Number) -> float | None:
    if spec.whole:
        return fields.integer(name, low=int(spec.low), high=int(spec.high))
    return fields.number(name, low=spec.low, high=spec.high)


def _read_many(
    fields: Fields, name: str, spec: Names | Rows | Group, *, node: Node, what: Said
) -> Any:  # noqa: ANN401
    if isinstance(spec, Group):
        if not isinstance(node, Mapping):
            fields.fault(
                "FM003",
                node,
                Phrase(
                    "'{name}' should be a map of {fields}", name=name, fields=", ".join(spec.fields)
                ),
            )
            return _default(spec)
        return read_values(
            node,
            spec.fields,
            notes=fields.notes,
            what=Phrase("'{name}' of {what}", name=name, what=what),
        )
    if isinstance(spec, Names):
        texts = tuple(one.text for one in fields.scalars(name, expected=Phrase("a list of names")))
        _check_count(fields, name, node, count=len(texts), spec=spec)
        return texts
    rows = fields.maps(name, expected=Phrase("maps of {fields}", fields=", ".join(spec.fields)))
    _check_count(fields, name, node, count=len(rows), spec=spec)
    inside = Phrase("'{name}' of {what}", name=name, what=what)
    return tuple(
        read_values(row, spec.fields, notes=fields.notes, what=inside) for row in rows[: spec.high]
    )


def _check_count(fields: Fields, name: str, node: Node, *, count: int, spec: Names | Rows) -> None:
    if isinstance(node, (Scalar, Sequence)) and not spec.low <= count <= spec.high:
        message = Phrase(
            "'{name}' should have {low} to {high} entries, not {count}",
            name=name,
            low=spec.low,
            high=spec.high,
            count=count,
        )
        fields.fault("FM004", node, message)
