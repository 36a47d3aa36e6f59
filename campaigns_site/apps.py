from django.apps import AppConfig


class CampaignsSiteConfig(AppConfig):
    name = "campaigns_site"

    def ready(self) -> None:
        from campaigns_site import api, checks  # noqa: F401

        api.mount()
