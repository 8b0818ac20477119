"""Whom the tests let read and approve."""

from firmament.kernel.approvals.policy import declare_approvals
from firmament.kernel.labels.areas import declare_folders
from firmament.kernel.policies.powers import EVERY_ROLE, PARTNER, STAFF, Power, declare

THROUGH = {
    "things.ThingVersion": "subject",
    "things.ThingTag": "thing",
    "things.Pact": "",
    "things.PactVersion": "subject",
}


class Can(Power):
    VIEW = "things.view"
    APPROVE = "things.approve"


declare(Can.VIEW, title="See things", model="things.Thing", through=THROUGH, roles=EVERY_ROLE)
declare(
    Can.APPROVE,
    title="Approve things",
    model="things.Thing",
    through={"things.Pact": ""},
    roles=(PARTNER, STAFF),
)
declare_approvals("things.thing", power=Can.APPROVE, title="Thing", url_name="firms:person")
declare_approvals("things.pact", power=Can.APPROVE, title="Pact", url_name="firms:person", needed=2)
declare_folders("things", title="Things", model="things.Thing", url_name="firms:people")
