"""What a person changes about their own account. No firm is asked; each is told."""

from uuid import UUID

from django.db import IntegrityError, transaction

from firmament.kernel.identity.events import EmailChanged, SessionsEnded
from firmament.kernel.identity.links import read_new_address
from firmament.kernel.identity.models import User
from firmament.kernel.identity.session_list import end_sessions_of
from firmament.kernel.identity.trail import tell_firms
from firmament.kernel.messages.secrets import secret
from firmament.kernel.messages.send import Recipient, queue_account_mail


def end_session(user: User, session_id: UUID, *, current_key: str | None) -> bool:
    """Sign one other browser out, at once; False when there was none."""
    return _told(user, end_sessions_of(user, keep=current_key, only=session_id))


def end_other_sessions(user: User, *, current_key: str | None) -> bool:
    """Sign every other browser out, at once; False when there was none."""
    return _told(user, end_sessions_of(user, keep=current_key))


def ask_for_new_address(user: User, email: str) -> None:
    """Send the confirmation to the new address. What is answered is the same when somebody has it already."""
    address = email.strip().lower()
    taken = User.objects.filter(email=address).exists()
    queue_account_mail(
        wording="identity.address_taken" if taken else "identity.new_address",
        to=Recipient(
            name="" if taken else user.name, email=address, locale=user.locale, timezone=user.timezone
        ),
        context={}
        if taken
        else {"link": secret("identity.new_address_link", user_id=str(user.pk), email=address)},
    )


def confirm_new_address(token: str) -> User | None:
    """Make the change that the link stands for; None when it is old, spent, or the address was taken meanwhile."""
    change = read_new_address(token)
    if change is None:
        return None
    pk, before, after = change
    try:
        with transaction.atomic():
            # The present address is part of the condition, so a link works once.
            if not User.objects.filter(pk=pk, email=before, is_active=True).update(email=after):
                return None
            user = User.objects.get(pk=pk)
            queue_account_mail(
                wording="identity.address_changed",
                to=Recipient(
                    name=user.name,
                    email=before,
                    user_id=user.pk,
                    locale=user.locale,
                    timezone=user.timezone,
                ),
                context={"after": after},
            )
    except IntegrityError:
        return None
    tell_firms(user, EmailChanged(user_id=user.pk, before=before, after=after))
    return user


def _told(user: User, count: int) -> bool:
    if count:
        tell_firms(user, SessionsEnded(user_id=user.pk, count=count))
    return count > 0
