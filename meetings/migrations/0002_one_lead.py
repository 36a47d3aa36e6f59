from typing import Any

from django.db import migrations


def keep_first_lead(apps: Any, _schema_editor: Any) -> None:
    """One of ours leads a meeting: further leads become experts before the constraint comes."""
    Attendee = apps.get_model("meetings", "Attendee")
    led: set[int] = set()
    further = []
    for pk, meeting in Attendee.objects.filter(role="lead", removed_at=None).order_by("id").values_list("pk", "meeting"):
        if meeting in led:
            further.append(pk)
        led.add(meeting)
    for pk in further:
        Attendee.objects.filter(pk=pk).update(role="expert")


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial")]

    operations = [migrations.RunPython(keep_first_lead, migrations.RunPython.noop)]
