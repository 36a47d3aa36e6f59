from typing import Any

from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _
        from wagtail.signals import page_published

        from cms.base.queries import address_of_petition
        from crm.activity.registry import register_verb
        from crm.petitions.registry import register_petition_page

        register_verb("page.published", _("The page went live."))
        register_petition_page(address_of_petition)
        page_published.connect(on_published, dispatch_uid="cms.note_published")


def on_published(sender: Any, instance: Any, revision: Any = None, **kwargs: Any) -> None:
    """Editors publish through Wagtail, not through an action of ours: this is where both meet."""
    from cms.base.actions import note_published

    if instance._meta.app_label == "cms":
        by = revision.user if revision else None
        note_published(instance, by=by, at=instance.first_published_at or instance.last_published_at)
