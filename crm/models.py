"""Index of the slices' models, so that Django finds them."""

from crm.access.models import SubmittedForm, User
from crm.activity.models import ActivityEntry, ActivityLink
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.campaigns.models import Campaign
from crm.consent.models import ConsentRecord, Suppression
from crm.followups.models import Commitment, Task
from crm.imports.models import ImportBatch, ImportRow
from crm.issues.models import Ask, Issue, Stance
from crm.messaging.models import (
    Attempt,
    Enrolment,
    InboundMessage,
    Message,
    MessageTemplate,
    PlannedStep,
    Sequence,
    SequenceStep,
)
from crm.notes.models import InternalNote
from crm.people.models import (
    ContactDetail,
    Identifier,
    Membership,
    Office,
    Organization,
    OtherName,
    Person,
    Post,
)
from crm.petitions.models import MailAllowance, Petition, PetitionAreaCount, Signature
from crm.places.models import Area, PostcodeArea

__all__ = [
    "ActivityEntry",
    "ActivityLink",
    "Area",
    "Ask",
    "Attempt",
    "BriefingSnapshot",
    "Campaign",
    "Commitment",
    "ConsentRecord",
    "ContactDetail",
    "Enrolment",
    "Identifier",
    "ImportBatch",
    "ImportRow",
    "InboundMessage",
    "InternalNote",
    "Issue",
    "MailAllowance",
    "Membership",
    "Message",
    "MessageTemplate",
    "Office",
    "Organization",
    "OtherName",
    "Person",
    "Petition",
    "PetitionAreaCount",
    "PlannedStep",
    "Post",
    "PostcodeArea",
    "Sequence",
    "SequenceStep",
    "Signature",
    "Stance",
    "SubmittedForm",
    "Suppression",
    "TalkingPoint",
    "Task",
    "User",
]
