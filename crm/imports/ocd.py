"""Open Civic Data division ids: what one says of its area, and those of the United States."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import override
from django_countries import countries

from crm.imports.popolo import Record
from crm.places.enums import AreaClassification
from crm.places.models import Area

DIVISION = "ocd-division/"
COUNTRY = "ocd-division/country:us"
# What the last part of a division id says of the area; the rest is `other`.
_KINDS = AreaClassification
KINDS = {
    "country": _KINDS.COUNTRY,
    "state": _KINDS.STATE,
    "territory": _KINDS.STATE,
    "district": _KINDS.STATE,
    "part": _KINDS.REGION,
    "region": _KINDS.REGION,
    "block": _KINDS.REGION,
    "province": _KINDS.PROVINCE,
    "prefecture": _KINDS.PROVINCE,
    "cd": _KINDS.DISTRICT,
    "ed": _KINDS.CONSTITUENCY,
    "at-large": _KINDS.CONSTITUENCY,
    "sldl": _KINDS.LOWER_DISTRICT,
    "sldu": _KINDS.UPPER_DISTRICT,
    "county": _KINDS.COUNTY,
    "parish": _KINDS.COUNTY,
    "borough": _KINDS.COUNTY,
    "place": _KINDS.MUNICIPALITY,
    "ward": _KINDS.WARD,
    "precinct": _KINDS.WARD,
}
_NAMES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|FL Florida|"
    "GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|"
    "MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|"
    "NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|ND North Dakota|OH Ohio|"
    "OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|"
    "UT Utah|VT Vermont|VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming|"
    "DC District of Columbia|AS American Samoa|GU Guam|MP Northern Mariana Islands|PR Puerto Rico|VI US Virgin Islands"
)
STATES: dict[str, str] = dict(entry.split(" ", 1) for entry in _NAMES.split("|"))
TERRITORIES = frozenset({"AS", "GU", "MP", "PR", "VI"})
AT_LARGE = 0
# Countries that ISO 3166-1 gives no name.
_NAMELESS = {"xk": "Kosovo"}


def state_id(code: str) -> str:
    """The division id of a state, a territory or the federal district."""
    kind = "territory" if code in TERRITORIES else "district" if code == "DC" else "state"
    return f"{COUNTRY}/{kind}:{code.lower()}"


def district_id(code: str, number: int) -> str:
    """The division id of a congressional district; number 0 is the whole state or territory."""
    return f"{state_id(code)}/cd:{number or 'at-large'}"


def district_name(code: str, number: int) -> str:
    """The district in words, as the division list writes it."""
    state = STATES[code]
    owner = f"{state}'" if state.endswith("s") and code in TERRITORIES else f"{state}'s"
    return f"{owner} {ordinal(number) if number else 'at-large'} congressional district"


def is_division(identifier: str) -> bool:
    """Whether this is a division id, and not the id of one source alone."""
    return identifier.startswith(DIVISION)


def classification_of(identifier: str) -> AreaClassification:
    """The kind of area, by the type of the last part of the id."""
    kind, _colon, _value = identifier.rpartition("/")[2].partition(":")
    return KINDS.get(kind, AreaClassification.OTHER)


def parent_id(identifier: str) -> str:
    """The id without its last part; empty for a country."""
    parent = identifier.rpartition("/")[0]
    return parent if "/" in parent else ""


def made_up_name(identifier: str) -> str:
    """A name for a division whose file gives none: `sldl:chittenden-17` is Chittenden-17, `sldl:1a` is 1A."""
    kind, _colon, value = identifier.rpartition("/")[2].partition(":")
    if kind == "country":
        with override("en"):
            return str(countries.name(value)) or _NAMELESS.get(value, value.upper())
    if identifier in _OURS:
        return _OURS[identifier]
    words = value.replace("_", " ").replace("~", " ").title() if value else kind
    where = identifier.rpartition("/")[0].rpartition(":")[2].upper()
    chamber = {"sldl": "lower", "sldu": "upper"}.get(kind)
    return f"{where} {chamber} district {words}" if chamber else words


Keyed = tuple[tuple[Any, ...], Mapping[str, Any]]


def generations(rows: Iterable[Mapping[str, Any]], standing: Iterable[Keyed]) -> list[Keyed]:
    """The areas here with the key a file knows them by.

    A file that names no generation means the latest one here. A generation that came without its first day is
    the one a file dates, when that is the only one the file has.
    """
    wanted, here = defaultdict[str, set[str]](set), defaultdict[str, dict[str, Any]](dict)
    for row in rows:
        wanted[row["identifier"]].add(row.get("valid_from") or "")
    for _key, known in standing:
        here[known["identifier"]][known["valid_from"]] = known
    found = []
    for identifier, known_since in here.items():
        since = dict(zip(known_since, known_since, strict=True))
        unmatched = wanted[identifier] - since.keys()
        latest = max(known_since)
        if unmatched == {""} and latest not in wanted[identifier]:
            since[latest] = ""
        elif len(wanted[identifier]) == 1 == len(unmatched) and list(known_since) == [""]:
            since[""] = unmatched.pop()
        found += [((identifier, since[day] or None), known) for day, known in known_since.items()]
    return found


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


_OURS = {state_id(code): name for code, name in STATES.items()}


def division(identifier: str) -> Record:
    """A division that a source names without describing it; its parent is linked when it is here."""
    parent = parent_id(identifier)
    values = {"identifier": identifier, "classification": classification_of(identifier).value}
    links = {"parent": parent} if parent else {}
    return Record(Area, identifier, values, links, kind="area", defaults={"name": made_up_name(identifier)})


def area_records(districts: set[tuple[str, int]], states: set[str], source_url: str) -> Iterator[Record]:
    """The country, these states and these districts, parents first."""
    yield _area(COUNTRY, "United States", AreaClassification.COUNTRY, "US", "", source_url)
    for code in sorted(states | {code for code, _number in districts}):
        yield _area(state_id(code), STATES[code], AreaClassification.STATE, code, COUNTRY, source_url)
    for code, number in sorted(districts):
        name, short = district_name(code, number), f"{code}-{number}"
        yield _area(district_id(code, number), name, AreaClassification.DISTRICT, short, state_id(code), source_url)


def _area(
    identifier: str, name: str, classification: AreaClassification, code: str, parent: str, source_url: str
) -> Record:
    values = {"identifier": identifier, "name": name, "classification": classification.value, "code": code}
    links = {"parent": parent} if parent else {}
    return Record(Area, identifier, values, links, kind=classification.value, source_url=source_url)
