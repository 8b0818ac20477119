"""Which event tells of a change of a request, of a document asked for, and of a file handed in."""

from firmament.kernel.ledger.evidence import added, becoming, changed, declare_evidence, deleted, fixed, stays
from firmament.modules.documents.events import requests as asked
from firmament.modules.documents.events import submissions as given

_LISTED = ("request", "position", "title", "help", "kind", "max_megabytes", "files_needed", "files_allowed")
_SETTLED = (given.SubmissionRejected, asked.ItemWaived, given.SubmissionCleared, asked.ItemReopened)
_DECIDED = (given.SubmissionAccepted, given.SubmissionRejected)

declare_evidence(
    "documents.DocumentRequest",
    added(asked.RequestDrafted),
    changed("title", "note", "due_on", "remind", "engagement", by=(asked.RequestChanged,)),
    becoming("state", "sent", asked.RequestSent),
    changed("sent_at", by=(asked.RequestSent,)),
    becoming("state", "completed", asked.RequestCompleted),
    changed("completed_at", by=(asked.RequestCompleted,)),
    becoming("state", "canceled", asked.RequestCanceled),
    changed("canceled_at", "cancel_reason", by=(asked.RequestCanceled,)),
    fixed("client", "requested_by", why="another client's request is another request"),
    stays(why="a request is canceled, and what was handed in stays"),
)
declare_evidence(
    "documents.RequestItem",
    added(asked.RequestDrafted, asked.RequestChanged),
    becoming("state", "submitted", given.SubmissionCleared),
    becoming("state", "rejected", given.SubmissionRejected),
    becoming("state", "accepted", given.SubmissionAccepted),
    becoming("state", "waived", asked.ItemWaived),
    # One of several files was accepted or taken back, and nothing is left to check: the client owes the rest.
    becoming("state", "open", asked.ItemReopened, given.SubmissionAccepted, given.SubmissionWithdrawn),
    changed("reason", by=_SETTLED),
    changed("decided_by", "decided_at", by=(*_SETTLED, given.SubmissionAccepted)),
    fixed(*_LISTED, why="the list of a draft is written anew, and that of a sent request stays"),
    deleted(asked.RequestChanged),
)
declare_evidence(
    "documents.Submission",
    added(given.FileSubmitted),
    becoming("state", "pending", given.SubmissionCleared),
    becoming("state", "quarantined", given.SubmissionQuarantined),
    becoming("state", "accepted", given.SubmissionAccepted),
    becoming("state", "rejected", given.SubmissionRejected),
    becoming("state", "withdrawn", given.SubmissionWithdrawn),
    changed("reason", by=(given.SubmissionRejected,)),
    changed("decided_by", "decided_at", by=_DECIDED),
    fixed("item", "file", "uploaded_by_id", why="what was handed in, by whom and for what stays known"),
    stays(why="a file is kept whatever becomes of it"),
)
