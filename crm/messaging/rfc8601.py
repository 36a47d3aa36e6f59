"""What the receiving mail server found out about the sender (RFC 8601 Authentication-Results)."""

import re
from email.message import Message
from enum import StrEnum

_COMMENT = re.compile(r"\([^()]*\)")
_METHOD = re.compile(r"(?i)^\s*(dmarc|dkim|spf)\s*=\s*(\w+)")
_PROPERTY = re.compile(r"(?i)\b(?:header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?(?:[^\s@;\"]*@)?([\w.-]+)")


class Verdict(StrEnum):
    """Whether the From domain was proven."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"


def authentication(message: Message, from_email: str, auth_server: str) -> tuple[str, Verdict]:
    """The server that judged, and its verdict. Only the topmost header of `auth_server` counts; with
    no name given the topmost of all, which proves nothing where our server writes none.
    """
    for value in message.get_all("Authentication-Results", []):
        server, _semicolon, results = _COMMENT.sub("", " ".join(str(value)[:5000].split())).partition(";")
        server = server.split(" ")[0].strip().lower()
        if not auth_server or server == auth_server.lower():
            return server[:253], _verdict(results, from_email.rpartition("@")[2])
    return "", Verdict.NONE


def _verdict(results: str, from_domain: str) -> Verdict:
    """DMARC decides; without it an aligned DKIM or SPF pass is enough, and any failure counts."""
    found: list[tuple[str, str, bool]] = []
    for result in results.split(";"):
        method = _METHOD.match(result)
        if method:
            domains = [each.lower() for each in _PROPERTY.findall(result)]
            is_aligned = any(_is_aligned(each, from_domain) for each in domains)
            found.append((method.group(1).lower(), method.group(2).lower(), is_aligned))
    dmarc = [outcome for method, outcome, _aligned in found if method == "dmarc"]
    if "fail" in dmarc:
        return Verdict.FAIL
    if "pass" in dmarc or any(outcome == "pass" and aligned for _method, outcome, aligned in found):
        return Verdict.PASS
    return Verdict.FAIL if any(outcome == "fail" for _method, outcome, _aligned in found) else Verdict.NONE


def _is_aligned(domain: str, from_domain: str) -> bool:
    return bool(domain) and (from_domain == domain or from_domain.endswith(f".{domain}"))
