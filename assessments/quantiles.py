"""Quantiles and tails of the normal, Student's t and the chi-squared distribution.

They come straight from `scipy.special`, where `scipy.stats` finds them too; importing that one
costs 25 MB more and part of a second. Even this one costs each process 12 MB, and it is computing
that needs it, not reading a lesson or answering a check: it is imported by whoever first computes.
"""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def _special() -> Any:  # noqa: ANN401
    return import_module("scipy.special")


def normal_quantile(share: Any) -> Any:  # noqa: ANN401
    """Return the value that a standard normal stays below with this probability; arrays too."""
    return _special().ndtri(share)


def normal_below(value: Any) -> Any:  # noqa: ANN401
    """Return the probability that a standard normal stays below a value; arrays too."""
    return _special().ndtr(value)


def t_quantile(share: Any, df: Any) -> Any:  # noqa: ANN401
    """Return the value that Student's t with `df` degrees of freedom stays below; arrays too."""
    return _special().stdtrit(df, share)


def t_above(value: Any, df: Any) -> Any:  # noqa: ANN401
    """Return the probability that Student's t with `df` degrees of freedom exceeds a value."""
    return _special().stdtr(df, -value)


def chi_squared_quantile(share: Any, df: Any) -> Any:  # noqa: ANN401
    """Return the value that chi-squared with `df` degrees of freedom stays below; arrays too."""
    return 2 * _special().gammaincinv(df / 2, share)
