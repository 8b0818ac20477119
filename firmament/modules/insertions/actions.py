"""Using: put a snippet into a text, know what the text became of, and remember no word of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.utils.crypto import salted_hmac

from firmament.kernel.tenancy.actor import Actor
from firmament.kernel.tenancy.ambient import current_firm_id
from firmament.kernel.wording.filling import Filled, Place, fill_wording
from firmament.lib.fingerprint import fingerprint, survival
from firmament.lib.instant import now
from firmament.modules.insertions.models import SnippetUse
from firmament.modules.snippets.public import held_wording

# Whoever writes for longer than that begins anew; the words' hashes are not kept for a text nobody sends.
MEASURED_WITHIN = timedelta(days=30)
# Any two letters share a few words; so small a share says that it is no longer the same text.
TAKEN_BACK = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    """What goes into the text, and the use that was noted."""

    use_id: UUID
    filled: Filled


def insert_snippet(actor: Actor, snippet_id: UUID, *, values: Mapping[str, object], place: Place) -> Inserted:
    """Fill in the version in use and note that it was used, with all that it contains.

    `WordingError` where it cannot be filled in (`MissingValues` names what is missing); nothing is noted then.
    `Denied` for whoever may not insert it.
    """
    wording = held_wording(actor, snippet_id, channel=place.channel)
    assert actor.membership_id is not None  # the power belongs to members of the firm
    filled = fill_wording(actor, wording, values=values, place=place)
    whole: SnippetUse | None = None
    for part in filled.parts:
        use = SnippetUse.objects.create(
            snippet_id=part.subject_id,
            number=part.number,
            checksum=part.checksum,
            locale=filled.locale,
            member_id=actor.membership_id,
            channel=place.channel,
            place=place.name,
            client_id=place.client_id,
            through=whole,
            fingerprint=fingerprint(filled.text, _key()) if whole is None else None,
        )
        whole = whole or use
    assert whole is not None
    return Inserted(use_id=whole.pk, filled=filled)


def attach_uses(actor: Actor, use_ids: Collection[UUID], *, kind: str, object_id: UUID, text: str) -> None:
    """Say which object the text became part of: the person's own uses that belong to nothing yet.

    `text` is what was saved. An insertion of which next to nothing stands in it was taken back at once, with “undo” or by
    hand. Nobody counts that as a use: it is as if it had never been.
    """
    uses = SnippetUse.objects.filter(
        pk__in=use_ids, member_id=actor.membership_id, about_id=None, created_at__gt=now() - MEASURED_WITHIN
    )
    for use in uses.filter(through=None):
        if survival(bytes(use.fingerprint or b""), text, _key()) < TAKEN_BACK:
            _take_back(use)
    uses.update(about_kind=kind, about_id=object_id)


def measure_uses(kind: str, object_id: UUID, *, sent: str) -> None:
    """Note what share of each insertion stands in the text that was sent, and forget the words' hashes."""
    uses = SnippetUse.objects.filter(about_kind=kind, about_id=object_id, survived=None, through=None)
    for use in uses.select_for_update().order_by("pk"):
        share = survival(bytes(use.fingerprint or b""), sent, _key())
        SnippetUse.objects.filter(pk=use.pk).update(
            survived=round(share * 1000), fingerprint=None, sent_at=now()
        )
        SnippetUse.objects.filter(through=use).update(sent_at=now())


def forget_fingerprints() -> int:
    """Drop the hashes of what was never sent; how many there were."""
    old = SnippetUse.objects.filter(fingerprint__isnull=False, created_at__lt=now() - MEASURED_WITHIN)
    return old.update(fingerprint=None)


def _take_back(use: SnippetUse) -> None:
    """Forget it and what came with it, in the counts too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT insertions_take_back(%s)", [use.pk])


def _key() -> bytes:
    return salted_hmac("insertions.fingerprint", str(current_firm_id()), algorithm="sha256").digest()
