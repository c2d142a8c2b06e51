"""Scoring 100,000 forms that were handed in: `python -m bench.score_forms`.

From answers as they are kept (JSON text) to estimates with their errors, as the portal scores
them; the items are those of a bank on disk.
"""

import json
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from assessments.form_scores import AnswerScorer, FormScorer
from assessments.parameters import expert_parameters
from curriculum.read import read_curriculum
from tests.many_checks import wrong_answer
from tests.small_house import right_answer

ROOT = Path(__file__).resolve().parents[1]
FORMS = 100_000
LIMIT = 10.0


def main():
    items = bank_items()
    answers = kept_answers(items)
    revisions = dict(enumerate(items))
    scorer = FormScorer(AnswerScorer(revisions.__getitem__), expert_parameters(tuple(items)))
    started, busy = time.perf_counter(), time.process_time()
    scores = [scorer.score(rows) for rows in answers]
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    right = np.mean([score.correct for score in scores])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{FORMS:,} forms of 12 questions: {seconds:.2f} s (limit {LIMIT:g} s), peak {peak:.0f} MB"
    )
    print(f"of which the processor worked for them {busy:.2f} s")
    print(f"{FORMS / seconds:,.0f} forms a second, {right:.2f} questions right on average")
    return 0 if seconds <= LIMIT else 1


def bank_items():
    """The items of the skill that is taught first, three forms of twelve."""
    bank = read_curriculum(ROOT, today=datetime.now(UTC).date()).banks["bank.agent-operations"]
    return list(bank.items)


def kept_answers(items):
    """Forms as (revision, JSON) rows in an order of their own, answered by a Rasch model."""
    draw = np.random.default_rng(5)
    forms = {}
    for number, item in enumerate(items):
        texts = (json.dumps(wrong_answer(item)), json.dumps(right_answer(item)))
        forms.setdefault(item.form, []).append((number, item.difficulty, texts))
    kept = []
    for form in np.resize(sorted(forms), FORMS):
        skill = draw.normal()
        rows = [
            (number, texts[int(draw.random() < 1 / (1 + np.exp(-1.1 * (skill - difficulty))))])
            for number, difficulty, texts in forms[form]
        ]
        draw.shuffle(rows)
        kept.append([(int(number), str(text)) for number, text in rows])
    return kept


if __name__ == "__main__":
    raise SystemExit(main())
