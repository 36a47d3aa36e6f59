"""Forms about who is invited and what they answer."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.access.rules import STAFF_ROLES
from crm.people.enums import ContactType, PersonCategory
from crm.people.models import ContactDetail, Person
from crm.people.queries import mail_address_of
from meetings.attendees.actions import AttendeeInput
from meetings.scheduling.enums import AttendeeRole, PartStat
from meetings.scheduling.errors import AttendeeAddressError, PostcodeError
from meetings.scheduling.models import Attendee
from meetings.steps.forms import StepForm, VersionForm

LISTED = 300
OURS = (
    AttendeeRole.LEAD,
    AttendeeRole.NOTE_TAKER,
    AttendeeRole.CONSTITUENT,
    AttendeeRole.EXPERT,
    AttendeeRole.INTERPRETER,
    AttendeeRole.PARTNER,
)
THEIRS = (AttendeeRole.SCHEDULER, AttendeeRole.OFFICE_STAFF)
ANSWERS = (PartStat.ACCEPTED, PartStat.TENTATIVE, PartStat.DECLINED)
Choices = list[tuple[str, str]]


def staff_choices() -> Choices:
    """Everybody of ours who may come, by name."""
    staff = User.objects.filter(is_active=True, role__in=STAFF_ROLES).order_by("first_name", "last_name", "username")
    return [("", str(_("choose one of us"))), *((str(each.pk), str(each)) for each in staff)]


def guest_choices(user: User) -> Choices:
    """Advocates, partners and constituents this user may see; with more than fits, those that sort first."""
    kinds = (PersonCategory.ADVOCATE, PersonCategory.PARTNER, PersonCategory.OWN_STAFF)
    people = Person.objects.visible_to(user).filter(category__in=kinds).order_by("sort_name", "id")
    return [("", str(_("choose a person we know"))), *((each.public_id, each.name) for each in people[:LISTED])]


def person_with(email: str, user: User) -> Person | None:
    """The one visible person this address belongs to; None when nobody or several have it."""
    owners = ContactDetail.objects.filter(type=ContactType.EMAIL, value__iexact=email, person=models.OuterRef("pk"))
    found = list(Person.objects.visible_to(user).filter(models.Exists(owners))[:2])
    return found[0] if len(found) == 1 else None


class GuestFields(StepForm):
    """One of us, a person we know, or a name and an e-mail. An address we know links the person it belongs to."""

    role = forms.ChoiceField(label=_("Role"), required=False)
    user = forms.ChoiceField(label=_("One of us"), required=False)
    person = forms.ChoiceField(label=_("or a person we know"), required=False)
    name = forms.CharField(label=_("or a name"), max_length=200, required=False)
    email = forms.EmailField(
        label=_("and e-mail"),
        max_length=254,
        required=False,
        error_messages={"invalid": AttendeeAddressError.sentence},
        help_text=_("Without an e-mail address nobody is mailed; tell them yourself."),
    )

    def __init__(self, *args: Any, staff: Choices, people: Choices, by: User, roles: Any = OURS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        choices = {
            "role": [("", _("Choose the role")), *((role.value, role.label) for role in roles)],
            "user": staff,
            "person": people,
        }
        for name, options in choices.items():
            field: Any = self.fields[name]
            field.choices = options

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        ways = [bool(given.get("user")), bool(given.get("person")), bool(given.get("name") or given.get("email"))]
        if not any(ways) and not self.errors:
            self.add_error("name", _("Choose one of us, choose a person, or enter a name."))
        elif sum(ways) > 1:
            self.add_error("name", _("That is more than one person. Choose or enter only one in each row."))
        if not given.get("role"):
            self.add_error("role", _("Choose the role at the meeting."))
        return given

    def invited(self, on: Any) -> AttendeeInput | None:
        """Whom the row names, None for an empty row. `on` is the day on which addresses must hold."""
        given = self.cleaned_data
        if not given.get("role"):
            return None
        role = AttendeeRole(given["role"])
        if given["user"]:
            user = User.objects.get(pk=given["user"])
            return AttendeeInput(name=str(user), email=user.email, role=role, user=user)
        if given["person"]:
            person = Person.objects.visible_to(self.by).get(public_id=given["person"])
            return AttendeeInput(name=person.name, email=mail_address_of(person, on) or "", role=role, person=person)
        known = person_with(given["email"], self.by) if given["email"] else None
        name = given["name"] or (known.name if known else "")
        return AttendeeInput(name=name, email=given["email"], role=role, person=known)


class GuestForm(GuestFields):
    """One row of the delegation; an empty one does not count."""

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, empty_permitted=True, use_required_attribute=False, **kwargs)
        self.legend = _("Person %(number)s") % {"number": number}
        self.fields["email"].help_text = ""


class AddAttendeeForm(GuestFields, VersionForm):
    """Somebody more, from our side or the office's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, roles=(*OURS, *THEIRS), **kwargs)


class AnswerForm(VersionForm):
    """What somebody told us on the phone."""

    answer = forms.ChoiceField(
        label=_("What they said"),
        widget=forms.RadioSelect,
        choices=[(each.value, each.label) for each in ANSWERS],
        error_messages={"required": _("Choose what they said.")},
    )
    comment = forms.CharField(
        label=_("In their words"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class EditAttendeeForm(VersionForm):
    """Who somebody is at the meeting, where they live, and whether the office may read their name."""

    role = forms.ChoiceField(label=_("Role"))
    postcode = forms.CharField(label=_("Postcode at home"), max_length=12, required=False)
    may_be_named = forms.BooleanField(
        label=_("They agreed that the office reads their name"),
        required=False,
        help_text=_("Of constituents without this the office reads only how many there are."),
    )

    def __init__(self, *args: Any, attendee: Attendee, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = AttendeeRole(attendee.role)
        side = next((roles for roles in (OURS, THEIRS) if own in roles), (own,))
        field: Any = self.fields["role"]
        field.choices = [(role.value, role.label) for role in side]


class OfferForm(StepForm):
    """Somebody would come to meetings with whoever represents them."""

    postcode = forms.CharField(
        label=_("Postcode at home"), max_length=12, error_messages={"required": PostcodeError.sentence}
    )
    agreed = forms.BooleanField(label=_("They agreed to take part in meetings"), required=False)
