"""The calendar part of a mail that came in (RFC 6047 section 2.4)."""

from email.message import Message
from email.utils import collapse_rfc2231_value

from meetings.invitations.errors import ReplyInWinmailError
from meetings.invitations.itip import clean_text


def find_calendar_part(message: Message) -> tuple[bytes, str | None] | None:
    """The calendar data of a mail as UTF-8, and the method its Content-Type names.

    Looks for text/calendar, then application/ics, then ``*.ics`` of any type; None when there is
    none, or the mail is a bounce (which brings our own invitation back). Raises
    ReplyInWinmailError when an Outlook wrapper is all there is.
    """
    if message.get_content_type() == "multipart/report":
        return None
    parts = [part for part in message.walk() if not part.is_multipart()]
    ranked = sorted((rank, n) for n, part in enumerate(parts) if (rank := _rank(part)) is not None)
    if ranked:
        part = parts[ranked[0][1]]
        method = part.get_param("method")
        named = collapse_rfc2231_value(method) if method else ""
        return _as_utf8(part), clean_text(named).upper()[:40] or None
    if any(_is_winmail(part) for part in parts):
        raise ReplyInWinmailError(
            "The answer came as winmail.dat, which we cannot open. Read the mail and set the answer by hand."
        )
    return None


def _rank(part: Message) -> int | None:
    kind, name = part.get_content_type(), _filename(part)
    if kind == "text/calendar":
        return 0 if part.get_param("method") else 1
    if kind in ("application/ics", "text/x-vcalendar"):
        return 2
    return 3 if name.endswith(".ics") else None


def _is_winmail(part: Message) -> bool:
    kinds = ("application/ms-tnef", "application/vnd.ms-tnef")
    return part.get_content_type() in kinds or _filename(part) == "winmail.dat"


def _filename(part: Message) -> str:
    return (part.get_filename() or "").strip().lower()


def _as_utf8(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    try:
        return data if charset in ("utf-8", "us-ascii") else data.decode(charset).encode()
    except (LookupError, ValueError):
        return data
