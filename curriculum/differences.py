"""What is another in a newer text of a file: settings, blocks as learners see them, items; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Literal

from curriculum.choice_differences import is_reworded
from curriculum.item_differences import ItemChange, item_changes, setting_change, text_words
from curriculum.merge import line_matcher
from curriculum.model import (
    Bank,
    Block,
    Blueprint,
    Check,
    Front,
    Heading,
    Item,
    Lesson,
    Module,
    Objective,
    Pick,
    Prose,
    Track,
)
from curriculum.phrases import Joined, Phrase

Mark = Literal["same", "added", "removed", "changed"]
File = Track | Module | Lesson | Bank | Blueprint
_FRONT_TEXTS = {"summary": Phrase("summary")}
NEAR = 20  # So many blocks further down an old one is looked for.
_APART = {"front", "blocks", "items", "footnotes", "objectives", "picks"}
_FRONT_APART = {"path", "content_hash", "schema", *_FRONT_TEXTS}


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block as it was and as it is; one side is None where it was added or removed."""

    mark: Mark
    before: Block | None
    after: Block | None


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that changed between two texts of a file.

    `settings` are words about the front matter. `blocks` hold the whole body in order, with the
    blocks that are still the same, so that it can be drawn as learners see it.
    """

    settings: tuple[Phrase, ...]
    blocks: tuple[BlockChange, ...]
    items: tuple[ItemChange, ...]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing changed that a reader would notice."""
        same = all(block.mark == "same" for block in self.blocks)
        return same and not self.settings and not self.items


def differences(before: File | None, after: File | None) -> Differences:
    """Compare two texts of a file; None stands for a file that is not there.

    Raises
    ------
    ValueError
        If they are files of two kinds.
    """
    if before is not None and after is not None and type(before) is not type(after):
        raise ValueError(f"a {type(before).__name__} cannot become a {type(after).__name__}")
    changed = item_changes(items_of(before), items_of(after))
    return Differences(
        settings=_setting_words(before, after) if before and after else (),
        blocks=block_changes(
            blocks_of(before), blocks_of(after), changed={item.id for item in changed}
        ),
        items=changed,
    )


def items_of(value: File | None) -> tuple[Item, ...]:
    """Return the items of a lesson or bank."""
    return value.items if isinstance(value, Lesson | Bank) else ()


def blocks_of(value: File | None) -> tuple[Block, ...]:
    """Return the body of a file; banks and blueprints have none."""
    return value.blocks if isinstance(value, Lesson | Module | Track) else ()


def block_changes(
    before: Sequence[Block], after: Sequence[Block], *, changed: Iterable[str] = ()
) -> tuple[BlockChange, ...]:
    """Put two bodies side by side; `changed` names the items that are not what they were."""
    before, after = _paragraphs(before), _paragraphs(after)
    old, new = [repr(block) for block in before], [repr(block) for block in after]
    found: list[BlockChange] = []
    for word, i, j, k, m in line_matcher(old, new).get_opcodes():
        if word == "equal":
            found += [
                BlockChange("same", one, other)
                for one, other in zip(before[i:j], after[k:m], strict=True)
            ]
        else:
            found += _replaced(before[i:j], after[k:m])
    items = set(changed)
    return tuple(
        BlockChange("changed", one.before, one.after)
        if one.mark == "same" and isinstance(one.after, Check) and one.after.item_id in items
        else one
        for one in found
    )


def _paragraphs(blocks: Sequence[Block]) -> list[Block]:
    """Part long prose at its empty lines, so that one changed word marks one paragraph."""
    found: list[Block] = []
    for block in blocks:
        if isinstance(block, Prose):
            found += [Prose(text) for text in _parts(block.markdown)]
        else:
            found.append(block)
    return found


def _parts(markdown: str) -> list[str]:
    parts, fence = [""], ""
    for line in markdown.split("\n"):
        sign = line.lstrip()[:3]
        if sign in {"```", "~~~"}:
            fence = "" if sign == fence else fence or sign
        if line.strip() or fence:
            parts[-1] += f"{line}\n"
        elif parts[-1]:
            parts.append("")
    return [part.removesuffix("\n") for part in parts if part]


