"""How items behave: difficulty, discrimination, distractors, reliability, misconceptions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from assessments.fairness import dif_table
from assessments.item_responses import ItemResponses

Floats = NDArray[np.float64]

LOWEST_ITEM_REST = 0.10
LOWEST_SHARE, HIGHEST_SHARE = 0.10, 0.95
# Kelley (1939), Journal of Educational Psychology 30: the outer 27 % tell most about an item.
OUTER_SHARE = 0.27
ANSWERS_FOR_A_PILOT = 100

CHECK_THE_KEY = "check the key"
TOO_HARD = "too hard"
TOO_EASY = "too easy"
UNFAIR = "unequal between groups"


@dataclass(frozen=True, slots=True)
class FormStatistics:
    """A test as a whole, over the `n` learners who answered all its items.

    `kr20` and `sem` (in items) are None where they cannot be had; `mean` and `sd` likewise.
    """

    n: int
    items: int
    mean: float | None
    sd: float | None
    kr20: float | None
    sem: float | None


@dataclass(frozen=True, slots=True)
class ItemReport:
    """The items of a test and the test itself.

    `items` has one row per item: `item_id`, `n` (answers), `share_correct`, `item_rest`
    (correlation with the other items, missing where undefined), `flags` (a tuple of texts).
    `dif` has one row per item and focal group as `assessments.fairness.dif_table` gives it; it
    is empty without groups.
    """

    items: pd.DataFrame
    test: FormStatistics
    dif: pd.DataFrame
    warnings: tuple[str, ...]


def item_report(responses: ItemResponses, *, groups: Sequence[str] | None = None) -> ItemReport:
    """The statistics of every item; `groups` holds one group name per learner ("" for none).

    Flags: an item-rest correlation under .10 asks to check the key; a share correct under .10 is
    too hard and above .95 too easy; a Mantel-Haenszel class C is unequal between groups.

    Notes
    -----
    The rest score is the share right of a learner's other answers. Where all answered the same
    items it is the rest sum divided by a constant, so the correlation is the usual one.
    """
    dif = dif_table(responses, groups=groups)
    unequal = set(dif.loc[dif["ets_class"] == "C", "item_id"])
    items = pd.DataFrame(
        {
            "item_id": responses.items,
            "n": responses.answers_per_item,
            "share_correct": _divide(responses.right_per_item, responses.answers_per_item),
            "item_rest": item_rest_correlations(responses),
        }
    )
    items["flags"] = [
        _flags(share, rest=rest, unequal=name in unequal)
        for name, share, rest in zip(
            items["item_id"], items["share_correct"], items["item_rest"], strict=True
        )
    ]
    test = form_statistics(responses)
    return ItemReport(items=items, test=test, dif=dif, warnings=_warnings(items, test=test))


def item_rest_correlations(responses: ItemResponses) -> Floats:
    """Each item's correlation with the rest of the test; NaN where one of the two is constant."""
    learners = len(responses.learners)
    right = np.bincount(responses.learner, weights=responses.correct, minlength=learners)
    given = np.bincount(responses.learner, minlength=learners)
    others = given[responses.learner] - 1
    kept = others > 0
    item, x = responses.item[kept], responses.correct[kept]
    rest = (right[responses.learner[kept]] - x) / others[kept]

    def means(values: Floats) -> Floats:
        sums = np.bincount(item, weights=values, minlength=len(responses.items))
        return _divide(sums, np.bincount(item, minlength=len(responses.items)))

    x_off, rest_off = x - means(x)[item], rest - means(rest)[item]
    spread = np.sqrt(means(x_off**2) * means(rest_off**2))
    # Rounding leaves a constant column with a spread of about 1e-17, which is none.
    return _divide(means(x_off * rest_off), np.where(spread > 1e-12, spread, 0.0))


def form_statistics(responses: ItemResponses) -> FormStatistics:
    """Mean, spread, KR-20 and SEM = sd √(1 - KR-20) over the learners who answered every item.

    Notes
    -----
    Kuder and Richardson (1937), Psychometrika 2, formula 20, with the same divisor for item and
    total variances, which makes it Cronbach's alpha. It may be negative; SEM is then the SD.
    """
    learners, k = len(responses.learners), len(responses.items)
    given = np.bincount(responses.learner, minlength=learners)
    whole = given == k
    n = int(whole.sum())
    if n < 2 or k < 2:
        return FormStatistics(n=n, items=k, mean=None, sd=None, kr20=None, sem=None)
    total = np.bincount(responses.learner, weights=responses.correct, minlength=learners)[whole]
    used = whole[responses.learner]
    share = np.bincount(responses.item[used], weights=responses.correct[used], minlength=k) / n
    variance = float(np.var(total))
    sd = float(np.std(total, ddof=1))
    if variance == 0:
        return FormStatistics(n=n, items=k, mean=float(total.mean()), sd=0.0, kr20=None, sem=None)
    kr20 = k / (k - 1) * (1 - float((share * (1 - share)).sum()) / variance)
    sem = sd * float(np.sqrt(1 - max(kr20, 0.0)))
    return FormStatistics(n=n, items=k, mean=float(total.mean()), sd=sd, kr20=kr20, sem=sem)


