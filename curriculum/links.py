"""Links that name a file → links that name what the file is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeVar, cast

from curriculum.model import Block, Lesson, Link, Module, Reveal, Tabs, Track

Value = TypeVar("Value", Lesson, Module, Track)
Ids = Mapping[str, tuple[str, str | None]]
_LINKED = frozenset({"lesson", "module", "track"})


def with_ids(value: Value, *, ids: Ids) -> Value:
    """Put the kind and id of the file into every link that was written as a relative path."""
    if not any(isinstance(block, (Link, Reveal, Tabs)) for block in value.blocks):
        return value
    return replace(value, blocks=_blocks(value.blocks, ids=ids))


def _blocks(blocks: tuple[Block, ...], *, ids: Ids) -> tuple[Block, ...]:
    return tuple(_block(block, ids=ids) for block in blocks)


def _block(block: Block, *, ids: Ids) -> Block:
    if isinstance(block, Link):
        kind, id_ = ids.get(block.target, ("", None))
        if id_ and kind in _LINKED:
            return replace(
                block, kind=cast("Literal['lesson', 'module', 'track']", kind), target=id_
            )
        return block
    if isinstance(block, Reveal):
        return replace(block, blocks=_blocks(block.blocks, ids=ids))
    if isinstance(block, Tabs):
        return Tabs(tuple((name, _blocks(inner, ids=ids)) for name, inner in block.tabs))
    return block
