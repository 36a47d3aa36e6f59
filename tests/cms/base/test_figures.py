import pytest

from cms.base.figures import district_rows, language_name
from cms.base.jsonld import script_json
from tests.factories.petitions import petition, signature
from tests.factories.places import area


@pytest.mark.django_db
def test_districts_beyond_the_tenth_are_counted_together() -> None:
    owner = petition()
    for _number in range(12):
        district = area()
        for _signature in range(5):
            signature(petition=owner, area=district)

    shown = district_rows(owner)

    assert len(shown["rows"]) == 11
    assert shown["rows"][-1] == {"name": "Elsewhere", "count": 10}
    assert (shown["largest"], bool(shown["note"])) == (10, True)


@pytest.mark.django_db
def test_districts_of_a_new_petition_are_an_empty_table() -> None:
    assert district_rows(petition()) == {"rows": [], "largest": 1, "note": ""}


def test_language_names_are_in_their_own_language() -> None:
    assert [language_name(code) for code in ("en", "es", "tlh")] == ["English", "Español", "tlh"]


def test_json_for_a_script_holds_no_angle_bracket() -> None:
    text = script_json([{"name": "</script><!-- & \u2028"}])

    assert text == (
        '{"@context": "https://schema.org", "@graph": [{"name": "\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028"}]}'
    )
