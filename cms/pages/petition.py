from typing import Any, Self

from django.db import models
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import PageManager
from wagtail.query import PageQuerySet

from cms.base.figures import district_rows
from cms.base.models import SitePage
from cms.blocks.body import article_blocks
from cms.pages.forms import RoleLimitedPageForm
from crm.petitions.actions import sign_petition
from crm.petitions.enums import PetitionState
from crm.petitions.errors import PetitionClosedError, SignatureRefusedError
from crm.petitions.forms import SignatureForm
from crm.petitions.models import Petition
from crm.petitions.rules import can_sign, is_before_opening

SEE_OTHER = 303
UNPROCESSABLE = 422
CONFLICT = 409


class PetitionPageQuerySet(PageQuerySet):
    def only(self, *fields: Any) -> Self:
        """The tree deletes and moves with a few columns; the petition, joined by the manager, is none of them."""
        return super().only(*fields) if "petition" in fields else self.select_related(None)._only(*fields)

    def _only(self, *fields: Any) -> Self:
        return super().only(*fields)

    def public_ones(self) -> Self:
        """Published, of a petition that is not a draft."""
        return self.live().public().exclude(petition__state=PetitionState.DRAFT)


class PetitionPageManager(PageManager.from_queryset(PetitionPageQuerySet)):  # type: ignore[misc]
    """Brings the petition along: whoever has the page shows its numbers."""

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("petition")


class PetitionPage(RoutablePageMixin, SitePage):
    """The words of a petition in one language. The ask, the goal and the count are the petition's."""

    petition = models.ForeignKey(
        "crm.Petition", models.PROTECT, related_name="+", verbose_name=gettext_lazy("petition")
    )
    intro = models.TextField(gettext_lazy("introduction"), max_length=500)
    body = StreamField(article_blocks(), verbose_name=gettext_lazy("text"), blank=True)
    thank_you = StreamField(
        article_blocks(),
        verbose_name=gettext_lazy("after signing"),
        blank=True,
        help_text=gettext_lazy("What to do next."),
    )

    objects = PetitionPageManager()
    base_form_class = RoleLimitedPageForm
    template = "cms/pages/petition.html"
    parent_page_types = ["cms.CampaignPage"]
    subpage_types: list[str] = []
    content_panels = [
        *SitePage.content_panels,
        FieldPanel("petition"),
        FieldPanel("intro"),
        FieldPanel("body"),
        FieldPanel("thank_you"),
    ]
    api_fields = [
        *SitePage.api_fields,
        APIField("intro"),
        APIField("body"),
        APIField("addressed_to"),
        APIField("petition_state"),
        APIField("goal"),
        APIField("signature_count"),
    ]

    class Meta:
        verbose_name = gettext_lazy("petition page")

    @property
    def addressed_to(self) -> str:
        return self.petition.addressed_to

    @property
    def petition_state(self) -> str:
        return self.petition.state

    @property
    def goal(self) -> int:
        return self.petition.goal

    @property
    def signature_count(self) -> int:
        return self.petition.signature_count

    @property
    def is_listed(self) -> bool:
        return self.petition.state != PetitionState.DRAFT

    def serve(self, request: HttpRequest, view: Any = None, args: Any = None, kwargs: Any = None) -> HttpResponseBase:
        """A draft petition has no public page. The form's token makes each answer private to its reader."""
        if not self.is_listed:
            raise Http404(_("This petition is not open yet. Come back when it starts."))
        response = (view or self.index_route)(request, *(args or ()), **(kwargs or {}))
        patch_cache_control(response, private=True, no_cache=True)
        return response

    @path("")
    def index_route(self, request: HttpRequest) -> HttpResponseBase:
        if request.method == "POST" and not getattr(request, "is_preview", False):
            return self.sign(request)
        return self.answer(request, SignatureForm(self.petition))

    @path("thank-you/")
    def thanks(self, request: HttpRequest) -> HttpResponseBase:
        """The same page for everybody, so that nobody learns who has signed."""
        return self.render(request, template="cms/pages/petition_thanks.html", context_overrides={"noindex": True})

    def sign(self, request: HttpRequest) -> HttpResponseBase:
        """Take the form: 303 to the thanks, 422 with what to mend, 409 when the petition takes none."""
        form = SignatureForm(self.petition, request.POST)
        if form.is_valid():
            try:
                sign_petition(self.petition, **form.submission(), language=self.locale.language_code, at=timezone.now())
            except PetitionClosedError:
                return self.answer(request, form, status=CONFLICT)
            except SignatureRefusedError as error:
                form.add_error(error.field if error.field in form.fields else None, error.sentence)
            else:
                return HttpResponseRedirect(f"{self.get_url(request)}thank-you/", status=SEE_OTHER)
        return self.answer(request, form, status=UNPROCESSABLE)

    def answer(self, request: HttpRequest, form: SignatureForm, *, status: int = 200) -> TemplateResponse:
        context = {
            **self.get_context(request),
            "petition": self.petition,
            "form": form,
            "closed": closed_sentence(self.petition),
            "districts": district_rows(self.petition),
        }
        return TemplateResponse(request, self.template, context, status=status)


def closed_sentence(petition: Petition) -> str:
    """Why the form is not there, in one sentence; empty while the petition takes signatures."""
    at = timezone.now()
    if can_sign(petition, at):
        return ""
    if is_before_opening(petition, at):
        return _("This petition is not open yet. Come back when it starts.")
    number = petition.signature_count
    words = {"number": f"{number:,}", "who": petition.addressed_to}
    if petition.closes_at is None:
        return (
            ngettext(
                "This petition is closed. %(number)s confirmed signature goes to %(who)s.",
                "This petition is closed. %(number)s confirmed signatures go to %(who)s.",
                number,
            )
            % words
        )
    words["day"] = date_format(timezone.localtime(petition.closes_at), "DATE_FORMAT")
    return (
        ngettext(
            "This petition closed on %(day)s. %(number)s confirmed signature goes to %(who)s.",
            "This petition closed on %(day)s. %(number)s confirmed signatures go to %(who)s.",
            number,
        )
        % words
    )
