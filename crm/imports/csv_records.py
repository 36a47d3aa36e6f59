"""From a person as a table tells of it to the rows of the registry."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.base.text import fold, one_line
from crm.imports.csv_columns import SUBSCRIBED
from crm.imports.popolo import Record
from crm.notes.models import InternalNote
from crm.people.enums import ContactType, MembershipRole, OrganizationClassification, PersonCategory
from crm.people.models import ContactDetail, Identifier, Membership, Organization, OtherName, Person, Post
from crm.people.rules import full_name, sort_name_of
from crm.tags.models import Tag, Tagging, TagGroup

TAG_GROUP = "imported"
ADVOCATE = PersonCategory.ADVOCATE.value
OWN_ID = "parley"
MAILTO = "mailto"
ID_LENGTH = 200
SCHEME_LENGTH = 60
# Columns of the person that a file may fill in; a row that is here already keeps what stands there of the others.
OWN = (
    *("given_name", "additional_name", "family_name", "honorific_prefix", "honorific_suffix"),
    *("gender", "birth_date", "language", "level", "summary"),
)
CONTACTS = {
    "email": ContactType.EMAIL,
    "phone": ContactType.VOICE,
    "mobile": ContactType.VOICE,
    "work_phone": ContactType.VOICE,
    "home_phone": ContactType.VOICE,
    "fax": ContactType.FAX,
    "address": ContactType.ADDRESS,
    "website": ContactType.URL,
    "twitter": ContactType.TWITTER,
    "facebook": ContactType.FACEBOOK,
}
VALUE_LENGTH, TAG_LENGTH, NAME_LENGTH = 500, 100, 200


@dataclass(eq=False)
class Draft:
    """One person as the rows of a table tell of it. `single` keeps (value, column), `several` lists."""

    number: int
    source: str = ""
    single: dict[str, tuple[Any, str]] = field(default_factory=dict)
    several: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    ids: list[tuple[str, str]] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        return f"row {self.number}"

    @property
    def emails(self) -> list[str]:
        return [email for email, _label in self.several["email"]]

    @property
    def body_ref(self) -> str:
        """What the rows of this table call the employer."""
        return f"organization/{self.value('organization_id') or fold(self.value('organization'))}"

    def add_id(self, scheme: str, value: str) -> None:
        """An id of the list the table comes from; ids are text, leading zeros and all."""
        pair = (scheme[:SCHEME_LENGTH], one_line(value))
        if pair[1] and len(pair[1]) <= ID_LENGTH and pair not in self.ids:
            self.ids.append(pair)

    @property
    def marks(self) -> list[tuple[str, str]]:
        """What makes another row tell of the same person, the strongest first."""
        own = [(OWN_ID, self.value("public_id"))] if "public_id" in self.single else []
        named = (each.partition(":") for each in self.several["identifiers"])
        pairs = [(scheme[:SCHEME_LENGTH], value[:ID_LENGTH]) for scheme, _colon, value in named if scheme and value]
        return [*own, *self.ids, *pairs, *((MAILTO, email) for email in self.emails)]

    def drop(self, mark: tuple[str, str]) -> None:
        """Forget an id or address that is somebody else's."""
        self.ids = [pair for pair in self.ids if pair != mark]
        self.several["identifiers"] = [each for each in self.several["identifiers"] if each != ":".join(mark)]
        if mark[0] == MAILTO:
            self.several["email"] = [pair for pair in self.several["email"] if pair[0] != mark[1]]
        if mark[0] == OWN_ID:
            self.single.pop("public_id", None)

    def value(self, key: str) -> Any:
        return self.single[key][0] if key in self.single else ""

    def take_in(self, other: "Draft") -> Iterator[tuple[str, str, str]]:
        """Add what another row says; gives (column, its value, ours) where the two differ."""
        for key, (value, column) in other.single.items():
            kept, _column = self.single.setdefault(key, (value, column))
            if kept != value:
                yield column, str(value), str(kept)
        for key, values in other.several.items():
            self.several[key] += [each for each in values if each not in self.several[key]]
        self.ids += [pair for pair in other.ids if pair not in self.ids]
        self.states += other.states


def subscribers_of(drafts: Iterable[Draft], refusals: Mapping[str, str]) -> list[str]:
    """The addresses whose rows say yes to mail, and no row says no."""
    said_yes = (draft for draft in drafts if SUBSCRIBED in draft.states)
    return list(dict.fromkeys(email for draft in said_yes for email in draft.emails if email not in refusals))


