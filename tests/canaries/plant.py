"""A small visible registry, and somebody hidden whom every visible row of it touches."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils import timezone

from crm.access.enums import Role
from crm.access.models import Team, User
from crm.activity.actions import record
from crm.bulk.models import BulkAct, BulkTarget
from crm.changes.actions import record_change, record_created, record_deleted
from crm.changes.models import Change
from crm.duplicates.models import NotDuplicate, NotDuplicateOrganization
from crm.elections.models import RolledSeat, RollOver
from crm.exports.models import ExportJob
from crm.imports.models import ImportRow
from crm.messaging.models import Attempt, InboundMessage, PlannedStep
from crm.notes.actions import add_note
from crm.offices.models import OfficeRules
from crm.people.actions import refresh_search_text
from crm.people.enums import MembershipRole, OrganizationClassification, PersonCategory, Visibility
from crm.people.models import Identifier, Organization, OtherName, Person
from crm.tags.models import ServedArea
from meetings.invitations.models import InvitationSend, ReplyReview
from meetings.requests.models import RequestNote
from meetings.scheduling.models import AttendeeAnswer
from tests.canaries.words import HIDDEN, PRIVATE, SUPPORTER, fill
from tests.factories.access import user as make_user
from tests.factories.availability import busy_calendar, calendar_upload, institution_calendar, institution_event
from tests.factories.briefings import snapshot, talking_point
from tests.factories.campaigns import campaign
from tests.factories.duplicates import duplicate_pair
from tests.factories.fields import custom_field, custom_value
from tests.factories.followups import commitment, task
from tests.factories.holds import hold
from tests.factories.imports import import_batch, preview_row
from tests.factories.influence import influence
from tests.factories.issues import ask, issue, stance
from tests.factories.lobbydays import debrief, delegate, lobby_day, lobby_office, team_member
from tests.factories.meetings import (
    agenda_document,
    agenda_item,
    attendee,
    constituent_offer,
    meeting,
    meeting_request,
    offered_time,
    outcome,
    reminder,
    series_of,
    venue,
)
from tests.factories.messaging import enrolment, message, sequence
from tests.factories.people import contact_detail, membership, office, organization, person, post
from tests.factories.petitions import petition
from tests.factories.places import area
from tests.factories.polls import poll, poll_option, poll_participant
from tests.factories.prospects import prospect
from tests.factories.relationships import relationship, relationship_type
from tests.factories.segments import frozen_list, segment
from tests.factories.tags import tag, tagging
from tests.factories.targets import quota, target, target_list
from tests.factories.votes import scorecard, scorecard_item, vote, vote_event

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
FAR = datetime(2090, 6, 15, 12, tzinfo=UTC)
SINCE = "2025-01-03"


@dataclass
class World:
    """`seen` are the visible rows by what they are, `hidden` their hidden counterparts."""

    director: User
    users: dict[Role, User]
    seen: dict[str, Any] = field(default_factory=dict)
    hidden: dict[str, Any] = field(default_factory=dict)
    planted: list[Any] = field(default_factory=list)
    supporter: list[Any] = field(default_factory=list)
    private: list[Any] = field(default_factory=list)


def far_keys(offset: int) -> None:
    """Let the keys of every table go on at a number no other table uses, so that a key names one row only."""
    tables = sorted(model._meta.db_table for model in apps.get_models() if model._meta.app_label in {"crm", "meetings"})
    with connection.cursor() as cursor:
        for number, table in enumerate(tables, start=1):
            start = number * 1000 + offset
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, start])
            else:
                cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, start])


def world() -> World:
    """The visible registry and one user of each role; nothing is hidden in it yet."""
    far_keys(0)
    users = {role: make_user(role=role, username=f"the-{role}") for role in Role}
    made = World(director=make_user(role=Role.DIRECTOR, username="owner"), users=users)
    _registry(made.seen)
    _work(made.seen, users[Role.COORDINATOR])
    _lobby_day(made.seen, users[Role.COORDINATOR])
    _sets(made.seen, users)
    return made


def _registry(seen: dict[str, Any]) -> None:
    state = area(name="Fairland", code="FL")
    district = area(name="Harbour district", code="FL-1", parent=state)
    chamber = organization(name="Fairland Assembly", area=state)
    committee = organization(name="Committee on Tides", classification="committee", parent=chamber)
    party = organization(name="Tide Party", classification="party")
    seat = post(organization=chamber, area=district, label="Seat one", role="member")
    second = post(organization=chamber, area=district, label="Seat two", role="member")
    holder = person(name="Robin Holder", given_name="Robin", family_name="Holder")
    membership(person=holder, organization=chamber, post=seat, area=district, on_behalf_of=party, start_date=SINCE)
    membership(person=holder, organization=committee, role=MembershipRole.CHAIR, start_date=SINCE)
    led = organization(name="Office of Robin Holder", classification="office", parent=chamber)
    membership(person=holder, organization=led, role=MembershipRole.PRINCIPAL, start_date=SINCE)
    rules = OfficeRules.objects.create(organization=led, note="Ask early", created_at=NOW, updated_at=NOW)
    scheduler = person(name="Sasha Keeper", category=PersonCategory.OFFICE_STAFF)
    membership(person=scheduler, organization=led, role=MembershipRole.SCHEDULER, start_date=SINCE)
    contact_detail(person=holder, value="robin@house.example")
    contact_detail(person=scheduler, value="sasha@house.example")
    other = person(name="Robin Holdar", given_name="Robin", family_name="Holdar")
    ngo = organization(name="Harbour Friends", classification="ngo")
    seen |= {
        "area": district,
        "state": state,
        "organization": chamber,
        "committee": committee,
        "party": party,
        "post": seat,
    }
    ours = person(name="Uma Ours", category=PersonCategory.OWN_STAFF)
    seen |= {
        "second": second,
        "ours": ours,
        "job_held": membership(person=ours, organization=chamber, start_date=SINCE),
    }
    seen |= {"person": holder, "scheduler": scheduler, "other": other, "office": led, "officerules": rules, "ngo": ngo}


def _work(seen: dict[str, Any], by: User) -> None:
    holder, topic = seen["person"], issue(name="Clean water", slug="clean-water")
    drive = campaign(title="Clean harbours", slug="clean-harbours")
    wish = ask(issue=topic, campaign=drive, title="Vote for the water bill", bill="H 1")
    asked = meeting_request(person=holder, ask=wish, scheduler=seen["scheduler"], owner=by)
    met = meeting(person=holder, ask=wish, owner=by, title="Water in schools")
    guest = attendee(meeting=met, person=holder, email="robin@house.example", role="policymaker")
    asked_for_time = meeting_request(person=seen["other"], ask=wish, owner=by)
    offered_time(request=asked_for_time)
    seen |= {"issue": topic, "campaign": drive, "ask": wish, "request": asked, "meeting": met, "attendee": guest}
    seen |= {"venue": venue(), "agenda": agenda_item(meeting=met), "outcome": outcome(meeting=met, recorded_by=by)}
    reminder(meeting=met)
    series_of(met)
    constituent_offer(person=seen["other"])
    seen |= {"task": task(title="Call back", person=holder, by=by), "commitment": commitment(holder, ask=wish, by=by)}
    seen |= {"note": add_note(holder, text="Likes tea", by=by, at=NOW), "point": talking_point(ask=wish, by=by)}
    seen |= {"stance": stance(person=holder, ask=wish), "influence": influence(person=holder, issue=topic)}
    seen |= {"briefing": snapshot(holder, by=by), "prospect": prospect(person=seen["other"], campaign=drive)}
    seen |= {"message": message(person=holder, to_email="robin@house.example"), "sequence": sequence()}
    seen["enrolment"] = enrolment(person=holder, anchor=met, sequence=seen["sequence"])
    seen["inbound"] = InboundMessage.objects.create(
        sha256="0" * 64, subject="Re", raw=b"", kind="reply", received_at=NOW, person=holder
    )
    seen["review"] = ReplyReview.objects.create(
        inbound=seen["inbound"], meeting=met, attendee=guest, reason="human", created_at=NOW
    )
    seen["poll"] = poll(request=asked_for_time, owner=by, title="A time for water", deadline_at=FAR)
    seen["poll_guest"] = poll_participant(poll=seen["poll"], person=seen["scheduler"])
    poll_option(poll=seen["poll"])


def _lobby_day(seen: dict[str, Any], by: User) -> None:
    day = lobby_day(ask=seen["ask"], owner=by, title="Water day")
    asked = lobby_office(lobby_day=day, person=seen["person"], planned_at=NOW)
    ours = delegate(lobby_day=day, name="Kim Vale")
    team_member(office=asked, delegate=ours)
    seen |= {"lobby_day": day, "lobby_office": asked, "delegate": ours, "debrief": debrief(office=asked)}


def _sets(seen: dict[str, Any], users: dict[Role, User]) -> None:
    by, holder, chamber = users[Role.COORDINATOR], seen["person"], seen["organization"]
    kind = relationship_type(
        key="advises", label="advises", reverse_label="is advised by", from_kind="any", to_kind="any"
    )
    seen |= {"kind": kind, "relationship": relationship(type=kind, from_person=seen["other"], to_person=holder)}
    board = target_list(ask=seen["ask"], organization=chamber, name="Floor vote")
    seen |= {
        "board": board,
        "target": target(target_list=board, person=holder, post=seen["post"]),
        "quota": quota(target_list=board),
    }
    event = vote_event(organization=chamber, ask=seen["ask"], motion="On clean water")
    card = scorecard(title="Water card")
    seen |= {"event": event, "vote": vote(vote_event=event, person=holder), "scorecard": card}
    seen["item"] = scorecard_item(scorecard=card, vote_event=event)
    label = tag(name="Swimmer", value_kind="text")
    asked = custom_field(label="Favourite pier", read_roles=list(Role.values), scope="both")
    seen |= {"tag": label, "tagging": tagging(tag=label, person=holder, value="often"), "field": asked}
    seen["value"] = custom_value(field=asked, person=holder, value="North")
    seen["segment"] = segment(name="Everybody we know", steps=[{"act": "add", "filter": "everybody", "args": {}}])
    seen["kept"] = frozen_list(holder, name="Spring mailing", segment=seen["segment"])
    seen["pair"] = duplicate_pair(people=(holder, seen["other"]))
    seen["rollover"] = RollOver.objects.create(
        name="New term", organization=chamber, last_day=date(2025, 1, 2), first_day=date(2025, 1, 3), started_at=NOW
    )
    RolledSeat.objects.create(roll_over=seen["rollover"], change="new", post=seen["post"], new_holder=holder)
    seen["batch"] = import_batch(created_by=by, state="previewed")
    preview_row(seen["batch"], model="Person", person=holder, kind="updated", changes={"gender": ["", "male"]})
    seen["act"] = BulkAct.objects.create(
        act="add_tag", params={"tag": label.public_id}, total=1, started_by=by, started_at=NOW
    )
    BulkTarget.objects.create(bulk_act=seen["act"], person=holder)
    floor = institution_calendar(organization=chamber, name="Floor calendar")
    institution_event(calendar=floor, title="Floor votes")
    seen |= {"floor": floor, "busy": busy_calendar(owner=by, name="My work")}
    seen["upload"] = calendar_upload(calendar=seen["busy"], asked_by=by)
    seen["petition"] = petition(slug="two-drains")
    entry = record("person.edited", holder, by=by, at=timezone.now())
    record_change(entry, holder, before={"gender": ""}, after={"gender": "male"})
    seen["entry"], seen["team"] = entry, Team.objects.create(name="North team")
    seen["team"].members.set(users.values())
    refresh_search_text(Person.objects.values_list("pk", flat=True), on=NOW.date())


def plant(made: World) -> World:
    """Add what must not be seen: a hidden person and body, a supporter, a colleague's private segment."""
    far_keys(500)
    closed = Team.objects.create(name="Closed team")
    closed.members.add(made.director)
    who = person(name="Robin Holder", visibility=Visibility.TEAM, owner=made.director, team=closed, gender="male")
    body = organization(name="Office of somebody", classification=OrganizationClassification.OFFICE)
    made.hidden |= {"person": who, "organization": body, "office": body}
    _hidden_profile(made)
    _hidden_links(made)
    _hidden_work(made)
    _hidden_lobby_day(made)
    _hidden_mail(made)
    _hidden_sets(made)
    _hidden_history(made)
    made.planted += [who, body]
    _supporter(made)
    _private(made)
    for rows, stem in ((made.planted, HIDDEN), (made.supporter, SUPPORTER), (made.private, PRIVATE)):
        for row in rows:
            fill(row, stem)
    for row in made.hidden.values():
        row.refresh_from_db()
    _telling_segments(made)
    _briefing_of_the_director(made)
    refresh_search_text(Person.objects.values_list("pk", flat=True), on=NOW.date())
    return made


