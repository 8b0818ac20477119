"""Asking for a message to go out."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from firmament.kernel.ledger.record import record
from firmament.kernel.messages.events import MessageQueued
from firmament.kernel.messages.models import AccountMail, Delivery, State
from firmament.kernel.messages.render import Recipient
from firmament.kernel.messages.tasks import defer_account_mail
from firmament.kernel.messages.wordings import wording as wording_of
from firmament.kernel.tenancy.actor import Actor
from firmament.lib.ids import uuid7

__all__ = ["Recipient", "queue_account_mail", "queue_message"]


def queue_message(
    actor: Actor,
    *,
    wording: str,
    to: Recipient,
    context: Mapping[str, object],
    key: str,
    client_id: UUID | None = None,
) -> Delivery:
    """Let a message of the firm at hand go out, once per `key`: asking again returns the same delivery.

    `context` holds primitives, dates, ids and `messages.secrets.secret(…)`; it is kept as JSON. The message is
    rendered when it is sent, so what it says is as of then only where a secret is made.
    """
    chosen = wording_of(wording)
    pk = uuid7()
    delivery = Delivery(
        pk=pk,
        wording=chosen.code,
        key=key,
        client_id=client_id,
        context=_as_json(dict(context)),
        message_id=message_id(pk),
        **_addressed(to),
    )
    # Two jobs may ask at the same moment: the second insert waits, does nothing, and finds the first row.
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
    kept: Delivery = Delivery.objects.get(key=key)
    if kept.pk == pk:
        event = MessageQueued(
            delivery_id=pk, client_id=client_id, wording=chosen.code, recipient=kept.recipient_email
        )
        record(actor, event)
    return kept


def queue_account_mail(
    *, wording: str, to: Recipient, context: Mapping[str, object], send: bool = True
) -> AccountMail:
    """Let mail about somebody's account go out. `send=False` keeps a canceled row and sends nothing.

    The latter is for an address that nobody here has: the same work is done, so that the time of the answer does
    not tell whether the account exists.
    """
    pk = uuid7()
    mail = AccountMail.objects.create(
        pk=pk,
        wording=wording_of(wording).code,
        context=_as_json(dict(context)),
        message_id=message_id(pk),
        state=State.QUEUED if send else State.CANCELED,
        **_addressed(to),
    )
    defer_account_mail(mail.pk)
    return mail


def message_id(pk: UUID) -> str:
    """The Message-ID (RFC 5322 §3.6.4) of a letter: derived from its id, so that a retry carries the same."""
    return f"<{pk.hex}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"


def _addressed(to: Recipient) -> dict[str, Any]:
    return {
        "recipient_name": to.name[:200],
        "recipient_email": to.email,
        "user_id": to.user_id,
        "locale": to.locale,
        "timezone": to.timezone,
    }


def _as_json(value: Any) -> Any:
    """Primitives all the way down; a thing with methods is refused here, not when the mail is to leave."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return "".join([value])
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case dict():
            return {str(key): _as_json(item) for key, item in value.items()}
        case list() | tuple():
            return [_as_json(item) for item in value]
    raise TypeError(f"A message's context holds plain values only, not {type(value).__name__}")
