"""This room's part of the demo firm: two duties that are kept apart, and the one person who is exempt."""

from datetime import timedelta

from firmament.kernel.policies.duties import enforce_duties, exempt, part_duties
from firmament.kernel.policies.holders import in_breach
from firmament.kernel.tenancy.demo import DemoFirm
from firmament.lib.instant import at


def load(people: DemoFirm) -> None:
    """A fortnight ago a partner parted two duties that only the administrator has both of. A very small firm has none."""
    if people.scale < 50:
        return
    with at(people.moment(14, 10, 20)):
        pair = part_duties(
            people.partner,
            first="audit.erase",
            second="audit.send_checkpoints",
            kind="hold",
            reason="Whoever erases from the audit trail must not choose where its proof is sent.",
        )
        for holder in in_breach(pair):
            exempt(
                people.partner,
                pair,
                holder.member,
                reason="Until the compliance officer starts.",
                ends_at=people.moment(14, 10, 20) + timedelta(days=200),
            )
        enforce_duties(people.partner, pair)
