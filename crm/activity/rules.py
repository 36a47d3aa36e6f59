from django.db.models import Model


def type_key(obj: Model | type[Model]) -> str:
    """How the timeline names a model: `crm.person`."""
    return obj._meta.label_lower
