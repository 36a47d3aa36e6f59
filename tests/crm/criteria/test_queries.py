from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm.access.models import Team
from crm.base.email import _PLAIN, canonical_email, normalise_email
from crm.consent.actions import Mailbox, give_consent, suppress, withdraw_consent
from crm.consent.enums import Channel, Purpose, SuppressionReason
from crm.consent.rules import Wording
from crm.people.actions import refresh_search_text
from crm.people.enums import Level, MembershipRole, OrganizationClassification, PersonCategory
from crm.people.models import Person
from crm.segments.queries import people_of, reading_of
from crm.segments.registry import as_json, filter_named
from tests.factories.access import user
from tests.factories.messaging import enrolment, message, sequence
from tests.factories.people import contact_detail, legislator, membership, organization, person
from tests.factories.places import area
from tests.factories.segments import frozen_list

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
UPDATES = Wording("updates", 1, Purpose.UPDATES, "Send me news.")


def found(key: str, **args: Any) -> list[str]:
    """Who a filter finds, and that taking them away leaves exactly the others."""
    who = user()
    step = {"act": "add", "filter": key, "args": args}
    inside = list(people_of([step], who, ON).order_by("name").values_list("name", flat=True))
    everybody = {"act": "add", "filter": "everybody", "args": {}}
    outside = people_of([everybody, {**step, "act": "remove"}], who, ON).values_list("name", flat=True)
    assert sorted([*inside, *outside]) == sorted(Person.objects.visible_to(who).values_list("name", flat=True))
    return inside


def words(key: str, **args: Any) -> str:
    return reading_of([{"act": "add", "filter": key, "args": args}], user(), ON).words


def test_person_filters_find_their_people() -> None:
    owner, team = user(first_name="Kim"), Team.objects.create(name="South")
    ann = person(
        name="Ann",
        category=PersonCategory.PARTNER,
        level=Level.STATE,
        owner=owner,
        team=team,
        language="es",
        search_text="ann",
    )
    person(name="Bo")
    contact_detail(person=ann, value="ann@office.example")
    contact_detail(person=ann, type="voice", value="555", valid_until="2020")
    refresh_search_text([ann.pk], on=ON)

    assert found("everybody") == ["Ann", "Bo"]
    assert found("category", category=["partner", "advocate"]) == ["Ann"]
    assert found("level", level=["state"]) == ["Ann"]
    assert found("owner", owner=str(owner.pk)) == ["Ann"]
    assert found("team", team=str(team.pk)) == ["Ann"]
    assert found("language", language="es") == ["Ann"]
    assert found("reach", by="email") == ["Ann"]
    assert found("reach", by="voice") == []
    assert words("owner", owner=str(owner.pk)) == "People Kim owns"
    assert words("level", level=["state"]) == "People at the level state or region"


def test_seat_filters_find_who_holds_what_on_the_day() -> None:
    state = area(name="Fairhaven", classification="state")
    district = area(parent=state)
    ann = legislator(name="Ann", area=district)
    committee = organization(name="Harbour", classification=OrganizationClassification.COMMITTEE)
    party = organization(name="Tide", classification=OrganizationClassification.PARTY)
    membership(person=ann, organization=committee, role=MembershipRole.CHAIR)
    membership(person=ann, organization=party)
    bo = person(name="Bo")
    membership(person=bo, organization=committee, end_date="2025")
    membership(person=bo, organization=organization(name="Upper"), end_date="2026-06")
    arg = f"#{committee.public_id}"

    assert found("body", body=arg) == ["Ann"]
    assert found("body", body=arg, role="chair") == ["Ann"]
    assert found("body", body=arg, role="member") == []
    assert found("body_kind", kind="committee") == ["Ann"]
    assert found("party", party=f"#{party.public_id}") == ["Ann"]
    assert found("post", role="Representative") == ["Ann"]
    assert found("seat_area", area=f"#{state.public_id}") == ["Ann"]
    assert found("area", area=f"#{state.public_id}") == ["Ann"]
    assert found("term_end", before="2026-07-01") == ["Bo"]
    assert found("term_end", before="2026-06-30") == []
    assert words("body", body=arg, role="chair") == "People who are chair of Harbour"


def test_list_filters_find_kept_people() -> None:
    ann, _bo = person(name="Ann"), person(name="Bo")

    assert found("frozen_list", frozen_list=frozen_list(ann).public_id) == ["Ann"]


@pytest.mark.parametrize("ledger", [True, False])
def test_consent_is_what_the_ledger_says_of_the_address_we_would_use(ledger: bool) -> None:
    names = ("Given", "Refused", "Silent", "Suppressed")
    for name in names:
        contact_detail(person=person(name=name), value=f"{name}@home.example")
    person(name="No address")
    asked: dict[str, Any] = {"language": "en", "channel": Channel.MAIL_LINK, "at": AT}
    if ledger:
        for name in ("Given", "Refused", "Suppressed"):
            give_consent(UPDATES, mailbox=Mailbox(f"{name}@home.example"), **asked)
        withdraw_consent(UPDATES, mailbox=Mailbox("refused@home.example"), **asked)
        given = {"purpose": Purpose.ALL_MAIL, "reason": SuppressionReason.BOUNCED, "at": AT}
        suppress(email="suppressed@home.example", **given)  # type: ignore[arg-type]

    states = {state: found("consent", purpose="updates", state=state) for state in ("given", "refused", "none")}

    assert states == (
        {"given": ["Given"], "refused": ["Refused", "Suppressed"], "none": ["No address", "Silent"]}
        if ledger
        else {"given": [], "refused": [], "none": ["Given", "No address", "Refused", "Silent", "Suppressed"]}
    )
    assert found("consent", purpose="sequence", state="given") == []


def test_mail_filters_read_only_mails_the_asker_may_read() -> None:
    ann = person(name="Ann")
    series = sequence(key="welcome", name="Welcome")
    enrolment(sequence=series, person=ann)
    sent = message(person=ann, at=AT)
    type(sent).objects.filter(pk=sent.pk).update(status="accepted")

    assert found("sequence", sequence="welcome") == ["Ann"]
    assert found("sequence", sequence="welcome", state="stopped") == []
    assert found("mail", traffic="sent", days=5) == ["Ann"]
    assert found("mail", traffic="bounced", days=5) == []
    assert found("mail", traffic="received", days=5) == []
    assert words("mail", traffic="sent", days=5) == "People we mailed in the last 5 days"


@pytest.mark.parametrize(
    ("key", "args"),
    [
        ("category", {"category": ["partner"]}),
        ("term_end", {"before": "2026-07-01"}),
        ("random", {"number": "5", "seed": "0"}),
        ("words", {"text": "bo"}),
        ("everybody", {}),
    ],
)
def test_arguments_kept_as_json_clean_to_the_same_again(key: str, args: dict[str, Any]) -> None:
    segment_filter = filter_named(key)
    assert segment_filter is not None
    first = segment_filter.form(args, user=user())
    assert first.is_valid(), first.errors

    again = segment_filter.form(as_json(first), user=user())

    assert again.is_valid(), again.errors
    assert again.cleaned_data == first.cleaned_data


@pytest.mark.parametrize(
    "value", ["a@b.example", "a.b_c@mail.office1.org", "robin5@office.example", "x" * 50 + "@a.uk"]
)
def test_plain_addresses_are_one_mailbox_whichever_way_they_are_read(value: str) -> None:
    assert bool(_PLAIN.fullmatch(value)) is True
    assert canonical_email(value) == normalise_email(value).lower()
