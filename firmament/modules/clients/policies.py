"""Who may do what with clients.

Everybody in the firm sees every client, because a firm works as one, and ethical walls are the exception. Partners
and managers keep the list; whoever is responsible for a client may change it, whatever their role. Contacts are
everybody's work, since the one who is on the telephone must be able to write down a new number. What is in the bin
is hidden from all powers but `restore` and `purge`.
"""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import EVERY_ROLE, MANAGER, PARTNER, STAFF, Power, declare
from firmament.kernel.policies.rules import all_of, any_of, client_granted, field_is, has_role, not_, owns
from firmament.kernel.policies.scopes import Scope


class Can(Power):
    VIEW = "clients.view"
    CREATE = "clients.create"
    EDIT = "clients.edit"
    OWN = "clients.own"
    ASSIGN_OWNER = "clients.assign_owner"
    ARCHIVE = "clients.archive"
    DELETE = "clients.delete"
    RESTORE = "clients.restore"
    PURGE = "clients.purge"
    IMPORT = "clients.import"
    EXPORT = "clients.export"
    VIEW_CONTACTS = "clients.view_contacts"
    EDIT_CONTACTS = "clients.edit_contacts"


CLIENT = "clients.Client"
KEEPERS = (PARTNER, MANAGER)

_kept = field_is("deleted_at", None)
_client_kept = field_is("client__deleted_at", None)
_roles_of_the_kept = all_of(has_role(), _kept)
_owner_of_the_kept = all_of(any_of(has_role(), owns("owner_id")), _kept)

declare(
    Can.VIEW,
    title=_("See clients"),
    model=CLIENT,
    staff=_roles_of_the_kept,
    client=all_of(client_granted("id", Scope.CONTACTS_READ), _kept),
    roles=EVERY_ROLE,
)
declare(Can.CREATE, title=_("Take on clients"), roles=KEEPERS)
declare(Can.EDIT, title=_("Change clients"), model=CLIENT, staff=_owner_of_the_kept, roles=KEEPERS)
declare(Can.OWN, title=_("Be responsible for clients"), roles=(*KEEPERS, STAFF))
declare(
    Can.ASSIGN_OWNER,
    title=_("Say who is responsible for a client"),
    model=CLIENT,
    staff=_roles_of_the_kept,
    roles=KEEPERS,
)
declare(
    Can.ARCHIVE,
    title=_("Archive clients, and take them out of the archive"),
    model=CLIENT,
    staff=_roles_of_the_kept,
    roles=KEEPERS,
)
declare(
    Can.DELETE,
    title=_("Put clients in the bin"),
    model=CLIENT,
    staff=_roles_of_the_kept,
    roles=(PARTNER,),
    sensitive=True,
)
declare(
    Can.RESTORE,
    title=_("See the bin, and take clients out of it"),
    model=CLIENT,
    staff=all_of(has_role(), not_(_kept)),
    roles=(PARTNER,),
)
# Nobody's: only the nightly job, which declares it.
declare(Can.PURGE, title=_("Delete for good what lay in the bin for thirty days"), model=CLIENT, staff=None)
declare(Can.IMPORT, title=_("Import clients from a file"), roles=KEEPERS, sensitive=True)
declare(Can.EXPORT, title=_("Export clients to a file"), roles=KEEPERS, sensitive=True)
declare(
    Can.VIEW_CONTACTS,
    title=_("See contacts"),
    model="clients.Contact",
    staff=all_of(has_role(), _client_kept),
    client=all_of(client_granted("client_id", Scope.CONTACTS_READ), _client_kept),
    roles=EVERY_ROLE,
)
declare(
    Can.EDIT_CONTACTS,
    title=_("Add and change contacts"),
    model=CLIENT,
    through={"clients.Contact": "client"},
    staff=_owner_of_the_kept,
    client=all_of(client_granted("id", Scope.CONTACTS_UPDATE), _kept),
    roles=(*KEEPERS, STAFF),
)
