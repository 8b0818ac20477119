"""Clients, contacts and engagements for programs."""

from firmament.modules.clients.api import contacts, engagements
from firmament.modules.clients.api.clients import router

router.add_router("", contacts.router)
router.add_router("", engagements.router)

__all__ = ["router"]
