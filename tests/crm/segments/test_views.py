from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.access.enums import Role
from crm.messaging.models import Enrolment
from crm.people.enums import Visibility
from crm.people.models import Person
from crm.segments.models import FrozenList, FrozenMember, Segment
from tests.factories.access import user
from tests.factories.messaging import AT, sequence
from tests.factories.people import contact_detail, organization, person
from tests.factories.segments import frozen_list, segment

pytestmark = pytest.mark.django_db
EVERYBODY = {"act": "add", "filter": "everybody", "args": {}}
WORKERS = (Role.COORDINATOR, Role.DIRECTOR, Role.AUDITOR)
OTHERS = (Role.VOLUNTEER, Role.EDITOR, Role.MODERATOR, Role.ADVOCATE, Role.SYSADMIN)


def page(row: Segment) -> str:
    return reverse("segments:page", args=[row.public_id])


def post_step(client: Client, row: Segment, **data: Any) -> Any:
    return client.post(page(row), {"do": "save", "version": 1, "act": "add"} | data)


@pytest.fixture
def mine(client: Client) -> Segment:
    """A segment of the coordinator who is signed in."""
    owner = user()
    client.force_login(owner)
    return segment(owner=owner, is_shared=False)


def steps_of(row: Segment) -> list[Any]:
    return list(Segment.objects.get(pk=row.pk).steps)


def test_making_a_segment_leads_to_its_steps(client: Client) -> None:
    client.force_login(user())

    answer = client.post(reverse("segments:add"), {"name": "Harbour", "description": ""})

    assert answer.headers["Location"] == page(Segment.objects.get())


def test_steps_are_added_changed_moved_and_removed(client: Client, mine: Segment) -> None:
    body = organization(name="Harbour Committee")

    post_step(client, mine, filter="body", **{"arg-body": "Harbour Com", "arg-role": ""})
    client.post(page(mine), {"do": "save", "version": 2, "act": "remove", "filter": "everybody"})
    assert [each["filter"] for each in steps_of(mine)] == ["body", "everybody"]
    assert steps_of(mine)[0]["args"] == {"body": f"#{body.public_id}"}

    shown = client.get(f"{page(mine)}?step=0").content.decode()
    assert f'value="Harbour Committee #{body.public_id}"' in shown

    client.post(page(mine), {"do": "up", "version": 3, "position": 1})
    assert [each["filter"] for each in steps_of(mine)] == ["everybody", "body"]
    changed = {"act": "limit", "filter": "body", "arg-body": "Harbour Com", "arg-role": "chair"}
    client.post(page(mine), {"do": "save", "version": 4, "position": 1, **changed})
    assert steps_of(mine)[1]["args"] == {"body": f"#{body.public_id}", "role": "chair"}
    client.post(page(mine), {"do": "remove", "version": 5, "position": 0})
    assert [each["act"] for each in steps_of(mine)] == ["limit"]


def test_refused_step_is_shown_again_with_what_was_typed(client: Client, mine: Segment) -> None:
    answer = post_step(client, mine, filter="random", **{"arg-number": "0", "arg-seed": "7"})

    assert answer.status_code == 422
    assert 'value="7"' in answer.content.decode()
    assert steps_of(mine) == []


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "explode", "version": 1},
        {"do": "up", "version": "x"},
        {"do": "save", "version": 1, "act": "add", "filter": "nonsense"},
        {"do": "save", "version": 1, "act": "steal", "filter": "everybody"},
        {"do": "remove", "version": 1, "position": 99},
        {"do": "remove", "version": 1},
    ],
)
def test_odd_posts_change_nothing(client: Client, mine: Segment, sent: dict[str, Any]) -> None:
    answer = client.post(page(mine), sent)

    assert answer.status_code in (302, 422)
    assert steps_of(mine) == []


def test_stale_step_answers_409_with_both_versions(client: Client, mine: Segment) -> None:
    Segment.objects.update(steps=[EVERYBODY], version=2)

    answer = post_step(client, mine, filter="category", **{"arg-category": "partner"})

    words = answer.content.decode()
    assert answer.status_code == 409
    assert ("and people of the kind partner" in words, "Everybody" in words) == (True, True)
    assert steps_of(mine) == [EVERYBODY]


