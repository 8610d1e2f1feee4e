"""Says what a person may do: engineers write, reviewers also approve, leads also take away."""

from dataclasses import dataclass
from enum import StrEnum

from kb.articles.article import Verb
from kb.articles.identity import person


class Role(StrEnum):
    """What somebody is in the team; each may what the one before may."""

    ENGINEER = "engineer"
    REVIEWER = "reviewer"
    LEAD = "lead"


_NEEDS = {
    Verb.APPROVE: Role.REVIEWER,
    Verb.SEND_BACK: Role.REVIEWER,
    Verb.PUBLISH: Role.REVIEWER,
    Verb.RESOLVE: Role.REVIEWER,
    Verb.ARCHIVE: Role.LEAD,
    Verb.SUPERSEDE: Role.LEAD,
}
_ORDER = tuple(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Who is what. Where nobody is listed, everybody may everything but approve their own work."""

    engineers: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()

    def of(self, by: str) -> Role | None:
        """Return the highest role of the person, None for a stranger."""
        if not (self.engineers or self.reviewers or self.leads):
            return Role.LEAD
        lists = zip(reversed(_ORDER), (self.leads, self.reviewers, self.engineers), strict=True)
        return next((role for role, people in lists if person(by) in map(person, people)), None)

    def why_not(self, by: str, verb: Verb) -> str:
        """Return why this person may not do `verb`, `""` when they may."""
        role, needed = self.of(by), _NEEDS.get(verb, Role.ENGINEER)
        if role is None:
            return "you are not among this workspace's engineers, reviewers and leads"
        if _ORDER.index(role) < _ORDER.index(needed):
            return f"it takes a {needed}, and you are an {role}".replace(
                "an reviewer", "a reviewer"
            )
        return ""


ANYBODY = Roles()
"""The roles of a workspace that lists nobody."""