def records_of(drafts: list[Draft], scheme: str, category: str) -> Iterator[Record]:
    """The rows of everybody, with the bodies and tags they name, each once."""
    bodies, tags = dict[str, Draft](), dict[str, str]()
    for draft in drafts:
        if draft.value("organization"):
            bodies.setdefault(draft.body_ref, draft)
        for tag in draft.several["tags"]:
            if len(tag) <= TAG_LENGTH:
                tags.setdefault(tag.casefold(), tag)
    yield from _bodies(bodies, scheme)
    yield from _tags(tags)
    posts = set[str]()
    for draft in drafts:
        yield _person(draft, category)
        yield from _ids(draft)
        yield from _contacts(draft)
        yield from _names(draft)
        yield from _held(draft, posts)
        if text := draft.value("notes"):
            yield Record(InternalNote, f"{draft.ref}/note", {"text": text}, {"person": draft.ref}, "internal note")
        for key in dict.fromkeys(tag.casefold() for tag in draft.several["tags"] if len(tag) <= TAG_LENGTH):
            yield Record(Tagging, f"{draft.ref}/tag/{key}", {}, {"person": draft.ref, "tag": f"tag/{key}"}, "tag")


def _bodies(bodies: Mapping[str, Draft], scheme: str) -> Iterator[Record]:
    """Employers have no id in such tables: their name stands for it, within this source only. Ours say the id."""
    for ref, draft in bodies.items():
        name, own = draft.value("organization"), draft.value("organization_id")
        defaults = {"name": name, "classification": OrganizationClassification.OTHER.value}
        if own:
            yield Record(Organization, ref, {}, kind="organization", defaults=defaults | {"public_id": own})
            continue
        yield Record(Organization, ref, {}, kind="organization", defaults=defaults)
        pair = {"scheme": f"{scheme}-organization"[:SCHEME_LENGTH], "identifier": fold(name)[:ID_LENGTH]}
        yield Record(Identifier, f"{ref}/id", pair, {"organization": ref}, kind="organization identifier")


def _tags(tags: Mapping[str, str]) -> Iterator[Record]:
    if tags:
        yield Record(TagGroup, "tags", {"key": TAG_GROUP}, kind="tag group", defaults={"name": "Imported"})
    for key, name in tags.items():
        yield Record(Tag, f"tag/{key}", {"name": name}, {"group": "tags"}, kind="tag name")


def _person(draft: Draft, category: str) -> Record:
    values = {key: draft.value(key) for key in OWN if key in draft.single}
    parts = [values.get(key, "") for key in ("given_name", "additional_name", "family_name", "honorific_suffix")]
    given, _middle, family, _suffix = parts
    name = draft.value("name") or full_name(*parts)
    first = (draft.emails or [draft.marks[0][1]])[0][:NAME_LENGTH]
    if name:
        values["name"] = name
    if sort := draft.value("sort_name") or (sort_name_of(name, given, family) if given and family else ""):
        values["sort_name"] = sort
    # What stands in for a name until one is known.
    defaults = {"name": first, "sort_name": name or first, "category": draft.value("category") or category or ADVOCATE}
    defaults = {key: value for key, value in defaults.items() if key not in values}
    for key in ("public_id", "visibility"):
        if draft.value(key):
            defaults[key] = draft.value(key)
    return Record(Person, draft.ref, values, kind="person", defaults=defaults)


def _ids(draft: Draft) -> Iterator[Record]:
    pairs = (mark for mark in draft.marks if mark[0] not in (OWN_ID, MAILTO))
    for scheme, value in dict.fromkeys(pairs):
        pair = {"scheme": scheme, "identifier": value}
        yield Record(Identifier, f"{draft.ref}/id/{scheme}:{value}", pair, {"person": draft.ref}, "person identifier")


def _contacts(draft: Draft) -> Iterator[Record]:
    seen = set[tuple[str, str]]()
    for key, type_ in CONTACTS.items():
        for value, label in draft.several[key]:
            if (type_, value) in seen or len(value) > VALUE_LENGTH:
                continue
            seen.add((type_, value))
            ref = f"{draft.ref}/{type_.value}/{value}"
            values = {"type": type_.value, "value": value}
            yield Record(
                ContactDetail, ref, values, {"person": draft.ref}, type_.value, defaults={"label": label[:100]}
            )


def _names(draft: Draft) -> Iterator[Record]:
    for name in draft.several["other_names"]:
        if name != draft.value("name") and len(name) <= NAME_LENGTH:
            yield Record(OtherName, f"{draft.ref}/name/{name}", {"name": name}, {"person": draft.ref}, "other name")


def _held(draft: Draft, posts: set[str]) -> Iterator[Record]:
    """The job or seat. A seat with its district is a post, which survives its holder."""
    if not draft.value("organization"):
        return
    links = {"person": draft.ref, "organization": draft.body_ref}
    role, district = draft.value("role"), draft.value("district")
    if district:
        label = ", ".join(part for part in (role, district) if part)
        post = f"{links['organization']}/{label}"
        if post not in posts:
            posts.add(post)
            owner = {"organization": links["organization"]}
            defaults = {"role": (role or district)[:100]}
            yield Record(Post, post, {"label": label[:250]}, owner, kind="seat", defaults=defaults)
        links["post"] = post
    kind = MembershipRole.MEMBER if role or district else MembershipRole.EMPLOYEE
    title = role or draft.value("job_title")
    values = {name: text for name, text in (("label", title), ("start_date", draft.value("job_start"))) if text}
    yield Record(Membership, f"{draft.ref}/job", values, links, kind="membership", defaults={"role": kind.value})
