"""The hash over an item's key: it changes exactly when an old answer might score differently."""

import hashlib
import json

from curriculum.model import AnswerLine, Choice, Item


def key_hash(item: Item) -> str:
    """SHA-256 over type, choices, right flags, ratings, answers, scoring and rubric.

    Feedback, stem and settings that do not change a score are left out.
    """
    key = {
        "type": item.type,
        "scoring": item.scoring,
        "ask": item.ask,
        "case_sensitive": item.case_sensitive,
        "unit": item.unit,
        "show": item.show,
        "choices": [_choice(choice) for choice in item.choices],
        "reasons": [_choice(choice) for choice in item.reasons],
        "answers": [_answer(answer) for answer in item.answers],
        "ordering": item.ordering,
        "pairs": [[pair.prompt, pair.match] for pair in item.pairs],
        "rubric": [[row.criterion, row.weight, row.points] for row in item.rubric],
    }
    text = json.dumps(key, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()


def _choice(choice: Choice) -> list[object]:
    return [choice.key, choice.text, choice.right, choice.rating]


def _answer(answer: AnswerLine) -> list[object]:
    return [
        answer.credit,
        answer.low,
        answer.high,
        answer.literal,
        answer.pattern,
        answer.ignore_case,
    ]
