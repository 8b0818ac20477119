"""Who runs macros, and reads what they did. What a macro does asks for the powers of its steps besides."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, STAFF, Power, declare


class Can(Power):
    VIEW = "macros.view"
    RUN = "macros.run"


declare(
    Can.VIEW,
    title=_("See which macros were run"),
    model="macros.MacroRun",
    through={"macros.StepRun": "run"},
    roles=EVERY_ROLE,
)
declare(Can.RUN, title=_("Run macros, and take them back"), roles=(PARTNER, MANAGER, STAFF))
