"""Who may ask for documents, hand them in, read them and decide on them."""

from django.utils.translation import gettext_lazy as _

from firmament.kernel.policies.powers import BILLING, MANAGER, PARTNER, READ_ONLY, STAFF, Power, declare
from firmament.kernel.policies.rules import Rule, all_of, client_granted, field_is, not_
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
    "documents.Submission": "item__request",
    "documents.Reminder": "request",
}


def _client(scope: Scope) -> Rule:
    # A draft is the firm's own thinking; the client sees a request from the moment it is sent.
    return all_of(client_granted("client_id", scope), not_(field_is("state", "draft")))


declare(
    Can.VIEW_REQUEST,
    title=_("See document requests"),
    model=MODEL,
    through=THROUGH,
    client=_client(Scope.DOCUMENTS_LIST),
    roles=(PARTNER, MANAGER, STAFF, BILLING, READ_ONLY),
)
declare(
    Can.REQUEST,
    title=_("Ask clients for documents"),
    model=MODEL,
    through=THROUGH,
    roles=(PARTNER, MANAGER, STAFF),
)
declare(
    Can.REVIEW,
    title=_("Accept, reject and waive documents"),
    model=MODEL,
    through=THROUGH,
    roles=(PARTNER, MANAGER, STAFF),
)
declare(
    Can.DOWNLOAD,
    title=_("Download documents handed in"),
    model=MODEL,
    through=THROUGH,
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
    roles=(PARTNER, MANAGER, STAFF),
)
