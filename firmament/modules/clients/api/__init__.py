"""Clients and contacts for programs."""

from firmament.modules.clients.api import contacts
from firmament.modules.clients.api.clients import router

router.add_router("", contacts.router)

__all__ = ["router"]
