"""As `test_bad_input_forms`, for everything else: the firm's own pages, the portal, and the way in."""

from tests.filling import deal, prepared, quiet, report, strings
from tests.filling import fillings as fillings  # fixtures are found by name
from tests.test_bad_input_forms import ROOMS

__all__ = ["fillings", "prepared", "quiet", "strings"]


def test_every_question_takes_every_string(fillings, strings) -> None:
    mine = [filling for filling in fillings if not filling.name.startswith(ROOMS)]
    asked = deal(mine, strings)
    print(f"{len(mine)} forms, {asked} questions, {len(strings)} strings", end=", ")
    report(mine)
    assert len(mine) >= 18 and asked >= 10
