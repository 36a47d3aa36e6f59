from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.access.models import User
from crm.campaigns.models import Campaign
from crm.issues.models import Ask
from meetings.boards.queries import asks_on_board, campaigns_on_board, owners_on_board


class BoardForm(forms.Form):
    """What the board shows; everything when nothing is chosen."""

    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("everybody")
    )
    campaign = forms.ModelChoiceField(
        label=_("Campaign"), queryset=Campaign.objects.none(), required=False, empty_label=_("all")
    )
    ask = forms.ModelChoiceField(
        label=_("What we ask"), queryset=Ask.objects.none(), required=False, empty_label=_("all")
    )
    overdue = forms.BooleanField(label=_("Only what is overdue"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        choices = (("owner", owners_on_board), ("campaign", campaigns_on_board), ("ask", asks_on_board))
        for name, rows in choices:
            field: Any = self.fields[name]
            field.queryset = rows(user)
            field.error_messages["invalid_choice"] = _("That is no longer on the board, so everything is shown.")

    def filters(self) -> dict[str, Any]:
        """The choices that make sense; others count as not made."""
        self.is_valid()
        return dict(self.cleaned_data)
