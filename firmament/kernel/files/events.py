"""What happens to files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from firmament.kernel.ledger.events import Category, Event, Outcome, Text, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutFile(Event):
    """What every event about a file tells."""

    category: ClassVar[Category] = Category.DOCUMENTS
    targets: ClassVar[Mapping[str, str]] = {"file_id": "files.storedfile", "client_id": "clients.client"}
    personal: ClassVar[frozenset[str]] = frozenset({"name"})

    file_id: UUID
    client_id: UUID | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReceived(AboutFile):
    """A file was uploaded and waits for its scan. The room that asked for it tells the client's timeline."""

    targets: ClassVar[Mapping[str, str]] = {"file_id": "files.storedfile"}
    sentence: ClassVar[Text] = _("uploaded {name}")

    size: int
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileScanned(AboutFile):
    """A scanner looked at every byte. `clean` False is followed by FileQuarantined."""

    targets: ClassVar[Mapping[str, str]] = {"file_id": "files.storedfile"}
    sentence: ClassVar[Text] = _("scanned {name} for malware")

    clean: bool
    scanner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuarantined(AboutFile):
    """The scanner flagged the file, or could not scan it whole; nobody can open it."""

    ends_as: ClassVar[Outcome] = Outcome.DENIED
    sentence: ClassVar[Text] = _("quarantined {name}: {reason}")

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDownloaded(AboutFile):
    """The file was handed to the actor under `power` on an object."""

    category: ClassVar[Category] = Category.DATA_ACCESS
    sentence: ClassVar[Text] = _("downloaded {name}")
    told: ClassVar[Told] = {"subject": "kind"}

    power: str
    subject: str
    subject_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FileExpired(AboutFile):
    """The file was removed; its bytes go at the next sweep unless another file has the same."""

    sentence: ClassVar[Text] = _("removed {name}")
