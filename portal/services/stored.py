"""Values as JSON at full precision and back again: frozen dataclasses, whatever they hold.

Numbers come back as the same bits: JSON keeps seventeen digits, and what is not finite is written
as a word, because not every database takes it as a number.
"""

import dataclasses
import json
import math
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
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
        value: T = _value(kind, json.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise StoredValueError(f"expected a {kind.__name__}: {error}") from error
    return value


def _plain(value: object) -> object:
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
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, plain: Any) -> Any:  # noqa: ANN401 - any type, any JSON
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _of_union(kind, plain)
    if origin is tuple:
        return _tuple(get_args(kind), plain)
    if origin is Literal:
        return _known(plain, get_args(kind))
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        if set(plain) != set(hints):
            raise ValueError(f"fields {sorted(set(plain) ^ set(hints))}")
        return kind(**{name: _value(hint, plain[name]) for name, hint in hints.items()})  # type: ignore[operator]
    if kind is float:
        return _WORDS[plain] if isinstance(plain, str) else float(plain)
    if kind is object or isinstance(plain, kind):
        return plain
    raise ValueError(f"{plain!r} is no {kind.__name__}")


def _of_union(kind: Any, plain: Any) -> Any:  # noqa: ANN401
    if plain is None and NoneType in get_args(kind):
        return None
    (inner,) = (one for one in get_args(kind) if one is not NoneType)
    return _value(inner, plain)


def _tuple(kinds: tuple[Any, ...], plain: Any) -> tuple[Any, ...]:  # noqa: ANN401
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_value(kinds[0], one) for one in plain)
    if len(kinds) != len(plain):
        raise ValueError(f"{len(plain)} values, expected {len(kinds)}")
    return tuple(_value(kind, one) for kind, one in zip(kinds, plain, strict=True))


def _known(plain: Any, words: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if plain not in words:
        raise ValueError(f"{plain!r} is none of {words}")
    return plain