def _hidden_profile(made: World) -> None:
    who, body, seen = made.hidden["person"], made.hidden["office"], made.seen
    seat = post(organization=body, label="Scheduler of somebody", area=seen["area"])
    for owner in ({"person": who}, {"organization": body}):
        made.planted += [
            contact_detail(**owner, note="x"),
            Identifier.objects.create(**owner, scheme=f"scheme-{len(made.planted)}", identifier="1"),
            OtherName.objects.create(**owner, name="Alias"),
            tagging(tag=seen["tag"], **owner, value="often"),
            custom_value(field=seen["field"], **owner),
            influence(issue=seen["issue"], **owner),
            prospect(campaign=seen["campaign"], **owner, alignment="x"),
        ]
        ServedArea.objects.create(**owner, area=seen["area"])
    rules = OfficeRules.objects.create(organization=body, note="x", created_at=NOW, updated_at=NOW)
    made.hidden |= {"post": seat, "officerules": rules, "prospect": made.planted[6]}
    made.planted += [office(person=who), rules, seat]


def _hidden_links(made: World) -> None:
    who, body, seen = made.hidden["person"], made.hidden["office"], made.seen
    holder, chamber, kind = seen["person"], seen["organization"], seen["kind"]
    made.planted += [
        membership(person=who, organization=chamber, post=seen["post"], area=seen["area"], start_date=SINCE, label="x"),
        membership(person=who, organization=seen["committee"], role="chair", start_date=SINCE),
        membership(person=who, organization=body, role=MembershipRole.PRINCIPAL, start_date=SINCE),
        relationship(type=kind, from_person=who, to_person=holder, strength=5, note="x"),
        relationship(type=kind, from_person=holder, to_person=who, strength=5),
        relationship(type=kind, from_person=seen["ours"], to_person=who, strength=5),
        relationship(type=kind, from_person=who, to_organization=seen["ngo"]),
        relationship(type=kind, from_organization=body, to_person=holder),
        relationship(type=kind, from_person=seen["scheduler"], to_organization=body),
    ]
    made.hidden["relationship"] = made.planted[-5]
    # Memberships of visible people and bodies in the hidden body: not hidden themselves, but its name is.
    membership(
        person=seen["scheduler"], organization=body, post=made.hidden["post"], role="scheduler", start_date=SINCE
    )
    membership(person=holder, organization=seen["ngo"], on_behalf_of=body, start_date=SINCE)
    membership(
        person=seen["other"], organization=chamber, post=made.seen["second"], on_behalf_of=body, start_date=SINCE
    )
    membership(person=None, member_organization=body, organization=seen["ngo"], start_date=SINCE)
    membership(person=None, member_organization=seen["ngo"], organization=body, start_date=SINCE)
    Organization.objects.filter(pk=seen["ngo"].pk).update(parent=body)
    Organization.objects.filter(pk=body.pk).update(parent=seen["organization"], area=seen["area"])