def test_two_sendings_of_one_form_add_one_step(mine: Segment) -> None:
    client = Client(enforce_csrf_checks=True)
    assert mine.owner is not None
    client.force_login(mine.owner)
    token = str(client.get(page(mine)).context["csrf_token"])
    data = {"csrfmiddlewaretoken": token, "filter": "everybody"}

    answers = [post_step(client, mine, **data).headers["Location"] for _time in range(2)]

    assert answers == [f"{page(mine)}#steps"] * 2
    assert steps_of(mine) == [EVERYBODY]


def test_shared_segment_of_another_is_read_and_copied_but_not_changed(client: Client) -> None:
    row = segment(owner=user(), steps=[EVERYBODY])
    client.force_login(user())

    answer = client.post(page(row), {"do": "remove", "version": 1, "position": 0})
    client.post(reverse("segments:copy", args=[row.public_id]))

    assert answer.status_code == 403
    copy = Segment.objects.exclude(pk=row.pk).get()
    assert (copy.steps, copy.is_shared, steps_of(row)) == ([EVERYBODY], False, [EVERYBODY])


def test_edit_form_of_anothers_shared_segment_says_who_may(client: Client) -> None:
    row = segment(owner=user(), name="Ours")
    client.force_login(user())

    answer = client.post(reverse("segments:edit", args=[row.pk]), {"name": "Mine", "version": 1})

    assert "Only the owner of this segment and the directors may change it" in answer.content.decode()
    assert Segment.objects.get().name == "Ours"


def test_page_of_a_broken_segment_says_which_step(client: Client, mine: Segment) -> None:
    Segment.objects.update(steps=[EVERYBODY, {"act": "add", "filter": "retired", "args": {}}, "x", None])

    words = client.get(page(mine)).content.decode()

    assert "Step 2 of this segment cannot be used. It asks something that is no longer offered; remove it." in words
    listed = client.get(reverse("people:index"), {"segment": mine.public_id})
    assert (listed.status_code, list(listed.context["object_list"])) == (200, [])


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_as_often_for_three_as_for_one(client: Client, count: int) -> None:
    owner = user()
    client.force_login(owner)
    rows = [segment(owner=owner, steps=[EVERYBODY]) for _number in range(count)]
    people = [person() for _number in range(count)]
    kept = [frozen_list(*people, segment=rows[0], frozen_by=owner) for _number in range(count)][0]
    urls = [reverse("segments:index"), reverse("kept_lists:index"), page(rows[0])]
    client.get(urls[0])

    asked = []
    for url in [*urls, reverse("kept_lists:page", args=[kept.public_id])]:
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        asked.append(len(queries))

    assert asked == [10, 10, 14, 18]


def test_keeping_a_list_names_it_and_leads_to_it(client: Client, mine: Segment) -> None:
    ann = person(name="Ann")
    Segment.objects.update(steps=[EVERYBODY])

    answer = client.post(reverse("segments:freeze", args=[mine.public_id]), {"name": "March", "purpose": "The hearing"})

    kept = FrozenList.objects.get()
    assert answer.headers["Location"] == reverse("kept_lists:page", args=[kept.public_id])
    assert (kept.name, list(kept.members.values_list("person", flat=True))) == ("March", [ann.pk])


def test_kept_list_says_how_many_one_may_not_see(client: Client) -> None:
    kept = frozen_list(person(name="Ann"), person(name="Zanzibar", visibility=Visibility.TEAM))
    client.force_login(user())

    words = client.get(reverse("kept_lists:page", args=[kept.public_id])).content.decode()

    assert ("Ann" in words, "Zanzibar" in words, "And 1 person you may not see." in words) == (True, False, True)


