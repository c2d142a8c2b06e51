"""From what a provider said to a session here: fresh, once, known; and people who are added."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from db.commands.limits import Limit
from db.queries.people import find_person
from portal.__main__ import main
from portal.services.people import NewPerson, PersonRefused, add_person, require_real_people
from portal.services.sessions import find_viewer, sign_out
from portal.services.signing_in import Admission, SignIn, admit, derive_token
from portal.settings import SettingsError
from tests.factories import NOW, make_instance, make_person
from tests.sign_in_cookies import ADA, ISSUER, SECRET

NEW = NewPerson(
    issuer=ISSUER,
    subject="first",
    name="Grace Oyelaran",
    email="grace@norhaven.example",
    role_profile="all-staff",
    roles=frozenset({"employee", "administrator"}),
)
PROFILES = {"all-staff", "builder"}


def enter(store, sign_in=ADA, *, now=NOW):
    return admit(store, sign_in=sign_in, secret=SECRET, now=now, hours=8)


def viewer_of(store, token, *, now=NOW):
    return find_viewer(store, token=token, now=now, idle_minutes=30)


def deeds(store):
    sql = text("SELECT actor, deed, object, payload FROM audit ORDER BY seq")
    return [tuple(row) for row in store.read(lambda c: c.execute(sql).all())]


def sessions(store):
    return store.read(lambda c: c.execute(text("SELECT count(*) FROM session")).scalar())


# --- the exchange --------------------------------------------------------------------------------


def test_a_fresh_sign_in_of_somebody_known_becomes_a_session(store):
    person = make_person(store, subject="ada")

    admission = enter(store)

    assert admission.refused is None
    assert viewer_of(store, admission.token).person_id == person
    assert deeds(store) == [(f"person:{person}", "signed in", f"person:{person}", "{}")]


def test_the_same_sign_in_is_worth_nothing_the_second_time(store):
    person = make_person(store, subject="ada")
    enter(store)

    again = enter(store)

    assert (again.token, again.refused) == ("", "used")
    assert sessions(store) == 1
    assert deeds(store)[-1][:2] == (f"person:{person}", "sign-in refused")


def test_signing_out_does_not_make_a_used_sign_in_good_again(store):
    make_person(store, subject="ada")
    token = enter(store).token
    sign_out(store, token=token, now=NOW)

    assert enter(store).refused == "used"
    assert viewer_of(store, token) is None


def test_two_tabs_that_bring_the_same_sign_in_at_once_get_one_session(store):
    make_person(store, subject="ada")

    with ThreadPoolExecutor(4) as pool:
        refused = [one.refused for one in pool.map(lambda _: enter(store), range(4))]

    assert sorted(refused, key=str) == [None, "used", "used", "used"]
    assert sessions(store) == 1


@pytest.mark.parametrize(
    ("age", "refused"),
    [
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, seconds=1), "stale"),
        (timedelta(days=20), "stale"),
        (timedelta(minutes=-1), None),
        (timedelta(minutes=-2), "stale"),
    ],
)
def test_only_a_fresh_sign_in_counts(sqlite_store, age, refused):
    make_person(sqlite_store, subject="ada")

    assert enter(sqlite_store, now=NOW + age).refused == refused


@pytest.mark.parametrize(
    "stranger",
    [
        replace(ADA, subject="Ada"),
        replace(ADA, subject="ada "),
        replace(ADA, issuer="https://id.elsewhere.example"),
        replace(ADA, issuer=f"{ISSUER}/"),
    ],
)
def test_a_subject_counts_only_letter_by_letter_and_with_its_issuer(store, stranger):
    make_person(store, subject="ada")

    assert enter(store, stranger).refused == "unknown"
    assert sessions(store) == 0


def test_a_stranger_leaves_an_audit_row_that_does_not_name_them(sqlite_store):
    enter(sqlite_store, replace(ADA, subject="mallory@elsewhere.example"))

    [(actor, deed, object_, payload)] = deeds(sqlite_store)
    assert (actor, deed, payload) == ("stranger", "sign-in refused", '{"why":"unknown"}')
    assert "mallory" not in object_


def test_the_log_keeps_a_stranger_on_one_line(sqlite_store, caplog):
    enter(sqlite_store, replace(ADA, subject="x\nINFO all is well"))

    assert "\n" not in caplog.messages[0]


def test_who_left_does_not_come_in(store):
    person = make_person(store, subject="ada", active=False)

    assert enter(store).refused == "inactive"
    assert deeds(store)[-1][0] == f"person:{person}"


@pytest.mark.parametrize(
    "other",
    [replace(ADA, nonce="n-2"), replace(ADA, issuer="i"), replace(ADA, subject="bob")],
)
def test_every_sign_in_has_a_token_of_its_own(other):
    assert derive_token(other, secret=SECRET) != derive_token(ADA, secret=SECRET)


def test_a_token_cannot_be_computed_without_the_secret():
    assert derive_token(ADA, secret=SECRET) != derive_token(ADA, secret="t" * 40)


# --- who may be added ----------------------------------------------------------------------------


def test_the_first_administrator_is_added_by_the_command(store):
    person_id = add_person(store, person=NEW, profiles=PROFILES, now=NOW)

    found = store.read(lambda c: find_person(c, person_id))
    assert (found.name, found.roles) == ("Grace Oyelaran", {"employee", "administrator"})
    assert enter(store, replace(ADA, subject="first")).token
    assert deeds(store)[0][:3] == ("command line", "added a person", f"person:{person_id}")
    assert "Grace" not in deeds(store)[0][3]


def test_the_command_line_says_whom_it_added_and_what_was_wrong(sqlite_url, monkeypatch, capsys):
    monkeypatch.setenv("PORTAL_DATABASE_URL", sqlite_url)
    words = ["person", "--issuer", NEW.issuer, "--subject", NEW.subject, "--name", NEW.name]
    words += ["--email", NEW.email, "--role", "employee", "--role", "administrator"]

    assert main(words) == 0
    assert NEW.name in capsys.readouterr().out
    assert main(words) == 2

    said = capsys.readouterr()
    assert "There is somebody with the subject 'first'" in said.out + said.err


def test_nobody_is_added_twice(store):
    add_person(store, person=NEW, profiles=PROFILES, now=NOW)

    with pytest.raises(PersonRefused, match="There is somebody with the subject 'first'"):
        add_person(store, person=replace(NEW, name="G. O."), profiles=PROFILES, now=NOW)

    assert len(deeds(store)) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"issuer": "id.norhaven.example"}, "--issuer is 'id.norhaven.example'. Expected the"),
        ({"subject": ""}, "--subject is ''. Expected 1 to 255"),
        ({"subject": "first "}, "--subject is 'first '"),
        ({"name": "Grace\x00"}, "--name is "),
        ({"email": "grace"}, "--email is 'grace'. Expected one address."),
        ({"role_profile": "boss"}, "--role-profile is 'boss'. Expected one of all-staff, builder."),
    ],
)
def test_an_unsound_value_adds_nobody(sqlite_store, changed, sentence):
    with pytest.raises(PersonRefused, match=re.escape(sentence)):
        add_person(sqlite_store, person=replace(NEW, **changed), profiles=PROFILES, now=NOW)

    assert deeds(sqlite_store) == []


def test_real_people_stay_out_of_a_demonstration(sqlite_store):
    make_instance(sqlite_store, synthetic=True)

    with pytest.raises(PersonRefused, match="invented"):
        add_person(sqlite_store, person=NEW, profiles=PROFILES, now=NOW)


def test_real_sign_in_refuses_a_database_of_invented_people(sqlite_store):
    make_instance(sqlite_store, synthetic=True)

    require_real_people(sqlite_store, auth="demo")
    with pytest.raises(SettingsError, match="the people in this database are invented"):
        require_real_people(sqlite_store, auth="oidc")


# --- the command line ----------------------------------------------------------------------------

GRACE = (
    *("person", "--issuer", ISSUER, "--subject", "first", "--name", "Grace Oyelaran"),
    *("--email", "grace@norhaven.example", "--role", "employee", "--role", "administrator"),
)


@pytest.fixture
def portal(monkeypatch, tmp_path, capsys):
    """Run a command of the portal on a SQLite file; return its exit code and what it said."""

    def run(*words, **settings):
        given = {"PORTAL_DATABASE_URL": f"sqlite:///{tmp_path / 'portal.db'}"}
        given |= {"PORTAL_DATA_DIR": str(tmp_path), **settings}
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        code = main(words)
        return code, "".join(capsys.readouterr())

    return run


def test_the_command_says_whom_it_added_and_refuses_a_second_time(portal, sqlite_store):
    first = portal(*GRACE)
    second = portal(*GRACE)

    assert first == (0, "Grace Oyelaran is person 1: administrator, employee.\n")
    assert second[0] == 2
    assert second[1].startswith("There is somebody with the subject 'first'")
    assert enter(sqlite_store, replace(ADA, subject="first")).token


def test_without_a_database_the_command_says_how_to_make_one(portal):
    code, said = portal(*GRACE)

    assert code == 2
    assert "does not exist; run `python -m db upgrade`" in said


def test_a_demonstration_is_not_served_to_people_who_sign_in(portal, sqlite_store):
    make_instance(sqlite_store, synthetic=True)
    address = f"{ISSUER}/.well-known/openid-configuration"

    code, said = portal(
        "serve",
        PORTAL_AUTH="oidc",
        PORTAL_OIDC_METADATA_URL=address,
        PORTAL_OIDC_CLIENT_ID="portal",
        PORTAL_OIDC_CLIENT_SECRET="c",
        PORTAL_PUBLIC_URL="https://skills.norhaven.example",
        PORTAL_COOKIE_SECRET=SECRET,
    )

    assert code == 2
    assert "the people in this database are invented" in said


def test_a_portal_with_real_people_never_becomes_a_demonstration(portal, sqlite_store):
    portal(*GRACE)

    code, said = portal("demo")

    assert code == 2
    assert "already holds people" in said


def test_who_signs_in_again_and_again_is_told_to_wait_and_fills_no_audit(store):
    person = make_person(store, issuer=ISSUER, subject="often")
    assert person
    limit = Limit("sign in", 2)

    def come(number: int, subject: str) -> Admission:
        sign_in = SignIn(ISSUER, subject, f"nonce-{number}", NOW)
        return admit(store, sign_in=sign_in, secret=SECRET, now=NOW, hours=8, limit=limit)

    known = [come(number, "often").refused for number in range(4)]
    strange = [come(number, "stranger").refused for number in range(4)]

    assert known == [None, None, "often", "often"]
    assert strange == ["unknown", "unknown", "often", "often"]
    rows = store.read(lambda c: c.exec_driver_sql("SELECT deed FROM audit").scalars().all())
    assert len(rows) == 4
