"""What is past its day is found each morning, once for each day it was promised for."""

from datetime import timedelta

from firmament.lib.instant import today
from firmament.modules.sample_things.actions import edit_sample_thing
from firmament.modules.sample_things.jobs import find_what_is_late
from firmament.modules.sample_things.tests.factories import make_sample_thing

FOUND = "sample_things.sample_thing_found_late"


def test_what_is_late_is_found_once_and_again_when_its_new_day_has_passed(alice, ledger):
    day = today("Europe/Berlin")
    late = make_sample_thing(alice, due_on=day - timedelta(days=1))
    make_sample_thing(alice, due_on=day)
    make_sample_thing(alice, due_on=day - timedelta(days=1), done=True)

    find_what_is_late()
    find_what_is_late()
    assert ledger.codes().count(FOUND) == 1

    late.refresh_from_db()
    edit_sample_thing(alice, late, due_on=day - timedelta(days=2))
    find_what_is_late()
    assert ledger.codes().count(FOUND) == 2
