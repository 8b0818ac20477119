"""Grants and walls here point at clients that do not exist: the clients' table lies on a floor above."""

from collections.abc import Iterator

import pytest
from django.db.models import Q

from firmament.kernel.policies.models import PortalGrant, Wall
from firmament.kernel.policies.tests.worlds import MADE_UP


@pytest.fixture(autouse=True)
def no_loose_ends(request: pytest.FixtureRequest) -> Iterator[None]:
    """Take the made-up rows away before the deferred keys of the floor above are checked."""
    if "acme" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("acme")
    yield
    PortalGrant.objects.filter(client_id__in=MADE_UP).delete()
    Wall.objects.filter(Q(client_id__in=MADE_UP) | Q(engagement_id__in=MADE_UP)).delete()