def _hidden_work(made: World) -> None:
    who, seen, by = made.hidden["person"], made.seen, made.director
    asked = meeting_request(person=who, ask=seen["ask"], owner=by, scheduler=seen["scheduler"])
    why = RequestNote.objects.create(request=asked, kind="exception", words="x", noted_by=by, noted_at=NOW)
    told = meeting(person=who, ask=seen["ask"], owner=by, description="x", join_url="https://x.example/", request=asked)
    guest = attendee(meeting=told, person=who)
    answer = AttendeeAnswer.objects.create(
        attendee=guest, partstat="ACCEPTED", source="phone", sequence=0, comment="x", answered_at=NOW
    )
    owed = commitment(who, ask=seen["ask"], by=by)
    made.hidden |= {"request": asked, "meeting": told, "attendee": guest, "commitment": owed}
    made.hidden |= {"task": task(title="x", person=who, by=by), "briefing": snapshot(who, by=by)}
    made.hidden["note"] = add_note(who, text="x", by=by, at=NOW)
    made.planted += [why]
    made.planted += [asked, told, guest, answer, agenda_item(meeting=told), outcome(meeting=told, summary="x"), owed]
    made.planted += [made.hidden["task"], made.hidden["note"], stance(person=who, ask=seen["ask"], evidence="x")]
    made.planted += [made.hidden["briefing"]]
    made.hidden["stance"] = made.planted[-2]
    chosen = poll(request=asked, owner=by, deadline_at=FAR)
    poll_option(poll=chosen)
    made.hidden |= {"poll": chosen, "poll_guest": poll_participant(poll=chosen, person=who, note="x", answered_by="x")}
    kept = hold(offered_time=offered_time(request=asked), user=by)
    made.planted += [chosen, made.hidden["poll_guest"], kept]
    closed = meeting(
        person=seen["person"], ask=seen["ask"], owner=by, is_confidential=True, state="held", description="x"
    )
    made.hidden["closed"] = closed
    made.planted += [
        closed,
        outcome(meeting=closed, summary="x"),
        attendee(meeting=closed),
        agenda_item(meeting=closed),
        agenda_document(item=agenda_item(meeting=told, position=2)),
    ]
    made.hidden["offer"] = constituent_offer(person=who)
    made.hidden["reminder"] = reminder(meeting=told)
    made.hidden["series"] = series_of(told)
    series_of(closed)
    made.planted += [made.hidden["offer"]]
    # Rows of visible people that point to the hidden one.
    type(seen["request"]).objects.filter(pk=seen["request"].pk).update(scheduler=who)
    attendee(meeting=seen["meeting"], person=who, name="A guest of ours")
    helper = made.users[Role.COORDINATOR]
    task(title="Prepare the room", assignee=helper, obj=told, by=by)
    task(title="Ring them", assignee=helper, person=who, by=by)


