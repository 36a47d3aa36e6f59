"""What petitions tell the rest: the words of their mail, the pages behind its links, where a petition's page is."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.activity.registry import register_verb
from crm.base.errors import ParleyError
from crm.consent.registry import Button, LinkHandler, LinkPage, LinkState, register_link
from crm.issues.registry import register_issue_counter
from crm.messaging.registry import register_default_templates
from crm.petitions.actions import CONFIRM_TEMPLATE, confirm_signature, disown_signature, withdraw_signature
from crm.petitions.enums import SignatureState
from crm.petitions.forms import SignedForm
from crm.petitions.models import Petition, Signature
from crm.petitions.queries import petitions_by_issue, petitions_filed, signed_in_district
from crm.petitions.rules import can_sign, is_link_expired
from crm.segments.registry import Args, SegmentFilter, register_filter

PageAddress = Callable[[Petition, str], str]
"""The address of a petition's public page in a language; empty when it has none."""

CONFIRM, NOT_ME = "c", "n"
DISOWN, WITHDRAW = "disown", "withdraw"

DEFAULT_TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "key": CONFIRM_TEMPLATE,
        "language": "en",
        "name": "Confirm a signature",
        "subject": "Please confirm your signature",
        "body": (
            "Somebody signed the petition “{{ petition }}” to {{ addressed_to }} with this address.\n\n"
            "If that was you, open this page and press the button. Only then does the signature count:\n\n"
            "[Confirm the signature]({{ confirm_url }})\n\n"
            "The link is good for {{ days }} days.\n\n"
            "If it was not you, or you want to take your signature back later, use this page:\n\n"
            "[This was not me]({{ not_me_url }})\n"
        ),
    },
    {
        "key": CONFIRM_TEMPLATE,
        "language": "es",
        "name": "Confirmar una firma",
        "subject": "Confirme su firma, por favor",
        "body": (
            "Alguien firmó la petición «{{ petition }}», dirigida a {{ addressed_to }}, con esta dirección.\n\n"
            "Si fue usted, abra esta página y pulse el botón. Solo entonces cuenta la firma:\n\n"
            "[Confirmar la firma]({{ confirm_url }})\n\n"
            "El enlace vale {{ days }} días.\n\n"
            "Si no fue usted, o si más tarde quiere retirar su firma, use esta página:\n\n"
            "[No fui yo]({{ not_me_url }})\n"
        ),
    },
)

_page_address: list[PageAddress] = []


def register_petition_page(address: PageAddress) -> None:
    """Say where a petition's public page is. A second call replaces the first."""
    _page_address[:] = [address]


def petition_url(petition: Petition, language: str) -> str:
    """The public page of a petition, or the front page while it has none."""
    found = _page_address[0](petition, language) if _page_address else ""
    return found or f"{settings.PUBLIC_URL}/"


def signed_words(args: Args) -> str:
    number = formats.number_format(args["count"], force_grouping=True)
    if not args.get("petition"):
        return _("people seated where at least %(number)s signatures are confirmed") % {"number": number}
    words = _("people seated where at least %(number)s signatures of “%(petition)s” are confirmed")
    return words % {"number": number, "petition": args["petition"]}


def declare() -> None:
    """Register links, words and verbs; called once when the app is ready."""
    register_link(CONFIRM, LinkHandler(describe_confirm, act_confirm))
    register_link(NOT_ME, LinkHandler(describe_not_me, act_not_me))
    register_default_templates("petitions", DEFAULT_TEMPLATES)
    register_issue_counter("petitions", gettext_lazy("Petitions"), petitions_by_issue, petitions_filed)
    label = gettext_lazy("Signatures in their district")
    where, words = signed_in_district, signed_words
    register_filter(SegmentFilter("signed_district", label, "petitions", SignedForm, where=where, words=words))
    register_verb("petition.created", gettext_lazy("The petition was drafted."))
    register_verb("petition.opened", gettext_lazy("The petition was opened."))
    register_verb("petition.closed", gettext_lazy("The petition was closed."))
    register_verb("petition.signed", gettext_lazy("A signature was confirmed."))
    register_verb("petition.recounted", gettext_lazy("The counters were set to the rows."))
    register_verb("signature.submitted", gettext_lazy("A signature was submitted; it waits for its confirmation."))
    register_verb("signature.disowned", gettext_lazy("The owner of the mailbox said this signature was not theirs."))
    register_verb("signature.withdrawn", gettext_lazy("A signature was withdrawn."))


def describe_confirm(public_id: str, at: datetime) -> LinkPage | None:
    signature = _signature(public_id)
    if signature is None:
        return None
    with translation.override(signature.language):
        return _confirm_page(signature, at)


