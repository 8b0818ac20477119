import pytest

from firmament.lib.countries import country_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        (" de ", "DE"),
        ("Deutschland", "DE"),
        ("ALLEMAGNE", "DE"),
        ("Holland", "NL"),
        ("UK", "GB"),
    ],
)
def test_a_country_is_found_by_code_by_name_and_by_habit(text, code):
    assert country_code(text) == code


@pytest.mark.parametrize("text", ["", "ZZ", "Atlantis", "D"])
def test_what_is_no_country_has_no_code(text):
    assert country_code(text) is None
