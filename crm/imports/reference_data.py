"""Profile `reference`: the list of countries and long lists of yearly figures.

The figures have the columns Country Name, Country Code, Year and Value. The files are those of the open data packages
"country-codes", "gdp", "population" and "gini-index". Countries are found by their ISO 3166-1 code, so that the files
may come in any order; a group of countries (Arab World) has a code that means something in these files only.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django_countries import countries

from crm.imports import ocd
from crm.imports.enums import ProblemKind
from crm.imports.errors import SourceError
from crm.imports.json_yaml_csv import Folder, mappings, text
from crm.imports.popolo import Batch, Problem, Record, Sheet
from crm.places.enums import AreaClassification
from crm.places.models import Area, AreaCode, AreaName, AreaStatistic

PROFILE = "reference"
SOURCE = "Open reference data on countries"
ADDRESS = "https://datahub.io/core/"
HEAD = 4000
ALPHA_2, ALPHA_3 = "ISO3166-1-Alpha-2", "ISO3166-1-Alpha-3"
FIGURES = frozenset({"Country Name", "Country Code", "Year", "Value"})
LANGUAGES = {"en": "en", "fr": "fr", "es": "es", "ar": "ar", "cn": "zh", "ru": "ru"}
# Columns with codes, and what we call the scheme.
CODES = {
    ALPHA_2: "iso3166-1-alpha-2",
    ALPHA_3: "iso3166-1-alpha-3",
    "ISO3166-1-numeric": "iso3166-1-numeric",
    "M49": "m49",
    "FIPS": "fips",
    "IOC": "ioc",
    "Geoname ID": "geonames",
    "wikidata_id": "wikidata",
}
# These have three digits; a spreadsheet has eaten the noughts in front.
THREE_DIGITS = frozenset({"ISO3166-1-numeric", "M49"})
# The unit is part of the name; any other list keeps the name of its file.
INDICATORS = {"gdp": "gdp_usd", "population": "population", "gini-index": "gini_index"}
# Codes for countries that ISO leaves to its users.
USER_ASSIGNED = {"XKX": "XK"}


def recognises(path: Path) -> bool:
    """Whether one of the files has the columns of a country list or of a list of figures."""
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    return any(_has_our_columns(file) for file in files[:5] if file.suffix.lower() == ".csv")


def _has_our_columns(path: Path) -> bool:
    with path.open("rb") as file:
        names = set(file.read(HEAD).decode("utf-8-sig", "replace").partition("\n")[0].strip().split(","))
    return names >= FIGURES or {ALPHA_2, ALPHA_3} <= names


def read(path: Path) -> Batch:
    """Read one list or every list of a folder. Raises `SourceError` for one that is neither kind."""
    folder = Folder(path)
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    sheet, areas = Sheet(ADDRESS), dict[str, Record]()
    for file in files:
        rows = mappings(folder.load(file))
        columns = set(rows[0]) if rows else set()
        if {ALPHA_2, ALPHA_3} <= columns:
            sheet.add("country-codes", _countries(file.name, rows, areas))
        elif columns >= FIGURES:
            sheet.add(file.stem, _figures(file, rows, areas))
        else:
            sentence = _("“%(file)s” is neither a list of countries nor of yearly figures; check its first line.")
            raise SourceError(sentence % {"file": file.name})
    if not files:
        raise SourceError(_("“%(path)s” holds no CSV file; check the path.") % {"path": path.name})
    sheet.add("", areas.values())
    return Batch(
        profile=PROFILE,
        source=SOURCE,
        source_name=path.absolute().name,
        source_hash=folder.hash,
        records=tuple(sheet.records),
        problems=tuple(sheet.problems),
    )


def country_id(alpha_2: str) -> str:
    return f"ocd-division/country:{alpha_2.lower()}"


def area_of(code: str) -> str:
    """The division id of a country by its three letters; the id of a group of countries is ours."""
    alpha_2 = countries.alpha2(code) or USER_ASSIGNED.get(code)
    return country_id(alpha_2) if alpha_2 else f"reference/aggregate:{code.lower()}"


def _countries(file: str, rows: list[dict[str, Any]], areas: dict[str, Record]) -> Iterator[Record | Problem]:
    for number, row in enumerate(rows, start=2):
        code = text(row, ALPHA_2).strip()
        if len(code) != 2:
            sentence = _("This country needs its two letters; add them.")
            yield Problem(ProblemKind.ERROR, Area, f"{file}, {number}", ALPHA_2, code, sentence)
            continue
        area = country_id(code)
        areas[area] = _country(area)
        yield from _names(area, row)
        for column, scheme in CODES.items():
            if value := text(row, column).rpartition("/")[2].strip():
                value = value.zfill(3) if column in THREE_DIGITS else value
                pair = {"scheme": scheme, "code": value}
                yield Record(AreaCode, f"{area} {scheme} {value}", pair, {"area": area}, scheme)


def _names(area: str, row: Mapping[str, Any]) -> Iterator[Record]:
    for column, language in LANGUAGES.items():
        if name := text(row, f"official_name_{column}"):
            values = {"language": language, "name": name}
            yield Record(AreaName, f"{area} {language}", values, {"area": area}, kind="country name")


def _figures(file: Path, rows: list[dict[str, Any]], areas: dict[str, Record]) -> Iterator[Record | Problem]:
    indicator = INDICATORS.get(file.stem, slugify(file.stem)[:60])
    for number, row in enumerate(rows, start=2):
        code, year = text(row, "Country Code").strip(), text(row, "Year").strip()
        if not code:
            sentence = _("This figure names no country; add the code of three letters.")
            yield Problem(ProblemKind.ERROR, AreaStatistic, f"{file.name}, {number}", "Country Code", "", sentence)
            continue
        area = area_of(code)
        name = text(row, "Country Name") or code
        areas.setdefault(area, _country(area) if ocd.is_division(area) else _group(area, name, code))
        values = {"indicator": indicator, "year": year, "value": text(row, "Value")}
        yield Record(AreaStatistic, f"{file.name}, {number}", values, {"area": area}, kind=indicator)


def _country(area: str) -> Record:
    """A country under its short English name: the lists spell it in several ways, and their order must not matter."""
    values = {"identifier": area, "classification": AreaClassification.COUNTRY.value}
    defaults = {"name": ocd.made_up_name(area), "code": area.rpartition(":")[2].upper()}
    return Record(Area, area, values, kind="country", defaults=defaults)


def _group(area: str, name: str, code: str) -> Record:
    values = {"identifier": area, "classification": AreaClassification.AGGREGATE.value}
    return Record(Area, area, values, kind="aggregate", defaults={"name": name, "code": code})
