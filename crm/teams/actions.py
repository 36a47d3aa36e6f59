"""Who belongs to which team: it decides who sees what is kept to the team, so every change leaves its entry."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from crm.access.models import Team, User
from crm.activity.actions import record
from crm.base.text import one_line
from crm.changes.actions import record_change, record_created
from crm.changes.rules import snapshot


@transaction.atomic
def create_team(*, name: str, by: User | None, at: datetime) -> Team:
    """A team without members. The second call with the same name gives the one that is there."""
    team, made = Team.objects.get_or_create(name=one_line(name, limit=100))
    if made:
        record_created(record("team.created", team, by=by, at=at), team)
    return team


@transaction.atomic
def set_members(team: Team, members: Iterable[User], *, by: User | None, at: datetime) -> Team:
    """Say who belongs to a team; it counts from the next request on. One entry says who came and who left.

    The second call changes and records nothing.
    """
    list(Team.objects.select_for_update().filter(pk=team.pk).values_list("pk"))
    wanted = {member.pk: member for member in members}
    there = {member.pk: member for member in team.members.all()}
    added, removed = sorted(wanted.keys() - there.keys()), sorted(there.keys() - wanted.keys())
    if added or removed:
        team.members.set(wanted.values())
        about = [(wanted | there)[pk] for pk in (*added, *removed)]
        record("team.members_changed", team, by=by, at=at, about=about, data={"added": added, "removed": removed})
    return team


@transaction.atomic
def rename_team(team: Team, *, name: str, by: User | None, at: datetime) -> Team:
    """Another name; a name another team has raises ValidationError. The second call changes and records nothing."""
    before = snapshot(Team.objects.select_for_update().get(pk=team.pk))
    team.name = one_line(name, limit=100)
    team.full_clean()
    if team.name != before["name"]:
        team.save(update_fields=["name"])
        record_change(record("team.renamed", team, by=by, at=at), team, before=before, after=snapshot(team))
    return team
