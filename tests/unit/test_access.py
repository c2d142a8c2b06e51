"""Who may do what: the whole matrix, pair by pair, and the rules about owners and teams."""

from typing import get_args

import pytest

from portal.access import (
    MATRIX,
    Deed,
    Refused,
    Role,
    Viewer,
    may,
    require,
    require_line,
    require_own,
)

# One row a deed, one column a role. Whoever changes a right changes it here too.
ROLES = ("employee", "manager", "author", "approver", "program_lead", "accommodations_officer",
         "sponsor", "auditor", "administrator")  # fmt: skip
EXPECTED = """
learn                     x . . . . . . . .
see own record            x x x x x x x x x
see team figures          . x . . . . . . .
see organisation figures  . . . . x . x . .
compare programs          . x x . x . x . .
run programs              . . . . x . . . .
give places               . x . . . . . . .
read drafts               . . x x . . . . .
publish lessons           . . x . . . . . .
review texts              . . x x . . . . .
approve secure items      . . . x . . . . .
waive approval            . . . . . . . . x
set accommodations        . . . . . x . . .
read the audit trail      . . . . . . . x .
manage people             . . . . . . . . x
see jobs                  . . x . . . . . x
grade work                . . x x . . . . .
"""


def expected():
    for line in EXPECTED.strip().splitlines():
        deed, marks = line[:26].strip(), line[26:].split()
        for role, mark in zip(ROLES, marks, strict=True):
            yield deed, role, mark == "x"


def viewer(*roles, person_id=1):
    return Viewer(person_id=person_id, name="Ada", roles=frozenset(roles), role_profile="all-staff")


def test_the_table_names_every_deed_and_every_role():
    assert get_args(Role) == ROLES
    assert {deed for deed, _role, _allowed in expected()} == set(get_args(Deed)) == set(MATRIX)


@pytest.mark.parametrize(("deed", "role", "allowed"), list(expected()))
def test_each_role_may_do_what_the_table_says_and_nothing_else(deed, role, allowed):
    who = viewer(role)
    assert may(who, deed) is allowed
    if allowed:
        require(who, deed)
    else:
        with pytest.raises(Refused, match=f"to {deed}"):
            require(who, deed)


@pytest.mark.parametrize("deed", get_args(Deed))
def test_somebody_without_a_role_may_do_nothing(deed):
    with pytest.raises(Refused, match="Ask the people desk"):
        require(viewer(), deed)


def test_rights_of_several_roles_add_up():
    both = viewer("employee", "auditor")
    require(both, "learn")
    require(both, "read the audit trail")
    assert not may(both, "manage people")


def test_a_refusal_names_the_roles_that_would_be_needed():
    with pytest.raises(Refused, match="program lead or sponsor to see organisation figures"):
        require(viewer("employee"), "see organisation figures")


def test_what_belongs_to_somebody_else_looks_as_if_it_did_not_exist():
    require_own(viewer("employee", person_id=7), owner_id=7)
    said = set()
    for owner_id in (8, None):
        with pytest.raises(Refused) as caught:
            require_own(viewer("administrator", person_id=7), owner_id=owner_id)
        said.add(str(caught.value))
    assert len(said) == 1


def test_a_manager_sees_the_teams_of_the_line_and_no_other():
    manager = viewer("manager")
    require_line(manager, team_id=3, line={3, 4})
    with pytest.raises(Refused, match="not in your line"):
        require_line(manager, team_id=5, line={3, 4})
    with pytest.raises(Refused, match="not in your line"):
        require_line(manager, team_id=5, line=())


def test_whoever_sees_the_organisation_sees_every_team():
    require_line(viewer("sponsor"), team_id=5, line=())


def test_a_line_is_worth_nothing_without_the_role():
    with pytest.raises(Refused, match="see team figures"):
        require_line(viewer("employee", "administrator"), team_id=3, line={3})


def test_the_matrix_cannot_be_changed_at_run_time():
    with pytest.raises(TypeError):
        MATRIX["learn"] = frozenset()  # type: ignore[index]
