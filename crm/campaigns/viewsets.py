"""The campaign list."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.access.forms import VersionedForm
from crm.access.models import User
from crm.access.viewsets import RowRuleModelViewSet
from crm.campaigns.actions import create_campaign, edit_campaign
from crm.campaigns.models import Campaign


class CampaignForm(VersionedForm):
    class Meta:
        model = Campaign
        fields = ("title", "slug", "goal", "starts_on", "ends_on")
        help_texts = {"slug": _("Small letters and hyphens; it is never changed later.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["slug"]


class CampaignViewSet(RowRuleModelViewSet):
    model = Campaign
    name = "campaigns"
    icon = "pick"
    menu_label = _("Campaigns")
    form_class = CampaignForm
    ordering = "title"
    list_display = ["title", "starts_on", "ends_on"]
    search_fields = ["title"]

    def create(self, form: Any, *, by: User, at: datetime) -> Campaign:
        return create_campaign(**form.changes(), by=by, at=at)

    def update(self, row: Campaign, form: Any, *, version: int, by: User, at: datetime) -> Campaign:
        return edit_campaign(row, version=version, by=by, at=at, **form.changes())
