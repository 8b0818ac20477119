"""Uploads go to disk as they arrive, and stop being kept where nobody would take them."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Writes to a temporary file, never to memory, and drops what is beyond `FILES_MAX_UPLOAD` bytes.

    The file's `size` still tells all of it, so that it is refused in plain words instead of a broken connection.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if start < settings.FILES_MAX_UPLOAD:
            super().receive_data_chunk(raw_data, start)
        return None
