"""Reading the parts of a MIME message that may be broken or hostile (RFC 2045)."""

import re
from collections.abc import Iterator
from email.message import Message
from html.parser import HTMLParser

CALENDAR_LIMIT = 1024 * 1024  # icalendar needs seconds for more
TEXT_LIMIT = 20_000
PART_LIMIT = 200

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Without control characters (PostgreSQL refuses NUL) and lone surrogates."""
    return _CONTROL.sub("", text)


def own_parts(message: Message) -> Iterator[Message]:
    """Leaf parts of this message, not of messages forwarded or returned inside it."""
    stack, seen = [message], 0
    while stack and seen < PART_LIMIT:
        part = stack.pop()
        seen += 1
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            stack.extend(each for each in reversed(payload) if isinstance(each, Message))
        elif part.get_content_maintype() != "message":
            yield part


def readable_text(message: Message) -> str:
    """At most 20,000 characters: the first plain text part, else the words of the first HTML part."""
    inline = [part for part in own_parts(message) if part.get_content_disposition() != "attachment"]
    for content_type in ("text/plain", "text/html"):
        for part in inline:
            if part.get_content_type() != content_type:
                continue
            text = decoded(_payload(part), _charset(part))
            text = _words(text) if content_type == "text/html" else text
            if text.strip():
                return clean(text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:TEXT_LIMIT]
    return ""


def calendar_part(message: Message) -> Message | None:
    """text/calendar anywhere, else an attached application/ics or *.ics file."""
    parts = list(own_parts(message))
    for part in parts:
        if part.get_content_type() == "text/calendar":
            return part
    for part in parts:
        if part.get_content_type() == "application/ics" or _filename(part).endswith(".ics"):
            return part
    return None


def calendar_bytes(part: Message | None) -> bytes | None:
    data = _payload(part) if part is not None else b""
    return data if data and len(data) <= CALENDAR_LIMIT else None


def calendar_method(part: Message | None) -> str:
    value = part.get_param("method") if part is not None else None
    return clean(value).strip().upper()[:20] if isinstance(value, str) else ""


def is_winmail(part: Message) -> bool:
    return part.get_content_type() == "application/ms-tnef" or _filename(part) == "winmail.dat"


def _filename(part: Message) -> str:
    try:
        return (part.get_filename() or "").lower()
    except (LookupError, ValueError):
        return ""


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _charset(part: Message) -> str:
    try:
        return part.get_content_charset() or "utf-8"
    except (LookupError, ValueError):
        return "utf-8"


def decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "head"}:
            self.hidden += 1
        elif tag in {"br", "p", "div", "tr", "li", "blockquote", "h1", "h2", "h3"}:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "head"}:
            self.hidden = max(0, self.hidden - 1)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.pieces.append(data)


def _words(markup: str) -> str:
    words = _Words()
    words.feed(markup[: 10 * TEXT_LIMIT])
    lines = (" ".join(line.split()) for line in "".join(words.pieces).split("\n"))
    return "\n".join(line for line in lines if line)
