"""What a macro can do to a client.

Not offered: the archive and the bin, which other rooms may refuse; contacts, since a macro cannot say which one.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.macros.parameters import saying
from firmament.kernel.macros.people import member_kept, person
from firmament.kernel.macros.registry import Step, columns, declare_steps
from firmament.modules.clients.actions.clients import activate_client, assign_owner, deactivate_client
from firmament.modules.clients.policies import CLIENT, Can
from firmament.modules.clients.reports import owner_choices

declare_steps(
    Step(
        code="clients.assign_owner",
        title=_("Say who is responsible"),
        model=CLIENT,
        power=Can.ASSIGN_OWNER,
        params=(person("owner", _("Responsible"), owner_choices),),
        preview=saying(_("Responsible for “%(thing)s”: %(owner)s.")),
        run=assign_owner,
        remember=columns("owner_id"),
        undo=lambda actor, client, before: assign_owner(actor, client, member_kept(before["owner_id"])),
    ),
    Step(
        code="clients.activate",
        title=_("Set the client active"),
        model=CLIENT,
        power=Can.EDIT,
        preview=saying(_("Set “%(thing)s” active.")),
        run=activate_client,
        remember=columns("state"),
        undo=lambda actor, client, before: deactivate_client(actor, client),
    ),
    Step(
        code="clients.deactivate",
        title=_("Set the client inactive"),
        model=CLIENT,
        power=Can.EDIT,
        preview=saying(_("Set “%(thing)s” inactive.")),
        run=deactivate_client,
        remember=columns("state"),
        undo=lambda actor, client, before: activate_client(actor, client),
    ),
)
