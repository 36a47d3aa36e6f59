from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.access.rules import visible_rows
from crm.mailings.enums import MailTraffic
from crm.mailings.rules import TYPE_ABOVE
from crm.messaging.enums import EnrolmentState
from crm.messaging.models import Sequence

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class EnrolForm(forms.Form):
    """Which sequence, and the moment its steps are counted from."""

    sequence = forms.ModelChoiceField(label=_("Sequence"), queryset=Sequence.objects.none(), to_field_name="key")
    starts_at = forms.DateTimeField(
        label=_("Counted from"), widget=MOMENT, help_text=_("The steps follow so many days after this moment.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = visible_rows(Sequence, user).filter(is_active=True)
        self.fields["sequence"].queryset = rows  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    """The number typed once more, when there are many."""

    typed = forms.IntegerField(label=_("Type the number of people"), min_value=1)

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        if count <= TYPE_ABOVE:
            del self.fields["typed"]

    def clean_typed(self) -> int:
        typed: int = self.cleaned_data["typed"]
        if typed != self.count:
            raise forms.ValidationError(
                _("It is %(count)s people now; look again and type that number.") % {"count": self.count}
            )
        return typed


class InSequenceForm(forms.Form):
    sequence = forms.ModelChoiceField(label=_("Sequence"), queryset=Sequence.objects.none(), to_field_name="key")
    state = forms.ChoiceField(
        label=_("That is"), required=False, choices=[("", _("running or over")), *EnrolmentState.choices]
    )

    def set_user(self, user: User) -> None:
        self.fields["sequence"].queryset = visible_rows(Sequence, user)  # type: ignore[attr-defined]


class MailForm(forms.Form):
    traffic = forms.ChoiceField(label=_("What happened"), choices=MailTraffic)
    days = forms.IntegerField(label=_("In the last so many days"), min_value=1, max_value=3650, initial=90)
