"""What the people of the demo say and write."""

from crm.followups.enums import CommitmentDirection
from crm.issues.enums import Position

ORGANISATION = "Clear Harbour Alliance"

ASK_TITLE = "Co-sponsor the Harbour Air Bill"
ASK_DETAIL = (
    "Ships in port should plug in to shore power instead of running their engines. We ask members to "
    "co-sponsor the bill and to vote for shore power at every berth used more than 100 days a year."
)
BILL = "HB 214, Harbour Air Bill"
SECOND_ASK = "Fund air monitors at harbour schools"
SECOND_DETAIL = "One certified monitor at each of the 38 schools within a mile of a berth, with public readings."

TALKING_POINTS = (
    ("A cruise ship at berth burns as much fuel in a day as 1,200 idling lorries.", "Merrow Ports Survey 2025"),
    (
        "One child in six in Fairhaven's quay wards uses an inhaler; the national figure is one in eleven.",
        "Merrow Lung Foundation, School Health Report 2025",
    ),
    (
        "Netherquay's first plug-in berth cut night-time soot at the quay by 41 per cent in one season.",
        "Netherquay Port Authority, Berth 3 trial",
    ),
    (
        "Shore power at the 12 busiest berths costs less than one year of the harbour clean-up fund.",
        "Parliamentary Budget Office, note 88",
    ),
    (
        "The dockworkers' union supports the bill: crews breathe this air for ten hours a day.",
        "Dockworkers' Union of Merrow, resolution 7",
    ),
)
DRAFT_POINT = ("Every berth in Merrow could be electric within six years.", "Our own estimate, not yet reviewed")

OUTCOMES = (
    (
        Position.CHAMPION,
        "Wants to speak first in the debate. Asked for two families to tell their story.",
        "I will put my name on the bill before the recess.",
        "How many berths in my district are over 100 days?",
    ),
    (
        Position.LEAN_SUPPORT,
        "Likes the bill, worries about small ports. Staff will read the budget note.",
        "I will ask the budget office for the cost at small ports.",
        "What did the Netherquay trial cost per berth?",
    ),
    (
        Position.UNDECIDED,
        "Listened carefully; two shipping firms employ people in the district.",
        "We will visit the Netherquay berth with you.",
        "Do ships from other countries have the plug?",
    ),
    (
        Position.SUPPORT,
        "Will vote for the bill. Cannot co-sponsor while on the Budget committee.",
        "I will vote for shore power in committee.",
        "",
    ),
    (
        Position.LEAN_OPPOSE,
        "Prefers a voluntary scheme. Left the door open for a pilot.",
        "I will meet the port authority about a pilot.",
        "Is there a voluntary scheme anywhere that worked?",
    ),
    (
        Position.SUPPORT,
        "Moved by the school nurse's account. Will sign after the amendment.",
        "I will co-sponsor once the small-port amendment is in.",
        "Can you send the nurse's statement in writing?",
    ),
)
OUR_PROMISE = "We send the district figures and the budget note within a week."

NOTES = (
    "Grew up beside the Cinder Bay yard; speaks warmly of it when there is time.",
    "Do not schedule on Thursdays: family day.",
    "Prefers one page, no slides. Reads footnotes.",
    "Had a difficult exchange with the shipping association in spring; do not bring it up first.",
)

PROMISED_BY_US = CommitmentDirection.OURS
PROMISED_BY_THEM = CommitmentDirection.THEIRS
