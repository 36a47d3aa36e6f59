from typing import Any

from django import forms
from wagtail.admin.forms import WagtailAdminPageForm

from crm.access.rules import visible_rows
from crm.campaigns.models import Campaign
from crm.petitions.models import Petition

LIMITED = (Petition, Campaign)


class RoleLimitedPageForm(WagtailAdminPageForm):
    """A page form whose selects of CRM rows hold only what the editor may see."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            rows = field.queryset if isinstance(field, forms.ModelChoiceField) else None
            if rows is not None and rows.model in LIMITED:
                field.queryset = visible_rows(rows.model, self.for_user)
