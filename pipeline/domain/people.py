"""Who works with the results, and what they may see."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class UserRole(StrEnum):
    """What a person does here."""

    AGENT = "agent"
    REVIEWER = "reviewer"
    LEAD = "lead"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account."""

    id: int
    name: str
    display_name: str
    role: UserRole
    team: str | None = None
    agent_id: str | None = None
    lang: str | None = None
    theme: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose calls a person may see; None does not limit. Every query of the review room takes one."""

    team: str | None = None
    agent_id: str | None = None
    nothing: bool = False
    """True where an account has no agent or team yet: it sees no call at all."""
    sealed: frozenset[str] = frozenset()
    """Ids of calls that this person is still to score blind, in an open calibration: until then they hear
    them, and no list, count or search has them."""

    def holds(self, *, agent_id: str | None, team: str | None) -> bool:
        """True where a call of this agent and team is inside."""
        return (
            not self.nothing
            and (self.agent_id is None or agent_id == self.agent_id)
            and (self.team is None or team == self.team)
        )


class Openness(StrEnum):
    """Whom agents may see besides themselves: a setting of the centre. Calls of others stay closed whatever
    it says."""

    OWN = "own"
    TEAM = "team"
    """Their team, by name."""
    ALL = "all"
    """Everybody, by name."""
    ANONYMISED = "anonymised"
    """Everybody, without names, numbers and teams."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whose figures a person may see. Of agents that can be more than whose calls they may open; of everybody
    else it is the same."""

    scope: Scope
    nameless: bool = False
    """True where others are shown as nobody in particular."""

    def names(self, *, agent_id: str | None, team: str | None) -> bool:
        """True where an agent with calls in this team may be named."""
        return not self.nameless and self.scope.holds(agent_id=agent_id, team=team)


def outlook_of(user: User, openness: Openness) -> Outlook:
    """The ONE place where the setting takes effect: agents see themselves and what it opens to them.

    An account without an agent sees nobody, one without a team sees no team.
    """
    own = scope_of(user)
    if user.role is not UserRole.AGENT or own.nothing:
        return Outlook(own)
    match openness:
        case Openness.TEAM if user.team is not None:
            return Outlook(Scope(team=user.team))
        case Openness.ALL:
            return Outlook(Scope())
        case Openness.ANONYMISED:
            return Outlook(Scope(), nameless=True)
        case _:
            return Outlook(own)


def scope_of(user: User) -> Scope:
    """Agents see their own calls, leads their team's, others all (or their team's, where they have one)."""
    match user.role:
        case UserRole.AGENT:
            return Scope(agent_id=user.agent_id, nothing=user.agent_id is None)
        case UserRole.LEAD:
            return Scope(team=user.team, nothing=user.team is None)
        case UserRole.REVIEWER:
            return Scope(team=user.team)
        case UserRole.SUPERVISOR | UserRole.ADMINISTRATOR:
            return Scope()