def _hidden_lobby_day(made: World) -> None:
    who, seen = made.hidden["person"], made.seen
    asked = lobby_office(lobby_day=seen["lobby_day"], person=who, planned_at=NOW, room="x")
    guest = delegate(lobby_day=seen["lobby_day"], person=who, note="x")
    team_member(office=asked, delegate=seen["delegate"])
    team_member(office=seen["lobby_office"], delegate=guest, is_lead=False)
    told = debrief(office=asked)
    made.hidden |= {"lobby_office": asked, "delegate": guest, "debrief": told}
    made.planted += [asked, guest, told]


def _hidden_mail(made: World) -> None:
    who, seen = made.hidden["person"], made.seen
    contact_detail(person=who)
    signed = enrolment(person=who, anchor=made.hidden["meeting"], sequence=seen["sequence"])
    mail = message(person=who)
    about = message(person=who, obj=seen["meeting"])
    tried = Attempt.objects.create(message=mail, at=NOW, outcome="failed", text="x")
    received = InboundMessage.objects.create(
        sha256="1" * 64, raw=b"", kind="reply", received_at=NOW, person=who, answers=mail, subject="x", text="x"
    )
    review = ReplyReview.objects.create(
        inbound=received,
        meeting=made.hidden["meeting"],
        attendee=made.hidden["attendee"],
        reason="human",
        comment="x",
        created_at=NOW,
    )
    sent = InvitationSend.objects.create(
        attendee=made.hidden["attendee"], message=mail, method="REQUEST", sequence=0, revision=1, dtstamp=NOW
    )
    made.hidden |= {"message": mail, "inbound": received, "review": review, "enrolment": signed}
    made.planted += [signed, mail, about, tried, received, review, sent]
    PlannedStep.objects.create(enrolment=signed, step_position=1, state="skipped", at=NOW)


