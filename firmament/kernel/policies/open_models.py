"""The kernel's tables that hang on no client, so that no ethical wall can hide them: each with its reason.

A room says the same of its own with `powers.stands_open` in its `policies.py`.
"""

from django.apps import apps

from firmament.kernel.policies.powers import open_models, stands_open
from firmament.kernel.tenancy.models import FirmModel

KERNEL: dict[str, str] = {
    "tenancy.FirmProfile": "the firm's own name and brand",
    "tenancy.Membership": "who works in the firm",
    "policies.Role": "what roles there are",
    "policies.RolePower": "what roles may do",
    "policies.RoleAssignment": "who holds which role",
    "policies.Delegation": "who lent powers to whom, and until when",
    "policies.DelegatedPower": "which powers were lent",
    "policies.DutyPair": "which powers are kept apart",
    "policies.DutyException": "who is exempt from keeping them apart, and until when",
    "policies.DutyUse": "who used which of two powers on what; asked by the rules alone",
    "policies.Team": "the firm's teams",
    "policies.TeamMember": "who is in a team; walls are raised against teams, so it must be read to build them",
    "ledger.Entry": "the audit trail: shown to people with the power to audit, who see the firm whole",
    "ledger.EntryTarget": "where the audit trail points",
    "ledger.TargetLine": "where the audit trail points, laid out for its search; read for entries that passed the gate",
    "ledger.PersonalValue": "erasable values of the audit trail",
    "proof.Log": "how long the log of the audit trail is",
    "proof.LogEntry": "numbers and hashes of the audit trail, from which nothing can be read",
    "proof.Subtree": "hashes of hashes",
    "proof.SigningKey": "public keys, made to be shown to everybody",
    "proof.Checkpoint": "sizes and hashes, made to be shown to everybody",
    "proof.Verification": "whether the audit trail is whole; names entries by their number",
    "ledger.RowValue": "erasable values of row history; asked for through the change they belong to",
    "ledger.UntoldChange": "which parts of a change nobody told of; asked for through the change they belong to",
    "jobs.Schedule": "when the firm's standing work runs next",
    "jobs.JobRun": "carries ids and counts only; the objects behind them are asked for by their own power",
}


def declare_open_models() -> None:
    """Put the kernel's list into the registry; once, when the process starts."""
    for label, reason in KERNEL.items():
        stands_open(label, reason=reason)


def unreached_models() -> list[str]:
    """Firm tables that declare no client and give no reason; the build fails unless there are none."""
    return [
        model._meta.label
        for model in apps.get_models()
        if issubclass(model, FirmModel)
        and not model.client_path
        and model._meta.label_lower not in open_models()
    ]
