"""A full briefing, invented, as the builder would freeze it."""

from typing import Any


def fact(label: str, value: str, source: str, as_of: str, age_days: int, stale: bool = False) -> dict[str, Any]:
    return {
        "label": label,
        "value": value,
        "source": source,
        "as_of": as_of,
        "age_days": age_days,
        "stale": stale,
    }


def section(key: str, title: str, **parts: Any) -> dict[str, Any]:
    blank = {"facts": [], "table": None, "paragraphs": [], "chart": None, "empty": None}
    return {"key": key, "title": title, **blank, **parts}


def table(columns: list[str], *rows: list[Any]) -> dict[str, Any]:
    return {"columns": columns, "rows": list(rows)}


def briefing_content(**parts: Any) -> Any:
    content = {
        "version": 1,
        "title": "Briefing for the meeting on school meals",
        "language": "en",
        "generated_at": "2026-03-09T14:05:00+01:00",
        "generated_by": "Amara Okafor",
        "classification": "internal",
        "subject": {
            "name": "Zoë O’Neill-Ångström",
            "role_line": "Member of Parliament for Westmere North, chair of the Education Committee",
            "party": "Civic Alliance",
            "area": "Westmere North",
            "photo": None,
        },
        "meeting": {
            "when": "Thursday 12 March 2026, 10:30–11:00",
            "zone": "Europe/London (UTC+00:00)",
            "where": "Portcullis House, room 4.12, Westminster",
            "join_url": "https://meet.example.org/r/7f3a-22d1-school-meals",
            "lines": [
                "Lead: Amara Okafor",
                "Note-taker: Jonas Weiß",
                "Constituent: Priya Raman, head teacher, Westmere Primary",
                "Office: Tom Adeyemi (scheduler), +44 20 5550 0142",
            ],
        },
        "ask": {
            "title": "Co-sponsor the School Meals Bill before second reading",
            "detail": "She voted for the pilot in 2024 and chairs the committee that receives the bill on 2 April. "
            "We need her name on the bill by 27 March.",
            "bill": "HC Bill 112: School Meals (Universal Provision)",
        },
        "sections": [
            section(
                "posts",
                "Posts and term",
                facts=[
                    fact(
                        "Member of Parliament",
                        "Westmere North, since 12 December 2019; term ends by 15 August 2029",
                        "Parliament members list",
                        "2026-03-08",
                        1,
                    ),
                    fact(
                        "Committee chair",
                        "Education Committee, since 11 September 2024",
                        "Parliament members list",
                        "2026-03-08",
                        1,
                    ),
                    fact("Majority", "2,114 votes (4.2 %)", "Electoral Commission", "2024-07-05", 612, True),
                ],
            ),
            section(
                "committees",
                "Committees",
                table=table(
                    ["Committee", "Role", "Since", "Next sitting"],
                    ["Education", "Chair", "2024-09-11", "24 March 2026"],
                    ["Liaison", "Member", "2024-09-18", "not published"],
                    ["Schools Food (subcommittee)", "Member", "2025-01-14", "2 April 2026"],
                ),
            ),
            section(
                "contacts",
                "Last five contacts",
                table=table(
                    ["Date", "How", "Who of us", "What came of it"],
                    ["2026-02-18", "Call", "Jonas Weiß", "Scheduler offered 12 March"],
                    ["2026-01-22", "Letter", "Amara Okafor", "Sent the district figures"],
                    ["2025-11-04", "Meeting", "Amara Okafor, Priya Raman", "She asked for the cost per pupil"],
                    ["2025-10-01", "Event", "Volunteers, Westmere", "Visited the breakfast club"],
                    ["2025-06-12", "E-mail", "Jonas Weiß", "No answer"],
                ),
            ),
            section(
                "stance",
                "Stance on the ask",
                facts=[
                    fact(
                        "Leaning support",
                        "“I want to see the numbers for my district first.”",
                        "Meeting on 4 November 2025, notes by Amara Okafor",
                        "2025-11-04",
                        125,
                    ),
                    fact(
                        "Voted for", "Pilot scheme motion, division 87", "Hansard, 14 May 2024", "2024-05-14", 664, True
                    ),
                ],
            ),
            section(
                "commitments",
                "Open commitments",
                facts=[
                    fact(
                        "She promised",
                        "To read the cost per pupil and answer within two weeks. Due 18 November 2025, overdue.",
                        "Meeting on 4 November 2025",
                        "2025-11-04",
                        125,
                    ),
                    fact(
                        "We promised",
                        "District figures by school. Due 20 March 2026.",
                        "Meeting on 4 November 2025",
                        "2025-11-04",
                        125,
                    ),
                    fact(
                        "She promised",
                        "To visit a second breakfast club in term time. Due 30 April 2026.",
                        "Call on 18 February 2026",
                        "2026-02-18",
                        19,
                    ),
                ],
            ),
            section(
                "signatures",
                "Verified signatures in Westmere North",
                facts=[
                    fact(
                        "Verified signatures",
                        "1,284 of 61,400 adults (2.1 %)",
                        "Petition “Meals for every pupil”",
                        "2026-03-09",
                        0,
                    ),
                    fact("Added in the last 7 days", "96", "Petition “Meals for every pupil”", "2026-03-09", 0),
                ],
                chart={
                    "title": "Verified signatures added each week",
                    "unit": "Signatures",
                    "points": [
                        ["22 Dec", 41],
                        ["29 Dec", 12],
                        ["5 Jan", 78],
                        ["12 Jan", 120],
                        ["19 Jan", 164],
                        ["26 Jan", 98],
                        ["2 Feb", 143],
                        ["9 Feb", 210],
                        ["16 Feb", 131],
                        ["23 Feb", 104],
                        ["2 Mar", 87],
                        ["9 Mar", 96],
                    ],
                },
            ),
            section(
                "talking_points",
                "Talking points",
                facts=[
                    fact(
                        "Her district gains most",
                        "7 of 9 schools in Westmere North sit above the hunger line; "
                        "3,120 pupils would eat a hot meal each day.",
                        "Department for Education, school census",
                        "2026-01-15",
                        53,
                    ),
                    fact(
                        "It costs less than the pilot",
                        "£2.61 per meal against £2.94 in the pilot she voted for.",
                        "Institute for Fiscal Studies, note 318",
                        "2025-10-30",
                        130,
                    ),
                    fact(
                        "Teachers back it",
                        "412 of her constituents who sign work in schools.",
                        "Petition “Meals for every pupil”",
                        "2026-03-09",
                        0,
                    ),
                    fact(
                        "If she says “who pays?”",
                        "The levy in clause 4 covers 94 % of the cost in year one.",
                        "Bill 112, explanatory notes",
                        "2026-02-02",
                        35,
                    ),
                ],
            ),
            section(
                "agenda",
                "Agenda",
                table=table(
                    ["Minute", "What", "Who"],
                    ["0–5", "Thanks for the November meeting; who we are", "Amara Okafor"],
                    ["5–15", "What the meal changes in one school", "Priya Raman"],
                    ["15–25", "The ask, questions on cost", "Amara Okafor"],
                    ["25–30", "Repeat promises, agree dates", "Jonas Weiß"],
                ),
            ),
            section(
                "logistics",
                "Logistics",
                paragraphs=[
                    "Bring photo identification; security takes 15 minutes. Meet at the main door at 10:05.",
                    "Step-free entrance on Bridge Street. Hearing loop in room 4.12.",
                ],
            ),
            section(
                "stories",
                "Stories we may tell",
                empty="No story has consent for this office. Ask Priya Raman before you mention her school.",
            ),
        ],
    }
    return {**content, **parts}
