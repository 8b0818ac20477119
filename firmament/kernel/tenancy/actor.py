"""Who acts. Explicit in every signature, because it changes what code does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from firmament.kernel.tenancy.ambient import current_firm_id

if TYPE_CHECKING:
    from firmament.kernel.identity.models import User
    from firmament.kernel.tenancy.models import Membership


class Domain(StrEnum):
    """Identity domains never mix: a portal identity inherits nothing from staff."""

    STAFF = "staff"
    CLIENT = "client"
    TOKEN = "token"  # noqa: S105 - the name of a domain, not a secret
    SYSTEM = "system"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One identity acting in one firm. Holds ids only; what they may do is asked of kernel.policies.

    A TOKEN carries its maker's `user_id` and `membership_id`, so that its scopes are cut to what
    the maker may do at the time of use. `job` names the job of a SYSTEM actor. `client_id` is the one client
    that a CLIENT looks at for now; None is all they are granted. `looker` is a member of the firm who looks at it
    as this person sees it: then the actor reads, within what both may see, and does nothing.
    """

    domain: Domain
    firm_id: UUID
    user_id: UUID | None = None
    membership_id: UUID | None = None
    token_id: UUID | None = None
    client_id: UUID | None = None
    job: str = ""
    name: str = ""
    scopes: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ()
    looker: "Actor | None" = None

    @classmethod
    def system(cls, job: str) -> "Actor":
        """The house itself, following up; its powers are declared beside the job."""
        return cls(domain=Domain.SYSTEM, firm_id=current_firm_id(), job=job, name=job)

    @classmethod
    def of_staff(cls, membership: "Membership", *, roles: tuple[str, ...] = ()) -> "Actor":
        """A member of the firm."""
        return cls(
            domain=Domain.STAFF,
            firm_id=current_firm_id(),
            user_id=membership.user_id,
            membership_id=membership.pk,
            name=membership.user.name,
            roles=roles,
        )

    @classmethod
    def of_client(cls, user: "User", firm_id: UUID, *, client_id: UUID | None = None) -> "Actor":
        """A person on the client's side; their grants say for which clients."""
        return cls(
            domain=Domain.CLIENT, firm_id=firm_id, user_id=user.pk, client_id=client_id, name=user.name
        )

    @classmethod
    def of_operator(cls, user: "User") -> "Actor":
        """Somebody who runs the platform, at the desk or, while a break-glass session is open, in the firm at hand."""
        return cls(domain=Domain.OPERATOR, firm_id=current_firm_id(), user_id=user.pk, name=user.name)

    @classmethod
    def of_token(
        cls, membership: "Membership", *, token_id: UUID, name: str, scopes: frozenset[str]
    ) -> "Actor":
        """A program, acting within what its maker may do now."""
        return cls(
            domain=Domain.TOKEN,
            firm_id=current_firm_id(),
            user_id=membership.user_id,
            membership_id=membership.pk,
            token_id=token_id,
            name=name,
            scopes=scopes,
        )
