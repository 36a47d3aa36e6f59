"""Who may do what to the models of this app. Rows are limited further by each model's `visible_to`."""

from crm.access.enums import Act, Role
from crm.access.registry import FULL, READ, WRITE, allow
from crm.activity.registry import register_row_limited
from crm.people.models import Person

PROFILE = {
    Role.VOLUNTEER: READ,
    Role.EDITOR: READ,
    Role.MODERATOR: READ,
    Role.COORDINATOR: WRITE,
    Role.DIRECTOR: FULL | {Act.EXPORT},
    Role.AUDITOR: READ,
}
STAFF_WORK = {Role.COORDINATOR: WRITE, Role.DIRECTOR: FULL, Role.AUDITOR: READ}
REFERENCE = {
    Role.VOLUNTEER: READ,
    Role.EDITOR: READ,
    Role.MODERATOR: READ,
    Role.COORDINATOR: WRITE,
    Role.DIRECTOR: FULL,
    Role.AUDITOR: READ,
}
MAIL_WORDS = {Role.EDITOR: WRITE, Role.COORDINATOR: WRITE, Role.DIRECTOR: FULL, Role.AUDITOR: READ}


def declare() -> None:
    """Fill the permission table; called once when the app is ready."""
    register_row_limited(Person)
    allow("crm.Person", PROFILE)
    for label in ("Organization", "Post", "Membership", "Area", "ContactDetail", "Office", "Issue", "Campaign"):
        allow(f"crm.{label}", REFERENCE)
    allow("crm.Team", {role: FULL if role == Role.DIRECTOR else READ for role in REFERENCE})
    for label in ("Tag", "TagGroup", "Tagging", "ServedArea", "CustomField", "CustomValue"):
        allow(f"crm.{label}", REFERENCE)
    for label in ("OfficeRules", "VoteEvent", "Vote", "Scorecard", "RelationshipType"):
        allow(f"crm.{label}", REFERENCE)
    for label in ("Ask", "Stance", "Commitment", "BriefingSnapshot", "ImportBatch", "Enrolment"):
        allow(f"crm.{label}", STAFF_WORK)
    allow("crm.Relationship", STAFF_WORK | {Role.COORDINATOR: FULL})
    for label in (
        "Influence",
        "TargetList",
        "Target",
        "Prospect",
        "Segment",
        "FrozenList",
        "RollOver",
        "BulkAct",
    ):
        allow(f"crm.{label}", STAFF_WORK)
    allow("crm.Change", {Role.COORDINATOR: READ, Role.DIRECTOR: READ, Role.AUDITOR: READ})
    allow("crm.Organization", REFERENCE | {Role.DIRECTOR: FULL | {Act.EXPORT}})
    allow("crm.ExportLog", {Role.DIRECTOR: {Act.VIEW, Act.ADD}, Role.AUDITOR: READ})
    allow("crm.DuplicatePair", {Role.COORDINATOR: WRITE, Role.DIRECTOR: FULL, Role.AUDITOR: READ})
    allow("crm.InternalNote", {Role.COORDINATOR: WRITE, Role.DIRECTOR: WRITE})
    allow("crm.Task", {Role.VOLUNTEER: {Act.VIEW, Act.CHANGE}, **STAFF_WORK})
    allow("crm.TalkingPoint", {Role.EDITOR: WRITE, **STAFF_WORK})
    for label in ("MessageTemplate", "Sequence"):
        allow(f"crm.{label}", MAIL_WORDS)
    mail_again = READ | {Act.CHANGE}
    allow("crm.Message", {Role.COORDINATOR: mail_again, Role.DIRECTOR: mail_again, Role.AUDITOR: READ})
    allow("crm.InboundMessage", {Role.COORDINATOR: READ, Role.DIRECTOR: READ, Role.AUDITOR: READ})
    allow(
        "crm.Petition",
        {Role.EDITOR: WRITE, Role.MODERATOR: WRITE, Role.COORDINATOR: READ, Role.DIRECTOR: WRITE, Role.AUDITOR: READ},
    )
    allow("crm.Signature", {Role.MODERATOR: READ, Role.DIRECTOR: READ})
    allow("crm.ActivityEntry", {Role.COORDINATOR: READ, Role.DIRECTOR: READ, Role.AUDITOR: READ})
