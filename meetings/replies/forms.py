"""What somebody told us on the phone, and what staff decide about a doubtful answer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from meetings.invitations.enums import ReviewDecision
from meetings.invitations.models import ReplyReview
from meetings.replies.queries import delegates_of
from meetings.replies.rules import decisions_for
from meetings.scheduling.enums import AttendeeRole, PartStat
from meetings.steps.forms import StepForm, VersionForm

ANSWERS = [(each.value, each.label) for each in (PartStat.ACCEPTED, PartStat.TENTATIVE, PartStat.DECLINED)]
ROLES = (AttendeeRole.OFFICE_STAFF, AttendeeRole.SCHEDULER, AttendeeRole.CONSTITUENT, AttendeeRole.EXPERT)
LABELS = {
    ReviewDecision.RECORD_ANSWER: _("Count it as their answer"),
    ReviewDecision.ACCEPT_TIME: _("Move the meeting to this time"),
    ReviewDecision.REFUSE_TIME: _("Keep our time and say so"),
    ReviewDecision.ASK_AGAIN: _("Send the invitation again"),
    ReviewDecision.STAFF_INSTEAD: _("Staff come instead of the policymaker"),
    ReviewDecision.INVITE: _("Invite the person they name"),
}
CHOOSE = _("Choose what they answered, then press the button again.")


class AnswerForm(VersionForm):
    """What somebody told us on the phone."""

    answer = forms.ChoiceField(
        label=_("What they said"),
        widget=forms.RadioSelect,
        choices=ANSWERS,
        error_messages={"required": _("Choose what they said.")},
    )
    comment = forms.CharField(
        label=_("In their words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class DecisionForm(StepForm):
    """One press of a button on a card; `version` is that of the meeting the card showed, if there is one."""

    decision = forms.ChoiceField(choices=ReviewDecision, widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, max_value=10**8)
    partstat = forms.ChoiceField(
        label=_("Their answer"), required=False, choices=[("", _("Choose the answer")), *ANSWERS]
    )
    role = forms.ChoiceField(
        label=_("Comes as"),
        required=False,
        initial=AttendeeRole.OFFICE_STAFF,
        choices=[(role.value, role.label) for role in ROLES],
    )

    staff_name = forms.CharField(label=_("Who comes instead: name"), max_length=200, required=False)
    staff_email = forms.EmailField(label=_("and e-mail"), max_length=254, required=False)

    def __init__(self, *args: Any, review: ReplyReview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.review = review

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        needs = given.get("decision") == ReviewDecision.RECORD_ANSWER and not self.is_known
        if needs and not given.get("partstat"):
            self.add_error("partstat", str(CHOOSE))
        return given

    @property
    def is_known(self) -> bool:
        """Whether the mail itself says what they answered."""
        return self.review.partstat in dict(ANSWERS)


def decision_forms(review: ReplyReview) -> list[DecisionForm]:
    """One small form per button, most likely first, each with only the fields it needs."""
    found = []
    for decision in decisions_for(review):
        version = review.meeting.version if review.meeting else None
        initial = {"decision": decision.value, "version": version, "role": AttendeeRole.OFFICE_STAFF}
        initial["staff_email"] = next(iter(delegates_of(review)), "")
        form = DecisionForm(review=review, initial=initial, auto_id=f"id_{review.public_id}_{decision.value}_%s")
        if decision != ReviewDecision.RECORD_ANSWER or form.is_known:
            del form.fields["partstat"]
        if decision != ReviewDecision.INVITE:
            del form.fields["role"]
        if decision != ReviewDecision.STAFF_INSTEAD:
            del form.fields["staff_name"], form.fields["staff_email"]
        form.legend = LABELS[decision]
        found.append(form)
    return found
