from datetime import date

import pytest

from crm.access.enums import Role
from tests.factories.followups import task


@pytest.mark.django_db
def test_task_list_names_the_day_a_task_is_due(sign_in) -> None:
    task(title="Send the figures", due_on=date(2035, 10, 9))
    task(title="Some time", due_on=None)

    text = sign_in(Role.COORDINATOR).get("/admin/tasks/").content.decode()

    assert ("Oct. 9, 2035" in text, "Some time" in text) == (True, True)
    assert ("just now" in text.lower(), ">None<" in text) == (False, False)
