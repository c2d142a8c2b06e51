"""Values as JSON at full precision and back again: frozen dataclasses, whatever they hold.

Numbers come back as the same bits: JSON keeps seventeen digits, and what is not finite is written
as a word, because not every database takes it as a number.
"""

import dataclasses
import json
import math
from collections.abc import Callable
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from curriculum.phrases import Joined, Number, Phrase, text_from_plain, to_plain

T = TypeVar("T")
Reader = Callable[[Any], Any]
_WORDS = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}


class StoredValueError(ValueError):
    """The text is not what this code would have written."""


def to_text(value: object) -> str:
    """Write a dataclass; the same value gives the same text."""
    return json.dumps(_plain(value), sort_keys=True, allow_nan=False, separators=(",", ":"))


def from_text(kind: type[T], text: str) -> T:
    """Read a dataclass of this kind back.

    Raises
    ------
    StoredValueError
        When the text holds something else, for example because other code wrote it.
    """
    try:
        value: T = _reader(kind)(json.loads(text))  # type: ignore[arg-type]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StoredValueError(f"expected a {kind.__name__}: {error}") from error
    return value


def said_to_text(said: str) -> str:
    """Write what is said so that another language can say it later; a plain text as it is."""
    return to_text(said) if isinstance(said, (Phrase, Joined)) else said


def said_from_text(text: str) -> str:
    """Read what `said_to_text` wrote; any other text as it stands."""
    if not text.startswith("{"):
        return text
    try:
        return from_text(str, text)
    except StoredValueError:
        return text


def _plain(value: object) -> object:
    if isinstance(value, (Phrase, Joined, Number)):
        return to_plain(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(float(value))
    if value is None or isinstance(value, (str, bool, int)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be stored")


@cache
def _reader(kind: Any) -> Reader:  # noqa: ANN401 - any type
    """Return what turns JSON into a value of this kind; made once, because some hold hundreds."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _reader_of_union(get_args(kind))
    if origin is tuple:
        return _reader_of_tuple(get_args(kind))
    if origin is Literal:
        return partial(_known, words=get_args(kind))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _reader_of_dataclass(kind)
    if kind is float:
        return _float
    if kind is str:
        return text_from_plain
    return partial(_plain_value, kind=kind)


def _reader_of_dataclass(kind: type) -> Reader:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}

    def read(plain: Any) -> Any:  # noqa: ANN401
        if plain.keys() != readers.keys():
            raise ValueError(f"fields {sorted(set(plain) ^ set(readers))}")
        return kind(**{name: reader(plain[name]) for name, reader in readers.items()})

    return read


def _reader_of_union(kinds: tuple[Any, ...]) -> Reader:
    (inner,) = (_reader(one) for one in kinds if one is not NoneType)
    if NoneType not in kinds:
        return inner
    return lambda plain: None if plain is None else inner(plain)


def _reader_of_tuple(kinds: tuple[Any, ...]) -> Reader:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        inner = _reader(kinds[0])
        return lambda plain: tuple([inner(one) for one in plain])
    readers = [_reader(kind) for kind in kinds]

    def read(plain: Any) -> Any:  # noqa: ANN401
        if len(readers) != len(plain):
            raise ValueError(f"{len(plain)} values, expected {len(readers)}")
        return tuple([reader(one) for reader, one in zip(readers, plain, strict=True)])

    return read


def _known(plain: Any, *, words: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if plain not in words:
        raise ValueError(f"{plain!r} is none of {words}")
    return plain


def _float(plain: Any) -> float:  # noqa: ANN401
    return _WORDS[plain] if isinstance(plain, str) else float(plain)


def _plain_value(plain: Any, *, kind: Any) -> Any:  # noqa: ANN401
    if kind is object or isinstance(plain, kind):
        return plain
    raise ValueError(f"{plain!r} is no {kind.__name__}")
