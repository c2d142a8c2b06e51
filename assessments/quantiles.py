"""Quantiles and tails of the normal, Student's t and the chi-squared distribution.

They come straight from `scipy.special`, where `scipy.stats` finds them too; importing that one
costs each process that serves pages 25 MB and part of a second of its start.
"""

from typing import Any

from scipy.special import gammaincinv, ndtr, ndtri, stdtr, stdtrit


def normal_quantile(share: Any) -> Any:  # noqa: ANN401
    """Return the value that a standard normal stays below with this probability; arrays too."""
    return ndtri(share)


def normal_below(value: Any) -> Any:  # noqa: ANN401
    """Return the probability that a standard normal stays below a value; arrays too."""
    return ndtr(value)


def t_quantile(share: Any, df: Any) -> Any:  # noqa: ANN401
    """Return the value that Student's t with `df` degrees of freedom stays below; arrays too."""
    return stdtrit(df, share)


def t_above(value: Any, df: Any) -> Any:  # noqa: ANN401
    """Return the probability that Student's t with `df` degrees of freedom exceeds a value."""
    return stdtr(df, -value)


def chi_squared_quantile(share: Any, df: Any) -> Any:  # noqa: ANN401
    """Return the value that chi-squared with `df` degrees of freedom stays below; arrays too."""
    return 2 * gammaincinv(df / 2, share)
