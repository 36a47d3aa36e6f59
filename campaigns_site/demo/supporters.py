"""Supporters sign, and most of them press the button in their mail."""

from datetime import datetime, timedelta
from random import Random

from campaigns_site.demo.clock import Calendar
from campaigns_site.demo.registry import Names, Registry, plain
from campaigns_site.demo.world import FAMILY, GIVEN
from crm.petitions.actions import confirm_signature, sign_petition
from crm.petitions.models import Petition, Signature
from crm.petitions.rules import SIGNATURE_WORDING, UPDATES_WORDING

CONFIRMED_SHARE = 0.86
UPDATES_SHARE = 0.4


class SupporterStory:
    """Plans the signatures of one petition over a stretch of days, more of them towards its end."""

    def __init__(self, *, random: Random, calendar: Calendar, registry: Registry) -> None:
        self.random, self.calendar, self.registry = random, calendar, registry
        self.names = Names(random)
        self.weights = [self.random.random() ** 2 + 0.15 for _district in registry.districts]

    def plan(self, petition: Petition, *, number: int, from_day: int, to_day: int) -> None:
        """`number` submissions between two days counted from today (negative is past)."""
        for each in range(number):
            share = 1 - self.random.random() ** 1.6 if each % 3 else self.random.random()
            day = from_day + (to_day - from_day) * share
            at = self.calendar.ends_at + timedelta(days=day, minutes=self.random.randrange(1, 600))
            self.calendar.add(at, lambda when, who=each: self._sign(petition, who, when))  # type: ignore[misc]

    def _sign(self, petition: Petition, number: int, at: datetime) -> None:
        given, family = self._name(number)
        district = self.random.choices(self.registry.districts, self.weights)[0]
        consents = [SIGNATURE_WORDING]
        if self.random.random() < UPDATES_SHARE:
            consents.append(UPDATES_WORDING)
        email = f"{plain(given)}.{plain(family)}.{petition.pk}.{number}@mail.example"
        sign_petition(
            petition,
            given_name=given,
            family_name=family,
            email=email,
            postcode=self.random.choice(self.registry.postcodes[district.pk]),
            consents=consents,
            language="es" if number % 9 == 0 else "en",
            at=at,
        )
        if self.random.random() < CONFIRMED_SHARE:
            later = at + timedelta(minutes=self.random.randrange(2, 900))
            self.calendar.add(later, lambda when: self._confirm(petition, email, when))

    def _confirm(self, petition: Petition, email: str, at: datetime) -> None:
        signature = Signature.objects.get(petition=petition, email=email)
        confirm_signature(signature.public_id, at=at)

    def _name(self, number: int) -> tuple[str, str]:
        return self.names.next() if number < 800 else (self.random.choice(GIVEN), self.random.choice(FAMILY))
