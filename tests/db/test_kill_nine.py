"""A short run of the kill -9 rehearsal; bench/kill_nine.py is the long one."""

import pytest

from bench.kill_nine import run_rounds


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(engine: str) -> None:
    outcome = run_rounds(engine, rounds=2, saves=80)

    assert outcome.rounds >= 2
    assert len(outcome.acknowledged) >= 80
    assert (outcome.lost, outcome.duplicated, outcome.broken) == (0, 0, 0)