def _hidden_sets(made: World) -> None:
    who, body, seen = made.hidden["person"], made.hidden["office"], made.seen
    aimed = target(target_list=seen["board"], person=who, note="x", post=seen["post"])
    board = target_list(ask=seen["ask"], organization=body)
    target(target_list=board, person=seen["person"])
    event = vote_event(organization=body, ask=seen["ask"])
    vote(vote_event=event, person=seen["person"])
    vote(vote_event=seen["event"], person=who, option="no")
    rated = scorecard_item(scorecard=seen["scorecard"], vote_event=event)
    made.hidden |= {"target": aimed, "board": board, "event": event, "item": rated}
    made.hidden |= {"quota": quota(target_list=board)}
    rooms = institution_calendar(organization=body, pending="x", last_problem="x")
    made.hidden["floor"] = rooms
    made.planted += [rooms, institution_event(calendar=rooms)]
    made.hidden["pair"] = duplicate_pair(people=(who, seen["other"]))
    NotDuplicate.objects.create(first=seen["person"], second=who, decided_at=NOW)
    NotDuplicateOrganization.objects.create(first=seen["office"], second=body, decided_at=NOW)
    rolled = RollOver.objects.create(
        name="x", organization=body, last_day=date(2025, 1, 2), first_day=date(2025, 1, 3), started_at=NOW
    )
    for old, new in ((who, seen["person"]), (seen["other"], who), (who, None)):
        RolledSeat.objects.create(
            roll_over=seen["rollover"],
            change="new",
            post=seen["post"],
            from_post=made.hidden["post"],
            old_holder=old,
            new_holder=new,
        )
    kept = preview_row(seen["batch"], model="Person", person=who, kind="updated", changes={"name": ["a b", "c d"]})
    office_row = preview_row(seen["batch"], model="Organization", kind="updated", changes={"name": ["a b", "c d"]})
    made.hidden["rollover"] = rolled
    made.planted += [aimed, board, event, made.hidden["quota"], rolled, kept]
    made.loose = office_row  # type: ignore[attr-defined]
    frozen = frozen_list(who, seen["person"], name="Autumn mailing", segment=seen["segment"])
    BulkTarget.objects.create(bulk_act=seen["act"], person=who)
    BulkAct.objects.filter(pk=seen["act"].pk).update(total=2)
    seen["kept_too"] = frozen


