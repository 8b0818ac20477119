"""The tables that belong to no firm, each with its reason and what the application may do with it.

A table is a firm table, or it stands here, or the build fails. Grants: "r" read, "i" insert,
"w" insert, update and delete, "" nothing.
"""

GLOBAL_TABLES: dict[str, tuple[str, str]] = {
    "tenancy_firm": ("ri", "the list of firms; found before a firm is set"),
    "tenancy_firmaccess": ("r", "which firms a person may enter; written by triggers"),
    "tenancy_tokenlookup": ("rw", "from a token's hash to its firm"),
    "identity_user": ("rw", "a person, who may belong to several firms"),
    "identity_usersession": ("rw", "a person's sessions, listed and ended"),
    "account_emailaddress": ("rw", "allauth: a person's addresses"),
    "account_emailconfirmation": ("rw", "allauth: addresses being confirmed"),
    "messages_accountmail": ("rw", "mail to a person and from no firm"),
    "messages_caughtmail": ("rw", "the development mailbox"),
    "web_throttle": ("rw", "token buckets"),
    "breakglass_operator": ("r", "who runs the platform, and belongs to no firm; made by commands alone"),
    "breakglass_sessionlookup": ("r", "where an operator has sessions; ids alone, written by triggers"),
    "proof_pending": (
        "rw",
        "rows that have no number in their firm's log yet; ids alone, written by triggers",
    ),
    "ledger_evidence": ("r", "which events may tell of which changes; the same for every firm"),
    "firmament_cache": ("rw", "Django's cache, keyed by firm"),
    "django_session": ("", "Django: unused; sessions stand in identity_usersession"),
    "django_migrations": ("r", "Django: applied migrations"),
    "django_content_type": ("r", "Django: content types"),
    "auth_permission": ("", "Django: unused"),
    "auth_group": ("", "Django: unused"),
    "auth_group_permissions": ("", "Django: unused"),
    "procrastinate_jobs": ("rw", "the queue; arguments are ids"),
    "procrastinate_events": ("rw", "the queue's history"),
    "procrastinate_periodic_defers": ("rw", "the queue's clock"),
    "procrastinate_workers": ("rw", "the queue's workers"),
}

# Functions that run with their owner's rights. Each sets search_path = '' and takes the firm from the row or
# the setting, never from an argument.
DEFINER_FUNCTIONS: dict[str, str] = {
    "tenancy_sync_staff_access": "keeps firm_access in step with memberships",
    "policies_sync_client_access": "keeps firm_access in step with portal grants",
    "breakglass_keep_lookup": "keeps the list of operators' sessions in step with the firms' registers",
    "ledger_keep_row": "writes the history of regulated rows, which the application may not write itself",
    "ledger_require_evidence": "looks for the event at commit, when the firm may not be set any more",
    "search_matches": "uses the index of words where the server's operator may not be marked LEAKPROOF",
    "search_titled": "uses the index of titles where the server's operator may not be marked LEAKPROOF",
}
