import pytest

from tests.factories import people, places


@pytest.mark.django_db
def test_factories_make_valid_rows() -> None:
    holder = people.legislator(area=places.area(code="FH-1"))

    rows = [
        holder, people.organization(), people.post(), people.membership(), people.contact_detail(),
        people.office(), people.office_scheduler(holder), places.postcode_area(),
    ]  # fmt: skip

    for row in rows:
        row.full_clean()
    assert [seat.area.code for seat in holder.memberships.all() if seat.area] == ["FH-1"]
