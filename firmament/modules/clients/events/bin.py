"""What happens on the way out: the bin, the return, the end."""

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Text
from firmament.modules.clients.events.clients import AboutClient


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientBinned(AboutClient):
    sentence: ClassVar[Text] = _("put the client in the bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRestored(AboutClient):
    sentence: ClassVar[Text] = _("took the client out of the bin")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPurged(AboutClient):
    """Its thirty days in the bin were over; contacts, engagements, portal grants and walls went with it."""

    sentence: ClassVar[Text] = _("deleted the client for good")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientWithdrawn(AboutClient):
    """An import was taken back, and this client with it."""

    personal: ClassVar[frozenset[str]] = frozenset({"name"})
    sentence: ClassVar[Text] = _("took back the imported client {name}")

    name: str
