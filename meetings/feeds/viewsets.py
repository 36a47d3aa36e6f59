"""The screen “My calendar links”: make, renew and take back; a secret address is shown once."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from crm.access.enums import Act
from crm.access.models import User
from crm.access.rules import can
from crm.access.views import visible_or_404
from meetings.feeds.actions import create_link, revoke_link, rotate_link
from meetings.feeds.forms import LinkForm
from meetings.feeds.models import FeedToken
from meetings.feeds.queries import links_of
from meetings.feeds.rules import feed_url, subscribe_urls, webcal_url
from meetings.scheduling.models import Meeting
from meetings.steps.forms import StepForm
from meetings.steps.views import StepView


class LinksMixin:
    """Where "back" leads, and the page that shows a secret once."""

    model = FeedToken
    made: tuple[FeedToken, str] | None = None

    def back_url(self) -> str:
        return reverse("calendar_links")

    def act_on(self, form: StepForm) -> HttpResponse | None:
        answer: HttpResponse | None = super().act_on(form)  # type: ignore[misc]
        return self.shown_once(*self.made) if answer and self.made else answer

    def get_header_title(self) -> str:
        return str(_("Your calendar link")) if self.made else str(super().get_header_title())  # type: ignore[misc]

    def shown_once(self, token: FeedToken, secret: str) -> HttpResponse:
        """Shown in the answer itself: a redirect would need the secret kept somewhere."""
        self.template_name = "meetings/calendar_link.html"
        words = {"token": token, "address": feed_url(secret), "webcal": webcal_url(secret)}
        context = self.get_context_data(form=StepForm(), programs=subscribe_urls(secret), **words)  # type: ignore[attr-defined]
        answer: HttpResponse = self.render_to_response(context)  # type: ignore[attr-defined]
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer


class LinksView(LinksMixin, StepView):
    """One's own links, and the form for a new one."""

    template_name = "meetings/calendar_links.html"
    page_title = _("My calendar links")
    button = _("Make the link")
    row_act = Act.VIEW

    def get_form(self, data: Any = None) -> StepForm:
        return LinkForm(data, user=self.request.user)  # type: ignore[arg-type]

    def back_url(self) -> str:
        return reverse("meetings:index")

    def perform(self, form: Any, *, by: User, at: datetime) -> tuple[FeedToken, str]:
        self.made = create_link(**form.chosen(), by=by, at=at)
        return self.made

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(links=links_of(self.request.user), **kwargs)  # type: ignore[arg-type]


class OneLinkView(LinksMixin, StepView):
    """A step of one link of one's own; another's does not exist."""

    form_class = StepForm
    row_act = Act.CHANGE

    def subject(self) -> FeedToken:
        self.token: FeedToken = visible_or_404(FeedToken, self.request, public_id=self.kwargs["public_id"])
        return self.token

    def trail(self) -> list[tuple[str, Any]]:
        return [(reverse("calendar_links"), _("My calendar links"))]


class RotateLinkView(OneLinkView):
    page_title = _("New address for this link")
    button = _("Make a new address")
    intro = _("The old address stops working at once. Enter the new one wherever you used the old.")

    def perform(self, form: Any, *, by: User, at: datetime) -> tuple[FeedToken, str]:
        self.made = self.token, rotate_link(self.token, by=by, at=at)
        return self.made


class RevokeLinkView(OneLinkView):
    page_title = _("Take this link back")
    button = _("Take it back")
    intro = _("Nobody who has the address can read the calendar any more. If you need one again, make a new link.")
    done = _("The link is taken back. Nobody can read it any more.")

    def perform(self, form: Any, *, by: User, at: datetime) -> FeedToken:
        return revoke_link(self.token, by=by, at=at)


class LinksMenuItem(MenuItem):
    """For everybody who has meetings."""

    def is_shown(self, request: HttpRequest) -> bool:
        return can(request.user, Act.VIEW, FeedToken)


def links_menu_item() -> MenuItem:
    return LinksMenuItem(
        _("My calendar links"), reverse("calendar_links"), name="calendar-links", icon_name="link", order=900
    )


def file_panel(meeting: Meeting, user: User) -> dict[str, Any]:
    """The meeting as a file, beside the page."""
    return {
        "title": _("In your calendar"),
        "template": "meetings/panel_file.html",
        "aside": True,
        "meeting": meeting,
        "has_links": can(user, Act.VIEW, FeedToken),
    }