def test_list_filters_become_steps_of_a_saved_segment(client: Client) -> None:
    client.force_login(user())
    body = organization(name="Harbour", classification="committee")
    query = f"category=partner&committee=%23{body.public_id}&has_email=False&q=vale&p=2"
    listing = client.get(f"{reverse('people:index')}?{query}").content.decode()

    answer = client.post(f"{reverse('crm_save_filter')}?{query}", {"name": "Partners"})

    row = Segment.objects.get()
    assert "Save as a segment" in listing
    assert answer.headers["Location"] == page(row)
    assert row.steps == [
        {"act": "add", "filter": "category", "args": {"category": ["partner"]}},
        {"act": "limit", "filter": "body", "args": {"body": f"#{body.public_id}"}},
        {"act": "limit", "filter": "listed", "args": {"query": "has_email=False"}},
        {"act": "limit", "filter": "words", "args": {"text": "vale"}},
    ]
    assert "the list finds by E-mail address" in client.get(page(row)).content.decode()


def test_list_filter_nobody_can_read_is_not_saved(client: Client) -> None:
    client.force_login(user())

    answer = client.post(f"{reverse('crm_save_filter')}?category=pirate", {"name": "Pirates"})

    assert answer.status_code == 422
    assert "The list itself cannot read one of its filters" in answer.content.decode()
    assert not Segment.objects.exists()


def test_people_list_shows_whom_a_segment_means(client: Client, mine: Segment) -> None:
    person(name="Ann", category="partner")
    person(name="Bo")
    Segment.objects.update(steps=[{"act": "add", "filter": "category", "args": {"category": ["partner"]}}])

    listed = client.get(reverse("people:index"), {"segment": mine.public_id})

    assert [each.name for each in listed.context["object_list"]] == ["Ann"]


def test_ticked_people_are_kept_as_a_list(client: Client) -> None:
    client.force_login(user())
    ann, _bo = person(name="Ann"), person(name="Bo")
    hidden = person(visibility=Visibility.TEAM)
    sent = {"ids": [ann.public_id, hidden.public_id], "query": ""}

    asked = client.post(reverse("crm_keep_people"), sent)
    client.post(reverse("crm_keep_people"), sent | {"name": "Two", "purpose": "A call"})

    assert (asked.status_code, "1 person will be on the list" in asked.content.decode()) == (200, True)
    assert list(FrozenMember.objects.values_list("person", flat=True)) == [ann.pk]


def enrol_url(row: Segment) -> str:
    return reverse("crm_enrol_segment", args=[row.public_id])


def test_enrolling_shows_who_is_left_out_before_anything_happens(client: Client, mine: Segment) -> None:
    series = sequence()
    contact_detail(person=person(name="Ann"))
    person(name="Bo Silent")
    person(name="Zanzibar", visibility=Visibility.TEAM)
    Segment.objects.update(steps=[EVERYBODY])
    asked = {"sequence": series.key, "starts_at": "2026-03-10T09:00"}

    shown = client.get(enrol_url(mine), asked).content.decode()
    before = Enrolment.objects.count()
    answer = client.post(enrol_url(mine), asked)
    again = client.post(enrol_url(mine), asked)

    assert ("Bo Silent" in shown, "no e-mail address" in shown, "Zanzibar" in shown) == (True, True, False)
    assert (before, Enrolment.objects.get().person.name) == (0, "Ann")
    kept = FrozenList.objects.get()
    assert answer.headers["Location"] == reverse("kept_lists:page", args=[kept.public_id])
    assert (again.status_code, "Nobody is left to enrol" in again.content.decode()) == (422, True)


