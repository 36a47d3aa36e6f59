from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """DESIGN section 6. `public` has no user; an API client is a user with this role and a token."""

    ADVOCATE = "advocate", _("advocate")
    VOLUNTEER = "volunteer", _("volunteer")
    EDITOR = "editor", _("editor")
    MODERATOR = "moderator", _("moderator")
    COORDINATOR = "coordinator", _("coordinator")
    DIRECTOR = "director", _("director")
    AUDITOR = "auditor", _("auditor")
    API_CLIENT = "api_client", _("API client")
    SYSADMIN = "sysadmin", _("system administrator")


class Act(models.TextChoices):
    """What somebody may do to a row."""

    VIEW = "view", _("view")
    ADD = "add", _("add")
    CHANGE = "change", _("change")
    DELETE = "delete", _("delete")
    EXPORT = "export", _("export")
