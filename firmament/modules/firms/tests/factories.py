"""What tests of the firm's own pages begin with; made through the actions."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile

from firmament.kernel.identity.actions import invite, issue_token
from firmament.kernel.identity.founding import join_firm
from firmament.kernel.identity.models import ApiToken, Invitation
from firmament.kernel.policies.actions import add_to_team, create_team
from firmament.kernel.policies.models import Team
from firmament.kernel.policies.powers import STAFF
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import FirmProfile, Membership
from firmament.kernel.testing.fixtures import staff_actor
from firmament.kernel.testing.world import make_user
from firmament.lib.instant import now
from firmament.modules.firms.actions.settings import put_logo

_serial = count(1)

# One pixel, whole to the last checksum.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6310499e03"
    "0001a2011443d722ca0000000049454e44ae426082"
)


def make_member(*, role: str = STAFF, name: str = "") -> Membership:
    """A further member of the firm at hand."""
    number = next(_serial)
    user = make_user(name or f"Member {number}", f"member{number}@acme.example")
    return join_firm(user, role=role)


def make_invitation(actor: Actor) -> Invitation:
    """An open offer to join as staff."""
    number = next(_serial)
    return invite(
        actor,
        email=f"newcomer{number}@acme.example",
        name=f"Newcomer {number}",
        domain="staff",
        role_codes=[STAFF],
    )


def make_team(actor: Actor, *members: Membership) -> Team:
    """A team with these people in it."""
    team = create_team(actor, name=f"Team {next(_serial)}")
    for member in members:
        add_to_team(actor, team, member)
    return team


def make_token(actor: Actor, *scopes: str) -> tuple[ApiToken, str]:
    """A key of the actor's, and its secret."""
    return issue_token(
        actor,
        name=f"Program {next(_serial)}",
        scopes=scopes or ["firms.read"],
        expires_at=now() + timedelta(days=30),
    )


def png(name: str = "logo.png", content: bytes = PNG) -> SimpleUploadedFile:
    """A very small picture."""
    return SimpleUploadedFile(name, content, content_type="image/png")


def make_logo() -> UUID:
    """A logo of the firm at hand, not yet scanned; made by its administrator."""
    return put_logo(staff_actor("ada@acme.example"), png()).pk


def _bob() -> Membership:
    return Membership.objects.get(user__email="bob@acme.example")


def _logo(actor: Actor) -> dict[str, object]:
    found = FirmProfile.objects.get().logo_id
    return {"pk": found or make_logo()}


def _member(actor: Actor) -> dict[str, object]:
    return {"pk": _bob().pk}


def _place(actor: Actor) -> dict[str, object]:
    return {"pk": make_team(actor, _bob()).pk, "member": _bob().pk}


EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "firms:person": _member,
    "firms:person_title": _member,
    "firms:person_roles": _member,
    "firms:person_deactivate": _member,
    "firms:person_reactivate": _member,
    "firms:invitation_step": lambda actor: {"pk": make_invitation(actor).pk, "step": "resend"},
    "firms:team": lambda actor: {"pk": make_team(actor).pk},
    "firms:team_rename": lambda actor: {"pk": make_team(actor).pk},
    "firms:team_archive": lambda actor: {"pk": make_team(actor).pk},
    "firms:team_restore": lambda actor: {"pk": make_team(actor).pk},
    "firms:team_leave": _place,
    "firms:logo": _logo,
    "firms:token_revoke": lambda actor: {"pk": make_token(actor)[0].pk},
    "firms_portal:logo": _logo,
}
API_EXAMPLES: dict[str, Callable[[Actor], dict[str, object]]] = {
    "/firms/people/": _member,
    "/firms/teams/": lambda actor: {"pk": make_team(actor).pk, "member_id": _bob().pk},
}
