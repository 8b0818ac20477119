"""Who opens, agrees, ends and looks over. Operators at their own desk; in the firm, whoever the firm says."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import PARTNER, Power, declare, declare_house, stands_open
from firmament.kernel.policies.rules import everyone, not_, owns


class Can(Power):
    ASK = "breakglass.ask"
    USE = "breakglass.use"
    APPROVE = "breakglass.approve"
    REVIEW = "breakglass.review"
    VIEW_REGISTER = "breakglass.view_register"
    END = "breakglass.end"


EXPIRE = "breakglass.expire"

declare(
    Can.ASK,
    title=_("Ask to look into a firm, or open it at once in an emergency"),
    staff=None,
    operator=everyone(),
)
declare(
    Can.USE,
    title=_("Begin and close one’s own session in a firm"),
    model="breakglass.Session",
    staff=None,
    operator=owns("operator__user_id"),
)
declare(
    Can.APPROVE,
    title=_("Agree to another operator’s session, or refuse it"),
    model="breakglass.Session",
    staff=None,
    operator=not_(owns("operator__user_id")),
)
declare(
    Can.REVIEW,
    title=_("Look over another operator’s session when it has ended"),
    model="breakglass.Session",
    staff=None,
    operator=not_(owns("operator__user_id")),
)
declare(
    Can.VIEW_REGISTER,
    title=_("See when the platform’s operators looked in, why, and what they read"),
    model="breakglass.Session",
    roles=(PARTNER,),
    sensitive=True,
)
declare(
    Can.END,
    title=_("End an operator’s session at once"),
    model="breakglass.Session",
    sensitive=True,
    lendable=False,
)
declare_house(EXPIRE, ())

stands_open("breakglass.Session", reason="about the platform’s operators, and about no client")
