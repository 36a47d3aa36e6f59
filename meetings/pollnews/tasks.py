from datetime import datetime

from meetings.pollnews.actions import tell_owner
from meetings.pollnews.queries import polls_with_news


def tell_owners(at: datetime) -> int:
    """Tell the owners of polls what came in, each poll in its own transaction; says how many mails there are.

    Safe to run twice and side by side.
    """
    return sum(tell_owner(each, at=at) is not None for each in polls_with_news(at))
