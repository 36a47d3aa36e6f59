"""Every address of the site. Each pattern has a rule in `campaigns_site.access`."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.conf.urls.static import static
from django.contrib.sitemaps.views import sitemap
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.api.v3.urls import api
from wagtail.documents import urls as wagtaildocs_urls

from campaigns_site import views
from cms.base.sitemap import PageSitemap
from crm.consent.views import mailed_link
from crm.inbound.views import provider_mail
from crm.messaging import views as mail_views
from meetings.debriefs.views import VISIT_URLS
from meetings.feeds.views import calendar_feed, guest_file
from meetings.itineraries.views import OWN_DAY_URLS

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v3/", api.urls),
    path("l/<str:token>/", mailed_link, name="mailed_link"),
    path("l/<str:token>/meeting.ics", guest_file, name="guest_file"),
    path("feeds/<str:token>.ics", calendar_feed, name="calendar_feed"),
    # “mime” in the address makes Mailgun hand on whole mails.
    path("hooks/inbound-mime/", provider_mail, name="provider_mail"),
    *OWN_DAY_URLS,
    *VISIT_URLS,
    path("healthz", views.healthz, name="healthz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": PageSitemap}}, name="sitemap"),
    path("", RedirectView.as_view(url=f"/{settings.LANGUAGE_CODE}/", permanent=False), name="root"),
]

if getattr(settings, "DEV_PAGES", False):
    urlpatterns += [
        path("dev/patterns/", views.patterns, name="patterns"),
        path("dev/patterns/mails/<slug:key>/<slug:language>/", mail_views.sample_html, name="sample_mail"),
        path("dev/outbox/", mail_views.outbox_list, name="outbox"),
        path("dev/outbox/<str:public_id>/", mail_views.outbox_message, name="outbox_message"),
        path("dev/outbox/<str:public_id>/html/", mail_views.outbox_html, name="outbox_html"),
        path("dev/outbox/<str:public_id>/mail.eml", mail_views.outbox_eml, name="outbox_eml"),
        *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    ]

urlpatterns += i18n_patterns(path("", include(wagtail_urls)))
