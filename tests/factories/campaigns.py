from datetime import UTC, datetime
from itertools import count
from typing import Any

from crm.campaigns.models import Campaign

_number = count(1)
MADE_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def campaign(**fields: Any) -> Campaign:
    """A campaign with a title of its own."""
    number = next(_number)
    values = {
        "title": f"Safe harbours {number}",
        "slug": f"safe-harbours-{number}",
        "created_at": MADE_AT,
        "updated_at": MADE_AT,
    }
    return Campaign.objects.create(**values | fields)
