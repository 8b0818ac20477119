"""Read every stored file again and prove that it is what it was."""

import hashlib
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from firmament.kernel.files.models import Blob
from firmament.kernel.files.storage import CHUNK, MissingBytes, storage
from firmament.kernel.tenancy.transaction import each_firm


class Command(BaseCommand):
    help = "Read every stored file again and compare it with its SHA-256; exit code 1 when one differs."

    def handle(self, *args: Any, **options: Any) -> None:
        checked, damaged = 0, []
        for firm in each_firm(reason="scrub: verify every stored file"):
            for blob in Blob.objects.order_by("sha256").iterator():
                checked += 1
                trouble = fault(firm.pk, blob)
                if trouble:
                    damaged.append(f"{firm.slug} {blob.sha256}: {trouble}")
        for line in damaged:
            self.stderr.write(line)
        if damaged:
            raise CommandError(f"{len(damaged)} of {checked} blobs are damaged.")
        self.stdout.write(f"{checked} blobs, all as they were written.")


def fault(firm_id: UUID, blob: Blob) -> str:
    """What is wrong with the bytes of a blob; empty when nothing is."""
    digest, size = hashlib.sha256(), 0
    try:
        with storage().open(firm_id, blob.sha256) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except MissingBytes:
        return "missing"
    if size != blob.size:
        return f"{size} bytes instead of {blob.size}"
    return "" if digest.hexdigest() == blob.sha256 else "other content"