def act_confirm(public_id: str, answer: str, data: Mapping[str, str], at: datetime) -> LinkPage | None:
    with suppress(ParleyError):  # the page below says why, in the signer's language
        confirm_signature(public_id, at=at)
    return describe_confirm(public_id, at)


def describe_not_me(public_id: str, at: datetime) -> LinkPage | None:
    signature = _signature(public_id)
    if signature is None:
        return None
    with translation.override(signature.language):
        return _not_me_page(signature)


def act_not_me(public_id: str, answer: str, data: Mapping[str, str], at: datetime) -> LinkPage | None:
    if answer == DISOWN:
        disown_signature(public_id, at=at)
    elif answer == WITHDRAW:
        withdraw_signature(public_id, at=at)
    return describe_not_me(public_id, at)


def _signature(public_id: str) -> Signature | None:
    return Signature.objects.select_related("petition").filter(public_id=public_id).first()


def _confirm_page(signature: Signature, at: datetime) -> LinkPage:
    petition = signature.petition
    if signature.state == SignatureState.VALIDATED:
        return _page(signature, LinkState.DONE, _("Your signature counts"), _counted_sentence(petition))
    if signature.state != SignatureState.PENDING:
        return _ended_page(signature)
    if not can_sign(petition, at):
        return _page(signature, LinkState.OVER, _("This petition is closed"), _closed_sentence(petition))
    if is_link_expired(signature, at):
        text = _("The link in this mail was good for seven days. Sign again and we send you a new one.")
        return _page(signature, LinkState.OVER, _("This link is too old"), text)
    return LinkPage(
        LinkState.ASK,
        title=_("Confirm your signature"),
        paragraphs=(_("Your signature counts when you press the button."),),
        facts=_facts(signature),
        buttons=(Button("confirm", _("Confirm my signature")),),
        language=signature.language,
    )


def _not_me_page(signature: Signature) -> LinkPage:
    if signature.state not in {SignatureState.PENDING, SignatureState.VALIDATED}:
        return _ended_page(signature)
    buttons = [Button(DISOWN, _("I did not sign this"))]
    text = _("Press the button and we delete what was entered and send no more such mails to this address.")
    if signature.state == SignatureState.VALIDATED:
        buttons.append(Button(WITHDRAW, _("I signed, but take my signature back"), is_primary=False))
        text = _("This signature counts at present. Either button takes it out and deletes what was entered.")
    return LinkPage(
        LinkState.ASK,
        title=_("Take this signature out?"),
        paragraphs=(text,),
        facts=_petition_facts(signature.petition),
        buttons=tuple(buttons),
        language=signature.language,
    )


def _ended_page(signature: Signature) -> LinkPage:
    if signature.state == SignatureState.DISOWNED:
        text = _("We deleted what was entered and send no more such mails to this address. You need do nothing else.")
        return _page(signature, LinkState.DONE, _("This signature is out"), text)
    if signature.state == SignatureState.WITHDRAWN:
        text = _("It does not count any more and we deleted what you entered. You can sign again at any time.")
        return _page(signature, LinkState.DONE, _("Your signature is withdrawn"), text)
    text = _("It was taken out of the count. Write to us if you think that is a mistake.")
    return _page(signature, LinkState.OVER, _("This signature does not count"), text)


def _page(signature: Signature, state: LinkState, title: str, text: str) -> LinkPage:
    return LinkPage(
        state,
        title=title,
        paragraphs=(text,),
        facts=_petition_facts(signature.petition),
        next_url=petition_url(signature.petition, signature.language),
        next_label=_("Go to the petition"),
        language=signature.language,
    )


def _petition_facts(petition: Petition) -> tuple[tuple[str, str], ...]:
    return ((_("Petition"), petition.title), (_("Addressed to"), petition.addressed_to))


def _facts(signature: Signature) -> tuple[tuple[str, str], ...]:
    name = f"{signature.given_name} {signature.family_name}"
    return (*_petition_facts(signature.petition), (_("Name"), name), (_("Postcode"), signature.postcode))


def _counted_sentence(petition: Petition) -> str:
    count = petition.signature_count
    text = ngettext(
        "Thank you. %(count)s signature is confirmed. Tell somebody else about the petition.",
        "Thank you. %(count)s signatures are confirmed. Tell somebody else about the petition.",
        count,
    )
    return text % {"count": formats.number_format(count, force_grouping=True)}


def _closed_sentence(petition: Petition) -> str:
    if petition.closes_at is None:
        return _("It does not take signatures now, so this one was not counted. See the page for what happens next.")
    day = formats.date_format(timezone.localtime(petition.closes_at), "DATE_FORMAT")
    text = _("It closed on %(day)s, before this signature was confirmed, so it was not counted. See what happens next.")
    return text % {"day": day}
