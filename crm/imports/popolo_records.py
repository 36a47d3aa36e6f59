"""Popolo objects as rows: areas, bodies, people, posts and memberships of one dataset."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.imports import ocd
from crm.imports.enums import ProblemKind
from crm.imports.json_yaml_csv import mappings, text
from crm.imports.popolo import Problem, Record, partial_date
from crm.imports.popolo_dataset import Dataset, Rows
from crm.imports.popolo_parts import contact_records, identifier_records, name_records, source_lines
from crm.imports.us_congress_committees import role_of_title
from crm.people.enums import OrganizationClassification, PersonCategory
from crm.people.models import Membership, Organization, Person, Post
from crm.people.rules import full_name, sort_name_of
from crm.places.enums import AreaClassification
from crm.places.models import Area, AreaCode, AreaName

Found = Iterator[Record | Problem]
_KINDS = OrganizationClassification
# Words a classification may hold, and the kind of body they mean; the first that fits counts.
WORDS = (
    ("subcommittee", _KINDS.SUBCOMMITTEE),
    ("committee", _KINDS.COMMITTEE),
    ("party", _KINDS.PARTY),
    ("legislature", _KINDS.LEGISLATURE),
    ("parliament", _KINDS.LEGISLATURE),
    ("chamber", _KINDS.CHAMBER),
    ("house", _KINDS.CHAMBER),
    ("ministry", _KINDS.DEPARTMENT),
    ("department", _KINDS.DEPARTMENT),
    ("executive", _KINDS.GOVERNMENT),
    ("government", _KINDS.GOVERNMENT),
    ("council", _KINDS.COUNCIL),
    ("corporation", _KINDS.COMPANY),
    ("company", _KINDS.COMPANY),
    ("agency", _KINDS.AGENCY),
)


def area_records(dataset: Dataset, found: Rows) -> Found:
    """Areas with their other names and codes."""
    for row in found["areas"]:
        ref = dataset.area_id(row)
        kind = ocd.classification_of(ref) if ocd.is_division(ref) else _area_kind(text(row, "classification"))
        values = {"identifier": ref, "name": text(row, "name"), "classification": kind.value}
        parent = text(row, "parent_id")
        yield Record(Area, ref, values, {"parent": dataset.area_ref(parent)} if parent else {}, kind="area")
        for other in mappings(row.get("other_names")):
            if text(other, "lang") and text(other, "name"):
                values = {"language": text(other, "lang"), "name": text(other, "name")}
                yield Record(AreaName, f"{ref} {values['language']}", values, {"area": ref}, kind="area name")
        for code in mappings(row.get("identifiers")):
            if text(code, "scheme") and text(code, "identifier"):
                values = {"scheme": text(code, "scheme"), "code": text(code, "identifier")}
                yield Record(AreaCode, f"{ref} {values['scheme']} {values['code']}", values, {"area": ref}, "area code")
    yield from dataset.more_areas()


def _area_kind(classification: str) -> AreaClassification:
    return AreaClassification(classification) if classification in AreaClassification.values else _OTHER_AREA


_OTHER_AREA = AreaClassification.OTHER


def organization_records(dataset: Dataset, found: Rows) -> Found:
    """Bodies; those whose parents run in a circle stand without one."""
    parents = {text(row, "id"): text(row, "parent_id") for row in found["organizations"]}
    loops = list(_loops(parents))
    for loop in loops:
        sentence = _("These bodies are each other's parent; take one of the parents away.")
        where = f"organization {loop[0]}"
        yield Problem(ProblemKind.ERROR, Organization, where, "parent_id", " → ".join(loop), sentence, False)
    in_loop = {local for loop in loops for local in loop}
    for number, row in enumerate(found["organizations"], start=1):
        local = text(row, "id").strip()
        ref = dataset.ref("organization", local) if local else f"organization {number}"
        sources = source_lines(row)
        values = {
            "name": text(row, "name"),
            "classification": kind_of_body(text(row, "classification")).value,
            "level": dataset.level,
            "founding_date": partial_date(text(row, "founding_date")),
            "dissolution_date": partial_date(text(row, "dissolution_date")),
            "description": text(row, "description") or text(row, "abstract"),
            "sources": sources,
        }
        links = {}
        if text(row, "parent_id") and local not in in_loop:
            links["parent"] = dataset.ref("organization", text(row, "parent_id"))
        if text(row, "area_id"):
            links["area"] = dataset.area_ref(text(row, "area_id"))
        url = sources.partition("\n")[0]
        yield Record(Organization, ref, values, links, kind=values["classification"], source_url=url)
        yield from identifier_records(dataset, "organization", ref, row)
        yield from name_records(row, {"organization": ref})
        yield from contact_records(row, {"organization": ref})


def _loops(parents: Mapping[str, str]) -> Iterator[list[str]]:
    """The circles among bodies and their parents, each once."""
    done = set[str]()
    for start in parents:
        path: list[str] = []
        local = start
        while local and local in parents and local not in done and local not in path:
            path.append(local)
            local = parents[local]
        if local in path:
            yield path[path.index(local) :]
        done.update(path)


def kind_of_body(classification: str) -> OrganizationClassification:
    """Our kind for the free words of a file."""
    words = classification.lower()
    if words in OrganizationClassification.values:
        return OrganizationClassification(words)
    return next((kind for word, kind in WORDS if word in words), OrganizationClassification.OTHER)


def person_records(dataset: Dataset, found: Rows) -> Found:
    """People with everything that is not a membership. A second person with one id is left out."""
    seen = set[str]()
    for number, row in enumerate(found["persons"], start=1):
        local = text(row, "id").strip()
        if local in seen:
            sentence = _("Another person of this file has the same id; keep one of the two.")
            yield Problem(ProblemKind.ERROR, Person, f"person {number}", "id", local, sentence)
            continue
        seen.add(local or f"#{number}")
        values = _person_values(dataset, row)
        if not values["name"].strip():
            sentence = _("This person has no name; add it.")
            yield Problem(ProblemKind.ERROR, Person, f"person {number}", "name", local, sentence)
            continue
        ref = dataset.ref("person", local) if local else f"person {number}"
        yield Record(Person, ref, values, kind="person", source_url=values["sources"].partition("\n")[0])
        yield from identifier_records(dataset, "person", ref, row)
        yield from name_records(row, {"person": ref})
        yield from contact_records(row, {"person": ref})


def _person_values(dataset: Dataset, row: Mapping[str, Any]) -> dict[str, str]:
    given, middle, family = (text(row, key) for key in ("given_name", "additional_name", "family_name"))
    suffix = text(row, "honorific_suffix")
    name = text(row, "name") or full_name(given, middle, family, suffix)
    return {
        "name": name,
        "given_name": given,
        "additional_name": middle,
        "family_name": family,
        "honorific_prefix": text(row, "honorific_prefix"),
        "honorific_suffix": suffix,
        "sort_name": text(row, "sort_name") or sort_name_of(name, given, family),
        "gender": text(row, "gender"),
        "birth_date": partial_date(text(row, "birth_date")),
        "death_date": partial_date(text(row, "death_date")),
        "category": PersonCategory.POLICYMAKER.value,
        "level": dataset.level,
        "summary": text(row, "summary") or text(row, "biography"),
        "sources": source_lines(row),
    }


def post_records(dataset: Dataset, found: Rows) -> Found:
    """Posts of a body."""
    for number, row in enumerate(found["posts"], start=1):
        local = text(row, "id").strip()
        organization = text(row, "organization_id")
        if not organization:
            sentence = _("This post belongs to no organization; add the organization_id.")
            yield Problem(ProblemKind.ERROR, Post, f"post {number}", "organization_id", local, sentence)
            continue
        links = {"organization": dataset.ref("organization", organization)}
        if area := dataset.seat_area(row, local):
            links["area"] = area
        values = {"label": dataset.post_label(row)[:250], "role": dataset.post_role(row)[:100]}
        yield Record(Post, dataset.ref("post", local) if local else f"post {number}", values, links, kind="post")


def membership_records(dataset: Dataset, found: Rows) -> Found:
    """Who is a member of what. One without dates ends with its legislative period, when the file says when that is."""
    for number, row in enumerate(found["memberships"], start=1):
        where, post = f"membership {number}", text(row, "post_id")
        person, organization = text(row, "person_id"), text(row, "organization_id")
        organization = organization or text(dataset.posts.get(post, {}), "organization_id")
        if not person or not organization:
            sentence = _("This membership needs a person_id and an organization_id; add them.")
            column = "organization_id" if person else "person_id"
            yield Problem(ProblemKind.ERROR, Membership, where, column, "", sentence)
            continue
        start, end = (partial_date(text(row, key)) for key in ("start_date", "end_date"))
        period, last_day = dataset.period(row)
        title = dataset.title(row)
        values = {
            "role": role_of_title(text(row, "role") or title).value,
            "label": title,
            "legislative_period": period,
            "start_date": start,
            "end_date": end or (last_day if not start else ""),
        }
        links = {"person": dataset.ref("person", person), "organization": dataset.ref("organization", organization)}
        if post:
            links["post"] = dataset.ref("post", post)
        if area := dataset.seat_area(row, post):
            links["area"] = area
        if party := text(row, "on_behalf_of_id"):
            links["on_behalf_of"] = dataset.ref("organization", party)
        yield Record(Membership, where, values, links, kind="membership")
