from typing import Any

from django.db import migrations

OPEN = ("drafted", "requested", "followed_up", "offered", "held", "to_staff")


def fill(apps: Any, _schema_editor: Any) -> None:
    """Open requests get the office their policymaker leads; of two for one office and ask, the older one."""
    MeetingRequest = apps.get_model("meetings", "MeetingRequest")
    Membership = apps.get_model("crm", "Membership")
    taken: set[tuple[int, int]] = set()
    for pk, person, ask in (
        MeetingRequest.objects.filter(state__in=OPEN, office=None).order_by("id").values_list("pk", "person", "ask")
    ):
        led = Membership.objects.filter(person=person, role="principal", end_date="").order_by("organization_id")
        office = led.values_list("organization_id", flat=True).first()
        if office is not None and (office, ask) not in taken:
            taken.add((office, ask))
            MeetingRequest.objects.filter(pk=pk).update(office=office)


class Migration(migrations.Migration):
    dependencies = [("meetings", "0003_meetings_complete")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
