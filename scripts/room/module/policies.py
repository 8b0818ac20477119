"""Who may do what with sample things.

Everybody in the firm sees them, ethical walls excepted; partners, managers and staff keep them. With a client in the
bin, its sample things are out of sight.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, STAFF, Power, declare
from firmament.kernel.policies.rules import all_of, field_is, has_role


class Can(Power):
    VIEW = "sample_things.view"
    CREATE = "sample_things.create"
    EDIT = "sample_things.edit"


SAMPLE_THING = "sample_things.SampleThing"
KEEPERS = (PARTNER, MANAGER, STAFF)
STAFF_RULE = all_of(has_role(), field_is("client__deleted_at", None))

declare(Can.VIEW, title=_("See sample things"), model=SAMPLE_THING, staff=STAFF_RULE, roles=EVERY_ROLE)
declare(Can.CREATE, title=_("Add sample things"), model=SAMPLE_THING, staff=STAFF_RULE, roles=KEEPERS)
declare(
    Can.EDIT,
    title=_("Change, finish and reopen sample things"),
    model=SAMPLE_THING,
    staff=STAFF_RULE,
    roles=KEEPERS,
)
