"""API tokens: found by their hash before any firm is known, then believed only inside the firm."""

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from firmament.kernel.identity.models import ApiToken
from firmament.kernel.policies.authority import token_covers
from firmament.kernel.policies.renames import Renamed
from firmament.kernel.tenancy.actor import Actor, Domain
from firmament.kernel.tenancy.compiled import Compiled
from firmament.kernel.tenancy.models import Firm, Membership, TokenLookup
from firmament.kernel.tenancy.transaction import firm_transaction
from firmament.lib.instant import now

KIND = "api"
PREFIX = "fmt_"
# 32 random bytes in base64url: guessing one takes longer than the sun has left.
SECRET_BYTES = 32
SHAPE = re.compile(r"fmt_[A-Za-z0-9_-]{43}")

NOTE_EVERY = timedelta(minutes=1)

# When this process last wrote a token's use down. Only a damper: the condition in the statement decides.
_noted: dict[str, float] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundToken:
    """A token whose firm is known and nothing else yet."""

    hash: str
    firm: Firm


_FIRM_FIELDS = [field.attname for field in Firm._meta.concrete_fields]
# Both are asked at every request of every program.
_LOOKUP = Compiled(
    lambda hash: TokenLookup.objects.filter(pk=hash, kind=KIND).values_list(
        "expires_at", *(f"firm__{name}" for name in _FIRM_FIELDS)
    ),
    hash="the hash",
)
_TOKEN = Compiled(
    lambda hash, at: (
        ApiToken.objects.live(at=at)
        .filter(token_hash=hash, maker__state=Membership.State.ACTIVE, maker__user__is_active=True)
        .values_list("pk", "name", "scopes", "firm_id", "maker_id", "maker__user_id")
    ),
    hash="the hash",
    at=datetime(2001, 1, 1, tzinfo=UTC),
)


def new_secret() -> str:
    """A fresh token, `fmt_` and 43 characters."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """What is stored of a token. It is random enough that a plain hash cannot be reversed by guessing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_token(authorization: str) -> FoundToken | None:
    """The token of an `Authorization: Bearer fmt_…` header, if its firm can be found. Outside any transaction.

    Also notes the use, in a transaction of its own and at most once a minute.
    """
    scheme, _, secret = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not SHAPE.fullmatch(secret.strip()):
        return None
    hash = digest(secret.strip())
    rows = _LOOKUP(hash=hash)
    if not rows:
        return None
    expires_at, *firm = rows[0]
    if expires_at and expires_at <= now():
        return None
    found = FoundToken(hash=hash, firm=Firm.from_db("default", _FIRM_FIELDS, firm))
    _note_use(found)
    return found


def authenticate_token(found: FoundToken) -> Actor | None:
    """Who the token acts for, asked inside its firm's transaction; None when it was revoked or its maker left."""
    rows = _TOKEN(hash=found.hash, at=now())
    if not rows:
        return None
    token_id, name, scopes, firm_id, membership_id, user_id = rows[0]
    return Actor(
        domain=Domain.TOKEN,
        firm_id=firm_id,
        user_id=user_id,
        membership_id=membership_id,
        token_id=token_id,
        name=name,
        scopes=frozenset(scopes),
    )


def is_live(token_id: UUID) -> bool:
    """Whether a token of the firm at hand still counts."""
    return ApiToken.objects.live(at=now()).filter(pk=token_id).exists()


def carry_scopes(renamed: Renamed) -> None:
    """Let the live tokens of the firm at hand reach by its new name what they reached by the old one, and no more."""
    for token in ApiToken.objects.live(at=now()):
        scopes = frozenset(token.scopes)
        gained = {
            present.power
            for old, found in renamed.items()
            for present in found
            if token_covers(scopes, replace(present, power=old))
        }
        if gained:
            token.scopes = sorted((scopes - renamed.keys()) | gained)
            token.save(update_fields=["scopes"])


def _note_use(found: FoundToken) -> None:
    clock = time.monotonic()
    if clock - _noted.get(found.hash, -NOTE_EVERY.total_seconds()) < NOTE_EVERY.total_seconds():
        return
    _noted[found.hash] = clock
    with firm_transaction(found.firm.pk):
        due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now() - NOTE_EVERY)
        ApiToken.objects.live(at=now()).filter(due, token_hash=found.hash).update(last_used_at=now())
