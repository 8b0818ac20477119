"""Who may ask for documents, hand them in, read them and decide on them."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import BILLING, MANAGER, PARTNER, READ_ONLY, STAFF, Power, declare
from firmament.kernel.policies.rules import Rule, all_of, client_granted, field_is, has_role, not_
from firmament.kernel.policies.scopes import Scope


class Can(Power):
    VIEW_REQUEST = "documents.view_request"
    REQUEST = "documents.request"
    REVIEW = "documents.review"
    DOWNLOAD = "documents.download"
    UPLOAD = "documents.upload"
    REMIND = "documents.remind"


MODEL = "documents.DocumentRequest"
THROUGH = {
    "documents.RequestItem": "request",
    "documents.ItemTimes": "",
    "documents.Submission": "item__request",
    "documents.Reminder": "request",
}


# A client in the bin takes everything that hangs on it out of sight, and brings it back when it returns.
OUT_OF_BIN = field_is("client__deleted_at", None)


STAFF_RULE = all_of(has_role(), OUT_OF_BIN)


def _client(scope: Scope) -> Rule:
    # A draft is the firm's own thinking, also when it was given up; the client sees a request once it is sent.
    return all_of(client_granted("client_id", scope), not_(field_is("sent_at", None)), OUT_OF_BIN)


declare(
    Can.VIEW_REQUEST,
    title=_("See document requests"),
    model=MODEL,
    through=THROUGH,
    staff=STAFF_RULE,
    client=_client(Scope.DOCUMENTS_LIST),
    roles=(PARTNER, MANAGER, STAFF, BILLING, READ_ONLY),
)
declare(
    Can.REQUEST,
    title=_("Ask clients for documents"),
    model=MODEL,
    through=THROUGH,
    staff=STAFF_RULE,
    roles=(PARTNER, MANAGER, STAFF),
)
declare(
    Can.REVIEW,
    title=_("Accept, reject and waive documents"),
    model=MODEL,
    through=THROUGH,
    staff=STAFF_RULE,
    roles=(PARTNER, MANAGER, STAFF),
)
declare(
    Can.DOWNLOAD,
    title=_("Download documents handed in"),
    model=MODEL,
    through=THROUGH,
    staff=STAFF_RULE,
    client=_client(Scope.DOCUMENTS_DOWNLOAD),
    roles=(PARTNER, MANAGER, STAFF),
    sensitive=True,
)
declare(
    Can.UPLOAD,
    title=_("Hand in documents"),
    model=MODEL,
    through=THROUGH,
    staff=None,
    client=_client(Scope.DOCUMENTS_UPLOAD),
)
declare(
    Can.REMIND,
    title=_("Remind clients of open requests"),
    model=MODEL,
    through=THROUGH,
    staff=STAFF_RULE,
    roles=(PARTNER, MANAGER, STAFF),
)
