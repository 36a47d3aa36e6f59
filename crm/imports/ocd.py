"""Open Civic Data division ids of the United States: country, states, territories, congressional districts."""

from collections.abc import Iterator

from crm.imports.popolo import Record
from crm.places.enums import AreaClassification
from crm.places.models import Area

COUNTRY = "ocd-division/country:us"
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


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


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
