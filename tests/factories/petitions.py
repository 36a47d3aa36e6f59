from datetime import datetime
from itertools import count
from typing import Any

from django.db.models import F

from crm.base.email import email_hash
from crm.petitions.enums import PetitionState, SignatureState
from crm.petitions.models import Petition, PetitionAreaCount, Signature
from tests.factories.campaigns import MADE_AT, campaign

_number = count(1)


def petition(**fields: Any) -> Petition:
    """An open petition without an end."""
    number = next(_number)
    if "campaign" not in fields:
        fields["campaign"] = campaign()
    values = {
        "title": f"Keep the harbour clean {number}",
        "slug": f"keep-the-harbour-clean-{number}",
        "addressed_to": "the city council",
        "state": PetitionState.OPEN,
        "opens_at": MADE_AT,
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
    }
    return Petition.objects.create(**values | fields)


def signature(*, at: datetime = MADE_AT, **fields: Any) -> Signature:
    """A confirmed signature, counted in the petition and in its area. Give `state` for any other."""
    number = next(_number)
    owner: Petition = fields.pop("petition", None) or petition()
    email = fields.get("email", f"signer{number}@people.example")
    values: dict[str, Any] = {
        "petition": owner,
        "email": email,
        "mailbox_hash": email_hash(email, purpose=f"petition.{owner.hash_key}"),
        "given_name": "Ada",
        "family_name": "Harbour",
        "postcode": "00001",
        "state": SignatureState.VALIDATED,
        "submitted_at": at,
        "mailed_at": at,
    }
    row = Signature.objects.create(**values | fields)
    if row.state == SignatureState.VALIDATED:
        Signature.objects.filter(pk=row.pk, validated_at=None).update(validated_at=at)
        PetitionAreaCount.objects.get_or_create(petition=owner, area=row.area)
        PetitionAreaCount.objects.filter(petition=owner, area=row.area).update(signature_count=F("signature_count") + 1)
        Petition.objects.filter(pk=owner.pk).update(signature_count=F("signature_count") + 1)
        row.refresh_from_db()
    return row
