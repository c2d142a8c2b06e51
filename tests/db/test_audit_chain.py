"""The audit chain names the first row that somebody changed behind the portal's back."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Connection, text

from db.chain import ORGANISATION, Deed, Link, attempt_stream, hash_of
from db.commands.answers import save_answer
from db.commands.audit import append_audit
from db.queries.audit import ChainFault, select_heads, verify_answers, verify_chain
from db.store import Store
from tests.factories import NOW, make_attempt


def append(store: Store, number: int, *, stream: str = ORGANISATION) -> Link:
    return store.write(
        lambda c: append_audit(
            c,
            stream=stream,
            actor="person:1",
            deed="role granted",
            object_=f"person:{number}",
            payload={"role": "manager", "number": number},
            now=NOW,
        )
    )


def change(store: Store, sql: str, **values: object) -> None:
    store.write(lambda c: c.execute(text(sql), values))


@pytest.fixture
def chained(store: Store) -> Store:
    for number in range(1, 7):
        append(store, number)
    return store


def fault(store: Store, **values) -> ChainFault:
    faults = store.read(lambda c: verify_chain(c, **values))
    assert len(faults) == 1
    return faults[0]


def test_an_untouched_chain_verifies(chained: Store) -> None:
    assert chained.read(verify_chain) == []


def test_each_row_is_bound_to_the_one_before(store: Store) -> None:
    first, second = append(store, 1), append(store, 2)

    bound_to = store.read(
        lambda c: c.execute(text("SELECT prev_hash FROM audit ORDER BY seq")).scalars().all()
    )

    assert bound_to == ["0" * 64, first.hash]
    assert second.seq == 2


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "person:2"),
        ("deed", "role revoked"),
        ("object", "person:99"),
        ("payload", "{}"),
        ("at", "2026-03-02 09:00:00.000001"),
        ("hash", "f" * 64),
        ("prev_hash", "f" * 64),
    ],
)
def test_an_edited_row_is_named(chained: Store, column: str, value: str) -> None:
    cast = "CAST(:value AS timestamptz)" if column == "at" else ":value"
    cast = ":value" if chained.dialect == "sqlite" else cast
    change(chained, f"UPDATE audit SET {column} = {cast} WHERE seq = 3", value=value)

    assert fault(chained) == ChainFault(ORGANISATION, 3, "edited")


def test_a_row_edited_together_with_its_hash_is_named(chained: Store) -> None:
    rewrite(chained, seq=3, actor="person:2")

    assert fault(chained) == ChainFault(ORGANISATION, 3, "edited")


def read_deed(connection: Connection, seq: int) -> Deed:
    row = connection.execute(text("SELECT * FROM audit WHERE seq = :seq"), {"seq": seq}).one()
    payload, prev_hash = row.payload, row.prev_hash
    return Deed(row.stream, seq, NOW, row.actor, row.deed, row.object, payload, prev_hash)


def rewrite(store: Store, *, seq: int, actor: str) -> None:
    forged = replace(store.read(lambda c: read_deed(c, seq)), actor=actor)
    change(
        store,
        "UPDATE audit SET actor = :actor, hash = :hash WHERE seq = :seq",
        actor=actor,
        hash=hash_of(forged),
        seq=seq,
    )


@pytest.mark.parametrize("seq", [1, 3, 5])
def test_a_deleted_row_is_named(chained: Store, seq: int) -> None:
    change(chained, "DELETE FROM audit WHERE seq = :seq", seq=seq)

    assert fault(chained) == ChainFault(ORGANISATION, seq, "deleted")


def test_a_deleted_row_is_named_when_the_rest_was_renumbered(chained: Store) -> None:
    change(chained, "DELETE FROM audit WHERE seq = 3")
    for seq in (4, 5, 6):
        change(chained, "UPDATE audit SET seq = :new WHERE seq = :seq", new=seq - 1, seq=seq)

    assert fault(chained) == ChainFault(ORGANISATION, 3, "deleted")


def make_room(store: Store, *, at: int) -> None:
    for seq in range(6, at - 1, -1):
        change(store, "UPDATE audit SET seq = :new WHERE seq = :seq", new=seq + 1, seq=seq)


def insert_forged(store: Store, *, seq: int, hash_: str | None = None) -> None:
    before = store.read(
        lambda c: c.execute(
            text("SELECT hash FROM audit WHERE seq = :seq"), {"seq": seq - 1}
        ).scalar()
    )
    forged = Deed(
        ORGANISATION, seq, NOW, "person:9", "role granted", "person:9", "{}", before or "0" * 64
    )
    change(
        store,
        "INSERT INTO audit (stream, seq, at, actor, deed, object, payload, prev_hash, hash)"
        " VALUES (:stream, :seq, '2026-03-02 09:00:00.000000', :actor, :deed, :object, '{}',"
        " :prev_hash, :hash)",
        stream=ORGANISATION,
        seq=seq,
        actor=forged.actor,
        deed=forged.deed,
        object=forged.object,
        prev_hash=forged.prev_hash,
        hash=hash_ or hash_of(forged),
    )


@pytest.mark.parametrize("seq", [1, 3])
@pytest.mark.parametrize("hash_", [None, "e" * 64], ids=["hashed well", "hashed badly"])
def test_an_inserted_row_is_named(chained: Store, seq: int, hash_: str | None) -> None:
    make_room(chained, at=seq)
    insert_forged(chained, seq=seq, hash_=hash_)

    assert fault(chained) == ChainFault(ORGANISATION, seq, "inserted")


def test_rows_that_changed_places_are_named(chained: Store) -> None:
    for old, new in ((3, 100), (4, 3), (100, 4)):
        change(chained, "UPDATE audit SET seq = :new WHERE seq = :old", new=new, old=old)

    assert fault(chained) == ChainFault(ORGANISATION, 3, "reordered")


def test_an_end_cut_off_shows_against_an_anchor(chained: Store) -> None:
    anchors = chained.read(select_heads)
    change(chained, "DELETE FROM audit WHERE seq >= 5")

    assert chained.read(verify_chain) == []
    assert fault(chained, anchors=anchors) == ChainFault(ORGANISATION, 5, "truncated")


def test_a_whole_stream_cut_off_shows_against_an_anchor(chained: Store) -> None:
    anchors = chained.read(select_heads)
    change(chained, "DELETE FROM audit")

    assert fault(chained, anchors=anchors) == ChainFault(ORGANISATION, 1, "truncated")


def test_an_end_written_anew_shows_against_an_anchor(chained: Store) -> None:
    anchors = chained.read(select_heads)
    rewrite(chained, seq=6, actor="person:2")

    assert chained.read(verify_chain) == []
    assert fault(chained, anchors=anchors) == ChainFault(ORGANISATION, 6, "edited")


def test_a_chain_that_grew_still_fits_an_older_anchor(chained: Store) -> None:
    anchors = chained.read(select_heads)
    append(chained, 7)

    assert chained.read(lambda c: verify_chain(c, anchors=anchors)) == []


def test_each_broken_stream_is_named_and_the_sound_ones_are_not(chained: Store) -> None:
    streams = [attempt_stream(make_attempt(chained).id) for _ in range(3)]
    for stream in streams:
        append(chained, 1, stream=stream)
    change(chained, "UPDATE audit SET actor = 'x' WHERE stream = :stream", stream=streams[1])
    change(chained, "DELETE FROM audit WHERE stream = 'organisation' AND seq = 2")

    faults = chained.read(verify_chain)

    assert faults == [
        ChainFault(streams[1], 1, "edited"),
        ChainFault(ORGANISATION, 2, "deleted"),
    ]


@pytest.mark.parametrize("stream", ["attempt:", "attempt:x", "person:1", ""])
def test_a_stream_nobody_verifies_is_refused(store: Store, stream: str) -> None:
    with pytest.raises(ValueError, match="stream"):
        append(store, 1, stream=stream)


def test_an_attempt_that_is_not_there_has_no_stream(store: Store) -> None:
    with pytest.raises(ValueError, match="belongs to no attempt"):
        append(store, 1, stream="attempt:77")


def test_a_number_json_cannot_hold_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="JSON"):
        store.write(
            lambda c: append_audit(
                c,
                stream=ORGANISATION,
                actor="portal",
                deed="counted",
                object_="x",
                payload={"share": float("nan")},
                now=NOW,
            )
        )


def test_sixteen_writers_keep_one_chain(store: Store) -> None:
    barrier = threading.Barrier(16)

    def write(number: int) -> None:
        barrier.wait()
        for n in range(10):
            append(store, number * 100 + n)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))

    assert store.read(verify_chain) == []
    assert [head.seq for head in store.read(select_heads)] == [160]


def test_a_deed_that_is_taken_back_leaves_no_gap(store: Store) -> None:
    append(store, 1)

    def fail(connection: Connection) -> None:
        append_audit(
            connection,
            stream=ORGANISATION,
            actor="portal",
            deed="tried",
            object_="x",
            payload={},
            now=NOW,
        )
        raise LookupError("changed our mind")

    with pytest.raises(LookupError):
        store.write(fail)
    append(store, 2)

    assert store.read(verify_chain) == []


@pytest.fixture
def answered(store: Store) -> tuple[Store, str]:
    attempt = make_attempt(store)
    for number in range(3):
        store.write(
            lambda c, n=number: save_answer(
                c,
                attempt_id=attempt.id,
                learner_id=attempt.learner_id,
                position=n,
                operation_id=f"op-{n}",
                response='{"choice":"a"}',
                seconds=None,
                now=NOW,
            )
        )
    return store, attempt_stream(attempt.id)


@pytest.mark.parametrize(
    ("deed", "seq", "kind"),
    [
        ('UPDATE answer SET response = \'{"choice":"b"}\' WHERE seq = 2', 2, "edited"),
        ("UPDATE answer SET position = 0 WHERE seq = 3", 3, "edited"),
        ("DELETE FROM answer WHERE seq = 2", 2, "deleted"),
        (
            "INSERT INTO answer (attempt_id, seq, position, operation_id, response, answered_at)"
            " SELECT attempt_id, 4, 0, 'forged', response, answered_at FROM answer WHERE seq = 1",
            4,
            "inserted",
        ),
    ],
)
def test_an_answer_changed_behind_the_audit_is_named(
    answered: tuple[Store, str], deed: str, seq: int, kind: str
) -> None:
    store, stream = answered
    assert store.read(verify_answers) == []

    change(store, deed)

    assert store.read(verify_answers) == [ChainFault(stream, seq, kind)]
    assert store.read(verify_chain) == []
