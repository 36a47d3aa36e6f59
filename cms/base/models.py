"""What every public page shares, and the menu of each language."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.api import APIField
from wagtail.fields import StreamField
from wagtail.images import get_image_model_string
from wagtail.models import Page, TranslatableMixin

from cms.base.queries import frame
from cms.blocks.links import LinkBlock


class SitePage(Page):
    """A public page: the frame around it, its picture, and an answer that is never stale."""

    image = models.ForeignKey(
        get_image_model_string(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
        help_text=_("At the top of the page, on cards and when the page is shared. Describe it in the image itself."),
    )

    promote_panels = [*Page.promote_panels, FieldPanel("image")]
    api_fields = [APIField("search_description"), APIField("image")]
    share_type = "website"

    class Meta:
        abstract = True

    @property
    def is_listed(self) -> bool:
        """Whether lists, the sitemap and search engines may name it."""
        return True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | frame(self, request)

    def structured_data(self, url: str) -> list[dict[str, Any]]:
        """Further schema.org things this page is; `url` is its full address."""
        return []

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return revalidated(request, super().serve(request, *args, **kwargs))


def revalidated(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Caches may keep the page but must ask each time, so no count is ever old; nothing changed costs a 304."""
    signed_in = bool(getattr(request, "user", None) and request.user.is_authenticated)
    patch_cache_control(response, no_cache=True, **{"private" if signed_in else "public": True})
    if isinstance(response, TemplateResponse) and request.method in {"GET", "HEAD"}:
        response.add_post_render_callback(lambda done: _unless_unchanged(request, done))
    return response


def _unless_unchanged(request: HttpRequest, response: Any) -> Any:
    set_response_etag(response)
    return get_conditional_response(request, etag=response.headers.get("ETag"), response=response)


class Navigation(TranslatableMixin, models.Model):
    """The menu, the links at the foot and the postal address, one row per language."""

    menu = StreamField([("link", LinkBlock())], verbose_name=_("menu"), blank=True)
    footer = StreamField([("link", LinkBlock())], verbose_name=_("links at the foot"), blank=True)
    postal_address = models.TextField(
        _("postal address"),
        blank=True,
        help_text=_("Left empty, the address in the settings of the site stands there."),
    )

    panels = [FieldPanel("menu"), FieldPanel("footer"), FieldPanel("postal_address")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("menu and footer")
        verbose_name_plural = _("menus and footers")
        constraints = [models.UniqueConstraint(fields=["locale"], name="one_navigation_per_locale")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} ({self.locale})"
