"""An invented country with its parliament: names only, nothing here exists."""

from dataclasses import dataclass

COUNTRY = ("Merrow", "ocd-division/country:zz")
PARLIAMENT = "Parliament of Merrow"
CHAMBERS = {"senate": "Senate of Merrow", "assembly": "Assembly of Merrow"}
PARTIES = ("Harbour Party", "Meadow Alliance", "Civic Union")


@dataclass(frozen=True)
class Region:
    """A state of Merrow: its code, its time zone and its districts with their towns."""

    name: str
    code: str
    time_zone: str
    towns: tuple[str, ...]


REGIONS = (
    Region("Saltmarsh", "sm", "America/New_York", ("Fairhaven", "Gullwick", "Netherquay", "Brackwater")),
    Region("Highmoor", "hm", "America/Chicago", ("Stonereach", "Larkfell", "Withy Bridge", "Thornby")),
    Region("Eastreach", "er", "America/New_York", ("Port Alder", "Cinder Bay", "Marlow Sound", "Tidewell")),
    Region("Goldfen", "gf", "America/Denver", ("Sedgeford", "Amberley", "Rushmere", "Ottersby")),
)

COMMITTEES = {
    "assembly": (
        ("Committee on Ports and Coasts", ("Subcommittee on Harbour Air", "Subcommittee on Fisheries")),
        ("Committee on Public Health", ("Subcommittee on Children's Health",)),
        ("Committee on the Budget", ()),
        ("Committee on Transport", ()),
    ),
    "senate": (
        ("Senate Committee on Environment", ()),
        ("Senate Committee on Finance", ()),
    ),
}

GIVEN = (
    "Ada Amara Anselm Bea Caspian Chiara Dara Elif Emrys Farid Freya Goran Hana Idris Imogen Ines Jonas Kaia Kofi "
    "Leila Lucan Mara Mateo Milo Nadia Nils Noor Odile Oskar Petra Quentin Rafe Rosa Samira Selma Soren Tamsin Teo "
    "Una Viggo Wren Yara Yusuf Zoë"
).split()
FAMILY = (
    "Abbernathy Adeyemi Ashdown Bellweather Brightwater Calloway Castellan Dunmore Eastwick Farrow Fenwick "
    "Galloway-Reyes Gannet Hallam Hartwell Iqbal Jessamy Kestrel Kowalczyk Lindqvist Lockhart Marchetti Merriweather "
    "Nakamura Northcott Okonjo O’Neill Pelham Quayle Ravensworth Rosewarne Saltonstall Sandoval Sorrel Tanaka "
    "Tregarth Underhill Vasquez Wetherby Whitlock Yarrow Zielinski"
).split()

PARTNERS = (
    ("Fairhaven Parents for Clean Air", "ngo"),
    ("Dockworkers' Union of Merrow", "ngo"),
    ("Merrow Lung Foundation", "ngo"),
    ("Coastal Schools Network", "ngo"),
    ("Interfaith Harbour Council", "ngo"),
)
