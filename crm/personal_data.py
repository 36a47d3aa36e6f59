"""Every model of this app that holds personal data: the way to the person and what erasure does."""

from crm.privacy.registry import Erase, register


def declare() -> None:
    """Fill the personal-data registry; called once when the app is ready."""
    register(
        "crm.Person",
        path="pk",
        fields=(
            *("name", "given_name", "additional_name", "family_name", "sort_name", "search_text"),
            *("birth_date", "death_date", "sources"),
        ),
        erase=Erase.PSEUDONYMISE,
    )
    register("crm.User", path="", fields=("username", "first_name", "last_name", "email"), erase=Erase.PSEUDONYMISE)
    for label, fields in {
        "ContactDetail": ("value", "label", "note"),
        "OtherName": ("name",),
        "Identifier": ("identifier",),
        "Office": ("address", "voice", "fax"),
        "Membership": ("label",),
        "Stance": ("position", "evidence"),
        "InternalNote": ("text",),
        "Tagging": ("value",),
        "ServedArea": ("area",),
        "CustomValue": ("value",),
        "Influence": ("position",),
        "Prospect": ("alignment",),
        "Target": ("note",),
        "Vote": ("option",),
        "FrozenMember": ("person",),
        "BulkTarget": ("person",),
    }.items():
        register(f"crm.{label}", path="person", fields=fields, erase=Erase.DELETE)
    register("crm.Relationship", path="from_person", fields=("note",), erase=Erase.DELETE)
    for label in ("NotDuplicate", "DuplicatePair"):
        register(f"crm.{label}", path="first", fields=("first", "second"), erase=Erase.DELETE)
    register("crm.RolledSeat", path="old_holder", fields=("old_holder", "new_holder"), erase=Erase.BLANK)
    register("crm.Change", path="object_id", fields=("before", "after"), erase=Erase.BLANK)
    register("crm.Task", path="person", fields=("title", "detail"), erase=Erase.BLANK)
    register("crm.Commitment", path="person", fields=("words",), erase=Erase.BLANK)
    register("crm.BriefingSnapshot", path="person", fields=("title", "content"), erase=Erase.DELETE)
    register(
        "crm.Signature",
        path="mailbox_hash",
        fields=("email", "given_name", "family_name", "postcode", "mailbox_hash"),
        erase=Erase.PSEUDONYMISE,
    )
    register(
        "crm.Message",
        path="person",
        fields=("to_name", "to_email", "subject", "text", "html", "calendar"),
        erase=Erase.BLANK,
    )
    register(
        "crm.InboundMessage",
        path="person",
        fields=("from_email", "from_name", "subject", "text", "raw"),
        erase=Erase.DELETE,
    )
    register("crm.Enrolment", path="person", fields=("fields",), erase=Erase.DELETE)
    register("crm.ImportPreviewRow", path="person", fields=("where", "value", "changes"), erase=Erase.DELETE)
    register("crm.ImportRow", path="object_id", fields=("before", "after"), erase=Erase.BLANK)
    register("crm.MailAllowance", path="contact_hash", fields=("contact_hash",), erase=Erase.DELETE)
    for label in ("ConsentRecord", "Suppression"):
        register(
            f"crm.{label}",
            path="mailbox_hash",
            fields=("mailbox_hash",),
            erase=Erase.KEEP,
            reason="A keyed hash is the only way to keep honouring a refusal after erasure.",
        )
