"""Wording for programs: everything that people do on the pages, and filling in."""

from firmament.modules.snippets.api import governing
from firmament.modules.snippets.api.writing import router

router.add_router("", governing.router)

__all__ = ["router"]
