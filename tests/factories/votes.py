from itertools import count
from typing import Any

from crm.votes.models import Scorecard, ScorecardItem, Vote, VoteEvent
from tests.factories.campaigns import MADE_AT
from tests.factories.people import organization as make_organization
from tests.factories.people import person as make_person

_number = count(1)
STAMPS = {"created_at": MADE_AT, "updated_at": MADE_AT}


def vote_event(**fields: Any) -> VoteEvent:
    """A vote of a chamber of its own, without votes."""
    number = next(_number)
    values = {
        "identifier": f"H-{number}",
        "motion": f"On clean harbours {number}",
        "start_date": MADE_AT.date(),
    } | fields
    values["organization"] = values.get("organization") or make_organization()
    return VoteEvent.objects.create(**STAMPS | values)


def vote(**fields: Any) -> Vote:
    """Somebody voted yes."""
    values = {"option": "yes"} | fields
    values["vote_event"] = values.get("vote_event") or vote_event()
    values["person"] = values.get("person") or make_person()
    return Vote.objects.create(**values)


def scorecard(**fields: Any) -> Scorecard:
    """A scorecard without votes."""
    return Scorecard.objects.create(**STAMPS | {"title": f"Harbours {next(_number)}"} | fields)


def scorecard_item(**fields: Any) -> ScorecardItem:
    """Yes was right, weight one."""
    values = dict(fields)
    values["scorecard"] = values.get("scorecard") or scorecard()
    values["vote_event"] = values.get("vote_event") or vote_event()
    return ScorecardItem.objects.create(**values)