def test_many_people_are_enrolled_only_with_their_number_typed(
    client: Client, mine: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.mailings.forms.TYPE_ABOVE", 1)
    series = sequence()
    for _number in range(2):
        contact_detail(person=person())
    Segment.objects.update(steps=[EVERYBODY])
    asked = {"sequence": series.key, "starts_at": "2026-03-10T09:00"}

    refused = [client.post(enrol_url(mine), asked | typed).status_code for typed in ({}, {"typed": "3"})]
    none = Enrolment.objects.count()
    client.post(enrol_url(mine), asked | {"typed": "2"})

    assert (refused, none, Enrolment.objects.count()) == ([422, 422], 0, 2)


def test_list_page_says_how_far_its_sequence_is_and_stops_it(client: Client) -> None:
    client.force_login(user())
    series = sequence()
    kept = frozen_list(contact_detail().person)
    asked = {"sequence": series.key, "starts_at": (AT + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")}

    answer = client.post(reverse("crm_enrol_list", args=[kept.public_id]), asked)
    started = FrozenList.objects.exclude(pk=kept.pk).get()
    stopped = client.post(reverse("crm_stop_list", args=[started.public_id]), follow=True)

    assert answer.headers["Location"] == reverse("kept_lists:page", args=[started.public_id])
    assert "Stopped. Mails that have not left are taken back." in stopped.content.decode()
    assert Enrolment.objects.get().state == "stopped"


def test_auditor_reads_but_neither_keeps_nor_enrols(client: Client) -> None:
    row, kept = segment(steps=[EVERYBODY]), frozen_list(person())
    client.force_login(user(role=Role.AUDITOR))

    got = [client.get(url).status_code for url in (page(row), reverse("kept_lists:page", args=[kept.public_id]))]
    refused = [
        client.post(url).status_code
        for url in (
            reverse("segments:freeze", args=[row.public_id]),
            reverse("segments:copy", args=[row.public_id]),
            enrol_url(row),
            reverse("crm_enrol_list", args=[kept.public_id]),
            reverse("crm_stop_list", args=[kept.public_id]),
            reverse("crm_keep_people"),
            reverse("crm_save_filter"),
        )
    ]

    assert (got, refused) == ([200, 200], [403] * 7)


@pytest.mark.slow
def test_nothing_hidden_shows_on_any_page_of_any_role(client: Client) -> None:
    hidden = person(name="Zanzibar", visibility=Visibility.TEAM)
    private = segment(name="Xanadu", owner=user(), is_shared=False, steps=[EVERYBODY])
    contact_detail(person=hidden)
    row = segment(steps=[EVERYBODY, {"act": "add", "filter": "segment", "args": {"segment": private.public_id}}])
    plain = segment(steps=[EVERYBODY])
    kept = frozen_list(hidden)
    series = sequence()
    urls = [
        reverse("segments:index"),
        reverse("kept_lists:index"),
        page(row),
        f"{page(row)}?act=add&filter=segment",
        page(plain),
        reverse("segments:freeze", args=[plain.public_id]),
        f"{enrol_url(plain)}?sequence={series.key}&starts_at=2026-03-10T09:00",
        reverse("kept_lists:page", args=[kept.public_id]),
        f"{reverse('people:index')}?segment={plain.public_id}",
        f"{reverse('crm_save_filter')}?segment={private.public_id}",
        page(private),
    ]

    for role in (*WORKERS, *OTHERS):
        if role == Role.DIRECTOR:
            continue
        client.force_login(user(role=role))
        seen = "".join(client.get(url).content.decode() for url in urls)
        assert ("Zanzibar" in seen, "Xanadu" in seen) == (False, False), role
        assert client.get(page(private)).status_code != 200
    assert Person.objects.filter(name="Zanzibar").exists()


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_find_no_segments(client: Client, role: Role) -> None:
    row = segment(steps=[EVERYBODY])
    client.force_login(user(role=role))

    assert client.get(page(row)).status_code in (302, 404)
    assert client.get(reverse("segments:index")).status_code in (302, 403, 404)


def test_director_exports_a_segment_through_the_list(client: Client) -> None:
    person(name="Ann Exported", category="partner")
    person(name="Bo")
    row = segment(steps=[{"act": "add", "filter": "category", "args": {"category": ["partner"]}}])
    client.force_login(user(role=Role.DIRECTOR))
    url = f"{reverse('crm_new_export', args=['people'])}?query=segment%3D{row.public_id}"

    words = client.get(page(row)).content.decode()
    answer = client.get(url)

    assert url in words
    assert (answer.status_code, answer.context["count"]) == (200, 1)
