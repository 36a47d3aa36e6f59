from itertools import count
from typing import Any

from crm.access.actions import create_user
from crm.access.enums import Role
from crm.access.models import User

_number = count(1)


def user(*, role: Role = Role.COORDINATOR, **fields: Any) -> User:
    """Somebody who can sign in with the rights of `role`."""
    number = next(_number)
    values = {"username": f"user{number}", "email": f"user{number}@staff.example", "first_name": "Sam"} | fields
    return create_user(role=role, password="a long test password", **values)
