"""Start-up checks: a kind whose object, versions or power are not there must not wait for its first question."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.checks import CheckMessage, Error, register
from django.urls import NoReverseMatch, reverse

from firmament.kernel.approvals.policy import ApprovalPolicy, approval_policies
from firmament.kernel.policies.powers import UnknownPower, declaration


@register()
def check_approvals(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """approvals.E001–E003: see each message."""
    return [problem for policy in approval_policies() for problem in faults(policy)]


def faults(policy: ApprovalPolicy) -> Iterator[Error]:
    """What is wrong with one declaration."""
    try:
        assert policy.versions, "its versions lead to its model, and both are looked for here"
    except (LookupError, ValueError, AssertionError) as problem:
        yield Error(f"{policy.kind}: {problem}.", id="approvals.E001")
    try:
        reverse(policy.url_name, kwargs={"firm": "firm", "pk": UUID(int=0)})
    except NoReverseMatch as problem:
        yield Error(f"{policy.kind}: its page is not there. {problem}", id="approvals.E003")
    try:
        declared = declaration(policy.power)
    except UnknownPower as problem:
        yield Error(f"{policy.kind}: {problem}.", id="approvals.E002")
        return
    if declared.prefix(policy.kind) is None:
        yield Error(
            f"{policy.kind}: the power {policy.power} is declared for another model.", id="approvals.E002"
        )
