"""How each kind of thing is approved: declared once, by its room, in its `policies.py`."""

from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.utils.functional import Promise

from firmament.kernel.tenancy.models import FirmModel
from firmament.kernel.versions.checks import version_models
from firmament.kernel.versions.models import VersionModel

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalPolicy:
    """`kind` is the model's label ("snippets.snippet"), `title` what one of it is called ("Snippet").

    `needed` different people who hold `power` for the object approve; with `not_author`, neither who wrote it nor who
    asked. `url_name` is the page of the object, and takes its id as `pk`.
    """

    kind: str
    power: str
    title: Text
    url_name: str
    needed: int = 1
    not_author: bool = True

    @property
    def model(self) -> type[FirmModel]:
        found = apps.get_model(self.kind)
        assert issubclass(found, FirmModel), f"{self.kind} is no firm's table"
        return found

    @property
    def versions(self) -> type[VersionModel]:
        """The table of its versions. LookupError unless there is exactly one."""
        found = [m for m in version_models() if m.subject_field().related_model is self.model]
        if len(found) != 1:
            raise LookupError(f"{self.kind} has {len(found)} tables of versions, and approvals bind to one")
        return found[0]


class UnknownKind(LookupError):
    """Nobody declared how this kind of thing is approved."""


_declared: dict[str, ApprovalPolicy] = {}


def declare_approvals(
    kind: str, *, power: str, title: Text, url_name: str, needed: int = 1, not_author: bool = True
) -> ApprovalPolicy:
    """Say how a kind of thing is approved. ValueError when it was said already."""
    if kind in _declared or kind != kind.lower():
        raise ValueError(f"{kind}: approvals are declared once, by the model's label in lower case")
    if not 1 <= needed <= 20:
        raise ValueError(f"{kind}: between one and twenty people approve")
    policy = ApprovalPolicy(
        kind=kind, power=str(power), title=title, url_name=url_name, needed=needed, not_author=not_author
    )
    _declared[kind] = policy
    return policy


def approval_policy(kind: str) -> ApprovalPolicy:
    """How a kind is approved; `UnknownKind` when nobody said."""
    try:
        return _declared[kind]
    except KeyError:
        raise UnknownKind(f"{kind}: its room declares no approvals") from None


def approval_policies() -> list[ApprovalPolicy]:
    """Every kind, by its label."""
    return [_declared[kind] for kind in sorted(_declared)]


def kind_of(subject: models.Model) -> str:
    """What approvals call this object's kind."""
    return subject._meta.label_lower
