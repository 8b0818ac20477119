"""Who a run works for, asked again while it runs."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from firmament.kernel.identity.models import User
from firmament.kernel.jobs import registry
from firmament.kernel.jobs.errors import NotAuthorized
from firmament.kernel.policies import reauthorize
from firmament.kernel.policies.decide import may
from firmament.kernel.policies.kernel_powers import Can
from firmament.kernel.policies.models import PortalGrant, RoleAssignment
from firmament.kernel.policies.reauthorize import actor_of_run
from firmament.kernel.policies.scopes import Scope
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, Membership
from firmament.lib.instant import now


def run(**fields: Any) -> Any:
    empty = {"membership_id": None, "user_id": None, "token_id": None, "scopes": []}
    return SimpleNamespace(**{**empty, **fields})


def test_the_queue_asks_here() -> None:
    assert registry.actor_loader is actor_of_run


def test_a_run_works_with_what_its_person_holds_now(alice: Actor) -> None:
    asked = run(domain="staff", membership_id=alice.membership_id)
    assert actor_of_run(asked).roles == ("partner",)

    RoleAssignment.objects.filter(membership_id=alice.membership_id).delete()

    assert actor_of_run(asked).roles == ()
    assert not may(actor_of_run(asked), Can.RAISE_WALL)


def test_a_run_stops_when_its_person_has_left(alice: Actor) -> None:
    Membership.objects.filter(pk=alice.membership_id).update(state="deactivated", deactivated_at=now())

    with pytest.raises(NotAuthorized):
        actor_of_run(run(domain="staff", membership_id=alice.membership_id))


def test_a_run_stops_when_its_clients_grants_end(acme: Firm) -> None:
    carl = User.objects.create_user("carl@client.example", "Carl Client")
    grant = PortalGrant.objects.create(user=carl, client_id=UUID(int=7), scopes=[Scope.DOCUMENTS_UPLOAD])
    asked = run(domain="client", user_id=carl.pk)
    assert actor_of_run(asked).user_id == carl.pk

    PortalGrant.objects.filter(pk=grant.pk).update(expires_at=now())

    with pytest.raises(NotAuthorized):
        actor_of_run(asked)


def test_a_run_of_a_token_keeps_its_scopes_and_stops_with_it(
    alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = run(
        domain="token",
        membership_id=alice.membership_id,
        token_id=UUID(int=3),
        scopes=["policies.read"],
    )
    monkeypatch.setattr(reauthorize, "token_is_live", lambda token_id: True)
    actor = actor_of_run(asked)
    assert may(actor, Can.VIEW_TEAMS) and not may(actor, Can.MANAGE_TEAMS)

    monkeypatch.setattr(reauthorize, "token_is_live", lambda token_id: False)

    with pytest.raises(NotAuthorized):
        actor_of_run(asked)


@pytest.mark.parametrize(
    "asked",
    [
        run(domain="staff"),
        run(domain="staff", membership_id=UUID(int=1)),
        run(domain="client", user_id=UUID(int=1)),
        run(domain="token", membership_id=UUID(int=1)),
        run(domain="operator"),
        run(domain="system"),
    ],
)
def test_nobody_in_particular_is_nobody(acme: Firm, asked: Any) -> None:
    with pytest.raises(NotAuthorized):
        actor_of_run(asked)