def option_report(chosen: pd.DataFrame, *, responses: ItemResponses) -> pd.DataFrame:
    """How often each option was chosen, by all and by the strong and the weak.

    Parameters
    ----------
    chosen
        One row per learner, item and option chosen: `learner_id`, `item_id`, `option` and, if
        known, `misconception`.
    responses
        The answers that tell strong from weak: the upper and lower 27 % by share right, those
        who tie with the border included.

    Returns
    -------
    pd.DataFrame
        One row per item and option: `item_id`, `option`, `misconception` (if given), `n`,
        `share`, `share_strong`, `share_weak` (of those who answered the item).
    """
    standing = _standing(responses)
    rows = chosen.assign(standing=chosen["learner_id"].map(standing))
    people = rows.groupby("item_id")["learner_id"].nunique()
    keys = [name for name in ("item_id", "option", "misconception") if name in rows.columns]
    counts = rows.groupby(keys, dropna=False).size().rename("n").reset_index()
    counts["share"] = counts["n"] / counts["item_id"].map(people)
    for name in ("strong", "weak"):
        some = rows[rows["standing"] == name]
        base = some.groupby("item_id")["learner_id"].nunique()
        picked = some.groupby(["item_id", "option"]).size()
        index = pd.MultiIndex.from_frame(counts[["item_id", "option"]])
        people_of = counts["item_id"].map(base).to_numpy(dtype=np.float64)
        counts[f"share_{name}"] = picked.reindex(index).fillna(0).to_numpy() / people_of
    return counts


def misconceptions_by_holders(chosen: pd.DataFrame) -> pd.DataFrame:
    """Misconceptions by the number of people who showed them, the commonest first.

    Parameters
    ----------
    chosen
        One row per answer and code: `learner_id`, `misconception` (missing or "" for none).

    Returns
    -------
    pd.DataFrame
        `misconception`, `holders` (different learners), `times` (answers), `share` (holders among
        all learners in `chosen`). Ties stand in the order of the codes.
    """
    coded = chosen[chosen["misconception"].notna() & (chosen["misconception"] != "")]
    table = (
        coded.groupby("misconception")["learner_id"]
        .agg(holders="nunique", times="size")
        .reset_index()
        .sort_values(["holders", "misconception"], ascending=[False, True], ignore_index=True)
    )
    table["share"] = table["holders"] / max(chosen["learner_id"].nunique(), 1)
    return table


def _standing(responses: ItemResponses) -> pd.Series:
    learners = len(responses.learners)
    right = np.bincount(responses.learner, weights=responses.correct, minlength=learners)
    share = _divide(right, np.bincount(responses.learner, minlength=learners))
    low, high = np.nanquantile(share, (OUTER_SHARE, 1 - OUTER_SHARE))
    names = np.where(share >= high, "strong", np.where(share <= low, "weak", "middle"))
    return pd.Series(names, index=list(responses.learners))


def _flags(share: float, *, rest: float, unequal: bool) -> tuple[str, ...]:
    found = {
        CHECK_THE_KEY: rest < LOWEST_ITEM_REST,
        TOO_HARD: share < LOWEST_SHARE,
        TOO_EASY: share > HIGHEST_SHARE,
        UNFAIR: unequal,
    }
    return tuple(flag for flag, applies in found.items() if applies)


def _warnings(items: pd.DataFrame, *, test: FormStatistics) -> tuple[str, ...]:
    warnings = []
    few = items[items["n"] < ANSWERS_FOR_A_PILOT]
    if len(few):
        warnings.append(
            f"{len(few)} of {len(items)} items have fewer than {ANSWERS_FOR_A_PILOT} answers: "
            "their figures are uncertain."
        )
    constant = items[items["item_rest"].isna()]["item_id"]
    warnings += [f"{item}: no item-rest correlation, all answers are alike." for item in constant]
    if test.kr20 is None:
        reason = "their scores do not differ" if test.sd == 0 else "at least 2 of each are needed"
        warnings.append(f"No KR-20: {test.n} learners answered all {test.items} items; {reason}.")
    return tuple(warnings)


def _divide(above: NDArray[np.generic], below: NDArray[np.generic]) -> Floats:
    """Division that leaves NaN where there is nothing to divide by."""
    top, bottom = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    result = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=result, where=bottom != 0)
    return result
