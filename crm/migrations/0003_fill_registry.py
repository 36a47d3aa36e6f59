"""What rows from before say in the new columns: when an import was handed in, and who has an e-mail address."""

from typing import Any

from django.db import migrations
from django.db.models import Exists, F, OuterRef


def fill(apps: Any, schema_editor: Any) -> None:
    apps.get_model("crm", "ImportBatch").objects.exclude(applied_at=None).update(staged_at=F("applied_at"))
    details = apps.get_model("crm", "ContactDetail").objects.filter(person=OuterRef("pk"), type="email")
    apps.get_model("crm", "Person").objects.filter(Exists(details)).update(has_email=True)


class Migration(migrations.Migration):
    dependencies = [("crm", "0002_registry")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
