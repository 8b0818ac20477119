"""`Idempotency-Key`: a write sent twice happens once, and is answered byte for byte as the first time.

The key is inserted before the write, in the same transaction. A second request with the same key waits at
the unique index until the first has ended: committed, it replays the stored answer; rolled back (an
error, a kill), it is the first. Errors roll back, so they are not kept: sending again tries again.
Keys are per firm and kept for KEPT.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from psycopg import errors as pg

from firmament.kernel.api.models import IdempotencyKey
from firmament.kernel.api.problems import Problem
from firmament.lib.ids import uuid7
from firmament.lib.instant import now

HEADER = "Idempotency-Key"
KEPT = timedelta(days=2)
# Headers that belong to the answer itself; the rest is added anew by the middleware at each replay.
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")
_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")
_WAIT = "10s"


def once(request: HttpRequest, write: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer with the write's own response, or with the stored one."""
    key = request.headers[HEADER]
    if not _KEY.match(key):
        raise Problem(400, "idempotency_key", "A key has 1 to 255 visible ASCII characters.")
    fingerprint = _fingerprint(request)
    mine = _claim(key, fingerprint)
    if mine is None:
        return _replay(key, fingerprint)
    response = write()
    if response.status_code < 400:
        assert isinstance(response, HttpResponse)
        IdempotencyKey.objects.filter(pk=mine).update(
            status=response.status_code,
            headers={name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers},
            body=response.content,
        )
    return response


def _claim(key: str, fingerprint: str) -> UUID | None:
    """The new row's id, or None when the key has been used; waits for a request that is using it now."""
    pk = uuid7()
    instant = now()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_WAIT])
            # Through the index and not by a look first: two requests at the same instant must not both find nothing.
            cursor.execute(
                "INSERT INTO api_idempotencykey (id, firm_id, created_at, updated_at, key, fingerprint, headers, body)"
                " VALUES (%s, current_setting('app.firm_id')::uuid, %s, %s, %s, %s, '{}', ''::bytea)"
                " ON CONFLICT (firm_id, key) DO NOTHING RETURNING id",
                [pk, instant, instant, key, fingerprint],
            )
            return pk if cursor.fetchone() else None
    except OperationalError as error:
        if isinstance(error.__cause__, pg.LockNotAvailable):
            raise Problem(
                409,
                "idempotency_key_in_use",
                "A request with this key is still running.",
                headers={"Retry-After": "2"},
            ) from error
        raise


def _replay(key: str, fingerprint: str) -> HttpResponse:
    stored = IdempotencyKey.objects.get(key=key)
    if stored.fingerprint != fingerprint:
        raise Problem(422, "idempotency_key_reused", "This key was used for another request.")
    response = HttpResponse(bytes(stored.body), status=stored.status)
    response.headers.pop("Content-Type", None)
    for name, value in stored.headers.items():
        response.headers[name] = value
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _fingerprint(request: HttpRequest) -> str:
    """The request as the key knows it: who, what, where and the body to the byte."""
    digest = hashlib.sha256()
    actor = request.actor  # type: ignore[attr-defined]  # set by the firm middleware
    for part in (
        str(actor.membership_id),
        request.method or "",
        request.get_full_path(),
        request.headers.get("If-Match", ""),
    ):
        digest.update(part.encode("utf-8", "surrogateescape") + b"\x00")
    digest.update(request.body)
    return digest.hexdigest()
