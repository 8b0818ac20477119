"""Small pictures, such as a firm's logo, read whole."""

from uuid import UUID

from firmament.kernel.files.models import StoredFile
from firmament.kernel.files.storage import storage
from firmament.kernel.tenancy.transaction import current_firm_id
from firmament.lib.paper.parts import Picture


def picture_of(file_id: UUID | None) -> Picture | None:
    """A picture of this firm, once its scan has found it clean; None before, and where there is none.

    For those that are small by the limit they were taken in under. MissingBytes when they are not where they should be.
    """
    files = StoredFile.objects.ready().select_related("blob")
    stored = files.filter(pk=file_id).first() if file_id is not None else None
    if stored is None or stored.blob is None:
        return None
    with storage().open(current_firm_id(), stored.blob.sha256) as opened:
        return Picture(content=opened.read(), media_type=stored.media_type)
