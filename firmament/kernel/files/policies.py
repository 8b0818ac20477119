"""Files have no powers of their own: the room that holds one says who may see and download it."""

from firmament.kernel.policies.powers import stands_open

stands_open(
    "files.Blob",
    reason="bytes without a name; they are reached only through a StoredFile, which hangs on its client",
)
