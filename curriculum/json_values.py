"""Values of the curriculum ⇄ JSON, without loss."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from curriculum import model
from curriculum.model import Bank, Blueprint, Item, Lesson, Module, Registers, Track

T = TypeVar("T")
Json = dict[str, Any]
_BLOCKS = {cls.__name__.casefold(): cls for cls in get_args(model.Block)}


def item_to_json(item: Item) -> Json:
    """An item as JSON values."""
    return _to_map(item)


def item_from_json(data: Mapping[str, Any]) -> Item:
    """The item that `item_to_json` was given; ValueError when the data does not fit."""
    return _from(Item, data)


def lesson_to_json(lesson: Lesson) -> Json:
    """A lesson as JSON values."""
    return _to_map(lesson)


def lesson_from_json(data: Mapping[str, Any]) -> Lesson:
    """The lesson that `lesson_to_json` was given; ValueError when the data does not fit."""
    return _from(Lesson, data)


def module_to_json(module: Module) -> Json:
    """A module as JSON values."""
    return _to_map(module)


def module_from_json(data: Mapping[str, Any]) -> Module:
    """The module that `module_to_json` was given; ValueError when the data does not fit."""
    return _from(Module, data)


def track_to_json(track: Track) -> Json:
    """A track as JSON values."""
    return _to_map(track)


def track_from_json(data: Mapping[str, Any]) -> Track:
    """The track that `track_to_json` was given; ValueError when the data does not fit."""
    return _from(Track, data)


def registers_to_json(registers: Registers) -> Json:
    """The registers as JSON values."""
    return _to_map(registers)


def registers_from_json(data: Mapping[str, Any]) -> Registers:
    """The registers that `registers_to_json` was given; ValueError when the data does not fit."""
    return _from(Registers, data)


def bank_to_json(bank: Bank) -> Json:
    """A bank as JSON values."""
    return _to_map(bank)


def bank_from_json(data: Mapping[str, Any]) -> Bank:
    """The bank that `bank_to_json` was given; ValueError when the data does not fit."""
    return _from(Bank, data)


def blueprint_to_json(blueprint: Blueprint) -> Json:
    """A blueprint as JSON values."""
    return _to_map(blueprint)


def blueprint_from_json(data: Mapping[str, Any]) -> Blueprint:
    """The blueprint that `blueprint_to_json` was given; ValueError when the data does not fit."""
    return _from(Blueprint, data)


def _to_map(value: Any) -> Json:  # noqa: ANN401
    plain = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    name = type(value).__name__.casefold()
    return {"block": name, **plain} if name in _BLOCKS else plain


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, (str, int, float)) or value is None:
        return value
    if isinstance(value, (tuple, list)):
        return [_plain(entry) for entry in value]
    if isinstance(value, frozenset):
        return sorted(_plain(entry) for entry in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return _to_map(value)


def _from(cls: type[T], data: object) -> T:
    try:
        hint: Any = cls
        value = _reader(hint)(data)
    except (TypeError, KeyError, AttributeError) as fault:
        raise ValueError(f"this is no stored {cls.__name__}: {fault}") from fault
    if not isinstance(value, cls):
        raise TypeError(f"expected a {cls.__name__}")
    return value


@lru_cache(maxsize=256)
def _reader(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    """A function that reads JSON values as one type."""
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_reader(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _tuple_reader(args)
    if origin in {Union, UnionType}:
        return _union_reader(args)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_reader(args[1])
    if origin is frozenset:
        return frozenset
    if hint is float:
        return _number
    if origin is Literal:
        return _option_reader(args)
    return _unchanged


def _dataclass_reader(cls: type) -> Callable[[Any], Any]:
    hints = get_type_hints(cls, vars(model))
    readers: dict[str, Callable[[Any], Any]] = {}

    def read(data: Mapping[str, Any]) -> object:
        if not readers:
            readers.update({name: _reader(hint) for name, hint in hints.items()})
        return cls(**{k: readers[k](v) for k, v in data.items() if k != "block"})

    return read


def _tuple_reader(args: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(args) == 2 and args[1] is Ellipsis:
        return lambda data: tuple(_reader(args[0])(entry) for entry in _listed(data))
    return lambda data: tuple(
        _reader(hint)(entry) for hint, entry in zip(args, _listed(data), strict=True)
    )


def _union_reader(args: tuple[Any, ...]) -> Callable[[Any], Any]:
    if all(isinstance(arg, type) and arg.__name__.casefold() in _BLOCKS for arg in args):
        return lambda data: _reader(_BLOCKS[data["block"]])(data)
    inner = [arg for arg in args if arg is not type(None)]
    return lambda data: None if data is None else _reader(inner[0])(data)


def _mapping_reader(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    if hint is object:
        return _frozen_mapping
    return lambda data: MappingProxyType({k: _reader(hint)(v) for k, v in data.items()})


def _frozen_mapping(data: Mapping[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType({key: _frozen(value) for key, value in data.items()})


def _frozen(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return tuple(_frozen(entry) for entry in value)
    if isinstance(value, dict):
        return {key: _frozen(entry) for key, entry in value.items()}
    return value


def _option_reader(args: tuple[Any, ...]) -> Callable[[Any], Any]:
    def read(data: object) -> object:
        if data not in args:
            raise TypeError(f"expected one of {args}, not {data!r}")
        return data

    return read


def _listed(data: object) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError(f"expected a list, not {type(data).__name__}")
    return data


def _number(data: object) -> object:
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise TypeError(f"expected a number, not {type(data).__name__}")
    return data


def _unchanged(data: object) -> object:
    return data
