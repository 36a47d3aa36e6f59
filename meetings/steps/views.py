"""Staff pages of meetings, and steps: one form, one action, one redirect."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from crm.access.models import User
from crm.access.views import RowRuleMixin
from crm.base.errors import ParleyError, StaleVersionError
from meetings.steps.forms import Facts, StepForm, VersionForm


class AdminPage(RowRuleMixin, WagtailAdminTemplateMixin, View):
    """A staff page about one visible row; `subject` finds it or answers 404."""

    header_icon = "date"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def trail(self) -> list[tuple[str, Any]]:
        """(address, label) of the pages between home and this one."""
        return []

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        trail = [{"url": url, "label": label} for url, label in self.trail()]
        return [*self.breadcrumbs_items, *trail, {"url": "", "label": str(self.get_page_title())}]


class StepView(AdminPage):
    """GET shows a form, POST acts once and goes on. A refused form comes back with sentences and all input."""

    template_name = "meetings/step.html"
    form_class: type[StepForm] = VersionForm
    button: Any = _("Save")
    done: Any = ""
    intro: Any = ""
    is_refused = False

    def get_form(self, data: Any = None) -> StepForm:
        return self.form_class(data)

    def perform(self, form: Any, *, by: User, at: datetime) -> Any:
        """Call the action. What it returns is given to `next_url`."""

    def next_url(self, result: Any) -> str:
        return self.back_url()

    def back_url(self) -> str:
        """Where "back" leads."""
        return reverse("wagtailadmin_home")

    def current_facts(self, current: Any, form: StepForm) -> Facts:
        """The saved version, beside what was typed into `form`."""
        return self.get_form().facts()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form(request.POST)
        answer = self.act_on(form) if form.is_valid() else None
        return answer or self.show(form, status=422)

    def act_on(self, form: StepForm) -> HttpResponse | None:
        """The answer to a step that was done or met a newer version; None when it was refused with a sentence."""
        try:
            result = self.perform(form, by=self.request.user, at=timezone.now())  # type: ignore[arg-type]
        except StaleVersionError as error:
            return self.stale(form, error.current)
        except ParleyError as error:
            form.add_error(None, str(error.sentence))
            return None
        except ValidationError as error:
            form.add_error(None, error.messages)
            return None
        if self.done:
            messages.success(self.request, self.done)
        return redirect(self.next_url(result))

    def stale(self, form: StepForm, current: Any) -> HttpResponse:
        """The 409 page: what was typed beside what is saved."""
        ours = form.facts() or [(str(self.get_page_title()), str(self.button))]
        self.subject()
        context = {
            "ours": ours,
            "theirs": self.current_facts(current, form),
            "back_url": self.request.path,
            "title": str(self.get_page_title()),
        }
        return render(self.request, "409.html", context, status=409)

    def show(self, form: StepForm, *, status: int = 200) -> HttpResponse:
        self.is_refused = status >= 400
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def get_header_title(self) -> str:
        title = str(super().get_header_title())
        return f"{_('Error')}: {title}" if self.is_refused else title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"button": self.button, "intro": self.intro, "back_url": self.back_url()}
        return super().get_context_data(**words | kwargs)
