"""What a person changes about themselves. It holds in every firm they belong to; the one at hand writes it down."""

from typing import TypedDict, Unpack

from django.core.exceptions import PermissionDenied

from firmament.kernel.identity.models import User
from firmament.kernel.ledger.events import Change
from firmament.kernel.ledger.record import record
from firmament.kernel.policies.decide import require
from firmament.kernel.tenancy.actor import Actor
from firmament.modules.firms.events import ProfileChanged
from firmament.modules.firms.policies import Can


class ProfileFields(TypedDict, total=False):
    """What a person may say about themselves."""

    name: str
    timezone: str
    locale: str
    theme: str
    shortcuts_enabled: bool


# How somebody's own screen looks is nobody else's business.
UNRECORDED = frozenset({"theme", "shortcuts_enabled"})


def change_profile(actor: Actor, user: User, **fields: Unpack[ProfileFields]) -> None:
    """Change one's own profile; ValidationError by field for what is none. Nobody changes somebody else's."""
    require(actor, Can.USE_PROFILE)
    if actor.user_id != user.pk:
        raise PermissionDenied
    before = {name: getattr(user, name) for name in fields}
    for name, value in fields.items():
        setattr(user, name, value)
    user.clean_fields(exclude=[f.name for f in User._meta.fields if f.name not in fields])
    changed = [name for name in fields if before[name] != getattr(user, name)]
    if not changed:
        return
    User.objects.filter(pk=user.pk).update(**{name: getattr(user, name) for name in changed})
    changes = tuple(
        Change(
            field=str(getattr(User._meta.get_field(name), "verbose_name", name)),
            before=str(before[name]),
            after=str(getattr(user, name)),
        )
        for name in changed
        if name not in UNRECORDED
    )
    if changes:
        record(actor, ProfileChanged(user_id=user.pk, changes=changes))
