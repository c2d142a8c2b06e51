"""Which groups of the OpenID provider give which roles, as a file says it; pure."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from portal.access import Role
from portal.settings import SettingsError

ADMINISTRATOR: Role = "administrator"
LARGEST = 64 * 1024  # bytes of the file
_FIELDS = {"roles", "administrators_by_group"}
_ROLES = frozenset(get_args(Role))


@dataclass(frozen=True, slots=True)
class RoleMap:
    """The groups that give each role; a group is met only letter by letter."""

    groups: Mapping[str, frozenset[Role]]

    def roles_of(self, groups: Collection[str]) -> frozenset[Role]:
        """Return the roles that follow from these groups; unknown groups give none."""
        return frozenset(role for group in groups for role in self.groups.get(group, ()))


def read_role_map(path: Path | None) -> RoleMap | None:
    """Read the file; None where none is named, so that no role follows the provider.

    Raises
    ------
    SettingsError
        With the file and what is wrong in it.
    """
    if path is None:
        return None
    try:
        data = path.read_bytes()
        if len(data) > LARGEST:
            raise SettingsError(f"{path} is longer than {LARGEST} bytes. Expected a short list.")
        return parse_role_map(data.decode("utf-8"), name=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read as text: {error}.") from error


def parse_role_map(text: str, *, name: str) -> RoleMap:
    """Return what the text of a role map says.

    Raises
    ------
    SettingsError
        For unknown fields and roles, groups that are no texts, and administrators whom a group
        would make without the file saying `administrators_by_group = true`.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{name} is no TOML: {error}.") from error
    unknown = sorted(set(found) - _FIELDS)
    roles = found.get("roles")
    if unknown or not isinstance(roles, dict):
        raise SettingsError(
            f"{name} holds {', '.join(unknown) or 'no [roles]'}. Expected a table [roles] and, if "
            "groups may make administrators, administrators_by_group = true."
        )
    if ADMINISTRATOR in roles and found.get("administrators_by_group") is not True:
        raise SettingsError(
            f"{name} lets a group make administrators. Expected administrators_by_group = true "
            "if that is meant; else give that role by hand."
        )
    groups: dict[str, set[Role]] = {}
    for role, names in roles.items():
        for group in _groups(role, names, name=name):
            groups.setdefault(group, set()).add(cast("Role", role))
    return RoleMap({group: frozenset(given) for group, given in groups.items()})


def _groups(role: str, names: object, *, name: str) -> list[str]:
    if role not in _ROLES:
        raise SettingsError(
            f"{name} names the role {role!r}. Expected one of {', '.join(sorted(_ROLES))}."
        )
    if not isinstance(names, list) or not all(isinstance(one, str) and one for one in names):
        raise SettingsError(f"{name} gives {role} to {names!r}. Expected a list of group names.")
    return names
