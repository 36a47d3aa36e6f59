"""Index of the slices' models, so that Django finds them."""

from crm.access.models import SubmittedForm, Team, User
from crm.activity.models import ActivityEntry, ActivityLink
from crm.briefings.models import BriefingSnapshot, TalkingPoint
from crm.bulk.models import BulkAct, BulkTarget
from crm.campaigns.models import Campaign
from crm.changes.models import Change
from crm.consent.models import ConsentRecord, Suppression
from crm.duplicates.models import DuplicateLook, DuplicatePair, NotDuplicate, NotDuplicateOrganization
from crm.elections.models import RolledSeat, RollOver
from crm.exports.models import ExportJob, ExportLog
from crm.fields.models import CustomField, CustomValue
from crm.followups.models import Commitment, Task
from crm.imports.models import ImportBatch, ImportPreviewRow, ImportRow
from crm.influence.models import Influence
from crm.issues.models import Ask, Issue, Stance
from crm.mappings.models import SavedMapping
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
from crm.offices.models import OfficeRules
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
from crm.places.models import Area, AreaCode, AreaName, AreaOverlap, AreaStatistic, PostcodeArea
from crm.prospects.models import Prospect
from crm.relationships.models import Relationship, RelationshipType
from crm.segments.models import FrozenList, FrozenMember, Segment
from crm.tags.models import ServedArea, Tag, Tagging, TagGroup
from crm.targets.models import Quota, Target, TargetList
from crm.votes.models import Scorecard, ScorecardItem, Vote, VoteEvent

__all__ = [
    "ActivityEntry",
    "ActivityLink",
    "Area",
    "AreaCode",
    "AreaName",
    "AreaOverlap",
    "AreaStatistic",
    "Ask",
    "Attempt",
    "BriefingSnapshot",
    "BulkAct",
    "BulkTarget",
    "Campaign",
    "Change",
    "Commitment",
    "ConsentRecord",
    "ContactDetail",
    "CustomField",
    "CustomValue",
    "DuplicateLook",
    "DuplicatePair",
    "Enrolment",
    "ExportJob",
    "ExportLog",
    "FrozenList",
    "FrozenMember",
    "Identifier",
    "ImportBatch",
    "ImportPreviewRow",
    "ImportRow",
    "InboundMessage",
    "Influence",
    "InternalNote",
    "Issue",
    "MailAllowance",
    "Membership",
    "Message",
    "MessageTemplate",
    "NotDuplicate",
    "NotDuplicateOrganization",
    "Office",
    "OfficeRules",
    "Organization",
    "OtherName",
    "Person",
    "Petition",
    "PetitionAreaCount",
    "PlannedStep",
    "Post",
    "PostcodeArea",
    "Prospect",
    "Quota",
    "Relationship",
    "RelationshipType",
    "RollOver",
    "RolledSeat",
    "Scorecard",
    "ScorecardItem",
    "SavedMapping",
    "Segment",
    "Sequence",
    "SequenceStep",
    "ServedArea",
    "Signature",
    "Stance",
    "SubmittedForm",
    "Suppression",
    "Tag",
    "TagGroup",
    "Tagging",
    "TalkingPoint",
    "Target",
    "TargetList",
    "Task",
    "Team",
    "User",
    "Vote",
    "VoteEvent",
]
