"""Find a time: one page, sent by GET, so that a search is a link."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.access.enums import Act
from crm.access.rules import can
from crm.base.errors import ParleyError
from meetings.availability.enums import DayWish, Missing
from meetings.availability.models import WorkingHours
from meetings.availability.queries import Slot, find_slots, zone_for
from meetings.requests.rules import slot_words
from meetings.scheduling.models import MeetingRequest
from meetings.scheduling.rules import MAX_OFFERS, describe_times
from meetings.slots.forms import CarryForm, FindTimeForm
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
        page = self.get_context_data(form=form, slots=slots, back_url=back, carry=self._carry(form) if slots else None)
        return self.render_to_response(page, status=status)

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

    def _carry(self, form: FindTimeForm) -> dict[str, Any] | None:
        """Where found times are offered and what goes with them, for those who may offer them."""
        if not can(self._user, Act.CHANGE, self.wanted or MeetingRequest):
            return None
        given = form.cleaned_data
        people = [("holder", user.pk) for user in given["required"]] + [("may", user.pk) for user in given["optional"]]
        url = reverse("request_offer", args=[self.wanted.public_id]) if self.wanted else reverse("carry_times")
        hidden = [("zone", given["zone"]), *people]
        return {"url": url, "hidden": hidden, "query": urlencode(hidden), "most": MAX_OFFERS}

    def _told(self, slot: Slot, zone: str, own: str, names: dict[int, str]) -> dict[str, Any]:
        outside = [_("outside working hours of %(name)s") % {"name": names[pk]} for pk in slot.outside]
        missing = [f"{names[pk]} ({Missing(why).label})" for pk, why in slot.missing]
        return {
            "words": slot_words(slot.starts_at, slot.ends_at, [pk for pk, _why in slot.missing]),
            "place": describe_times(slot.starts_at, slot.ends_at, zone),
            "own": describe_times(slot.starts_at, slot.ends_at, own) if own != zone else "",
            "free": slot.free,
            "missing": missing,
            "warnings": [*outside, *slot.events],
        }


class CarryTimesView(AdminPage):
    """Ask for which request the found times are, then go on to the form that offers them. Changes nothing."""

    model = MeetingRequest
    row_act = Act.CHANGE
    template_name = "meetings/availability/carry.html"
    page_title = _("Offer the found times")
    kept = ("zone", "holder", "may", "slot")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = "request" in request.GET
        form = CarryForm(request.GET if asked else None, user=self.request.user)  # type: ignore[arg-type]
        hidden = [(name, value) for name in self.kept for value in request.GET.getlist(name)]
        if asked and form.is_valid():
            url = reverse("request_offer", args=[form.cleaned_data["request"].public_id])
            return redirect(f"{url}?{urlencode(hidden)}")
        back = {"hidden": hidden, "back_url": reverse("find_time")}
        return self.render_to_response(self.get_context_data(form=form, **back), status=422 if asked else 200)