def _replaced(before: Sequence[Block], after: Sequence[Block]) -> list[BlockChange]:
    """Pair blocks that are the old ones in other words; keep the order of both sides."""
    found: list[BlockChange] = []
    start = 0
    for block in after:
        place = next(
            (
                at
                for at in range(start, min(len(before), start + NEAR))
                if _is_same_block(before[at], block)
            ),
            None,
        )
        if place is None:
            found.append(BlockChange("added", None, block))
            continue
        found += [BlockChange("removed", gone, None) for gone in before[start:place]]
        found.append(BlockChange("changed", before[place], block))
        start = place + 1
    return [*found, *(BlockChange("removed", gone, None) for gone in before[start:])]


def _is_same_block(before: Block, after: Block) -> bool:
    if type(before) is not type(after):
        return False
    if isinstance(before, Heading) and isinstance(after, Heading):
        return is_reworded(before.text, after.text)
    if isinstance(before, Prose) and isinstance(after, Prose):
        return is_reworded(before.markdown, after.markdown)
    return not isinstance(before, Check)


# --- settings -------------------------------------------------------------------------------------


def _setting_words(before: File, after: File) -> tuple[Phrase, ...]:
    words = _field_words(before.front, after.front, without=_FRONT_APART)
    for name, noun in _FRONT_TEXTS.items():
        words += text_words(getattr(before.front, name), getattr(after.front, name), noun=noun)
    words += _field_words(before, after, without=_APART)
    if isinstance(before, Lesson | Module) and isinstance(after, Lesson | Module):
        words += _objective_words(before.objectives, after.objectives)
    if isinstance(before, Lesson) and isinstance(after, Lesson):
        words += _footnote_words(before.footnotes, after.footnotes)
    if isinstance(before, Blueprint) and isinstance(after, Blueprint):
        words += _pick_words(before.picks, after.picks)
    return tuple(words)


def _field_words(before: Front | File, after: Front | File, *, without: set[str]) -> list[Phrase]:
    words = []
    for field in fields(after):
        old, new = getattr(before, field.name), getattr(after, field.name)
        name = field.name.replace("_", " ")
        if field.name in without or old == new:
            continue
        if isinstance(old, tuple) and isinstance(new, tuple):
            words += _list_words(old, new, name=name)
        else:
            words.append(setting_change(field.name, old, new))
    return words


def _list_words(before: tuple[str, ...], after: tuple[str, ...], *, name: str) -> list[Phrase]:
    fresh = [one for one in after if one not in before]
    gone = [one for one in before if one not in after]
    words = [Phrase("{name}: {fresh} added", name=name, fresh=", ".join(fresh))] if fresh else []
    words += [Phrase("{name}: {gone} removed", name=name, gone=", ".join(gone))] if gone else []
    return words or [Phrase("{name} in another order", name=name)]


def _objective_words(before: Sequence[Objective], after: Sequence[Objective]) -> list[Phrase]:
    old, new = [one.text for one in before], [one.text for one in after]
    words = [Phrase("objective added: {text}", text=text) for text in new if text not in old]
    words += [Phrase("objective removed: {text}", text=text) for text in old if text not in new]
    if not words and tuple(before) != tuple(after):
        words.append(Phrase("objectives changed in level, skill or order"))
    return words


def _footnote_words(before: Mapping[str, str], after: Mapping[str, str]) -> list[Phrase]:
    names = [*after, *(name for name in before if name not in after)]
    words = []
    for name in names:
        words += text_words(
            before.get(name, ""), after.get(name, ""), noun=Phrase("footnote {name}", name=name)
        )
    return words


def _pick_words(before: Sequence[Pick], after: Sequence[Pick]) -> list[Phrase]:
    old, new = [_pick_text(one) for one in before], [_pick_text(one) for one in after]
    words = [Phrase("pick added: {text}", text=text) for text in new if text not in old]
    words += [Phrase("pick removed: {text}", text=text) for text in old if text not in new]
    if not words and old != new:
        words.append(Phrase("picks in another order"))
    return words


def _pick_text(pick: Pick) -> Phrase:
    parts = [pick.skill, pick.cell or ""]
    parts += [Phrase("level {level}", level=pick.level)] if pick.level else []
    parts += [Phrase("form {form}", form=pick.form)] if pick.form else []
    parts += [Phrase("from {banks}", banks=", ".join(pick.banks))]
    what = Joined([part for part in parts if part], between=", ")
    return Phrase("{n} of {what}", n=pick.n, what=what)
