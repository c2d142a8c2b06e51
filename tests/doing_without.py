"""What a test does when a program that it needs cannot be had on this machine."""

import os
import warnings

import pytest


def do_without(reason: str) -> None:
    """Skip with a loud line, or fail where everything has to be checked (`CI=true`)."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(reason)
    warnings.warn(pytest.PytestWarning(f"SKIPPED: {reason}"), stacklevel=2)
    pytest.skip(reason)
