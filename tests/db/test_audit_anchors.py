"""Whatever is done to the audit behind the portal's back is found, at its very end too."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import text

from curriculum.phrases import Joined, Phrase
from db.chain import ORGANISATION
from db.commands.audit import append_audit
from db.queries.audit import ChainFault
from db.store import Store
from portal import clock
from portal.__main__ import main
from portal.services.auditing import (
    ABOUT,
    VERIFY,
    anchor_audit,
    ask_for_proof,
    find_faults,
    read_logged_anchors,
    read_proof,
)
from portal.services.background import make_worker
from tests.factories import NOW, make_attempt
from tests.small_house import House


def append(store: Store, count: int, *, stream: str = ORGANISATION) -> None:
    def add(connection) -> None:
        for number in range(count):
            append_audit(
                connection,
                stream=stream,
                actor="person:1",
                deed="role given",
                object_=f"person:{number}",
                payload={"number": number},
                now=NOW,
            )

    store.write(add)


def change(store: Store, *statements: str) -> None:
    for statement in statements:
        store.write(lambda c, sql=statement: c.execute(text(sql)))


@pytest.fixture
def anchored(store: Store) -> Store:
    """Twelve rows, an anchor after six and one after all."""
    append(store, 6)
    anchor_audit(store, now=NOW)
    append(store, 6)
    anchor_audit(store, now=NOW + timedelta(days=1))
    return store


RENUMBER = "UPDATE audit SET seq = seq - 1 WHERE seq = {n}"


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        (["UPDATE audit SET actor = 'person:2' WHERE seq = 4"], (4, "edited")),
        (["UPDATE audit SET payload = '{}' WHERE seq = 12"], (12, "edited")),
        (["DELETE FROM audit WHERE seq = 5"], (5, "deleted")),
        (["DELETE FROM audit WHERE seq = 1"], (1, "deleted")),
        (
            [
                "UPDATE audit SET seq = 99 WHERE seq = 3",
                "UPDATE audit SET seq = 3 WHERE seq = 7",
                "UPDATE audit SET seq = 7 WHERE seq = 99",
            ],
            (3, "reordered"),
        ),
        (
            [
                "UPDATE audit SET seq = 13 WHERE seq = 12",
                "INSERT INTO audit SELECT stream, 12, at, actor, deed, object, payload, prev_hash,"
                " hash FROM audit WHERE seq = 2",
            ],
            (12, "inserted"),
        ),
        (["DELETE FROM audit WHERE seq > 9"], (10, "truncated")),
        (["DELETE FROM audit WHERE seq = 12"], (12, "truncated")),
        (["DELETE FROM audit"], (1, "truncated")),
    ],
)
def test_each_attack_on_the_rows_is_found_and_named(anchored, attack, fault):
    change(anchored, *attack)

    assert find_faults(anchored) == [ChainFault(ORGANISATION, *fault)]


def test_an_untouched_trail_has_no_fault_and_rows_after_the_anchor_are_fine(anchored):
    append(anchored, 3)

    assert find_faults(anchored) == []


def test_a_whole_stream_written_anew_is_found_by_the_anchor(anchored):
    change(anchored, "DELETE FROM audit")
    append(anchored, 5)
    append(anchored, 7)

    assert find_faults(anchored) == [ChainFault(ORGANISATION, 12, "edited")]


@pytest.mark.parametrize(
    ("attack", "fault"),
    [
        (["UPDATE audit_anchor_head SET hash = 'x' WHERE seq = 6"], (1, "edited")),
        (["UPDATE audit_anchor SET at = '2026-03-02 10:00:00+00' WHERE number = 1"], (1, "edited")),
        (
            [
                "DELETE FROM audit_anchor_head WHERE seq = 6",
                "DELETE FROM audit_anchor WHERE number = 1",
            ],
            (1, "deleted"),
        ),
    ],
)
def test_an_attack_on_the_anchors_is_found(anchored, attack, fault):
    change(anchored, *attack)

    assert ChainFault("anchors", *fault) in find_faults(anchored)


def test_rows_cut_off_together_with_their_anchor_are_found_by_the_log(store, caplog):
    with caplog.at_level(logging.INFO):
        append(store, 6)
        anchor_audit(store, now=NOW)
        append(store, 6)
        anchor_audit(store, now=NOW + timedelta(days=1))
    logged = read_logged_anchors(record.getMessage() for record in caplog.records)
    assert find_faults(store, logged=logged) == []

    change(
        store,
        "DELETE FROM audit WHERE seq > 6",
        "DELETE FROM audit_anchor_head WHERE seq > 6",
        "DELETE FROM audit_anchor WHERE number = 2",
    )

    assert sorted(logged) == [1, 2]
    assert find_faults(store) == []
    assert find_faults(store, logged=logged) == [ChainFault("anchors", 2, "truncated")]


def test_an_anchor_binds_every_stream_that_grew_and_no_other(store):
    attempt = make_attempt(store).id
    append(store, 2)
    append(store, 1, stream=f"attempt:{attempt}")

    moved = [
        anchor_audit(store, now=NOW).moved,
        anchor_audit(store, now=NOW + timedelta(days=1)).moved,
    ]
    append(store, 1, stream=f"attempt:{attempt}")
    moved.append(anchor_audit(store, now=NOW + timedelta(days=2)).moved)

    assert moved == [2, 0, 1]
    assert find_faults(store) == []


def test_a_worker_anchors_by_itself_and_checks_when_asked(house: House):
    auditor = house.viewer("auditor")
    ask_for_proof(house.store, viewer=auditor, now=clock.now())
    worker = make_worker(house.store, clock=clock.now)
    while worker.run_once():
        pass

    proof = read_proof(house.store, viewer=auditor)
    assert len(proof.anchors) == 1
    assert proof.check is not None
    assert (proof.check.state, proof.check.message, proof.check.about) == ("done", "sound", ABOUT)

    change(house.store, "UPDATE audit SET actor = 'person:9' WHERE stream = 'organisation'")
    ask_for_proof(house.store, viewer=auditor, now=clock.now())
    while worker.run_once():
        pass
    check = read_proof(house.store, viewer=auditor).check
    assert check is not None
    assert (check.kind, check.state) == (VERIFY, "failed")
    assert "stream organisation, row 1: edited" in check.message
    # Kept as phrases: the page can say even the name of the fault in another language.
    assert isinstance(check.message, Phrase)
    which = check.message.values["which"]
    assert isinstance(which, Joined)
    (part,) = which.parts
    assert isinstance(part, Phrase)
    assert isinstance(part.values["what"], Phrase)


@pytest.fixture
def command(store_url, store, monkeypatch, capsys):
    """Run `python -m portal audit ...`; return its exit code and what it said."""
    monkeypatch.setenv("PORTAL_DATABASE_URL", store_url)

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["audit", *arguments])
        return code, capsys.readouterr().out

    return run


def test_the_command_proves_the_trail_against_the_log(command, store, tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        append(store, 3)
        anchor_audit(store, now=NOW)
    log = tmp_path / "portal.log"
    log.write_text("\n".join(record.getMessage() for record in caplog.records))

    assert command("verify", "--log", str(log)) == (
        0,
        "The audit trail is sound: 1 anchors, 1 of them found in the log.\n",
    )

    change(store, "DELETE FROM audit WHERE seq = 2")
    code, said = command("verify")
    assert code == 1
    assert said.startswith("stream organisation, row 2: deleted\n")


def test_a_log_that_holds_no_anchor_proves_nothing(command, store, tmp_path):
    append(store, 1)
    anchor_audit(store, now=NOW)
    (tmp_path / "other.log").write_text("nothing of ours\n")

    for name in ("other.log", "missing.log"):
        assert command("verify", "--log", str(tmp_path / name)) == (2, "")


def test_the_command_exports_the_trail_without_a_formula(command, store, tmp_path):
    append(store, 2)
    store.write(
        lambda c: append_audit(
            c, stream=ORGANISATION, actor="=1+1", deed="@SUM(A1)", object_="x", payload={}, now=NOW
        )
    )

    assert command("export", str(tmp_path / "a.csv")) == (0, "3 deeds written.\n")
    lines = (tmp_path / "a.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "stream,seq,at,actor,deed,object,payload,hash"
    assert "'=1+1,'@SUM(A1)" in lines[3]
    assert command("export", str(tmp_path / "a.csv"))[0] == 2
    found = store.read(
        lambda c: c.execute(text("SELECT actor, deed FROM audit WHERE seq = 4")).one()
    )
    assert tuple(found) == ("command line", "exported")
