"""The file that says which groups give which roles: read strictly, groups met letter by letter."""

import pytest

from portal.services.provider_roles import MOST_GROUPS, read_groups
from portal.services.role_map import parse_role_map, read_role_map
from portal.settings import SettingsError

SOUND = '[roles]\nauthor = ["skills-authors"]\nauditor = ["internal-audit", "skills-authors"]\n'


def roles(text, *groups):
    return parse_role_map(text, name="map.toml").roles_of(groups)


def test_a_group_gives_every_role_that_names_it():
    assert roles(SOUND, "skills-authors") == {"author", "auditor"}
    assert roles(SOUND, "internal-audit", "unknown") == {"auditor"}


@pytest.mark.parametrize(
    "group",
    ["", "skills", "skills-author", "Skills-Authors", " skills-authors", "skills-authors,x"],
)
def test_a_group_that_is_not_the_same_letter_by_letter_gives_nothing(group):
    assert roles(SOUND, group) == frozenset()


def test_a_group_makes_administrators_only_where_the_file_says_so():
    text = '[roles]\nadministrator = ["admins"]\n'
    with pytest.raises(SettingsError, match="administrators_by_group = true"):
        roles(text, "admins")

    assert roles(f"administrators_by_group = true\n{text}", "admins") == {"administrator"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("roles = 1", "Expected a table"),
        ("", r"no \[roles\]"),
        ("[roles]\nking = ['a']", "Expected one of"),
        ("[roles]\nauthor = 'a'", "Expected a list"),
        ("[roles]\nauthor = [1]", "Expected a list"),
        ("[roles]\nauthor = ['']", "Expected a list"),
        ("more = 1\n[roles]\n", "holds more"),
        ("[roles\n", "no TOML"),
    ],
)
def test_a_file_that_is_not_sound_keeps_the_portal_from_starting(text, words):
    with pytest.raises(SettingsError, match=words):
        roles(text)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "map.toml").write_bytes(b"\xff\xfe[")
    for name in ("map.toml", "missing.toml"):
        with pytest.raises(SettingsError, match=name):
            read_role_map(tmp_path / name)
    assert read_role_map(None) is None


@pytest.mark.parametrize(
    ("claim", "groups", "fault"),
    [
        (["a", "b"], ("a", "b"), None),
        ([], (), None),
        ([f"g{n}" for n in range(400)], tuple(f"g{n}" for n in range(400)), None),
        ("skills-authors", (), "not a list"),
        ({"a": 1}, (), "not a list"),
        (["a", 1], (), "not a list"),
        (None, (), "missing"),
        (["a"] * (MOST_GROUPS + 1), (), "too many"),
        (["a", "", "x" * 301], ("a",), None),
    ],
)
def test_groups_are_a_list_of_texts_or_nothing(claim, groups, fault):
    assert read_groups(claim) == (groups, fault)
