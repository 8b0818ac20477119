"""Which event tells of a change of a request, of a document asked for, and of a file handed in."""

from firmament.kernel.ledger.evidence import (
    added,
    becoming,
    changed,
    declare_evidence,
    deleted,
    fixed,
    never_deleted,
)
from firmament.modules.documents.events.requests import (
    ItemReopened,
    ItemWaived,
    RequestCanceled,
    RequestChanged,
    RequestCompleted,
    RequestDrafted,
    RequestSent,
)
from firmament.modules.documents.events.submissions import (
    FileSubmitted,
    SubmissionAccepted,
    SubmissionCleared,
    SubmissionQuarantined,
    SubmissionRejected,
    SubmissionWithdrawn,
)

declare_evidence(
    "documents.DocumentRequest",
    added(RequestDrafted),
    changed("title", "note", "due_on", "remind", "engagement", by=(RequestChanged,)),
    becoming("state", "sent", RequestSent),
    changed("sent_at", by=(RequestSent,)),
    becoming("state", "completed", RequestCompleted),
    changed("completed_at", by=(RequestCompleted,)),
    becoming("state", "canceled", RequestCanceled),
    changed("canceled_at", "cancel_reason", by=(RequestCanceled,)),
    fixed("client", "requested_by", why="another client's request is another request"),
    never_deleted(why="a request is canceled, and what was handed in stays"),
)
declare_evidence(
    "documents.RequestItem",
    added(RequestDrafted, RequestChanged),
    becoming("state", "submitted", SubmissionCleared),
    becoming("state", "rejected", SubmissionRejected),
    becoming("state", "accepted", SubmissionAccepted),
    becoming("state", "waived", ItemWaived),
    # One of several files was accepted or taken back, and nothing is left to check: the client owes the rest.
    becoming("state", "open", ItemReopened, SubmissionAccepted, SubmissionWithdrawn),
    changed("reason", by=(SubmissionCleared, SubmissionRejected, ItemWaived, ItemReopened)),
    changed(
        "decided_by",
        "decided_at",
        by=(SubmissionCleared, SubmissionRejected, SubmissionAccepted, ItemWaived, ItemReopened),
    ),
    fixed(
        "request",
        "position",
        "title",
        "help",
        "kind",
        "max_megabytes",
        "files_needed",
        "files_allowed",
        why="the list of a draft is written anew, and that of a sent request stays",
    ),
    deleted(RequestChanged),
)
declare_evidence(
    "documents.Submission",
    added(FileSubmitted),
    becoming("state", "pending", SubmissionCleared),
    becoming("state", "quarantined", SubmissionQuarantined),
    becoming("state", "accepted", SubmissionAccepted),
    becoming("state", "rejected", SubmissionRejected),
    becoming("state", "withdrawn", SubmissionWithdrawn),
    changed("reason", by=(SubmissionRejected,)),
    changed("decided_by", "decided_at", by=(SubmissionAccepted, SubmissionRejected)),
    fixed("item", "file", "uploaded_by_id", why="what was handed in, by whom and for what stays known"),
    never_deleted(why="a file is kept whatever becomes of it"),
)
