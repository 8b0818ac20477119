"""Posting a checkpoint to an address of the firm's choosing, as Standard Webhooks prescribes."""

import base64
import hashlib
import hmac
import json
from uuid import UUID

from django.conf import settings

from firmament.kernel.jobs.errors import Permanent, Transient
from firmament.lib.outward import Answer, Unreachable, post

LABEL = b"firmament audit checkpoint webhook"


def webhook_secret(salt: bytes) -> str:
    """The secret as the receiver is given it: `whsec_` and the base64 of 32 bytes."""
    key = hmac.new(settings.SECRET_KEY.encode(), LABEL + salt, hashlib.sha256).digest()
    return f"whsec_{base64.b64encode(key).decode()}"


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA-256 over id, time and body (Standard Webhooks 1.0.0)."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def post_checkpoint(url: str, secret: str, *, message_id: UUID, timestamp: int, size: int, note: str) -> None:
    """Hand the checkpoint over. Transient when it may be taken later, Permanent when it will not."""
    text = {"type": "audit.checkpoint", "size": size, "checkpoint": note}
    body = json.dumps(text, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Firmament",
        "webhook-id": f"checkpoint_{message_id}",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, f"checkpoint_{message_id}", timestamp, body),
    }
    try:
        answer = _post(url, body, headers)
    except Unreachable as reason:
        raise (Permanent if reason.hopeless else Transient)(str(reason)) from reason
    if 200 <= answer.status < 300:
        return
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise Transient(f"It answered with status {answer.status}.")
    raise Permanent(f"It answered with status {answer.status}.")


def _post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    # A test's own server is on this machine, which no installation speaks to.
    return post(url, body, headers, **getattr(settings, "PROOF_POST", {}))