def _hidden_history(made: World) -> None:
    who, seen, by, at = made.hidden["person"], made.seen, made.director, timezone.now()
    old = person(name="Merged away", merged_into=who)
    also = person(name="Merged into the visible one", visibility=Visibility.TEAM, owner=by, merged_into=seen["person"])
    made.hidden["merged"] = old
    made.planted += [old, also]
    entry = record("person.edited", who, by=by, at=at, about=[seen["person"], seen["organization"]])
    record_change(entry, who, before={"name": "a b"}, after={"name": "c d"})
    record_created(entry, made.hidden["relationship"])
    record_deleted(entry, made.hidden["note"])
    record_change(entry, seen["person"], before={"gender": ""}, after={"gender": "other"})
    record_change(entry, seen["ngo"], before={"parent_id": None}, after={"parent_id": made.hidden["office"].pk})
    record_change(seen["entry"], who, before={"name": "a b"}, after={"name": "c d"})
    kept = ImportRow.objects.create(
        batch=seen["batch"],
        act="updated",
        object_type="crm.person",
        object_id=who.pk,
        before={"name": "a b"},
        after={"name": "c d"},
    )
    made.hidden["entry"] = record("person.edited", who, by=by, at=at)
    record_change(made.hidden["entry"], who, before={"name": "a b"}, after={"name": "c d"})
    made.planted += [kept, *Change.objects.filter(object_type="crm.person", object_id=who.pk)]
    made.planted += list(Change.objects.filter(object_type="crm.internalnote"))


