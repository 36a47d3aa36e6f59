"""Find a time: one page, sent by GET, so that a search is a link."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.base.errors import ParleyError
from meetings.availability.enums import DayWish, Missing
from meetings.availability.models import WorkingHours
from meetings.availability.queries import Slot, find_slots, zone_for
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.rules import describe_times
from meetings.slots.forms import FindTimeForm
from meetings.steps.views import AdminPage

DEFAULT_DAYS = timedelta(days=13)


class FindTimeView(AdminPage):
    """Times everybody required can make, ranked; by the clocks of the place and by one's own."""

    model = WorkingHours
    template_name = "meetings/availability/find.html"
    page_title = _("Find a time")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = "required" in request.GET
        self.wanted = self._request(request.GET.get("request", ""))
        form = FindTimeForm(request.GET if asked else None, user=self._user, initial=self._initial())
        slots: list[dict[str, Any]] | None = None
        if asked and form.is_valid():
            try:
                slots = self._slots(form)
            except ParleyError as error:
                form.add_error(None, str(error.sentence))
        status = 422 if form.errors else 200
        back = reverse("request_page", args=[self.wanted.public_id]) if self.wanted else ""
        return self.render_to_response(self.get_context_data(form=form, slots=slots, back_url=back), status=status)

    @property
    def _user(self) -> Any:
        return self.request.user

    def _request(self, public_id: str) -> MeetingRequest | None:
        """The request this is for, if it may be seen."""
        rows = MeetingRequest.objects.visible_to(self._user).select_related("person")
        found: MeetingRequest | None = rows.filter(public_id=public_id[:40]).first() if public_id else None
        return found

    def _initial(self) -> dict[str, Any]:
        tomorrow = timezone.localdate() + timedelta(days=1)
        start: dict[str, Any] = {
            "required": [self.wanted.owner_id if self.wanted else self._user.pk],
            "first_on": tomorrow,
            "last_on": tomorrow + DEFAULT_DAYS,
            "zone": zone_for(self._user).key,
            "session": DayWish.ANY,
            "recess": DayWish.ANY,
            "committee": DayWish.AVOIDED,
        }
        if self.wanted is not None:
            last = self.wanted.offered_times.order_by("-id").first()
            start |= {"request": self.wanted.public_id} | ({"zone": last.time_zone} if last else {})
        return start

    def _slots(self, form: FindTimeForm) -> list[dict[str, Any]]:
        given = form.cleaned_data
        required, optional = list(given["required"]), list(given["optional"])
        names = {user.pk: str(user) for user in [*required, *optional]}
        own = zone_for(self._user).key
        found = find_slots(form.search(self.wanted), required, optional)
        return [self._told(slot, given["zone"], own, names) for slot in found]

    def _told(self, slot: Slot, zone: str, own: str, names: dict[int, str]) -> dict[str, Any]:
        outside = [_("outside working hours of %(name)s") % {"name": names[pk]} for pk in slot.outside]
        missing = [f"{names[pk]} ({Missing(why).label})" for pk, why in slot.missing]
        return {
            "place": describe_times(slot.starts_at, slot.ends_at, zone),
            "own": describe_times(slot.starts_at, slot.ends_at, own) if own != zone else "",
            "free": slot.free,
            "missing": missing,
            "warnings": [*outside, *slot.events],
        }
