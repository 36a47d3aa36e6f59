"""How votes become a score, and how a table of votes is read.

A score runs from 0 to 100: the weights of the votes somebody got right, in percent of the weights of all rated votes
she took part in. An abstention counts half, unless abstaining was the right vote. Who was absent, paired or did not
vote is neither praised nor blamed for that vote: it is left out of both sides. Who took part in none has no score.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from crm.base.text import fold, one_line
from crm.votes.enums import VoteOption

HALF = frozenset({VoteOption.ABSTAIN})
LEFT_OUT = frozenset({VoteOption.ABSENT, VoteOption.NOT_VOTING, VoteOption.PAIRED})
"""Never part of a score, unless it was the right vote."""

RULES = (
    _("The right vote earns its full weight, an abstention half of it, the wrong vote nothing."),
    _("Who was absent, paired or did not vote is left out for that vote, so it neither helps nor harms."),
    _("The score is what was earned in percent of what could be earned; without a rated vote there is no score."),
)
"""What the page of a scorecard says about it."""

WORDS = {
    VoteOption.YES: "yes y yea aye ja si oui for in_favour in_favor 1",
    VoteOption.NO: "no n nay nein non against contra 0",
    VoteOption.ABSTAIN: "abstain abstained abstention present",
    VoteOption.ABSENT: "absent excused away missing",
    VoteOption.NOT_VOTING: "not_voting nv did_not_vote",
    VoteOption.PAIRED: "paired pair",
}
OPTIONS = {word: option for option, words in WORDS.items() for word in words.split()}
"""What tables write for each option, folded."""

NAME_HEADERS = ("person", "name", "member", "legislator", "voter", "identifier", "id")
OPTION_HEADERS = ("option", "vote", "position", "voted")
LINES = 5000


def points(option: str, wanted: str, weight: int) -> tuple[int, int]:
    """What one vote earns and what it could earn, both doubled, so that halves stay whole numbers."""
    if option == wanted:
        return 2 * weight, 2 * weight
    if option in LEFT_OUT:
        return 0, 0
    return (weight if option in HALF else 0), 2 * weight


def score_of(votes: Mapping[int, str], items: Mapping[int, tuple[str, int]]) -> int | None:
    """The score of somebody: `votes` are options by vote, `items` the right option and weight by vote."""
    rated = [points(votes[key], *item) for key, item in items.items() if key in votes]
    could = sum(pair[1] for pair in rated)
    return rounded(sum(pair[0] for pair in rated), could) if could else None


def rounded(earned: int, could: int) -> int:
    """Percent, halves up: 12.5 is 13 on every machine."""
    return (200 * earned + could) // (2 * could)


def option_of(word: str) -> VoteOption | None:
    """What a word in a table means; None when it is no vote."""
    return OPTIONS.get(fold(word).replace(" ", "_").replace("-", "_"))


@dataclass(frozen=True)
class Line:
    """One line of a table: who, and how; `option` is None when the word is unknown."""

    number: int
    name: str
    word: str
    option: VoteOption | None


class UnreadableTableError(ValueError):
    """The table has no column for people or for votes; the message is a sentence."""


def lines_of(text: str) -> list[Line]:
    """The lines of a CSV table with a header: a column for people and one for votes, in any order.

    Commas, semicolons and tabs separate. Raises UnreadableTableError.
    """
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter))[: LINES + 2]
    heads = [fold(cell).replace(" ", "_") for cell in (rows[0] if rows else [])]
    who = next((heads.index(head) for head in NAME_HEADERS if head in heads), None)
    how = next((heads.index(head) for head in OPTION_HEADERS if head in heads), None)
    if who is None or how is None:
        raise UnreadableTableError(
            str(
                _("The first line must name a column “person” and a column “option”; check the file and send it again.")
            )
        )
    if len(rows) > LINES + 1:
        raise UnreadableTableError(str(_("This is more than 5,000 lines; cut the file into parts.")))
    return [_line(number, row, who, how) for number, row in enumerate(rows[1:], start=2) if any(row)]


def _line(number: int, row: list[str], who: int, how: int) -> Line:
    name, word = (one_line(row[place], limit=200) if place < len(row) else "" for place in (who, how))
    return Line(number, name, word, option_of(word))
