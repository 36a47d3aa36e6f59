"""An invented source as large as a big real one: 12,230 people, 54,884 identifiers, two memberships each."""

import csv
import json
import random
from pathlib import Path

PEOPLE, IDENTIFIERS = 12_230, 54_884
GIVEN = "Ada Ben Cora Dan Elif Finn Gita Hugo Ines Jon Kaja Lars Mina Nils Olga Pete Rosa Sven Tara Ulla".split()
FAMILY = "Alder Birch Cedar Dogwood Elm Fir Gorse Hazel Iris Juniper Larch Maple Oak Pine Rowan Spruce Teak Yew".split()
SCHEMES = ("govtrack", "wikidata", "votesmart", "opensecrets", "ballotpedia")
STATES = "CA TX FL NY PA IL OH GA NC MI".split()


def write_congress(folder: Path, people: int = PEOPLE) -> None:
    """A congress-legislators folder with a list of legislators only; the same every time."""
    chance = random.Random(7)
    spare = IDENTIFIERS * people // PEOPLE - people
    rows = []
    for number in range(people):
        ids = {"bioguide": f"Q{number:06}"}
        share = spare * (number + 1) // people - spare * number // people
        ids |= {scheme: f"{scheme[:2]}{number}" for scheme in SCHEMES[:share]}
        given, family = chance.choice(GIVEN), f"{chance.choice(FAMILY)}-{number}"
        state, district = STATES[number % 10], number % 50 + 1
        start = 1975 + 2 * (number % 20)
        terms = [
            {
                "type": "rep",
                "state": state,
                "district": district,
                "start": f"{year}-01-03",
                "end": f"{year + 2}-01-03",
                "party": ("Democrat", "Republican", "Independent")[number % 3],
            }
            for year in (start, start + 2)
        ]
        name = {"first": given, "last": family, "official_full": f"{given} {family}"}
        rows.append({"id": ids, "name": name, "bio": {"birthday": "1950-02-03", "gender": "F"}, "terms": terms})
    (folder / "legislators-current.json").write_text(json.dumps(rows))


def write_csv(path: Path, people: int, bad_row: int = 0) -> None:
    """The same kind of people as the project's own CSV; row `bad_row` has a name that is too long."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["last_name", "first_name", "full_name", "type", "state", "district", "bioguide_id"])
        for number in range(1, people + 1):
            family = "X" * 300 if number == bad_row else f"Row-{number}"
            writer.writerow([family, "Ada", f"Ada {family}", "rep", "CA", number % 50 + 1, f"R{number:06}"])
