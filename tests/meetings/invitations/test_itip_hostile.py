"""Whatever people type, an invitation keeps its lines, its components and its length."""

import re

import pytest

from meetings.invitations.errors import InvalidInviteError
from meetings.invitations.itip import Organizer, Party, build_cancel, build_decline_counter, build_request

HOSTILE = [
    "x\r\nATTENDEE:mailto:evil@evil.example",
    "x\nEND:VEVENT\nBEGIN:VEVENT",
    "x\rMETHOD:CANCEL",
    "x\u2028URL:https://evil.example",
    "x\u2029\x85STATUS:CANCELLED",
    "x\x0b\x0cSEQUENCE:99",
    "nul\x00esc\x1bdel\x7fcsi\x9b",
    'quote " quote ";ROLE=CHAIR:mailto:evil@evil.example',
    "caret ^n ^' ^^ back\\slash \\n \\",
    "semi;colon:comma,=equals",
    "\u202egnp.exe\u2066\u2069\u200f\ufeff",
    "é漢🏛️👩\u200d⚖️" * 60,
    "lone \ud83d surrogate " + "long" * 500,
]
FIELDS = ["uid", "summary", "description", "location", "url", "party.name", "party.email", "org.name", "org.email"]


def changed(field: str, text: str) -> dict[str, object]:
    owner, _, part = field.partition(".")
    if owner == "party":
        return {"attendees": (Party(**({"name": "Ada", "email": "ada@gov.example"} | {part: text})),)}
    if owner == "org":
        return {"organizer": Organizer(**({"name": "Us", "email": "meet@parley.example"} | {part: text}))}
    return {field: text}


def names_of(raw: bytes) -> list[str]:
    """The name of every line, for a reader that also splits at Unicode line ends."""
    unfolded = raw.decode().replace("\r\n ", "")
    return [re.split("[;:]", line)[0] for line in unfolded.splitlines()]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("field", FIELDS)
def test_hostile_text_is_refused_or_stays_inside_its_line(invite, field, text):
    harmless = {"description": "x", "location": "x", "url": "https://x.example/"}
    expected = names_of(build_request(invite(**harmless)))

    try:
        raw = build_request(invite(**(harmless | changed(field, text))))
    except InvalidInviteError:
        assert field in {"uid", "url", "party.email", "org.email"}
        return

    assert names_of(raw) == expected
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    assert (
        re.search("[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", raw.decode()) is None
    )
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_a_cancellation_or_refusal_stays_inside_its_line(invite, text):
    plain = invite(sequence=1, location="x")
    hostile = invite(sequence=1, location=text, summary=text)

    cancel, refusal = build_cancel(hostile, whole=True), build_decline_counter(hostile, comment=text)

    assert names_of(cancel) == names_of(build_cancel(plain, whole=True))
    assert names_of(refusal) == names_of(build_decline_counter(plain, comment="x"))


def test_text_is_read_back_as_it_was_written(invite):
    text = 'Ask; for, the \\ bill\nand 漢字 "quoted"'

    raw = build_request(invite(description=text))

    written = re.search(r"DESCRIPTION:(.*?)\r\n", raw.decode().replace("\r\n ", ""))[1]
    assert re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], written) == text
