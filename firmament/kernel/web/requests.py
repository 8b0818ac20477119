"""The request as views behind the firm middleware get it. For annotations."""

from django.http import HttpRequest

from firmament.kernel.identity.models import User
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Firm, FirmAccess


class FirmRequest(HttpRequest):
    """A request inside a firm. `accesses` are the firms the person may enter; programs have none."""

    actor: Actor
    firm: Firm
    user: User
    accesses: list[FirmAccess]
    request_id: str
