"""Two powers to keep apart, and people and roles for it."""

from firmament.kernel.policies.models import Role, RolePower
from firmament.kernel.tenancy.models import Membership

ONE, OTHER = "policies.manage_teams", "policies.view_walls"


def member(name: str) -> Membership:
    return Membership.objects.select_related("user").get(user__email=f"{name}@acme.example")


def role_of(*powers: str, code: str) -> Role:
    role = Role.objects.create(code=code, name=code.capitalize(), clearance="confidential")
    RolePower.objects.bulk_create(RolePower(role=role, power=power) for power in powers)
    return role
