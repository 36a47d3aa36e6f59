"""A scorecard as a table, through the exports with their reason and their log."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qs

from django.db.models import Value
from import_export.fields import Field
from import_export.resources import ModelResource

from crm.access.models import User
from crm.people.models import Person
from crm.votes.models import Scorecard
from crm.votes.queries import score_row, scored


class ScoreField(Field):
    """One figure of the score that `ScoreExport.load` found."""

    def get_value(self, instance: Any) -> Any:
        return instance.told[self.column_name]


class ScoreExport(ModelResource):
    """Everybody with a score on one scorecard."""

    name = Field("name", "Name")
    score = ScoreField(column_name="Score")
    votes = ScoreField(column_name="Rated votes")

    class Meta:
        model = Person
        fields = ("name", "score", "votes")

    def load(self, people: Sequence[Any], user: User, _on: date) -> None:
        """The scores of these people, who all carry the key of the scorecard. Two queries."""
        if not people:
            return
        card = Scorecard.objects.get(pk=people[0].scorecard_id)
        rows = scored(card, user).filter(person__in=[person.pk for person in people])
        found = {row["person_id"]: score_row(row) for row in rows}
        for person in people:
            row = found.get(person.pk, {})
            person.told = {"Score": row.get("score", ""), "Rated votes": row.get("votes", "")}


def scored_people(user: User, query: str, _ids: Iterable[str], _on: date) -> Any:
    """Everybody with a score on the scorecard a query (`scorecard=<public id>`) names, each with its key."""
    named = parse_qs(query).get("scorecard", [""])[0]
    card = Scorecard.objects.filter(public_id=named).first()
    if card is None:
        return Person.objects.none()
    people = Person.objects.visible_to(user).filter(pk__in=scored(card, user).values("person_id"))
    return people.annotate(scorecard_id=Value(card.pk)).order_by("sort_name", "id")