def _telling_segments(made: World) -> None:
    """Shared segments that ask about hidden rows: their pills and forms would name them."""
    who, body, own = (made.hidden[key] for key in ("person", "office", "segment"))
    asked = {
        "body": {"body": f"{body.name} #{body.public_id}"},
        "party": {"party": f"{body.name} #{body.public_id}"},
        "listed": {"query": f"organization=%23{body.public_id}&committee=%23{body.public_id}"},
        "on_board": {"board": made.hidden["board"].public_id},
        "frozen_list": {"frozen_list": made.hidden["kept"].public_id},
        "segment": {"segment": own.public_id},
    }
    for key, args in asked.items():
        steps = [{"act": "add", "filter": key, "args": args}]
        made.seen[f"asks_{key}"] = segment(name=f"Around {key}", steps=steps)
    made.seen["asks_knows"] = segment(
        name="Around people",
        steps=[{"act": "add", "filter": "knows", "args": {"person": f"{who.name} #{who.public_id}"}}],
    )


def _briefing_of_the_director(made: World) -> None:
    """What a director froze about a visible person may hold what only the director may see."""
    made.hidden["frozen"] = snapshot(made.seen["person"], by=made.director)


def _supporter(made: World) -> None:
    """Visible to those who work with people, not to volunteers, editors and moderators."""
    who = person(category=PersonCategory.ADVOCATE, name="Kim Signer")
    membership(person=who, organization=made.seen["committee"], start_date=SINCE)
    made.supporter += [who, contact_detail(person=who), OtherName.objects.create(person=who, name="x")]
    made.supporter += [commitment(made.seen["person"], words="x"), made.seen["briefing"]]
    made.supporter += [relationship(type=made.seen["kind"], from_person=who, to_person=made.seen["person"], note="x")]
    made.supporter += [stance(person=made.seen["other"], ask=made.seen["ask"], evidence="x", source="x")]


def _private(made: World) -> None:
    """A colleague's own: nobody else's, whatever the role."""
    colleague = make_user(role=Role.COORDINATOR, username="colleague")
    steps = [{"act": "add", "filter": "everybody", "args": {}}]
    own = segment(name="x", description="x", is_shared=False, owner=colleague, steps=steps)
    job = ExportJob.objects.create(
        kind="people", query="x", file_format="csv", reason="x", requested_by=colleague, requested_at=NOW, moved_at=NOW
    )
    kept = frozen_list(made.seen["person"], segment=own, frozen_by=colleague)
    mine = busy_calendar(owner=colleague, url="https://x.example/", last_problem="x")
    file = calendar_upload(calendar=mine, asked_by=colleague, sentence="x")
    made.hidden |= {"segment": own, "job": job, "kept": kept, "busy": mine, "upload": file}
    made.private += [own, job, kept, mine, file]


def unplanted(made: World) -> set[str]:
    """Tables that name a person or a body of which no row here belongs to the hidden ones."""
    missing = set()
    for model in apps.get_models():
        keys = [f for f in model._meta.concrete_fields if f.related_model in (Person, Organization)]
        hidden = {Person: made.hidden["person"].pk, Organization: made.hidden["office"].pk}
        found = any(model._base_manager.filter(**{key.attname: hidden[key.related_model]}).exists() for key in keys)
        if keys and not found:
            missing.add(model._meta.label)
    return missing
