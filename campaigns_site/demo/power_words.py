"""What is written about partners, votes and boards in the demo."""

from crm.issues.enums import Position
from crm.votes.enums import VoteOption

PARTNER_TAGS = (
    ("Civil society", "Children and young people"),
    ("Civil society", "Workers"),
    ("Health", "Older people"),
    ("Education", "Children and young people"),
    ("Faith community", "People on low incomes"),
)
ALIGNMENTS = (
    "They want clean air at the school gate; we offer figures for every ward.",
    "Crews breathe this air ten hours a day; we offer a seat in every delegation.",
    "Their health report is our best source; they gain a law that cites it.",
    "Thirty-eight schools near berths; we offer air monitors and teaching material.",
    "Their congregations live by the quay; we offer speakers for their evenings.",
)
MOVES = (Position.SUPPORT, Position.LEAN_SUPPORT, Position.CHAMPION, Position.UNDECIDED)
MOVED_BECAUSE = "Said after the hearing that the Netherquay figures settled it."
SCORECARD = "Votes on harbour air in this parliament. A later vote counts more."
VOTES = (
    ("Shore power at the twelve busiest berths", VoteOption.YES),
    ("Delay the soot limit by five years", VoteOption.NO),
    ("Air monitors at harbour schools, first reading", VoteOption.YES),
)
