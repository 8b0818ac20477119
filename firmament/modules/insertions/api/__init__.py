"""Inserting wording, and how it is used, for programs."""

from firmament.modules.insertions.api import usage
from firmament.modules.insertions.api.inserting import router

router.add_router("", usage.router)

__all__ = ["router"]
