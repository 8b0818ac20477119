"""A power that gets another name stays with whoever held it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from firmament.kernel.identity.actions import issue_token
from firmament.kernel.identity.models import ApiToken
from firmament.kernel.policies import powers
from firmament.kernel.policies.checks import check_policies
from firmament.kernel.policies.decide import allows
from firmament.kernel.policies.models import Role, RolePower
from firmament.kernel.policies.powers import Power, declare
from firmament.kernel.policies.provision import refresh_every_firm
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.lib.instant import now


class Parted(Power):
    VIEW = "annex.view"
    LEND = "annex.lend"


@pytest.fixture
def release() -> Iterator[None]:
    """A release in which the shed's powers belong to the annex."""
    declare(Parted.VIEW, title="See the annex", roles=("partner",), formerly=("shed.view",))
    declare(Parted.LEND, title="Lend from it", formerly=("shed.lend",))
    yield
    powers._declared.pop(Parted.VIEW)
    powers._declared.pop(Parted.LEND)


@pytest.fixture
def earlier(acme: Any, ada: Actor) -> Role:
    """What the release before left in the database, with a role of the firm's own."""
    own = Role.objects.create(code="archivist", name="Archivist")
    for role in (own, *Role.objects.filter(code__in=("firm_admin", "partner"))):
        RolePower.objects.create(role=role, power="shed.view")
    RolePower.objects.create(role=Role.objects.get(code="firm_admin"), power="shed.lend")
    return own


def carried(role: Role) -> set[str]:
    return set(RolePower.objects.filter(role=role).values_list("power", flat=True))


def token(actor: Actor, *scopes: str) -> ApiToken:
    made, _secret = issue_token(
        actor, name="Report", scopes=["policies.read"], expires_at=now() + timedelta(days=9)
    )
    ApiToken.objects.filter(pk=made.pk).update(scopes=list(scopes))
    return made


def test_a_role_of_the_firms_own_keeps_the_power_by_its_new_name(earlier, release, globex, ledger):
    changed = refresh_every_firm()

    # The other firm never knew the old name; what its administrator gains is new to it.
    assert changed == 2
    assert carried(earlier) == {"annex.view"}
    assert not RolePower.objects.filter(power__startswith="shed.").exists()
    assert "policies.powers_renamed" in ledger.codes()


def test_what_is_taken_away_after_the_upgrade_stays_away(earlier, release):
    refresh_every_firm()
    RolePower.objects.filter(role=earlier).delete()

    assert refresh_every_firm() == 0
    assert carried(earlier) == set()


def test_the_administrator_may_at_once_what_they_could_before(ada, earlier, release):
    refresh_every_firm()

    assert allows(ada, Parted.LEND)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("shed.view",), ["annex.view"]),
        (("shed.read", "clients.read"), ["annex.view", "clients.read", "shed.read"]),
        (("shed.*",), ["annex.lend", "annex.view", "shed.*"]),
        (("clients.*",), ["clients.*"]),
    ],
)
def test_a_token_reaches_what_it_reached_and_no_more(ada, earlier, release, before, after):
    made = token(ada, *before)

    refresh_every_firm()

    made.refresh_from_db()
    assert made.scopes == after


def test_a_token_made_after_the_upgrade_gains_nothing_by_the_next(ada, earlier, release):
    refresh_every_firm()
    made = token(ada, "shed.read")

    refresh_every_firm()

    made.refresh_from_db()
    assert made.scopes == ["shed.read"]
    assert not allows(
        Actor(
            domain=Domain.TOKEN,
            firm_id=ada.firm_id,
            user_id=ada.user_id,
            membership_id=ada.membership_id,
            token_id=made.pk,
            scopes=frozenset(made.scopes),
        ),
        Parted.VIEW,
    )


def test_a_former_name_that_still_stands_is_found_at_start(monkeypatch):
    monkeypatch.setattr(powers, "_declared", dict(powers._declared))
    declare(Parted.VIEW, title="See the annex", formerly=("policies.view_teams",))

    assert [problem.id for problem in check_policies()] == ["policies.E006"]
