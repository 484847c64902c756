"""Quotas on groups as plain values for JSON, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pairwise.errors import InvalidInput
from pairwise.quotas.groups import Common, NotAlone, PerGroup
from pairwise.quotas.kinds import Is

if TYPE_CHECKING:
    from pairwise.quotas.base import Quota


def to_plain(quota: Quota) -> dict[str, Any]:
    """Return a quota on groups as texts, numbers and lists, in a fixed order."""
    match quota:
        case PerGroup(of=of):
            return {
                "quota": "PerGroup",
                "of": [of.feature, *of.labels],
                "at_least": quota.at_least,
                "at_most": quota.at_most,
                "or_none": quota.or_none,
            }
        case NotAlone():
            return {"quota": "NotAlone", "of": [quota.feature, *quota.labels]}
        case Common():
            return {"quota": "Common", "at_least": quota.at_least, "slots": quota.slots}
    raise InvalidInput(f"{quota!r}: is no quota on groups")


def from_plain(data: dict[str, Any]) -> Quota:
    """Return the quota that `to_plain` wrote."""
    given = dict(data)
    name = given.pop("quota")
    if name == "PerGroup":
        return PerGroup(Is(*given.pop("of")), **given)
    if name == "NotAlone":
        return NotAlone(*given["of"])
    if name == "Common":
        return Common(**given)
    raise InvalidInput(f"quota {name!r}: is no quota on groups")
