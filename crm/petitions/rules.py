"""What makes a signature: when a petition takes one, what a name may be, how long a link is good for."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.base.email import normalise_email
from crm.base.text import one_line
from crm.consent.enums import Purpose
from crm.consent.rules import Wording
from crm.petitions.enums import PetitionState, SignatureState
from crm.petitions.errors import PetitionClosedError, PetitionNotOpenYetError, SignatureRefusedError
from crm.petitions.models import Petition, Signature
from crm.places.rules import normalise_postcode

CONFIRM_WITHIN = timedelta(days=7)
MAIL_AGAIN_AFTER = timedelta(minutes=10)
MAILS_PER_DAY = 3
ALLOWANCE_PERIOD = timedelta(hours=24)
NAME_LIMIT = 100
MARKS_IN_A_ROW = 3

SIGNATURE_WORDING = Wording(
    "petition.signature",
    1,
    Purpose.SIGNATURE,
    _("Count my signature under this petition. I know that this shows a political opinion."),
)
UPDATES_WORDING = Wording(
    "petition.updates",
    1,
    Purpose.UPDATES,
    _("Send me updates about this campaign by e-mail."),
)

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters and marks by their category that nobody sees: fillers, joiners and variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0") | {
    chr(code) for code in range(0xFE00, 0xFE10)
}
_PUNCTUATION = frozenset("’'-. ")
_FORMULA = ("-", "=", "+", "@")
_WEB_WORDS = frozenset({"http", "https", "www"})
_POSTCODE = re.compile(r"[A-Z0-9]{2,12}")

CONSENT_NEEDED = _("Tick the box that lets us count your signature.")


def can_sign(petition: Petition, at: datetime) -> bool:
    """Whether the petition takes and confirms signatures at this moment; its last moment is excluded."""
    return (
        petition.state == PetitionState.OPEN
        and (petition.opens_at is None or petition.opens_at <= at)
        and (petition.closes_at is None or at < petition.closes_at)
    )


def is_before_opening(petition: Petition, at: datetime) -> bool:
    """Whether signing fails only because it is too early."""
    early = petition.opens_at is not None and at < petition.opens_at
    return petition.state == PetitionState.DRAFT or (petition.state == PetitionState.OPEN and early)


def refuse_unless_open(petition: Petition, at: datetime) -> None:
    """Raises PetitionClosedError, or PetitionNotOpenYetError before the first day."""
    if not can_sign(petition, at):
        raise PetitionNotOpenYetError if is_before_opening(petition, at) else PetitionClosedError


def is_link_expired(signature: Signature, at: datetime) -> bool:
    """Whether the link of the last confirmation mail is too old; it is good for seven days."""
    return signature.mailed_at is None or signature.mailed_at + CONFIRM_WITHIN <= at


def is_vacant(signature: Signature, at: datetime) -> bool:
    """Whether this mailbox may submit anew: it withdrew, or never confirmed in time."""
    return signature.state == SignatureState.WITHDRAWN or (
        signature.state == SignatureState.PENDING and is_link_expired(signature, at)
    )


def name_problem(value: str) -> Any:
    """Why this cannot be part of a name, as a sentence; empty when it can."""
    # Compatibility forms first: full-width and mathematical letters hide formulas and addresses.
    text = unicodedata.normalize("NFKC", value)
    if any(unicodedata.category(c) in _HIDDEN or c in _INVISIBLE for c in value + text):
        return _("The name contains hidden characters. Type it by hand instead of pasting it.")
    if len(value) > NAME_LIMIT or len(text) > NAME_LIMIT:
        return _("The name is too long. Use at most 100 characters.")
    if text.startswith(_FORMULA):
        return _("A name begins with a letter. Take away the sign in front of it.")
    if not all(c in _PUNCTUATION or unicodedata.category(c)[0] in "LM" for c in text):
        return _("Use only letters, spaces, hyphens, apostrophes and full stops in a name.")
    if not any(c.isalpha() for c in text):
        return _("Write the name with at least one letter.")
    if _marks_in_a_row(text) > MARKS_IN_A_ROW:
        return _("The name has too many accents on one letter. Write it with at most three.")
    if _holds_address(text):
        return _("A name cannot hold a web address. Put a space after each full stop.")
    return ""


def postcode_problem(value: str) -> Any:
    """Why this normalised text cannot be a postcode, as a sentence; empty when it can."""
    if _POSTCODE.fullmatch(value) and any(c.isdigit() for c in value):
        return ""
    return _("Enter a postcode with its digits, for example 02134.")


def clean_submission(given_name: str, family_name: str, email: str, postcode: str) -> dict[str, str]:
    """What was typed as we keep it. Raises SignatureRefusedError, which names the first field to mend."""
    kept = {"given_name": one_line(given_name), "family_name": one_line(family_name)}
    problems = {"given_name": name_problem(given_name), "family_name": name_problem(family_name)}
    try:
        kept["email"] = normalise_email(email)
    except ValidationError as error:
        problems["email"] = error.messages[0]
    kept["postcode"] = normalise_postcode(postcode)
    problems["postcode"] = postcode_problem(kept["postcode"])
    for field, problem in problems.items():
        if problem:
            raise SignatureRefusedError(problem, field=field)
    return kept


def _marks_in_a_row(text: str) -> int:
    longest = run = 0
    for character in unicodedata.normalize("NFD", text):
        run = run + 1 if unicodedata.category(character).startswith("M") else 0
        longest = max(longest, run)
    return longest


def _holds_address(text: str) -> bool:
    words = text.casefold().split()
    return any(_is_dotted(word) or word.strip(".") in _WEB_WORDS for word in words)


def _is_dotted(word: str) -> bool:
    """`evil.com` is; initials (`J.R.R.`) and an abbreviation (`St.`) are not."""
    parts = [part for part in word.split(".") if part]
    return len(parts) > 1 and any(len(part) > 1 for part in parts)
