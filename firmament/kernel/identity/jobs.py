"""What follows an invitation: its mail."""

from firmament.kernel.identity.events import InvitationSent
from firmament.kernel.identity.links import invitation_secret
from firmament.kernel.identity.models import Invitation
from firmament.kernel.jobs.registry import Lane, on
from firmament.kernel.messages.send import Recipient, queue_message
from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.models import Membership
from firmament.kernel.tenancy.transaction import current_firm


@on(InvitationSent, code="identity.send_invitation", lane=Lane.NOW)
def send_invitation(event: InvitationSent) -> None:
    """The link in the mail is made when the mail leaves; it stands in no table."""
    invitation: Invitation = Invitation.objects.get(pk=event.invitation_id)
    if invitation.generation != event.generation or not invitation.is_pending:
        return
    firm = current_firm()
    inviter: Membership | None = (
        Membership.objects.select_related("user").filter(pk=invitation.inviter_id).first()
        if invitation.inviter_id
        else None
    )
    queue_message(
        Actor.system("identity.send_invitation"),
        wording=f"identity.invitation_{invitation.domain}",
        to=Recipient(
            name=invitation.name, email=invitation.email, locale=firm.locale, timezone=firm.timezone
        ),
        context={
            "inviter": inviter.user.name if inviter else firm.name,
            "link": invitation_secret(invitation),
            "expires_at": invitation.expires_at,
        },
        key=f"invitation-{invitation.pk}-{invitation.generation}",
        client_id=invitation.client_id,
    )
